"""Values as text, as JSON, and as plain Python data.

Sensitive values are never written out, not even partly.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal

from driftcheck.errors import HclError
from driftcheck.hcl import numbers
from driftcheck.hcl.types import (
    DYNAMIC,
    ListType,
    MapType,
    ObjectType,
    Primitive,
    SetType,
    TupleType,
    Type,
    type_json,
)
from driftcheck.hcl.values import EPHEMERAL, SENSITIVE, Unknown, Value
from driftcheck.model import values as model

_STEP = "  "
#: Python itself refuses to write numbers of more than 4,300 digits.
_MAX_BITS = 12_000


class RenderError(HclError):
    """A value that has no such form: JSON has no infinite numbers."""


def to_json(value: Value) -> str:
    """A wholly known value without marks as JSON text, with the digits that a plan keeps.

    Raises ``RenderError`` for an infinite number.
    """
    raw = value.raw
    match raw:
        case None:
            return "null"
        case bool():
            return "true" if raw else "false"
        case str():
            return json.dumps(raw, ensure_ascii=False)
        case list():
            return "[" + ", ".join(map(to_json, raw)) + "]"
        case dict():
            items = (f"{json.dumps(k, ensure_ascii=False)}: {to_json(v)}" for k, v in raw.items())
            return "{" + ", ".join(items) + "}"
        case Unknown():
            raise AssertionError("an unknown value has no JSON form")
    if isinstance(raw, float):
        raise RenderError("JSON has no form for an infinite number.")
    return numbers.format_stored(raw)


def answer_json(value: Value) -> str:
    """One line of ``driftcheck console --json``: what became of an expression.

    A value is shown only if all of it is known and none of it is sensitive; the rest of
    a partly unknown value would not be told apart from null otherwise. Raises
    ``RenderError`` for an infinite number.
    """
    if value.all_marks():
        return f'{{"sensitive": true, "type": {_type(value.type)}}}'
    for path, unknown in unknown_parts(value):
        reason = f"{path}: {unknown.reason}" if path else unknown.reason
        return f'{{"unknown": {json.dumps(reason, ensure_ascii=False)}}}'
    return f'{{"value": {to_json(value)}, "type": {_type(value.type)}}}'


def _type(type_: Type) -> str:
    return json.dumps(type_json(type_), ensure_ascii=False)


def unknown_parts(value: Value, path: str = "") -> Iterator[tuple[str, Unknown]]:
    """The unknown parts of a value, in order, each with its path (``.a[0]``)."""
    if value.summary.known:
        return
    raw = value.raw
    if isinstance(raw, Unknown):
        yield path, raw
    elif isinstance(raw, list):
        for i, element in enumerate(raw):
            yield from unknown_parts(element, f"{path}[{i}]")
    elif isinstance(raw, dict):
        for key, element in raw.items():
            step = f".{key}" if isinstance(value.type, ObjectType) else f"[{json.dumps(key)}]"
            yield from unknown_parts(element, path + step)


def to_plain(value: Value) -> model.Json:
    """The value as plain data: ``int``, ``Decimal``, ``str``, ``bool``, lists and dicts.

    Unknown and sensitive parts become ``model.values.Unknown`` and ``Sensitive``, and
    so do numbers as unknown that nobody could use: infinite ones and very long ones.
    """
    if value.marks:
        return model.Sensitive(to_plain(value.without_marks()))
    raw = value.raw
    match raw:
        case None | bool() | str():
            return raw
        case list():
            return [to_plain(v) for v in raw]
        case dict():
            return {key: to_plain(v) for key, v in raw.items()}
        case Unknown():
            return model.Unknown(raw.reason, certainly_set=raw.not_null)
    if not is_usable(raw):
        return model.Unknown("the number is infinite or far too large")
    text = numbers.format_stored(raw)
    return int(text) if isinstance(raw, int) else Decimal(text)


def is_usable(number: numbers.Number) -> bool:
    """Whether a number can be written down as data: it is finite, and not too long."""
    return not isinstance(number, float) and number.numerator.bit_length() <= _MAX_BITS


def to_text(value: Value, indent: int = 0) -> str:
    """The value in Terraform's syntax, as ``terraform console`` prints it."""
    raw = value.raw
    if isinstance(raw, Unknown):
        return f"(unknown: {raw.reason})"
    if SENSITIVE in value.marks:
        return "(sensitive value)"
    if EPHEMERAL in value.marks:
        return "(ephemeral value)"
    if raw is None:
        return _null_text(value.type)
    match raw:
        case bool():
            return "true" if raw else "false"
        case str():
            return _string_text(raw, indent)
        case dict():
            inner = indent + len(_STEP)
            items = [f"{quote(key)} = {to_text(v, inner)}" for key, v in raw.items()]
            return _wrap(value.type, _block("{", items, "}", indent))
        case list():
            items = [to_text(v, indent + len(_STEP)) + "," for v in raw]
            return _wrap(value.type, _block("[", items, "]", indent))
    return numbers.format_number(raw)


def _null_text(type_: Type) -> str:
    match type_:
        case Primitive(name):
            return "null" if type_ == DYNAMIC else f"to{name}(null)"
        case ListType(element) | SetType(element) | MapType(element):
            return f"{_function(type_)}(null) /* of {element} */"
    return f"null /* {type_} */"


def _function(type_: Type) -> str:
    return {ListType: "tolist", SetType: "toset", MapType: "tomap"}.get(type(type_), "")


def _wrap(type_: Type, text: str) -> str:
    function = _function(type_)
    return f"{function}({text})" if function else text


def _block(opening: str, items: list[str], closing: str, indent: int) -> str:
    if not items:
        return opening + closing
    margin = "\n" + " " * indent
    return opening + "".join(margin + _STEP + item for item in items) + margin + closing


def _string_text(text: str, indent: int) -> str:
    """A string in quotes, or as a heredoc if it has several lines."""
    lines = text.split("\n")
    if len(lines) < 2:
        return quote(text)
    delimiter = "EOT"
    while any(line.strip() == delimiter for line in lines):
        delimiter += "_"
    margin = "\n" + " " * indent
    operator = "<<-" if indent else "<<"
    return operator + delimiter + "".join(margin + line for line in [*lines, delimiter])


def quote(text: str) -> str:
    """The text in double quotes, with everything escaped that would not be visible."""
    return '"' + "".join(map(_escape, text)) + '"'


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escape(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def type_text(type_: Type, indent: int = 0) -> str:
    """The type as the console's ``type()`` prints it, over several lines where nested."""
    inner = indent + 4
    match type_:
        case ObjectType(attributes) if attributes:
            items = [f"{name}: {type_text(t, inner)}," for name, t in attributes]
            return _type_block("object({", items, "})", indent)
        case ObjectType():
            return "object({})"
        case TupleType(elements) if elements:
            return _type_block(
                "tuple([", [f"{type_text(t, inner)}," for t in elements], "])", indent
            )
        case TupleType():
            return "tuple([])"
        case ListType(element) | SetType(element) | MapType(element):
            name = _function(type_).removeprefix("to")
            if isinstance(element, ObjectType | TupleType):
                return _type_block(f"{name}(", [f"{type_text(element, inner)},"], ")", indent)
            return f"{name}({type_text(element, indent)})"
    return str(type_)


def _type_block(opening: str, items: list[str], closing: str, indent: int) -> str:
    margin = "\n" + " " * indent
    return opening + "".join(f"{margin}    {item}" for item in items) + margin + closing
