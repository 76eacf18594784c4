"""Resources as provider 6 has them. No plan stands behind these: only 5.100 was at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from driftcheck.hcl.module import raw_resources, resources
from driftcheck.hcl.module.session import MAX_SLIPS
from driftcheck.hcl.values import Unknown
from driftcheck.inputs.terraform_aws import AwsSchemas
from tests.hcl.module_files import evaluate, output, problems


def test_key_schema_blocks_of_an_index(tmp_path: Path) -> None:
    code = """
        resource "aws_dynamodb_table" "t" {
          name     = "t"
          hash_key = "id"
          dynamic "attribute" {
            for_each = ["id", "tenant", "region"]
            content {
              name = attribute.value
              type = "S"
            }
          }
          global_secondary_index {
            name            = "g"
            projection_type = "ALL"
            key_schema {
              attribute_name = "tenant"
              key_type       = "HASH"
            }
            key_schema {
              attribute_name = "region"
              key_type       = "HASH"
            }
            warm_throughput {
              read_units_per_second = 15000
            }
          }
          replica {
            region_name      = "us-east-1"
            consistency_mode = "STRONG"
          }
        }
    """
    evaluation = evaluate(tmp_path, code)
    assert problems(evaluation) == []
    (row,) = raw_resources(evaluation.resources)
    (index,) = row["values"]["global_secondary_index"]
    assert [k["attribute_name"] for k in index["key_schema"]] == ["tenant", "region"]
    assert index["warm_throughput"][0]["read_units_per_second"] == 15000
    (unknown,) = row["unknown"]["global_secondary_index"]
    assert unknown["hash_key"] is True
    assert row["values"]["replica"][0]["consistency_mode"] == "STRONG"
    assert row["unknown"]["warm_throughput"] is True


def test_an_old_table_has_nothing_of_the_new(tmp_path: Path) -> None:
    evaluation = evaluate(tmp_path, 'resource "aws_dynamodb_table" "t" {\n  name = "t"\n}\n')
    (row,) = raw_resources(evaluation.resources)
    assert not {"region", "warm_throughput"} & (row["values"].keys() | row["unknown"].keys())


def test_an_index_as_a_resource_of_its_own(tmp_path: Path) -> None:
    code = """
        resource "aws_dynamodb_global_secondary_index" "g" {
          table_name = "t"
          index_name = "g"
          key_schema {
            attribute_name = "a"
            attribute_type = "S"
            key_type       = "HASH"
          }
          projection {
            projection_type    = "INCLUDE"
            non_key_attributes = ["b", "a"]
          }
        }
    """
    evaluation = evaluate(tmp_path, code)
    assert problems(evaluation) == []
    (row,) = raw_resources(evaluation.resources)
    assert row["values"]["projection"] == [
        {"non_key_attributes": ["a", "b"], "projection_type": "INCLUDE"}
    ]
    assert row["values"]["on_demand_throughput"] == []


TABLE = """
resource "aws_dynamodb_table" "t" {
  name         = "t"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
}
"""


def _data(type_: str, argument: str = "") -> str:
    return f'data "{type_}" "x" {{\n  {argument}\n}}\n'


def _table(argument: str) -> str:
    return TABLE.replace("  name  ", f"  {argument}\n  name  ", 1)


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize(
    ("code", "expression", "expected"),
    [
        (TABLE, "aws_dynamodb_table.t.region", "eu-west-1"),
        (TABLE, 'aws_dynamodb_table.t["region"]', "eu-west-1"),
        (TABLE, "try(aws_dynamodb_table.t.region, null)", "eu-west-1"),
        (_table("region = local.there"), "aws_dynamodb_table.t.region", "us-east-1"),
        (_table("count = 2"), "one(distinct(aws_dynamodb_table.t[*].region))", "eu-west-1"),
        (
            _table('for_each = toset(["a"])'),
            "one([for t in aws_dynamodb_table.t : t.region])",
            "eu-west-1",
        ),
        (_data("aws_region"), "data.aws_region.x.region", "eu-west-1"),
        (_data("aws_region", "region = local.there"), "data.aws_region.x.name", "us-east-1"),
        (_data("aws_kms_key", 'key_id = "alias/k"'), "data.aws_kms_key.x.region", "eu-west-1"),
    ],
)
def test_the_region_that_everything_tells(
    tmp_path: Path, code: str, expression: str, expected: str, exact: bool
) -> None:
    code += 'locals {\n  there = "us-east-1"\n}\n'
    schemas = AwsSchemas(region="eu-west-1", exact_plan=exact)
    code += f'output "r" {{ value = {expression} }}\n'
    evaluation = evaluate(tmp_path, code, schemas=schemas)
    assert problems(evaluation) == []
    assert output(evaluation, "r") == expected


def test_a_region_that_nobody_states_is_unknown(tmp_path: Path) -> None:
    evaluation = evaluate(
        tmp_path,
        TABLE + 'output "r" { value = aws_dynamodb_table.t.region }\n',
        schemas=AwsSchemas(),
    )
    assert problems(evaluation) == []
    assert evaluation.outputs["r"].is_unknown


def test_an_attribute_that_a_newer_provider_may_have(tmp_path: Path) -> None:
    code = TABLE + 'output "r" { value = try(aws_dynamodb_table.t.streamlined_until, "never") }\n'
    evaluation = evaluate(tmp_path, code, schemas=AwsSchemas())
    assert problems(evaluation) == []
    raw = evaluation.outputs["r"].raw
    assert isinstance(raw, Unknown)
    assert raw.reason == (
        "aws_dynamodb_table.t.streamlined_until is not known to driftcheck: either it is misspelt, "
        "or the provider is newer than those driftcheck knows"
    )


@pytest.mark.parametrize(("name", "exact"), [("stream_arns", False), ("streamlined_until", True)])
def test_an_attribute_that_no_provider_has(tmp_path: Path, name: str, exact: bool) -> None:
    code = TABLE + f'output "r" {{ value = aws_dynamodb_table.t.{name} }}\n'
    [problem] = problems(evaluate(tmp_path, code, schemas=AwsSchemas(exact_plan=exact)))
    assert f'does not have an attribute named "{name}"' in problem


def test_the_search_for_slips_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index makes up as many names as it likes."""
    searched: list[str] = []

    def search(name: str, known: object) -> None:
        searched.append(name)

    monkeypatch.setattr(resources, "likely_meant", search)
    code = TABLE + (
        'output "same" { value = [for n in range(1000) : aws_dynamodb_table.t["streamlined"]] }\n'
        'output "one" { value = [for n in range(1000) : aws_dynamodb_table.t["s${n}"]] }\n'
        'output "two" { value = [for n in range(1000) : aws_dynamodb_table.t["u${n}"]] }\n'
    )
    evaluation = evaluate(tmp_path, code, schemas=AwsSchemas())
    assert problems(evaluation) == []
    assert len(evaluation.outputs) == 3
    assert len(searched) == len(set(searched)) == MAX_SLIPS
