"""Simulated time, in seconds."""

from __future__ import annotations

import time
from datetime import UTC, datetime

#: Where simulated time begins: an ordinary morning, far from the turn of a day.
EPOCH = datetime(2026, 3, 2, 6, 0, 0, tzinfo=UTC).timestamp()


class ManualClock:
    """Time that stands still until somebody waits."""

    def __init__(self) -> None:
        self._now = EPOCH

    def now(self) -> float:
        """Seconds since 1970."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self._now += max(0.0, seconds)


class FastClock:
    """Real time, ``speed`` times as fast."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._start = time.monotonic()

    def now(self) -> float:
        """Seconds since 1970."""
        return EPOCH + (time.monotonic() - self._start) * self._speed

    def sleep(self, seconds: float) -> None:
        """Wait for so many simulated seconds."""
        time.sleep(max(0.0, seconds) / self._speed)


Clock = ManualClock | FastClock


def iso(moment: float) -> str:
    """A moment as AWS writes it into its messages."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
