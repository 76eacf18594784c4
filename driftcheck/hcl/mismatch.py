"""Why a value of one type cannot be converted to another, in a phrase for people."""

from __future__ import annotations

from driftcheck.hcl import convert
from driftcheck.hcl.types import (
    DYNAMIC,
    ListType,
    MapType,
    ObjectType,
    SetType,
    TupleType,
    Type,
    constraint_name,
)


def message(given: Type, wanted: Type) -> str:
    """What is wrong, such as ``a list of string is required`` or ``element 0: ...``.

    Only meaningful where no conversion exists.
    """
    match given, wanted:
        case ObjectType(), ObjectType():
            return _objects(given, wanted)
        case TupleType(), (ListType(element) | SetType(element)) if element == DYNAMIC:
            noun = "list" if isinstance(wanted, ListType) else "set"
            return f"all {noun} elements must have the same type"
        case ObjectType(), MapType(element) if element == DYNAMIC:
            return "all map elements must have the same type"
        case TupleType(elements), (ListType(element) | SetType(element)):
            return _elements([(str(i), t) for i, t in enumerate(elements)], element)
        case ObjectType(attributes), MapType(element):
            return _elements([(f'"{name}"', t) for name, t in attributes], element)
        case ((ListType(inner) | SetType(inner)), (ListType(outer) | SetType(outer))):
            noun = "list" if isinstance(wanted, ListType) else "set"
            return f"incorrect {noun} element type: {message(inner, outer)}"
        case MapType(inner), MapType(outer):
            return f"incorrect map element type: {message(inner, outer)}"
    return _required(wanted)


def _required(wanted: Type) -> str:
    return f"{constraint_name(wanted)} is required"


def _elements(given: list[tuple[str, Type]], wanted: Type) -> str:
    for label, type_ in given:
        if type_ != wanted and convert.find_conversion(type_, wanted, unsafe=True) is None:
            return f"element {label}: {message(type_, wanted)}"
    return f"all elements must be {constraint_name(wanted)}"


def _objects(given: ObjectType, wanted: ObjectType) -> str:
    types = given.as_dict()
    missing = [
        f'"{name}"'
        for name, _ in wanted.attributes
        if name not in types and name not in wanted.optional
    ]
    if len(missing) == 1:
        return f"attribute {missing[0]} is required"
    if missing:
        return f"attributes {', '.join(missing[:-1])} and {missing[-1]} are required"
    for name, type_ in wanted.attributes:
        if name not in types or types[name] == type_:
            continue
        if convert.find_conversion(types[name], type_, unsafe=True) is None:
            return f'attribute "{name}": {message(types[name], type_)}'
    return "incorrect object attributes"
