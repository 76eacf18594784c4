"""Asks the real Terraform what expressions evaluate to, hundreds in one run.

    python -m tests.hcl.terraform_oracle FILE...              compare, print what differs
    python -m tests.hcl.terraform_oracle --random SEED COUNT  the same for random expressions
    python -m tests.hcl.terraform_oracle --record OUT FILE... write rows for the test data
                                                              (``newer`` is added by hand)

Each FILE has one expression per line (``#`` starts a comment line; ``=`` a JSON string,
for expressions over several lines), or is JSON: a list of rows with an ``expr``. Needs
``terraform`` on the PATH, but no provider and no network: ``terraform_data`` is built in
and supplies unknown values, as ``terraform_data.u.id`` (a string that is not null).

Every expression becomes an output of one configuration. Terraform reports the errors of
all outputs at once; those are taken out until a plan succeeds, which then has the values
and types of the rest.

Terraform evaluates everything twice, first to validate it, with nothing known of
``terraform_data.u``. An error of the first time is an error; here is no first time. Such
rows are the only ones known to differ.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, ClassVar

from driftcheck.errors import HclError
from driftcheck.hcl.console import evaluate_line
from driftcheck.hcl.context import EvalContext
from driftcheck.hcl.files import RepositoryFiles
from driftcheck.hcl.syntax import Traversal
from driftcheck.hcl.types import STRING
from driftcheck.hcl.values import Value, null, object_value, string, unknown
from tests.hcl.random_expressions import random_expressions

FILES = Path(__file__).parent / "data" / "terraform-files"
BASE = """
variable "unused" { default = null }
resource "terraform_data" "u" { input = "x" }
"""

Row = dict[str, Any]


class OracleScope:
    """What ``BASE`` declares."""

    declared: ClassVar[dict[tuple[str, str], Value]] = {
        ("path", "module"): string("."),
        ("path", "root"): string("."),
        ("path", "cwd"): string(str(FILES)),
        ("terraform", "workspace"): string("default"),
        ("var", "unused"): null(),
        ("terraform_data", "u"): object_value(
            {
                "id": unknown("decided when it is created", STRING, not_null=True),
                "input": string("x"),
                "output": unknown("decided when it is created", STRING),
                "triggers_replace": null(),
            }
        ),
    }

    def resolve(self, reference: Traversal) -> tuple[Value, int]:
        value = self.declared.get((reference.root, "".join(reference.names[:1])))
        if value is None:
            raise HclError(f"{reference.text} is not declared.", reference.location)
        return value, 1


def answer(expression: str) -> Row:
    """What driftcheck makes of an expression, as ``driftcheck console --json`` says it."""
    context = EvalContext(OracleScope(), RepositoryFiles(FILES, FILES))
    result: Row = json.loads(evaluate_line(json.dumps(expression), context))
    return result


def ask(expressions: list[str]) -> list[Row]:
    """A row for each expression: ``value`` and ``type``, ``unknown``, ``sensitive``, ``error``."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        shutil.copytree(FILES, directory, dirs_exist_ok=True)
        (directory / "base.tf").write_text(BASE)
        rows: list[Row] = [{"expr": e} for e in expressions]
        for number, expression in enumerate(expressions):
            body = f'output "e{number}" {{\n  value = {{ v = ({expression}\n) }}\n}}\n'
            (directory / f"e{number}.tf").write_bytes(body.encode())
        _terraform(directory, "init", "-backend=false")
        _drop_errors(directory, rows, "validate", "-json")
        _drop_errors(directory, rows, "plan", "-json", "-out=plan", "-refresh=false")
        shown = _terraform(directory, "show", "-json", "plan").stdout
        _read_plan(rows, json.loads(shown))
    return rows


def ask_types(variables: list[tuple[str, str]]) -> list[Row]:
    """A row for each (type, input): the variable's ``value`` and ``result_type``, or ``error``."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        rows: list[Row] = []
        for number, (type_, value) in enumerate(variables):
            rows.append({"type": type_, "input": value})
            body = f'variable "v{number}" {{\n  type = {type_}\n}}\n'
            body += f'output "e{number}" {{\n  value = {{ v = var.v{number} }}\n}}\n'
            (directory / f"e{number}.tf").write_text(body)
            (directory / f"e{number}.auto.tfvars").write_text(f"v{number} = {value}\n")
        _terraform(directory, "init", "-backend=false")
        _drop_errors(directory, rows, "validate", "-json")
        _drop_errors(directory, rows, "plan", "-json", "-out=plan", "-refresh=false")
        _read_plan(rows, json.loads(_terraform(directory, "show", "-json", "plan").stdout))
    for row in rows:
        if "value" in row:
            row["result_type"] = row.pop("type_json")
    return rows


def _terraform(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
    return subprocess.run(
        ["terraform", *arguments],
        cwd=directory,
        env=environment,
        text=True,
        capture_output=True,
        timeout=300,
        check=False,
    )


def _drop_errors(directory: Path, rows: list[Row], *command: str) -> None:
    """Take out what fails, note why, and go on until nothing does."""
    while True:
        output = _terraform(directory, *command).stdout
        found = list(_diagnostics(output))
        if not found:
            return
        dropped = 0
        for diagnostic in found:
            place = (diagnostic.get("range") or {}).get("filename", "")
            message = f"{diagnostic['summary']} {diagnostic.get('detail', '')}".strip()
            infinite = re.findall(r'output value "(e\d+)": cannot serialize infinity', message)
            if infinite:
                for name in infinite:
                    (directory / f"{name}.tf").unlink()
                    rows[int(name[1:])].update(error=True, message="infinity has no JSON")
                dropped += 1
                continue
            if not place.startswith("e"):
                raise RuntimeError(message)
            number = int(place[1:].partition(".")[0])
            file, row = directory / f"e{number}.tf", rows[number]
            if file.exists() and "refers to sensitive values" in message:
                file.write_text(file.read_text().replace("{\n", "{\n  sensitive = true\n", 1))
                row["sensitive"] = True
            elif file.exists():
                file.unlink()
                file.with_suffix(".auto.tfvars").unlink(missing_ok=True)
                row.update(error=True, message=message)
            else:
                continue  # a second error of the same expression
            dropped += 1
        if not dropped:
            raise RuntimeError(f"terraform {command[0]} goes on failing: {found[0]}")


def _diagnostics(output: str) -> list[Row]:
    found = []
    if output.lstrip().startswith("{\n"):
        found = json.loads(output)["diagnostics"]
    else:
        for line in output.splitlines():
            event = json.loads(line) if line.startswith("{") else {}
            if event.get("type") == "diagnostic":
                found.append(event["diagnostic"])
    return [d for d in found if d["severity"] == "error"]


def _read_plan(rows: list[Row], plan: Row) -> None:
    outputs = plan["planned_values"].get("outputs", {})
    changes = plan.get("output_changes", {})
    for number, row in enumerate(rows):
        if "error" in row:
            continue
        change = changes[f"e{number}"]
        if change["after_unknown"] is not False and _any_true(change["after_unknown"]):
            row["unknown"] = True
            continue
        shown = outputs[f"e{number}"]
        row["value"] = shown["value"].get("v")
        row["type_json" if "input" in row else "type"] = shown["type"][1]["v"]


def _any_true(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_any_true, value.values()))
    if isinstance(value, list):
        return any(map(_any_true, value))
    return value is True


def read_expressions(path: Path) -> list[str]:
    """The expressions of a file; see the module's description."""
    text = path.read_text()
    if path.suffix == ".json":
        return [row["expr"] for row in json.loads(text)]
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [json.loads(line[1:]) if line.startswith("=") else line for line in lines]


def same(row: Row, answer: Row) -> bool:
    """Whether our answer (a line of ``driftcheck console --json``) is Terraform's.

    Where a newer Terraform than the recorded one has another answer, it is in ``newer``.
    """
    row = row.get("newer", row)
    if row.get("sensitive"):
        return answer == {"sensitive": True, "type": row.get("type", answer.get("type"))}
    if "error" in row:
        return "error" in answer
    if "unknown" in row:
        return "unknown" in answer
    return (
        "value" in answer
        and identical(row["value"], answer["value"])
        and (row["type"] == answer["type"])
    )


def identical(one: Any, other: Any) -> bool:
    """Equal, and of the same JSON types all the way down (``1`` is not ``true``)."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(identical, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(identical(one[k], other[k]) for k in one)
    return bool(one == other)


def main(arguments: list[str]) -> int:
    """See the module's description; 1 where something differs."""
    if arguments[0] == "--random":
        rows = ask(random_expressions(int(arguments[1]), int(arguments[2])))
    elif arguments[0] == "--record":
        rows = ask([e for name in arguments[2:] for e in read_expressions(Path(name))])
        lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        Path(arguments[1]).write_text(f"[\n{lines}\n]\n")
    else:
        rows = ask([e for name in arguments for e in read_expressions(Path(name))])
    differing = 0
    for row in rows:
        ours = answer(row["expr"])
        if not same(row, ours):
            differing += 1
            theirs = {k: v for k, v in row.items() if k != "expr"}
            sys.stdout.write(f"{row['expr']}\n   Terraform: {theirs}\n   driftcheck: {ours}\n")
    sys.stdout.write(f"{len(rows)} expressions, {differing} differ\n")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
