"""``jsonencode`` and ``jsondecode``."""

from __future__ import annotations

import json
import re

from driftcheck.errors import HclLimitError
from driftcheck.hcl import numbers
from driftcheck.hcl.functions.registry import Call, FunctionError, Parameter, function
from driftcheck.hcl.functions.support import charge, charge_items, text, unknown_result
from driftcheck.hcl.types import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    MapType,
    ObjectType,
    Primitive,
    Type,
)
from driftcheck.hcl.values import (
    NULL,
    Unknown,
    Value,
    boolean,
    object_value,
    tuple_value,
)

#: Deeper documents are refused; values are walked by recursion.
MAX_DEPTH = 100

_ESCAPED = re.compile('[\\x00-\\x1f"\\\\<>&\\u2028\\u2029]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_BRACKET = re.compile(r"[\[{]|[\]}]")
_SURROGATE = re.compile("[\\ud800-\\udfff]")


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    return _SHORT.get(character) or f"\\u{ord(character):04x}"


def quote_json(content: str) -> str:
    """A JSON string with the escapes of Go, which keeps it safe inside of HTML."""
    return '"' + _ESCAPED.sub(_escape, content) + '"'


def to_json(call: Call, value: Value) -> str:
    """The JSON text of a wholly known value without marks."""
    parts: list[str] = []
    _write(call, value, parts)
    return "".join(parts)


def _write(call: Call, value: Value, parts: list[str]) -> None:
    raw = value.raw
    charge_items(call, 1)
    match raw:
        case None:
            parts.append("null")
        case bool():
            parts.append("true" if raw else "false")
        case str():
            charge(call, len(raw))
            parts.append(quote_json(raw))
        case list():
            parts.append("[")
            for position, item in enumerate(raw):
                parts.append("," if position else "")
                _write(call, item, parts)
            parts.append("]")
        case dict():
            parts.append("{")
            for position, (name, item) in enumerate(raw.items()):
                parts.append(f"{',' if position else ''}{quote_json(name)}:")
                _write(call, item, parts)
            parts.append("}")
        case Unknown():
            raise AssertionError("an unknown value has no JSON text")
        case float():
            raise FunctionError("cannot serialize infinity as JSON")
        case _:
            parts.append(numbers.format_number(raw))


def _known_beginning(type_: Type) -> str:
    """The first character of the JSON text of any value of a type, where that is certain."""
    if isinstance(type_, Primitive):
        return '"' if type_ == STRING else ""
    return "{" if isinstance(type_, MapType | ObjectType) else "["


@function(
    "jsonencode",
    Parameter("val", allow_null=True, allow_unknown=True, allow_dynamic=True),
    returns=STRING,
)
def jsonencode(call: Call) -> Value:
    """``jsonencode(val)``; of an unknown value at least the first character is known."""
    value = call.args[0]
    if value.wholly_known:
        return text(to_json(call, value))
    result = unknown_result([value], STRING)
    assert isinstance(result.raw, Unknown)
    nullable = isinstance(value.raw, Unknown) and not value.raw.not_null
    prefix = "" if nullable else _known_beginning(value.type)
    return Value(STRING, Unknown(result.raw.reason, not_null=True, prefix=prefix))


def _check_depth(call: Call, content: str) -> None:
    """Refuse deep nesting before Python's parser descends into it."""
    if content.count("[") + content.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for bracket in _BRACKET.finditer(_STRING.sub("", content)):
        depth += 1 if bracket.group() in "[{" else -1
        if depth > MAX_DEPTH:
            raise HclLimitError(
                f"This JSON document is nested more than {MAX_DEPTH} levels deep.",
                call.location,
                "Flatter documents can be decoded.",
            )


def _string(content: str) -> Value:
    """A string; half a surrogate pair stands for no character, as in Go."""
    return text(_SURROGATE.sub("\ufffd", content))


def _value(item: object) -> Value:
    """A value of what the hooks left: scalars are made here, the rest is made already."""
    match item:
        case Value():
            return item
        case None:
            return NULL
        case bool():
            return boolean(item)
        case str():
            return _string(item)
        case list():
            return tuple_value([_value(child) for child in item])
    raise AssertionError(item)


def _object(pairs: list[tuple[str, object]]) -> Value:
    attributes = {}
    for name, item in pairs:
        normal = _string(name).as_str()
        if normal != name:
            raise FunctionError(f"unsupported attribute {name!r}: not in normal form C", 0)
        attributes[normal] = _value(item)
    return object_value(attributes)


def _number(content: str) -> Value:
    return Value(NUMBER, numbers.parse_number(content))


def _refuse_constant(content: str) -> object:
    raise ValueError(f"invalid character {content[0]!r} looking for beginning of value")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_number,
    parse_float=_number,
    parse_constant=_refuse_constant,
)
_SPACE = " \t\n\r"


def _decoded_type(args: list[Value]) -> Type:
    """The type of an unknown document, as far as its first character tells."""
    raw = args[0].raw
    prefix = raw.prefix.strip(_SPACE) if isinstance(raw, Unknown) else ""
    first = prefix[:1]
    if first == '"':
        return STRING
    if not first or first in "{[n":
        return DYNAMIC
    if first in "tf":
        return BOOL
    if first in "-0123456789.":
        return NUMBER
    raise FunctionError(f"a JSON document cannot begin with the character {first!r}", 0)


@function("jsondecode", Parameter("str", STRING), returns=_decoded_type, not_null=False)
def jsondecode(call: Call) -> Value:
    """``jsondecode(str)``: objects and tuples; numbers keep all of their digits."""
    content = call.args[0].as_str()
    charge(call, len(content))
    _check_depth(call, content)
    start = len(content) - len(content.lstrip(_SPACE))
    if start == len(content):
        raise FunctionError("EOF", 0)
    try:
        item, end = _DECODER.raw_decode(content, start)
    except json.JSONDecodeError as problem:
        raise FunctionError(
            f"invalid JSON at line {problem.lineno}, column {problem.colno}: {problem.msg}", 0
        ) from None
    except (numbers.NumberError, ValueError) as problem:
        raise FunctionError(str(problem), 0) from None
    # Go looks for more values only: a stray closing bracket after the first goes unseen.
    rest = content[end:].lstrip(_SPACE)
    if rest and rest[0] not in "]}":
        raise FunctionError("extraneous data after JSON object", 0)
    return _value(item)
