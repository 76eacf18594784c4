"""Expressions whose values, types and errors the real Terraform 1.11.4 gave.

Some rows have ``newer`` beside that: what the sources of Terraform 1.16 make of it.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.hcl.random_expressions import random_expressions
from tests.hcl.terraform_oracle import answer, ask, same

DATA = Path(__file__).parent / "data"


def rows(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((DATA / name).read_text())
    return found


@pytest.mark.parametrize("row", rows("terraform-expressions.json"), ids=lambda row: row["expr"])
def test_expression(row: dict[str, Any]) -> None:
    assert same(row, answer(row["expr"])), answer(row["expr"])


@pytest.mark.parametrize("row", rows("language-facts.json"), ids=lambda row: row["expr"])
def test_fact_of_the_language(row: dict[str, Any]) -> None:
    assert same(row, answer(row["expr"])), answer(row["expr"])


def test_random_expressions() -> None:
    differing = [
        (row, answer(row["expr"]))
        for row in rows("random-expressions.json")
        if not same(row, answer(row["expr"]))
    ]
    assert not differing


@pytest.mark.parametrize(
    "row", [r for r in rows("language-facts.json") if "error" in r.get("newer", r)][::7]
)
def test_an_error_says_where_it_is(row: dict[str, Any]) -> None:
    assert answer(row["expr"])["error"].startswith("<console>:")


@pytest.mark.terraform
@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not on the PATH")
def test_terraform_agrees_on_fresh_random_expressions() -> None:
    rows_now = ask(random_expressions(seed=20261122, count=300, unknowns=0))
    differing = [
        (row, answer(row["expr"])) for row in rows_now if not same(row, answer(row["expr"]))
    ]
    assert not differing
