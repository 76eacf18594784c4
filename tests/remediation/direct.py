"""The simulator behind driftcheck's own connection, without boto3's stack in between.

Ten times as fast, for searches by chance. What the stack does that matters is done
here as well: it tries reads again, and turns moments into ``datetime``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError

from driftcheck.aspects.base import FactUnavailable
from driftcheck.aws.calls import Clients
from driftcheck.aws.connection import AwsConnection
from driftcheck.aws.failures import unavailable
from driftcheck.aws.retrying import ATTEMPTS
from tests.simulator.account import Account, ConnectionLost
from tests.simulator.errors import Refusal

_MOMENTS = ("Time", "Date")
_AGAIN = {"ThrottlingException", "InternalServerError"}


class DirectClients(Clients):
    """Calls that go to a simulated account as they are."""

    def __init__(self, find: Callable[[], Account], *, attempts: int = ATTEMPTS) -> None:
        super().__init__(None, "", None, attempts=attempts)  # type: ignore[arg-type]
        self._find = find

    def once(self) -> Clients:
        """Without retries."""
        return DirectClients(self._find, attempts=1)

    def _unavailable(
        self, operation: str, error: BotoCoreError | ClientError | NotImplementedError
    ) -> FactUnavailable:
        return unavailable(operation, error, from_aws=True)

    def invoke(self, operation: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer to one call, as boto3 would give it."""
        service, _, name = operation.partition(":")
        params = json.loads(json.dumps(dict(arguments), default=str))
        for attempt in range(1, self._attempts + 1):
            account = self._find()
            header = {"date": formatdate(account.clock.now(), usegmt=True)}
            try:
                answer = account.call(service, name, params)
            except ConnectionLost:
                if attempt == self._attempts:
                    raise ConnectionClosedError(endpoint_url="simulated") from None
            except Refusal as refusal:
                if attempt == self._attempts or refusal.code not in _AGAIN:
                    raise _client_error(refusal, name, header) from None
            else:
                return {**_with_moments(answer), "ResponseMetadata": {"HTTPHeaders": header}}
            account.clock.sleep(1.0)
        raise AssertionError("the last attempt ends the loop")


def connect(find: Callable[[str], Account], account: str, region: str) -> AwsConnection:
    """A connection to a simulated account; ``find`` gives the account in a region."""

    def sibling(other: str) -> AwsConnection:
        clients = DirectClients(lambda: find(other))
        return AwsConnection(clients, account, other, sibling)

    return sibling(region)


def _client_error(refusal: Refusal, operation: str, headers: Mapping[str, str]) -> ClientError:
    response: Any = {
        "Error": {"Code": refusal.code, "Message": refusal.message},
        "ResponseMetadata": {"HTTPStatusCode": refusal.status, "HTTPHeaders": headers},
    }
    return ClientError(response, operation)


def _with_moments(value: Any) -> Any:
    """A copy of an answer, so that nobody gets hold of the simulator's own lists."""
    match value:
        case dict():
            return {
                k: datetime.fromtimestamp(v, UTC)
                if k.endswith(_MOMENTS) and isinstance(v, int | float)
                else _with_moments(v)
                for k, v in value.items()
            }
        case list() | tuple():
            return [_with_moments(v) for v in value]
        case _:
            return value
