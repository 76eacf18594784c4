"""Whole configurations against the facts of real plans (``data/modules/*/expected.json``).

The facts come from ``tests/tools/compare_plan.py --write-expected``: terraform 1.11.4 with
the AWS provider 5.100.0.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from driftcheck.hcl.module import (
    SENSITIVE_MARKER,
    Level,
    ModuleOptions,
    evaluate_root,
    raw_resources,
)
from driftcheck.inputs.terraform_aws import AwsSchemas

CASES = Path(__file__).parent / "data" / "modules"
#: Where the plans were made.
AWS = {"account": "123456789012", "region": "eu-west-1"}


def rows(case: Path) -> list[dict[str, Any]]:
    options = ModuleOptions(
        schemas=AwsSchemas(exact_plan=True, **AWS),
        resource_types=AwsSchemas.is_supported,
        repository_root=case,
    )
    evaluation = evaluate_root(case, options)
    assert [str(d) for d in evaluation.diagnostics if d.level is not Level.WARNING] == []
    return raw_resources(r for r in evaluation.resources if AwsSchemas.is_supported(r.type))


def same(expected: Any, actual: Any) -> bool:
    """Equality in which a sensitive value stands for whatever the plan says."""
    if actual == SENSITIVE_MARKER:
        return True
    if isinstance(expected, dict) and isinstance(actual, dict):
        return expected.keys() == actual.keys() and all(
            same(value, actual[name]) for name, value in expected.items()
        )
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(same, expected, actual))
    return bool(expected == actual) and isinstance(expected, bool) == isinstance(actual, bool)


@pytest.mark.parametrize("case", sorted(p.name for p in CASES.iterdir()))
def test_a_configuration_evaluates_to_what_terraform_plans(case: str) -> None:
    text = (CASES / case / "expected.json").read_text(encoding="utf-8")
    expected = {row["address"]: row for row in json.loads(text, parse_float=Decimal)}
    actual = {row["address"]: row for row in rows(CASES / case)}
    assert actual.keys() == expected.keys()
    for address, row in expected.items():
        for part in ("type", "name", "values", "unknown"):
            assert same(row[part], actual[address][part]), f"{address} {part}: {actual[address]}"


def test_a_sensitive_value_is_never_in_the_rows() -> None:
    assert "s3cret" not in repr(rows(CASES / "tags_sensitive"))
