"""Making a table that a module and a spec describe, and taking it away again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from driftcheck.aspects.base import FactUnavailable
from driftcheck.aws.connection import AwsConnection
from driftcheck.aws.creation import PROVISIONED_TAG, Call, Creation
from driftcheck.aws.facts import DESCRIBE_TABLE
from driftcheck.aws.failures import (
    NOT_FOUND,
    THROTTLED,
    code_of,
    fatal,
    message_of,
    one_line,
    status_of,
)
from driftcheck.errors import AwsError

CREATE_TABLE = "dynamodb:CreateTable"

#: AWS says "not yet": another operation is under way, or the table was just made.
_NOT_YET = THROTTLED | {
    "ConcurrentUpdateException",
    "ContinuousBackupsUnavailableException",
    "FailedResourceAccessException",
    "LimitExceededException",
    "ObjectNotFoundException",
    "ResourceInUseException",
}
#: Answers that say the work is done already.
_GONE = {
    "dynamodb:DeleteTable": NOT_FOUND,
    "application-autoscaling:DeregisterScalableTarget": NOT_FOUND | {"ObjectNotFoundException"},
}
#: Answers that mean "never" for one operation, where they mean "not yet" for the others.
_FINAL = {CREATE_TABLE: {"ResourceInUseException"}}


@dataclass(frozen=True, slots=True)
class Pace:
    """How patiently AWS is waited for, in seconds.

    ``grace`` is how long it may take to show what it has done.
    """

    poll_interval: float = 2.0
    timeout: float = 1800.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    grace: float = 15.0


#: Times that CreateTable may be lost before it counts as failed.
_MOST_LOST = 6


class Unanswered(AwsError):
    """Nobody knows whether AWS did what it was asked for."""


#: Is told, in a few words, what happens.
Note = Callable[[str], None]


def provision(connection: AwsConnection, plan: Creation, note: Note, pace: Pace) -> bool:
    """Make the table and wait until it is usable; whether it had to be created.

    A table that an earlier call made is completed, so a run that was cut short can
    be repeated. Raises ``AwsError`` for a table of this name that somebody else
    made, and when AWS refuses.
    """
    existing = _describe(connection, plan.table)
    if existing is not None:
        _check_ours(connection, plan.table, "changed")
        note(f"{plan.table} is there already")
    else:
        _create(connection, plan, note, pace)
    _wait_until_active(connection, plan.table, note, pace)
    for call in plan.settings:
        if not _already_set(connection, call):
            _do(connection, call, note, pace)
    if plan.settings:
        # A scaling target that was registered may have moved the capacity.
        _wait_until_active(connection, plan.table, note, pace)
    connection.forget()
    return existing is None


def _create(connection: AwsConnection, plan: Creation, note: Note, pace: Pace) -> None:
    """Create the table; whether a call had its effect that was not answered is looked up."""
    for lost in count(1):
        try:
            _do(connection, plan.create, note, pace)
            return
        except Unanswered:
            pace.sleep(pace.poll_interval)
            if _describe(connection, plan.table) is not None:
                # Only what carries the tag can be what the call has made.
                _check_ours(connection, plan.table, "changed")
                return
            if lost >= _MOST_LOST:
                raise


def destroy(connection: AwsConnection, table: str, note: Note, pace: Pace) -> bool:
    """Delete a table that ``provision`` made, with its data; whether there was one.

    Raises ``AwsError`` for a table without the tag that ``provision`` gives.
    """
    existing = _describe(connection, table)
    if existing is None:
        return False
    _check_ours(connection, table, "deleted")
    targets = connection.facts(table).get("application-autoscaling:DescribeScalableTargets")
    for target in targets.get("ScalableTargets", ()):
        keys = ("ServiceNamespace", "ResourceId", "ScalableDimension")
        arguments = {key: target[key] for key in keys}
        what = f"{target['ResourceId']} {target['ScalableDimension'].rpartition(':')[2]}"
        deregister = "application-autoscaling:DeregisterScalableTarget"
        _do(connection, Call(deregister, arguments, f"stop scaling {what}"), note, pace)
    if existing.get("DeletionProtectionEnabled"):
        arguments = {"TableName": table, "DeletionProtectionEnabled": False}
        title = "switch deletion protection off"
        _do(connection, Call("dynamodb:UpdateTable", arguments, title), note, pace)
    delete = Call("dynamodb:DeleteTable", {"TableName": table}, f"delete the table {table}")
    _do(connection, delete, note, pace)
    _wait(lambda: _describe(connection, table) is None, f"{table} to be gone", note, pace)
    connection.forget()
    return True


def _describe(connection: AwsConnection, table: str) -> Mapping[str, Any] | None:
    try:
        return connection.facts(table).get(DESCRIBE_TABLE).get("Table")
    except FactUnavailable as failure:
        raise AwsError(f"{table} cannot be read: {failure}.") from failure


def _check_ours(connection: AwsConnection, table: str, done: str) -> None:
    try:
        tags = connection.facts(table).get("dynamodb:ListTagsOfResource").get("Tags", ())
    except FactUnavailable as failure:
        raise AwsError(f"the tags of {table} cannot be read: {failure}.") from failure
    if all(tag["Key"] != PROVISIONED_TAG for tag in tags):
        raise AwsError(
            f"there is a table {table} that driftcheck did not make (it lacks the tag "
            f"{PROVISIONED_TAG}). It is not {done}."
        )


def _already_set(connection: AwsConnection, call: Call) -> bool:
    """Whether a setting that AWS refuses to make twice is made already."""
    if call.operation != "dynamodb:UpdateTimeToLive":
        return False
    facts = connection.facts(call.arguments["TableName"])
    answer = facts.get("dynamodb:DescribeTimeToLive").get("TimeToLiveDescription") or {}
    return (
        answer.get("TimeToLiveStatus") in ("ENABLED", "ENABLING")
        and answer.get("AttributeName")
        == call.arguments["TimeToLiveSpecification"]["AttributeName"]
    )


def _do(connection: AwsConnection, call: Call, note: Note, pace: Pace) -> None:
    """Make a call, again for as long as AWS says "not yet"."""
    note(call.title)
    deadline = pace.clock() + pace.timeout
    while True:
        try:
            # Once: a repeated call would be told that the table is there already.
            once = call.operation == CREATE_TABLE
            clients = connection.clients.once() if once else connection.clients
            clients.invoke(call.operation, call.arguments)
            return
        except ClientError as error:
            code = code_of(error)
            if code in _GONE.get(call.operation, ()):
                return
            if once and status_of(error) >= 500:
                raise _unanswered(call, f"{code}: {message_of(error)}") from error
            if code not in _NOT_YET - _FINAL.get(call.operation, set()) or pace.clock() >= deadline:
                reason = f"{code}: {message_of(error)}"
                raise fatal(error) or AwsError(
                    f"{call.operation} was refused ({reason}), so it was not possible to "
                    f"{call.title}."
                ) from error
        except BotoCoreError as error:
            raise fatal(error) or _unanswered(call, one_line(error)) from error
        pace.sleep(pace.poll_interval)


def _unanswered(call: Call, why: str) -> Unanswered:
    return Unanswered(
        f"{call.operation} had no answer ({why}), so whether AWS did {call.title} is not known."
    )


def _wait_until_active(connection: AwsConnection, table: str, note: Note, pace: Pace) -> None:
    def active() -> bool:
        description = _describe(connection, table) or {}
        states = [description.get("TableStatus")]
        indexes = description.get("GlobalSecondaryIndexes") or ()
        states += [index.get("IndexStatus", "ACTIVE") for index in indexes]
        return all(state == "ACTIVE" for state in states)

    _wait(active, f"{table} to be active", note, pace)


def _wait(done: Callable[[], bool], what: str, note: Note, pace: Pace) -> None:
    deadline = pace.clock() + pace.timeout
    told = False
    while not done():
        if pace.clock() >= deadline:
            raise AwsError(f"gave up waiting for {what} after {pace.timeout:.0f} seconds.")
        if not told:
            note(f"waiting for {what}")
            told = True
        pace.sleep(pace.poll_interval)
