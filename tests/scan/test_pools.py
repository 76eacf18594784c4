"""How many threads look at tables."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Executor

import pytest

from driftcheck.stages.scanning.pools import AsNeeded, pool_of


def test_threads_become_as_many_as_wait() -> None:
    """Sixteen tasks none of which ends before all have begun."""
    together = threading.Barrier(16)
    with pool_of(16, as_needed=True) as pool:
        waits = [pool.submit(together.wait, 30) for _ in range(16)]
        assert sorted(wait.result() for wait in waits) == list(range(16))


def test_threads_never_become_more_than_was_asked_for() -> None:
    names = _names_of_threads(AsNeeded(4, worked=lambda: 0.0), tasks=80, seconds=0.01)
    assert len(names) <= 4


def test_a_busy_processor_is_left_to_the_thread_that_has_it() -> None:
    looked = 0.0

    def clock() -> float:
        nonlocal looked
        looked = time.monotonic()
        return looked

    pool = AsNeeded(16, clock=clock, worked=lambda: looked)
    assert len(_names_of_threads(pool, tasks=30, seconds=0.01)) == 1


def test_nothing_begins_after_the_end() -> None:
    pool = AsNeeded(16)
    began = threading.Event()
    stop = threading.Event()

    def hold() -> None:
        began.set()
        stop.wait(30)

    held = pool.submit(hold)
    left = [pool.submit(hold) for _ in range(100)]
    assert began.wait(30)
    pool.shutdown(cancel_futures=True)
    stop.set()
    held.result(30)
    assert sum(future.cancelled() for future in left) >= 100 - 16


def test_who_asks_gets_the_failure() -> None:
    with pool_of(2, as_needed=True) as pool:
        failing = pool.submit(lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            failing.result(30)
        assert pool.submit(lambda: 1).result(30) == 1


def _names_of_threads(pool: Executor, *, tasks: int, seconds: float) -> set[str]:
    """The threads that carry out so many tasks, each of which takes so long."""

    def name() -> str:
        time.sleep(seconds)
        return threading.current_thread().name

    with pool:
        return {future.result() for future in [pool.submit(name) for _ in range(tasks)]}
