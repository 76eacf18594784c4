"""Looking into a value: ``value.name`` and ``value[key]``, with HCL's rules."""

from __future__ import annotations

from driftcheck.hcl.convert import ConvertError, convert
from driftcheck.hcl.types import (
    DYNAMIC,
    NUMBER,
    STRING,
    ListType,
    MapType,
    ObjectType,
    SetType,
    TupleType,
    Type,
)
from driftcheck.hcl.values import SENSITIVE, OpenObject, Unknown, Value

_INVALID_INDEX = "Invalid index: the given key does not identify an element of this value"


class AccessError(Exception):
    """There is no such attribute or element; ``detail`` says what to do about it."""

    def __init__(self, summary: str, detail: str = "") -> None:
        super().__init__(summary)
        self.summary = summary
        self.detail = detail


def _unknown(origin: Unknown, type_: Type, value: Value) -> Value:
    """What is found inside of something unknown: unknown for the same reason."""
    return Value(type_, Unknown(origin.reason), value.marks)


def get_attr(value: Value, name: str) -> Value:
    """``value.name`` for an object or a map.

    Raises ``AccessError`` where the value cannot have such an attribute.
    """
    raw = value.raw
    if isinstance(raw, dict):
        found = raw.get(name)
        if found is not None:
            return found.with_marks(value.marks) if value.marks else found
        more = raw.beyond(name) if isinstance(raw, OpenObject) else None
        if more is not None:
            return more.with_marks(value.marks)
    if raw is None:
        raise AccessError("This value is null, so it does not have any attributes.")
    type_ = value.type
    match type_:
        case ObjectType(attributes):
            types = dict(attributes)
            if name not in types:
                raise AccessError(
                    f'This object does not have an attribute named "{name}".',
                    "" if SENSITIVE in value.marks else _attributes_hint(types),
                )
            assert isinstance(raw, Unknown)
            return _unknown(raw, types[name], value)
        case MapType(element):
            if isinstance(raw, Unknown):
                return _unknown(raw, element, value)
            raise AccessError(
                f'This map does not have an element with the key "{name}".',
                "Use lookup() or try() to give a default.",
            )
        case ListType(ObjectType()):
            raise AccessError(
                f'A list of objects has no attribute "{name}".',
                "Select an element with [0], or the attribute of all elements with [*].",
            )
        case SetType(ObjectType()):
            raise AccessError(
                f'A set of objects has no attribute "{name}".',
                "Select the attribute of all elements with [*].",
            )
    if type_ == DYNAMIC:
        assert isinstance(raw, Unknown)
        return _unknown(raw, DYNAMIC, value)
    raise AccessError(f'A {type_} does not have attributes, so there is no "{name}".')


def _attributes_hint(types: dict[str, Type]) -> str:
    names = list(types)
    if not names:
        return "It has no attributes at all."
    shown = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
    return f"It has: {shown}."


def index(value: Value, key: Value) -> Value:
    """``value[key]`` for a list, tuple, map or object.

    Raises ``AccessError`` where there is no such element.
    """
    if value.raw is None:
        raise AccessError("This value is null, so it does not have any indices.")
    if key.raw is None:
        raise AccessError("A null value cannot be used as an indexing key.")
    type_ = value.type
    if DYNAMIC in (type_, key.type):
        return _dynamic(value, key)
    match type_:
        case ListType() | TupleType():
            return _index_sequence(value, _convert_key(key, NUMBER))
        case MapType():
            return _index_map(value, _convert_key(key, STRING))
        case ObjectType():
            return _index_object(value, key)
        case SetType():
            raise AccessError(
                "Elements of a set cannot be selected by an index.",
                "A set has no order; use a for expression, or tolist() of the set.",
            )
    raise AccessError(f"A {type_} does not have any indices.")


def _dynamic(value: Value, key: Value) -> Value:
    origin = value.raw if isinstance(value.raw, Unknown) else key.raw
    assert isinstance(origin, Unknown)
    return _unknown(origin, DYNAMIC, value)


def _convert_key(key: Value, type_: Type) -> Value:
    try:
        return convert(key, type_)
    except ConvertError as error:
        raise AccessError(f"{_INVALID_INDEX}: {error}.") from None


def _index_sequence(value: Value, key: Value) -> Value:
    type_, raw, position = value.type, value.raw, key.raw
    assert isinstance(type_, ListType | TupleType)
    if isinstance(position, Unknown):
        return _unknown(position, _element_type(type_), value)
    if isinstance(raw, Unknown) and isinstance(type_, ListType):
        return _unknown(raw, type_.element, value)
    if not isinstance(position, int):
        raise AccessError(f"{_INVALID_INDEX}: it must be a whole number.")
    if position < 0:
        raise AccessError(
            f"{_INVALID_INDEX}: a negative number is not a valid index.",
            "To count from the end, subtract from length().",
        )
    length = len(raw) if isinstance(raw, list) else 0
    if isinstance(type_, TupleType):
        length = len(type_.elements)
    if position >= length:
        size = f"there are {length} elements" if length else "there are no elements"
        raise AccessError(f"{_INVALID_INDEX}: {size}, counted from 0.")
    if isinstance(raw, Unknown):
        assert isinstance(type_, TupleType)
        return _unknown(raw, type_.elements[position], value)
    assert isinstance(raw, list)
    return raw[position].with_marks(value.marks | key.marks)


def _element_type(type_: ListType | TupleType) -> Type:
    return type_.element if isinstance(type_, ListType) else DYNAMIC


def _shown(key: Value) -> str:
    return "element with this sensitive key" if SENSITIVE in key.marks else f'"{key.as_str()}"'


def _index_map(value: Value, key: Value) -> Value:
    type_, raw = value.type, value.raw
    assert isinstance(type_, MapType)
    for side in (key.raw, raw):
        if isinstance(side, Unknown):
            return _unknown(side, type_.element, value)
    name = key.as_str()
    assert isinstance(raw, dict)
    if name not in raw:
        raise AccessError(
            f"{_INVALID_INDEX}: there is no {_shown(key)} in this map.",
            "Use lookup() or try() to give a default.",
        )
    return raw[name].with_marks(value.marks | key.marks)


def _index_object(value: Value, key: Value) -> Value:
    by_number = key.type == NUMBER
    key = _convert_key(key, STRING)
    for side in (value.raw, key.raw):
        if isinstance(side, Unknown):
            return _unknown(side, DYNAMIC, value)
    name = key.as_str()
    attributes = value.as_dict()
    if name not in attributes:
        more = attributes.beyond(name) if isinstance(attributes, OpenObject) else None
        if more is not None:
            return more.with_marks(value.marks)
        hint = "Attributes of an object are selected by name, not by number."
        if not by_number and SENSITIVE not in value.marks:
            hint = _attributes_hint({n: v.type for n, v in attributes.items()})
        raise AccessError(f"{_INVALID_INDEX}: there is no {_shown(key)} in this object.", hint)
    return attributes[name].with_marks(value.marks)
