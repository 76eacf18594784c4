"""Equality, set order, and what values say about themselves."""

from __future__ import annotations

import pytest
from hypothesis import given

from driftcheck.hcl.types import NUMBER, STRING, ListType, MapType, SetType, Type, friendly_name
from driftcheck.hcl.values import (
    SENSITIVE_MARKS,
    Unknown,
    Value,
    boolean,
    equal,
    list_value,
    map_value,
    null,
    number,
    object_value,
    raw_equals,
    refined,
    set_value,
    string,
    tuple_value,
    unknown,
    unmark_deep,
)
from tests.hcl import strategies

A, B = string("a"), string("b")
LATER = unknown("later", STRING)


@given(strategies.values())
def test_a_known_value_equals_itself(value: Value) -> None:
    assert equal(value, value).raw is True
    assert raw_equals(value, value)


@given(strategies.values(unknowns=True, marks=True), strategies.values(unknowns=True, marks=True))
def test_equality_is_symmetric_and_keeps_marks(one: Value, other: Value) -> None:
    there, back = equal(one, other), equal(other, one)
    assert there.is_unknown == back.is_unknown
    assert there.is_unknown or there.raw == back.raw
    if (one.raw is None) is (other.raw is None):
        assert there.marks == one.all_marks() | other.all_marks()
    else:
        assert there.marks == one.marks | other.marks


@given(strategies.values(unknowns=True, marks=True))
def test_the_summary_is_what_a_walk_finds(value: Value) -> None:
    def walk(found: Value) -> list[Value]:
        raw = found.raw
        inside = raw if isinstance(raw, list) else raw.values() if isinstance(raw, dict) else []
        return [found, *(deeper for child in inside for deeper in walk(child))]

    everything = walk(value)
    assert value.wholly_known == (not any(v.is_unknown for v in everything))
    assert value.all_marks() == frozenset().union(*(v.marks for v in everything))
    first = next((v.raw for v in everything if v.is_unknown), None)
    assert value.first_unknown() is first
    assert unmark_deep(value).all_marks() == frozenset()


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        (null(), null(STRING), True),
        (null(), A, False),
        (null(), LATER, None),
        (null(), Value(STRING, Unknown("", not_null=True)), False),
        (A, LATER, None),
        (number(1), LATER, False),
        (string("xy"), Value(STRING, Unknown("", prefix="ab")), False),
        (string("abc"), Value(STRING, Unknown("", prefix="ab")), None),
        (number(5), Value(NUMBER, Unknown("", low=6)), False),
        (number(5), Value(NUMBER, Unknown("", high=4)), False),
        (number(5), Value(NUMBER, Unknown("", low=5, high=6)), None),
        (list_value(STRING, []), Value(ListType(STRING), Unknown("", min_length=1)), False),
        (list_value(STRING, [A, B]), Value(ListType(STRING), Unknown("", max_length=1)), False),
        (tuple_value([LATER, A]), tuple_value([A, B]), None),
        (tuple_value([A, LATER]), tuple_value([B, A]), False),
        (object_value({"a": LATER, "b": A}), object_value({"a": A, "b": B}), False),
        (tuple_value([unknown("later")]), tuple_value([A]), None),
        (tuple_value([unknown("later")]), tuple_value([A, B]), False),
        (set_value(STRING, [A, B]), set_value(STRING, [B, A, A]), True),
        (set_value(STRING, [A, LATER]), set_value(STRING, [A, B]), None),
        (map_value(STRING, {"k": A}), object_value({"k": A}), False),
        (number(1), string("1"), False),
        (boolean(True), number(1), False),
    ],
)
def test_equality(one: Value, other: Value, answer: bool | None) -> None:
    result = equal(one, other)
    assert (None if result.is_unknown else result.raw) is answer


def test_an_uncertain_answer_has_the_reason() -> None:
    assert equal(A, LATER).reason == "later"


def test_set_order() -> None:
    def texts(values: list[Value]) -> list[object]:
        return [v.raw for v in set_value(values[0].type, values).as_list()]

    assert texts([string(t) for t in ("b", "a", "B", "_", "é", "10", "2")]) == [
        *("10", "2", "B", "_", "a", "b", "é")
    ]
    assert texts([number(n) for n in (10, 9, -1, 10)]) == [-1, 9, 10]
    assert texts([boolean(True), boolean(False)]) == [False, True]
    assert texts([A, null(STRING), B]) == ["a", "b", None]


def test_a_set_keeps_every_unknown_but_no_marks_inside() -> None:
    result = set_value(STRING, [LATER, A.with_marks(SENSITIVE_MARKS), LATER, A])
    assert result.type == SetType(STRING)
    assert result.marks == SENSITIVE_MARKS
    assert [v.raw if not v.is_unknown else "?" for v in result.as_list()] == ["a", "?", "?"]
    assert not any(v.marks for v in result.as_list())


@pytest.mark.parametrize(
    ("type_", "low", "high", "raw"),
    [
        (ListType(STRING), 0, 0, []),
        (SetType(STRING), 0, 0, []),
        (MapType(STRING), 0, 0, {}),
    ],
)
def test_an_empty_collection_leaves_no_doubt(type_: Type, low: int, high: int, raw: object) -> None:
    what = Unknown("", not_null=True, min_length=low, max_length=high)
    assert refined(type_, what).raw == raw
    assert refined(type_, Unknown("", min_length=low, max_length=high)).is_unknown


def test_a_number_between_equal_bounds_is_known() -> None:
    assert refined(NUMBER, Unknown("", not_null=True, low=3, high=3)).raw == 3


def test_a_list_of_known_length_has_unknown_elements() -> None:
    what = Unknown("later", not_null=True, min_length=2, max_length=2)
    assert [v.reason for v in refined(ListType(STRING), what).as_list()] == ["later", "later"]
    assert refined(MapType(STRING), what).is_unknown


def test_a_sensitive_value_does_not_show_in_its_representation() -> None:
    assert "hunter2" not in repr(string("hunter2").with_marks(SENSITIVE_MARKS))


@given(strategies.types())
def test_every_type_has_a_name(type_: Type) -> None:
    assert friendly_name(type_)
