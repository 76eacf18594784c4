"""Functions on maps and objects."""

from __future__ import annotations

from driftcheck.hcl.convert import ConvertError, convert
from driftcheck.hcl.functions.registry import Call, FunctionError, Parameter, function
from driftcheck.hcl.functions.support import charge_items, quote, text_list, unknown_result
from driftcheck.hcl.types import (
    DYNAMIC,
    STRING,
    ListType,
    MapType,
    ObjectType,
    TupleType,
    Type,
    object_type,
)
from driftcheck.hcl.values import NO_MARKS, Value, object_value, string, tuple_value

_LIST_OF_STRING = ListType(STRING)
_MAP_OF_LISTS = MapType(_LIST_OF_STRING)


def _keys_type(args: list[Value]) -> Type:
    type_ = args[0].type
    if isinstance(type_, MapType):
        return _LIST_OF_STRING
    if isinstance(type_, ObjectType):
        return TupleType((STRING,) * len(type_.attributes))
    raise FunctionError("must have map or object type", 0)


@function("keys", Parameter("inputMap", allow_unknown=True, allow_marks=True), returns=_keys_type)
def keys(call: Call) -> Value:
    """``keys(map)`` in order; those of an object are known even when its values are not."""
    mapping = call.args[0]
    type_ = _keys_type(call.args)
    if isinstance(mapping.type, ObjectType):
        names = tuple_value(string(name) for name, _ in mapping.type.attributes)
        return names.with_marks(mapping.marks)
    if mapping.is_unknown:
        return unknown_result([mapping], type_).with_marks(mapping.marks)
    charge_items(call, len(mapping.as_dict()))
    return text_list(mapping.as_dict()).with_marks(mapping.marks)


def _values_type(args: list[Value]) -> Type:
    type_ = args[0].type
    if isinstance(type_, MapType):
        return ListType(type_.element)
    if isinstance(type_, ObjectType):
        return TupleType(tuple(t for _, t in type_.attributes))
    raise FunctionError("values() requires a map as the first argument")


@function("values", Parameter("mapping", allow_marks=True), returns=_values_type)
def values(call: Call) -> Value:
    """``values(mapping)`` in the order of the keys."""
    mapping = call.args[0]
    type_ = _values_type(call.args)
    charge_items(call, len(mapping.as_dict()))
    return Value(type_, list(mapping.as_dict().values()), mapping.marks)


def _lookup_type(args: list[Value]) -> Type:
    if len(args) > 3:
        raise FunctionError(f"lookup() takes two or three arguments, got {len(args)}")
    mapping, key = args[:2]
    default = args[2] if len(args) == 3 else None
    if isinstance(mapping.type, MapType):
        if default is not None:
            try:
                convert(default, mapping.type.element)
            except ConvertError:
                raise FunctionError(
                    "the default value must have the same type as the map elements", 2
                ) from None
        return mapping.type.element
    if not isinstance(mapping.type, ObjectType):
        raise FunctionError("lookup() requires a map as the first argument", 0)
    if key.is_unknown:
        return DYNAMIC
    kinds = mapping.type.as_dict()
    if key.as_str() in kinds:
        return kinds[key.as_str()]
    if default is not None:
        return default.type
    raise FunctionError(f"the given object has no attribute {_shown_key(key)}", 0)


def _shown_key(key: Value) -> str:
    return "(sensitive value)" if key.marks else quote(key.as_str())


@function(
    "lookup",
    Parameter("inputMap", allow_unknown=True, allow_marks=True),
    Parameter("key", STRING, allow_unknown=True, allow_marks=True),
    variadic=Parameter(
        "default", allow_null=True, allow_unknown=True, allow_marks=True, allow_dynamic=True
    ),
    returns=_lookup_type,
    not_null=False,
)
def lookup(call: Call) -> Value:
    """``lookup(map, key)`` or ``lookup(map, key, default)``."""
    type_ = _lookup_type(call.args)
    mapping, key = call.args[:2]
    marks = mapping.marks | key.marks
    if mapping.is_unknown or key.is_unknown:
        return unknown_result([mapping, key], type_, nullable=True).with_marks(marks)
    found = mapping.as_dict().get(key.as_str())
    if found is not None:
        return found.with_marks(marks)
    if len(call.args) < 3:
        raise FunctionError(f"lookup failed to find key {_shown_key(key)}")
    try:
        return convert(call.args[2], type_).with_marks(marks)
    except ConvertError as problem:
        raise FunctionError(str(problem), 2) from None


def _merge_type(args: list[Value]) -> Type:
    if not args:
        return object_type({})
    kinds: dict[str, Type] = {}
    all_known = True
    for value in args:
        type_ = value.type
        if type_ == DYNAMIC:
            return DYNAMIC
        if not isinstance(type_, MapType | ObjectType):
            raise FunctionError(f'arguments must be maps or objects, got "{type_}"')
        if value.is_null:
            continue
        if isinstance(type_, ObjectType):
            kinds.update(type_.attributes)
        elif value.is_unknown:
            all_known = False
        else:
            kinds.update(dict.fromkeys(value.as_dict(), type_.element))
    if all(v.type == args[0].type for v in args):
        return args[0].type
    return object_type(kinds) if all_known else DYNAMIC


@function(
    "merge",
    variadic=Parameter("maps", allow_null=True, allow_marks=True, allow_dynamic=True),
    returns=_merge_type,
)
def merge(call: Call) -> Value:
    """``merge(maps...)``: later ones win; a map where all are maps of one type."""
    type_ = _merge_type(call.args)
    merged: dict[str, Value] = {}
    marks = NO_MARKS
    for mapping in call.args:
        if mapping.is_null:
            continue
        if not isinstance(mapping.raw, dict):
            raise FunctionError(f'arguments must be maps or objects, got "{mapping.type}"')
        marks |= mapping.marks
        charge_items(call, len(mapping.as_dict()))
        merged.update(mapping.as_dict())
    if isinstance(type_, MapType):
        return Value(type_, dict(sorted(merged.items())), marks)
    result = object_value(merged)
    if type_ not in (DYNAMIC, result.type):
        raise FunctionError("cannot merge a null object")
    return result.with_marks(marks)


def _zipmap_type(args: list[Value]) -> Type:
    names, items = args
    if isinstance(items.type, ListType):
        return MapType(items.type.element)
    if not isinstance(items.type, TupleType):
        raise FunctionError("values argument must be a list or tuple value")
    if not names.wholly_known:
        return DYNAMIC
    kinds = items.type.elements
    _same_length(len(names.as_list()), len(kinds))
    for index, name in enumerate(names.as_list()):
        if name.is_null:
            raise FunctionError(f"keys list has null value at index {index}")
    return object_type(
        {name.as_str(): kind for name, kind in zip(names.as_list(), kinds, strict=True)}
    )


def _same_length(number_of_keys: int, number_of_values: int) -> None:
    if number_of_keys != number_of_values:
        raise FunctionError(
            f"number of keys ({number_of_keys}) does not match number of values "
            f"({number_of_values})"
        )


@function(
    "zipmap",
    Parameter("keys", _LIST_OF_STRING, allow_marks=True),
    Parameter("values", allow_marks=True),
    returns=_zipmap_type,
)
def zipmap(call: Call) -> Value:
    """``zipmap(keys, values)``: a map from a list of values, an object from a tuple."""
    type_ = _zipmap_type(call.args)
    names, items = call.args
    marks = names.marks | items.marks
    if not names.wholly_known:
        return unknown_result([names], type_).with_marks(marks)
    _same_length(len(names.as_list()), len(items.as_list()))
    charge_items(call, len(names.as_list()))
    pairs: dict[str, Value] = {}
    for name, item in zip(names.as_list(), items.as_list(), strict=True):
        if name.is_null:
            raise FunctionError("a key must not be null", 0)
        pairs[name.as_str()] = item
        marks |= name.marks
    return Value(type_, dict(sorted(pairs.items())), marks)


@function("transpose", Parameter("values", _MAP_OF_LISTS), returns=_MAP_OF_LISTS)
def transpose(call: Call) -> Value:
    """``transpose(values)``: from key to strings, to string to keys."""
    mapping = call.args[0]
    if not mapping.wholly_known:
        return unknown_result([mapping], _MAP_OF_LISTS)
    swapped: dict[str, list[str]] = {}
    for key, listed in mapping.as_dict().items():
        if listed.is_null:
            raise FunctionError("input must not contain null list")
        charge_items(call, len(listed.as_list()))
        for item in listed.as_list():
            if item.is_null:
                raise FunctionError("input list must not contain null string")
            swapped.setdefault(item.as_str(), []).append(key)
    return Value(
        _MAP_OF_LISTS, {name: text_list(sorted(swapped[name])) for name in sorted(swapped)}
    )
