"""Functions on sets."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

from driftcheck.hcl.convert import ConvertError, convert
from driftcheck.hcl.equality import hash_text, known_equal
from driftcheck.hcl.functions.collections import length_of
from driftcheck.hcl.functions.registry import Call, FunctionError, Parameter, function
from driftcheck.hcl.functions.support import charge_items, unknown_collection, unknown_result
from driftcheck.hcl.types import DYNAMIC, ListType, SetType, TupleType, Type
from driftcheck.hcl.unify import unify
from driftcheck.hcl.values import NO_MARKS, Unknown, Value, list_value, set_value

_ANY_SET = SetType(DYNAMIC)
_OTHERS = Parameter("other_sets", _ANY_SET, allow_dynamic=True)
_FIRST = Parameter("first_set", _ANY_SET, allow_dynamic=True)

#: Past these, Terraform does not track how long an unknown product can be.
_MAX_TRACKED_ARGUMENT = 1024
_MAX_TRACKED_PRODUCT = 2048


def _common_set_type(args: list[Value]) -> Type:
    kinds = []
    for value in args:
        assert isinstance(value.type, SetType)
        empty = isinstance(value.raw, list) and not value.raw
        # An empty set of no particular type goes with any other.
        if not (empty and value.type.element == DYNAMIC):
            kinds.append(value.type.element)
    if not kinds:
        return _ANY_SET
    element = unify(kinds)
    if element is None:
        raise FunctionError("given sets must all have compatible element types")
    return SetType(element)


class _Members:
    """Tells quickly whether a set has an element."""

    def __init__(self, items: list[Value]) -> None:
        self._alike: dict[str, list[Value]] = {}
        for item in items:
            self._alike.setdefault(hash_text(item), []).append(item)

    def __contains__(self, item: object) -> bool:
        assert isinstance(item, Value)
        return any(known_equal(other, item) for other in self._alike.get(hash_text(item), ()))


def _combine(
    call: Call, keep: Callable[[list[Value], list[Value]], list[Value]], *, unknowns: bool
) -> Value:
    """Fold a set operation over the arguments, converted to their common type."""
    type_ = _common_set_type(call.args)
    assert isinstance(type_, SetType)
    given: list[list[Value]] = []
    kinds: set[Type] = set()
    for position, value in enumerate(call.args):
        try:
            converted = convert(value, type_)
        except ConvertError as problem:
            raise FunctionError(str(problem), position) from None
        if not unknowns and not converted.wholly_known:
            return unknown_result([converted], type_)
        kinds.add(converted.type)
        if len(kinds) > 1:
            # Only where the common type is that of a bare null.
            raise FunctionError("given sets must all have compatible element types", position)
        charge_items(call, len(converted.as_list()))
        given.append(converted.as_list())
    result = given[0]
    for other in given[1:]:
        result = keep(result, other)
    return set_value(type_.element, result)


@function("setunion", _FIRST, variadic=_OTHERS, returns=_common_set_type)
def setunion(call: Call) -> Value:
    """``setunion(sets...)``."""
    return _combine(call, lambda a, b: a + b, unknowns=True)


@function("setintersection", _FIRST, variadic=_OTHERS, returns=_common_set_type)
def setintersection(call: Call) -> Value:
    """``setintersection(sets...)``."""

    def keep(a: list[Value], b: list[Value]) -> list[Value]:
        members = _Members(b)
        return [v for v in a if v in members]

    return _combine(call, keep, unknowns=False)


@function(
    "setsubtract",
    Parameter("a", _ANY_SET, allow_dynamic=True),
    Parameter("b", _ANY_SET, allow_dynamic=True),
    returns=_common_set_type,
)
def setsubtract(call: Call) -> Value:
    """``setsubtract(a, b)``."""

    def keep(a: list[Value], b: list[Value]) -> list[Value]:
        members = _Members(b)
        return [v for v in a if v not in members]

    return _combine(call, keep, unknowns=False)


def _product_type(args: list[Value]) -> ListType | SetType:
    if len(args) < 2:
        raise FunctionError("at least two arguments are required")
    kinds: list[Type] = []
    for position, value in enumerate(args):
        type_ = value.type
        if isinstance(type_, SetType | ListType):
            kinds.append(type_.element)
        elif isinstance(type_, TupleType):
            common = unify(type_.elements) if type_.elements else DYNAMIC
            if common is None:
                raise FunctionError("all elements must be of the same type", position)
            kinds.append(common)
        else:
            raise FunctionError("a set or a list is required", position)
    element = TupleType(tuple(kinds))
    if any(isinstance(v.type, SetType) for v in args):
        return SetType(element)
    return ListType(element)


@function(
    "setproduct",
    variadic=Parameter("sets", allow_unknown=True, allow_marks=True),
    returns=_product_type,
)
def setproduct(call: Call) -> Value:
    """``setproduct(sets...)``: all combinations; a list where no argument is a set."""
    type_ = _product_type(call.args)
    marks = NO_MARKS
    for value in call.args:
        marks |= value.marks
    arguments = [v.without_marks() for v in call.args]
    if any(v.is_unknown or length_of(v).is_unknown for v in arguments):
        return _unknown_product(arguments, type_).with_marks(marks)
    total = 1
    for value in arguments:
        total *= len(value.as_list())
    charge_items(call, total * (len(arguments) + 1))
    if total == 0:
        return Value(type_, [], marks)
    element = type_.element
    assert isinstance(element, TupleType)
    columns = [
        _converted(value, kind) for value, kind in zip(arguments, element.elements, strict=True)
    ]
    rows = [Value(TupleType(tuple(v.type for v in row)), list(row)) for row in product(*columns)]
    if any(row.type != rows[0].type for row in rows):
        raise FunctionError("the elements of an argument have no common type")
    if isinstance(type_, ListType):
        return list_value(element, rows).with_marks(marks)
    return set_value(element, rows).with_marks(marks)


def _converted(value: Value, kind: Type) -> list[Value]:
    try:
        return [convert(item, kind) for item in value.as_list()]
    except ConvertError as problem:
        raise FunctionError(str(problem)) from None


def _unknown_product(arguments: list[Value], type_: Type) -> Value:
    """An unknown product, with what can be said about its length."""
    unknown = unknown_result(arguments, type_)
    longest = 1
    for value in arguments:
        size = _longest(value)
        if size is None or size > _MAX_TRACKED_ARGUMENT:
            return unknown
        longest *= size
        if longest > _MAX_TRACKED_PRODUCT:
            return unknown
    return unknown_collection(unknown.reason, type_, min(longest, 1), longest)


def _longest(value: Value) -> int | None:
    if isinstance(value.type, TupleType):
        return len(value.type.elements)
    raw = value.raw
    if isinstance(raw, Unknown):
        return raw.max_length
    assert isinstance(raw, list)
    # Terraform does not look how many elements a set with unknown ones can have.
    return None if length_of(value).is_unknown else len(raw)
