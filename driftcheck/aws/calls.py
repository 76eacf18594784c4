"""Making calls: clients, counting, paging."""

from __future__ import annotations

import math
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from driftcheck.aspects.base import FactUnavailable
from driftcheck.aws.direct import DirectReads, direct_reads
from driftcheck.aws.endpoints import is_aws
from driftcheck.aws.failures import (
    NOT_FOUND,
    THROTTLED,
    BrokenAnswer,
    code_of,
    fatal,
    one_line,
    unavailable,
)
from driftcheck.aws.operations import ALWAYS_ANSWERED, SERVICES, Paging
from driftcheck.aws.pace import Paces
from driftcheck.aws.retrying import ATTEMPTS, with_retries
from driftcheck.errors import AwsError
from driftcheck.model.report import ApiCalls

if TYPE_CHECKING:
    import boto3

#: Connections that are kept open to one endpoint: as many as calls are ever made at once.
_CONNECTIONS = 256
#: Seconds between two looks for new credentials.
_RENEWED_EVERY = 60.0
#: Most pages of one list; an endpoint that gives more is taken to go in circles.
_MOST_PAGES = 100_000

#: What botocore's parsers raise for bodies that no AWS service would send.
_NOT_PARSED = (
    ResponseParserError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)

T = TypeVar("T")
_NOT_KNOWN = object()


class Calls:
    """Counts of calls and attempts by operation; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()
        self._attempts: Counter[str] = Counter()
        self._throttled: Counter[str] = Counter()

    def called(self, operation: str) -> None:
        """A call is about to be made."""
        with self._lock:
            self._calls[operation] += 1

    def answered(self, operation: str, code: str | None) -> None:
        """An attempt was answered, with an error code or None."""
        with self._lock:
            self._attempts[operation] += 1
            if code in THROTTLED:
                self._throttled[operation] += 1

    def counts(self) -> dict[str, ApiCalls]:
        """The counts so far, by operation."""
        with self._lock:
            return {
                operation: ApiCalls(
                    calls,
                    max(0, self._attempts[operation] - calls),
                    self._throttled[operation],
                )
                for operation, calls in sorted(self._calls.items())
            }


class Clients:
    """The clients of one session and region, made when first needed."""

    def __init__(
        self,
        session: boto3.Session,
        region: str,
        endpoint_url: str | None,
        *,
        attempts: int = ATTEMPTS,
        beside: Clients | None = None,
        renew: Callable[[boto3.Session], boto3.Session] | None = None,
    ) -> None:
        self._session = session
        self._region = region
        self._endpoint_url = endpoint_url
        self._attempts = attempts
        self._clients: dict[str, Any] = {}
        self._direct: dict[str, DirectReads | None] = {}
        # Making a client is not thread-safe in boto3; using one is.
        self._lock: threading.RLock = beside._lock if beside is not None else threading.RLock()
        self.calls: Calls = beside.calls if beside is not None else Calls()
        #: How fast the account and region let each operation be asked.
        self.paces: Paces = beside.paces if beside is not None else Paces()
        self._once: Clients | None = None
        self._renew = renew
        self._renewed = -math.inf

    def once(self) -> Clients:
        """The same without retries, for calls that must not be repeated blindly."""
        with self._lock:
            if self._once is None:
                self._once = Clients(
                    self._session, self._region, self._endpoint_url, attempts=1, beside=self
                )
            return self._once

    def client(self, prefix: str) -> Any:
        """The client for operations with this IAM prefix."""
        with self._lock:
            if prefix not in self._clients:
                client = self._clients[prefix] = self._make(prefix)
                if self._attempts > 1:
                    direct = direct_reads(prefix, client, self._session, _user_agent())
                    self._direct[prefix] = direct
            return self._clients[prefix]

    def _make(self, prefix: str) -> Any:
        from botocore.config import Config

        config = Config(
            connect_timeout=5,
            read_timeout=20,
            max_pool_connections=_CONNECTIONS,
            # Whether to try again is decided here, with regard to all threads; see ``pace``.
            retries={"total_max_attempts": 1, "mode": "standard"},
            user_agent_extra=_user_agent(),
        )
        try:
            client = self._session.client(  # type: ignore[call-overload]
                SERVICES[prefix],
                region_name=self._region,
                endpoint_url=self._endpoint_url,
                config=config,
            )
        except ValueError as error:
            # botocore's complaint about a URL in AWS_ENDPOINT_URL or the profile.
            raise AwsError(f"{one_line(error)}.") from error
        except BotoCoreError as error:
            raise (fatal(error) or AwsError(f"{one_line(error)}.")) from error
        return client

    def call(self, operation: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer to one call; an empty one where there is no such thing.

        Raises ``FactUnavailable`` when AWS refuses or does not answer, ``AwsError`` when
        it would refuse everything.
        """
        try:
            answer = self.invoke(operation, arguments)
        except ClientError as error:
            if code_of(error) in NOT_FOUND:
                return {}
            raise (fatal(error) or self._unavailable(operation, error)) from error
        except (BotoCoreError, NotImplementedError) as error:
            # The embedded AWS raises NotImplementedError for what it does not offer.
            ending = fatal(error) if isinstance(error, BotoCoreError) else None
            raise (ending or self._unavailable(operation, error)) from error
        # Whatever else answers with "200 OK" must not be taken for "there is no such table".
        member = ALWAYS_ANSWERED.get(operation)
        if member is not None and member not in answer:
            raise FactUnavailable(
                operation, f"an answer that AWS would not give: no {member} in it"
            )
        return answer

    def _unavailable(
        self, operation: str, error: BotoCoreError | ClientError | NotImplementedError
    ) -> FactUnavailable:
        from_aws = self.from_aws(operation.partition(":")[0])
        return unavailable(operation, error, from_aws=from_aws)

    def from_aws(self, prefix: str) -> bool:
        """Whether the endpoint of a client that has been made is AWS's own."""
        client = self._clients.get(prefix)
        return client is not None and is_aws(str(client.meta.endpoint_url))

    def invoke(self, operation: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer to one call. Raises ``BotoCoreError`` and ``ClientError`` as botocore does."""
        self.calls.called(operation)
        try:
            return with_retries(
                lambda: self._attempt(operation, arguments),
                self.paces.of(operation),
                lambda code: self.calls.answered(operation, code),
                attempts=self._attempts,
                renew=self._renewing(),
            )
        except NotImplementedError:  # a RuntimeError, too; the embedded AWS tells with it
            raise
        except _NOT_PARSED as error:
            raise BrokenAnswer(error=f"{type(error).__name__} {one_line(error)}") from error

    def _attempt(self, operation: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        prefix, _, name = operation.partition(":")
        client = self._clients.get(prefix) or self.client(prefix)
        direct = self._direct.get(prefix)
        if direct is not None:
            found = direct.ask(name, arguments)
            if found is not None:
                return found
        answer: Mapping[str, Any] = getattr(client, snake_case(name))(**arguments)
        return answer

    def _renewing(self) -> Callable[[], bool]:
        """Looks for new credentials, should those of this moment turn out to be expired."""
        session = self._session

        def renewed() -> bool:
            with self._lock:
                if self._session is not session:
                    return True  # another call was faster
                now = time.monotonic()
                if self._renew is None or now - self._renewed < _RENEWED_EVERY:
                    return False
                self._renewed = now
                self._session = self._renew(session)
                self._clients, self._direct, self._once = {}, {}, None
                return self._session is not session

        return renewed

    def pages(
        self, operation: str, arguments: Mapping[str, Any], paging: Paging
    ) -> Iterator[Mapping[str, Any]]:
        """All pages of an answer; empty ones are passed over, repeated tokens refused."""
        request = dict(arguments)
        if paging.size is not None:
            request[paging.size[0]] = paging.size[1]
        seen: set[str] = set()
        for _ in range(_MOST_PAGES):
            answer = self.call(operation, request)
            yield answer
            token = answer.get(paging.answer)
            if not token:
                return
            if token in seen:
                break
            seen.add(token)
            request[paging.request] = token
        raise FactUnavailable(operation, "the endpoint repeats its page tokens without an end")


def _user_agent() -> str:
    from driftcheck import __version__

    return f"driftcheck/{__version__}"


class Memo:
    """Values that are worked out once for each key, also when several threads ask at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[object, threading.Lock] = {}
        self._outcomes: dict[object, Any] = {}

    def get(self, key: object, work: Callable[[], T]) -> T:
        """The value for ``key``; a ``FactUnavailable`` is remembered and raised again."""
        known = self._outcomes.get(key, _NOT_KNOWN)
        if known is not _NOT_KNOWN and not isinstance(known, FactUnavailable):
            return known  # type: ignore[no-any-return]
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._outcomes:
                try:
                    self._outcomes[key] = work()
                except FactUnavailable as failure:
                    self._outcomes[key] = failure
            outcome = self._outcomes[key]
        if isinstance(outcome, FactUnavailable):
            raise outcome
        return outcome  # type: ignore[no-any-return]

    def put(self, key: object, outcome: object) -> None:
        """Let ``outcome`` be the value for ``key``; a ``FactUnavailable`` will be raised."""
        with self._lock:
            self._locks.setdefault(key, threading.Lock())
            self._outcomes[key] = outcome

    def known(self) -> dict[Any, Any]:
        """Every value that has been worked out, by its key; failures among them."""
        with self._lock:
            return dict(self._outcomes)

    def under_way(self, key: object) -> bool:
        """Whether a thread is working out the value for ``key`` at this moment."""
        lock = self._locks.get(key)
        return lock is not None and lock.locked() and key not in self._outcomes

    def forget(self, key: object) -> None:
        """Work out the value for ``key`` anew the next time."""
        with self._lock:
            self._outcomes.pop(key, None)


@cache
def snake_case(name: str) -> str:
    """The method of a boto3 client for an operation: ``DescribeTable`` to ``describe_table``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
