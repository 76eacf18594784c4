"""Requests over connections that botocore opened: what is read, and what is left to botocore."""

from __future__ import annotations

import http.client
import io
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any
from unittest.mock import Mock

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError, SSLError
from botocore.httpsession import URLLib3Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from urllib3.util.connection import is_connection_dropped

from driftcheck.aws import exchange
from driftcheck.aws.exchange import Answer, Exchange, NotPlain

PLAIN = b"HTTP/1.1 200 OK\r\nX-Amzn-RequestId: one\r\nContent-Length: 2\r\n\r\n{}"
HEADERS = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "User-Agent": "driftcheck/test"}
#: What a server does with a request: sends these parts; waits for an event; None closes the
#: connection.
Act = Sequence[bytes | threading.Event | None]


class Server(ThreadingTCPServer):
    """Does with each request what it was told, and counts connections."""

    daemon_threads = True

    def __init__(self, acts: Sequence[Act], context: ssl.SSLContext | None) -> None:
        self.acts = iter(acts)
        self.requests: list[bytes] = []
        self.connections = 0
        self._context = context
        super().__init__(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server_address[1]}"

    def get_request(self) -> tuple[Any, Any]:
        connection, address = super().get_request()
        self.connections += 1
        if self._context is not None:
            connection = self._context.wrap_socket(connection, server_side=True)
        return connection, address


class Handler(StreamRequestHandler):
    """One connection."""

    server: Server

    def handle(self) -> None:
        with suppress(OSError):  # the client went away
            while self._answered():
                pass

    def _answered(self) -> bool:
        """Whether there was a request, and there may be another."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self.rfile.readline()
            if not line:
                return False
            head += line
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        self.server.requests.append(head + self.rfile.read(length))
        for part in next(self.server.acts):
            if part is None:
                return False
            if isinstance(part, threading.Event):
                part.wait(30)
                continue
            self.connection.sendall(part)
            time.sleep(0.02)  # so that the next part is not received with it
        return True


@contextmanager
def served(*acts: Act, context: ssl.SSLContext | None = None) -> Iterator[Server]:
    with Server(acts, context) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class Client:
    """An exchange, and botocore's way to the same server."""

    def __init__(self, server: Server, scheme: str = "http", **options: Any) -> None:
        self.url = f"{scheme}://{server.host}/"
        timeout: Any = (10, options.pop("patience", 30))
        self.session = URLLib3Session(timeout=timeout, **options)
        self.exchange = Exchange(self.session, self.url, server.host)

    def ordinary(self) -> Any:
        headers: Any = HEADERS
        request = AWSPreparedRequest("POST", self.url, headers, b"{}", stream_output=False)
        return self.session.send(request)

    def post(self, body: bytes = b"{}") -> Answer | None:
        return self.exchange.post(HEADERS, body)

    def close(self) -> None:
        exchange._close(self.exchange._kept)
        self.session.close()


@contextmanager
def opened(server: Server, scheme: str = "http", **options: Any) -> Iterator[Client]:
    """A client that has a connection already."""
    client = Client(server, scheme, **options)
    try:
        assert client.post() is None  # there is none yet
        assert client.ordinary().status_code == 200
        yield client
    finally:
        client.close()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_request_says_what_botocores_says() -> None:
    with served([PLAIN], [PLAIN]) as server, opened(server) as client:
        assert client.post() == Answer(
            200, {"x-amzn-requestid": "one", "content-length": "2"}, b"{}"
        )
        theirs, ours = server.requests
        assert sorted(ours.splitlines()) == sorted(theirs.splitlines())
        assert ours.splitlines()[0] == theirs.splitlines()[0]
        assert server.connections == 1


def test_an_answer_may_come_in_any_pieces() -> None:
    pieces = [PLAIN[:9], PLAIN[9:40], PLAIN[40:-3], PLAIN[-3:-1], PLAIN[-1:]]
    with served([PLAIN], pieces, [PLAIN]) as server, opened(server) as client:
        for _ in range(2):
            found = client.post()
            assert found is not None
            assert found.content == b"{}"
        assert server.connections == 1


def test_a_refusal_has_headers_as_the_parser_of_botocore_wants_them() -> None:
    refusal = b"HTTP/1.1 400 Bad Request\r\nx-amzn-RequestId: two\r\nContent-Length: 0\r\n\r\n"
    with served([PLAIN], [refusal]) as server, opened(server) as client:
        found = client.post()
        assert found is not None
        assert (found.status_code, found.headers["X-Amzn-Requestid"]) == (400, "two")


def test_a_connection_is_closed_when_the_server_says_so() -> None:
    last = PLAIN.replace(b"\r\nContent", b"\r\nConnection: close\r\nContent")
    with served([PLAIN], [last], [PLAIN]) as server, opened(server) as client:
        assert client.post() is not None
        assert client.post() is None
        assert client.ordinary().status_code == 200
        assert server.connections == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n folded\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nno header\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}and more",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0000000000000000000000000000002\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nX: a\nY: b\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}",
        b"HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\n\r\n{}",
        b"HTTP/1.1 100 Continue\r\n\r\n" + PLAIN,
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000,
        b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
        b"220 mail.example.com ESMTP\r\n\r\n",
    ],
)
def test_an_answer_of_another_form_is_left_to_botocore_and_so_is_all_that_follows(
    answer: bytes,
) -> None:
    with served([PLAIN], [answer], [PLAIN]) as server, opened(server) as client:
        assert client.post() is None
        assert client.ordinary().status_code == 200
        assert client.post() is None
        assert (server.connections, len(server.requests)) == (2, 3)


@pytest.mark.parametrize("before", [[], [PLAIN[:20]], [PLAIN[:-1]]])
def test_a_connection_that_breaks_is_botocores_error(before: list[bytes]) -> None:
    with served([PLAIN], [*before, None], [PLAIN]) as server, opened(server) as client:
        with pytest.raises(ConnectionClosedError):
            client.post()
        assert client.ordinary().status_code == 200
        assert server.connections == 2


@pytest.mark.parametrize("before", [[], [PLAIN[:20]], [PLAIN[:-1]]])
def test_an_answer_that_does_not_come_is_botocores_error(before: list[bytes]) -> None:
    with served([PLAIN], before, [PLAIN]) as server, opened(server, patience=3) as client:
        with pytest.raises(ReadTimeoutError):
            client.post()
        assert client.post() is None  # what comes later is nobody's answer
        assert client.ordinary().status_code == 200
        assert server.connections == 2


def test_a_connection_that_was_closed_meanwhile_is_not_used() -> None:
    with served([PLAIN], [PLAIN, None], [PLAIN]) as server, opened(server) as client:
        assert client.post() is not None
        wait_for(lambda: is_connection_dropped(client.exchange._kept[0]))
        assert client.post() is None
        assert client.ordinary().status_code == 200
        assert server.connections == 2


def test_an_answer_that_nobody_asked_for_is_nobodys() -> None:
    received = threading.Event()
    twice: Act = [PLAIN, received, PLAIN.replace(b"{}", b"[]")]
    with served([PLAIN], twice, [PLAIN]) as server, opened(server) as client:
        assert client.post() is not None
        received.set()
        wait_for(lambda: is_connection_dropped(client.exchange._kept[0]))
        assert client.post() is None
        assert client.ordinary().content == b"{}"


@pytest.mark.parametrize("value", ["one\r\nX-Evil: two", "one\ntwo", "one\rtwo", "secrét"])
def test_a_header_that_cannot_be_sent_is_left_to_botocore(value: str) -> None:
    with served([PLAIN]) as server, opened(server) as client:
        assert client.exchange.post({**HEADERS, "X-Amz-Security-Token": value}, b"{}") is None
        assert len(server.requests) == 1


def test_a_proxy_is_left_to_botocore() -> None:
    with served([PLAIN], [PLAIN]) as server:
        client = Client(server, proxies={"http": f"http://{server.host}"})
        assert client.ordinary().status_code == 200
        assert client.post() is None
        client.close()


def test_a_session_that_is_none_of_botocores_sends_everything_itself() -> None:
    assert Exchange(object(), "http://127.0.0.1/", "127.0.0.1").post(HEADERS, b"{}") is None


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and its certificate for 127.0.0.1, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    secret = key.private_bytes(
        encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(secret + signed.public_bytes(encoding))
    return path


def test_certificates_are_checked_by_botocore(certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with served([PLAIN], [PLAIN], [PLAIN], context=context) as server:
        with opened(server, "https", verify=str(certificate)) as client:
            for _ in range(2):
                found = client.post()
                assert found is not None
                assert found.content == b"{}"
            assert server.connections == 1
        stranger = Client(server, "https")
        with pytest.raises(SSLError):
            stranger.ordinary()
        assert stranger.post() is None
        stranger.close()


def test_what_is_no_tls_is_botocores_error(certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with (
        served([PLAIN], [PLAIN], context=context) as server,
        opened(server, "https", verify=str(certificate)) as client,
    ):
        connection = client.exchange._connection()
        connection.sock.recv = Mock(side_effect=ssl.SSLError("bad record"))
        client.exchange._kept.append(connection)
        with pytest.raises(SSLError, match="bad record"):
            client.post()


class Scripted:
    """A socket that receives given bytes in pieces of given sizes."""

    def __init__(self, data: bytes, sizes: Sequence[int]) -> None:
        self._data = io.BytesIO(data)
        self._sizes = iter(sizes)

    def recv(self, most: int) -> bytes:
        return self._data.read(min(most, next(self._sizes, most)))

    def makefile(self, *_: object) -> io.BytesIO:
        return self._data


TOKEN = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,11}", fullmatch=True)
VALUE = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20)


@given(
    st.integers(200, 599).filter(lambda status: status not in (204, 304)),  # have no body
    st.dictionaries(TOKEN.map(str.lower), VALUE, max_size=6),
    st.binary(max_size=300),
    st.lists(st.integers(1, 60), max_size=30),
)
def test_whatever_is_read_is_what_http_client_reads(
    status: int, headers: dict[str, str], body: bytes, sizes: list[int]
) -> None:
    headers = {name: value for name, value in headers.items() if name != "content-length"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status} Said\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
    try:
        found, stays = exchange._receive(Scripted(head.encode() + body, sizes))
    except NotPlain:
        assert not headers.keys().isdisjoint(exchange._NOT_PLAIN)
        return
    theirs: Any = http.client.HTTPResponse(Scripted(head.encode() + body, []))  # type: ignore[arg-type]
    theirs.begin()
    assert (found.status_code, found.content) == (theirs.status, theirs.read())
    assert dict(found.headers) == {k.lower(): v for k, v in theirs.getheaders()}
    assert not (stays and theirs.will_close)
