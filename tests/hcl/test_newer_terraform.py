"""What Terraform has taken since 1.12. Only 1.11 was at hand to ask: sources were read instead."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from driftcheck.errors import HclError
from driftcheck.hcl.context import EvalContext
from driftcheck.hcl.evaluate import evaluate as evaluate_expression
from driftcheck.hcl.module import Level
from driftcheck.hcl.parser import parse_expression
from driftcheck.hcl.source import Source
from driftcheck.hcl.types import BOOL
from driftcheck.hcl.values import SENSITIVE, Unknown, Value, unknown
from tests.hcl.module_files import evaluate, output, problems

#: Expressions for each state that an operand can be in.
OPERANDS = {
    "true": "true",
    "false": "false",
    "null": "tobool(null)",
    "unknown": "u",
    "failed": "[].x",
}
#: The results of ``||`` and ``&&``, left operand by right operand, in the order above.
OR = {
    "true": ["true", "true", "true", "true", "true"],
    "false": ["true", "false", "failed", "unknown", "failed"],
    "null": ["true", "failed", "failed", "unknown", "failed"],
    "unknown": ["true", "unknown", "unknown", "unknown", "unknown"],
    "failed": ["true", "failed", "failed", "failed", "failed"],
}
AND = {
    "true": ["true", "false", "false", "unknown", "failed"],
    "false": ["false", "false", "false", "false", "false"],
    "null": ["false", "false", "false", "false", "false"],
    "unknown": ["unknown", "false", "false", "unknown", "unknown"],
    "failed": ["failed", "false", "false", "failed", "failed"],
}


def _state(text: str) -> str:
    names = {"u": unknown("it is not known", BOOL)}
    try:
        value = evaluate_expression(parse_expression(Source("<t>", text)), EvalContext(), names)
    except HclError:
        return "failed"
    return "unknown" if isinstance(value.raw, Unknown) else json.dumps(value.raw)


@pytest.mark.parametrize(("operator", "table"), [("||", OR), ("&&", AND)])
@pytest.mark.parametrize("left", list(OPERANDS))
def test_either_side_may_decide(operator: str, table: dict[str, list[str]], left: str) -> None:
    found = [_state(f"{OPERANDS[left]} {operator} {right}") for right in OPERANDS.values()]
    assert found == table[left]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("null == null || null.x > 3", "true"),
        ("[].x || [].y || true", "true"),
        ("true && [].x || true", "true"),
        ("1 + [].x > 2 || true", "true"),
        ("!(false && [].x)", "true"),
        ("true || [1]", "failed"),
        ('"x" && false', "failed"),
        ("[].x || false || u", "failed"),
    ],
)
def test_chains_of_operators(text: str, expected: str) -> None:
    assert _state(text) == expected


def test_errors_of_both_sides_are_told_where_both_matter(tmp_path: Path) -> None:
    found = evaluate(tmp_path, 'output "x" { value = [].a || {}.b }\n')
    _ = found.outputs
    assert "tuple" in problems(found, Level.ERROR)[0]


VALIDATED = """
    variable "days" {
      type    = number
      default = null
      validation {
        condition     = var.days == null || var.days >= 1
        error_message = "At least one day."
      }
    }
    output "x" { value = var.days }
"""


def test_a_validation_of_what_may_be_null(tmp_path: Path) -> None:
    assert output(evaluate(tmp_path, VALIDATED)) is None


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('convert({}, object({ attr = optional(string, "default") }))', {"attr": "default"}),
        ('convert(["a", "b", "a"], set(string))', ["a", "b"]),
        ("convert(null, string)", None),
        ('convert("5", number) + 1', 6),
        ("core::convert({}, map(list(map(set(string)))))", {}),
        ("contains([1, null], tonumber(null))", True),
        ("contains([1], tonumber(null))", False),
    ],
)
def test_newer_functions(tmp_path: Path, expression: str, expected: Any) -> None:
    assert output(evaluate(tmp_path, f'output "x" {{ value = {expression} }}\n')) == expected


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ('convert("a", number)', "Invalid call of convert()"),
        ('convert("a", nmuber)', "nmuber"),
        ('convert("a")', "takes a value and a type, not 1 arguments"),
    ],
)
def test_conversions_that_cannot_be(tmp_path: Path, expression: str, said: str) -> None:
    found = evaluate(tmp_path, f'output "x" {{ value = {expression} }}\n')
    _ = found.outputs
    [problem] = problems(found)
    assert said in problem


def test_what_convert_is_given_stays_sensitive(tmp_path: Path) -> None:
    code = 'output "x" { value = issensitive(convert([sensitive("a")], set(string))) }\n'
    assert output(evaluate(tmp_path, code)) is True


def test_only_marks_that_matter_when_compared_with_null() -> None:
    def marks(text: str) -> Value:
        return evaluate_expression(parse_expression(Source("<t>", text)), EvalContext())

    assert SENSITIVE not in marks('{ a = sensitive("x") } == null').marks
    assert SENSITIVE in marks('sensitive({ a = "x" }) == null').marks
    assert SENSITIVE in marks('{ a = sensitive("x") } == { a = "x" }').marks


WORDS = """
    variable "old" {
      type       = string
      default    = "a"
      deprecated = "Use something else."
    }
    output "x" {
      value      = { name = var.old, days = "3" }
      type       = object({ name = string, days = number, more = optional(string, "m") })
      deprecated = "Use something else."
    }
    module "m" {
      source                     = "./m"
      ignore_nested_deprecations = true
    }
    action "aws_lambda_invoke" "notify" {
      count = 1
      config {
        function_name = "notify"
        payload       = jsonencode({})
      }
    }
    resource "terraform_data" "d" {
      lifecycle {
        destroy = false
        action_trigger {
          events     = [after_create, before_update]
          actions    = [action.aws_lambda_invoke.notify]
          condition  = true
          on_failure = continue
        }
      }
      store {
        input     = "secret"
        sensitive = true
      }
    }
    output "kept" { value = terraform_data.d.store.output }
    output "input" { value = terraform_data.d.store.input }
"""


def test_newer_words(tmp_path: Path) -> None:
    found = evaluate(tmp_path, {"main.tf": WORDS, "m/main.tf": 'output "y" { value = 1 }\n'})
    assert output(found) == {"name": "a", "days": 3, "more": "m"}
    assert output(found, "kept") is None
    assert output(found, "input") is None
    assert problems(found) == []


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ('output "x" {\n  value = "a"\n  type = number\n}\n', "Invalid output value."),
        ('output "x" {\n  value = "a"\n  type = nmuber\n}\n', "nmuber"),
        (
            'variable "x" {\n  default = "a"\n  const = true\n  sensitive = true\n}\n',
            "Const variable cannot be sensitive.",
        ),
        ('action "a" "b" {\n  config {}\n  config {}\n}\n', "Duplicate config block."),
        ('action "a" "b" {\n  function = 1\n}\n', "function"),
        (
            'resource "terraform_data" "d" {\n  lifecycle {\n    action_trigger {\n'
            "      events = [after_create]\n    }\n  }\n}\n",
            "actions",
        ),
        (
            'data "aws_region" "r" {\n  lifecycle {\n    action_trigger {}\n  }\n}\n',
            "action_trigger",
        ),
    ],
)
def test_newer_words_wrongly_used(tmp_path: Path, code: str, said: str) -> None:
    found = evaluate(tmp_path, code)
    _ = found.outputs
    assert any(said in str(d) for d in found.diagnostics if d.level is Level.ERROR)


@pytest.mark.parametrize(
    ("name", "refused"), [("value_wo", False), ("value", True), ("description", True)]
)
def test_ephemeral_values_in_write_only_arguments(tmp_path: Path, name: str, refused: bool) -> None:
    more = "" if name != "description" else '  value = "x"\n'
    code = (
        'variable "s" {\n  default = "x"\n  ephemeral = true\n}\n'
        'resource "aws_ssm_parameter" "p" {\n  name = "p"\n  type = "String"\n'
        f"{more}  {name} = var.s\n}}\n"
    )
    found = [d for d in evaluate(tmp_path, code).diagnostics if d.level is Level.ERROR]
    assert bool(found) is refused


def test_ephemeral_values_in_resources_that_nobody_knows(tmp_path: Path) -> None:
    code = (
        'variable "s" {\n  default = "x"\n  ephemeral = true\n}\n'
        'resource "other_thing" "t" {\n  secret = var.s\n}\n'
    )
    assert problems(evaluate(tmp_path, code), Level.ERROR) == []
