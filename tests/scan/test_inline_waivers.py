"""Waivers next to the code: they reach their resource or module call, and no further."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from driftcheck.model.finding import Status
from tests.scan.recorded import (
    BACKUPS,
    MODULE,
    SPEC,
    RecordedAws,
    answers,
    pitr,
    scanned,
    standing,
    write,
)

TODAY = date(2026, 6, 15)
WAIVER = "# driftcheck:ignore point-in-time-recovery-drift until={} restored by hand"
BLOCK = "  point_in_time_recovery { enabled = true }"


def statuses(file: Path, *tables: str) -> list[tuple[str, str | None, Status]]:
    """What is found of tables without PITR: rule, table, and whether it is waived."""
    aws = RecordedAws()
    for name in tables:
        aws.put({**answers(name), BACKUPS: pitr(False)}, name=name)
    report = scanned(file, aws, today=TODAY)
    return sorted((f.rule, f.table, f.status) for f in standing(report))


def module(waiver: str) -> str:
    return MODULE.replace(BLOCK, f"  {waiver}\n{BLOCK}")


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        ("2026-06-15", [("point-in-time-recovery-drift", "orders", Status.WAIVED)]),
        (
            "2026-06-14",
            [
                ("point-in-time-recovery-drift", "orders", Status.OPEN),
                ("waiver-expired", None, Status.OPEN),
            ],
        ),
    ],
)
def test_a_waiver_holds_through_its_last_day(
    tmp_path: Path, until: str, expected: list[tuple[str, str | None, Status]]
) -> None:
    file = write(tmp_path, module=module(WAIVER.format(until)))
    assert statuses(file, "orders") == expected


def test_a_waiver_that_matches_nothing_is_told(tmp_path: Path) -> None:
    file = write(tmp_path, module=module("# driftcheck:ignore ttl-drift until=2026-12-31 old"))
    assert statuses(file, "orders") == [
        ("point-in-time-recovery-drift", "orders", Status.OPEN),
        ("waiver-unused", None, Status.OPEN),
    ]


TWO = """
{waiver}
module "a" {{
  source   = "./child"
  for_each = toset(["orders"])
  name     = each.key
}}
module "b" {{
  source = "./child"
  name   = "invoices"
}}
"""


def test_a_waiver_at_a_module_call_holds_for_all_its_instances_only(tmp_path: Path) -> None:
    file = write(tmp_path, module=TWO.format(waiver=WAIVER.format("2026-12-31")))
    (tmp_path / "module" / "child").mkdir()
    (tmp_path / "module" / "child" / "main.tf").write_text(MODULE)
    assert statuses(file, "orders", "invoices") == [
        ("point-in-time-recovery-drift", "invoices", Status.OPEN),
        ("point-in-time-recovery-drift", "orders", Status.WAIVED),
    ]


def test_a_waiver_inside_of_a_module_holds_for_the_resource_in_every_instance(
    tmp_path: Path,
) -> None:
    file = write(tmp_path, module=TWO.format(waiver=""))
    (tmp_path / "module" / "child").mkdir()
    (tmp_path / "module" / "child" / "main.tf").write_text(module(WAIVER.format("2026-12-31")))
    assert {status for _, _, status in statuses(file, "orders", "invoices")} == {Status.WAIVED}


SCALED = """
resource "aws_dynamodb_table" "this" {
  name           = "orders"
  hash_key       = "id"
  read_capacity  = 5
  write_capacity = 5
  attribute {
    name = "id"
    type = "S"
  }
  point_in_time_recovery { enabled = true }
  tags = { Environment = "test" }
}
resource "aws_appautoscaling_target" "read" {
  service_namespace  = "dynamodb"
  resource_id        = "table/${aws_dynamodb_table.this.name}"
  scalable_dimension = "dynamodb:table:ReadCapacityUnits"
  min_capacity       = 5
  # driftcheck:ignore autoscaling-drift until=2026-12-31 raised for a sale
  max_capacity       = 50
}
resource "aws_appautoscaling_target" "write" {
  service_namespace  = "dynamodb"
  resource_id        = "table/${aws_dynamodb_table.this.name}"
  scalable_dimension = "dynamodb:table:WriteCapacityUnits"
  min_capacity       = 5
  max_capacity       = 50
}
"""


def test_a_waiver_at_a_scaling_target_holds_for_what_is_stated_there_only(tmp_path: Path) -> None:
    aws = RecordedAws()
    recorded = answers(
        BillingModeSummary={},
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
    )
    recorded["application-autoscaling:DescribeScalableTargets"] = {
        "ScalableTargets": [
            {
                "ResourceId": "table/orders",
                "ScalableDimension": f"dynamodb:table:{kind}CapacityUnits",
                "MinCapacity": 5,
                "MaxCapacity": 500,
            }
            for kind in ("Read", "Write")
        ]
    }
    aws.put(recorded)
    report = scanned(write(tmp_path, SPEC, SCALED), aws, today=TODAY)
    assert {f.path: f.status for f in standing(report)} == {
        "/autoscaling/table/read/max_capacity": Status.WAIVED,
        "/autoscaling/table/write/max_capacity": Status.OPEN,
    }
