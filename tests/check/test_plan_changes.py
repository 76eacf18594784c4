"""``check --plan`` on what real terraform plans for each class of change."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from driftcheck.compare.changes import UNSTATED
from driftcheck.stages.check_base import MODULE_MOVED
from tests.check.conftest import Outcome, Repository
from tests.check.plan_cases import PLAN, STATE, plan_changes, slug
from tests.check.test_changes import CASES
from tests.terraform.harness import ToolchainMissing, find_toolchain

#: Terraform plans nothing: it does not notice another type of the same attribute, and what
#: the code stops stating it leaves as it is.
UNNOTICED = {"another type of a key"} | {
    name for name, (_, _, wanted) in CASES.items() if wanted[0] == UNSTATED
}
#: A scaling target that is gone is no change of the table's own resource.
BESIDE = {"no scaling any more": [["delete"]]}

Told = dict[str, set[tuple[str, str, str]]]
WANTED: Told = {
    slug(name): set() if name in UNNOTICED else {(rule, path, risk)}
    for name, (_before, _after, (rule, path, _line, risk, _words)) in CASES.items()
}


def case_of(name: str) -> str:
    """The prefix of the case that a resource's name belongs to."""
    return max((p for p in WANTED if name.startswith(f"{p}_")), key=len)


def told(outcome: Outcome) -> Told:
    """Rule, path and risk of the changes of each case."""
    found: Told = {prefix: set() for prefix in WANTED}
    for finding in outcome.findings:
        if finding["kind"] == "change":
            name = finding["address"].partition(".")[2]
            found[case_of(name)].add((finding["rule"], finding["path"], finding["risk"]))
    return found


def test_each_class_is_told_from_a_plan(repository: Repository) -> None:
    outcome = repository.check("--plan", str(PLAN))
    assert told(outcome) == WANTED
    assert outcome.code == 1
    assert all(f["location"] is None for f in outcome.findings if f["kind"] == "change")


@cache
def actions() -> dict[str, list[str]]:
    return {
        change["address"].partition(".")[2]: change["change"]["actions"]
        for change in json.loads(PLAN.read_text())["resource_changes"]
    }


@pytest.mark.parametrize("name", CASES)
def test_what_is_told_of_the_code_is_what_terraform_plans(name: str) -> None:
    """That the findings of ``--base`` (see ``test_changes``) are true."""
    rule = CASES[name][2][0]
    planned = [sorted(a) for n, a in actions().items() if case_of(n) == slug(name)]
    planned = [a for a in planned if a != ["no-op"]]
    wanted = {
        "table-created": [["create"]],
        "table-destroyed": [["delete"]],
        "table-forgotten": [["forget"]],
        "table-replaced": [["create", "delete"]],
        "table-moved-without-block": [["create"], ["delete"]],
    }.get(rule, BESIDE.get(name, [["update"]]))
    assert sorted(planned) == ([] if name in UNNOTICED else wanted)


@pytest.mark.terraform
def test_terraform_plans_it_still(repository: Repository, tmp_path: Path) -> None:
    try:
        toolchain = find_toolchain()
    except ToolchainMissing as missing:
        pytest.skip(str(missing))
    document: dict[str, Any] = plan_changes(toolchain, STATE.read_text(), tmp_path / "work")
    repository.write({"plan.json": json.dumps(document)})
    assert told(repository.check("--plan", "plan.json")) == WANTED


def test_the_documentation_lists_the_same_classes() -> None:
    """The table of ``docs/changes.md``: every finding of a case, with its risk."""
    page = (Path(__file__).parents[2] / "docs" / "changes.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| .+ \| `([a-z-]+)`[^|]* \| ([a-z]+) \|$", page, re.M))
    known = {(rule, risk) for _, _, (rule, _, _, risk, _) in CASES.values()}
    assert told == known | {(MODULE_MOVED, "disruptive")}
