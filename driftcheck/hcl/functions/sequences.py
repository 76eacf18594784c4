"""Functions that make lists and tuples out of lists and tuples."""

from __future__ import annotations

from driftcheck.hcl.convert import ConvertError, convert
from driftcheck.hcl.equality import hash_text, known_equal
from driftcheck.hcl.functions.collections import length_of
from driftcheck.hcl.functions.registry import Call, FunctionError, Parameter, function
from driftcheck.hcl.functions.support import charge_items, is_sequence, unknown_result, whole
from driftcheck.hcl.types import (
    DYNAMIC,
    NUMBER,
    STRING,
    ListType,
    SetType,
    TupleType,
    Type,
    has_dynamic,
)
from driftcheck.hcl.unify import unify
from driftcheck.hcl.values import NO_MARKS, Value, tuple_value

_ANY_LIST = ListType(DYNAMIC)
_LIST_OF_STRING = ListType(STRING)
_LIST = Parameter("list", _ANY_LIST)


def _concat_type(args: list[Value]) -> Type:
    if not args:
        raise FunctionError("at least one argument is required")
    if all(isinstance(v.type, ListType) for v in args):
        common = unify([v.type for v in args])
        if common is not None:
            return common
    elements: list[Type] = []
    for position, value in enumerate(args):
        if isinstance(value.type, TupleType):
            elements += value.type.elements
        elif isinstance(value.type, ListType):
            if value.is_unknown:
                return DYNAMIC
            elements += [value.type.element] * len(value.as_list())
        else:
            raise FunctionError(
                f"all arguments must be lists or tuples; got {value.type}", position
            )
    return TupleType(tuple(elements))


@function("concat", variadic=Parameter("seqs", allow_marks=True), returns=_concat_type)
def concat(call: Call) -> Value:
    """``concat(seqs...)``: a list where all are lists that go together, else a tuple."""
    type_ = _concat_type(call.args)
    marks = NO_MARKS
    items: list[Value] = []
    for position, given in enumerate(call.args):
        marks |= given.marks
        try:
            sequence = convert(given, type_) if isinstance(type_, ListType) else given
        except ConvertError as problem:
            raise FunctionError(str(problem), position) from None
        charge_items(call, len(sequence.as_list()))
        items += sequence.as_list()
    if isinstance(type_, ListType) and has_dynamic(type_) and items:
        # Empty lists of no particular type leave the type to the elements.
        type_ = ListType(items[0].type)
        if any(item.type != type_.element for item in items):
            raise FunctionError("all lists must have elements of one type")
    return Value(type_, items, marks)


@function("compact", Parameter("list", _LIST_OF_STRING), returns=_LIST_OF_STRING)
def compact(call: Call) -> Value:
    """``compact(list)``: without null and empty strings."""
    listed = call.args[0]
    if not listed.wholly_known:
        return unknown_result([listed], _LIST_OF_STRING)
    return Value(_LIST_OF_STRING, [v for v in listed.as_list() if v.raw])


@function("distinct", _LIST, returns=lambda args: args[0].type)
def distinct(call: Call) -> Value:
    """``distinct(list)``: the first of each group of equal elements."""
    listed = call.args[0]
    if not listed.wholly_known:
        return unknown_result([listed], listed.type)
    charge_items(call, len(listed.as_list()))
    kept: list[Value] = []
    # Equal values have equal texts, so only those few need to be compared.
    alike: dict[str, list[Value]] = {}
    for item in listed.as_list():
        others = alike.setdefault(hash_text(item), [])
        if not any(known_equal(other, item) for other in others):
            others.append(item)
            kept.append(item)
    return Value(listed.type, kept)


@function(
    "chunklist",
    Parameter("list", _ANY_LIST, allow_marks=True),
    Parameter("size", NUMBER, allow_marks=True),
    returns=lambda args: ListType(args[0].type),
)
def chunklist(call: Call) -> Value:
    """``chunklist(list, size)``; a size of 0 makes one chunk of everything."""
    listed, size_value = call.args
    size = whole(size_value)
    if size < 0:
        raise FunctionError("the size argument must be positive", 1)
    items = listed.as_list()
    step = size or max(len(items), 1)
    chunks = [Value(listed.type, items[i : i + step]) for i in range(0, len(items), step)]
    charge_items(call, len(items) + len(chunks))
    return Value(ListType(listed.type), list(chunks), listed.marks | size_value.marks)


@function("flatten", Parameter("list", allow_marks=True))
def flatten(call: Call) -> Value:
    """``flatten(list)``: nested lists, sets and tuples replaced by their elements."""
    listed = call.args[0]
    if not is_sequence(listed.type, sets=True):
        if not listed.wholly_known:
            return unknown_result([listed])
        raise FunctionError("can only flatten lists, sets and tuples")
    items: list[Value] = []
    marks = _flatten_into(call, items, listed)
    if marks is None:
        return unknown_result([listed]).with_marks(listed.all_marks())
    return tuple_value(items).with_marks(marks)


def _flatten_into(call: Call, items: list[Value], nested: Value) -> frozenset[str] | None:
    """Append the flattened elements; the marks of the sequences taken apart.

    None where an element may yet turn out to be a sequence, or of unknown length.
    """
    marks = nested.marks
    if length_of(nested.without_marks()).is_unknown or nested.is_unknown:
        return None
    charge_items(call, len(nested.as_list()) + 1)
    for item in nested.as_list():
        if item.is_unknown and item.type == DYNAMIC:
            return None
        if item.is_null or not is_sequence(item.type, sets=True):
            items.append(item)
            continue
        if item.is_unknown:
            return None
        inner = _flatten_into(call, items, item)
        if inner is None:
            return None
        marks |= inner
    return marks


def _reverse_type(args: list[Value]) -> Type:
    type_ = args[0].type
    if isinstance(type_, TupleType):
        return TupleType(type_.elements[::-1])
    if isinstance(type_, ListType | SetType):
        return ListType(type_.element)
    raise FunctionError(f"can only reverse list or tuple values, not {type_}", 0)


@function("reverse", Parameter("list", allow_marks=True), returns=_reverse_type)
def reverse(call: Call) -> Value:
    """``reverse(list)``; a set becomes a list."""
    listed = call.args[0]
    type_ = _reverse_type(call.args)
    charge_items(call, len(listed.as_list()))
    return Value(type_, listed.as_list()[::-1], listed.marks)


def _slice_bounds(args: list[Value]) -> tuple[int, int] | None:
    """Start and end of a slice; None where they are not both known."""
    listed, start_value, end_value = args
    if isinstance(listed.type, SetType):
        raise FunctionError(
            "cannot slice a set, because its elements do not have indices; explicitly convert to "
            "a list if the ordering of the result is not important",
            0,
        )
    if not is_sequence(listed.type):
        raise FunctionError("must be a list or tuple value", 0)
    size: int | None = None
    if isinstance(listed.type, TupleType):
        size = len(listed.type.elements)
    elif not listed.is_unknown:
        size = len(listed.as_list())
    bounds: list[int] = []
    for argument, name, value in ((1, "start", start_value), (2, "end", end_value)):
        if value.is_unknown:
            continue
        bound = whole(value, argument)
        if bound < 0:
            raise FunctionError(f"{name} index must not be less than zero", argument)
        if size is not None and bound > size:
            raise FunctionError(
                f"{name} index must not be greater than the length of the list", argument
            )
        bounds.append(bound)
    if len(bounds) < 2:
        return None
    if bounds[0] > bounds[1]:
        raise FunctionError("start index must not be greater than end index", 1)
    return bounds[0], bounds[1]


def _slice_type(args: list[Value]) -> Type:
    bounds = _slice_bounds(args)
    type_ = args[0].type
    if not isinstance(type_, TupleType):
        return type_
    return DYNAMIC if bounds is None else TupleType(type_.elements[slice(*bounds)])


@function(
    "slice",
    Parameter("list", allow_marks=True),
    Parameter("start_index", NUMBER),
    Parameter("end_index", NUMBER),
    returns=_slice_type,
)
def slice_(call: Call) -> Value:
    """``slice(list, start_index, end_index)``; the end is not included."""
    bounds = _slice_bounds(call.args)
    assert bounds is not None
    listed = call.args[0]
    return Value(_slice_type(call.args), listed.as_list()[slice(*bounds)], listed.marks)


def _matchkeys_type(args: list[Value]) -> Type:
    if unify([args[1].type, args[2].type]) is None:
        raise FunctionError("keys and searchset must be of the same type")
    return args[0].type


@function(
    "matchkeys",
    Parameter("values", _ANY_LIST),
    Parameter("keys", _ANY_LIST),
    Parameter("searchset", _ANY_LIST),
    returns=_matchkeys_type,
)
def matchkeys(call: Call) -> Value:
    """``matchkeys(values, keys, searchset)``: the values whose key is in the search set."""
    type_ = _matchkeys_type(call.args)
    values = call.args[0].as_list()
    if len(values) != len(call.args[1].as_list()):
        raise FunctionError("length of keys and values should be equal")
    common = unify([call.args[1].type, call.args[2].type])
    assert common is not None
    try:
        keys, sought = (convert(v, common) for v in call.args[1:])
    except ConvertError as problem:
        raise FunctionError(str(problem)) from None
    if not sought.as_list():
        return Value(type_, [])
    if not call.args[0].wholly_known or not keys.wholly_known:
        return unknown_result([call.args[0], keys], type_)
    charge_items(call, len(values) * len(sought.as_list()))
    matched = []
    for value, key in zip(values, keys.as_list(), strict=True):
        for candidate in sought.as_list():
            same = known_equal(key, candidate)
            if same is None:
                # Terraform gives an empty list here, before the candidate is known.
                return Value(type_, [])
            if same:
                matched.append(value)
                break
    return Value(type_, matched)
