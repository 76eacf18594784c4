"""Makes trees of Terraform root modules to measure on.

Every root module has five files and 192 lines of the code that teams write
around DynamoDB: a table with indexes, autoscaling, alarms, variables with
validation, locals and outputs. The text of each root differs (names, tags,
capacities), so that nothing that keys on content makes a tree look smaller than
it is.

    python -m benchmarks.tree --roots 300 DIRECTORY
"""

from __future__ import annotations

import argparse
from pathlib import Path

FILES = ("main.tf", "variables.tf", "locals.tf", "autoscaling.tf", "outputs.tf")
LINES_PER_ROOT = 192

_MAIN = """\
terraform {{
  required_version = ">= 1.5"
  required_providers {{
    aws = {{
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }}
  }}
}}

provider "aws" {{
  region = var.region

  default_tags {{
    tags = local.tags
  }}
}}

# Orders of team {n}: by id, and by customer in the order of their creation.
resource "aws_dynamodb_table" "orders" {{
  name         = "${{var.prefix}}-orders-{n}"
  billing_mode = var.billing_mode
  hash_key     = "orderId"
  range_key    = "createdAt"

  read_capacity  = local.provisioned ? var.capacity.min : null
  write_capacity = local.provisioned ? var.capacity.min : null

  dynamic "attribute" {{
    for_each = local.attributes
    content {{
      name = attribute.key
      type = attribute.value
    }}
  }}

  dynamic "global_secondary_index" {{
    for_each = local.indexes
    content {{
      name            = global_secondary_index.key
      hash_key        = global_secondary_index.value.hash
      range_key       = try(global_secondary_index.value.range, null)
      projection_type = "ALL"
      read_capacity   = local.provisioned ? var.capacity.min : null
      write_capacity  = local.provisioned ? var.capacity.min : null
    }}
  }}

  point_in_time_recovery {{
    enabled = var.enable_pitr
  }}

  server_side_encryption {{
    enabled = true
  }}

  ttl {{
    enabled        = true
    attribute_name = "expiresAt{n}"
  }}

  tags = merge(local.tags, {{
    Name = "${{var.prefix}}-orders-{n}"
  }})

  lifecycle {{
    ignore_changes = [read_capacity, write_capacity]
  }}
}}
"""

_VARIABLES = """\
variable "region" {{
  type        = string
  default     = "eu-central-1"
  description = "Region of every table of team {n}."
}}

variable "prefix" {{
  type    = string
  default = "team-{n}"

  validation {{
    condition     = can(regex("^[a-z][a-z0-9-]+$", var.prefix))
    error_message = "The prefix is lower-case letters, digits and dashes."
  }}
}}

variable "billing_mode" {{
  type    = string
  default = "PROVISIONED"

  validation {{
    condition     = contains(["PROVISIONED", "PAY_PER_REQUEST"], var.billing_mode)
    error_message = "Use PROVISIONED or PAY_PER_REQUEST, not ${{var.billing_mode}}."
  }}
}}

variable "capacity" {{
  type = object({{
    min    = optional(number, 5)
    max    = optional(number, {maximum})
    target = optional(number, 70)
  }})
  default = {{}}
}}

variable "enable_pitr" {{
  type    = bool
  default = true
}}
"""

_LOCALS = """\
locals {{
  provisioned = var.billing_mode == "PROVISIONED"
  table_id    = "table/${{aws_dynamodb_table.orders.name}}"

  attributes = {{
    orderId    = "S"
    createdAt  = "N"
    customerId = "S"
    status     = "S"
  }}

  indexes = {{
    "customer-index-{n}" = {{
      hash  = "customerId"
      range = "createdAt"
    }}
    "status-index-{n}" = {{
      hash = "status"
    }}
  }}

  scaled = local.provisioned ? toset(concat(
    [local.table_id],
    [for name in keys(local.indexes) : "${{local.table_id}}/index/${{name}}"],
  )) : toset([])

  kinds = {{
    2 = "table"
    4 = "index"
  }}

  tags = {{
    Team        = "team-{n}"
    Environment = "production"
    CostCentre  = format("CC-%05d", {n})
  }}
}}
"""

_AUTOSCALING = """\
resource "aws_appautoscaling_target" "read" {{
  for_each = local.scaled

  service_namespace  = "dynamodb"
  resource_id        = each.key
  scalable_dimension = "dynamodb:${{local.kinds[length(split("/", each.key))]}}:ReadCapacityUnits"
  min_capacity       = var.capacity.min
  max_capacity       = var.capacity.max
}}

resource "aws_appautoscaling_policy" "read" {{
  for_each = aws_appautoscaling_target.read

  name               = "scale-read-{n}"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = each.value.service_namespace
  resource_id        = each.value.resource_id
  scalable_dimension = each.value.scalable_dimension

  target_tracking_scaling_policy_configuration {{
    target_value = var.capacity.target

    predefined_metric_specification {{
      predefined_metric_type = "DynamoDBReadCapacityUtilization"
    }}
  }}
}}
"""

_OUTPUTS = """\
output "table_name" {{
  description = "Name of the table of team {n}."
  value       = aws_dynamodb_table.orders.name
}}

output "table_arn" {{
  value = aws_dynamodb_table.orders.arn
}}
"""


def root_files(number: int) -> dict[str, str]:
    """The five files of one root module, by file name."""
    texts = dict(zip(FILES, (_MAIN, _VARIABLES, _LOCALS, _AUTOSCALING, _OUTPUTS), strict=True))
    files = {name: text.format(n=number, maximum=100 + number % 50) for name, text in texts.items()}
    missing = LINES_PER_ROOT - sum(text.count("\n") for text in files.values())
    files["outputs.tf"] += "\n" + "# -\n" * (missing - 1) if missing > 0 else ""
    return files


def make_tree(directory: Path, roots: int) -> int:
    """Write ``roots`` root modules below ``directory``; returns the lines written."""
    lines = 0
    for number in range(roots):
        root = directory / f"team-{number:04d}"
        root.mkdir(parents=True, exist_ok=True)
        for name, text in root_files(number).items():
            (root / name).write_text(text)
            lines += text.count("\n")
    return lines


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Make a tree of Terraform root modules.")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--roots", type=int, default=300)
    arguments = parser.parse_args()
    lines = make_tree(arguments.directory, arguments.roots)
    print(f"{arguments.roots} root modules, {arguments.roots * len(FILES)} files, {lines} lines")


if __name__ == "__main__":
    main()
