"""Threads that wait for a list read other tables meanwhile, each table once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from driftcheck.aspects.base import FactUnavailable
from driftcheck.aws import ahead
from driftcheck.aws.connection import AwsConnection
from driftcheck.errors import AwsError

TARGETS = "application-autoscaling:DescribeScalableTargets"
TABLE, TTL = "dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive"
#: Longer than anything here takes on a machine that has much else to do.
PATIENCE = 60


class Slow:
    """Clients whose lists end when they are told to, and that count what is asked."""

    def __init__(self, refused: type[Exception] | None = None) -> None:
        self.listed = threading.Event()
        self.asked: list[tuple[str, str]] = []
        self.enough = threading.Event()
        self.wanted = 0
        self._refused = refused

    def pages(self, *_: Any) -> Any:
        assert self.listed.wait(PATIENCE)
        yield {"ScalableTargets": []}

    def call(self, operation: str, arguments: dict[str, str]) -> dict[str, Any]:
        self.asked.append((operation, arguments["TableName"]))
        if len(self.asked) >= self.wanted:
            self.enough.set()
        if self._refused is AwsError:
            raise AwsError("expired")
        if self._refused is not None and operation == TTL:
            raise FactUnavailable(operation, "denied")
        return {"of": arguments["TableName"]}


def _no_region(region: str) -> AwsConnection:
    raise AssertionError(region)


def connection(clients: Slow) -> AwsConnection:
    return AwsConnection(clients, "123456789012", "eu-central-1", _no_region)  # type: ignore[arg-type]


def waiting(aws: AwsConnection, clients: Slow, pool: ThreadPoolExecutor) -> Any:
    """Let one thread read the list, and another one wait for it."""
    aws.prefetch([TARGETS], pool)
    while not aws._lists.under_way(TARGETS):
        pass
    return pool.submit(lambda: aws.facts("t0").get(TARGETS))


def test_who_waits_for_a_list_reads_other_tables() -> None:
    clients = Slow()
    aws = connection(clients)
    names = [f"t{i}" for i in range(10)]
    aws.expect(names, [TABLE, TTL, TARGETS])
    clients.wanted = 2 * 9
    with ThreadPoolExecutor(2) as pool:
        first = waiting(aws, clients, pool)
        assert clients.enough.wait(PATIENCE)
        clients.listed.set()
        assert first.result() == {"ScalableTargets": []}
    # All but the one whose turn it was, from the last one on, each with both calls.
    assert clients.asked == [(o, n) for n in reversed(names[1:]) for o in (TABLE, TTL)]
    for name in names[1:]:
        facts = aws.facts(name)
        assert facts.get(TABLE) == facts.get(TTL) == {"of": name}
    assert len(clients.asked) == clients.wanted
    # What was taken is read anew the next time.
    assert aws.facts("t1").get(TABLE)
    assert len(clients.asked) == clients.wanted + 1


def test_a_refusal_is_that_of_the_table() -> None:
    clients = Slow(FactUnavailable)
    aws = connection(clients)
    aws.expect(["t0", "t1"], [TTL, TABLE])
    clients.wanted = 2
    with ThreadPoolExecutor(2) as pool:
        waiting(aws, clients, pool)
        assert clients.enough.wait(PATIENCE)
        clients.listed.set()
    facts = aws.facts("t1")
    assert facts.get(TABLE) == {"of": "t1"}
    with pytest.raises(FactUnavailable, match="denied"):
        facts.get(TTL)
    assert len(clients.asked) == 2


def test_what_refuses_everything_ends_the_reading_ahead() -> None:
    clients = Slow(AwsError)
    aws = connection(clients)
    aws.expect([f"t{i}" for i in range(10)], [TABLE])
    clients.wanted = 1
    with ThreadPoolExecutor(2) as pool:
        first = waiting(aws, clients, pool)
        assert clients.enough.wait(PATIENCE)
        clients.listed.set()
        first.result()
    assert clients.asked == [(TABLE, "t9")]
    with pytest.raises(AwsError):
        aws.facts("t9").get(TABLE)


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "MOST", 3)
    clients = Slow()
    aws = connection(clients)
    aws.expect([f"t{i}" for i in range(10)], [TABLE])
    clients.wanted = 3
    with ThreadPoolExecutor(2) as pool:
        first = waiting(aws, clients, pool)
        assert clients.enough.wait(PATIENCE)
        clients.listed.set()
        first.result()
    assert len(clients.asked) == 3
