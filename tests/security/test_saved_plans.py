"""A saved plan says what somebody agreed to. It is not a list of calls for others to edit."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Program, aws, cli, dynamodb, no_settings_of_the_user

__all__ = ["aws", "cli", "dynamodb", "no_settings_of_the_user"]

pytestmark = pytest.mark.moto

#: Code and live differ, and nobody else says who is right.
UNSURE = ("--allow-undetermined",)
Edit = Callable[[dict[str, Any]], None]


def _first(plan: dict[str, Any]) -> dict[str, Any]:
    step: dict[str, Any] = plan["tables"][0]["steps"][0]
    return step


def _delete(plan: dict[str, Any]) -> None:
    _first(plan).update(operation="dynamodb:DeleteTable", risk="safe")


def _other_table(plan: dict[str, Any]) -> None:
    _first(plan)["arguments"]["TableName"] = "payroll"


def _other_arn(plan: dict[str, Any]) -> None:
    _first(plan)["arguments"] = {
        "ResourceArn": "arn:aws:dynamodb:eu-central-1:123456789012:table/payroll",
        "Tags": [],
    }


def _no_conditions(plan: dict[str, Any]) -> None:
    _first(plan)["settles"] = []


def _one_more(plan: dict[str, Any]) -> None:
    plan["tables"][0]["steps"].append({**_first(plan), "number": 99})


def _renamed(plan: dict[str, Any]) -> None:
    plan["tables"][0]["table"] = "\x1b[31mpayroll"


FORGED: list[Edit] = [_delete, _other_table, _other_arn, _no_conditions, _one_more, _renamed]

DAMAGED: dict[str, object] = {
    "a list": [],
    "no tables": {"plan_version": 1},
    "tables of numbers": {"plan_version": 1, "created_at": "x", "tables": 5},
    "a number for a table": {"plan_version": 1, "created_at": "x", "tables": [5]},
    "another version": {"plan_version": "\x1b[31m\n::error::x"},
}


def test_only_what_is_planned_now_is_carried_out(
    cli: Program, dynamodb: Any, tmp_path: Path
) -> None:
    """Each edit of a saved plan is refused, and nothing is changed; the plan itself is not."""
    assert cli("provision", "specs/orders.yaml").code == 0
    arn = dynamodb.describe_table(TableName="orders")["Table"]["TableArn"]
    dynamodb.untag_resource(ResourceArn=arn, TagKeys=["Environment"])
    file = tmp_path / "plan.json"
    cli("remediate", *UNSURE, "--dry-run", "--plan-out", str(file))
    good = file.read_text()
    for edit in FORGED:
        plan = json.loads(good)
        edit(plan)
        file.write_text(json.dumps(plan))
        done = cli("remediate", *UNSURE, "--yes", "--plan-in", str(file))
        assert done.code == 2, edit
        assert "saved plan" in done.err, edit
        assert "\x1b" not in done.err + done.out, edit
    for name, damaged in DAMAGED.items():
        file.write_text(json.dumps(damaged))
        done = cli("remediate", *UNSURE, "--yes", "--plan-in", str(file))
        assert done.code == 2, name
        assert done.err.startswith("driftcheck: "), name
        assert not [line for line in done.err.splitlines() if line.lstrip().startswith("::")], name
    assert "Environment" not in _tags(dynamodb, arn)
    file.write_text(good)
    assert cli("remediate", *UNSURE, "--yes", "--plan-in", str(file)).code == 0
    assert _tags(dynamodb, arn)["Environment"] == "test"


def _tags(dynamodb: Any, arn: str) -> dict[str, str]:
    answer = dynamodb.list_tags_of_resource(ResourceArn=arn)
    return {tag["Key"]: tag["Value"] for tag in answer["Tags"]}
