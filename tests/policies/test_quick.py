"""The compiled tests say what the validator says, or leave it to the validator."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftcheck.documents.breaches import Breach, NotDecided
from driftcheck.model.values import Sensitive, Unknown
from driftcheck.policies.keywords import Surroundings, Validating
from driftcheck.policies.load import load_policies
from driftcheck.policies.model import with_parameters
from driftcheck.policies.quick import finder, quick_test
from driftcheck.policies.validator import UndecidedError, iter_errors, verdict

PACK = load_policies([Path(__file__).parents[2] / "policies"])
NAMES = st.sampled_from(["a", "b", "c"])
SCALARS = st.sampled_from([None, True, False, 0, 1, 2, Decimal("1.5"), 1.0, "", "a", "abc", "null"])
MARKERS = st.sampled_from(
    [Unknown("why"), Unknown("a new key", certainly_set=True), Sensitive("a"), Sensitive({"a": 1})]
)


def documents(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)
        ),
        max_leaves=8,
    )


SIZES = st.integers(0, 3)
TYPES = st.sampled_from(["null", "boolean", "object", "array", "string", "number", "integer"])
CONSTANTS = st.sampled_from([None, True, False, 0, 1, "a", "abc"])
LEAVES = st.one_of(
    st.booleans(),
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.one_of(TYPES, st.lists(TYPES, min_size=1, max_size=2, unique=True)),
            "const": CONSTANTS,
            "title": st.just("said"),
        },
    ),
    st.builds(lambda v: {"enum": v}, st.lists(CONSTANTS, min_size=1, max_size=3)),
    st.builds(lambda n: {"required": n}, st.lists(NAMES, max_size=2, unique=True)),
    st.builds(lambda p: {"pattern": p}, st.sampled_from(["^a", "c$", "^$"])),
    st.builds(
        lambda k, n: {k: n},
        st.sampled_from(
            [f"{end}{what}" for end in ("min", "max") for what in ("Properties", "Items", "Length")]
        ),
        SIZES,
    ),
    st.builds(
        lambda k, n: {k: n},
        st.sampled_from(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]),
        st.sampled_from([0, 1, 1.5, 2]),
    ),
    st.just({"$ref": "#/$defs/named"}),
    st.builds(lambda n: {"equalsField": f"/{n}"}, NAMES),
    st.just({"lessThanMember": {"a": "b"}}),
    st.just({"uniqueItems": True}),
)


def _around(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    some = st.lists(inner, min_size=1, max_size=2)
    named = st.dictionaries(NAMES, inner, min_size=1, max_size=2)
    return st.one_of(
        st.builds(
            lambda k, s: {k: s}, st.sampled_from(["allOf", "anyOf", "oneOf", "prefixItems"]), some
        ),
        st.builds(lambda k, s: {k: s}, st.sampled_from(["not", "items", "propertyNames"]), inner),
        st.builds(
            lambda i, rest: {"if": i, **rest},
            inner,
            st.fixed_dictionaries({}, optional={"then": inner, "else": inner}),
        ),
        st.builds(
            lambda s, rest: {"contains": s, **rest},
            inner,
            st.fixed_dictionaries({}, optional={"minContains": SIZES, "maxContains": SIZES}),
        ),
        st.builds(
            lambda p, rest: {"properties": p, **rest},
            named,
            st.fixed_dictionaries(
                {},
                optional={
                    "additionalProperties": inner,
                    "patternProperties": st.dictionaries(st.just("^b"), inner),
                },
            ),
        ),
        st.builds(lambda s: {"additionalProperties": s}, inner),
        st.builds(lambda s: {"patternProperties": {"^a": s}}, inner),
    )


SCHEMAS = st.recursive(LEAVES, _around, max_leaves=6)
NAMED = st.recursive(
    LEAVES.filter(lambda s: s is True or s is False or "$ref" not in s), _around, max_leaves=3
).filter(lambda s: "$ref" not in str(s))


def _said(schema: Any, document: Any) -> tuple[Any, bool | None]:
    test = quick_test(schema)
    if test is None:
        return None, None
    with Validating(document, Surroundings()):
        return test, test(document)


@given(SCHEMAS, NAMED, documents(st.one_of(SCALARS, MARKERS)))
def test_what_a_test_says_is_what_the_validator_says(
    schema: Any, named: Any, document: Any
) -> None:
    whole = {"allOf": [schema], "$defs": {"named": named}}
    _test, said = _said(whole, document)
    if said is not None:
        assert verdict(whole, document) is said


def _breaches(schema: Any, document: Any) -> list[Breach] | None:
    find = finder(schema)
    if find is None:
        return None
    with Validating(document, Surroundings()):
        try:
            return list(find(document))
        except NotDecided:
            return None


def _first_at_each(breaches: Iterable[Breach]) -> dict[tuple[str | int, ...], str]:
    first: dict[tuple[str | int, ...], str] = {}
    for breach in breaches:
        first.setdefault(breach.path, repr((breach.keyword, breach.wanted, breach.found)))
    return first


def _of_the_validator(schema: Any, document: Any) -> list[Breach]:
    errors = list(iter_errors(schema, document))
    assert not any(isinstance(error, UndecidedError) for error in errors)
    return [
        Breach(tuple(e.absolute_path), cast(Any, e.validator), e.validator_value, e.instance)
        for e in errors
    ]


@given(SCHEMAS, NAMED, documents(st.one_of(SCALARS, MARKERS)))
def test_what_is_found_is_what_the_validator_finds(schema: Any, named: Any, document: Any) -> None:
    whole = {"allOf": [schema], "$defs": {"named": named}}
    found = _breaches(whole, document)
    if found is not None:
        assert _first_at_each(found) == _first_at_each(_of_the_validator(whole, document))


NOT_COMPILED = {"uniqueItems", "prefixItems", "propertyNames"}


@given(SCHEMAS, documents(SCALARS))
def test_a_test_decides_wherever_everything_is_known(schema: Any, document: Any) -> None:
    whole = {"allOf": [schema], "$defs": {"named": {"type": "string"}}}
    test, said = _said(whole, document)
    if "patternProperties" in str(schema) and "additionalProperties" in str(schema):
        return
    if any(keyword in str(schema) for keyword in NOT_COMPILED):
        return
    assert test is not None
    if "const" not in str(schema) and "enum" not in str(schema):
        assert said is not None


@pytest.mark.parametrize("policy", PACK, ids=lambda p: p.id)
def test_the_shipped_policies_are_compiled_and_agree_on_their_examples(policy: Any) -> None:
    for example in policy.examples:
        values = policy.values(example.parameters)
        for part in (policy.when, policy.must):
            schema = with_parameters(part, values)
            test, said = _said(schema, example.document)
            assert test is not None
            if said is not None:
                assert verdict(schema, example.document) is said
            found = _breaches(schema, example.document)
            assert (found is None) is (said is None)
            if found is not None:
                theirs = _of_the_validator(schema, example.document)
                assert _first_at_each(found) == _first_at_each(theirs)


def test_a_schema_that_refers_to_itself_is_left_to_the_validator() -> None:
    tree = {"additionalProperties": {"$ref": "#/$defs/tree"}}
    assert quick_test({"$ref": "#/$defs/tree", "$defs": {"tree": tree}}) is None


@pytest.mark.parametrize("schema", [{"uniqueItems": True}, {"uniqueItems": False}])
@pytest.mark.parametrize("value", [{"a": Unknown("why")}, [Unknown("why")], ["a", "a"], [1, True]])
def test_what_is_said_of_unique_items(schema: dict[str, Any], value: Any) -> None:
    for whole in (schema, {"not": schema}):
        _test, said = _said(whole, value)
        if said is not None:
            assert verdict(whole, value) is said
