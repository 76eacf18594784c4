"""Conversion of values to types, with the rules of go-cty's ``convert`` package.

A conversion is *safe* when it works for every value of the source type (number to
string) and *unsafe* when it depends on the value (string to number). Variables and
function arguments may use both kinds; the branches of a conditional are brought
together by safe ones only (see ``driftcheck.hcl.unify``).

Unknown and null values are converted too: they come out unknown or null, of the
wanted type.
"""

from __future__ import annotations

from collections.abc import Callable

from driftcheck.hcl import convert_collections, mismatch, numbers, unify
from driftcheck.hcl.types import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    ListType,
    MapType,
    ObjectType,
    Primitive,
    SetType,
    TupleType,
    Type,
    without_optional,
)
from driftcheck.hcl.values import (
    FALSE,
    TRUE,
    Unknown,
    Value,
    null,
    number,
    refined,
    string,
)

Path = tuple[str | int, ...]
Conversion = Callable[[Value, Path], Value]


class ConvertError(Exception):
    """A value that cannot be converted.

    ``path`` holds the attribute names and element indexes that lead from the value
    to the part at fault; ``str(error)`` names them in front of ``message``.
    """

    def __init__(self, message: str, path: Path = ()) -> None:
        steps = (f"element {s}" if isinstance(s, int) else f'attribute "{s}"' for s in path)
        super().__init__(": ".join([*steps, message]))
        self.message = message
        self.path = path


def convert(value: Value, type_: Type) -> Value:
    """``value`` as a value of ``type_``, by safe and unsafe conversions.

    ``DYNAMIC`` in ``type_`` stands for any type. Optional attributes of object types
    that are missing become null. Raises ``ConvertError`` where there is no conversion.
    """
    if type_ is DYNAMIC or value.type == type_ or value.type == without_optional(type_):
        return value
    conversion = find_conversion(value.type, type_, unsafe=True)
    if conversion is None:
        raise ConvertError(mismatch.message(value.type, type_))
    return conversion(value, ())


def keep(value: Value, _path: Path) -> Value:
    """The conversion that changes nothing."""
    return value


def find_conversion(source: Type, target: Type, *, unsafe: bool) -> Conversion | None:
    """The conversion from one type to another, None where there is none."""
    if target is DYNAMIC or target == DYNAMIC:
        return keep
    known = _known_conversion(source, target, unsafe)
    if known is None:
        return None
    conversion = known

    def run(value: Value, path: Path) -> Value:
        if value.marks:
            return run(value.without_marks(), path).with_marks(value.marks)
        if isinstance(value.raw, Unknown):
            wanted = unify.dynamic_replace(value.type, without_optional(target))
            return _convert_unknown(value.raw, value.type, wanted)
        if value.raw is None:
            return null(unify.dynamic_replace(value.type, without_optional(target)))
        return conversion(value, path)

    return run


def _known_conversion(source: Type, target: Type, unsafe: bool) -> Conversion | None:
    """The conversion of values that are neither unknown nor null."""
    if source == DYNAMIC:
        return _from_dynamic(target) if unsafe else None
    match source, target:
        case Primitive(), Primitive():
            return _primitive(source, target, unsafe)
        case ObjectType(), ObjectType():
            return convert_collections.object_to_object(source, target, unsafe)
        case TupleType(), TupleType():
            return convert_collections.tuple_to_tuple(source, target, unsafe)
        case ((ListType(inner) | SetType(inner)), ListType(outer)):
            element = element_conversion(inner, outer, unsafe)
            return element and convert_collections.collection_to_list(outer, element)
        case ((ListType(inner) | SetType(inner)), SetType(outer)):
            if isinstance(source, ListType) and not unsafe:
                return None
            element = element_conversion(inner, outer, unsafe)
            return element and convert_collections.collection_to_set(outer, element)
        case MapType(inner), MapType(outer):
            element = element_conversion(inner, outer, unsafe)
            return element and convert_collections.map_to_map(outer, element)
        case TupleType(elements), (ListType(outer) | SetType(outer)):
            return convert_collections.tuple_to_collection(elements, target, outer, unsafe)
        case ObjectType(), MapType(outer):
            return convert_collections.object_to_map(source, outer, unsafe)
        case MapType(inner), ObjectType():
            return convert_collections.map_to_object(inner, target) if unsafe else None
    return None


def element_conversion(source: Type, target: Type, unsafe: bool) -> Conversion | None:
    """The conversion of something inside a value, which is often no conversion at all."""
    return keep if source == target else find_conversion(source, target, unsafe=unsafe)


def _from_dynamic(target: Type) -> Conversion:
    """A value whose type was not known before is looked at when it is there."""

    def run(value: Value, path: Path) -> Value:
        try:
            return convert(value, target)
        except ConvertError as error:
            raise ConvertError(error.message, path + error.path) from None

    return run


# Primitive types


def _number_to_string(value: Value, _path: Path) -> Value:
    raw = value.raw
    assert isinstance(raw, numbers.Number)
    return string(numbers.format_number(raw))


def _bool_to_string(value: Value, _path: Path) -> Value:
    return string("true" if value.raw else "false")


def _string_to_number(value: Value, path: Path) -> Value:
    try:
        return number(numbers.parse_number(value.as_str()))
    except numbers.NumberError as error:
        raise ConvertError(str(error), path) from None


def _string_to_bool(value: Value, path: Path) -> Value:
    text = value.as_str()
    if text in ("true", "1"):
        return TRUE
    if text in ("false", "0"):
        return FALSE
    hint = ""
    if text.lower() in ("true", "false"):
        hint = f'; to convert from string, use lowercase "{text.lower()}"'
    raise ConvertError("a bool is required" + hint, path)


_SAFE: dict[tuple[Type, Type], Conversion] = {
    (NUMBER, STRING): _number_to_string,
    (BOOL, STRING): _bool_to_string,
}
_UNSAFE: dict[tuple[Type, Type], Conversion] = {
    (STRING, NUMBER): _string_to_number,
    (STRING, BOOL): _string_to_bool,
}


def _primitive(source: Type, target: Type, unsafe: bool) -> Conversion | None:
    pair = (source, target)
    return _SAFE.get(pair) or (_UNSAFE.get(pair) if unsafe else None)


def _convert_unknown(origin: Unknown, source: Type, target: Type) -> Value:
    """An unknown of the target type that keeps the reason and what is known of the length."""
    low: int = 0
    high: int | None = None
    match source, target:
        case ObjectType(attributes), MapType():
            low = high = len(attributes)
        case TupleType(elements), ListType():
            low = high = len(elements)
        case TupleType(elements), SetType():
            low, high = min(len(elements), 1), len(elements)
        case ((ListType() | SetType() | MapType()), (ListType() | SetType() | MapType())):
            low, high = origin.min_length, origin.max_length
            if isinstance(target, SetType):
                low = min(low, 1)
    return refined(target, Unknown(origin.reason, origin.not_null, "", low, high))
