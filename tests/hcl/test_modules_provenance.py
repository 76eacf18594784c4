"""Where a value comes from: the chain of places, and the resources it is made from."""

from __future__ import annotations

from pathlib import Path

import pytest

from driftcheck.hcl.module import Evaluation, VarFlag
from driftcheck.model.resource import Resource
from tests.hcl.module_files import evaluate, problems


def only(evaluation: Evaluation, address: str) -> Resource:
    assert problems(evaluation) == []
    (found,) = [r for r in evaluation.model_resources() if r.address == address]
    return found


def chain(resource: Resource, pointer: str) -> list[str]:
    """The places behind a value as ``file:line:column``, files without their directory."""
    places = resource.where(pointer)
    return [f"{Path(p.file).name}:{p.line}:{p.column}" for p in places]


MODULE = """
    variable "tables" {
      type = map(object({
        pitr = optional(bool, false)
        days = optional(number)
        keys = list(string)
      }))
    }
    variable "mode" {
      default = "PAY_PER_REQUEST"
    }
    variable "tags" {
      default = {}
    }
    resource "aws_dynamodb_table" "this" {
      for_each     = var.tables
      name         = "app-${each.key}"
      billing_mode = var.mode
      hash_key     = each.value.keys[0]

      dynamic "attribute" {
        for_each = each.value.keys
        content {
          name = attribute.value
          type = "S"
        }
      }
      range_key = try(each.value.keys[1], null)
      point_in_time_recovery {
        enabled                 = each.value.pitr
        recovery_period_in_days = each.value.days
      }
      tags = merge({ Module = "m" }, var.tags)
    }
    output "names" {
      value = { for k, t in aws_dynamodb_table.this : k => t.name }
    }
"""

CALLER = """
    variable "days" {}
    locals {
      common = { Team = "x" }
    }
    module "store" {
      source = "./m"
      tables = {
        audit = {
          pitr = true
          days = var.days
          keys = ["id"]
        }
        users = { keys = ["user", "at"] }
      }
      tags = local.common
    }
    resource "aws_dynamodb_contributor_insights" "audit" {
      table_name = module.store.names["audit"]
    }
"""

FILES = {"main.tf": CALLER, "m/m.tf": MODULE, "terraform.tfvars": "days = 7\n"}
AUDIT = 'module.store.aws_dynamodb_table.this["audit"]'
USERS = 'module.store.aws_dynamodb_table.this["users"]'


@pytest.mark.parametrize(
    ("address", "pointer", "expected"),
    [
        (AUDIT, "", ["m.tf:14:1"]),
        (AUDIT, "/name", ["m.tf:16:3", "main.tf:8:5"]),
        (AUDIT, "/billing_mode", ["m.tf:17:3", "m.tf:9:13"]),
        (AUDIT, "/hash_key", ["m.tf:18:3", "main.tf:11:15"]),
        (USERS, "/hash_key", ["m.tf:18:3", "main.tf:13:23"]),
        (
            AUDIT,
            "/point_in_time_recovery/0/enabled",
            ["m.tf:29:5", "main.tf:9:7"],
        ),
        (
            AUDIT,
            "/point_in_time_recovery/0/recovery_period_in_days",
            ["m.tf:30:5", "main.tf:10:7", "terraform.tfvars:1:8"],
        ),
        (USERS, "/point_in_time_recovery/0/enabled", ["m.tf:29:5", "main.tf:13:5"]),
        (USERS, "/point_in_time_recovery", ["m.tf:28:3"]),
        (AUDIT, "/tags/Module", ["m.tf:32:3", "m.tf:32:18"]),
        (AUDIT, "/tags/Team", ["m.tf:32:3", "main.tf:15:10", "main.tf:3:14"]),
    ],
)
def test_chains_through_variables_each_and_locals(
    tmp_path: Path, address: str, pointer: str, expected: list[str]
) -> None:
    resource = only(evaluate(tmp_path, FILES), address)
    assert chain(resource, pointer) == expected


def test_a_dynamic_block_s_content_points_at_the_element(tmp_path: Path) -> None:
    resource = only(evaluate(tmp_path, FILES), USERS)
    by_name = {a["name"]: i for i, a in enumerate(resource.values["attribute"])}
    assert chain(resource, f"/attribute/{by_name['at']}/name") == ["m.tf:23:7", "main.tf:13:31"]
    assert chain(resource, f"/attribute/{by_name['user']}/name") == ["m.tf:23:7", "main.tf:13:23"]
    assert chain(resource, f"/attribute/{by_name['user']}/type") == ["m.tf:24:7"]


def test_a_value_through_an_output_leads_to_the_resource_behind_it(tmp_path: Path) -> None:
    resource = only(evaluate(tmp_path, FILES), "aws_dynamodb_contributor_insights.audit")
    assert chain(resource, "/table_name")[0] == "main.tf:18:3"
    assert "m.tf:16:3" in chain(resource, "/table_name")


def test_a_flag_has_no_place_but_the_chain_leads_to_it(tmp_path: Path) -> None:
    files = {**FILES, "terraform.tfvars": ""}
    resource = only(evaluate(tmp_path, files, inputs=[VarFlag("days=9")]), AUDIT)
    pointer = "/point_in_time_recovery/0/recovery_period_in_days"
    assert resource.get(pointer) == 9
    assert chain(resource, pointer) == ["m.tf:30:5", "main.tf:10:7"]


#: Seven lines, below which the value stands on line 9.
DECLARED = """\
variable "on" {
  default = true
}
locals {
  name  = "n"
  other = "o"
  names = { k = "v" }
}
"""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('var.on ? "a" : local.other', ["2:13"]),
        ("var.on ? local.name : local.other", ["5:3", "2:13"]),
        ('lookup(local.names, "k", "d")', ["7:13"]),
        ('lookup(local.names, "nope", local.other)', ["6:3"]),
        ("try(local.names.nope, local.other)", ["6:3"]),
        ("coalesce(null, local.name)", ["5:3"]),
        ('merge(local.names, { k = "own" }).k', ["10:31"]),
        ('merge({ k = "own" }, local.names)["k"]', ["7:13"]),
        ('"${local.name}-${local.other}"', ["5:3", "6:3"]),
        ("[for n in [local.name] : upper(n)][0]", ["5:3"]),
        ('{ for k, v in local.names : k => lower(v) }["k"]', ["7:13"]),
        ("tolist([local.name, local.other])[1]", ["10:30", "6:3"]),
        ("local.names[keys(local.names)[0]]", ["7:13"]),
        ("sensitive(local.name)", ["5:3"]),
        ('"plain"', []),
    ],
)
def test_chains_through_expressions(tmp_path: Path, value: str, expected: list[str]) -> None:
    code = f'{DECLARED}resource "aws_dynamodb_table" "t" {{\n  name = {value}\n}}\n'
    (resource,) = evaluate(tmp_path, {"main.tf": code}).model_resources()
    assert chain(resource, "/name") == ["main.tf:10:3", *(f"main.tf:{p}" for p in expected)]


def test_an_endless_chain_ends(tmp_path: Path) -> None:
    chained = "".join(f"  a{i} = local.a{i + 1}\n" for i in range(500))
    code = (
        f"locals {{\n{chained}  a500 = 0\n  x = local.y\n  y = local.x\n}}\n"
        'resource "x_y" "a" {\n  long = local.a0\n  circle = local.x\n}\n'
    )
    (resource,) = evaluate(tmp_path, {"main.tf": code}).model_resources()
    assert chain(resource, "/long")[:2] == ["main.tf:507:3", "main.tf:2:3"]
    assert chain(resource, "/circle") == ["main.tf:508:3", "main.tf:503:3", "main.tf:504:3"]


def test_resources_behind_a_value(tmp_path: Path) -> None:
    code = """
        resource "aws_dynamodb_table" "t" {
          for_each = toset(["a", "b"])
          name     = each.key
        }
        resource "aws_kms_key" "k" {}
        locals {
          id = "table/${aws_dynamodb_table.t["b"].arn}"
        }
        resource "aws_appautoscaling_target" "s" {
          for_each           = aws_dynamodb_table.t
          resource_id        = "table/${each.value.id}"
          scalable_dimension = aws_kms_key.k.arn
          service_namespace  = local.id
          min_capacity       = 1
          max_capacity       = 2
        }
    """
    resource = only(evaluate(tmp_path, code), 'aws_appautoscaling_target.s["b"]')
    assert resource.references["/resource_id"] == ('aws_dynamodb_table.t["b"]',)
    assert resource.references["/scalable_dimension"] == ("aws_kms_key.k",)
    assert resource.references["/service_namespace"] == ('aws_dynamodb_table.t["b"]',)
    assert "/min_capacity" not in resource.references


def test_elements_of_a_set_have_the_place_of_their_own_block(tmp_path: Path) -> None:
    code = """
        resource "aws_dynamodb_table" "t" {
          name = "t"
          global_secondary_index {
            name            = "z"
            hash_key        = "h"
            projection_type = "ALL"
          }
          global_secondary_index {
            name            = "a"
            hash_key        = "h"
            projection_type = "KEYS_ONLY"
          }
        }
    """
    resource = only(evaluate(tmp_path, code), "aws_dynamodb_table.t")
    places = {
        index["name"]: chain(resource, f"/global_secondary_index/{i}/projection_type")
        for i, index in enumerate(resource.values["global_secondary_index"])
    }
    assert places == {"z": ["main.tf:6:5"], "a": ["main.tf:11:5"]}


def test_comments_belong_to_the_block_around_or_below_them(tmp_path: Path) -> None:
    files = {
        "main.tf": """
            # about nothing

            # above the table
            # driftcheck:ignore=a
            resource "aws_dynamodb_table" "t" {
              name = "t" # inside
              /* also
                 inside */
            }
            module "m" { # at the call
              source = "./m"
            }
            // after
        """,
        "m/m.tf": """
            resource "aws_dynamodb_table" "t" {
              name = "n" # in the module
            }
        """,
    }
    evaluation = evaluate(tmp_path, files)
    found = {c.text.strip("#/* ").split("\n")[0]: c.address for c in evaluation.comments()}
    assert found == {
        "about nothing": "",
        "above the table": "aws_dynamodb_table.t",
        "driftcheck:ignore=a": "aws_dynamodb_table.t",
        "inside": "aws_dynamodb_table.t",
        "also": "aws_dynamodb_table.t",
        "at the call": "module.m",
        "after": "",
        "in the module": "module.m.aws_dynamodb_table.t",
    }
