"""References to nothing are refused wherever they stand, evaluated or not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from driftcheck.hcl.module import Level
from driftcheck.inputs.terraform_aws import AwsSchemas
from tests.hcl.module_files import evaluate, place, problems


@pytest.mark.parametrize(
    ("code", "summary"),
    [
        ("locals {\n  x = [for y in [] : var.nope]\n}", 'An input variable "nope" is not declared'),
        ("locals {\n  x = [for y in [] : z]\n}", 'Reference to undeclared name "z".'),
        ("locals {\n  x = [for y in [] : aws_sqs_queue.q.arn]\n}", 'A resource "aws_sqs_queue.q"'),
        (
            "locals {\n  x = true || data.aws_region.r.name == 1\n}",
            'A resource "data.aws_region.r"',
        ),
        ('module "m" {\n  source = local.nope\n}', ""),
        ('resource "null_resource" "n" {\n  count = local.nope\n}', 'A local value "nope"'),
        ('output "o" {\n  value = module.nope.x\n}', 'A module "nope" is not declared here.'),
        (
            'resource "aws_sns_topic" "t" {\n  dynamic "a" {\n    for_each = []\n'
            "    content {\n      b = var.nope\n    }\n  }\n}",
            'An input variable "nope" is not declared',
        ),
    ],
)
def test_what_nobody_evaluates_is_checked(tmp_path: Path, code: str, summary: str) -> None:
    evaluation = evaluate(tmp_path, code + "\n", everything=False, resource_types=lambda _: False)
    found = problems(evaluation, Level.ERROR)
    assert len(found) == 1
    assert found[0].startswith(summary)
    (error,) = (d for d in evaluation.diagnostics if d.level is Level.ERROR)
    assert error.location is not None


def test_an_output_that_a_module_does_not_have(tmp_path: Path) -> None:
    files = {
        "main.tf": 'module "m" {\n  source = "./m"\n}\n'
        "locals {\n  x = [for y in [] : module.m.nope]\n"
        "  z = [for y in [] : module.m[0].nope]\n}\n",
        "m/main.tf": 'output "o" {\n  value = 1\n}\n',
    }
    evaluation = evaluate(tmp_path, files, everything=False, resource_types=lambda _: False)
    assert problems(evaluation, Level.ERROR) == ['An output "nope" is not declared here.'] * 2


def test_names_that_something_binds_are_no_references(tmp_path: Path) -> None:
    code = """
        variable "v" {
          default = { a = 1 }
          validation {
            condition     = alltrue([for k, x in var.v : k != x])
            error_message = "No."
          }
        }
        locals {
          a = { for k, v in var.v : k => { bare = v, (k) = "%{ for i, c in [v] }${c}%{ endfor }" } }
        }
        resource "aws_sns_topic" "t" {
          for_each = var.v
          name     = "${each.key}-${path.module}-${terraform.workspace}"
          dynamic "one" {
            for_each = var.v
            content {
              x = one.value
              dynamic "two" {
                for_each = [1]
                iterator = it
                labels   = [one.key]
                content {
                  y = "${it.value}${one.key}"
                }
              }
            }
          }
          provisioner "local-exec" {
            command = self.arn
          }
        }
    """
    assert problems(evaluate(tmp_path, code, everything=False), Level.ERROR) == []


def test_a_reference_to_nothing_is_reported_once_at_its_place(tmp_path: Path) -> None:
    files = {
        "main.tf": 'module "a" {\n  source = "./m"\n}\nmodule "b" {\n  source = "./m"\n}\n',
        "m/main.tf": "locals {\n  x = var.nope\n}\n",
    }
    evaluation = evaluate(tmp_path, files)
    assert place(evaluation, 'An input variable "nope" is not declared here.') == ("main.tf", 2)


def test_what_json_blocks_bind_is_no_reference(tmp_path: Path) -> None:
    table = {
        "name": "t",
        "hash_key": "id",
        "dynamic": {"attribute": {"for_each": ["id"], "content": {"name": "${attribute.value}"}}},
    }
    code = {"main.tf.json": json.dumps({"resource": {"aws_sns_topic": {"t": table}}})}
    assert problems(evaluate(tmp_path, code, everything=False), Level.ERROR) == []


def test_a_dynamic_block_of_no_blocks_of_no_type(tmp_path: Path) -> None:
    code = """
        resource "terraform_data" "a" {
          dynamic "colour" {
            for_each = []
            content {}
          }
        }
    """
    evaluation = evaluate(tmp_path, code, schemas=AwsSchemas(exact_plan=True))
    summary = 'Unsupported block type: "colour" is not expected here.'
    assert place(evaluation, summary) == ("main.tf", 2)
