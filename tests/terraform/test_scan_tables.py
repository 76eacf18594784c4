"""More tables as teams write them, all made by one apply of real terraform: they scan clean."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from tests.terraform.harness import MODULES, MotoServer, Toolchain
from tests.terraform.test_scan import KEY, scanned, workspace

pytestmark = [pytest.mark.terraform, pytest.mark.slow]

CUSTOMER_KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"

TARGET = "target_tracking/DynamoDBReadCapacityUtilization/target_value"

#: Each is a configuration of its own kind; what one forgets, another has.
TABLES = f"""
module "invoices" {{
  source                     = "./dynamodb"
  table_name                 = "m-default"
  environment                = "test"
  enable_deletion_protection = false
}}
module "without_streams" {{
  source                        = "./dynamodb"
  table_name                    = "m-bare"
  environment                   = "test"
  enable_streams                = false
  enable_point_in_time_recovery = false
  enable_deletion_protection    = false
}}
module "scaled" {{
  source                     = "./dynamodb"
  table_name                 = "m-scaled"
  environment                = "test"
  billing_mode               = "PROVISIONED"
  autoscaling_read           = {{ max_capacity = 50 }}
  enable_deletion_protection = false
}}
module "tagged" {{
  source                     = "./dynamodb"
  for_each                   = toset(["a", "b"])
  table_name                 = "m-${{each.key}}"
  environment                = "test"
  enable_deletion_protection = false
  common_tags                = {{ Owner = each.key, Empty = "" }}
}}
resource "aws_dynamodb_table" "counted" {{
  count        = 2
  name         = format("c-%02d", count.index)
  billing_mode = "PAY_PER_REQUEST"
  {KEY}
}}
resource "aws_dynamodb_table" "number_key" {{
  name         = "number-key"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "n"
  attribute {{
    name = "n"
    type = "N"
  }}
}}
resource "aws_dynamodb_table" "customer_key" {{
  name         = "customer-key"
  billing_mode = "PAY_PER_REQUEST"
  {KEY}
  server_side_encryption {{
    enabled     = true
    kms_key_arn = "{CUSTOMER_KEY}"
  }}
}}
resource "aws_dynamodb_table" "capacity" {{
  name           = "capacity"
  read_capacity  = 7
  write_capacity = 3
  {KEY}
}}
resource "aws_dynamodb_table" "two_indexes" {{
  name           = "two-indexes"
  read_capacity  = 1
  write_capacity = 1
  hash_key       = "id"
  dynamic "attribute" {{
    for_each = toset(["id", "a", "b"])
    content {{
      name = attribute.key
      type = "S"
    }}
  }}
  dynamic "global_secondary_index" {{
    for_each = {{ z = "a", y = "b" }}
    content {{
      name            = "by-${{global_secondary_index.key}}"
      hash_key        = global_secondary_index.value
      projection_type = "KEYS_ONLY"
      read_capacity   = 2
      write_capacity  = 3
    }}
  }}
}}
resource "aws_dynamodb_table" "old_images" {{
  name             = "old-images"
  billing_mode     = "PAY_PER_REQUEST"
  stream_enabled   = true
  stream_view_type = "OLD_IMAGE"
  {KEY}
  point_in_time_recovery {{
    enabled                 = true
    recovery_period_in_days = 1
  }}
}}
resource "aws_dynamodb_table" "tagged_apart" {{
  name         = "tagged-apart"
  billing_mode = "PAY_PER_REQUEST"
  {KEY}
  lifecycle {{ ignore_changes = [tags] }}
}}
resource "aws_dynamodb_tag" "apart" {{
  resource_arn = aws_dynamodb_table.tagged_apart.arn
  key          = "Owner"
  value        = "somebody"
}}
"""


def told(report: dict[str, Any]) -> list[tuple[str, str, object, object]]:
    """What stands in a report: table, path, expected, actual."""
    return [
        (f["table"], f["path"], f["expected"], f["actual"])
        for f in report["findings"]
        if f["kind"] != "unknown" or f["decides"]
    ]


def test_they_scan_clean_until_an_input_of_a_module_changes(
    toolchain: Toolchain, aws: MotoServer, tmp_path: Path
) -> None:
    made = workspace(toolchain, aws, tmp_path, {"main.tf": "# the tables follow\n"})
    copytree(MODULES / "dynamodb", made.root / "dynamodb")
    (made.root / "main.tf").write_text(TABLES, encoding="utf-8")
    made.apply()
    report = scanned(aws, tmp_path, code=0)
    assert told(report) == []
    assert report["summary"]["compliant"] == report["summary"]["tables"] == 13

    ahead = TABLES.replace("max_capacity = 50", "max_capacity = 80, target_utilization = 60")
    ahead = ahead.replace("enable_streams                = false", "")
    (made.root / "main.tf").write_text(ahead, encoding="utf-8")
    indexes = ("createdAt-index", "customerId-createdAt-index", "status-createdAt-index")
    scaled = ["table", *(f"index/{index}" for index in indexes)]
    assert sorted(told(scanned(aws, tmp_path, code=1))) == sorted(
        [
            ("m-bare", "/stream_enabled", True, False),
            *(("m-scaled", f"/autoscaling/{s}/read/max_capacity", 80, 50) for s in scaled),
            *(("m-scaled", f"/autoscaling/{s}/read/{TARGET}", 60, 70) for s in scaled),
        ]
    )
