"""Varied modules for holding driftcheck's verdicts against Checkov's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

BACKUPS = {
    "nothing": "",
    "true": "point_in_time_recovery {\n    enabled = true\n  }",
    "false": "point_in_time_recovery {\n    enabled = false\n  }",
    "variable true": "point_in_time_recovery {\n    enabled = var.yes\n  }",
    "variable false": "point_in_time_recovery {\n    enabled = var.no\n  }",
    "variable without a value": "point_in_time_recovery {\n    enabled = var.unset\n  }",
    "local": "point_in_time_recovery {\n    enabled = local.protected\n  }",
    "conditional": "point_in_time_recovery {\n"
    '    enabled = var.stage == "prod" ? true : false\n  }',
    "dynamic block": 'dynamic "point_in_time_recovery" {\n    for_each = var.yes ? [1] : []\n'
    "    content {\n      enabled = true\n    }\n  }",
    "dynamic block without elements": 'dynamic "point_in_time_recovery" {\n'
    "    for_each = var.no ? [1] : []\n    content {\n      enabled = true\n    }\n  }",
    "negated": "point_in_time_recovery {\n    enabled = !var.yes\n  }",
}
_ALIAS = "arn:aws:kms:eu-central-1:123456789012:alias/aws/dynamodb"
_KEY = "arn:aws:kms:eu-central-1:123456789012:key/1b2c3d4e-0000-4000-8000-000000000000"
KEYS = {
    "nothing": "",
    "AWS-managed": "server_side_encryption {\n    enabled = true\n  }",
    "customer key": "server_side_encryption {\n    enabled = true\n"
    f'    kms_key_arn = "{_KEY}"\n  }}',
    "created key": "server_side_encryption {\n    enabled = true\n"
    "    kms_key_arn = aws_kms_key.table.arn\n  }",
    "switched off": "server_side_encryption {\n    enabled = false\n"
    f'    kms_key_arn = "{_KEY}"\n  }}',
    "null key": "server_side_encryption {\n    enabled = true\n    kms_key_arn = null\n  }",
    "alias of the AWS-managed key": "server_side_encryption {\n    enabled = true\n"
    f'    kms_key_arn = "{_ALIAS}"\n  }}',
}
_CAPACITY = "  read_capacity  = 5\n  write_capacity = 5"


def _target(dimension: str, *, policy: bool, least: int = 5, resource: str = "table/orders") -> str:
    kind = "index" if "/index/" in resource else "table"
    name = f"{kind}_{dimension.lower()}"
    target = f"""resource "aws_appautoscaling_target" "{name}" {{
  service_namespace  = "dynamodb"
  resource_id        = "{resource}"
  scalable_dimension = "dynamodb:{kind}:{dimension}CapacityUnits"
  min_capacity       = {least}
  max_capacity       = 100
  depends_on         = [aws_dynamodb_table.this]
}}
"""
    if not policy:
        return target
    return (
        target
        + f"""resource "aws_appautoscaling_policy" "{name}" {{
  name               = "{name}"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.{name}.service_namespace
  resource_id        = aws_appautoscaling_target.{name}.resource_id
  scalable_dimension = aws_appautoscaling_target.{name}.scalable_dimension
  target_tracking_scaling_policy_configuration {{
    target_value = 70
    predefined_metric_specification {{
      predefined_metric_type = "DynamoDB{dimension}CapacityUtilization"
    }}
  }}
}}
"""
    )


def _linked(text: str) -> str:
    """The targets with the table's name by reference, as most modules write it."""
    return text.replace('"table/orders', '"table/${aws_dynamodb_table.this.name}').replace(
        "  depends_on         = [aws_dynamodb_table.this]\n", ""
    )


_BOTH = _target("Read", policy=True) + _target("Write", policy=True)
#: name: the table's own arguments, and the resources around it.
CAPACITY = {
    "on demand": ('  billing_mode = "PAY_PER_REQUEST"', ""),
    "on demand by a variable": ("  billing_mode = var.mode", ""),
    "billing mode without a value": (
        "  billing_mode = var.unset_mode\n"
        + "\n".join(
            f'  {name} = var.unset_mode == "PROVISIONED" ? 5 : null'
            for name in ("read_capacity", "write_capacity")
        ),
        "",
    ),
    "fixed": (_CAPACITY, ""),
    "scaled": (_CAPACITY, _linked(_BOTH)),
    "scaled, by name": (_CAPACITY, _BOTH),
    "read target alone": (_CAPACITY, _linked(_target("Read", policy=True))),
    "targets without policies": (
        _CAPACITY,
        _linked(_target("Read", policy=False) + _target("Write", policy=False)),
    ),
}
_REPLICA_KEY = "arn:aws:kms:us-east-1:123456789012:key/1b2c3d4e-0000-4000-8000-000000000001"
_BLOCK = '  replica {\n    region_name = "us-east-1"\n%s  }'
_REPLICA = """resource "aws_dynamodb_table_replica" "other" {
  provider         = aws.other
  global_table_arn = aws_dynamodb_table.this.arn
%s}
"""
#: name: the table's own blocks, and the resources around it.
REPLICAS = {
    "nothing": ("", ""),
    "block": (_BLOCK % "", ""),
    "block with a key and backups": (
        _BLOCK % f'    kms_key_arn = "{_REPLICA_KEY}"\n    point_in_time_recovery = true\n',
        "",
    ),
    "resource": ("", _REPLICA % ""),
    "resource with a key and backups": (
        "",
        _REPLICA % f'  kms_key_arn = "{_REPLICA_KEY}"\n  point_in_time_recovery = true\n',
    ),
    "resource with the key of AWS": (
        "",
        _REPLICA % f'  kms_key_arn = "{_ALIAS.replace("eu-central-1", "us-east-1")}"\n',
    ),
    "resource with a null key": ("", _REPLICA % "  kms_key_arn = null\n"),
    "resource with a key without a value": ("", _REPLICA % "  kms_key_arn = var.unset_key\n"),
    "global table of the first version": (
        "",
        'resource "aws_dynamodb_global_table" "first" {\n  name = aws_dynamodb_table.this.name\n'
        '  replica {\n    region_name = "us-east-1"\n  }\n}\n',
    ),
}
#: The region of the replicas that are resources of their own.
PROVIDERS = 'provider "aws" {\n  alias  = "other"\n  region = "us-east-1"\n}\n'
VARIABLES = """variable "yes" {
  type    = bool
  default = true
}
variable "no" {
  type    = bool
  default = false
}
variable "stage" {
  type    = string
  default = "prod"
}
variable "mode" {
  type    = string
  default = "PAY_PER_REQUEST"
}
variable "unset" { type = bool }
variable "unset_mode" { type = string }
variable "unset_key" { type = string }
locals { protected = true }
resource "aws_kms_key" "table" {}
"""


@dataclass(frozen=True)
class Module:
    """One generated module, and which variant of each concern it has."""

    name: str
    backups: str
    key: str
    capacity: str
    replicas: str

    @property
    def text(self) -> str:
        own, around = CAPACITY[self.capacity]
        inside, beside = REPLICAS[self.replicas]
        return f"""{VARIABLES}resource "aws_dynamodb_table" "this" {{
  name     = "orders"
  hash_key = "id"
{own}
  attribute {{
    name = "id"
    type = "S"
  }}
  {BACKUPS[self.backups]}
  {KEYS[self.key]}
{inside}
}}
{around}{beside}"""


def modules() -> Iterator[Module]:
    """77 modules: each variant of each concern many times, in changing company."""
    backups, keys = list(BACKUPS), list(KEYS)
    capacity, replicas = list(CAPACITY), list(REPLICAS)
    for number in range(len(backups) * len(keys)):
        yield Module(
            f"m{number:02}",
            backups[number % len(backups)],
            keys[number % len(keys)],
            capacity[number % len(capacity)],
            replicas[number % len(replicas)],
        )
