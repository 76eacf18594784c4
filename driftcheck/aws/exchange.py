"""A request and its answer over a connection that botocore opened, without its machinery.

Of what a call costs, nearly half is what botocore's HTTP session, urllib3 and
``http.client`` do around one send and one receive. AWS's JSON services answer in the
plainest form that HTTP/1.1 has: a status, headers and ``Content-Length`` bytes (RFC 9112,
sections 4 to 6). That form, and no other, is read here.

Connecting, certificates, proxies and timeouts stay botocore's: the first request of every
connection goes its way, and what it has opened is used from then on. An endpoint that
answers in another form even once is left to it altogether.
"""

from __future__ import annotations

import contextlib
import queue
import re
import ssl
import weakref
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.awsrequest import HeadersDict
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError, SSLError
from urllib3.util.connection import is_connection_dropped

#: The most that a status line with its headers may take, and a whole answer, in bytes.
_LARGEST_HEAD = 64 * 1024
_LARGEST_BODY = 64 * 1024 * 1024
_AT_A_TIME = 64 * 1024
#: Headers that change how the body is to be read.
_NOT_PLAIN = frozenset({"transfer-encoding", "content-encoding", "trailer", "upgrade"})
#: Statuses of answers that have no body, whatever their headers say.
_NO_BODY = frozenset({"204", "304"})
_LENGTH = re.compile(r"[0-9]{1,9}").fullmatch
_STATUS = re.compile(r"HTTP/1\.1 ([2-9][0-9]{2})( [^\r\n]*)?").fullmatch
#: A header: a token, and a value that has nothing to end a line with.
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n]*?)[ \t]*").fullmatch


class NotPlain(Exception):
    """The answer has a form that is left to botocore."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered. The names of headers are found in lower case."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes


class Exchange:
    """Sends requests to one URL over what its client has open; safe to use from threads."""

    def __init__(self, http_session: Any, url: str, host: str) -> None:
        self._url = url
        self._start = f"POST / HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: identity\r\n"
        self._opened = _opened_by(http_session, url)
        # Taken and given back by append and pop, which need no lock.
        self._kept: deque[Any] = deque()
        weakref.finalize(self, _close, self._kept)

    def post(self, headers: Mapping[str, str], body: bytes) -> Answer | None:
        """The answer to ``POST /``; None where botocore has to send this request.

        Raises ``ConnectionClosedError``, ``ReadTimeoutError`` and ``SSLError`` as botocore does.
        """
        connection = self._connection()
        if connection is None:
            return None
        message = self._message(headers, body)
        if message is None:
            connection.close()
            return None
        try:
            connection.sock.sendall(message)
            answer, stays = _receive(connection.sock)
        except NotPlain:
            connection.close()
            self._opened = None
            return None
        except TimeoutError as error:
            connection.close()
            raise ReadTimeoutError(endpoint_url=self._url, error=error) from error
        except ssl.SSLError as error:
            connection.close()
            raise SSLError(endpoint_url=self._url, error=error) from error
        except OSError as error:
            connection.close()
            raise ConnectionClosedError(endpoint_url=self._url, error=error) from error
        except BaseException:
            connection.close()  # Ctrl-C: the rest of the answer would be the next one's
            raise
        if stays:
            self._kept.append(connection)
        else:
            connection.close()
        return answer

    def _connection(self) -> Any:
        """One that is open, and on which nothing is left to be read; None where there is none.

        What comes without having been asked for would be taken for the next answer.
        """
        opened = self._opened
        if opened is None:
            return None
        connection = None
        with contextlib.suppress(IndexError):
            connection = self._kept.pop()
        if connection is None:
            with contextlib.suppress(queue.Empty):
                connection = opened.get(block=False)
        if connection is None or connection.sock is None:
            return None
        if is_connection_dropped(connection):
            connection.close()
            return None
        return connection

    def _message(self, headers: Mapping[str, str], body: bytes) -> bytes | None:
        """The whole request; None where a header could not be sent, which botocore tells."""
        lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        if lines.count("\n") != len(headers) or lines.count("\r") != len(headers):
            return None
        head = f"{self._start}Content-Length: {len(body)}\r\n{lines}\r\n"
        return head.encode() + body if head.isascii() else None


def _opened_by(http_session: Any, url: str) -> Any:
    """Where a client keeps its connections to a URL; None behind a proxy."""
    # Neither library promises these names: without one of them, botocore sends everything.
    try:
        if http_session._proxy_config.proxy_url_for(url) is not None:
            return None
        opened = http_session._manager.connection_from_url(url).pool
    except AttributeError:
        return None
    return opened if isinstance(opened, queue.Queue) else None


def _receive(sock: Any) -> tuple[Answer, bool]:
    """An answer, and whether another one may follow on the same connection.

    Raises ``NotPlain`` and ``OSError``.
    """
    received = sock.recv(_AT_A_TIME)
    while (end := received.find(b"\r\n\r\n")) < 0:
        if len(received) > _LARGEST_HEAD or b"\n\n" in received:
            raise NotPlain
        received += _more(sock, received)
    status, headers = _head(received[:end])
    length = headers.get("content-length", "")
    if not _LENGTH(length) or int(length) > _LARGEST_BODY:
        raise NotPlain
    parts = [received[end + 4 :]]
    missing = int(length) - len(parts[0])
    while missing > 0:
        parts.append(_more(sock, received))
        missing -= len(parts[-1])
    if missing < 0:
        raise NotPlain  # nobody has asked for what follows
    stays = headers.get("connection", "keep-alive").lower() == "keep-alive"
    # botocore's parser of refusals looks names up as they are spelled in its models.
    found = headers if status == 200 else HeadersDict(headers)
    return Answer(status, found, b"".join(parts)), stays


def _more(sock: Any, received: bytes) -> bytes:
    more: bytes = sock.recv(_AT_A_TIME)
    if not more:
        what = "in the middle of an answer" if received else "without an answer"
        raise ConnectionResetError(f"the connection was closed {what}")
    return more


def _head(head: bytes) -> tuple[int, dict[str, str]]:
    """Status and headers. Raises ``NotPlain`` for what is not simply that."""
    first, *lines = head.decode("latin-1").split("\r\n")
    status = _STATUS(first)
    if status is None or status[1] in _NO_BODY:
        raise NotPlain
    headers = {}
    for line in lines:
        header = _HEADER(line)
        if header is None:
            raise NotPlain
        headers[header[1].lower()] = header[2]
    if len(headers) != len(lines) or not headers.keys().isdisjoint(_NOT_PLAIN):
        raise NotPlain
    return int(status[1]), headers


def _close(kept: deque[Any]) -> None:
    while kept:
        kept.pop().close()
