"""One type for several: the rules of go-cty's ``convert.Unify``.

It decides the type of ``c ? a : b``, of ``tolist([1, "a"])``, and of whatever else
brings values of different types together. Terraform uses it in its unsafe form, which
also considers conversions that may fail for some values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

from driftcheck.hcl import convert
from driftcheck.hcl.types import (
    DYNAMIC,
    STRING,
    ListType,
    MapType,
    ObjectType,
    Primitive,
    SetType,
    TupleType,
    Type,
    object_type,
)

_Collection = Callable[[Type], Type]


def unify(types: Sequence[Type], *, unsafe: bool = True) -> Type | None:
    """The most general of the types that all of ``types`` can be converted to.

    None where there is none, or no types were given. ``DYNAMIC`` means that the
    answer depends on types that are not known yet. To bring values together, convert
    each of them to the answer with ``convert.convert``.
    """
    if not types:
        return None
    first = types[0]
    if all(t is first or t == first for t in types):
        return first
    kinds = {type(t) for t in types if t != DYNAMIC}
    has_dynamic = any(t == DYNAMIC for t in types)
    if len(kinds) == 1 and Primitive not in kinds:
        # What unknown types will bring cannot be foreseen.
        return DYNAMIC if has_dynamic else _unify_kind(types, kinds.pop(), unsafe)
    if kinds == {MapType, ObjectType}:
        found = _unify_with_collection(types, ObjectType, unsafe)
        if isinstance(found, MapType):
            return found
    elif kinds == {ListType, TupleType}:
        found = _unify_with_collection(types, TupleType, unsafe)
        if isinstance(found, ListType):
            return found
    elif ObjectType in kinds and TupleType in kinds:
        return None
    return _most_general(types, unsafe)


def _unify_kind(types: Sequence[Type], kind: type[Type], unsafe: bool) -> Type | None:
    """Unify types of one structural kind, which may give a type that is none of them."""
    if kind is ObjectType:
        return _unify_objects([t for t in types if isinstance(t, ObjectType)], unsafe)
    if kind is TupleType:
        return _unify_tuples([t for t in types if isinstance(t, TupleType)], unsafe)
    elements = [t.element for t in types if isinstance(t, ListType | SetType | MapType)]
    element = unify(elements, unsafe=unsafe)
    if element is None:
        return None
    made: _Collection = {ListType: ListType, SetType: SetType, MapType: MapType}[kind]
    return _reachable(types, made(element), unsafe)


def _reachable(types: Sequence[Type], target: Type, unsafe: bool) -> Type | None:
    """``target``, if all types can be converted to it."""
    for type_ in types:
        if type_ != target and convert.find_conversion(type_, target, unsafe=unsafe) is None:
            return None
    return target


def _unify_objects(types: list[ObjectType], unsafe: bool) -> Type | None:
    """Objects of the same attribute names stay an object; others become a map."""
    names = {name for name, _ in types[0].attributes}
    columns = [t.as_dict() for t in types]
    if any(column.keys() != names for column in columns):
        return _unify_objects_to_map(types, unsafe)
    attributes = {}
    for name in names:
        unified = unify([column[name] for column in columns], unsafe=unsafe)
        if unified is None:
            return None
        attributes[name] = unified
    target = _reachable(types, object_type(attributes), unsafe)
    return target or _unify_objects_to_map(types, unsafe)


def _unify_objects_to_map(types: list[ObjectType], unsafe: bool) -> Type | None:
    element = unify([a for t in types for _, a in t.attributes], unsafe=unsafe)
    return None if element is None else _reachable(types, MapType(element), unsafe)


def _unify_tuples(types: list[TupleType], unsafe: bool) -> Type | None:
    """Tuples of the same length stay a tuple; others become a list."""
    length = len(types[0].elements)
    if any(len(t.elements) != length for t in types):
        return _unify_tuples_to_list(types, unsafe)
    elements = []
    for column in zip(*(t.elements for t in types), strict=True):
        unified = unify(column, unsafe=unsafe)
        if unified is None:
            return None
        elements.append(unified)
    target = _reachable(types, TupleType(tuple(elements)), unsafe)
    return target or _unify_tuples_to_list(types, unsafe)


def _unify_tuples_to_list(types: list[TupleType], unsafe: bool) -> Type | None:
    element = unify(list(chain.from_iterable(t.elements for t in types)), unsafe=unsafe)
    return None if element is None else _reachable(types, ListType(element), unsafe)


def _unify_with_collection(
    types: Sequence[Type], structural: type[ObjectType | TupleType], unsafe: bool
) -> Type | None:
    """Objects among maps, or tuples among lists, are taken for collections first."""
    found: Type | None
    if structural is ObjectType:
        found = _unify_objects_to_map([t for t in types if isinstance(t, ObjectType)], unsafe)
    else:
        found = _unify_tuples_to_list([t for t in types if isinstance(t, TupleType)], unsafe)
    if found is None:
        return None
    return unify([found if isinstance(t, structural) else t for t in types], unsafe=unsafe)


def _most_general(types: Sequence[Type], unsafe: bool) -> Type | None:
    for index in _by_preference(types):
        target = _reachable(types, types[index], unsafe)
        if target is not None:
            return target
    return None


def _by_preference(types: Sequence[Type]) -> list[int]:
    """Indexes of the types, more general ones first (a topological sort)."""
    below: list[list[int]] = [[] for _ in types]
    above = [0] * len(types)
    for i, one in enumerate(types):
        for j in range(i + 1, len(types)):
            order = _compare(one, types[j])
            if order < 0:
                below[i].append(j)
                above[j] += 1
            elif order > 0:
                below[j].append(i)
                above[i] += 1
    queue = [i for i, count in enumerate(above) if count == 0]
    for i in queue:
        for j in below[i]:
            above[j] -= 1
            if above[j] == 0:
                queue.append(j)
    return queue


def _compare(a: Type, b: Type) -> int:
    """Negative where ``a`` is the more general type, positive where ``b`` is, else zero."""
    if DYNAMIC in (a, b):
        return (a == DYNAMIC) - (b == DYNAMIC)
    match a, b:
        case Primitive(), Primitive():
            return (b == STRING) - (a == STRING)
        case (ListType(x), ListType(y)) | (SetType(x), SetType(y)) | (MapType(x), MapType(y)):
            return _compare(x, y)
        case ((TupleType() | ListType()), SetType()):
            return -1
        case (ListType(), TupleType()) | (MapType(), ObjectType()):
            return -1
        case SetType(), (TupleType() | ListType()):
            return 1
        case (TupleType(), ListType()) | (ObjectType(), MapType()):
            return 1
        case TupleType(x), TupleType(y) if len(x) == len(y):
            return _compare_all(zip(x, y, strict=True))
        case ObjectType(x), ObjectType(y) if [n for n, _ in x] == [n for n, _ in y]:
            return _compare_all((s, t) for (_, s), (_, t) in zip(x, y, strict=True))
    return 0


def _compare_all(pairs: object) -> int:
    orders = {_compare(x, y) for x, y in pairs}  # type: ignore[attr-defined]
    if 1 in orders and -1 in orders:
        return 0
    return 1 if 1 in orders else -1 if -1 in orders else 0


def dynamic_replace(source: Type, target: Type) -> Type:
    """``target`` with every ``DYNAMIC`` in it replaced by what ``source`` has there."""
    if source == DYNAMIC:
        return target
    if target == DYNAMIC:
        return source
    match target:
        case MapType(element):
            return MapType(_replace_element(source, element, (MapType, ObjectType)))
        case ListType(element):
            return ListType(_replace_element(source, element, (ListType, SetType, TupleType)))
        case SetType(element):
            return SetType(_replace_element(source, element, (ListType, SetType, TupleType)))
        case TupleType(elements) if isinstance(source, TupleType):
            return TupleType(tuple(map(dynamic_replace, source.elements, elements)))
        case ObjectType(attributes):
            given: dict[str, Type] = {}
            if isinstance(source, MapType):
                given = {name: source.element for name, _ in attributes}
            elif isinstance(source, ObjectType):
                given = source.as_dict()
            return object_type({n: dynamic_replace(given.get(n, t), t) for n, t in attributes})
    return target


def _replace_element(source: Type, target: Type, kinds: tuple[type[Type], ...]) -> Type:
    if not isinstance(source, kinds):
        return target
    element: Type | None = None
    match source:
        case ListType(inner) | SetType(inner) | MapType(inner):
            element = inner
        case TupleType(elements):
            element = unify(elements)
        case ObjectType(attributes):
            element = unify([t for _, t in attributes])
    return target if element is None else dynamic_replace(element, target)
