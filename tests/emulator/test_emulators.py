"""Scans against emulators that are not moto: what they offer compares, the rest is unknown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from driftcheck.aws.connector import AwsConnector, AwsOptions
from driftcheck.model.finding import Kind
from driftcheck.model.report import Report
from driftcheck.model.values import Cause
from driftcheck.spec.load import load_spec
from driftcheck.stages.scan import ScanOptions, scan
from tests.emulator.emulators import (
    NotInstalled,
    free_port,
    install_dynalite,
    install_ministack,
    running,
)

pytestmark = [pytest.mark.emulator, pytest.mark.slow]

REGION = "eu-central-1"
MODULE = """
resource "aws_dynamodb_table" "this" {
  name           = "orders"
  read_capacity  = 5
  write_capacity = 6
  hash_key       = "id"
  range_key      = "at"
  attribute {
    name = "id"
    type = "S"
  }
  attribute {
    name = "at"
    type = "N"
  }
  attribute {
    name = "day"
    type = "S"
  }
  global_secondary_index {
    name               = "by-day"
    hash_key           = "day"
    projection_type    = "INCLUDE"
    non_key_attributes = ["b", "a"]
    read_capacity      = 3
    write_capacity     = 4
  }
  local_secondary_index {
    name            = "local"
    range_key       = "day"
    projection_type = "KEYS_ONLY"
  }
  tags = { Owner = "billing" }
}
"""
SPEC = f"""
version: 1
name: orders
module: ../module
targets: [{{name: emulated, region: {REGION}}}]
policies: {{packs: []}}
"""
CAPACITY = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}
TABLE: dict[str, Any] = {
    "TableName": "orders",
    "KeySchema": [
        {"AttributeName": "id", "KeyType": "HASH"},
        {"AttributeName": "at", "KeyType": "RANGE"},
    ],
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": kind}
        for name, kind in (("id", "S"), ("at", "N"), ("day", "S"))
    ],
    "ProvisionedThroughput": CAPACITY,
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-day",
            "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["a", "b"]},
            "ProvisionedThroughput": {"ReadCapacityUnits": 3, "WriteCapacityUnits": 4},
        }
    ],
    "LocalSecondaryIndexes": [
        {
            "IndexName": "local",
            "KeySchema": [
                {"AttributeName": "id", "KeyType": "HASH"},
                {"AttributeName": "day", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
    ],
}
OTHER = {**TABLE["GlobalSecondaryIndexes"][0], "IndexName": "other"}


@pytest.fixture(scope="module")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    try:
        command = install_ministack(tmp_path_factory.mktemp("ministack") / "venv")
    except NotInstalled as reason:
        pytest.skip(str(reason))
    port = free_port()
    environment = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "LOG_LEVEL": "ERROR",
    }
    with running(command, port, environment) as url:
        yield url


@pytest.fixture(scope="module")
def dynalite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    try:
        command = install_dynalite(tmp_path_factory.mktemp("dynalite") / "prefix")
    except NotInstalled as reason:
        pytest.skip(str(reason))
    port = free_port()
    command += ["--host", "127.0.0.1", "--port", str(port)]
    command += [f"--{what}TableMs=0" for what in ("create", "update", "delete")]
    with running(command, port, {}) as url:
        yield url


class Emulated:
    """A fresh table in an emulator, and scans of it."""

    def __init__(self, url: str, root: Path) -> None:
        self._url = url
        (root / ".git").mkdir()
        for name in ("module", "specs"):
            (root / name).mkdir()
        (root / "module" / "main.tf").write_text(MODULE, encoding="utf-8")
        self._spec = root / "specs" / "orders.yaml"
        self._spec.write_text(SPEC, encoding="utf-8")
        self.client: Any = boto3.client("dynamodb", region_name=REGION, endpoint_url=url)
        if "orders" in self.client.list_tables()["TableNames"]:
            self.delete()
        self.create(TABLE)

    def delete(self) -> None:
        self.client.delete_table(TableName="orders")
        self.client.get_waiter("table_not_exists").wait(
            TableName="orders", WaiterConfig={"Delay": 1}
        )

    def create(self, table: dict[str, Any]) -> None:
        self.client.create_table(**table)
        self.client.get_waiter("table_exists").wait(TableName="orders", WaiterConfig={"Delay": 1})
        self.arn = self.client.describe_table(TableName="orders")["Table"]["TableArn"]
        owner = [{"Key": "Owner", "Value": "billing"}]
        self.client.tag_resource(ResourceArn=self.arn, Tags=owner)

    def scan(self) -> Report:
        connector = AwsConnector(AwsOptions(endpoint_url=self._url))
        options = ScanOptions(settle_timeout=20, poll_interval=0.5)
        return scan([load_spec(self._spec)], (), connector, options)

    def drift(self) -> list[str]:
        """The paths of everything that is no unknown; an unknown is one for want of an answer."""
        found = self.scan().findings
        unknown = {f.rule for f in found if f.kind is Kind.UNKNOWN}
        assert unknown <= {Cause.UNSUPPORTED, Cause.NOT_READABLE}
        return [f.path for f in found if f.kind is not Kind.UNKNOWN]


@pytest.fixture(params=["ministack", "dynalite"])
def emulated(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Emulated:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return Emulated(request.getfixturevalue(request.param), tmp_path)


def test_a_table_as_it_is_declared_has_not_drifted(emulated: Emulated) -> None:
    assert emulated.drift() == []


def test_a_removed_tag_is_drift(emulated: Emulated) -> None:
    emulated.client.untag_resource(ResourceArn=emulated.arn, TagKeys=["Owner"])
    assert emulated.drift() == ["/tags/Owner"]


def test_other_capacity_is_drift_unless_scaling_cannot_be_seen(emulated: Emulated) -> None:
    emulated.client.update_table(
        TableName="orders",
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 9},
    )
    found = emulated.scan().findings
    about = [f for f in found if f.path == "/write_capacity"]
    blind = any(f.path == "/autoscaling" and f.kind is Kind.UNKNOWN for f in found)
    assert [f.kind for f in about] == [Kind.UNKNOWN if blind else Kind.DRIFT]


def test_a_missing_index_is_drift(emulated: Emulated) -> None:
    # Made anew without it: dynalite accepts that an index is deleted, and keeps it.
    emulated.delete()
    emulated.create({**TABLE, "GlobalSecondaryIndexes": [OTHER]})
    assert sorted(emulated.drift()) == [
        "/global_secondary_index/by-day",
        "/global_secondary_index/other",
    ]


def test_a_missing_table_is_missing(emulated: Emulated) -> None:
    emulated.delete()
    assert [f.rule for f in emulated.scan().findings] == ["table-missing"]
