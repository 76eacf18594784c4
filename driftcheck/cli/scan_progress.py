"""How far a scan is, on standard error."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from driftcheck.cli.progress import Progress
from driftcheck.model.report import ApiCalls
from driftcheck.spec.model import Spec, Target

#: Seconds between two lines where they are not written over one another.
_BETWEEN_LINES = 10.0
#: Seconds between two looks at the counts on a terminal.
_BETWEEN_LOOKS = 0.2
#: Seconds, at least, for which the rate of calls is told: long enough not to jump.
_WINDOW = 5.0


class ScanProgress(Progress):
    """Progress of a scan: tables, calls per second, throttled calls, time left.

    On a terminal one line that is rewritten; elsewhere a line for each target, and
    every ten seconds one that says how far it is.
    """

    def __init__(
        self,
        *,
        quiet: bool = False,
        verbose: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(quiet=quiet, verbose=verbose)
        self._clock = clock
        self._calls: Callable[[], Mapping[str, ApiCalls]] = dict
        self._expected = self._done = 0
        self._began: float | None = None
        self._told = clock()
        self._looks: list[tuple[float, int]] = []

    def watch(self, calls: Callable[[], Mapping[str, ApiCalls]]) -> None:
        """Where to ask for the calls made so far."""
        self._calls = calls

    def target(self, spec: Spec, target: Target) -> None:
        """A target begins."""
        self.milestone(f"reading {spec.name} ({target.name})")

    def expect(self, tables: int) -> None:
        """So many more tables are going to be looked at."""
        self._expected += tables
        if self._began is None:
            self._began = self._told = self._clock()
            self._looks.append((self._began, 0))

    def table(self, name: str) -> None:
        """A table was looked at."""
        self._done += 1
        if self.verbose:
            self.step(f"read {name}")
        now = self._clock()
        if self._done == self._expected:
            return  # the report says the rest
        if now - self._told < (_BETWEEN_LOOKS if self.live else _BETWEEN_LINES):
            return
        self._told = now
        self.milestone(self._line(now))

    def note(self, text: str) -> None:
        """Something that whoever runs the program should know: a line that stays."""
        from driftcheck.cli import output

        if not self._quiet:
            self.clear()
            output.note(text)

    def _line(self, now: float) -> str:
        calls = self._calls().values()
        total = sum(c.calls + c.retries for c in calls)
        throttled = sum(c.throttled for c in calls)
        while len(self._looks) > 1 and now - self._looks[1][0] >= _WINDOW:
            self._looks.pop(0)
        self._looks.append((now, total))
        parts = [f"{self._done:,} of {self._expected:,} tables"]
        since, then = self._looks[0]
        if now > since:
            parts.append(f"{(total - then) / (now - since):,.0f} calls/s")
        if throttled:
            parts.append(f"{throttled:,} throttled")
        elapsed = now - (self._began if self._began is not None else now)
        left = elapsed / self._done * (self._expected - self._done)
        if elapsed > 0 and left >= 1:
            parts.append(f"about {_duration(left)} left")
        return ", ".join(parts)


def _duration(seconds: float) -> str:
    """``45 s``, ``3 min``, ``1 h 5 min``."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
