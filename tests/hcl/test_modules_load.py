"""What a directory may declare, and what is refused, as Terraform refuses it."""

from __future__ import annotations

from pathlib import Path

import pytest

from driftcheck.errors import HclError, UsageError
from driftcheck.hcl.module import Level, ModuleOptions, evaluate_root
from tests.hcl.module_files import evaluate, output, place, problems, write

REFUSED = {
    "an unknown block type": ('widget "x" {\n}', "Unsupported block type.", 1),
    "an argument at the top": ("a = 1", "Unsupported argument.", 1),
    "providers outside of terraform": (
        "required_providers {\n}",
        "Invalid required_providers block.",
        1,
    ),
    "a missing label": ("variable {\n}", "Missing label for variable.", 1),
    "a label too many": ('locals "x" {\n}', "Extraneous label for locals.", 1),
    "two variables of a name": (
        'variable "a" {\n}\nvariable "a" {\n}',
        'Duplicate variable declaration "a".',
        3,
    ),
    "two outputs of a name": (
        'output "a" {\n  value = 1\n}\noutput "a" {\n  value = 2\n}',
        'Duplicate output "a".',
        4,
    ),
    "two locals of a name": (
        "locals {\n  a = 1\n}\nlocals {\n  a = 2\n}",
        'Duplicate local value "a".',
        5,
    ),
    "two resources of a name": (
        'resource "x_y" "a" {\n}\nresource "x_y" "a" {\n}',
        'Duplicate resource configuration "x_y.a".',
        3,
    ),
    "two data sources of a name": (
        'data "x_y" "a" {\n}\ndata "x_y" "a" {\n}',
        'Duplicate data resource configuration "data.x_y.a".',
        3,
    ),
    "two modules of a name": (
        'module "a" {\n  source = "./a"\n}\nmodule "a" {\n  source = "./a"\n}',
        'Duplicate module call "a".',
        4,
    ),
    "two default providers": (
        'provider "aws" {\n}\nprovider "aws" {\n}',
        'Duplicate provider configuration "aws".',
        3,
    ),
    "a check of nothing": (
        'check "a" {\n}',
        "Zero assert blocks.",
        1,
    ),
    "a reserved variable name": (
        'variable "count" {\n  default = 1\n}',
        'Invalid variable name "count".',
        1,
    ),
    "a variable name that is no identifier": (
        'variable "1a" {\n  default = 1\n}',
        'Invalid variable name "1a".',
        1,
    ),
    "an argument that a variable does not have": (
        'variable "a" {\n  default = 1\n  size = 2\n}',
        "Unsupported argument.",
        3,
    ),
    "a validation without a condition": (
        'variable "a" {\n  default = 1\n  validation {\n    error_message = "x"\n  }\n}',
        "Missing required argument.",
        3,
    ),
    "a quoted type": (
        'variable "a" {\n  default = "x"\n  type = "string"\n}',
        "A type must not be written in quotes.",
        3,
    ),
    "an output without a value": ('output "a" {\n}', "Missing required argument.", 1),
    "a module without a source": ('module "a" {\n}', "Missing required argument.", 1),
    "a source that is computed": (
        'variable "x" {\n  default = "./a"\n}\nmodule "a" {\n  source = var.x\n}',
        "The source of module.a cannot be known: var.x is not declared with const = true.",
        5,
    ),
    "a block in a module call": (
        'module "a" {\n  source = "./a"\n  tags {\n  }\n}',
        "Unsupported block type.",
        3,
    ),
    "a reserved block in a module call": (
        'module "a" {\n  source = "./a"\n  lifecycle {\n  }\n}',
        "Reserved block type name in module block.",
        3,
    ),
    "count together with for_each": (
        'resource "x_y" "a" {\n  count = 1\n  for_each = {}\n}',
        'Invalid combination of "count" and "for_each".',
        3,
    ),
    "two lifecycle blocks": (
        'resource "x_y" "a" {\n  lifecycle {\n  }\n  lifecycle {\n  }\n}',
        "Duplicate lifecycle block.",
        4,
    ),
    "an unknown argument of lifecycle": (
        'resource "x_y" "a" {\n  lifecycle {\n    ignore = all\n  }\n}',
        "Unsupported argument.",
        3,
    ),
    "the old wildcard": (
        'resource "x_y" "a" {\n  lifecycle {\n    ignore_changes = ["*"]\n  }\n}',
        "Invalid ignore_changes wildcard.",
        3,
    ),
    "a provider that is no reference": (
        'resource "x_y" "a" {\n  provider = 1\n}',
        "Invalid provider configuration reference.",
        2,
    ),
    "depends_on that is no list": (
        'resource "x_y" "a" {\n  depends_on = x_y.b\n}',
        "Invalid expression.",
        2,
    ),
    "a provider that nobody declares": (
        'resource "x_y" "a" {\n  provider = x.other\n}',
        "The provider configuration x.other is not declared.",
        1,
    ),
    "an output that gives a secret away": (
        'output "a" {\n  value = [sensitive("x")]\n}',
        "Output refers to sensitive values.",
        1,
    ),
    "a dependency that is not there": (
        'resource "x_y" "a" {\n  depends_on = [x_y.b]\n}',
        "Reference to undeclared x_y.b.",
        2,
    ),
    "two required_providers blocks": (
        "terraform {\n  required_providers {\n  }\n  required_providers {\n  }\n}",
        "Duplicate required providers configuration.",
        4,
    ),
    "an ephemeral value that would be stored": (
        'variable "e" {\n  ephemeral = true\n  default = 1\n}\n'
        'resource "aws_dynamodb_tag" "a" {\n  resource_arn = "x"\n  key = "x"\n  value = var.e\n}',
        "Invalid use of ephemeral value.",
        5,
    ),
    "an ephemeral value that is given away": (
        'variable "e" {\n  ephemeral = true\n  default = 1\n}\noutput "x" {\n  value = var.e\n}',
        "Ephemeral value not allowed.",
        5,
    ),
    "a block in locals": ("locals {\n  a {\n  }\n}", "Unsupported block type.", 2),
    "moved without a target": ("moved {\n  from = x_y.a\n}", "Missing required argument.", 1),
    "moved from a computed address": (
        "moved {\n  from = x_y.a[local.x]\n  to = x_y.b\n}",
        "Invalid address.",
        2,
    ),
    "broken syntax": ('resource "x_y" {', "Invalid", 1),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(tmp_path: Path, what: str) -> None:
    code, summary, line = REFUSED[what]
    evaluation = evaluate(tmp_path, {"main.tf": code, "a/main.tf": ""})
    found = [d for d in evaluation.diagnostics if d.level is Level.ERROR]
    assert [d for d in found if d.summary.startswith(summary) or summary == "Invalid"], found
    assert found[0].location is not None
    assert found[0].location.line == line
    assert found[0].detail


def test_every_problem_of_every_file_is_reported(tmp_path: Path) -> None:
    files = {
        "a.tf": 'widget "x" {\n}\n',
        "b.tf": 'variable "count" {\n}\n',
        "c.tf": "locals {\n  x = \n}\n",
        "d.tf": 'output "x" {\n}\n',
    }
    evaluation = evaluate(tmp_path, files)
    named = {Path(d.location.file).name for d in evaluation.diagnostics if d.location}
    assert named == set(files)


def test_a_directory_without_terraform_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HclError, match="no Terraform files"):
        evaluate(tmp_path, {"readme.md": "nothing"})


def test_a_path_that_is_no_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no directory"):
        evaluate_root(tmp_path / "nowhere", ModuleOptions())
    write(tmp_path, {"main.tf": ""})
    with pytest.raises(UsageError, match="name its directory"):
        evaluate_root(tmp_path / "main.tf", ModuleOptions())


def test_hidden_and_backup_files_are_left_out(tmp_path: Path) -> None:
    files = dict.fromkeys((".x.tf", "x.tf~", "#x.tf#", "x.tf.bak", "x.tfvars.old"), "broken {")
    evaluation = evaluate(tmp_path, {**files, "main.tf": 'output "x" {\n  value = 1\n}\n'})
    assert output(evaluation) == 1


@pytest.mark.parametrize(
    ("files", "summary"),
    [
        (
            {"override.tf": 'resource "x_y" "a" {\n}'},
            "Missing base resource configuration to override.",
        ),
        (
            {"a_override.tf": "locals {\n  nope = 1\n}"},
            "Missing base local value definition to override.",
        ),
        (
            {"override.tf": 'provider "aws" {\n  alias = "x"\n}'},
            "Missing base provider configuration to override.",
        ),
        (
            {
                "main.tf": 'module "m" {\n  source = "./m"\n}',
                "m/main.tf": "",
                "override.tf": 'module "m" {\n  depends_on = []\n}',
            },
            "Unsupported override.",
        ),
    ],
)
def test_overrides_that_override_nothing_or_too_much(
    tmp_path: Path, files: dict[str, str], summary: str
) -> None:
    evaluation = evaluate(tmp_path, {"main.tf": "", **files})
    assert problems(evaluation, Level.ERROR) == [summary]


def test_an_override_merges_arguments_and_replaces_blocks(tmp_path: Path) -> None:
    files = {
        "main.tf": """
            variable "a" {
              type    = string
              default = "base"
            }
            module "m" {
              source = "./m"
              one    = "base"
              two    = "base"
            }
            provider "aws" {
              region = "eu-west-1"
            }
            resource "x_y" "r" {
              kept  = 1
              other = "base"
              part {
                n = 1
              }
              part {
                n = 2
              }
              whole {
                n = 3
              }
              lifecycle {
                prevent_destroy = true
                ignore_changes  = [kept]
              }
            }
            output "x" {
              value = [var.a, module.m.both, x_y.r.kept, x_y.r.other]
            }
        """,
        "m/main.tf": """
            variable "one" {}
            variable "two" {}
            output "both" {
              value = "${var.one}-${var.two}"
            }
        """,
        "a_override.tf": """
            variable "a" {
              default = "first"
            }
            resource "x_y" "r" {
              other = "first"
            }
        """,
        "override.tf": """
            variable "a" {
              default = "last"
            }
            module "m" {
              two = "override"
            }
            provider "aws" {
              region = "us-east-1"
            }
            resource "x_y" "r" {
              other = "last"
              dynamic "part" {
                for_each = ["d"]
                content {
                  n = part.value
                }
              }
              lifecycle {
                ignore_changes = [other]
              }
            }
        """,
    }
    evaluation = evaluate(tmp_path, files)
    assert output(evaluation) == ["last", "base-override", 1, "last"]
    (resource,) = evaluation.model_resources()
    assert resource.values["part"] == [{"n": "d"}]
    assert resource.values["whole"] == [{"n": 3}]
    assert resource.ignore_changes == ("/other",)
    (instance,) = evaluation.resources
    assert instance.decl.lifecycle.prevent_destroy


def test_ignore_changes_keeps_paths(tmp_path: Path) -> None:
    code = """
        resource "x_y" "a" {
          lifecycle {
            ignore_changes = [tags["Name"], block[0].part, plain, "quoted"]
          }
        }
        resource "x_y" "b" {
          lifecycle {
            ignore_changes = all
          }
        }
    """
    first, second = evaluate(tmp_path, code).model_resources()
    assert first.ignore_changes == ("/tags/Name", "/block/0/part", "/plain", "/quoted")
    assert first.ignores("/tags/Name")
    assert not first.ignores("/tags/Other")
    assert second.ignore_all
    assert second.ignores("/anything")


def test_moved_removed_and_import_blocks_are_data(tmp_path: Path) -> None:
    files = {
        "main.tf": """
            module "m" {
              source = "./m"
            }
            removed {
              from = module.old
              lifecycle {
                destroy = false
              }
            }
            import {
              to = module.m.x_y.a["k"]
              id = "table"
            }
        """,
        "m/main.tf": """
            moved {
              from = x_y.old[0]
              to   = module.n["a"].x_y.new
            }
        """,
    }
    evaluation = evaluate(tmp_path, files)
    ((node, moved),) = evaluation.moved()
    assert (node.address, moved.source, moved.target) == (
        "module.m",
        "x_y.old[0]",
        'module.n["a"].x_y.new',
    )
    ((_root, removed),) = evaluation.removed()
    assert (removed.source, removed.destroy) == ("module.old", False)
    (imported,) = evaluation.imports()
    assert imported.target.text == 'module.m.x_y.a["k"]'


def test_an_unknown_argument_of_a_known_type_is_a_warning(tmp_path: Path) -> None:
    code = """
        resource "aws_dynamodb_table" "t" {
          name      = "t"
          brand_new = upper("x")
          newer_block {
            inner = 1
          }
        }
    """
    evaluation = evaluate(tmp_path, code)
    assert problems(evaluation, Level.ERROR) == []
    assert len(problems(evaluation, Level.WARNING)) == 2
    (table,) = evaluation.model_resources()
    assert table.values["brand_new"] == "X"
    assert table.values["newer_block"] == [{"inner": 1}]


@pytest.mark.parametrize(
    ("body", "summary", "line"),
    [
        ('hash_key = "id"', "Missing required argument.", 1),
        ('name = "t"\n  arn = "x"', "Value for unconfigurable attribute.", 3),
        ('name = ["t"]', "Incorrect attribute value type.", 2),
        ('name = "t"\n  read_capacity = "many"', "Incorrect attribute value type.", 3),
        ('name = "t"\n  ttl {\n  }\n  ttl {\n  }', "Too many ttl blocks.", 5),
        ('name = "t"\n  import_table {\n    input_format = "CSV"\n  }',
         "Insufficient s3_bucket_source blocks.", 3),
        ('name = "t"\n  dynamic "ttl" {\n    content {\n    }\n  }',
         "Missing required argument.", 3),
        ('name = "t"\n  dynamic "ttl" {\n    for_each = null\n    content {\n    }\n  }',
         "Invalid dynamic for_each value.", 4),
        ('name = "t"\n  dynamic "ttl" {\n    for_each = "x"\n    content {\n    }\n  }',
         "Invalid dynamic for_each value.", 4),
        ('name = "t"\n  dynamic "ttl" {\n    for_each = []\n  }', "Invalid dynamic block.", 3),
        ('name = "t"\n  dynamic "ttl" {\n    for_each = []\n    x = 1\n    content {\n    }\n  }',
         "Unsupported argument.", 5),
        ('name = "t"\n  dynamic {\n    for_each = []\n    content {\n    }\n  }',
         "Invalid dynamic block.", 3),
        ('name = "t"\n  dynamic "ttl" {\n    for_each = [1]\n    iterator = a.b\n'
         "    content {\n    }\n  }", "Invalid dynamic iterator.", 5),
    ],
)  # fmt: skip
def test_bodies_are_held_against_the_schema(
    tmp_path: Path, body: str, summary: str, line: int
) -> None:
    code = f'resource "aws_dynamodb_table" "t" {{\n  {body}\n}}\n'
    evaluation = evaluate(tmp_path, code)
    assert place(evaluation, summary) == ("main.tf", line)
    assert problems(evaluation, Level.ERROR) == [summary]


def test_a_part_that_fails_leaves_the_rest_known(tmp_path: Path) -> None:
    code = """
        resource "aws_dynamodb_table" "t" {
          name     = upper(1, 2)
          hash_key = "id"
          tags     = { A = local.a, B = "b" }
        }
        locals {
          a = nope()
        }
    """
    evaluation = evaluate(tmp_path, code)
    assert len(problems(evaluation, Level.ERROR)) == 2
    (table,) = evaluation.model_resources()
    assert table.values["hash_key"] == "id"
    assert "could not be evaluated" in table.values["name"].reason
    assert "local.a could not be evaluated" in table.values["tags"]["A"].reason
    assert table.values["tags"]["B"] == "b"
