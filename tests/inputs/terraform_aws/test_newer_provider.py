"""Resources as provider 6 has them. No plan stands behind these: only 5.100 was at hand."""

from __future__ import annotations

from pathlib import Path

from driftcheck.hcl.module import raw_resources
from tests.hcl.module_files import evaluate, problems


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
