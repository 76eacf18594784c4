"""Which configurations the AWS provider 5.100 refuses, as real plans of it showed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from driftcheck.hcl.module import Level
from driftcheck.inputs.terraform_aws import AwsSchemas
from tests.hcl.module_files import evaluate, place, problems

VERDICTS = Path(__file__).parents[1] / "data" / "provider-verdicts.json"
BASE = 'resource "terraform_data" "u" {\n  input = timestamp()\n}\n'
TABLE = """
    resource "aws_dynamodb_table" "t" {{
      name         = "orders"
      hash_key     = "id"
      billing_mode = "PAY_PER_REQUEST"
      attribute {{
        name = "id"
        type = "S"
      }}
      {}
    }}
"""


def rows() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(VERDICTS.read_text(encoding="utf-8"))
    return found


def test_what_the_provider_refuses_and_accepts(tmp_path: Path) -> None:
    """Every row is a file of its own; the diagnostics say which of them are refused."""
    code = {
        f"r{number}.tf": f'resource "{row["type"]}" "r{number}" {{\n{row["body"]}\n}}\n'
        for number, row in enumerate(rows())
    }
    (tmp_path / "base.tf").write_text(BASE)
    schemas = AwsSchemas(region="eu-west-1", exact_plan=True)
    evaluation = evaluate(tmp_path, code, schemas=schemas, everything=False)
    refused = {
        Path(d.location.file).name
        for d in evaluation.diagnostics
        if d.level is Level.ERROR and d.location is not None
    }
    expected = {f"r{number}.tf" for number, row in enumerate(rows()) if "refused" in row}
    assert len(expected) > 300
    assert refused == expected


@pytest.mark.parametrize(
    ("line", "summary"),
    [
        ('table_class = "FAST"', 'Invalid value for "table_class".'),
        ("read_capacity = 1.5", 'Invalid value for "read_capacity".'),
        ("read_capacity = 1 / 0", 'Invalid value for "read_capacity".'),
        ("stream_enable = true", 'Unsupported argument: "stream_enable" is not expected here.'),
        ("ttl = { enabled = true }", 'Unsupported argument: "ttl" is not expected here.'),
        ("range_key = null == null ? null : 1", ""),
    ],
)
def test_a_refusal_points_at_the_argument(tmp_path: Path, line: str, summary: str) -> None:
    evaluation = evaluate(tmp_path, TABLE.format(line))
    assert problems(evaluation, Level.ERROR) == ([summary] if summary else [])
    if summary:
        assert place(evaluation, summary) == ("main.tf", 9)


def test_what_may_hold_for_an_existing_table_is_refused_in_an_exact_plan_only(
    tmp_path: Path,
) -> None:
    code = TABLE.format("read_capacity = 5")
    assert problems(evaluate(tmp_path, code)) == []
    exact = evaluate(tmp_path, code, schemas=AwsSchemas(exact_plan=True))
    assert problems(exact) == [
        'read_capacity can not be set when billing_mode is "PAY_PER_REQUEST".'
    ]


def test_an_argument_of_a_newer_provider_is_refused_in_an_exact_plan_only(tmp_path: Path) -> None:
    code = TABLE.format("colour = true")
    assert problems(evaluate(tmp_path, code), Level.ERROR) == []
    exact = evaluate(tmp_path, code, schemas=AwsSchemas(exact_plan=True))
    assert problems(exact) == ['Unsupported argument: "colour" is not expected here.']


def test_nothing_is_said_of_what_is_not_known(tmp_path: Path) -> None:
    code = TABLE.format(
        """
        table_class = terraform_data.u.output
        dynamic "global_secondary_index" {
          for_each = toset(split(",", terraform_data.u.output))
          content {
            name            = global_secondary_index.value
            hash_key        = "other"
            projection_type = "ALL"
          }
        }
        """.replace("{", "{{")
        .replace("}", "}}")
        .format()
    )
    assert problems(evaluate(tmp_path, BASE + code), Level.ERROR) == []
