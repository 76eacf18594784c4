"""The server: HTTP/1.1 with kept connections, as little of it as clients of AWS need."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import parse_qsl, unquote

from benchmarks.stub import wire
from benchmarks.stub.content import Content
from benchmarks.stub.operations import PREFIXES, answer
from benchmarks.stub.options import Options, Place, account_of

#: Where the stub itself is spoken to.
CONTROL = "/-stub/"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_TARGET = re.compile(rb"\r\nx-amz-target: *([^.\r]+)\.([^\r]+)", re.IGNORECASE)
_SCOPE = re.compile(rb"Credential=([^/\r]+)/\d+/([^/]+)/([^/]+)/")
_UNTIL = re.compile(rb"\r\nx-amz-security-token: *until-([0-9.]+)", re.IGNORECASE)
_RPC = re.compile(r"/service/([^/]+)/operation/([^/?]+)")
#: The operations of the services whose calls are told apart by their paths.
_PATHS = {
    ("backup", "/resources"): "ListProtectedResources",
    ("backup", "/backup/plans"): "ListBackupPlans",
    ("backup", "/backup-vaults"): "ListBackupVaults",
    ("backup", "/audit/report-plans"): "ListReportPlans",
}
_THROTTLED = wire.Refused("ThrottlingException", "Rate exceeded")
_INTERNAL = wire.Refused("InternalServerError", "Internal server error", 500)
_EXPIRED = wire.Refused("ExpiredTokenException", "The security token is expired", 403)


@dataclass(slots=True)
class _Bucket:
    """The calls that a rate limit has left."""

    rate: float
    burst: float
    left: float
    filled: float

    def take(self) -> bool:
        now = time.monotonic()
        self.left = min(self.burst, self.left + (now - self.filled) * self.rate)
        self.filled = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


class Service:
    """The imitated AWS: a request in, an answer out, and the counts of both."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._random = random.Random(options.seed)  # noqa: S311 - faults need no secrecy
        self._contents: dict[Place, Content] = {}
        self._buckets: dict[tuple[Place, str], _Bucket] = {}
        self._pages: dict[tuple[Place, str, str, str], bytes] = {}
        self._denied = [entry.partition("/") for entry in options.denied]
        self.reset()

    def reset(self) -> None:
        """Count from nothing."""
        self.calls: Counter[str] = Counter()
        self.outcomes: dict[str, Counter[str]] = defaultdict(Counter)
        self.in_flight = self.most_in_flight = 0

    def counts(self) -> dict[str, Any]:
        """What was called, and the calls that were not answered as asked, by operation."""
        failed = {name: dict(counter) for name, counter in sorted(self.outcomes.items())}
        return {
            "calls": dict(sorted(self.calls.items())),
            **failed,
            "most_in_flight": self.most_in_flight,
        }

    def answer(self, head: bytes, body: bytes) -> bytes | None:
        """The whole HTTP response to a request of AWS; None breaks the connection."""
        scope = _SCOPE.search(head)
        key, region, service = (g.decode() for g in scope.groups()) if scope else ("", "", "")
        first = self.options.places[0]
        place = Place(account_of(unquote(key), first.account), region or first.region)
        protocol, operation, parameters = _call(head, body, service)
        self.calls[operation] += 1
        try:
            if self._fails(place, operation, head):
                return None
            return self._good(place, protocol, operation, parameters, body)
        except wire.Refused as refused:
            return wire.refusal(protocol, refused)

    def _fails(self, place: Place, operation: str, head: bytes) -> bool:
        """Whether the connection is to break. Raises ``Refused`` for what fails otherwise."""
        until = _UNTIL.search(head)
        if until is not None and float(until[1]) < time.time():
            self.outcomes["expired"][operation] += 1
            raise _EXPIRED
        for account, _, pattern in self._denied:
            if fnmatchcase(place.account, account) and fnmatchcase(operation, pattern):
                self.outcomes["denied"][operation] += 1
                message = f"User is not authorized to perform: {operation}"
                raise wire.Refused("AccessDeniedException", message)
        if operation in self.options.limits and not self._bucket(place, operation).take():
            self.outcomes["throttled"][operation] += 1
            raise _THROTTLED
        if self.options.faults and self._random.random() < self.options.faults:
            self.outcomes["faults"][operation] += 1
            kind = self._random.choice(self.options.fault_kinds)
            if kind == "dropped":
                return True
            raise _INTERNAL if kind == "internal" else _THROTTLED
        return False

    def _bucket(self, place: Place, operation: str) -> _Bucket:
        bucket = self._buckets.get((place, operation))
        if bucket is None:
            limit = self.options.limits[operation]
            bucket = _Bucket(limit.rate, limit.burst, limit.burst, time.monotonic())
            self._buckets[place, operation] = bucket
        return bucket

    def _good(
        self,
        place: Place,
        protocol: str,
        operation: str,
        parameters: Mapping[str, Any],
        body: bytes,
    ) -> bytes:
        content = self._contents.get(place)
        if content is None:
            content = self._contents[place] = Content(self.options, place)
        # Pages of lists are put together once; answers about a table are cheap anyway.
        known = self._pages.get((place, protocol, operation, body.decode("latin-1")))
        if known is not None:
            return known
        found = answer(content, operation, parameters)
        if isinstance(found, bytes):
            return wire.response(protocol, found)
        response = wire.response(protocol, wire.encoded(protocol, found))
        if operation != "sts:AssumeRole":
            self._pages[place, protocol, operation, body.decode("latin-1")] = response
        return response


def _call(head: bytes, body: bytes, service: str) -> tuple[str, str, Mapping[str, Any]]:
    """The protocol, the operation as IAM names it, and the parameters of a request."""
    target = _TARGET.search(head)
    if target is not None:
        name = target[1].decode()
        operation = f"{PREFIXES.get(name, name)}:{target[2].decode()}"
        return "json", operation, json.loads(body) if body else {}
    path = head.split(b" ", 2)[1].decode("latin-1")
    rpc = _RPC.search(path)
    if rpc is not None:
        operation = f"{PREFIXES.get(rpc[1], rpc[1])}:{rpc[2]}"
        return "cbor", operation, wire.from_cbor(body) if body else {}
    if body.startswith(b"Action=") or b"&Action=" in body:
        form = dict(parse_qsl(body.decode()))
        return "xml", f"{service}:{form['Action']}", form
    path = path.partition("?")[0].rstrip("/")
    return "json", f"{service}:{_PATHS.get((service, path), path)}", {}


class Connection(asyncio.Protocol):
    """One connection: requests come one after the other, each answered before the next."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._pending = b""
        self._transport: asyncio.Transport | None = None
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what answers are written to."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer the request once it is complete."""
        self._pending += data
        end = self._pending.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._pending[:end]
        length = _LENGTH.search(head)
        size = end + 4 + (int(length[1]) if length else 0)
        if len(self._pending) < size:
            return
        body = self._pending[end + 4 : size]
        self._pending = self._pending[size:]
        path = head.split(b" ", 2)[1].decode("latin-1")
        if path.startswith(CONTROL):
            self._write(self._control(path.removeprefix(CONTROL)))
        elif self._service.options.latency:
            self._later(head, body)
        else:
            self._write(self._service.answer(head, body))

    def _later(self, head: bytes, body: bytes) -> None:
        service = self._service
        service.in_flight += 1
        service.most_in_flight = max(service.most_in_flight, service.in_flight)

        def now() -> None:
            service.in_flight -= 1
            self._write(service.answer(head, body))

        self._loop.call_later(service.options.latency, now)

    def _control(self, command: str) -> bytes:
        if command == "reset":
            self._service.reset()
        counts = json.dumps(self._service.counts()).encode()
        return wire.response("json", counts)

    def _write(self, response: bytes | None) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if response is None:
            self._transport.abort()
        else:
            self._transport.write(response)


async def listen(options: Options, port: int = 0) -> asyncio.Server:
    """A server on loopback, on a free port where ``port`` is 0."""
    service = Service(options)
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: Connection(service), "127.0.0.1", port, backlog=512)
