"""``count`` and ``for_each``: keys, what is refused, what cannot be known, and the bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from driftcheck.hcl.module import Level
from tests.hcl.module_files import evaluate, output, place, problems

UNKNOWN = 'resource "random_id" "r" {\n  byte_length = 2\n}\n'


def repeated(argument: str, body: str = "") -> str:
    return f'{UNKNOWN}resource "x_y" "a" {{\n  {argument}\n  {body}\n}}\n'


@pytest.mark.parametrize(
    ("argument", "addresses"),
    [
        ("count = 2", ["x_y.a[0]", "x_y.a[1]"]),
        ('count = "1"', ["x_y.a[0]"]),
        ("count = 0", []),
        ("count = sensitive(1)", ["x_y.a[0]"]),
        ("for_each = {}", []),
        ("for_each = { b = 1, a = 2 }", ['x_y.a["a"]', 'x_y.a["b"]']),
        ('for_each = toset(["b", "a", "b"])', ['x_y.a["a"]', 'x_y.a["b"]']),
        ("for_each = tomap({ x = random_id.r.hex })", ['x_y.a["x"]']),
        (
            'for_each = toset(["q\\"", "b\\\\s", "n\\nl", "$${x}", "%%{y}", "ü"])',
            [
                'x_y.a["$${x}"]',
                'x_y.a["%%{y}"]',
                'x_y.a["b\\\\s"]',
                'x_y.a["n\\nl"]',
                'x_y.a["q\\""]',
                'x_y.a["ü"]',
            ],
        ),
    ],
)
def test_instances(tmp_path: Path, argument: str, addresses: list[str]) -> None:
    evaluation = evaluate(tmp_path, repeated(argument))
    assert problems(evaluation) == []
    assert [r.address for r in evaluation.resources if r.type == "x_y"] == addresses


@pytest.mark.parametrize(
    ("argument", "summary"),
    [
        ("count = null", "Invalid count argument."),
        ("count = -1", "Invalid count argument."),
        ("count = 1.5", "Invalid count argument."),
        ('count = "many"', "Unsuitable value type."),
        ("for_each = null", "Invalid for_each argument."),
        ('for_each = ["a"]', "Invalid for_each argument."),
        ('for_each = "a"', "Invalid for_each argument."),
        ("for_each = toset([1])", "Invalid for_each argument."),
        ('for_each = toset(["a", null])', "Invalid for_each argument."),
        ("for_each = sensitive({ a = 1 })", "Invalid for_each argument."),
        ('for_each = sensitive(toset(["a"]))', "Invalid for_each argument."),
    ],
)
def test_refused(tmp_path: Path, argument: str, summary: str) -> None:
    evaluation = evaluate(tmp_path, repeated(argument))
    assert place(evaluation, summary) == ("main.tf", 5)
    assert [r for r in evaluation.resources if r.type == "x_y"] == []


@pytest.mark.parametrize(
    "argument",
    [
        "count = length(random_id.r.hex)",
        "for_each = random_id.r.keepers",
        "for_each = toset([random_id.r.hex])",
    ],
)
def test_an_unknown_number_is_one_placeholder_and_a_hole(tmp_path: Path, argument: str) -> None:
    use = "count.index" if argument.startswith("count") else "each.value"
    code = repeated(argument, f"name = {use}") + ('output "x" {\n  value = x_y.a\n}\n')
    evaluation = evaluate(tmp_path, code)
    assert problems(evaluation, Level.ERROR) == []
    assert place(evaluation, "The number of instances cannot be known.") == ("main.tf", 5)
    (placeholder,) = [r for r in evaluation.model_resources() if r.type == "x_y"]
    assert placeholder.address == "x_y.a[*]"
    assert placeholder.existence is not None
    assert "random_id.r" in placeholder.existence.reason
    assert "x_y.a" in evaluation.outputs["x"].reason


def test_whatever_is_in_an_uncertain_module_is_uncertain(tmp_path: Path) -> None:
    files = {
        "main.tf": UNKNOWN
        + 'module "m" {\n  source = "./m"\n  count = length(random_id.r.hex)\n}\n',
        "m/main.tf": 'resource "x_y" "a" {\n  count = 1\n}\n',
    }
    evaluation = evaluate(tmp_path, files)
    (inner,) = [r for r in evaluation.model_resources() if r.type == "x_y"]
    assert inner.address == "module.m[*].x_y.a[0]"
    assert inner.existence is not None
    assert "count of module.m" in inner.existence.reason


def test_thousands_of_instances_are_fine(tmp_path: Path) -> None:
    code = """
        locals {
          pairs = setproduct(range(1000), ["a", "b", "c"])
          names = { for p in local.pairs : format("t%04d%s", p...) => p[0] }
        }
        resource "x_y" "a" {
          for_each = local.names
          name     = each.key
          index    = each.value
        }
        output "x" {
          value = [length(local.names), length(keys(local.names))]
        }
    """
    evaluation = evaluate(tmp_path, code)
    assert output(evaluation) == [3000, 3000]
    assert len(evaluation.resources) == 3000
    assert evaluation.resources[-1].address == 'x_y.a["t0999c"]'


@pytest.mark.parametrize(
    "code",
    [
        'resource "x_y" "a" {\n  count = 1000000\n}\n',
        'resource "x_y" "a" {\n  count = 1e300\n}\n',
        'module "m" {\n  source = "./m"\n  count = 1000000\n}\n',
        'resource "x_y" "a" {\n  for_each = toset(flatten([for a in range(25) : '
        'formatlist("${a}-%s", range(1000))]))\n}\n',
    ],
)
def test_too_many_instances_are_refused_where_they_are_asked_for(tmp_path: Path, code: str) -> None:
    evaluation = evaluate(tmp_path, {"main.tf": code, "m/main.tf": ""})
    errors = [d for d in evaluation.diagnostics if d.level is Level.ERROR]
    assert len(errors) == 1
    assert errors[0].location is not None
    assert Path(errors[0].location.file).name == "main.tf"
    assert "more than 20000 instances" in errors[0].summary


def test_instances_of_instances_count_together(tmp_path: Path) -> None:
    files = {
        "main.tf": 'module "m" {\n  source = "./m"\n  count = 200\n}\n',
        "m/main.tf": 'module "n" {\n  source = "../n"\n  count = 200\n}\n',
        "n/main.tf": 'resource "x_y" "a" {\n  count = 200\n}\n',
    }
    evaluation = evaluate(tmp_path, files)
    assert any("more than 20000 instances" in p for p in problems(evaluation, Level.ERROR))


def test_instances_are_seen_by_index_key_and_splat(tmp_path: Path) -> None:
    code = """
        resource "aws_dynamodb_table" "c" {
          count = 2
          name  = "c${count.index}"
        }
        resource "aws_dynamodb_table" "f" {
          for_each = { a = "x", b = "y" }
          name     = "${each.key}-${each.value}"
        }
        resource "other_type" "c" {
          count = 2
          name  = "o${count.index}"
        }
        output "x" {
          value = {
            index  = aws_dynamodb_table.c[1].name
            splat  = aws_dynamodb_table.c[*].name
            key    = aws_dynamodb_table.f["a"].name
            values = values(aws_dynamodb_table.f)[*].name
            loop   = { for k, t in aws_dynamodb_table.f : k => t.name }
            number = length(aws_dynamodb_table.c)
            open   = other_type.c[0].name
            absent = try(aws_dynamodb_table.c[9].name, "none")
          }
        }
        output "unknown" {
          value = other_type.c[0].id
        }
    """
    evaluation = evaluate(tmp_path, code)
    assert output(evaluation) == {
        "index": "c1",
        "splat": ["c0", "c1"],
        "key": "a-x",
        "values": ["a-x", "b-y"],
        "loop": {"a": "a-x", "b": "b-y"},
        "number": 2,
        "open": "o0",
        "absent": "none",
    }
    assert "other_type.c[0].id is decided" in evaluation.outputs["unknown"].reason


def test_a_sensitive_collection_of_a_dynamic_block_marks_what_it_makes(tmp_path: Path) -> None:
    code = """
        resource "aws_dynamodb_table" "t" {
          name = "t"
          dynamic "ttl" {
            for_each = sensitive(["hidden"])
            content {
              enabled        = true
              attribute_name = ttl.value
            }
          }
        }
    """
    from driftcheck.hcl.module import raw_resources

    evaluation = evaluate(tmp_path, code)
    assert problems(evaluation, Level.ERROR) == []
    assert "hidden" not in repr(raw_resources(evaluation.resources))
