"""``driftcheck adopt``: what it writes scans clean, and then holds."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from tests.cli.conftest import SPEC, Program

pytestmark = pytest.mark.moto

HERE = ("--region", "eu-central-1")


@pytest.fixture
def live(cli: Program, dynamodb: Any) -> Program:
    """Two live tables, one of which is made from the module with its scaling."""
    assert cli("provision", "specs/orders.yaml").code == 0
    dynamodb.create_table(
        TableName="orders-old",
        KeySchema=[
            {"AttributeName": "id", "KeyType": "HASH"},
            {"AttributeName": "at", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "at", "AttributeType": "N"},
        ],
        ProvisionedThroughput={"ReadCapacityUnits": 3, "WriteCapacityUnits": 4},
        Tags=[{"Key": "Owner", "Value": "12345"}, {"Key": "Odd", "Value": "a: b #c"}],
    )
    return cli


def test_one_table(live: Program, dynamodb: Any) -> None:
    assert live("adopt", "orders-old", *HERE, "--out", "specs/old.yaml").code == 0
    spec = yaml.safe_load((live.root / "specs" / "old.yaml").read_text())
    assert (spec["name"], spec["table"]) == ("orders-old", ["orders-old"])
    assert spec["targets"] == [
        {"name": "live", "account": "123456789012", "region": "eu-central-1"}
    ]
    assert spec["contract"]["tags"] == {"Owner": "12345", "Odd": "a: b #c"}
    assert live("scan", "specs/old.yaml").code == 0

    capacity = {"ReadCapacityUnits": 3, "WriteCapacityUnits": 5}
    dynamodb.update_table(TableName="orders-old", ProvisionedThroughput=capacity)
    done = live("scan", "specs/old.yaml", "--format", "json")
    [finding] = [f for f in json.loads(done.out)["findings"] if f["kind"] != "unknown"]
    assert (done.code, finding["path"], finding["at_odds"]) == (1, "/write_capacity", "live")
    assert (finding["expected"], finding["actual"]) == (4, 5)


def test_several_tables_by_pattern(live: Program) -> None:
    done = live("adopt", "orders*", "orders", *HERE, "--name", "all", "--quiet")
    assert done.code == 0
    live.write("specs/all.yaml", done.out)
    scanned = json.loads(live("scan", "specs/all.yaml", "--format", "json").out)
    assert [(t["name"], t["status"]) for t in scanned["tables"]] == [
        ("orders", "compliant"),
        ("orders-old", "compliant"),
    ]


def test_what_aws_does_not_tell_is_left_out_and_said(live: Program, deny: set[str]) -> None:
    deny.add("dynamodb:DescribeTimeToLive")
    done = live("adopt", "orders", *HERE)
    assert done.code == 2
    why = "orders: dynamodb:DescribeTimeToLive: access denied (not yours)"
    assert f"# Not read: {why}\n" in done.out
    assert f"driftcheck: not read, and left out: {why}\n" in done.err
    assert "ttl" not in yaml.safe_load(done.out)["contract"]


def test_a_table_that_cannot_be_read_at_all(live: Program, deny: set[str]) -> None:
    deny.add("dynamodb:DescribeTable")
    done = live("adopt", "orders", *HERE)
    assert (done.code, done.out) == (2, "")
    assert "driftcheck: orders cannot be read: dynamodb:DescribeTable: access denied" in done.err


def test_the_sandbox_has_the_reference_table(cli: Program) -> None:
    done = cli("adopt", "invoices", "--sandbox")
    assert done.code == 0
    spec = yaml.safe_load(done.out)
    assert spec["contract"]["hash_key"] == "invoiceId"
    assert spec["targets"][0]["name"] == "live"
    named = cli("adopt", "invoices", "--sandbox", "--target", "here")
    assert yaml.safe_load(named.out)["targets"][0]["name"] == "here"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["oders"], 'there is no table "oders" in 123456789012/eu-central-1. Did you mean "ord'),
        (["zz*"], 'no table in 123456789012/eu-central-1 matches "zz*".'),
        (["orders", "--out", "specs/orders.yaml"], "--out specs/orders.yaml: is there already."),
        (["orders", "--out", "no/x.yaml"], "no/x.yaml: there is no directory to write it into."),
        ([], "Missing argument"),
    ],
)
def test_what_cannot_be_done(live: Program, arguments: list[str], said: str) -> None:
    done = live("adopt", *arguments, *HERE)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert (live.root / "specs" / "orders.yaml").read_text() == SPEC
