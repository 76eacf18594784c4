"""Functions that look into collections: sizes, elements, choices, tests."""

from __future__ import annotations

from driftcheck.hcl import numbers
from driftcheck.hcl.convert import ConvertError, convert
from driftcheck.hcl.equality import known_equal
from driftcheck.hcl.functions import graphemes
from driftcheck.hcl.functions.registry import Call, FunctionError, Parameter, function
from driftcheck.hcl.functions.support import charge_items, is_sequence, unknown_result, whole
from driftcheck.hcl.types import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    ListType,
    ObjectType,
    Primitive,
    SetType,
    TupleType,
    Type,
)
from driftcheck.hcl.unify import unify
from driftcheck.hcl.values import Unknown, Value, boolean, null, number

_VALS = Parameter("vals", allow_null=True, allow_unknown=True, allow_dynamic=True)


def length_of(collection: Value) -> Value:
    """The number of elements of a collection or structure, unknown where it must be.

    Unknown elements of a set may turn out equal, so the length of such a set is known
    only when it has one element.
    """
    type_, raw = collection.type, collection.raw
    if isinstance(type_, TupleType):
        return number(numbers.count(len(type_.elements)))
    if isinstance(type_, ObjectType):
        return number(numbers.count(len(type_.attributes)))
    if isinstance(raw, Unknown):
        if raw.min_length == raw.max_length:
            return number(numbers.count(raw.min_length))
        return Value(
            NUMBER, Unknown(raw.reason, not_null=True, low=raw.min_length, high=raw.max_length)
        )
    if raw is None:
        raise FunctionError("argument must not be null", 0)
    assert isinstance(raw, list | dict)
    if isinstance(type_, SetType) and len(raw) > 1:
        found = collection.first_unknown()
        if found is not None:
            return Value(NUMBER, Unknown(found.reason, not_null=True, low=1, high=len(raw)))
    return number(numbers.count(len(raw)))


def _length_type(args: list[Value]) -> Type:
    type_ = args[0].type
    if isinstance(type_, Primitive) and type_ not in (STRING, DYNAMIC):
        raise FunctionError("argument must be a string, a collection type, or a structural type")
    return NUMBER


@function(
    "length",
    Parameter("value", allow_unknown=True, allow_marks=True, allow_dynamic=True),
    returns=_length_type,
)
def length(call: Call) -> Value:
    """``length(value)``: elements of a collection, grapheme clusters of a string."""
    value = call.args[0]
    _length_type(call.args)
    if isinstance(value.raw, str):
        size = number(numbers.count(graphemes.count(value.raw)))
    elif isinstance(value.raw, Unknown) and isinstance(value.type, Primitive):
        low = graphemes.count(value.raw.prefix) if value.type == STRING else None
        size = Value(NUMBER, Unknown(value.raw.reason, not_null=True, low=low))
    else:
        size = length_of(value.without_marks())
    return size.with_marks(value.marks)


def _element_type(args: list[Value]) -> Type:
    listed, index = args
    if isinstance(listed.type, ListType):
        return listed.type.element
    if not isinstance(listed.type, TupleType):
        raise FunctionError(f"cannot read elements from {listed.type}")
    if index.is_unknown:
        return DYNAMIC
    kinds = listed.type.elements
    if not kinds:
        raise FunctionError("cannot use element function with an empty list")
    position = whole(index)
    if position < 0 and position % len(kinds):
        # Lists count from their end then; tuples fail.
        raise FunctionError("the index of a tuple must not be negative", 1)
    return kinds[position % len(kinds)]


@function(
    "element",
    Parameter("list", allow_marks=True),
    Parameter("index", NUMBER),
    returns=_element_type,
    not_null=False,
)
def element(call: Call) -> Value:
    """``element(list, index)``: the index wraps around at the end."""
    listed = call.args[0]
    _element_type(call.args)
    items = listed.as_list()
    if not items:
        raise FunctionError("cannot use element function with an empty list")
    return items[whole(call.args[1]) % len(items)].with_marks(listed.marks)


def _one_refused() -> FunctionError:
    return FunctionError("must be a list, set, or tuple value with either zero or one elements", 0)


def _one_type(args: list[Value]) -> Type:
    type_ = args[0].type
    if isinstance(type_, ListType | SetType):
        return type_.element
    if isinstance(type_, TupleType) and len(type_.elements) <= 1:
        return type_.elements[0] if type_.elements else DYNAMIC
    raise _one_refused()


@function("one", Parameter("list"), returns=_one_type, not_null=False)
def one(call: Call) -> Value:
    """``one(list)``: the only element, or null where there is none."""
    listed = call.args[0]
    type_ = _one_type(call.args)
    if isinstance(listed.type, SetType) and length_of(listed).is_unknown:
        return unknown_result([listed], type_, nullable=True)
    items = listed.as_list()
    if len(items) > 1:
        raise _one_refused()
    return items[0] if items else null(type_)


def _coalesce_type(args: list[Value]) -> Type:
    found = unify([v.type for v in args])
    if found is None:
        raise FunctionError("all arguments must have the same type")
    return found


@function("coalesce", variadic=_VALS, returns=_coalesce_type)
def coalesce(call: Call) -> Value:
    """``coalesce(vals...)``: the first that is neither null nor an empty string."""
    type_ = _coalesce_type(call.args)
    for position, value in enumerate(call.args):
        try:
            converted = convert(value, type_)
        except ConvertError as problem:
            raise FunctionError(str(problem), position) from None
        if converted.is_unknown:
            return unknown_result([converted], type_)
        if converted.is_null or (type_ == STRING and converted.raw == ""):
            continue
        return converted
    raise FunctionError("no non-null, non-empty-string arguments")


@function("coalescelist", variadic=_VALS)
def coalescelist(call: Call) -> Value:
    """``coalescelist(vals...)``: the first list or tuple that has elements."""
    if not call.args:
        raise FunctionError("at least one argument is required")
    kinds: set[Type] = set()
    for value in call.args:
        if value.is_unknown:
            kinds = {DYNAMIC}
            break
        if not is_sequence(value.type):
            raise FunctionError("coalescelist arguments must be lists or tuples")
        kinds.add(value.type)
    type_ = kinds.pop() if len(kinds) == 1 else DYNAMIC
    for value in call.args:
        if value.is_unknown:
            return unknown_result([value], type_)
        if not value.is_null and value.as_list():
            return value
    raise FunctionError("no non-null arguments")


@function("contains", Parameter("list"), Parameter("value", allow_null=True), returns=BOOL)
def contains(call: Call) -> Value:
    """``contains(list, value)`` for lists, tuples and sets; before Terraform 1.16 not for null."""
    listed, wanted = call.args
    if not is_sequence(listed.type, sets=True):
        raise FunctionError("argument must be list, tuple, or set")
    items = listed.as_list()
    charge_items(call, len(items))
    doubtful = []
    for item in items:
        same = known_equal(wanted, item)
        if same:
            return boolean(True)
        if same is None:
            doubtful += [wanted, item]
    return unknown_result(doubtful, BOOL) if doubtful else boolean(False)


@function("index", Parameter("list"), Parameter("value"), returns=NUMBER)
def index(call: Call) -> Value:
    """``index(list, value)``: the position of the first equal element."""
    listed, wanted = call.args
    if not is_sequence(listed.type):
        raise FunctionError("argument must be a list or tuple")
    items = listed.as_list()
    if not items:
        raise FunctionError("cannot search an empty list")
    charge_items(call, len(items))
    for position, item in enumerate(items):
        same = known_equal(item, wanted)
        if same is None:
            return unknown_result([item, wanted], NUMBER)
        if same:
            return number(numbers.count(position))
    raise FunctionError("item not found")


@function("alltrue", Parameter("list", ListType(BOOL)), returns=BOOL)
def alltrue(call: Call) -> Value:
    """``alltrue(list)``: null counts as false; an empty list is all true."""
    for item in call.args[0].as_list():
        if item.is_unknown:
            return unknown_result([item], BOOL)
        if item.raw is not True:
            return boolean(False)
    return boolean(True)


@function("anytrue", Parameter("list", ListType(BOOL)), returns=BOOL)
def anytrue(call: Call) -> Value:
    """``anytrue(list)``: null counts as false; of an empty list none is true."""
    items = call.args[0].as_list()
    if any(item.raw is True for item in items):
        return boolean(True)
    unknowns = [item for item in items if item.is_unknown]
    return unknown_result(unknowns, BOOL) if unknowns else boolean(False)
