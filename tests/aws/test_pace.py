"""A pace finds the rate that AWS allows: simulated clients against a token bucket."""

from __future__ import annotations

import heapq
import math
import random
import threading
from dataclasses import dataclass
from itertools import count

import pytest

from driftcheck.aws.pace import HOPELESS, SLOWEST, Pace, Paces

#: Seconds from a call to its answer, and clients that call at the same time.
LATENCY, CLIENTS = 0.02, 32


@dataclass
class Outcome:
    """How long it took, how long the bucket makes it take, and how many were turned away."""

    took: float
    least: float
    refused: int


class World:
    """Clients that share a pace, and AWS with a token bucket, in time of their own."""

    def __init__(self, rate: float, burst: float, noise: float = 0.0) -> None:
        self.rate, self.burst, self.noise = rate, burst, noise
        self.now = 0.0
        self.random = random.Random(7)
        self.pace = Pace(clock=lambda: self.now, sleep=self._sleep)
        self._tokens, self._filled = burst, 0.0
        self._events: list[tuple[float, int, str, float]] = []
        self._numbers = count()
        self._waiting = self._left = self._refused = 0
        self._took = 0.0

    def _sleep(self, seconds: float) -> None:
        """Meanwhile calls arrive and answers come back."""
        until = self.now + seconds
        while self._events and self._events[0][0] <= until:
            self._happen()
        self.now = until

    def _allowed(self) -> bool:
        self._tokens = min(self.burst, self._tokens + (self.now - self._filled) * self.rate)
        self._filled = self.now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return self.random.random() >= self.noise

    def run(self, calls: int) -> Outcome:
        """Make so many calls, each again until it is answered."""
        self._waiting = min(CLIENTS, calls)
        self._left = calls - self._waiting
        while self._waiting or self._events:
            # Whoever is first in line goes when the pace lets him; the others stand behind.
            if self._waiting:
                self._waiting -= 1
                called = self.pace.wait()
                self._put(LATENCY / 2, "arrives", called)
            else:
                self._happen()
        return Outcome(self._took, max(0.0, calls - self.burst) / self.rate, self._refused)

    def _put(self, after: float, kind: str, called: float) -> None:
        heapq.heappush(self._events, (self.now + after, next(self._numbers), kind, called))

    def _happen(self) -> None:
        """The next thing happens."""
        self.now, _, kind, called = heapq.heappop(self._events)
        if kind == "arrives":
            self._put(LATENCY / 2, "answered" if self._allowed() else "refused", called)
        elif kind == "answered":
            self.pace.answered()
            self._took = self.now
            if self._left:
                self._left -= 1
                self._waiting += 1
        else:
            self._refused += 1
            self.pace.refused(called)
            self._waiting += 1


@pytest.mark.parametrize(
    ("rate", "burst", "calls"),
    [(10, 10, 300), (10, 2, 600), (5, 5, 300), (50, 50, 2000), (200, 200, 5000), (500, 100, 9000)],
)
def test_a_limit_is_made_use_of_and_kept(rate: float, burst: float, calls: int) -> None:
    outcome = World(rate, burst).run(calls)
    assert outcome.took <= 1.2 * outcome.least
    # Those three calls of which one is limited: a tenth of all may be repeated.
    assert outcome.refused <= 0.1 * 3 * calls


def test_single_refusals_do_not_slow_anything_down() -> None:
    world = World(1e9, 1e9, noise=0.02)
    outcome = world.run(5000)
    assert 50 < outcome.refused < 150
    assert outcome.took < 2 * 5000 * LATENCY / CLIENTS


def test_nothing_is_held_up_before_the_first_refusal() -> None:
    world = World(1e9, 1e9)
    assert world.run(320).took == pytest.approx(10 * LATENCY)
    assert world.pace.rate == math.inf


def test_a_pace_never_stops_and_gives_up_hope_in_the_end() -> None:
    world = World(10, 10)
    pace = world.pace
    for _ in range(200):
        pace.refused(pace.wait())
    assert pace.rate == SLOWEST
    hopes = [pace.hopeless]
    pace.answered()
    hopes.append(pace.hopeless)
    pace.refused(pace.wait())
    hopes.append(pace.hopeless)
    world.now += HOPELESS + 1
    hopes.append(pace.hopeless)
    assert hopes == [True, False, False, True]


def test_turns_are_taken_one_after_the_other_by_threads() -> None:
    pace = Pace(sleep=lambda _: None)
    for _ in range(10):
        pace.refused(pace.wait())
    taken: list[float] = []

    def take() -> None:
        for _ in range(50):
            taken.append(pace.wait())
            pace.answered()

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 400
    assert pace.rate > SLOWEST


def test_each_operation_has_a_pace_of_its_own() -> None:
    paces = Paces()
    assert paces.of("a:B") is paces.of("a:B")
    assert paces.of("a:B") is not paces.of("a:C")
