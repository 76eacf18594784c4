"""Conversions between lists, sets, maps, tuples and objects.

The part of ``driftcheck.hcl.convert`` that looks inside of values. Each function gives the
conversion for a pair of types, or None where there is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from driftcheck.hcl import convert, mismatch, unify
from driftcheck.hcl.types import (
    DYNAMIC,
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
    Value,
    list_value,
    map_value,
    null,
    object_value,
    set_value,
    tuple_value,
    unknown,
)

_Key = TypeVar("_Key", str, int)


# Structural types


def object_to_object(
    source: ObjectType, target: ObjectType, unsafe: bool
) -> convert.Conversion | None:
    """Attribute by attribute; those that the target does not have are dropped."""
    given = source.as_dict()
    conversions: dict[str, convert.Conversion] = {}
    missing: dict[str, Value] = {}
    for name, wanted in target.attributes:
        if name not in given:
            if name not in target.optional:
                return None
            missing[name] = null(without_optional(wanted))
            continue
        conversion = convert.element_conversion(given[name], wanted, unsafe)
        if conversion is None:
            return None
        conversions[name] = conversion

    def run(value: Value, path: convert.Path) -> Value:
        attributes = value.as_dict()
        converted = {n: c(attributes[n], (*path, n)) for n, c in conversions.items()}
        return object_value(converted | missing)

    return run


def tuple_to_tuple(source: TupleType, target: TupleType, unsafe: bool) -> convert.Conversion | None:
    """Element by element, of equal length."""
    if len(source.elements) != len(target.elements):
        return None
    conversions = _all_conversions(zip(source.elements, target.elements, strict=True), unsafe)
    if conversions is None:
        return None
    return lambda value, path: tuple_value(_convert_elements(value, path, conversions))


def _all_conversions(
    pairs: Iterable[tuple[Type, Type]], unsafe: bool
) -> list[convert.Conversion] | None:
    """The conversions for pairs of types; None if there is none for some pair."""
    conversions = []
    for source, target in pairs:
        conversion = convert.element_conversion(source, target, unsafe)
        if conversion is None:
            return None
        conversions.append(conversion)
    return conversions


def _convert_elements(
    value: Value, path: convert.Path, conversions: list[convert.Conversion]
) -> list[Value]:
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


def _make(kind: type[ListType | SetType], elements: list[Value], path: convert.Path) -> Value:
    common = _common_element(elements)
    if common is None:
        noun = "list" if kind is ListType else "set"
        raise convert.ConvertError(f"element types must all match for conversion to {noun}", path)
    typed = [_typed(element, common) for element in elements]
    return list_value(common, typed) if kind is ListType else set_value(common, typed)


def _make_map(elements: dict[str, Value], path: convert.Path) -> Value:
    common = _common_element(elements.values())
    if common is None:
        raise convert.ConvertError("element types must all match for conversion to map", path)
    return map_value(common, {key: _typed(v, common) for key, v in elements.items()})


def _empty_element(wanted: Type, given: Type) -> Type:
    return given if wanted is DYNAMIC else without_optional(wanted)


def collection_to_list(wanted: Type, conversion: convert.Conversion) -> convert.Conversion:
    """A list or set as a list, each element converted by ``conversion``."""

    def run(value: Value, path: convert.Path) -> Value:
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


def collection_to_set(wanted: Type, conversion: convert.Conversion) -> convert.Conversion:
    """A list or set as a set, each element converted by ``conversion``."""

    def run(value: Value, path: convert.Path) -> Value:
        elements = value.as_list()
        given = value.type
        assert isinstance(given, ListType | SetType)
        if not elements:
            return set_value(_empty_element(wanted, given.element), [])
        converted = [conversion(e, (*path, i)) for i, e in enumerate(elements)]
        return _make(SetType, converted, path)

    return run


def map_to_map(wanted: Type, conversion: convert.Conversion) -> convert.Conversion:
    """A map as a map, each element converted by ``conversion``."""

    def run(value: Value, path: convert.Path) -> Value:
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


def tuple_to_collection(
    elements: tuple[Type, ...], target: Type, wanted: Type, unsafe: bool
) -> convert.Conversion | None:
    """A tuple as a list or set, whose element type may be for us to find."""
    kind = ListType if isinstance(target, ListType) else SetType
    if not elements:
        empty = without_optional(wanted)
        return lambda _value, _path: Value(kind(empty), [])
    if wanted == DYNAMIC:
        unified = unify.unify(elements, unsafe=unsafe)
        if unified is None or (unified == DYNAMIC and any(e != DYNAMIC for e in elements)):
            return None
        wanted = unified
    conversions = _all_conversions([(e, wanted) for e in elements], unsafe)
    if conversions is None:
        return None

    def run(value: Value, path: convert.Path) -> Value:
        converted = _convert_elements(value, path, conversions)
        if kind is ListType:
            keyed = _unify_elements(dict(enumerate(converted)), path, unsafe=unsafe)
            converted = list(keyed.values())
        return _make(kind, converted, path)

    return run


def object_to_map(source: ObjectType, wanted: Type, unsafe: bool) -> convert.Conversion | None:
    """An object as a map, whose element type may be for us to find."""
    if not source.attributes:
        empty = without_optional(wanted)
        return lambda _value, _path: map_value(empty, {})
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

    def run(value: Value, path: convert.Path) -> Value:
        pairs = zip(value.as_dict().items(), conversions, strict=True)
        converted = {key: c(v, (*path, key)) for (key, v), c in pairs}
        if not isinstance(element, Primitive | TupleType):
            converted = _unify_elements(converted, path, unsafe=unsafe)
        return _make_map(converted, path)

    return run


def _unify_elements(
    elements: dict[_Key, Value], path: convert.Path, *, unsafe: bool
) -> dict[_Key, Value]:
    """Elements that went through ``any`` may differ in type still; bring them together."""
    unified = unify.unify([v.type for v in elements.values()], unsafe=unsafe)
    if unified is None:
        raise convert.ConvertError("cannot find a common base type for all elements", path)
    result = {}
    for key, element in elements.items():
        conversion = convert.element_conversion(element.type, unified, unsafe)
        assert conversion is not None
        result[key] = conversion(element, (*path, key))
    return result


def map_to_object(given: Type, target: ObjectType) -> convert.Conversion | None:
    """A map as an object, if it turns out to have the required keys."""
    conversions: dict[str, convert.Conversion | None] = {}
    for name, wanted in target.attributes:
        conversions[name] = convert.element_conversion(given, wanted, True)
        if conversions[name] is None and name not in target.optional:
            return None
    wanted_types = target.as_dict()

    def run(value: Value, path: convert.Path) -> Value:
        attributes = {}
        for name, element in value.as_dict().items():
            if name not in conversions:
                continue
            conversion = conversions[name]
            if conversion is None:
                reason = mismatch.message(element.type, wanted_types[name])
                raise convert.ConvertError(
                    f'map element type is incompatible with attribute "{name}": {reason}', path
                )
            attributes[name] = conversion(element, (*path, name))
        for name, wanted in wanted_types.items():
            if name not in attributes:
                if name not in target.optional:
                    raise convert.ConvertError(
                        f'map has no element for required attribute "{name}"', path
                    )
                attributes[name] = null(without_optional(wanted))
        return object_value(attributes)

    return run
