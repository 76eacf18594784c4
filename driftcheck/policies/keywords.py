"""The keywords that policies have besides those of JSON Schema, for what it cannot say.

Some look at another place of the document, some at what no document holds: the
account of the table, the time, and what Terraform was told to leave alone. All of that is
``Surroundings``. They yield what is ``Broken``, and ``Undecided`` where nobody can tell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from driftcheck.model.pointer import join, resolve, split
from driftcheck.model.values import Json, Unknown, first_unknown, is_number, reveal

#: Whether the code sets the value at a pointer, as far as that can be told.
Setting = Callable[[str], bool | Unknown]

#: The account of an ARN, or a bare account number.
_ACCOUNT = re.compile(r"(?:arn:[a-z0-9-]+:[a-z0-9-]*:[a-z0-9-]*:)?(\d{12})(?::.*)?", re.S)
#: The token of a pointer that stands for every member.
_ANY = "*"
_NO_ACCOUNT = Unknown("the account that the table is in is not known here")


#: Stands for the value that the keyword was asked about.
THE_VALUE = object()


@dataclass(frozen=True, slots=True)
class Broken:
    """How a value breaks a keyword: in words, where below it, and what stands there."""

    message: str
    path: Sequence[str] = ()
    found: Json = THE_VALUE


@dataclass(frozen=True, slots=True)
class Undecided:
    """A keyword met something unknown, so nobody can tell."""

    unknown: Unknown
    path: Sequence[str] = ()


Outcome = Broken | Undecided
#: A keyword, asked with its argument about a value.
Keyword = Callable[[Any, Json], Iterable[Outcome]]


def _now() -> datetime:
    return datetime.now(UTC)


def nothing_set(_pointer: str) -> bool:
    """There is no code that sets anything."""
    return False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a policy may ask for that stands in no document.

    ``account`` is that of the table, ``now`` the time (with a time zone), ``sets`` whether
    Terraform would write a place: the code states it, and no ``ignore_changes`` names it.
    """

    account: str | None = None
    now: datetime = field(default_factory=_now)
    sets: Setting = nothing_set


#: The whole document that is being validated, and what is around it.
_document: ContextVar[tuple[Json, Surroundings]] = ContextVar("document")


class Validating:
    """A context in which the keywords know the document that they are asked about."""

    def __init__(self, document: Json, around: Surroundings) -> None:
        self._subject = (document, around)

    def __enter__(self) -> None:
        self._token = _document.set(self._subject)

    def __exit__(self, *_failure: object) -> None:
        _document.reset(self._token)


def equals_field(pointer: str, instance: Json) -> Iterator[Outcome]:
    """``equalsField: POINTER``: the value is that of another place of the document."""
    document, _around = _document.get()
    other = resolve(document, pointer)
    unknown = first_unknown(other) or first_unknown(instance)
    if unknown is not None:
        yield Undecided(unknown)
    elif reveal(other) != reveal(instance):
        yield Broken(f"is not what {pointer} is")


def less_than_member(members: Mapping[str, str], instance: Json) -> Iterator[Outcome]:
    """``lessThanMember: {a: b}``: of an object, member ``a`` is less than member ``b``."""
    if not isinstance(instance, dict):
        return
    for smaller, larger in members.items():
        low, high = instance.get(smaller), instance.get(larger)
        unknown = first_unknown([low, high])
        if unknown is not None:
            yield Undecided(unknown)
        elif is_number(low) and is_number(high) and low >= high:  # type: ignore[operator]
            message = f"{smaller} is not less than {larger}"
            yield Broken(message, path=(smaller,), found=low)


def account_in(accounts: list[str], instance: Json) -> Iterator[Outcome]:
    """``accountIn: [ACCOUNT...]``: an ARN or account number of the table's account or of these."""
    if not isinstance(instance, str):
        return
    found = _ACCOUNT.fullmatch(instance)
    if found is not None and found[1] in accounts:
        return
    _, around = _document.get()
    if found is not None and around.account is None:
        yield Undecided(_NO_ACCOUNT)
    elif found is None or found[1] != around.account:
        yield Broken(f"{instance!r} belongs to another account")


def maximum_age(hours: float, instance: Json) -> Iterator[Outcome]:
    """``maximumAge: HOURS``: a moment (RFC 3339) at most so long ago."""
    if not isinstance(instance, str):
        return
    try:
        moment = datetime.fromisoformat(instance)
    except ValueError:
        yield Undecided(Unknown(f"{instance!r} is no time that can be read"))
        return
    _, around = _document.get()
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    if around.now - moment > timedelta(hours=float(hours)):
        yield Broken(f"{instance} is more than {hours} hours ago")


def ordered(pairs: list[Mapping[str, list[str]]], instance: Json) -> Iterator[Outcome]:
    """``ordered: [{lower: [POINTER...], upper: [POINTER...]}]``: no lower value above its upper.

    Of several pointers the first that leads to a value counts. The place reported is that of
    ``lower``. ``*`` stands for every member, and for the same one in all pointers of a pair.
    """
    for pair in pairs:
        for names in _members(instance, pair["lower"][0]):
            low, high = (_first_set(instance, pair[k], names) for k in ("lower", "upper"))
            if low is None or high is None:
                continue
            unknown = first_unknown([low, high])
            at = split(_bound(pair["lower"][0], names))
            if unknown is not None:
                yield Undecided(unknown, at)
            elif _above(low, high):
                yield Broken(f"{low} is more than {high}", path=at, found=low)


def not_set_by_code(pairs: Mapping[str, str], instance: Json) -> Iterator[Outcome]:
    """``notSetByCode: {PLACE: IF}``: Terraform does not write PLACE where IF leads to a value.

    It does not where no code states the place, or ``ignore_changes`` names it. ``*`` is as in
    ``ordered``.
    """
    _, around = _document.get()
    for place, condition in pairs.items():
        for names in _members(instance, condition):
            present = resolve(instance, _bound(condition, names))
            if present is None:
                continue
            pointer = _bound(place, names)
            sets = around.sets(pointer)
            value = resolve(instance, pointer)
            if sets is False:
                continue
            unknown = sets if isinstance(sets, Unknown) else present
            if isinstance(unknown, Unknown):
                yield Undecided(unknown, split(pointer))
            else:
                yield Broken("the code sets it", path=split(pointer), found=value)


def members_are(patterns: list[str], instance: Json) -> Iterator[Outcome]:
    """``membersAre: [POINTER...]``: an object's members are the texts at these places, no others.

    The pointers lead from the whole document; ``*`` stands for every member or element.
    """
    if not isinstance(instance, dict):
        return
    document, _around = _document.get()
    found = [
        resolve(document, _bound(pattern, names))
        for pattern in patterns
        for names in _members(document, pattern)
    ]
    wanted = {value for value in found if isinstance(value, str)}
    unknown = first_unknown(found)
    missing, extra = sorted(wanted - set(instance)), sorted(set(instance) - wanted)
    if missing:
        yield Broken(f"{', '.join(missing)} is missing")
    for name in extra if unknown is None else ():
        yield Broken(f"{name} is not used", path=(name,), found=instance[name])
    if unknown is not None and not missing:
        yield Undecided(unknown)


def _members(document: Json, pattern: str) -> Iterator[tuple[str, ...]]:
    """What the ``*`` of a pattern stand for, for every place of the document that fits.

    The last token need not be there: that is a value that is not set.
    """
    found: list[tuple[tuple[str, ...], Json]] = [((), document)]
    tokens = split(pattern)
    for token in tokens:
        below: list[tuple[tuple[str, ...], Json]] = []
        for names, value in found:
            if token != _ANY:
                below.append((names, resolve(value, join(token))))
            elif isinstance(value, dict):
                below += [((*names, name), member) for name, member in value.items()]
            elif isinstance(value, list):
                below += [((*names, str(i)), member) for i, member in enumerate(value)]
            elif isinstance(value, Unknown):
                below.append(((*names, token), value))
        found = below
    yield from (names for names, _value in found)


def _bound(pattern: str, names: tuple[str, ...]) -> str:
    """The pattern with its ``*`` replaced, in order."""
    left = iter(names)
    return join(*(next(left, token) if token == _ANY else token for token in split(pattern)))


def _first_set(document: Json, patterns: list[str], names: tuple[str, ...]) -> Json:
    values = (reveal(resolve(document, _bound(p, names))) for p in patterns)
    return next((v for v in values if v is not None), None)


def _above(low: Json, high: Json) -> bool:
    """Whether both are set, comparable, and in the wrong order."""
    if isinstance(low, str) and isinstance(high, str):
        return low > high
    return is_number(low) and is_number(high) and bool(low > high)


#: Every keyword of ours by its name.
OWN: dict[str, Keyword] = {
    "equalsField": equals_field,
    "lessThanMember": less_than_member,
    "accountIn": account_in,
    "maximumAge": maximum_age,
    "ordered": ordered,
    "notSetByCode": not_set_by_code,
    "membersAre": members_are,
}

#: Every keyword that a policy may use: what JSON Schema 2020-12 has, but for what promises
#: a check that is never made (``format``), refers to itself or depends on what other keywords
#: have looked at; and ours.
KEYWORDS = frozenset(
    {
        *("$ref", "$defs", "$comment", "title", "description"),
        *("type", "enum", "const", "allOf", "anyOf", "oneOf", "not", "if", "then", "else"),
        *("properties", "patternProperties", "additionalProperties", "propertyNames"),
        *("required", "minProperties", "maxProperties"),
        *("dependentRequired", "dependentSchemas"),
        *("items", "prefixItems", "contains", "minContains", "maxContains"),
        *("minItems", "maxItems", "uniqueItems", "minLength", "maxLength", "pattern"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        *OWN,
    }
)

_POINTER = {"type": "string", "pattern": "^(/.*)?$"}
_POINTERS = {"type": "array", "items": _POINTER, "minItems": 1}
#: What each of them may be given, as JSON Schema.
ARGUMENTS: dict[str, dict[str, Any]] = {
    "equalsField": _POINTER,
    "lessThanMember": {"type": "object", "additionalProperties": {"type": "string"}},
    "accountIn": {"type": "array", "items": {"type": "string", "pattern": "^[0-9]{12}$"}},
    "maximumAge": {"type": "number", "exclusiveMinimum": 0, "maximum": 1_000_000},
    "ordered": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"lower": _POINTERS, "upper": _POINTERS},
            "required": ["lower", "upper"],
            "additionalProperties": False,
        },
    },
    "membersAre": _POINTERS,
    "notSetByCode": {
        "type": "object",
        "propertyNames": _POINTER,
        "additionalProperties": _POINTER,
    },
}
