"""Type constraints: what ``type = ...`` of a variable says.

A constraint is written as an expression (``list(object({ a = optional(string, "x") }))``)
but is never evaluated; only the defaults inside of it are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from driftcheck.errors import HclError
from driftcheck.hcl.context import EvalContext
from driftcheck.hcl.convert import ConvertError, convert
from driftcheck.hcl.evaluate import evaluate
from driftcheck.hcl.syntax import (
    Expression,
    FunctionCall,
    Literal,
    Node,
    ObjectCons,
    Template,
    Traversal,
    TupleCons,
)
from driftcheck.hcl.types import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    ListType,
    MapType,
    ObjectType,
    SetType,
    TupleType,
    Type,
    object_type,
)
from driftcheck.hcl.unify import unify
from driftcheck.hcl.values import (
    Unknown,
    Value,
    list_value,
    map_value,
    object_value,
    set_value,
    tuple_value,
)

_KEYWORDS = {"bool": BOOL, "string": STRING, "number": NUMBER}
_HELP = "Write bool, string, number, any, or one of list(), set(), map(), object(), tuple()."


@dataclass(frozen=True, slots=True)
class Defaults:
    """The defaults of optional attributes in a type, and in the types nested in it.

    ``values`` has the defaults of this object's own attributes. ``children`` has the
    nested defaults by attribute name or tuple index; ``""`` is for all elements.
    """

    type: Type
    values: dict[str, Value] = field(default_factory=dict)
    children: dict[str, Defaults] = field(default_factory=dict)

    def child(self, key: str) -> Defaults | None:
        """The defaults for what is found under a key."""
        structural = isinstance(self.type, ObjectType | TupleType)
        return self.children.get(key if structural else "")


def parse_variable_type(expression: Expression) -> tuple[Type, Defaults | None]:
    """The type constraint of a variable, which may also be a bare ``list`` or ``map``.

    Raises ``HclError`` for anything that is not a type.
    """
    match expression:
        case Traversal(root="list", names=[]):
            return ListType(DYNAMIC), None
        case Traversal(root="map", names=[]):
            return MapType(DYNAMIC), None
        case Template():
            raise HclError(
                "A type must not be written in quotes.",
                expression.location,
                'Remove the quotes; write list(string) for "list", map(string) for "map".',
            )
    return parse_type(expression)


def parse_type(expression: Expression) -> tuple[Type, Defaults | None]:
    """A type constraint and the defaults in it, None where there are none.

    Raises ``HclError`` for anything that is not a type.
    """
    match expression:
        case Traversal(root=root, names=[]):
            return _keyword(root, expression), None
        case FunctionCall(name=name, args=[argument], expand_final=False):
            return _constructor(name, argument, expression)
        case FunctionCall(name=name):
            raise _error(f"{name}() takes exactly one argument in a type.", expression)
    raise _error("This is not a type.", expression)


def _error(summary: str, node: Node) -> HclError:
    return HclError(summary, node.location, _HELP)


def _keyword(name: str, node: Node) -> Type:
    if name in _KEYWORDS:
        return _KEYWORDS[name]
    if name == "any":
        return DYNAMIC
    if name in ("list", "set", "map"):
        raise _error(f"{name} needs the type of its elements, as in {name}(string).", node)
    if name in ("object", "tuple"):
        raise _error(f"{name} needs an argument that says what is in it.", node)
    raise _error(f'"{name}" is not a type.', node)


def _constructor(name: str, argument: Expression, node: Expression) -> tuple[Type, Defaults | None]:
    if name in ("list", "set", "map"):
        element, nested = parse_type(argument)
        kind = {"list": ListType, "set": SetType, "map": MapType}[name]
        type_ = kind(element)
        return type_, None if nested is None else Defaults(type_, children={"": nested})
    if name == "object":
        if not isinstance(argument, ObjectCons):
            raise _error("object() needs attribute names with their types, in braces.", argument)
        return _object(argument)
    if name == "tuple":
        if not isinstance(argument, TupleCons):
            raise _error("tuple() needs a list of element types, in brackets.", argument)
        return _tuple(argument)
    if name == "optional":
        raise _error("optional() is for attributes of object() only.", node)
    if name in _KEYWORDS or name == "any":
        raise _error(f"{name} takes no argument.", node)
    raise _error(f'"{name}" is not a type.', node)


def _tuple(node: TupleCons) -> tuple[Type, Defaults | None]:
    parsed = [parse_type(item) for item in node.items]
    type_ = TupleType(tuple(element for element, _ in parsed))
    children = {str(i): nested for i, (_, nested) in enumerate(parsed) if nested is not None}
    return type_, Defaults(type_, children=children) if children else None


def _object(node: ObjectCons) -> tuple[Type, Defaults | None]:
    types: dict[str, Type] = {}
    optional: set[str] = set()
    values: dict[str, Value] = {}
    children: dict[str, Defaults] = {}
    for item in node.items:
        if not isinstance(item.key, Literal) or not isinstance(item.key.value, str):
            raise _error("The keys in object() must be plain attribute names.", item.key)
        name = item.key.value
        if name in types:
            raise _error(f'The attribute "{name}" is declared twice.', item.key)
        attribute, default = item.value, None
        if isinstance(attribute, FunctionCall) and attribute.name == "optional":
            attribute, default = _optional(attribute)
            optional.add(name)
        types[name], nested = parse_type(attribute)
        if nested is not None:
            children[name] = nested
        if default is not None:
            values[name] = _default(default, types[name])
    type_ = object_type(types, frozenset(optional))
    return type_, Defaults(type_, values, children) if values or children else None


def _optional(node: FunctionCall) -> tuple[Expression, Expression | None]:
    if not 1 <= len(node.args) <= 2:
        raise _error("optional() takes a type and, if wanted, a default value.", node)
    return node.args[0], node.args[1] if len(node.args) == 2 else None


def _default(expression: Expression, type_: Type) -> Value:
    value = evaluate(expression, EvalContext(allow_functions=False))
    try:
        return convert(value, type_)
    except ConvertError as error:
        raise HclError(
            f"This default does not fit the type of its attribute: {error}.", expression.location
        ) from None


def apply_defaults(value: Value, defaults: Defaults | None) -> Value:
    """The value with defaults in place of attributes that are missing or null.

    This comes before the value is converted to the type. Null and unknown values stay as
    they are, also where they are nested.
    """
    if defaults is None or value.raw is None or isinstance(value.raw, Unknown):
        return value
    raw = value.raw
    if isinstance(raw, list):
        elements = [apply_defaults(v, defaults.child(str(i))) for i, v in enumerate(raw)]
        return _sequence_like(value, elements).with_marks(value.marks)
    if isinstance(raw, dict):
        attributes = {key: apply_defaults(v, defaults.child(key)) for key, v in raw.items()}
        for name, default in defaults.values.items():
            given = attributes.get(name)
            if given is None or given.raw is None:
                attributes[name] = apply_defaults(default, defaults.children.get(name))
            elif isinstance(given.raw, Unknown) and _never_null(default, given):
                refined = replace(given.raw, not_null=True)
                attributes[name] = Value(given.type, refined, given.marks)
        return _mapping_like(value, attributes).with_marks(value.marks)
    return value


def _never_null(default: Value, given: Value) -> bool:
    raw = default.raw
    certain = raw.not_null if isinstance(raw, Unknown) else raw is not None
    return certain and given.type != DYNAMIC


def _sequence_like(value: Value, elements: list[Value]) -> Value:
    """A list or set again where the elements allow that, else a tuple."""
    type_ = value.type
    if isinstance(type_, ListType | SetType):
        if not elements:
            return value
        unified = _unified(elements)
        if unified is not None:
            make = list_value if isinstance(type_, ListType) else set_value
            return make(unified[0].type, unified)
    return tuple_value(elements)


def _mapping_like(value: Value, attributes: dict[str, Value]) -> Value:
    """A map again where the elements allow that, else an object."""
    type_ = value.type
    if isinstance(type_, MapType):
        if not attributes:
            return value
        unified = _unified(list(attributes.values()))
        if unified is not None:
            elements = dict(zip(attributes, unified, strict=True))
            return map_value(unified[0].type, elements)
    return object_value(attributes)


def _unified(elements: Sequence[Value]) -> list[Value] | None:
    type_ = unify([element.type for element in elements])
    if type_ is None:
        return None
    try:
        return [convert(element, type_) for element in elements]
    except ConvertError:
        return None
