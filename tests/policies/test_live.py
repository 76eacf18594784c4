"""Policies on what only AWS knows, from its answers to the exit code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from driftcheck.cli.main import run

REGION = "eu-central-1"
SPEC = """version: 1
name: orders
table: orders
targets: [{name: test, region: eu-central-1}]
policies: {packs: [], include: [encryption-key-*]}
"""


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, str]]:
    """A table that is encrypted with a customer's key, and a spec that judges the key."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.yaml").write_text(SPEC)
    with mock_aws():
        kms: Any = boto3.client("kms", region_name=REGION)
        arn = str(kms.create_key()["KeyMetadata"]["Arn"])
        boto3.client("dynamodb", region_name=REGION).create_table(
            TableName="orders",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": arn},
        )
        yield kms, arn


def told(capsys: pytest.CaptureFixture[str]) -> tuple[int, set[tuple[str, Any]]]:
    code = run(["scan", "orders.yaml", "--format", "json", "--quiet"])
    findings = json.loads(capsys.readouterr().out)["findings"]
    return code, {(f["rule"], f["actual"]) for f in findings if f["kind"] == "policy"}


def test_a_key_that_is_not_rotated(
    key: tuple[Any, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(capsys) == (1, {("encryption-key-rotates", False)})


def test_a_key_in_order(key: tuple[Any, str], capsys: pytest.CaptureFixture[str]) -> None:
    kms, arn = key
    kms.enable_key_rotation(KeyId=arn)
    assert told(capsys) == (0, set())


def test_a_key_that_is_about_to_be_deleted(
    key: tuple[Any, str], capsys: pytest.CaptureFixture[str]
) -> None:
    kms, arn = key
    kms.enable_key_rotation(KeyId=arn)
    kms.schedule_key_deletion(KeyId=arn.rpartition("/")[2], PendingWindowInDays=7)
    code, broken = told(capsys)
    assert code == 1
    assert ("encryption-key-usable", "PendingDeletion") in broken
