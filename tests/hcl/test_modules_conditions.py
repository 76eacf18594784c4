"""Preconditions and postconditions: reported with their own message, at their own place."""

from __future__ import annotations

from pathlib import Path

import pytest

from driftcheck.hcl.module import Level
from tests.hcl.module_files import evaluate, place, problems

CODE = """
    variable "size" {
      default = SIZE
    }
    resource "aws_dynamodb_table" "t" {
      for_each      = { a = 1, b = 5 }
      name          = "t-${each.key}"
      read_capacity = var.size
      lifecycle {
        precondition {
          condition     = each.value <= var.size
          error_message = "${each.key} needs ${each.value}."
        }
        postcondition {
          condition     = self.read_capacity < 100
          error_message = "${self.name} has ${self.read_capacity}."
        }
        postcondition {
          condition     = self.stream_arn != "x"
          error_message = "Not known before apply."
        }
      }
    }
    output "x" {
      value = 1
      precondition {
        condition     = var.size != 3
        error_message = "Not three."
      }
    }
"""


@pytest.mark.parametrize(
    ("size", "details"),
    [
        ("50", []),
        ("3", ["b needs 5.", "Not three."]),
        ("100", ["t-a has 100.", "t-b has 100."]),
    ],
)
def test_conditions_of_every_instance(tmp_path: Path, size: str, details: list[str]) -> None:
    evaluation = evaluate(tmp_path, CODE.replace("SIZE", size))
    found = [d for d in evaluation.diagnostics if d.level is Level.ERROR]
    assert [d.detail for d in found] == details
    lines = {"needs": 9, "has": 13, "three": 25}
    for diagnostic in found:
        assert diagnostic.location is not None
        expected = next(line for word, line in lines.items() if word in diagnostic.detail)
        assert diagnostic.location.line == expected


@pytest.mark.parametrize(
    ("condition", "summary"),
    [
        ("var.a == 1 ? tobool(null) : true", "Invalid condition result."),
        ('"maybe${var.a}"', "Unsuitable value type."),
        ("true", "Invalid validation condition."),
    ],
)
def test_a_condition_must_be_true_or_false(tmp_path: Path, condition: str, summary: str) -> None:
    code = f"""
        variable "a" {{
          default = 1
          validation {{
            condition     = {condition}
            error_message = "Message."
          }}
        }}
    """
    assert problems(evaluate(tmp_path, code), Level.ERROR)[:1] == [summary]


def test_a_validation_is_about_its_own_variable(tmp_path: Path) -> None:
    code = """
        variable "a" {
          default = 1
          validation {
            condition     = local.b > 0
            error_message = "Message."
          }
        }
        locals {
          b = 1
        }
        check "c" {
          assert {
            condition     = 1 == 1
            error_message = "Message."
          }
        }
    """
    evaluation = evaluate(tmp_path, code)
    assert place(evaluation, "Invalid variable validation condition.") == ("main.tf", 4)
    assert place(evaluation, "Invalid assert condition.") == ("main.tf", 13)
