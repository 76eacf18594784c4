"""What real terraform made scans clean; and what each of the two sees of later changes.

The results of the second test are the table in ``docs/terraform-plan.md``: it is held
against what the document says.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.terraform.harness import REGION, REPOSITORY, MotoServer, Toolchain, Workspace

pytestmark = [pytest.mark.terraform, pytest.mark.slow]

SPEC = f"""
version: 1
name: made
module: ../module
targets: [{{name: test, account: "123456789012", region: {REGION}}}]
policies: {{packs: []}}
"""


def workspace(
    toolchain: Toolchain, aws: MotoServer, root: Path, files: dict[str, str]
) -> Workspace:
    (root / ".git").mkdir()
    (root / "specs").mkdir()
    (root / "specs" / "made.yaml").write_text(SPEC, encoding="utf-8")
    return Workspace.write(toolchain, files, into=root / "module", endpoint=aws.endpoint)


def scanned(aws: MotoServer, root: Path, code: int | None = None) -> dict[str, Any]:
    """The report of `driftcheck scan` as users run it; ``code`` is how it has to end."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "driftcheck", "scan", str(root / "specs" / "made.yaml")),
            *("--endpoint-url", aws.endpoint, "--format", "json", "--quiet"),
            *("--settle-timeout", "0"),
        ],
        cwd=REPOSITORY,
        env=aws.environment(),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    wanted = (0, 1) if code is None else (code,)
    assert done.returncode in wanted, done.stderr + done.stdout[-2000:]
    report: dict[str, Any] = json.loads(done.stdout)
    return report


KEY = 'hash_key = "id"\n  attribute {\n    name = "id"\n    type = "S"\n  }\n'
MADE = {
    "minimal": f"""
resource "aws_dynamodb_table" "t" {{
  name         = "minimal"
  billing_mode = "PAY_PER_REQUEST"
  {KEY}
}}
""",
    "indexes": """
resource "aws_dynamodb_table" "t" {
  name         = "indexes"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  range_key    = "at"
  dynamic "attribute" {
    for_each = { id = "S", at = "N", customer = "S", day = "B" }
    content {
      name = attribute.key
      type = attribute.value
    }
  }
  global_secondary_index {
    name               = "by-customer"
    hash_key           = "customer"
    range_key          = "at"
    projection_type    = "INCLUDE"
    non_key_attributes = ["z", "a"]
  }
  local_secondary_index {
    name               = "by-day"
    range_key          = "day"
    projection_type    = "INCLUDE"
    non_key_attributes = ["z", "a"]
  }
}
""",
    "everything on": f"""
provider "aws" {{
  default_tags {{ tags = {{ Team = "data", Owner = "nobody" }} }}
}}
resource "aws_dynamodb_table" "t" {{
  name                        = "everything"
  billing_mode                = "PAY_PER_REQUEST"
  table_class                 = "STANDARD_INFREQUENT_ACCESS"
  deletion_protection_enabled = true
  stream_enabled              = true
  stream_view_type            = "KEYS_ONLY"
  {KEY}
  on_demand_throughput {{
    max_read_request_units  = 100
    max_write_request_units = 50
  }}
  point_in_time_recovery {{
    enabled                 = true
    recovery_period_in_days = 7
  }}
  ttl {{
    enabled        = true
    attribute_name = "expires"
  }}
  tags = {{ Owner = "billing", "a/b" = "" }}
}}
""",
    "provisioned and scaled": f"""
locals {{ kinds = {{ read = "Read", write = "Write" }} }}
resource "aws_dynamodb_table" "t" {{
  name           = "scaled"
  read_capacity  = 5
  write_capacity = 6
  {KEY}
  lifecycle {{ ignore_changes = [read_capacity, write_capacity] }}
}}
resource "aws_appautoscaling_target" "t" {{
  for_each           = local.kinds
  service_namespace  = "dynamodb"
  resource_id        = "table/${{aws_dynamodb_table.t.name}}"
  scalable_dimension = "dynamodb:table:${{each.value}}CapacityUnits"
  min_capacity       = 5
  max_capacity       = 50
}}
resource "aws_appautoscaling_policy" "t" {{
  for_each           = local.kinds
  name               = "follow-${{each.key}}"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.t[each.key].service_namespace
  resource_id        = aws_appautoscaling_target.t[each.key].resource_id
  scalable_dimension = aws_appautoscaling_target.t[each.key].scalable_dimension
  target_tracking_scaling_policy_configuration {{
    target_value      = 65.5
    scale_in_cooldown = 60
    predefined_metric_specification {{
      predefined_metric_type = "DynamoDB${{each.value}}CapacityUtilization"
    }}
  }}
}}
resource "aws_appautoscaling_scheduled_action" "t" {{
  name               = "night"
  service_namespace  = "dynamodb"
  resource_id        = aws_appautoscaling_target.t["read"].resource_id
  scalable_dimension = aws_appautoscaling_target.t["read"].scalable_dimension
  schedule           = "cron(0 22 * * ? *)"
  scalable_target_action {{
    min_capacity = 2
    max_capacity = 40
  }}
}}
""",
    "many": f"""
variable "tables" {{
  default = {{ users = {{ pitr = true }}, events = {{ pitr = false, stream = "NEW_IMAGE" }} }}
  type    = map(object({{ pitr = bool, stream = optional(string) }}))
}}
resource "aws_dynamodb_table" "t" {{
  for_each         = var.tables
  name             = "many-${{each.key}}"
  billing_mode     = "PAY_PER_REQUEST"
  stream_enabled   = each.value.stream != null
  stream_view_type = each.value.stream
  {KEY}
  dynamic "point_in_time_recovery" {{
    for_each = each.value.pitr ? [1] : []
    content {{ enabled = true }}
  }}
  tags = merge({{ Name = each.key }}, each.value.pitr ? {{ Backup = "yes" }} : {{}})
}}
""",
    "a switched-off everything": f"""
resource "aws_dynamodb_table" "t" {{
  name                        = "off"
  billing_mode                = "PAY_PER_REQUEST"
  deletion_protection_enabled = false
  stream_enabled              = false
  table_class                 = "STANDARD"
  {KEY}
  point_in_time_recovery {{ enabled = false }}
  ttl {{
    enabled        = false
    attribute_name = ""
  }}
  server_side_encryption {{ enabled = false }}
  tags = {{}}
}}
""",
    "a policy of its own": f"""
resource "aws_dynamodb_table" "t" {{
  name         = "policy"
  billing_mode = "PAY_PER_REQUEST"
  {KEY}
}}
resource "aws_dynamodb_resource_policy" "t" {{
  resource_arn = aws_dynamodb_table.t.arn
  policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{
      Sid       = "read"
      Effect    = "Allow"
      Principal = {{ AWS = "arn:aws:iam::123456789012:root" }}
      Action    = ["dynamodb:Query", "dynamodb:GetItem"]
      Resource  = "*"
    }}]
  }})
}}
""",
}


@pytest.mark.parametrize("name", MADE)
def test_what_terraform_made_scans_clean(
    toolchain: Toolchain, aws: MotoServer, tmp_path: Path, name: str
) -> None:
    workspace(toolchain, aws, tmp_path, {"main.tf": MADE[name]}).apply()
    report = scanned(aws, tmp_path)
    open_findings = [f for f in report["findings"] if f["kind"] != "unknown" or f["decides"]]
    assert [(f["rule"], f["path"], f["message"]) for f in open_findings] == []
    assert report["summary"]["compliant"] == report["summary"]["tables"] > 0


# -- the same live tables, seen by both -----------------------------------------

INDEX = "by-day"
LIVE = """
variable "names" { type = set(string) }

resource "aws_dynamodb_table" "this" {
  for_each                    = var.names
  name                        = each.key
  read_capacity               = 5
  write_capacity              = 5
  hash_key                    = "id"
  stream_enabled              = true
  stream_view_type            = "NEW_AND_OLD_IMAGES"
  deletion_protection_enabled = true
  attribute {
    name = "id"
    type = "S"
  }
  attribute {
    name = "day"
    type = "S"
  }
  global_secondary_index {
    name            = "by-day"
    hash_key        = "day"
    projection_type = "ALL"
    read_capacity   = 5
    write_capacity  = 5
  }
  point_in_time_recovery { enabled = true }
  ttl {
    enabled        = true
    attribute_name = "expires"
  }
  tags = { Owner = "billing" }
  lifecycle { ignore_changes = [read_capacity, tags["Team"]] }
}

resource "aws_appautoscaling_target" "read" {
  for_each           = var.names
  service_namespace  = "dynamodb"
  resource_id        = "table/${aws_dynamodb_table.this[each.key].name}"
  scalable_dimension = "dynamodb:table:ReadCapacityUnits"
  min_capacity       = 5
  max_capacity       = 50
}

resource "aws_appautoscaling_policy" "read" {
  for_each           = var.names
  name               = "read"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = "dynamodb"
  resource_id        = aws_appautoscaling_target.read[each.key].resource_id
  scalable_dimension = aws_appautoscaling_target.read[each.key].scalable_dimension
  target_tracking_scaling_policy_configuration {
    target_value = 70
    predefined_metric_specification {
      predefined_metric_type = "DynamoDBReadCapacityUtilization"
    }
  }
}

resource "aws_appautoscaling_target" "index" {
  for_each           = var.names
  service_namespace  = "dynamodb"
  resource_id        = "table/${aws_dynamodb_table.this[each.key].name}/index/by-day"
  scalable_dimension = "dynamodb:index:ReadCapacityUnits"
  min_capacity       = 5
  max_capacity       = 50
}
"""
Clients = Callable[[str], Any]


def update(**change: Any) -> Callable[[Clients, str], None]:
    return lambda client, name: client("dynamodb").update_table(TableName=name, **change)


def tagged(*tags: tuple[str, str]) -> Callable[[Clients, str], None]:
    def change(client: Clients, name: str) -> None:
        arn = f"arn:aws:dynamodb:{REGION}:123456789012:table/{name}"
        # moto would keep the old tag beside the new one.
        client("dynamodb").untag_resource(ResourceArn=arn, TagKeys=[key for key, _ in tags])
        pairs = [{"Key": key, "Value": value} for key, value in tags]
        client("dynamodb").tag_resource(ResourceArn=arn, Tags=pairs)

    return change


def capacity(read: int, write: int) -> dict[str, Any]:
    return {"ProvisionedThroughput": {"ReadCapacityUnits": read, "WriteCapacityUnits": write}}


def scaled(operation: str, kind: str = "Read", **settings: Any) -> Callable[[Clients, str], None]:
    def change(client: Clients, name: str) -> None:
        getattr(client("application-autoscaling"), operation)(
            ServiceNamespace="dynamodb",
            ResourceId=f"table/{name}",
            ScalableDimension=f"dynamodb:table:{kind}CapacityUnits",
            **settings,
        )

    return change


def recovery_off(client: Clients, name: str) -> None:
    client("dynamodb").update_continuous_backups(
        TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )


def expiry_off(client: Clients, name: str) -> None:
    client("dynamodb").update_time_to_live(
        TableName=name, TimeToLiveSpecification={"Enabled": False, "AttributeName": "expires"}
    )


def policy_by_hand(client: Clients, name: str) -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "dynamodb:*", "Resource": "*"}
    client("dynamodb").put_resource_policy(
        ResourceArn=f"arn:aws:dynamodb:{REGION}:123456789012:table/{name}",
        Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )


def deleted(client: Clients, name: str) -> None:
    client("dynamodb").update_table(TableName=name, DeletionProtectionEnabled=False)
    client("dynamodb").delete_table(TableName=name)


NEW_INDEX = {
    "IndexName": "by-hand",
    "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "KEYS_ONLY"},
    **capacity(1, 1),
}
DEFINED = [{"AttributeName": n, "AttributeType": "S"} for n in ("id", "day")]
AT_50 = {
    "TargetValue": 50.0,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"},
}
INDEX_PATH = f"/global_secondary_index/{INDEX}"
#: What happens to a table; the paths that driftcheck tells; whether the plan changes something.
MUTATIONS: dict[str, tuple[Callable[[Clients, str], None], list[str], bool]] = {
    "recovery-off": (recovery_off, ["/point_in_time_recovery/enabled"], True),
    "protection-off": (
        update(DeletionProtectionEnabled=False), ["/deletion_protection_enabled"], True,
    ),
    "stream-off": (
        update(StreamSpecification={"StreamEnabled": False}), ["/stream_enabled"], True,
    ),
    "ttl-off": (expiry_off, ["/ttl/enabled"], True),
    "tag-changed": (tagged(("Owner", "nobody")), ["/tags/Owner"], True),
    "tag-added": (tagged(("New", "x")), ["/tags/New"], True),
    "ignored-tag": (tagged(("Team", "x")), ["/tags/Team"], False),
    "inside-band": (update(**capacity(40, 5)), [], False),
    "above-band": (update(**capacity(60, 5)), ["/read_capacity"], False),
    "write-capacity": (update(**capacity(5, 9)), ["/write_capacity"], True),
    "index-inside-band": (
        update(GlobalSecondaryIndexUpdates=[{"Update": {"IndexName": INDEX, **capacity(40, 5)}}]),
        [], True,
    ),
    "index-gone": (
        update(GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": INDEX}}]), [INDEX_PATH], True,
    ),
    "index-by-hand": (
        update(AttributeDefinitions=DEFINED, GlobalSecondaryIndexUpdates=[{"Create": NEW_INDEX}]),
        ["/global_secondary_index/by-hand"], True,
    ),
    "scaling-most": (
        scaled("register_scalable_target", MinCapacity=5, MaxCapacity=20),
        ["/autoscaling/table/read/max_capacity"], True,
    ),
    "scaling-suspended": (
        scaled("register_scalable_target", MinCapacity=5, MaxCapacity=50,
               SuspendedState={"DynamicScalingOutSuspended": True}),
        ["/autoscaling/table/read/suspended_state/dynamic_scaling_out_suspended"], False,
    ),
    "scaling-value": (
        scaled("put_scaling_policy", PolicyName="read", PolicyType="TargetTrackingScaling",
               TargetTrackingScalingPolicyConfiguration=AT_50),
        ["/autoscaling/table/read/target_tracking/DynamoDBReadCapacityUtilization/target_value"],
        True,
    ),
    "policy-gone": (
        scaled("delete_scaling_policy", PolicyName="read"),
        ["/autoscaling/table/read/target_tracking/DynamoDBReadCapacityUtilization"], True,
    ),
    "schedule-by-hand": (
        scaled("put_scheduled_action", ScheduledActionName="sale", Schedule="rate(1 day)",
               ScalableTargetAction={"MinCapacity": 30}),
        ["/scheduled_action/table/read/sale"], False,
    ),
    "target-by-hand": (
        scaled("register_scalable_target", kind="Write", MinCapacity=1, MaxCapacity=9),
        ["/autoscaling/table/write"], False,
    ),
    "policy-by-hand": (policy_by_hand, ["/resource_policy"], False),
    "deleted": (deleted, [""], True),
    "untouched": (lambda client, name: None, [], False),
}  # fmt: skip


def documented() -> dict[str, tuple[bool, bool]]:
    """What the document says that each of the two sees, by the name of the change."""
    text = (REPOSITORY / "docs" / "terraform-plan.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \|[^|]*\| (yes|no) \| (yes|no) \|", text, re.MULTILINE)
    return {name: (ours == "yes", theirs == "yes") for name, ours, theirs in rows}


def test_scan_and_plan_of_the_same_live_tables(
    toolchain: Toolchain, aws: MotoServer, tmp_path: Path
) -> None:
    variables = {"names": sorted(MUTATIONS)}
    made = workspace(toolchain, aws, tmp_path, {"main.tf": LIVE})
    (tmp_path / "module" / "terraform.tfvars.json").write_text(json.dumps(variables))
    made.apply(variables)
    session = aws.session()

    def client(service: str) -> Any:
        return session.client(service, endpoint_url=aws.endpoint)  # type: ignore[call-overload]

    for name, (change, _paths, _planned) in MUTATIONS.items():
        change(client, name)

    found: dict[str, list[str]] = {name: [] for name in MUTATIONS}
    for finding in scanned(aws, tmp_path)["findings"]:
        if finding["kind"] == "drift":
            found[finding["table"]].append(finding["path"])
    planned = {
        re.findall(r'\["([a-z-]+)"\]', address)[0]: True
        for address in made.plan(variables).actions()
    }

    assert found == {name: paths for name, (_, paths, _) in MUTATIONS.items()}
    assert {n: planned.get(n, False) for n in MUTATIONS} == {
        name: seen for name, (_, _, seen) in MUTATIONS.items()
    }
    assert documented() == {
        name: (bool(paths), seen) for name, (_, paths, seen) in MUTATIONS.items()
    }
