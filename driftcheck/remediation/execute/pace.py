"""How patiently AWS is waited for, and what time it is there."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

#: Between two looks the time grows to so many poll intervals at most.
_LONGEST = 20
#: Seconds of observation before the speed of AWS's clock can be told.
_OBSERVED = 3.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Times in seconds.

    ``wait_timeout`` bounds each single wait. ``grace`` is how long AWS may take to show
    what it has done when nothing seems to move any more. With ``wait`` false nothing is
    waited for that takes AWS minutes. ``parallel`` tables are worked on at a time.
    """

    poll_interval: float = 5.0
    wait_timeout: float = 3600.0
    grace: float = 15.0
    wait: bool = True
    parallel: int = 4
    sleep: Callable[[float], None] | None = None
    clock: Callable[[], float] = time.monotonic

    def intervals(self) -> Iterator[float]:
        """The times to sleep between looks at AWS: short at first, then longer."""
        interval = self.poll_interval
        while True:
            yield interval
            interval = min(interval * 1.5, self.poll_interval * _LONGEST)


@dataclass(slots=True)
class Stop:
    """Tells all work to end; waking up whoever sleeps."""

    event: threading.Event = field(default_factory=threading.Event)

    def sleep(self, seconds: float, pace: Pace) -> None:
        """Sleep as the pace says, or until the work is to end."""
        if pace.sleep is not None:
            pace.sleep(seconds)
        else:
            self.event.wait(seconds)

    def asked(self) -> bool:
        """Whether the work is to end."""
        return self.event.is_set()


class ServerClock:
    """AWS's own time, as far as the dates in its answers tell.

    Moments in AWS's messages are held against its clock and never against ours. How
    fast it runs is observed as well: emulators let an hour pass in seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._first: tuple[float, datetime] | None = None
        self._last: tuple[float, datetime] | None = None

    def observe(self, moment: datetime | None) -> None:
        """An answer of AWS came now and bears this date."""
        if moment is None:
            return
        sample = (self._clock(), moment)
        if self._first is None:
            self._first = sample
        self._last = sample

    def now(self) -> datetime | None:
        """The time there, as far as it is known."""
        if self._last is None:
            return None
        return self._last[1] + timedelta(seconds=self._clock() - self._last[0])

    def seconds_until(self, moment: datetime) -> float | None:
        """How long it takes from now, in our seconds; None where AWS's time is not known."""
        if self._first is None or self._last is None:
            return None
        elapsed = self._last[0] - self._first[0]
        if elapsed < _OBSERVED:
            return None
        passed = (self._last[1] - self._first[1]).total_seconds()
        # Dates are whole seconds, so small differences of speed mean nothing.
        speed = passed / elapsed if passed > 2 * elapsed + 1 else 1.0
        since = self._clock() - self._last[0]
        return max(0.0, (moment - self._last[1]).total_seconds() / speed - since)
