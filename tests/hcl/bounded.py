"""Work that must end, and must not explode; how fast it is, benchmarks tell."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: CPU seconds. What this is to catch takes hours; what is right takes a second on an idle
#: machine, and many times that under coverage on a busy one.
_FOREVER = 60.0
#: The same for two sizes, the second so many times the first: work that grows with the size takes
#: as many times as long, work that grows with its square 64 times.
_TIMES = 8
_ALLOWED = 24


@contextmanager
def ends() -> Iterator[None]:
    """Fails where the body takes very long."""
    began = time.process_time()
    yield
    assert time.process_time() - began < _FOREVER


def grows_with_its_size(work: Callable[[int], object], size: int) -> bool:
    """Whether work takes time in proportion to its size, looked at below and at ``size``.

    A machine may be slow for a moment, so there is more than one look.
    """

    def seconds(size: int) -> float:
        began = time.process_time()
        work(size)
        return time.process_time() - began

    work(100)  # what is made once is made
    return any(seconds(size) < _ALLOWED * seconds(size // _TIMES) for _ in range(5))
