"""Values of variables with type constraints, as the real Terraform 1.11.4 converts them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from driftcheck.errors import HclError
from driftcheck.hcl.context import EvalContext
from driftcheck.hcl.convert import ConvertError, convert
from driftcheck.hcl.evaluate import evaluate
from driftcheck.hcl.parser import parse_expression
from driftcheck.hcl.render import answer_json
from driftcheck.hcl.source import Source
from driftcheck.hcl.typeexpr import apply_defaults, parse_variable_type
from tests.hcl.terraform_oracle import identical

DATA = Path(__file__).parent / "data"


def rows() -> list[dict[str, Any]]:
    recorded: list[dict[str, Any]] = json.loads((DATA / "terraform-types.json").read_text())
    facts: list[dict[str, Any]] = json.loads((DATA / "type-facts.json").read_text())
    return recorded + facts


def variable(type_text: str, input_text: str) -> dict[str, Any]:
    """What a variable of this type is, given this in a ``.tfvars`` file."""
    given = evaluate(
        parse_expression(Source("v.tfvars", input_text)), EvalContext(allow_functions=False)
    )
    type_, defaults = parse_variable_type(parse_expression(Source("v.tf", type_text)))
    converted = convert(apply_defaults(given, defaults), type_)
    result: dict[str, Any] = json.loads(answer_json(converted))
    return result


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row['type']}: {row['input']}")
def test_variable(row: dict[str, Any]) -> None:
    if "error" in row:
        with pytest.raises((HclError, ConvertError)):
            variable(row["type"], row["input"])
        return
    answer = variable(row["type"], row["input"])
    assert identical(answer["value"], row["value"])
    assert answer["type"] == row["result_type"]
