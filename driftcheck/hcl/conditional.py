"""The value and type of ``condition ? then : otherwise``.

Both branches are brought to one type, whichever is taken: ``true ? {a=1} : {b=2}`` is a
map, not an object. The rules are those of HCL's ``ConditionalExpr``.
"""

from __future__ import annotations

from driftcheck.hcl.convert import ConvertError, convert
from driftcheck.hcl.types import (
    BOOL,
    DYNAMIC,
    NUMBER,
    ListType,
    MapType,
    ObjectType,
    SetType,
    TupleType,
    Type,
)
from driftcheck.hcl.unify import unify
from driftcheck.hcl.values import Unknown, Value, null, refined


class BranchError(Exception):
    """The branches cannot be brought to one type; the text says why."""


def common_type(then: Value, otherwise: Value) -> Type:
    """The type of a conditional with these branches.

    ``DYNAMIC`` where the taken branch keeps its own type. Raises ``BranchError``.
    """
    if _bare_null(then):
        return otherwise.type
    if _bare_null(otherwise):
        return then.type
    if DYNAMIC in (then.type, otherwise.type):
        return DYNAMIC
    if then.type == otherwise.type:
        return then.type
    unified = unify([then.type, otherwise.type])
    if unified is None:
        raise BranchError(
            "The two results of this conditional have inconsistent types: "
            + _describe(then.type, otherwise.type)
        )
    return unified


def _bare_null(value: Value) -> bool:
    return value.raw is None and value.type == DYNAMIC and not value.marks


def take(branch: Value, type_: Type) -> Value:
    """The taken branch converted to the type; raises ``BranchError``."""
    try:
        return convert(branch, type_)
    except ConvertError as error:
        raise BranchError(f"This result of the conditional has the wrong type: {error}") from None


def undecided(reason: str, then: Value, otherwise: Value, type_: Type) -> Value:
    """The result where the condition is unknown: what both branches have in common."""
    marks = then.marks | otherwise.marks
    if then.raw is None and otherwise.raw is None:
        return null(type_).with_marks(marks)
    one, other = _range(then), _range(otherwise)
    never_null = one.not_null and other.not_null
    what = Unknown(reason, never_null)
    if then.type == otherwise.type == NUMBER:
        low = None if one.low is None or other.low is None else min(one.low, other.low)
        high = None if one.high is None or other.high is None else max(one.high, other.high)
        what = Unknown(reason, never_null, low=low, high=high)
    elif isinstance(then.type, ListType | SetType | MapType) and then.type == otherwise.type:
        longest = None
        if one.max_length is not None and other.max_length is not None:
            longest = max(one.max_length, other.max_length)
        what = Unknown(reason, never_null, "", min(one.min_length, other.min_length), longest)
    return refined(type_, what, marks)


def _range(value: Value) -> Unknown:
    """What is known of a value, as if it were unknown otherwise."""
    raw = value.raw
    if isinstance(raw, Unknown):
        return raw
    if raw is None:
        return Unknown("")
    if isinstance(raw, list | dict):
        return Unknown("", True, "", len(raw), len(raw))
    if value.type == NUMBER and not isinstance(raw, float | str):
        return Unknown("", True, low=raw, high=raw)
    return Unknown("", True)


def condition_of(value: Value) -> bool:
    """The truth of a known condition; raises ``BranchError`` where it has none."""
    if value.raw is None:
        raise BranchError("The condition is null; it must be either true or false")
    try:
        return convert(value.without_marks(), BOOL).as_bool()
    except ConvertError as error:
        raise BranchError(f"The condition must be true or false: {error}") from None


def _describe(then: Type, otherwise: Type) -> str:
    """How two types differ, looking into structural types for the part that does."""
    match then, otherwise:
        case ObjectType(), ObjectType():
            found = _describe_objects(then.as_dict(), otherwise.as_dict())
            if found:
                return found
        case TupleType(one), TupleType(other):
            if len(one) != len(other):
                return f"one is a tuple of {len(one)} elements, the other of {len(other)}"
            for i, (left, right) in enumerate(zip(one, other, strict=True)):
                if left != right:
                    return f"at element {i}, {_describe(left, right)}"
        case (ListType(one), ListType(other)) | (MapType(one), MapType(other)):
            return f"of their elements, {_describe(one, other)}"
    if str(then) == str(otherwise):
        return f"both are a {then}, but something nested inside of them differs"
    return f"one is a {then}, the other is a {otherwise}"


def _describe_objects(then: dict[str, Type], otherwise: dict[str, Type]) -> str:
    for name in sorted(then.keys() | otherwise.keys()):
        if name not in then or name not in otherwise:
            return f'only one of them has the attribute "{name}"'
        if then[name] != otherwise[name]:
            return f'at attribute "{name}", {_describe(then[name], otherwise[name])}'
    return ""
