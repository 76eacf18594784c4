"""The type system of Terraform values (that of go-cty).

Types are immutable and compare by structure. ``DYNAMIC`` is the type of a value
whose type is not known, and ``any`` in a type constraint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Type:
    """Base of all types."""

    def __str__(self) -> str:
        return friendly_name(self)


@dataclass(frozen=True, slots=True)
class Primitive(Type):
    """``string``, ``number``, ``bool``, or ``dynamic``."""

    name: str

    __str__ = Type.__str__


@dataclass(frozen=True, slots=True)
class ListType(Type):
    """``list(element)``."""

    element: Type

    __str__ = Type.__str__


@dataclass(frozen=True, slots=True)
class SetType(Type):
    """``set(element)``."""

    element: Type

    __str__ = Type.__str__


@dataclass(frozen=True, slots=True)
class MapType(Type):
    """``map(element)``."""

    element: Type

    __str__ = Type.__str__


@dataclass(frozen=True, slots=True)
class TupleType(Type):
    """``tuple([elements])``."""

    elements: tuple[Type, ...]

    __str__ = Type.__str__


@dataclass(frozen=True, slots=True)
class ObjectType(Type):
    """``object({attributes})``.

    ``attributes`` is sorted by name, so that equal types compare equal. Only type
    constraints have ``optional`` names; the type of a value never has.
    """

    attributes: tuple[tuple[str, Type], ...]
    optional: frozenset[str] = field(default=frozenset())

    __str__ = Type.__str__

    def as_dict(self) -> dict[str, Type]:
        """The attribute types by name."""
        return dict(self.attributes)


STRING = Primitive("string")
NUMBER = Primitive("number")
BOOL = Primitive("bool")
DYNAMIC = Primitive("dynamic")


def object_type(
    attributes: Mapping[str, Type], optional: frozenset[str] = frozenset()
) -> ObjectType:
    """An object type from attribute types in any order."""
    return ObjectType(tuple(sorted(attributes.items())), optional)


def is_primitive(type_: Type) -> bool:
    """Whether the type is string, number or bool."""
    return type_ in (STRING, NUMBER, BOOL)


def has_dynamic(type_: Type) -> bool:
    """Whether the type is, or contains, ``DYNAMIC``."""
    match type_:
        case Primitive():
            return type_ == DYNAMIC
        case ListType(element) | SetType(element) | MapType(element):
            return has_dynamic(element)
        case TupleType(elements):
            return any(has_dynamic(e) for e in elements)
        case ObjectType(attributes):
            return any(has_dynamic(t) for _, t in attributes)
    raise AssertionError(type_)


def conforms(given: Type, wanted: Type) -> bool:
    """Whether ``given`` is ``wanted``, taking ``DYNAMIC`` in ``wanted`` for any type."""
    if wanted in (DYNAMIC, given):
        return True
    match given, wanted:
        case (ListType(a), ListType(b)) | (SetType(a), SetType(b)) | (MapType(a), MapType(b)):
            return conforms(a, b)
        case TupleType(a), TupleType(b):
            return len(a) == len(b) and all(map(conforms, a, b))
        case ObjectType(a), ObjectType(b):
            one, other = dict(a), dict(b)
            return one.keys() == other.keys() and all(conforms(one[n], other[n]) for n in one)
    return False


def without_optional(type_: Type) -> Type:
    """The type with no attribute optional, at any depth: the type that values have."""
    match type_:
        case ListType(element):
            return ListType(without_optional(element))
        case SetType(element):
            return SetType(without_optional(element))
        case MapType(element):
            return MapType(without_optional(element))
        case TupleType(elements):
            return TupleType(tuple(map(without_optional, elements)))
        case ObjectType(attributes):
            return ObjectType(tuple((name, without_optional(t)) for name, t in attributes))
    return type_


def friendly_name(type_: Type) -> str:
    """The name Terraform uses in its messages (``list of string``, ``object``, ...)."""
    match type_:
        case Primitive(name):
            return name
        case ListType(element):
            return f"list of {friendly_name(element)}"
        case SetType(element):
            return f"set of {friendly_name(element)}"
        case MapType(element):
            return f"map of {friendly_name(element)}"
        case TupleType():
            return "tuple"
        case ObjectType():
            return "object"
    raise AssertionError(type_)


def constraint_name(type_: Type) -> str:
    """The name of a type as something that is asked for: ``any`` instead of ``dynamic``."""
    return friendly_name(type_).replace("dynamic", "any")


def type_json(type_: Type) -> object:
    """The type as go-cty writes it to JSON: ``"string"``, ``["list", "string"]``, ..."""
    match type_:
        case Primitive(name):
            return name
        case ListType(element):
            return ["list", type_json(element)]
        case SetType(element):
            return ["set", type_json(element)]
        case MapType(element):
            return ["map", type_json(element)]
        case TupleType(elements):
            return ["tuple", [type_json(e) for e in elements]]
        case ObjectType(attributes):
            return ["object", {name: type_json(t) for name, t in attributes}]
    raise AssertionError(type_)
