"""The values that a table document is made of.

A document is plain JSON data (``dict``, ``list``, ``str``, ``int``, ``Decimal``,
``bool``, ``None``) in which any place may also hold an ``Unknown`` or a
``Sensitive``. ``None`` means that the table does not have the thing at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Cause(StrEnum):
    """Why a value is unknown; also the rule name of the finding that reports it."""

    NOT_EVALUABLE = "not-evaluable"
    NOT_READABLE = "not-readable"
    IN_TRANSITION = "in-transition"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that could not be read or evaluated.

    It is never compared and never counts as complying; ``reason`` is reported.
    ``certainly_set`` tells that the value, whatever it is, is not null (a
    reference to a key that Terraform will create, for example). ``cause`` tells
    HCL that cannot be evaluated from an answer that AWS refused, a table that is
    still changing, and an endpoint that does not offer the operation.
    """

    reason: str
    certainly_set: bool = False
    cause: Cause = Cause.NOT_EVALUABLE


@dataclass(frozen=True, slots=True)
class Sensitive:
    """A value that Terraform marks as sensitive: compared, and never printed."""

    value: Any

    def __repr__(self) -> str:
        return "Sensitive(...)"


#: One value of a document. ``Any`` because mypy cannot express recursive JSON that
#: also holds our two markers without casts at every use.
Json = Any
Scalar = str | int | Decimal | bool | None
#: What most values are, and what has nothing inside.
_PLAIN = frozenset({str, int, bool, Decimal, type(None)})


def all_unknowns(value: Json) -> Iterator[Unknown]:
    """Every ``Unknown`` at or below ``value``, in document order."""
    left = [value]
    while left:
        current = left.pop()
        if type(current) in _PLAIN:
            continue
        if isinstance(current, dict):
            left.extend(reversed(current.values()))
        elif isinstance(current, list | tuple):
            left.extend(reversed(current))
        elif isinstance(current, Sensitive):
            left.append(current.value)
        elif isinstance(current, Unknown):
            yield current


def is_number(value: object) -> bool:
    """Whether a value of a document is a number, and not one of the two truth values."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def first_unknown(value: Json) -> Unknown | None:
    """The first ``Unknown`` at or below ``value`` in document order."""
    if type(value) in _PLAIN:
        return None
    return next(all_unknowns(value), None)


def contains_sensitive(value: Json) -> bool:
    """Whether a ``Sensitive`` stands at or below ``value``."""
    match value:
        case Sensitive():
            return True
        case dict():
            return any(contains_sensitive(v) for v in value.values())
        case list() | tuple():
            return any(contains_sensitive(v) for v in value)
        case _:
            return False


def reveal(value: Json) -> Json:
    """The same value with every ``Sensitive`` opened; for comparing, never for printing."""
    match value:
        case Sensitive():
            return reveal(value.value)
        case dict():
            return {k: reveal(v) for k, v in value.items()}
        case list() | tuple():
            return [reveal(v) for v in value]
        case _:
            return value
