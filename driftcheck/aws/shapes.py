"""Parsers of JSON answers, made once for each operation from botocore's description of it.

They give what botocore's own parser gives: members that the description does not know
and nulls are left out, timestamps are times. That one looks everything up again for
each value of each answer; these know for each structure which few members need work.
Times are in UTC, where botocore gives the zone of the machine.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from botocore.utils import parse_timestamp

Parser = Callable[[Any], Any]


class NotCompiled(Exception):
    """A description that only botocore's parser can follow."""


def parser_of(shape: Any) -> Parser:
    """The parser for values of a botocore shape, which it may change.

    Raises ``NotCompiled`` for shapes that hold themselves, and for unions and documents. A
    parser raises what Python raises for data that is not of its shape.
    """
    return _parser(shape, ()) or _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _parser(shape: Any, around: tuple[str, ...]) -> Parser | None:
    """The parser for a shape; None for values that are given as they are."""
    if shape.name in around and shape.type_name in ("structure", "list", "map"):
        raise NotCompiled(shape.name)
    inside = (*around, shape.name)
    match shape.type_name:
        case "structure":
            return _structure(shape, inside)
        case "list":
            return _list(_parser(shape.member, inside))
        case "map":
            return _map(_parser(shape.value, inside))
        case "timestamp":
            return _moment
        case "blob":
            return base64.b64decode
        case _:
            return None


def _moment(value: Any) -> datetime:
    """A time as the services write it: seconds since 1970, or text."""
    if isinstance(value, int | float):
        with suppress(ValueError, OverflowError, OSError):
            return datetime.fromtimestamp(value, UTC)
    return parse_timestamp(value)


def _structure(shape: Any, inside: tuple[str, ...]) -> Parser:
    if getattr(shape, "is_tagged_union", False) or getattr(shape, "is_document_type", False):
        raise NotCompiled(shape.name)
    members: Mapping[str, tuple[str, Parser | None]] = {
        member.serialization.get("name", name): (name, _parser(member, inside))
        for name, member in shape.members.items()
    }
    worked = {written: below for written, (_, below) in members.items() if below is not None}
    renamed = any(written != name for written, (name, _) in members.items())

    def parse(value: Any) -> dict[str, Any]:
        if renamed or None in value.values() or not value.keys() <= members.keys():
            return pick(value)
        for written in worked.keys() & value.keys():
            value[written] = worked[written](value[written])
        return value  # type: ignore[no-any-return]

    def pick(value: Any) -> dict[str, Any]:
        parsed = {}
        for written, inner in value.items():
            if inner is not None and written in members:
                name, below = members[written]
                parsed[name] = inner if below is None else below(inner)
        return parsed

    return parse


def _list(below: Parser | None) -> Parser:
    if below is None:
        return list
    return lambda value: [below(inner) for inner in value]


def _map(below: Parser | None) -> Parser:
    if below is None:
        return dict
    return lambda value: {name: below(inner) for name, inner in value.items()}
