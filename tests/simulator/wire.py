"""AWS's protocols, as far as the simulated services need them.

JSON for most services, CBOR for those whose present clients speak it, and the
old query protocol for STS. ``answer`` turns one HTTP request into one response;
``InProcess`` puts it behind boto3 without a socket, ``server`` behind loopback.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs

from tests.simulator.account import Account, ConnectionLost
from tests.simulator.errors import Refusal

_JSON_TARGETS = {
    "DynamoDB_20120810": "dynamodb",
    "AnyScaleFrontendService": "application-autoscaling",
    "TrentService": "kms",
    "GraniteServiceVersion20100801": "cloudwatch",
    "ResourceGroupsTaggingAPI_20170126": "tag",
}


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response."""

    status: int
    headers: dict[str, str]
    body: bytes


def answer(account: Account, path: str, headers: Mapping[str, str], body: bytes) -> Response:
    """Carry out one request; raises ``ConnectionLost`` where the connection breaks."""
    lowered = {k.lower(): v for k, v in headers.items()}
    rpc = re.fullmatch(r"/service/([^/]+)/operation/([^/]+)", path.split("?", maxsplit=1)[0])
    if rpc is not None:
        params, _end = _decode(body, 0) if body else ({}, 0)
        return _call(account, _JSON_TARGETS[rpc[1]], rpc[2], params, _cbor_response)
    target = lowered.get("x-amz-target", "")
    if target:
        prefix, operation = target.split(".")
        return _call(
            account, _JSON_TARGETS[prefix], operation, json.loads(body or b"{}"), _json_response
        )
    if path.split("?", maxsplit=1)[0].rstrip("/") == "/resources":
        return _call(account, "backup", "ListProtectedResources", {}, _json_response)
    form = {k: v[0] for k, v in parse_qs(body.decode()).items()}
    return _call(account, "sts", form.get("Action", ""), form, _xml_response)


Encoder = Callable[[str, int, dict[str, Any], Refusal | None], Response]


def _call(
    account: Account, service: str, operation: str, params: dict[str, Any], encode: Encoder
) -> Response:
    try:
        response = encode(operation, 200, account.call(service, operation, params), None)
    except Refusal as refusal:
        content = {"__type": refusal.code, "message": refusal.message}
        response = encode(operation, refusal.status, content, refusal)
    # Every answer of AWS bears the time by its own clock.
    response.headers["Date"] = formatdate(account.date(), usegmt=True)
    return response


def _json_response(
    _operation: str, status: int, content: dict[str, Any], _refusal: Refusal | None
) -> Response:
    headers = {"Content-Type": "application/x-amz-json-1.0", "x-amzn-RequestId": "simulated"}
    return Response(status, headers, json.dumps(content).encode())


def _cbor_response(
    _operation: str, status: int, content: dict[str, Any], _refusal: Refusal | None
) -> Response:
    headers = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
    return Response(status, headers, _encode(content))


def _xml_response(
    operation: str, status: int, content: dict[str, Any], refusal: Refusal | None
) -> Response:
    if refusal is not None:
        text = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{refusal.code}</Code>"
            f"<Message>{refusal.message}</Message></Error></ErrorResponse>"
        )
    else:
        members = "".join(f"<{k}>{v}</{k}>" for k, v in content.items())
        text = (
            f'<{operation}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
            f"<{operation}Result>{members}</{operation}Result></{operation}Response>"
        )
    return Response(status, {"Content-Type": "text/xml"}, text.encode())


# -- CBOR (RFC 8949), the part that these services use ---------------------------


def _encode(value: Any) -> bytes:
    match value:
        case bool():
            return b"\xf5" if value else b"\xf4"
        case None:
            return b"\xf6"
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case float():
            return b"\xfb" + struct.pack(">d", value)
        case str():
            data = value.encode()
            return _head(3, len(data)) + data
        case list():
            return _head(4, len(value)) + b"".join(_encode(v) for v in value)
        case dict():
            pairs = b"".join(_encode(k) + _encode(v) for k, v in value.items())
            return _head(5, len(value)) + pairs
    raise TypeError(type(value))


def _head(major: int, number: int) -> bytes:
    for code, form, most in ((24, ">B", 1 << 8), (25, ">H", 1 << 16), (26, ">I", 1 << 32)):
        if number < 24:
            return bytes([major << 5 | number])
        if number < most:
            return bytes([major << 5 | code]) + struct.pack(form, number)
    return bytes([major << 5 | 27]) + struct.pack(">Q", number)


def _decode(data: bytes, at: int) -> tuple[Any, int]:
    major, extra = data[at] >> 5, data[at] & 31
    at += 1
    if major == 7:
        if extra in (20, 21):
            return extra == 21, at
        if extra == 27:
            return struct.unpack(">d", data[at : at + 8])[0], at + 8
        return None, at
    number = extra
    endless = extra == 31
    if 24 <= extra <= 27:
        width = 1 << (extra - 24)
        number = int.from_bytes(data[at : at + width], "big")
        at += width
    if major == 0:
        return number, at
    if major == 1:
        return -1 - number, at
    if major in (2, 3):
        raw = data[at : at + number]
        return (raw if major == 2 else raw.decode()), at + number
    if major == 6:
        return _decode(data, at)
    return _collection(data, at, number, endless=endless, mapping=major == 5)


def _collection(
    data: bytes, at: int, count: int, *, endless: bool, mapping: bool
) -> tuple[Any, int]:
    items: list[Any] = []
    while (data[at] != 0xFF) if endless else len(items) < count * (2 if mapping else 1):
        item, at = _decode(data, at)
        items.append(item)
    at += endless
    return (dict(zip(items[::2], items[1::2], strict=True)) if mapping else items), at


# -- boto3 without a socket -------------------------------------------------------


@contextmanager
def in_process(find: Callable[[str], Account]) -> Iterator[None]:
    """Answer every request of every boto3 client from simulated accounts.

    ``find`` gives the account for a request's URL. Works on clients made inside the
    block, through the event that botocore sends before it opens a connection.
    """
    from botocore import handlers
    from botocore.awsrequest import AWSResponse
    from botocore.compat import HTTPHeaders
    from botocore.exceptions import ConnectionClosedError

    class Raw:
        def __init__(self, body: bytes) -> None:
            self._body = body

        def stream(self, *_args: object, **_kwargs: object) -> Iterator[bytes]:
            yield self._body

    def respond(request: Any, **_kwargs: object) -> AWSResponse:
        body = request.body or b""
        if isinstance(body, str):
            body = body.encode()
        headers = {k: v.decode() if isinstance(v, bytes) else v for k, v in request.headers.items()}
        path = "/" + request.url.split("/", 3)[3] if request.url.count("/") > 2 else "/"
        try:
            response = answer(find(request.url), path, headers, body)
        except ConnectionLost:
            raise ConnectionClosedError(endpoint_url=request.url) from None
        sent = HTTPHeaders()
        for name, value in response.headers.items():
            sent[name] = value
        return AWSResponse(request.url, response.status, sent, Raw(response.body))

    handler = ("before-send", respond)
    handlers.BUILTIN_HANDLERS.append(handler)
    try:
        yield
    finally:
        handlers.BUILTIN_HANDLERS.remove(handler)
