"""``count`` and ``for_each``: how many instances a block has, and with which keys."""

from __future__ import annotations

from driftcheck.errors import HclError
from driftcheck.hcl.context import Scope
from driftcheck.hcl.module.keys import (
    NO_REPETITION,
    InstanceSet,
    Repetition,
    RepetitionKind,
)
from driftcheck.hcl.module.session import MAX_INSTANCES, Session
from driftcheck.hcl.syntax import Expression
from driftcheck.hcl.types import (
    DYNAMIC,
    NUMBER,
    STRING,
    ListType,
    MapType,
    ObjectType,
    SetType,
    TupleType,
)
from driftcheck.hcl.values import EPHEMERAL, SENSITIVE, Unknown, Value, number, string, unknown
from driftcheck.model.location import Location

_COUNT = "Invalid count argument."
_FOR_EACH = "Invalid for_each argument."


def expand(
    session: Session,
    scope: Scope,
    count: Expression | None,
    for_each: Expression | None,
    address: str,
    location: Location,
) -> InstanceSet[Repetition]:
    """The keys of a block's instances, each with what ``each`` and ``count`` mean in it.

    Raises ``HclError`` for what Terraform refuses, and ``HclLimitError`` for too many
    instances. A number of instances that cannot be known gives one placeholder and
    is recorded as a hole in the result.
    """
    stated = count or for_each
    at = stated.location if stated else location
    session.count_instances(0, at)
    if count is not None:
        result = _expand_count(session, scope, count, address)
    elif for_each is not None:
        result = _expand_for_each(session, scope, for_each, address)
    else:
        result = InstanceSet(RepetitionKind.SINGLE, {None: NO_REPETITION})
    session.count_instances(len(result.items), at)
    return result


def _expand_count(
    session: Session, scope: Scope, expression: Expression, address: str
) -> InstanceSet[Repetition]:
    value = session.evaluate(expression, scope, NUMBER)
    if EPHEMERAL in value.marks:
        raise HclError(_COUNT, expression.location, "An ephemeral value cannot be used here.")
    if isinstance(value.raw, Unknown):
        return _placeholder(
            session,
            RepetitionKind.COUNT,
            f"count of {address} cannot be known: {value.raw.reason}",
            Repetition(count_index=unknown(f"the instances of {address} are not known", NUMBER)),
            expression.location,
        )
    if value.raw is None:
        raise HclError(_COUNT, expression.location, "It is null; a whole number is needed.")
    raw = value.as_number()
    if not isinstance(raw, int) or raw < 0:
        raise HclError(_COUNT, expression.location, "A whole number, zero or more, is needed.")
    # One past the bound is enough for the caller's account to refuse it.
    numbers = range(min(int(raw), MAX_INSTANCES + 1))
    return InstanceSet(
        RepetitionKind.COUNT, {i: Repetition(count_index=number(i)) for i in numbers}
    )


def _expand_for_each(
    session: Session, scope: Scope, expression: Expression, address: str
) -> InstanceSet[Repetition]:
    value = session.evaluate(expression, scope)
    at = expression.location
    if SENSITIVE in value.marks:
        raise HclError(
            _FOR_EACH,
            at,
            "A sensitive value, or one derived from it, cannot be used: it would show as an "
            "instance key.",
        )
    if EPHEMERAL in value.marks:
        raise HclError(_FOR_EACH, at, "An ephemeral value cannot be used here.")
    if value.raw is None:
        raise HclError(_FOR_EACH, at, "It is null; a map, or a set of strings, is needed.")
    type_ = value.type
    if type_ != DYNAMIC and not isinstance(type_, MapType | ObjectType | SetType):
        hint = " Use toset() to make a set." if isinstance(type_, ListType | TupleType) else ""
        raise HclError(
            _FOR_EACH, at, f"A map, or a set of strings, is needed; this is a {type_}.{hint}"
        )
    hidden = value.raw if isinstance(value.raw, Unknown) else None
    if hidden is None and isinstance(type_, SetType):
        hidden = value.first_unknown()
    if hidden is not None:
        element = type_.element if isinstance(type_, MapType | SetType) else DYNAMIC
        reason = f"the instances of {address} are not known"
        return _placeholder(
            session,
            RepetitionKind.FOR_EACH,
            f"for_each of {address} cannot be known: {hidden.reason}",
            Repetition(
                each_key=unknown(reason, STRING),
                each_value=unknown(reason, element),
                collection=expression,
                scope=scope,
            ),
            at,
        )
    items = _elements(value, at)
    return InstanceSet(
        RepetitionKind.FOR_EACH,
        {
            k: Repetition(each_key=string(k), each_value=v, collection=expression, scope=scope)
            for k, v in items.items()
        },
    )


def _elements(value: Value, at: Location) -> dict[str, Value]:
    raw = value.raw
    if isinstance(raw, dict):
        return raw
    assert isinstance(value.type, SetType)
    elements = value.as_list()
    if elements and value.type.element != STRING:
        raise HclError(
            _FOR_EACH, at, f"A set must be of strings; this is a set of {value.type.element}."
        )
    if any(e.is_null for e in elements):
        raise HclError(_FOR_EACH, at, "A set must not contain null.")
    return {e.as_str(): e for e in elements}


def _placeholder(
    session: Session, kind: RepetitionKind, reason: str, repetition: Repetition, at: Location
) -> InstanceSet[Repetition]:
    session.diagnostics.incomplete(
        "The number of instances cannot be known.",
        at,
        f"{reason}. One stands for all of them in the result.",
    )
    return InstanceSet(kind, {None: repetition}, Unknown(reason))
