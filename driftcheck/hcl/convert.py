"""Conversion of values to types, with the rules of go-cty's ``convert`` package.

A conversion is *safe* when it works for every value of the source type (number to
string) and *unsafe* when it depends on the value (string to number). Variables and
function arguments may use both kinds; the branches of a conditional are brought
together by safe ones only (see ``driftcheck.hcl.unify``).

Unknown and null values are converted too: they come out unknown or null, of the
wanted type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from driftcheck.hcl import mismatch, numbers, unify
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
    list_value,
    map_value,
    null,
    number,
    object_value,
    set_value,
    string,
    tuple_value,
    unknown,
)

Path = tuple[str | int, ...]
Conversion = Callable[[Value, Path], Value]
_Key = TypeVar("_Key", str, int)


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


def keep(value: Value, path: Path) -> Value:
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
            return _object_to_object(source, target, unsafe)
        case TupleType(), TupleType():
            return _tuple_to_tuple(source, target, unsafe)
        case (ListType(inner) | SetType(inner)), ListType(outer):
            element = _element_conversion(inner, outer, unsafe)
            return element and _collection_to_list(outer, element)
        case (ListType(inner) | SetType(inner)), SetType(outer):
            if isinstance(source, ListType) and not unsafe:
                return None
            element = _element_conversion(inner, outer, unsafe)
            return element and _collection_to_set(outer, element)
        case MapType(inner), MapType(outer):
            element = _element_conversion(inner, outer, unsafe)
            return element and _map_to_map(outer, element)
        case TupleType(elements), (ListType(outer) | SetType(outer)):
            return _tuple_to_collection(elements, target, outer, unsafe)
        case ObjectType(), MapType(outer):
            return _object_to_map(source, outer, unsafe)
        case MapType(inner), ObjectType():
            return _map_to_object(inner, target) if unsafe else None
    return None


def _element_conversion(source: Type, target: Type, unsafe: bool) -> Conversion | None:
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


def _number_to_string(value: Value, path: Path) -> Value:
    raw = value.raw
    assert isinstance(raw, numbers.Number)
    return string(numbers.format_number(raw))


def _bool_to_string(value: Value, path: Path) -> Value:
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


# Structural types


def _object_to_object(source: ObjectType, target: ObjectType, unsafe: bool) -> Conversion | None:
    given = source.as_dict()
    conversions: dict[str, Conversion] = {}
    missing: dict[str, Value] = {}
    for name, wanted in target.attributes:
        if name not in given:
            if name not in target.optional:
                return None
            missing[name] = null(without_optional(wanted))
            continue
        conversion = _element_conversion(given[name], wanted, unsafe)
        if conversion is None:
            return None
        conversions[name] = conversion

    def run(value: Value, path: Path) -> Value:
        attributes = value.as_dict()
        converted = {n: c(attributes[n], (*path, n)) for n, c in conversions.items()}
        return object_value(converted | missing)

    return run


def _tuple_to_tuple(source: TupleType, target: TupleType, unsafe: bool) -> Conversion | None:
    if len(source.elements) != len(target.elements):
        return None
    conversions = _all_conversions(zip(source.elements, target.elements, strict=True), unsafe)
    if conversions is None:
        return None
    return lambda value, path: tuple_value(_convert_elements(value, path, conversions))


def _all_conversions(
    pairs: Iterable[tuple[Type, Type]], unsafe: bool
) -> list[Conversion] | None:
    """The conversions for pairs of types; None if there is none for some pair."""
    conversions = []
    for source, target in pairs:
        conversion = _element_conversion(source, target, unsafe)
        if conversion is None:
            return None
        conversions.append(conversion)
    return conversions


def _convert_elements(value: Value, path: Path, conversions: list[Conversion]) -> list[Value]:
    elements = enumerate(zip(value.as_list(), conversions, strict=True))
    return [conversion(element, (*path, i)) for i, (element, conversion) in elements]


# Collection types


def _common_element(elements: Iterable[Value]) -> Type | None:
    """The type of all elements, leaving aside those of type ``DYNAMIC``."""
    found: Type = DYNAMIC
    for element in elements:
        if found is DYNAMIC:
            found = element.type
        elif element.type is not DYNAMIC and element.type != found:
            return None
    return found


def _typed(element: Value, type_: Type) -> Value:
    """An element of a collection takes the collection's element type."""
    if element.type is DYNAMIC and type_ is not DYNAMIC:
        return Value(type_, element.raw, element.marks)
    return element


def _make(kind: type[ListType | SetType], elements: list[Value], path: Path) -> Value:
    common = _common_element(elements)
    if common is None:
        noun = "list" if kind is ListType else "set"
        raise ConvertError(f"element types must all match for conversion to {noun}", path)
    typed = [_typed(element, common) for element in elements]
    return list_value(common, typed) if kind is ListType else set_value(common, typed)


def _make_map(elements: dict[str, Value], path: Path) -> Value:
    common = _common_element(elements.values())
    if common is None:
        raise ConvertError("element types must all match for conversion to map", path)
    return map_value(common, {key: _typed(v, common) for key, v in elements.items()})


def _empty_element(wanted: Type, given: Type) -> Type:
    return given if wanted is DYNAMIC else without_optional(wanted)


def _collection_to_list(wanted: Type, conversion: Conversion) -> Conversion:
    def run(value: Value, path: Path) -> Value:
        elements = value.as_list()
        given = value.type
        assert isinstance(given, ListType | SetType)
        if isinstance(given, SetType) and len(elements) > 1:
            origin = value.first_unknown()
            if origin is not None:  # elements may turn out to be equal
                return unknown(origin.reason, ListType(given.element))
        if not elements:
            return list_value(_empty_element(wanted, given.element), [])
        converted = [conversion(e, (*path, i)) for i, e in enumerate(elements)]
        return _make(ListType, converted, path)

    return run


def _collection_to_set(wanted: Type, conversion: Conversion) -> Conversion:
    def run(value: Value, path: Path) -> Value:
        elements = value.as_list()
        given = value.type
        assert isinstance(given, ListType | SetType)
        if not elements:
            return set_value(_empty_element(wanted, given.element), [])
        converted = [conversion(e, (*path, i)) for i, e in enumerate(elements)]
        return _make(SetType, converted, path)

    return run


def _map_to_map(wanted: Type, conversion: Conversion) -> Conversion:
    def run(value: Value, path: Path) -> Value:
        elements = value.as_dict()
        given = value.type
        assert isinstance(given, MapType)
        if not elements:
            return map_value(_empty_element(wanted, given.element), {})
        converted = {key: conversion(v, (*path, key)) for key, v in elements.items()}
        if not isinstance(wanted, Primitive | TupleType):
            converted = _unify_elements(converted, path, unsafe=False)
        return _make_map(converted, path)

    return run


def _tuple_to_collection(
    elements: tuple[Type, ...], target: Type, wanted: Type, unsafe: bool
) -> Conversion | None:
    kind = ListType if isinstance(target, ListType) else SetType
    if not elements:
        empty = without_optional(wanted)
        return lambda value, path: Value(kind(empty), [])
    if wanted == DYNAMIC:
        unified = unify.unify(elements, unsafe=unsafe)
        if unified is None or (unified == DYNAMIC and any(e != DYNAMIC for e in elements)):
            return None
        wanted = unified
    conversions = _all_conversions([(e, wanted) for e in elements], unsafe)
    if conversions is None:
        return None

    def run(value: Value, path: Path) -> Value:
        converted = _convert_elements(value, path, conversions)
        if kind is ListType:
            keyed = _unify_elements(dict(enumerate(converted)), path, unsafe=unsafe)
            converted = list(keyed.values())
        return _make(kind, converted, path)

    return run


def _object_to_map(source: ObjectType, wanted: Type, unsafe: bool) -> Conversion | None:
    if not source.attributes:
        empty = without_optional(wanted)
        return lambda value, path: map_value(empty, {})
    if wanted == DYNAMIC:
        unified = unify.unify([t for _, t in source.attributes], unsafe=unsafe)
        if unified is None:
            return None
        wanted = unified
    element = wanted
    found = _all_conversions([(t, element) for _, t in source.attributes], unsafe)
    if found is None:
        return None
    conversions = found

    def run(value: Value, path: Path) -> Value:
        pairs = zip(value.as_dict().items(), conversions, strict=True)
        converted = {key: c(v, (*path, key)) for (key, v), c in pairs}
        if not isinstance(element, Primitive | TupleType):
            converted = _unify_elements(converted, path, unsafe=unsafe)
        return _make_map(converted, path)

    return run


def _unify_elements(
    elements: dict[_Key, Value], path: Path, *, unsafe: bool
) -> dict[_Key, Value]:
    """Elements that went through ``any`` may differ in type still; bring them together."""
    unified = unify.unify([v.type for v in elements.values()], unsafe=unsafe)
    if unified is None:
        raise ConvertError("cannot find a common base type for all elements", path)
    result = {}
    for key, element in elements.items():
        conversion = _element_conversion(element.type, unified, unsafe)
        assert conversion is not None
        result[key] = conversion(element, (*path, key))
    return result


def _map_to_object(given: Type, target: ObjectType) -> Conversion | None:
    conversions: dict[str, Conversion | None] = {}
    for name, wanted in target.attributes:
        conversions[name] = _element_conversion(given, wanted, True)
        if conversions[name] is None and name not in target.optional:
            return None
    wanted_types = target.as_dict()

    def run(value: Value, path: Path) -> Value:
        attributes = {}
        for name, element in value.as_dict().items():
            if name not in conversions:
                continue
            conversion = conversions[name]
            if conversion is None:
                reason = mismatch.message(element.type, wanted_types[name])
                raise ConvertError(
                    f'map element type is incompatible with attribute "{name}": {reason}', path
                )
            attributes[name] = conversion(element, (*path, name))
        for name, wanted in wanted_types.items():
            if name not in attributes:
                if name not in target.optional:
                    raise ConvertError(
                        f'map has no element for required attribute "{name}"', path
                    )
                attributes[name] = null(without_optional(wanted))
        return object_value(attributes)

    return run


# Unknown values


def _convert_unknown(origin: Unknown, source: Type, target: Type) -> Value:
    """An unknown of the target type that keeps the reason and what is known of the length."""
    low, high = 0, None
    match source, target:
        case ObjectType(attributes), MapType():
            low = high = len(attributes)
        case TupleType(elements), ListType():
            low = high = len(elements)
        case TupleType(elements), SetType():
            low, high = min(len(elements), 1), len(elements)
        case (ListType() | SetType() | MapType()), (ListType() | SetType() | MapType()):
            low, high = origin.min_length, origin.max_length
            if isinstance(target, SetType):
                low = min(low, 1)
    return Value(target, Unknown(origin.reason, origin.not_null, "", low, high))
