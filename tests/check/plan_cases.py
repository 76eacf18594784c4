"""All classes of changes in one configuration, planned by real terraform.

    python -m tests.check.plan_cases

applies the code before to an AWS that moto plays, keeps the state, and writes what terraform
plans for the code after, to ``data/changes``. Needs terraform with the AWS provider.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.check.test_changes import CASES
from tests.terraform.harness import Toolchain, Workspace, find_toolchain, moto_server

DATA = Path(__file__).parent / "data" / "changes"
STATE, PLAN = DATA / "before.json", DATA / "plan.json"


def slug(name: str) -> str:
    """The prefix of what belongs to a case."""
    return re.sub(r"[^a-z]+", "_", name.lower())


def own(name: str, text: str) -> str:
    """The code of a case with addresses, names and variables of its own."""
    prefix = slug(name)
    text = re.sub(r'(resource "[a-z_]+" ")', rf"\1{prefix}_", text)
    text = re.sub(r"(aws_dynamodb_table\.)", rf"\1{prefix}_", text)
    text = re.sub(r'(variable "|var\.)', rf"\1{prefix}_", text)
    return text.replace('"orders"', f'"{prefix}"').replace("table/orders", f"table/{prefix}")


def configuration(after: bool) -> str:
    """The code of all cases, as it is before or after the changes."""
    return "".join(own(name, new if after else old) for name, (old, new, _) in CASES.items())


def plan_changes(toolchain: Toolchain, state: str, into: Path) -> dict[str, Any]:
    """What terraform plans for the code after, in a state that the code before has left."""
    files = {"main.tf": configuration(after=True), "terraform.tfstate": state}
    workspace = Workspace.write(toolchain, files, into=into)
    return workspace.plan(options=["-refresh=false"]).document


def applied(toolchain: Toolchain, into: Path) -> str:
    """The state that applying the code before leaves."""
    files = {"main.tf": configuration(after=False)}
    with moto_server() as aws:
        workspace = Workspace.write(toolchain, files, into=into, endpoint=aws.endpoint)
        workspace.apply()
        return (workspace.root / "terraform.tfstate").read_text(encoding="utf-8")


def main() -> int:
    """Write the plan."""
    toolchain = find_toolchain()
    with TemporaryDirectory() as scratch:
        state = applied(toolchain, Path(scratch) / "before")
        plan = plan_changes(toolchain, state, Path(scratch) / "after")
    DATA.mkdir(exist_ok=True)
    for file, document in ((STATE, json.loads(state)), (PLAN, plan)):
        file.write_text(json.dumps(document, separators=(",", ":")) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
