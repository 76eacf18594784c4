"""Holding two tables against each other in one aspect, place by place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from driftcheck.model.pointer import child, join, split
from driftcheck.model.table import Table
from driftcheck.model.values import Cause, Json, Sensitive, Unknown, first_unknown, reveal

_SCALARS = frozenset({str, int, bool})


@dataclass(frozen=True, slots=True)
class Difference:
    """Two sources say different things about one place."""

    pointer: str
    expected: Json
    actual: Json


@dataclass(frozen=True, slots=True)
class Undecided:
    """Nobody can say whether two sources differ at one place, because one is unknown there.

    ``decides`` is false where nothing hangs on it: the other source says nothing of
    the matter, and the endpoint does not even offer it. ``cause`` is the unknown's.
    """

    pointer: str
    reason: str
    expected: Json
    actual: Json
    decides: bool = True
    cause: Cause = Cause.NOT_EVALUABLE


@dataclass(frozen=True, slots=True)
class Comparison:
    """The two whole tables that an aspect's fragments are compared within.

    ``expected`` asserts and ``actual`` is held against it. ``partial`` is true
    where ``expected`` is a spec, whose silence asserts nothing.
    """

    expected: Table
    actual: Table
    partial: bool


class Comparable(Protocol):
    """What comparing needs to know of an aspect; see ``Aspect``."""

    @property
    def gates(self) -> Mapping[str, tuple[str, ...]]: ...

    @property
    def atoms(self) -> tuple[str, ...]: ...

    def moot(self, pointer: str, expected: Json, actual: Json, within: Comparison) -> bool: ...

    def equal(
        self, pointer: str, expected: Json, actual: Json, within: Comparison
    ) -> bool | Unknown: ...


def differences(
    aspect: Comparable, root: str, expected: Json, actual: Json, within: Comparison
) -> Iterator[Difference | Undecided]:
    """Every place where two settings of an aspect differ, or may differ.

    ``root`` is the pointer that stands for the aspect where the whole of it is unknown.
    """
    for side, other in ((expected, actual), (actual, expected)):
        if isinstance(side, Unknown):
            missing = side.cause is Cause.UNSUPPORTED and _says_nothing(other)
            yield Undecided(root, side.reason, expected, actual, not missing, side.cause)
            return
    # What is compared as a whole has to be the same as a whole.
    if _alike(expected, actual, partial=within.partial and not aspect.atoms):
        return
    found: list[Difference | Undecided] = []
    _walk(aspect, "", expected, actual, within, found)
    closed = [prefix for item in found for prefix in _closed_by(aspect.gates, item.pointer)]
    for item in found:
        if not any(item.pointer == p or item.pointer.startswith(p + "/") for p in closed):
            yield item


def _alike(expected: Json, actual: Json, *, partial: bool) -> bool:
    """Whether two settings say the same in every place, so that no aspect needs to be asked.

    So it is for nearly every aspect of nearly every table. False where it is not, and
    where that takes more than a look: at nulls, lists, unknown and sensitive values.
    """
    if type(expected) is dict and type(actual) is dict:
        if not partial and len(expected) != len(actual):
            return False
        for name, value in expected.items():
            if name not in actual or not _alike(value, actual[name], partial=partial):
                return False
        return True
    return _same(expected, actual)


def _same(expected: Json, actual: Json) -> bool:
    """Whether two values are the same text, number or truth value."""
    return type(expected) in _SCALARS and type(expected) is type(actual) and expected == actual


def matching(pattern: str, pointer: str) -> list[str] | None:
    """The tokens that stand where a pattern has ``*``; None where it does not fit the pointer."""
    wanted, tokens = split(pattern), split(pointer)
    if len(wanted) != len(tokens):
        return None
    pairs = list(zip(wanted, tokens, strict=True))
    if not all(want in ("*", token) for want, token in pairs):
        return None
    return [token for want, token in pairs if want == "*"]


def _closed_by(gates: Mapping[str, tuple[str, ...]], pointer: str) -> Iterator[str]:
    """The prefixes that gates close when there is a difference at the pointer."""
    for pattern, prefixes in gates.items():
        stars = matching(pattern, pointer)
        if stars is not None:
            for prefix in prefixes:
                remaining = iter(stars)
                yield join(*(next(remaining) if t == "*" else t for t in split(prefix)))


def _walk(
    aspect: Comparable,
    pointer: str,
    expected: Json,
    actual: Json,
    within: Comparison,
    found: list[Difference | Undecided],
) -> None:
    """Put what differs at or below a place into ``found``."""
    inside = _members(expected), _members(actual)
    if (
        inside[0] is None
        or inside[1] is None
        or any(matching(atom, pointer) is not None for atom in aspect.atoms)
    ):
        verdict = _judge(aspect, pointer, expected, actual, within)
        if verdict is not None:
            found.append(verdict)
        return
    names = list(inside[0])
    if not within.partial:
        names += [name for name in inside[1] if name not in inside[0]]
    for name in names:
        _walk(aspect, child(pointer, name), inside[0].get(name), inside[1].get(name), within, found)


def _judge(
    aspect: Comparable, pointer: str, expected: Json, actual: Json, within: Comparison
) -> Difference | Undecided | None:
    if _same(expected, actual):
        return None  # as nearly everywhere; no aspect takes the same for different
    if aspect.moot(pointer, expected, actual, within):
        return None
    for side, other in ((expected, actual), (actual, expected)):
        if isinstance(side, Unknown):
            if side.certainly_set and other is None:
                return Difference(pointer, expected, actual)
            return Undecided(pointer, side.reason, expected, actual, cause=side.cause)
    known_expected, known_actual = reveal(expected), reveal(actual)
    if known_expected is not None and known_actual is not None:
        inner = first_unknown(known_expected) or first_unknown(known_actual)
        if inner is not None:
            return Undecided(pointer, inner.reason, expected, actual, cause=inner.cause)
    verdict = aspect.equal(pointer, known_expected, known_actual, within)
    if isinstance(verdict, Unknown):
        return Undecided(pointer, verdict.reason, expected, actual, cause=verdict.cause)
    return None if verdict else Difference(pointer, expected, actual)


def _members(value: Json) -> dict[str, Json] | None:
    """The members of an object, each as sensitive as the object is; None for anything else."""
    if isinstance(value, Sensitive):
        inner = _members(value.value)
        return None if inner is None else {name: Sensitive(v) for name, v in inner.items()}
    return value if isinstance(value, dict) else None


def _says_nothing(value: Json) -> bool:
    """Whether a fragment only says that nothing is there: null, false and empty all through."""
    match value:
        case dict():
            return all(_says_nothing(member) for member in value.values())
        case Unknown():
            return False
        case Sensitive():
            return _says_nothing(value.value)
        case _:
            return not value
