"""Three-valued JSON Schema: true, false, and nobody can tell."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from driftcheck.model.values import Unknown
from driftcheck.policies.keywords import KEYWORDS, OWN
from driftcheck.policies.patterns import compiled
from driftcheck.policies.validator import verdict

WHY = Unknown("var.x has no value")
SET = Unknown("aws_kms_key.k.arn is decided by AWS", certainly_set=True)
IS_1: dict[str, Any] = {"const": 1}
A_IS_1: dict[str, Any] = {"properties": {"a": IS_1}}
B_IS_1: dict[str, Any] = {"properties": {"b": IS_1}}


@pytest.mark.parametrize(
    ("schema", "document", "expected"),
    [
        (A_IS_1, {"a": 1}, True),
        (A_IS_1, {"a": 2}, False),
        (A_IS_1, {"a": WHY}, WHY),
        ({"required": ["a"]}, WHY, WHY),
        ({"enum": [[1], [2]]}, [WHY], WHY),
        ({"not": {"type": "null"}}, WHY, WHY),
        ({"not": {"type": "null"}}, SET, True),
        ({"const": None}, SET, False),
        ({"anyOf": [A_IS_1, B_IS_1]}, {"a": WHY, "b": 1}, True),
        ({"anyOf": [A_IS_1, B_IS_1]}, {"a": WHY, "b": 2}, WHY),
        ({"anyOf": [A_IS_1, B_IS_1]}, {"a": 2, "b": 2}, False),
        ({"oneOf": [A_IS_1, B_IS_1]}, {"a": 1, "b": 1}, False),
        ({"oneOf": [A_IS_1, B_IS_1]}, {"a": 1, "b": WHY}, WHY),
        ({"oneOf": [A_IS_1, B_IS_1]}, {"a": 1, "b": 2}, True),
        ({"not": A_IS_1}, {"a": WHY}, WHY),
        ({"not": {"allOf": [A_IS_1, B_IS_1]}}, {"a": WHY, "b": 2}, True),
        ({"if": A_IS_1, "then": B_IS_1}, {"a": WHY, "b": 1}, True),
        ({"if": A_IS_1, "then": B_IS_1}, {"a": WHY, "b": 2}, WHY),
        ({"if": A_IS_1, "then": B_IS_1, "else": B_IS_1}, {"a": WHY, "b": 2}, False),
        ({"if": A_IS_1, "then": B_IS_1}, {"a": 2, "b": 2}, True),
        ({"contains": IS_1}, [WHY, 1], True),
        ({"contains": IS_1}, [WHY, 2], WHY),
        ({"contains": IS_1}, [3, 2], False),
        ({"contains": IS_1, "maxContains": 1}, [1, 1, WHY], False),
        ({"pattern": "^a+$"}, "aaa", True),
        ({"pattern": "^a+$"}, "b", False),
        ({"patternProperties": {"^a": IS_1}}, {"ab": WHY}, WHY),
    ],
)
def test_verdicts(schema: dict[str, Any], document: Any, expected: object) -> None:
    assert verdict(schema, document) == expected


def test_a_pattern_that_explodes_elsewhere_is_matched_in_linear_time() -> None:
    assert compiled("^(a+)+$").search("a" * 100_000 + "b") is None


LEAF = st.sampled_from([0, 1, 2])
SCHEMAS = st.recursive(
    st.sampled_from([A_IS_1, B_IS_1]),
    lambda inner: st.one_of(
        st.builds(lambda a, b: {"anyOf": [a, b]}, inner, inner),
        st.builds(lambda a, b: {"oneOf": [a, b]}, inner, inner),
        st.builds(lambda a, b: {"allOf": [a, b]}, inner, inner),
        st.builds(lambda a: {"not": a}, inner),
        st.builds(lambda a, b, c: {"if": a, "then": b, "else": c}, inner, inner, inner),
    ),
    max_leaves=6,
)


@given(SCHEMAS, LEAF, LEAF)
def test_without_unknowns_the_verdict_is_that_of_jsonschema(
    schema: dict[str, Any], a: int, b: int
) -> None:
    document = {"a": a, "b": b}
    assert verdict(schema, document) == Draft202012Validator(schema).is_valid(document)


@given(SCHEMAS, LEAF)
def test_a_verdict_despite_an_unknown_holds_for_whatever_it_turns_out_to_be(
    schema: dict[str, Any], b: int
) -> None:
    found = verdict(schema, {"a": WHY, "b": b})
    if isinstance(found, bool):
        for a in (0, 1, 2):
            assert verdict(schema, {"a": a, "b": b}) == found


def test_the_keywords_that_policies_may_use_are_those_that_jsonschema_knows() -> None:
    beside = {"then", "else", "minContains", "maxContains", "$defs"}
    silent = {"title", "description", "$comment"}
    left_out = {"format", "$dynamicRef", "unevaluatedItems", "unevaluatedProperties"}
    known = frozenset(Draft202012Validator.VALIDATORS)
    assert left_out < known
    assert KEYWORDS - OWN.keys() == (known | beside | silent) - left_out
