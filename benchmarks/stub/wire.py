"""The protocols of AWS that the imitated services speak: JSON, CBOR, XML."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

_REASONS = {200: "OK", 400: "Bad Request", 403: "Forbidden", 500: "Internal Server Error"}
_TYPES = {"json": "application/x-amz-json-1.0", "cbor": "application/cbor", "xml": "text/xml"}


class Refused(Exception):
    """AWS answers with an error."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


class Timestamp(float):
    """Seconds since 1970; CBOR marks them as a time."""


def response(protocol: str, body: bytes, status: int = 200, extra: str = "") -> bytes:
    """A whole HTTP response."""
    smithy = "smithy-protocol: rpc-v2-cbor\r\n" if protocol == "cbor" else ""
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: {_TYPES[protocol]}\r\n"
        f"x-amzn-RequestId: 00000000-0000-4000-8000-000000000000\r\n{smithy}{extra}"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def refusal(protocol: str, refused: Refused) -> bytes:
    """The HTTP response of an error."""
    if protocol == "xml":
        text = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{escape(refused.code)}</Code>"
            f"<Message>{escape(refused.message)}</Message></Error></ErrorResponse>"
        )
        return response(protocol, text.encode(), refused.status)
    content = {"__type": f"com.amazonaws#{refused.code}", "message": refused.message}
    extra = f"x-amzn-ErrorType: {refused.code}\r\n"
    return response(protocol, encoded(protocol, content), refused.status, extra)


def encoded(protocol: str, content: Mapping[str, Any]) -> bytes:
    """The body that carries the content."""
    if protocol == "cbor":
        return cbor(content)
    if protocol == "xml":
        return _xml(content).encode()
    return json.dumps(content, separators=(",", ":")).encode()


def _xml(value: object) -> str:
    if isinstance(value, Mapping):
        return "".join(f"<{name}>{_xml(member)}</{name}>" for name, member in value.items())
    if isinstance(value, list):
        return "".join(f"<member>{_xml(member)}</member>" for member in value)
    return escape(str(value))


def cbor(value: object) -> bytes:
    """A value as CBOR (RFC 8949); of the types that answers are made of."""
    match value:
        case bool():
            return b"\xf5" if value else b"\xf4"
        case Timestamp():
            return b"\xc1\xfb" + struct.pack(">d", value)
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case float():
            return b"\xfb" + struct.pack(">d", value)
        case str():
            raw = value.encode()
            return _head(3, len(raw)) + raw
        case list():
            return _head(4, len(value)) + b"".join(map(cbor, value))
        case Mapping():
            members = (cbor(name) + cbor(member) for name, member in value.items())
            return _head(5, len(value)) + b"".join(members)
    raise TypeError(f"no CBOR for {type(value).__name__}")


def _head(major: int, number: int) -> bytes:
    for code, size in ((24, ">B"), (25, ">H"), (26, ">I"), (27, ">Q")):
        if code == 24 and number < 24:
            return bytes([major << 5 | number])
        if number < 1 << (8 * struct.calcsize(size)):
            return bytes([major << 5 | code]) + struct.pack(size, number)
    raise OverflowError(number)


def from_cbor(raw: bytes) -> Any:
    """The value of one CBOR text of a request."""
    return _decode(raw, 0)[0]


def _decode(raw: bytes, at: int) -> tuple[Any, int]:
    major, short = raw[at] >> 5, raw[at] & 31
    at += 1
    if major == 7:
        simple: dict[int, object] = {20: False, 21: True}
        if short == 27:
            return struct.unpack_from(">d", raw, at)[0], at + 8
        return simple.get(short), at
    number = short
    if short >= 24:
        size = 1 << (short - 24)
        number, at = int.from_bytes(raw[at : at + size]), at + size
    if major in (0, 1):
        return (number if major == 0 else -1 - number), at
    if major in (2, 3):
        text = raw[at : at + number]
        return (text.decode() if major == 3 else text), at + number
    if major == 4:
        items = []
        for _ in range(number):
            item, at = _decode(raw, at)
            items.append(item)
        return items, at
    if major == 5:
        members = {}
        for _ in range(number):
            name, at = _decode(raw, at)
            members[name], at = _decode(raw, at)
        return members, at
    return _decode(raw, at)
