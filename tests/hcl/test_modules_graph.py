"""The order of evaluation: cycles, long chains, laziness, and calls between modules."""

from __future__ import annotations

from pathlib import Path

import pytest

from driftcheck.hcl.evaluate import evaluate as evaluate_expression
from driftcheck.hcl.module import Level
from driftcheck.hcl.parser import parse_expression
from driftcheck.hcl.render import to_plain
from driftcheck.hcl.source import Source
from tests.hcl.module_files import evaluate, output, place, problems

CYCLES = {
    "a local of itself": ("locals {\n  a = local.a\n}", "local.a", 2),
    "two locals": (
        "locals {\n  a = local.b\n  b = local.a\n}",
        "local.a -> local.b -> local.a",
        3,
    ),
    "a branch that is never taken": (
        "locals {\n  a = true ? 1 : local.b\n  b = local.a\n}",
        "local.a -> local.b -> local.a",
        3,
    ),
    "a resource of itself": (
        'resource "x_y" "a" {\n  name = x_y.a.other\n}',
        "x_y.a",
        2,
    ),
    "count of itself": (
        'resource "x_y" "a" {\n  count = length(x_y.a)\n}',
        "x_y.a",
        2,
    ),
    "resources in a circle": (
        'resource "x_y" "a" {\n  n = x_y.b.n\n}\nresource "x_y" "b" {\n  n = x_y.a.n\n}',
        "x_y.a -> x_y.b -> x_y.a",
        5,
    ),
}


@pytest.mark.parametrize("what", CYCLES)
def test_cycles_are_located(tmp_path: Path, what: str) -> None:
    code, circle, line = CYCLES[what]
    evaluation = evaluate(tmp_path, code)
    errors = [d for d in evaluation.diagnostics if d.level is Level.ERROR]
    assert len(errors) == 1
    assert circle in errors[0].summary
    assert errors[0].location is not None
    assert errors[0].location.line == line


def test_a_cycle_through_modules_is_named_with_its_modules(tmp_path: Path) -> None:
    files = {
        "main.tf": """
            module "a" {
              source = "./m"
              in     = module.b.out
            }
            module "b" {
              source = "./m"
              in     = module.a.out
            }
        """,
        "m/main.tf": """
            variable "in" {}
            output "out" {
              value = var.in
            }
        """,
    }
    errors = problems(evaluate(tmp_path, files), Level.ERROR)
    assert len(errors) == 1
    for part in ("module.a.var.in", "module.b.output.out", "module.b.var.in"):
        assert part in errors[0]


def test_modules_may_use_each_other_without_a_cycle(tmp_path: Path) -> None:
    files = {
        "main.tf": """
            module "a" {
              count  = 2
              source = "./m"
              seed   = "a"
              late   = count.index == 0 ? "" : module.b["k"].early
            }
            module "b" {
              for_each = toset(["k"])
              source   = "./m"
              seed     = "b"
              late     = module.a[0].early
            }
            output "x" {
              value = [module.a[1].final, module.b["k"].final]
            }
        """,
        "m/main.tf": """
            variable "seed" {}
            variable "late" {}
            output "early" {
              value = "early-${var.seed}"
            }
            output "final" {
              value = "${var.seed}:${var.late}"
            }
        """,
    }
    assert output(evaluate(tmp_path, files)) == ["a:early-b", "b:early-a"]


def test_names_that_an_expression_binds_are_no_references(tmp_path: Path) -> None:
    code = """
        locals {
          x = [for local in ["a"] : local]
          y = { for var, path in { a = "b" } : var => path }
          z = "%{ for each in ["c"] }${each}%{ endfor }"
        }
        output "x" {
          value = [local.x, local.y, local.z]
        }
    """
    assert output(evaluate(tmp_path, code)) == [["a"], {"a": "b"}, "c"]


def test_a_chain_of_thousands_of_locals_is_no_deep_recursion(tmp_path: Path) -> None:
    count = 5_000
    lines = "\n".join(f"  a{i} = local.a{i + 1} + 1" for i in range(count))
    code = f'locals {{\n{lines}\n  a{count} = 0\n}}\noutput "x" {{\n  value = local.a0\n}}\n'
    assert output(evaluate(tmp_path, code)) == count


def test_only_what_is_wanted_is_evaluated(tmp_path: Path) -> None:
    code = """
        locals {
          broken = nope()
          needed = "t"
        }
        resource "x_y" "other" {
          name = local.broken
        }
        resource "aws_dynamodb_table" "t" {
          name = local.needed
        }
        output "broken" {
          value = local.broken
        }
    """
    lazy = evaluate(tmp_path, code, everything=False, resource_types="aws_dynamodb_table".__eq__)
    assert problems(lazy) == []
    assert [r.address for r in lazy.resources] == ["aws_dynamodb_table.t"]
    assert problems(evaluate(tmp_path, code), Level.ERROR) != []


def test_an_error_is_reported_once_however_many_use_it(tmp_path: Path) -> None:
    code = """
        locals {
          broken = nope()
          a      = local.broken
          b      = "${local.broken}-${local.a}"
        }
    """
    assert len(problems(evaluate(tmp_path, code))) == 1


@pytest.mark.parametrize(
    ("expression", "summary"),
    [
        ("var.nope", 'An input variable "nope" is not declared here.'),
        ("local.nope", 'A local value "nope" is not declared here.'),
        ("module.nope.x", 'A module "nope" is not declared here.'),
        ("module.m.nope", 'An output "nope" is not declared here.'),
        ("x_y.nope.id", 'A resource "x_y.nope" is not declared here.'),
        ("data.x_y.nope.id", 'A resource "data.x_y.nope" is not declared here.'),
        ("nope", 'Reference to undeclared name "nope".'),
        ("each.key", '"each.key" is not available here.'),
        ("count.index", '"count.index" is not available here.'),
        ("self.id", '"self.id" is not available here.'),
        ("path.nope", '"path.nope" is not available here.'),
        ("terraform.nope", '"terraform.nope" is not available here.'),
        ("template.x", '"template" is not available here.'),
    ],
)
def test_undeclared_names(tmp_path: Path, expression: str, summary: str) -> None:
    files = {
        "main.tf": 'module "m" {\n  source = "./m"\n}\n'
        f'output "x" {{\n  value = {expression}\n}}',
        "m/main.tf": 'output "there" {\n  value = 1\n}',
    }
    evaluation = evaluate(tmp_path, files)
    assert place(evaluation, summary) == ("main.tf", 5)


def test_a_misspelt_name_gets_a_hint(tmp_path: Path) -> None:
    code = 'variable "environment" {\n  default = 1\n}\noutput "x" {\n  value = var.enviroment\n}'
    evaluation = evaluate(tmp_path, code)
    assert 'Did you mean "environment"?' in evaluation.diagnostics[0].detail


def test_paths_of_modules(tmp_path: Path) -> None:
    files = {
        "root/main.tf": """
            module "a" {
              source = "../shared/a"
            }
            output "x" {
              value = [path.module, path.root, module.a.paths, basename(path.cwd)]
            }
        """,
        "shared/a/main.tf": """
            module "b" {
              source = ".//b/"
            }
            output "paths" {
              value = [path.module, path.root, module.b.path]
            }
        """,
        "shared/a/b/main.tf": 'output "path" {\n  value = path.module\n}',
    }
    from tests.hcl.module_files import write

    write(tmp_path, files)
    evaluation = evaluate(tmp_path / "root", {}, repository_root=tmp_path)
    assert output(evaluation) == [".", ".", ["../shared/a", ".", "../shared/a/b"], "root"]


def test_the_console_evaluates_what_an_expression_needs(tmp_path: Path) -> None:
    code = """
        variable "size" {
          default = 3
        }
        locals {
          broken = nope()
          double = var.size * 2
        }
        resource "aws_dynamodb_table" "t" {
          count = local.double
          name  = "t${count.index}"
        }
    """
    evaluation = evaluate(tmp_path, code, everything=False, resource_types="nothing".__eq__)
    context = evaluation.console_context()

    def console(text: str) -> object:
        return to_plain(evaluate_expression(parse_expression(Source("<console>", text)), context))

    assert console("local.double + 1") == 7
    assert console("aws_dynamodb_table.t[*].name") == [f"t{i}" for i in range(6)]
    assert console("aws_dynamodb_table.t[1].name") == "t1"
    assert problems(evaluation) == []
