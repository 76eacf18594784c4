"""What a YAML scalar stands for, by the rules of go-cty-yaml.

They are neither those of YAML 1.1 nor 1.2: ``yes`` and ``on`` are true, but ``0o17`` is
octal and ``1_000`` a string; a date becomes a full timestamp.
"""

from __future__ import annotations

import re

from driftcheck.hcl import numbers
from driftcheck.hcl.functions.encoding import Base64Error, decode_base64
from driftcheck.hcl.functions.support import quote, text
from driftcheck.hcl.functions.timestamps import parse_yaml_timestamp
from driftcheck.hcl.types import NUMBER
from driftcheck.hcl.values import FALSE, NULL, TRUE, Value

_CORE = "tag:yaml.org,2002:"
STR_TAG = _CORE + "str"
_BINARY_TAG = _CORE + "binary"
_BOOL_TAG = _CORE + "bool"
_INT_TAG = _CORE + "int"
_FLOAT_TAG = _CORE + "float"
_NULL_TAG = _CORE + "null"
_TIMESTAMP_TAG = _CORE + "timestamp"
_TAGS = frozenset(
    {
        "",
        STR_TAG,
        _BINARY_TAG,
        _BOOL_TAG,
        _INT_TAG,
        _FLOAT_TAG,
        _NULL_TAG,
        _TIMESTAMP_TAG,
    }
)

_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_TRUE_WORDS = ("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON")
_FALSE_WORDS = ("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF")


def _infinity(sign: str) -> Value:
    return Value(NUMBER, numbers.parse_number(f"{sign}Inf"))


_BOOLS = {**dict.fromkeys(_TRUE_WORDS, TRUE), **dict.fromkeys(_FALSE_WORDS, FALSE)}
_WORDS = {
    **_BOOLS,
    **dict.fromkeys(["", "~", "null", "Null", "NULL"], NULL),
    **{s + w: _infinity("+") for s in ("", "+") for w in (".inf", ".Inf", ".INF")},
    **{w: _infinity("-") for w in ("-.inf", "-.Inf", "-.INF")},
}


class ScalarError(ValueError):
    """A scalar that does not suit its tag."""


def resolve(tag: str, content: str, *, quoted: bool) -> Value:
    """The value of a scalar; ``quoted`` means in single or double quotes.

    Raises ``ScalarError``.
    """
    if tag not in _TAGS:
        raise ScalarError(f"unsupported tag {quote(tag)}")
    plain_text = tag in (STR_TAG, _BINARY_TAG)
    if not plain_text and (not content or content[0] in "+-.0123456789yYnNtTfFoO~"):
        if quoted:
            return text(content)
        found = _resolve_plain(tag, content)
        if isinstance(found, Value):
            return found
        tag = found
    return _resolve_tagged(tag, content)


def _resolve_plain(tag: str, content: str) -> Value | str:
    """The value of an unquoted scalar by its looks, or the tag that decides about it."""
    if content in _WORDS:
        return _WORDS[content]
    if tag == "" and content in (".nan", ".NaN", ".NAN"):
        raise ScalarError("floating point NaN is not supported")
    first = content[0]
    if first == ".":
        try:
            return Value(NUMBER, numbers.parse_number(content))
        except numbers.NumberError:
            return tag
    if first in "+-0123456789":
        if tag in ("", _TIMESTAMP_TAG):
            time = parse_yaml_timestamp(content)
            if time is not None:
                return text(time.rfc3339())
        if _INTEGER.fullmatch(content):
            return _INT_TAG
        if _FLOAT.fullmatch(content):
            return _FLOAT_TAG
    return tag


def _resolve_tagged(tag: str, content: str) -> Value:
    unsuited = ScalarError(f"cannot parse {quote(content)} as {tag}")
    if tag in ("", STR_TAG):
        return text(content)
    if tag == _BINARY_TAG:
        try:
            decode_base64(content)
        except Base64Error:
            raise ScalarError(f"cannot parse {quote(content)} as {tag}: not valid base64") from None
        return text(content)
    if tag == _NULL_TAG:
        return NULL
    if tag == _BOOL_TAG:
        if content in _BOOLS:
            return _BOOLS[content]
        raise unsuited
    if tag == _TIMESTAMP_TAG:
        time = parse_yaml_timestamp(content)
        if time is None:
            raise unsuited
        return text(time.rfc3339())
    number = _number(content.replace("_", ""))
    if number is None:
        raise unsuited
    return Value(NUMBER, number)


def _number(content: str) -> numbers.Number | None:
    """A number in decimal, or a 64-bit integer in Go's notation with a prefix."""
    try:
        return numbers.parse_number(content)
    except numbers.NumberLimitError:
        raise
    except numbers.NumberError:
        pass
    match = re.fullmatch(
        r"([-+]?)0(?:[xX]([0-9a-fA-F]+)|[bB]([01]+)|[oO]?([0-7]+))", content, re.ASCII
    )
    if match is None:
        return None
    sign, hexadecimal, binary, octal = match.groups()
    digits, base = next(
        (d, b) for d, b in ((hexadecimal, 16), (binary, 2), (octal, 8)) if d is not None
    )
    if len(digits) > 64:
        return None
    value = int(digits, base)
    if sign == "-":
        return numbers.count(-value) if value <= 2**63 else None
    return numbers.count(value) if value < 2**64 and (not sign or value < 2**63) else None
