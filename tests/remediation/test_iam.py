"""Each use stays within the policy that ``driftcheck iam`` prints for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from driftcheck.aspects import ASPECTS
from driftcheck.cli.main import run
from driftcheck.stages.iam import Reach, Use, policy_for
from tests.remediation.iam import forbidden
from tests.simulator.account import Account
from tests.simulator.clock import FastClock
from tests.simulator.wire import in_process

pytestmark = pytest.mark.simulator

SPEC = Path(__file__).resolve().parents[2] / "specs" / "invoices.yaml"
PATIENT = ["--poll-interval", "0.02"]


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Account]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.chdir(tmp_path)
    made = Account(FastClock(400.0))
    with in_process(lambda url: made):
        yield made


def printed(use: str, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    capsys.readouterr()
    assert run(["iam", use, str(SPEC)]) == 0
    policy: dict[str, object] = json.loads(capsys.readouterr().out)
    return policy


def test_every_use_stays_within_its_own_policy(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = str(SPEC)

    def calls_of(*arguments: str, code: int = 0) -> list[str]:
        account.log.clear()
        assert run([*arguments, *PATIENT]) == code, capsys.readouterr()
        return forbidden(account.log, account, printed(arguments[0], capsys))

    provisioned = ["--var", "billing_mode=PROVISIONED"]
    assert calls_of("provision", spec, *provisioned) == []
    assert {c.action for c in account.log} >= {"dynamodb:CreateTable"}
    assert calls_of("scan", spec, *provisioned) == []
    assert not [c for c in account.log if c.writes]
    everything = ["--yes", "--allow", "disruptive", "--allow", "destructive"]
    everything += ["--confirm-table", "invoices", "--allow-undetermined"]
    assert calls_of("remediate", spec, *everything) == []
    assert {c.operation for c in account.log} >= {"UpdateTable", "DeregisterScalableTarget"}
    assert calls_of("remediate", spec, *provisioned, *everything) == []
    assert {c.operation for c in account.log} >= {"RegisterScalableTarget", "PutScalingPolicy"}
    account.call(
        "dynamodb", "UpdateTable", {"TableName": "invoices", "DeletionProtectionEnabled": False}
    )
    assert calls_of("provision", spec, "--destroy", "--yes") == []
    assert account.dynamodb.tables == {}


def test_a_policy_that_lacks_something_is_found_out() -> None:
    account = Account(FastClock(1.0))
    account.call("dynamodb", "ListTables", {})
    narrow = policy_for(Use.SCAN, Reach(frozenset({"arn:aws:dynamodb:*:*:table/x"}), frozenset()))
    assert forbidden(account.log, account, narrow) == ["dynamodb:ListTables on *"]


@pytest.mark.parametrize("use", list(Use))
def test_no_use_may_delete_a_table_that_it_did_not_make(use: Use) -> None:
    reach = Reach(frozenset({"arn:aws:dynamodb:*:*:table/x"}), frozenset({"eu-central-1"}))
    for statement in policy_for(use, reach)["Statement"]:
        if "dynamodb:DeleteTable" in statement["Action"]:
            assert use is Use.PROVISION
            assert statement["Condition"] == {
                "StringEquals": {"aws:ResourceTag/driftcheck:provisioned": "true"}
            }


def test_a_scan_may_write_nothing() -> None:
    writes = {o for aspect in ASPECTS for o in aspect.writes}
    reach = Reach(frozenset({"arn:aws:dynamodb:*:*:table/x"}), frozenset(), lists=True)
    allowed = {a for s in policy_for(Use.SCAN, reach)["Statement"] for a in s["Action"]}
    assert allowed & writes == set()
    assert not [a for a in allowed if not a.split(":")[1].startswith(("Describe", "List", "Get"))]


def test_resources_are_named_in_their_partition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "orders.yaml"
    spec.write_text(
        "version: 1\nname: orders\ntable: orders\ncontract: {hash_key: id}\n"
        'targets: [{name: a, account: "123456789012", region: cn-north-1}]\n',
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    assert run(["iam", "remediate", str(spec)]) == 0
    policy = json.loads(capsys.readouterr().out)
    resources = {r for s in policy["Statement"] for r in s["Resource"]} - {"*"}
    assert "arn:aws-cn:dynamodb:cn-north-1:123456789012:table/orders" in resources
    assert all(resource.startswith("arn:aws-cn:") for resource in resources)


BARE = """
version: 1
name: orders
table: orders
targets: [{name: a, account: "123456789012", region: eu-central-1}]
contract: {hash_key: id}
aspects: {exclude: [replica]}
policies: {packs: []}
"""


@pytest.mark.parametrize(
    ("more", "reads"),
    [
        ("", {"dynamodb:DescribeTable"}),
        ("ttl: {enabled: true}", {"dynamodb:DescribeTimeToLive"}),
        ("tags: {Owner: me}", {"dynamodb:ListTagsOfResource"}),
        (
            "autoscaling: {table: {read: null}}",
            {
                "application-autoscaling:DescribeScalableTargets",
                "application-autoscaling:DescribeScalingPolicies",
            },
        ),
    ],
)
def test_a_scan_needs_no_more_than_its_spec_asks_about(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: str, reads: set[str]
) -> None:
    spec = tmp_path / "orders.yaml"
    text = BARE.replace("{hash_key: id}", f"{{hash_key: id, {more}}}" if more else "{hash_key: id}")
    spec.write_text(text, encoding="utf-8")
    assert run(["iam", "scan", str(spec)]) == 0
    policy = json.loads(capsys.readouterr().out)
    allowed = {action for statement in policy["Statement"] for action in statement["Action"]}
    assert allowed == reads | {"dynamodb:DescribeTable"}


def test_a_policy_of_ones_own_is_read_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "orders.yaml"
    spec.write_text(BARE.replace("packs: []", "packs: [own]"), encoding="utf-8")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "alive.yaml").write_text(
        "version: 1\nid: alive\ntitle: Items expire.\nseverity: low\nrationale: Old items cost.\n"
        "remediation: Enable TTL.\npacks: [own]\nmust: {required: [ttl]}\n"
        "examples:\n  - {name: none, expect: fail, document: {}}\n"
        "  - {name: some, expect: pass, document: {ttl: {enabled: true}}}\n",
        encoding="utf-8",
    )
    assert run(["iam", "scan", str(spec), "--policies", str(tmp_path / "own")]) == 0
    assert "dynamodb:DescribeTimeToLive" in capsys.readouterr().out


def policy_of(module: str, spec: str, where: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    (where / "main.tf").write_text(module, encoding="utf-8")
    (where / "orders.yaml").write_text(spec, encoding="utf-8")
    assert run(["iam", "scan", str(where / "orders.yaml")]) == 0
    statements = json.loads(capsys.readouterr().out)["Statement"]
    return {statement["Sid"]: statement for statement in statements}


TABLE = """
resource "aws_dynamodb_table" "orders" {
  name         = "orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
  MORE
}
"""
WITH_MODULE = BARE.replace("table: orders\n", "module: .\n").replace("exclude: [replica]", "")


def test_a_table_is_allowed_where_its_provider_has_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    west = 'provider "aws" {\n  alias = "west"\n  region = "eu-west-1"\n}\n'
    found = policy_of(
        west + TABLE.replace("MORE", "provider = aws.west"), WITH_MODULE, tmp_path, capsys
    )
    assert found["Tables"]["Resource"] == ["arn:aws:dynamodb:eu-west-1:123456789012:table/orders"]


def test_a_replica_that_only_the_contract_states_is_allowed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = WITH_MODULE.replace("{hash_key: id}", "{hash_key: id, replica: {eu-west-1: {}}}")
    found = policy_of(TABLE.replace("MORE", ""), spec, tmp_path, capsys)
    assert found["Tables"]["Resource"] == [
        f"arn:aws:dynamodb:{region}:123456789012:table/orders"
        for region in ("eu-central-1", "eu-west-1")
    ]


def test_a_key_of_another_account_may_be_looked_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = "arn:aws:kms:eu-central-1:999999999999:key/1"
    block = f'server_side_encryption {{\n enabled = true\n kms_key_arn = "{key}"\n }}'
    found = policy_of(TABLE.replace("MORE", block), WITH_MODULE, tmp_path, capsys)
    assert found["LookUpKeys"]["Resource"] == ["arn:aws:kms:*:123456789012:key/*", key]


def test_many_tables_without_a_known_name_have_their_tags_read_in_bulk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    caller = 'data "aws_caller_identity" "me" {}\n'
    name = '"orders-${data.aws_caller_identity.me.account_id}-${count.index}"'
    module = caller + TABLE.replace('"orders"\n', f"{name}\n", 1).replace(
        "MORE", 'count = 12\n  tags = { Owner = "me" }'
    )
    module = module.replace('"aws_dynamodb_table" ' + name, '"aws_dynamodb_table" "orders"')
    spec = WITH_MODULE.replace('account: "123456789012", ', "")
    found = policy_of(module, spec, tmp_path, capsys)
    assert "tag:GetResources" in found["AcrossTables"]["Action"]


@pytest.mark.parametrize(
    ("use", "spec", "listed"),
    [
        ("scan", BARE + "unmanaged: {enabled: true}\n", True),
        ("remediate", BARE + "unmanaged: {enabled: true}\n", False),
        ("scan", BARE.replace("table: orders", "table: order-*"), True),
        ("remediate", BARE.replace("table: orders", "table: order-*"), True),
        ("remediate", BARE, False),
    ],
)
def test_tables_are_listed_by_who_looks_for_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], use: str, spec: str, listed: bool
) -> None:
    file = tmp_path / "orders.yaml"
    file.write_text(spec, encoding="utf-8")
    assert run(["iam", use, str(file)]) == 0
    policy = json.loads(capsys.readouterr().out)
    allowed = {action for statement in policy["Statement"] for action in statement["Action"]}
    assert ("dynamodb:ListTables" in allowed) is listed
