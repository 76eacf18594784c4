"""One spec for many tables: patterns, lists, regions, and instances of a template."""

from __future__ import annotations

from pathlib import Path

import pytest

from driftcheck.model.finding import Kind
from driftcheck.spec.load import load_specs
from driftcheck.stages.scan import ScanOptions, scan
from tests.scan.recorded import SPEC, RecordedAws, answers, places, scanned, write

CONTRACT = """
version: 1
name: invoices
targets: [{name: test, account: "123456789012", region: eu-central-1}]
policies: {packs: []}
contract: {deletion_protection_enabled: true}
"""
WITHOUT_DEFAULT = """
variable "name" {}

resource "aws_dynamodb_table" "this" {
  name         = "${var.name}-${random_pet.x.id}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
}

resource "random_pet" "x" {}
"""


def live(*names: str, region: str = "eu-central-1") -> RecordedAws:
    aws = RecordedAws()
    for name in names:
        protected = name.endswith("-safe")
        aws.put(answers(name, region, DeletionProtectionEnabled=protected), name=name)
    return aws


def test_a_pattern_stands_for_the_live_tables_that_match(tmp_path: Path) -> None:
    aws = live("invoice-a", "invoice-b-safe", "orders")
    report = scanned(write(tmp_path, CONTRACT + 'table: "invoice-*"\n'), aws)
    assert [(t.name, t.status) for t in report.tables] == [
        ("invoice-a", "noncompliant"),
        ("invoice-b-safe", "compliant"),
    ]
    assert [t for _, t in aws.looks] == ["invoice-a", "invoice-b-safe"]


def test_a_name_has_to_exist_and_a_pattern_to_match(tmp_path: Path) -> None:
    aws = live("invoice-a-safe")
    report = scanned(write(tmp_path, CONTRACT + 'table: [orders, "invoice-*", "bill-*"]\n'), aws)
    assert {(f.rule, f.table) for f in report.findings} == {
        ("table-missing", "orders"),
        ("tables-unmatched", None),
    }
    [finding] = [f for f in report.findings if f.rule == "tables-unmatched"]
    assert finding.message == 'No live table matches "bill-*" in the target test'
    assert finding.kind is Kind.CONTRACT
    assert finding.location is not None
    assert finding.location.line == 7


def test_a_target_has_patterns_of_its_own(tmp_path: Path) -> None:
    aws = live("a-safe", "b-safe")
    spec = CONTRACT.replace("region: eu-central-1", 'region: eu-central-1, table: "b-*"')
    report = scanned(write(tmp_path, spec + 'table: "zzz-*"\n'), aws)
    assert [t.name for t in report.tables] == ["b-safe"]
    assert places(report) == []


def test_code_without_a_name_is_held_against_every_table_that_matches(tmp_path: Path) -> None:
    aws = live("invoice-a", "invoice-b", "orders")
    spec = SPEC + 'variables: {name: x}\ntable: "invoice-*"\n'
    report = scanned(write(tmp_path, spec, WITHOUT_DEFAULT), aws)
    address = "aws_dynamodb_table.this"
    assert [(t.name, t.address) for t in report.tables] == [
        ("invoice-a", address),
        ("invoice-b", address),
    ]


def test_beside_code_with_names_a_pattern_means_further_tables(tmp_path: Path) -> None:
    aws = live("orders", "orders-old")
    report = scanned(write(tmp_path, SPEC + 'table: "orders*"\n'), aws)
    assert [(t.name, t.address) for t in report.tables] == [
        ("orders", "aws_dynamodb_table.this"),
        ("orders-old", None),
    ]


def test_a_list_that_cannot_be_had_fails_the_target(tmp_path: Path) -> None:
    aws = live("orders")
    aws.unlisted = True
    two = CONTRACT.replace("targets: [", 'targets: [{name: other, table: "orders"}, ')
    report = scanned(write(tmp_path, two + 'table: "inv*"\n'), aws)
    assert [f.rule for f in report.findings if f.kind is Kind.UNKNOWN] == ["target-failed"]
    assert [t.name for t in report.tables] == ["orders"]


def test_every_region_is_a_target(tmp_path: Path) -> None:
    aws = live("a-safe")
    aws.put(answers("b", "eu-west-1"), name="b", region="eu-west-1")
    spec = CONTRACT.replace("region: eu-central-1", "regions: [eu-central-1, eu-west-1]")
    report = scanned(write(tmp_path, spec + 'table: "*"\n'), aws)
    assert [(t.target, t.region, t.name) for t in report.tables] == [
        ("test-eu-central-1", "eu-central-1", "a-safe"),
        ("test-eu-west-1", "eu-west-1", "b"),
    ]


@pytest.mark.parametrize("names", [["a-safe", "b-safe"], ["a-safe"]])
def test_the_instances_of_a_template_are_specs_of_their_own(
    tmp_path: Path, names: list[str]
) -> None:
    text = CONTRACT + "for_each: [a, b]\ntable: ${each.key}-safe\n"
    options = ScanOptions(settle_timeout=0)
    report = scan(load_specs(write(tmp_path, text)), (), live(*names), options)
    assert [(t.spec, t.name) for t in report.tables] == [
        ('invoices["a"]', "a-safe"),
        ('invoices["b"]', "b-safe"),
    ]
    missing = [f.table for f in report.findings if f.rule == "table-missing"]
    assert missing == [n for n in ("a-safe", "b-safe") if n not in names]
