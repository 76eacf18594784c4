"""What AWS's refusals mean for a step.

Told apart by error code first, and by the text where one code says several things:
LimitExceededException is "not at the same time", "not before tomorrow" and "never".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from botocore.exceptions import BotoCoreError, ClientError

from driftcheck.aws.failures import (
    NOT_FOUND,
    THROTTLED,
    code_of,
    message_of,
    one_line,
    status_of,
    unreachable,
)


class Meaning(StrEnum):
    """What to do about a refusal.

    ``later`` means to try again in a moment, ``blocked`` not before a certain time,
    ``converged`` that there is nothing left to do, ``lost`` that nobody knows whether the
    call had its effect, ``never`` that no waiting helps.
    """

    LATER = "later"
    BLOCKED = "blocked"
    CONVERGED = "converged"
    LOST = "lost"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused call. ``until`` is the moment, by AWS's clock, that its message names."""

    meaning: Meaning
    text: str
    until: datetime | None = None


_NOT_YET = {
    "ConcurrentUpdateException",
    "ContinuousBackupsUnavailableException",
    "FailedResourceAccessException",
    "ObjectNotFoundException",
    "ReplicatedWriteConflictException",
}
#: Texts that say that everything is as it should be.
_CONVERGED = re.compile(
    r"will not change|already (enabled|disabled|encrypted)|already has an enabled stream"
    r"|no stream to disable|already exists|does not have the specified index"
    r"|already set to the desired value",
    re.IGNORECASE,
)
#: Texts that name a quota over time.
_QUOTA = re.compile(
    r"within a fixed interval|\blimited\b|can be made (at|after)|at most \d+ times", re.IGNORECASE
)
#: Texts that say that something else is under way.
_AT_THE_SAME_TIME = re.compile(r"simultaneously|being updated|in progress", re.IGNORECASE)
_UNTIL = re.compile(
    r"(?:try again after|can be made (?:at|after))[^0-9]{0,20}"
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)",
    re.IGNORECASE,
)
#: Operations that ask for something to be gone, or to be as it may be already.
_REMOVES = ("Deregister", "Delete")


def refusal(operation: str, error: ClientError | BotoCoreError | NotImplementedError) -> Refusal:
    """What an error means for the operation that was answered with it."""
    if isinstance(error, NotImplementedError):
        # The embedded AWS says so of what it does not offer.
        return Refusal(Meaning.NEVER, "this endpoint does not offer the operation")
    if isinstance(error, BotoCoreError):
        meaning = Meaning.LOST if unreachable(error) else Meaning.NEVER
        return Refusal(meaning, one_line(error))
    code, message = code_of(error), message_of(error)
    whole = str(error.response.get("Error", {}).get("Message", ""))
    meaning = _meaning(operation, code, whole, status_of(error))
    return Refusal(meaning, f"{code}: {message}", _until(whole))


def _meaning(operation: str, code: str, message: str, status: int) -> Meaning:
    name = operation.partition(":")[2]
    if status >= 500:
        return Meaning.LOST
    if code in THROTTLED:
        return Meaning.LATER
    if name.startswith(_REMOVES) and code in NOT_FOUND | {"ObjectNotFoundException"}:
        return Meaning.CONVERGED
    if code in _NOT_YET or "Unable to assume IAM role" in message:
        return Meaning.LATER
    if code == "LimitExceededException":
        if _AT_THE_SAME_TIME.search(message):
            return Meaning.LATER
        return Meaning.BLOCKED if _QUOTA.search(message) else Meaning.NEVER
    if code == "ResourceInUseException":
        return Meaning.CONVERGED if "already exists" in message else Meaning.LATER
    if code == "ValidationException":
        if _QUOTA.search(message):
            return Meaning.BLOCKED
        if _CONVERGED.search(message):
            return Meaning.CONVERGED
    return Meaning.NEVER


def _until(message: str) -> datetime | None:
    found = _UNTIL.search(message)
    if found is None:
        return None
    try:
        moment = datetime.fromisoformat(found[1])
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
