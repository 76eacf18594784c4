"""What a quick test says of a document is what jsonschema says of it.

Schemas in general are held against the validator of policies, in ``tests/policies``.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from driftcheck.documents import load_document
from driftcheck.documents.quick import quick_test
from driftcheck.policies.schema import policy_schema
from driftcheck.spec.schema import spec_schema

ROOT = Path(__file__).parents[2]
SCHEMAS = {"spec": spec_schema(), "policy": policy_schema()}
FILES = [
    ("spec", ROOT / "specs" / "invoices.yaml"),
    *(("policy", path) for path in sorted((ROOT / "policies").rglob("*.yaml"))),
]
DOCUMENTS = [(kind, load_document(path).data) for kind, path in FILES]
RICH = {
    "version": 1,
    "name": "orders",
    "table": "orders-*",
    "targets": [
        {
            "name": "production",
            "account": "111111111111",
            "regions": ["eu-central-1", "us-east-1"],
            "assume_role": [{"role_arn": "arn:aws:iam::111111111111:role/reader"}],
        }
    ],
    "contract": {
        "hash_key": "id",
        "range_key": None,
        "ttl": {"enabled": True, "attribute_name": "expires"},
        "tags": {"Owner": "billing"},
        "point_in_time_recovery": {"enabled": True, "recovery_period_in_days": 7},
    },
    "policies": {"packs": ["baseline"], "exclude": ["a"], "parameters": {"x": {"y": [1]}}},
}
VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, True, False, 0, 1, -1, 40, 1.0, 1.5, float("inf"), float("nan")),
        *(Decimal(1), Decimal("1.0"), Decimal("1.5"), Decimal("NaN"), Decimal("Infinity")),
        *("", "a", "1", "111111111111", "eu-central-1", "eu-central-1\n", "2026-01-01"),
        *([], ["a"], ["a", "a"], [1, True], [[], []], {}, {"a": 1}, {"enabled": True}),
    ]
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in a document."""
    inner: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    return [path, *(place for key, below in inner for place in places(below, (*path, key)))]


@st.composite
def changed(draw: st.DrawFn, document: Any) -> Any:
    """The document with one or two things put, left out or added."""
    document = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from(places(document)))
        if not path:
            continue
        holder = document
        for key in path[:-1]:
            holder = holder[key]
        match draw(st.sampled_from(["put", "leave out", "add"])):
            case "put":
                holder[path[-1]] = draw(VALUES)
            case "leave out":
                del holder[path[-1]]
            case _ if isinstance(holder, dict):
                holder[draw(st.sampled_from(["x", "name", "tables", "for_each"]))] = draw(VALUES)
            case _:
                holder.append(draw(VALUES))
    return document


def holds(kind: str, document: Any) -> bool | None:
    test = quick_test(SCHEMAS[kind])
    assert test is not None
    return test(document)


@given(
    st.sampled_from([*DOCUMENTS, ("spec", RICH)]).flatmap(
        lambda of: st.tuples(st.just(of[0]), changed(of[1]))
    )
)
def test_a_quick_verdict_is_that_of_jsonschema(case: tuple[str, Any]) -> None:
    kind, document = case
    said = holds(kind, document)
    if said is not None:
        assert said is Draft202012Validator(SCHEMAS[kind]).is_valid(document)


@pytest.mark.parametrize(("kind", "document"), [*DOCUMENTS, ("spec", RICH)])
def test_what_is_right_is_told_without_jsonschema(kind: str, document: Any) -> None:
    assert Draft202012Validator(SCHEMAS[kind]).is_valid(document)
    assert holds(kind, document) is True


@pytest.mark.parametrize("schema", [{"format": "date"}, {"items": {"dependentRequired": {}}}])
def test_what_is_not_compiled_has_no_quick_test(schema: dict[str, Any]) -> None:
    assert quick_test(schema) is None
