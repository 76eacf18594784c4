"""Base64, character encodings and URL encoding."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import quote_plus

from driftcheck.hcl.functions import text_encodings
from driftcheck.hcl.functions.registry import Call, FunctionError, Parameter, function
from driftcheck.hcl.functions.support import charge, quote, shown, text, unknown_result
from driftcheck.hcl.types import STRING
from driftcheck.hcl.values import Value, string, unknown

_STR = Parameter("str", STRING)
_GROUP = re.compile(r"[A-Za-z0-9+/]*={0,2}")


class Base64Error(ValueError):
    """Text that is not base64 as Go's strict standard decoder wants it."""


def decode_base64(content: str) -> bytes:
    """The bytes of padded standard base64; line ends are passed over, as in Go.

    Bits that no byte uses may have any value. Raises ``Base64Error``.
    """
    compact = content.replace("\r", "").replace("\n", "")
    if len(compact) % 4 or not _GROUP.fullmatch(compact):
        raise Base64Error
    try:
        return base64.b64decode(compact, validate=True)
    except binascii.Error:
        raise Base64Error from None


@function("base64encode", _STR, returns=STRING)
def base64encode(call: Call) -> Value:
    """``base64encode(str)`` of the UTF-8 bytes."""
    content = call.args[0].as_str().encode()
    charge(call, len(content) * 4 // 3)
    return string(base64.b64encode(content).decode("ascii"))


@function(
    "base64decode", Parameter("str", STRING, allow_unknown=True, allow_marks=True), returns=STRING
)
def base64decode(call: Call) -> Value:
    """``base64decode(str)``; the bytes must be UTF-8."""
    encoded = call.args[0]
    if encoded.is_unknown:
        return unknown_result([encoded], STRING).with_marks(encoded.marks)
    try:
        content = decode_base64(encoded.as_str()).decode("utf-8")
    except Base64Error:
        raise FunctionError(f"failed to decode base64 data {shown(encoded)}") from None
    except UnicodeDecodeError:
        raise FunctionError(
            "the result of decoding the provided string is not valid UTF-8"
        ) from None
    return text(content).with_marks(encoded.marks)


@function("base64gzip", _STR, returns=STRING)
def base64gzip(call: Call) -> Value:
    """``base64gzip(str)``: unknown, because every compressor has bytes of its own."""
    return unknown(
        "the bytes that base64gzip() makes depend on Go's compressor", STRING, not_null=True
    )


@function("urlencode", _STR, returns=STRING)
def urlencode(call: Call) -> Value:
    """``urlencode(str)``: as in a query string, with ``+`` for a space."""
    return string(quote_plus(call.args[0].as_str(), safe=""))


def _encoding(call: Call) -> text_encodings.Encoding:
    name = call.args[1].as_str()
    found = text_encodings.find(name)
    if found is None:
        raise FunctionError(
            f"{quote(name)} is not a supported IANA encoding name or alias in this Terraform "
            "version",
            1,
        )
    return found


def _not_computed(encoding: text_encodings.Encoding) -> Value:
    return unknown(
        f"driftcheck does not convert the encoding {encoding.name}", STRING, not_null=True
    )


@function(
    "textencodebase64",
    Parameter("string", STRING),
    Parameter("encoding", STRING),
    returns=STRING,
)
def textencodebase64(call: Call) -> Value:
    """``textencodebase64(string, encoding)``."""
    encoding = _encoding(call)
    if encoding.codec is None:
        return _not_computed(encoding)
    try:
        content = encoding.encode(call.args[0].as_str())
    except text_encodings.NotRepresentable:
        raise FunctionError(
            f"the given string contains characters that cannot be represented in {encoding.name}",
            0,
        ) from None
    charge(call, len(content) * 4 // 3)
    return string(base64.b64encode(content).decode("ascii"))


@function(
    "textdecodebase64",
    Parameter("source", STRING),
    Parameter("encoding", STRING),
    returns=STRING,
)
def textdecodebase64(call: Call) -> Value:
    """``textdecodebase64(source, encoding)``."""
    encoding = _encoding(call)
    try:
        content = decode_base64(call.args[0].as_str())
    except Base64Error:
        raise FunctionError("the given value is not valid base64", 0) from None
    if encoding.codec is None:
        return _not_computed(encoding)
    try:
        return text(encoding.decode(content))
    except text_encodings.NotRepresentable:
        raise FunctionError(
            f"the given string contains symbols that are not defined for {encoding.name}", 0
        ) from None
