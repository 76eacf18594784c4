"""``check --plan`` on a plan of Terraform's own (``main.tf`` beside it), and ``--live``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.check.conftest import TABLE, Outcome, Repository

PLAN = Path(__file__).parent / "data" / "plan" / "plan.json"


def changes(outcome: Outcome) -> dict[str, tuple[str, str]]:
    return {
        f["address"] + f["path"]: (f["rule"], f["risk"])
        for f in outcome.findings
        if f["kind"] == "change"
    }


def altered(repository: Repository, **parts: Any) -> str:
    repository.write({"plan.json": json.dumps({**json.loads(PLAN.read_text()), **parts})})
    return "plan.json"


def test_what_a_plan_does_to_the_tables(repository: Repository) -> None:
    outcome = repository.check("--plan", str(PLAN))
    assert changes(outcome) == {
        "aws_dynamodb_table.fresh": ("table-created", "safe"),
        "aws_dynamodb_table.gone": ("table-destroyed", "destructive"),
        "aws_dynamodb_table.kept": ("table-forgotten", "safe"),
        "aws_dynamodb_table.new": ("table-replaced", "impossible"),
        "aws_dynamodb_table.this/deletion_protection_enabled": (
            "deletion-protection-change",
            "disruptive",
        ),
        "aws_dynamodb_table.this/stream_view_type": ("stream-change", "disruptive"),
    }
    assert outcome.code == 1


def test_a_plan_is_held_against_the_policies(repository: Repository) -> None:
    outcome = repository.check("--plan", str(PLAN))
    broken = {f["address"] for f in outcome.findings if f["rule"] == "pitr-enabled"}
    assert broken == {f"aws_dynamodb_table.{name}" for name in ("fresh", "new", "this")}


def test_a_replacement_for_another_reason_is_told_in_the_words_of_the_plan(
    repository: Repository,
) -> None:
    plan = json.loads(PLAN.read_text())
    for change in plan["resource_changes"]:
        if change["address"] == "aws_dynamodb_table.this":
            change["change"] |= {"actions": ["delete", "create"], "replace_paths": [["region"]]}
    outcome = repository.check("--plan", altered(repository, **plan))
    (finding,) = [f for f in outcome.findings if f["address"] == "aws_dynamodb_table.this"][:1]
    assert (finding["rule"], finding["risk"]) == ("table-replaced", "impossible")
    assert finding["message"].endswith("its data is lost: region")


@pytest.mark.parametrize("part", [{"errored": True}, {"complete": False}])
def test_a_plan_with_holes_is_no_verdict(repository: Repository, part: dict[str, bool]) -> None:
    outcome = repository.check("--plan", altered(repository, **part), "--fail-on", "never")
    assert [rule for rule, _, _ in outcome.told("unknown")] == ["plan-incomplete"]
    assert outcome.code == 2


def test_what_is_no_plan(repository: Repository) -> None:
    repository.write({"x.json": "{}"})
    outcome = repository.check("--plan", "x.json")
    assert outcome.code == 2
    assert "terraform show -json" in outcome.err


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The table ``orders`` in the embedded AWS, with three items."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        client: Any = boto3.client("dynamodb")
        client.create_table(
            TableName="orders",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        )
        for number in range(3):
            client.put_item(TableName="orders", Item={"id": {"S": str(number)}})
        yield client


def test_live_tells_how_much_is_at_stake(repository: Repository, live: Any) -> None:
    repository.merge_into({"main.tf": TABLE})
    swapped = TABLE.replace('hash_key     = "id"', 'hash_key     = "at"')
    repository.write({"main.tf": swapped.replace('range_key    = "at"', 'range_key    = "id"')})
    outcome = repository.check("--base", "main", "--live")
    (finding,) = [f for f in outcome.findings if f["kind"] == "change"]
    assert "(3 items, " in finding["message"]


def test_live_without_the_table_says_so(repository: Repository, live: Any) -> None:
    live.delete_table(TableName="orders")
    repository.merge_into({"main.tf": TABLE})
    repository.write({"main.tf": "locals {}\n"})
    outcome = repository.check("--base", "main", "--live")
    (finding,) = [f for f in outcome.findings if f["kind"] == "change"]
    assert "how much that is could not be read" in finding["message"]
    assert finding["rule"] == "table-destroyed"
    assert outcome.code == 1
