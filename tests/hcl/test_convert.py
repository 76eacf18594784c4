"""Conversion and unification, by their laws; what Terraform does is in the recorded data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftcheck.hcl.convert import ConvertError, convert, find_conversion
from driftcheck.hcl.types import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    ListType,
    MapType,
    ObjectType,
    SetType,
    TupleType,
    Type,
    conforms,
    has_dynamic,
    object_type,
)
from driftcheck.hcl.unify import unify
from driftcheck.hcl.values import (
    SENSITIVE_MARKS,
    Unknown,
    Value,
    list_value,
    null,
    number,
    object_value,
    raw_equals,
    string,
    tuple_value,
    unknown,
)
from tests.hcl import strategies


def converted(value: Value, type_: Type) -> Value | None:
    try:
        return convert(value, type_)
    except ConvertError:
        return None


def well_formed(value: Value) -> bool:
    """Whether the types inside of a value are those that its own type promises."""
    raw, type_ = value.raw, value.type
    if raw is None or isinstance(raw, Unknown):
        return True
    if isinstance(raw, list):
        if isinstance(type_, TupleType):
            wanted = list(type_.elements)
        else:
            assert isinstance(type_, ListType | SetType)
            wanted = [type_.element] * len(raw)
        pairs = list(zip(raw, wanted, strict=True))
    elif isinstance(raw, dict):
        assert list(raw) == sorted(raw)
        if isinstance(type_, MapType):
            types = dict.fromkeys(raw, type_.element)
        else:
            assert isinstance(type_, ObjectType)
            types = type_.as_dict()
        pairs = [(v, types[n]) for n, v in raw.items()]
    else:
        return True
    return all(v.type == t and well_formed(v) for v, t in pairs)


any_value = strategies.values(unknowns=True, marks=True)


@given(any_value, strategies.types())
def test_a_converted_value_has_the_type_that_was_asked_for(value: Value, type_: Type) -> None:
    result = converted(value, type_)
    if result is not None:
        assert conforms(result.type, type_) or result.is_unknown or result.type == DYNAMIC
        assert well_formed(result)


@given(any_value, strategies.types())
def test_conversion_keeps_all_marks(value: Value, type_: Type) -> None:
    result = converted(value, type_)
    if result is not None and "ObjectType" not in repr(type_):  # which drops attributes
        assert result.all_marks() == value.all_marks()


@given(any_value, strategies.types(any_type=False))
def test_converting_twice_is_converting_once(value: Value, type_: Type) -> None:
    once = converted(value, type_)
    if once is not None:
        assert raw_equals(convert(once, type_), once)


@given(any_value)
def test_conversion_to_its_own_type_changes_nothing(value: Value) -> None:
    assert convert(value, value.type) is value
    assert convert(value, DYNAMIC) is value


@given(strategies.values(), strategies.types(any_type=False))
def test_a_null_of_any_type_stays_null(value: Value, type_: Type) -> None:
    result = converted(null(value.type), type_)
    assert result is None or result.raw is None


@given(st.lists(strategies.types(), min_size=1, max_size=3))
def test_every_type_can_be_converted_to_the_unified_one(types: list[Type]) -> None:
    target = unify(types)
    if target is not None:
        for type_ in types:
            assert type_ == target or find_conversion(type_, target, unsafe=True) is not None


@given(strategies.types())
def test_a_type_unifies_with_itself(type_: Type) -> None:
    assert unify([type_, type_]) == type_
    assert unify([type_]) == type_


@given(st.lists(strategies.types(any_type=False), min_size=1, max_size=3))
def test_unification_does_not_invent_unknown_types(types: list[Type]) -> None:
    target = unify(types)
    empty = any("elements=()" in repr(t) or "attributes=()" in repr(t) for t in types)
    assert target is None or empty or not has_dynamic(target)


def test_nothing_has_no_common_type() -> None:
    assert unify([]) is None


def test_an_unknown_keeps_its_reason_and_learns_its_length() -> None:
    pair = TupleType((STRING, NUMBER))
    result = convert(Value(pair, Unknown("not yet", not_null=True)), SetType(STRING))
    assert result.type == SetType(STRING)
    assert result.raw == Unknown("not yet", not_null=True, min_length=1, max_length=2)
    listed = convert(Value(pair, Unknown("not yet", not_null=True)), ListType(STRING))
    assert [v.is_unknown for v in listed.as_list()] == [True, True]


def test_an_error_names_the_way_to_the_culprit() -> None:
    value = object_value({"a": tuple_value([number(1), string("x")])})
    with pytest.raises(
        ConvertError, match='attribute "a": element 1: a number is required'
    ) as caught:
        convert(value, object_type({"a": ListType(NUMBER)}))
    assert caught.value.path == ("a", 1)


@pytest.mark.parametrize(
    ("value", "type_", "message"),
    [
        (tuple_value([]), MapType(STRING), "map of string is required"),
        (object_value({}), ListType(STRING), "list of string is required"),
        (object_value({}), object_type({"a": STRING}), 'attribute "a" is required'),
        (
            object_value({}),
            object_type({"a": STRING, "b": STRING, "c": STRING}),
            'attributes "a", "b" and "c" are required',
        ),
        (tuple_value([tuple_value([])]), ListType(STRING), "element 0: string is required"),
        (object_value({"k": tuple_value([])}), MapType(BOOL), 'element "k": bool is required'),
        (list_value(STRING, []), ListType(MapType(DYNAMIC)), "incorrect list element type"),
        (tuple_value([number(1), tuple_value([])]), SetType(DYNAMIC), "all set elements"),
        (string("TRUE"), BOOL, 'use lowercase "true"'),
        (
            object_value({"a": object_value({"b": tuple_value([])})}),
            object_type({"a": object_type({"b": STRING})}),
            'attribute "a": attribute "b": string is required',
        ),
    ],
)
def test_messages(value: Value, type_: Type, message: str) -> None:
    with pytest.raises(ConvertError, match=message.replace("(", "\\(")):
        convert(value, type_)


def test_a_sensitive_element_of_a_set_makes_the_set_sensitive() -> None:
    value = tuple_value([string("a").with_marks(SENSITIVE_MARKS), string("b")])
    assert convert(value, SetType(STRING)).marks == SENSITIVE_MARKS
    assert convert(value, ListType(STRING)).marks == frozenset()


def test_null_takes_the_type_of_the_list() -> None:
    result = convert(tuple_value([null(), string("a")]), ListType(DYNAMIC))
    assert [v.type for v in result.as_list()] == [STRING, STRING]


def test_a_set_with_unknown_elements_has_no_known_length_as_a_list() -> None:
    value = tuple_value([unknown("later", STRING), string("a")])
    assert convert(convert(value, SetType(STRING)), ListType(STRING)).is_unknown
