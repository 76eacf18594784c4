"""Trying a call again: what is worth it, for how long, and with which pauses."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from typing import Any

from botocore import exceptions as boto
from botocore.exceptions import BotoCoreError, ClientError

from driftcheck.aws.failures import EXPIRED, THROTTLED, code_of, status_of
from driftcheck.aws.pace import Pace

#: Attempts for one call that fails for a moment, the first included.
ATTEMPTS = 4
#: Attempts for one call that AWS turns away for its rate: each waits for its turn.
THROTTLED_ATTEMPTS = 12
#: Seconds that one call may take with all its attempts, counted from the first failure.
BUDGET = 60.0
#: The first pause in seconds, and the longest; each may be twice as long as the last.
_PAUSE, _LONGEST = 0.1, 5.0

_TRANSIENT_CODES = frozenset(
    {
        "InternalFailure",
        "InternalServerError",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
    }
)
_TRANSIENT_STATUS = frozenset({500, 502, 503, 504})
_TRANSIENT_FAILURES = (
    boto.ConnectionError,
    boto.ConnectionClosedError,
    boto.HTTPClientError,
    boto.ReadTimeoutError,
    boto.ResponseStreamingError,
)

Answer = Mapping[str, Any]
#: Is told of every attempt: the error code, or None.
Told = Callable[[str | None], None]


def _sleep(seconds: float) -> None:
    time.sleep(seconds)


def with_retries(
    attempt: Callable[[], Answer],
    pace: Pace,
    told: Told,
    *,
    attempts: int = ATTEMPTS,
    renew: Callable[[], bool] = lambda: False,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = _sleep,
) -> Answer:
    """The answer of ``attempt``, which is made again where the failure may pass.

    With ``attempts`` of 1 it is made once, whatever happens. ``renew`` looks for other
    credentials when AWS calls those of now expired, and tells whether there are some.
    Raises what the last attempt raised.
    """
    failures = throttles = 0
    deadline: float | None = None
    while True:
        called = pace.wait()
        try:
            answer = attempt()
        except (BotoCoreError, ClientError) as error:
            code = code_of(error) if isinstance(error, ClientError) else None
            told(code)
            if code in EXPIRED:
                pace.answered()
                failures += 1
                again, pause = failures < attempts and renew(), 0.0
            elif code in THROTTLED:
                pace.refused(called)
                throttles += 1
                again = throttles < THROTTLED_ATTEMPTS and not pace.hopeless
                pause = 0.0
            else:
                if isinstance(error, ClientError):
                    pace.answered()
                failures += 1
                again = failures < attempts and _passes(error)
                pause = min(_LONGEST, _PAUSE * 2**failures)
            deadline = clock() + BUDGET if deadline is None else deadline
            if attempts == 1 or not again or clock() + pause > deadline:
                raise
            # Whoever failed together shall not come back together.
            sleep(random.uniform(pause / 2, pause) if pause else random.uniform(0, 1 / 20))  # noqa: S311
        else:
            told(None)
            pace.answered()
            return answer


def _passes(error: BotoCoreError | ClientError) -> bool:
    """Whether the same call may well succeed in a moment."""
    if isinstance(error, ClientError):
        return code_of(error) in _TRANSIENT_CODES or status_of(error) in _TRANSIENT_STATUS
    return isinstance(error, _TRANSIENT_FAILURES) and not isinstance(
        error, boto.ProxyConnectionError | boto.SSLError
    )
