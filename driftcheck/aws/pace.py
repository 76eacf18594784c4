"""How fast one operation of one account and region is asked: as fast as AWS lets it be.

AWS documents few of the limits of its control planes, and shares them with everybody
else in the account. So a pace is found by trial: unlimited until AWS turns calls away
for their rate, then slower at once, by the share that was too much, and faster little by
little from there. Single refusals, which AWS gives now and then at any rate, do not slow
it down. Threads that ask for the same operation take turns; those that ask for another
one are not held up.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable

#: Slowest pace, and the slowest to begin with, in calls a second.
SLOWEST, _FIRST = 0.2, 4.0
#: So many refusals, and such a share of the calls, are too much; by how much the pace is
#: reduced then, at least and at most, and at most for the first pace.
_TOO_MANY, _TOO_GREAT = 4, 0.06
_LEAST, _MOST, _MOST_FIRST = 0.88, 0.7, 0.4
#: Calls after which the refusals and answers before them count only half.
_REMEMBERED = 128
#: Growth of the pace: each second by so much, and by as much again for every
#: ``_PATIENCE`` seconds since it was reduced.
_FASTER, _PATIENCE = 0.025, 5.0
#: Growth of the first pace, each second.
_SEARCHING = 0.5
#: Answers that the first pace is measured on.
_MEASURED = 512
#: Seconds in which every call was turned away, after which none is tried twice.
HOPELESS = 60.0


def _sleep(seconds: float) -> None:
    time.sleep(seconds)


class Pace:
    """The pace of one operation; safe to use from several threads."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = _sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        #: Held by whoever waits for the next turn; the others queue up behind.
        self._line = threading.Lock()
        self._lock = threading.Lock()
        self._rate = math.inf
        self._last = -math.inf
        self._answers: deque[float] = deque(maxlen=_MEASURED)
        #: When the pace was last reduced, and how many calls were answered since then.
        self._reduced = -math.inf
        self._since = 0
        #: Whether the pace is still the first one, which was measured on too little.
        self._searching = False
        #: Answers and refusals of late.
        self._good = self._bad = 0.0
        #: Since when every call has been turned away; None while some are answered.
        self._refused_since: float | None = None

    @property
    def rate(self) -> float:
        """Calls a second; infinite while nothing was turned away."""
        return self._rate

    def wait(self) -> float:
        """Wait for a turn. Gives the moment of the call, for ``refused``."""
        if self._rate == math.inf:
            return self._clock()
        with self._line:
            # One call before its turn may have come late; what was missed is not made up for.
            left = self._last + 1 / self._rate - self._clock()
            if left > 0:
                self._sleep(left)
            self._last = self._clock()
            return self._last

    def answered(self) -> None:
        """A call was answered, be it with a refusal for another reason than its rate."""
        with self._lock:
            self._refused_since = None
            self._good += 1
            if self._good + self._bad > _REMEMBERED:
                self._good, self._bad = self._good / 2, self._bad / 2
            if self._rate == math.inf:
                self._answers.append(self._clock())
                return
            # Time counts as far as it was made use of: in answers, each for its share.
            share, calm = 1 / self._rate, self._since / self._rate
            faster = _SEARCHING if self._searching else _FASTER * (1 + calm / _PATIENCE)
            self._rate *= 1 + min(0.5, faster * share)
            self._since += 1

    def refused(self, called: float) -> None:
        """A call that was made at the moment ``called`` was turned away for its rate."""
        with self._lock:
            now = self._clock()
            if self._refused_since is None:
                self._refused_since = now
            if called <= self._reduced:
                return  # it was on its way before the pace was reduced
            self._bad += 1
            share = self._good / (self._good + self._bad)
            if self._bad < _TOO_MANY or 1 - share < _TOO_GREAT:
                return
            if self._rate == math.inf:
                self._rate = max(_FIRST, self._measured(now))
                self._searching = True
            else:
                most = _MOST_FIRST if self._searching else _MOST
                factor = min(_LEAST, max(most, 0.97 * share))
                self._rate = max(SLOWEST, self._rate * factor)
                self._searching = False
            self._reduced = now
            self._since = 0
            self._good = self._bad = 0.0

    @property
    def hopeless(self) -> bool:
        """Whether nothing at all was let through for so long that trying again is in vain."""
        since = self._refused_since
        return since is not None and self._clock() - since > HOPELESS

    def _measured(self, now: float) -> float:
        """The pace of the answers so far, a little less: that was too fast."""
        if not self._answers:
            return 0.0
        return 0.8 * len(self._answers) / max(1.0, now - self._answers[0])


class Paces:
    """The paces of one account and region, one for each operation."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._paces: dict[str, Pace] = {}

    def of(self, operation: str) -> Pace:
        """The pace of an operation, named as in IAM."""
        pace = self._paces.get(operation)
        if pace is None:
            with self._lock:
                pace = self._paces.setdefault(operation, Pace())
        return pace
