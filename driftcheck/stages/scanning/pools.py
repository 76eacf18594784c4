"""Threads that look at tables, and threads for what is done beside them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from functools import partial
from queue import Empty, SimpleQueue
from threading import Event, Lock, Semaphore, Thread
from typing import Any

from driftcheck.errors import DriftcheckError

#: Threads for what is done once for a target: opening it, reading its lists page by page.
BESIDE = 16
#: Seconds between two looks at how busy the processor is, and the share of one processor
#: from which on another thread would only take it from those that there are. On a virtual
#: machine some of it goes to others, so it is well below one.
_LOOK, _BUSY = 0.025, 0.6
#: Looks in a row that have to find the processor idle.
_IDLE_LOOKS = 2

_Work = tuple[Future[Any], Callable[[], Any]]


class AtOnce(Executor):
    """Carries out everything in the thread that asks, for runs of one table at a time."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Carry out the call, and give its outcome as a future that is done.

        What is no ``DriftcheckError`` is a defect, and raised right here.
        """
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except DriftcheckError as error:
            future.set_exception(error)
        return future


class _Threads(Executor):
    """Threads that nobody waits for: after Ctrl-C the program ends while AWS still ponders.

    The threads of ``ThreadPoolExecutor`` are joined when the interpreter ends, each of
    which may be waiting for an answer for minutes. A thread is begun when there is work and
    none is idle, and never more than ``number``.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._begun = 0
        self._idle = Semaphore(0)
        self._work: SimpleQueue[_Work | None] = SimpleQueue()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a thread carry out the call."""
        future: Future[Any] = Future()
        self._work.put((future, partial(fn, *args, **kwargs)))
        if self._may_begin() and not self._idle.acquire(blocking=False):
            self._begin()
        return future

    def _may_begin(self) -> bool:
        return self._begun < self._number

    def _begin(self) -> None:
        self._begun += 1
        Thread(target=self._serve, name=f"scan-{self._begun}", daemon=True).start()

    def _serve(self) -> None:
        while (work := self._work.get()) is not None:
            future, call = work
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(call())
                except BaseException as error:  # noqa: BLE001 who asks for the result gets it
                    future.set_exception(error)
            self._idle.release()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Begin nothing more. Threads end after what they are at; nobody waits for them."""
        while cancel_futures:
            try:
                work = self._work.get_nowait()
            except Empty:
                break
            if work is not None:
                work[0].cancel()
        for _ in range(self._begun):
            self._work.put(None)


class AsNeeded(_Threads):
    """Threads that become more for as long as they wait for AWS and not for one another.

    Only one thread of Python runs at a time. Those that find it taken fight for it, which
    costs a third of the CPU of a run whose answers come at once. So there is one thread at
    first, and twice as many whenever work waits while the process leaves its processor idle.
    ``clock`` and ``worked`` tell the time and the CPU time of the process, in seconds.
    """

    def __init__(
        self,
        number: int,
        clock: Callable[[], float] = time.monotonic,
        worked: Callable[[], float] = time.process_time,
    ) -> None:
        super().__init__(number)
        self._allowed = 1
        self._clock = clock
        self._worked = worked
        self._lock = Lock()
        self._ended = Event()
        self._watching = False

    def _may_begin(self) -> bool:
        if not self._watching:
            self._watching = True
            Thread(target=self._watch, name="scan-threads", daemon=True).start()
        return self._begun < self._allowed

    def _begin(self) -> None:
        with self._lock:
            if self._begun < self._allowed:
                super()._begin()

    def _watch(self) -> None:
        wall, worked = self._clock(), self._worked()
        idle = 0
        while self._allowed < self._number and not self._ended.wait(_LOOK):
            then, before = wall, worked
            wall, worked = self._clock(), self._worked()
            waits = not self._work.empty() and worked - before < _BUSY * (wall - then)
            idle = idle + 1 if waits else 0
            if idle < _IDLE_LOOKS:
                continue
            idle = 0
            self._allowed = min(self._number, 2 * self._allowed)
            for _ in range(min(self._allowed - self._begun, self._work.qsize())):
                self._begin()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Begin nothing more; see ``_Threads.shutdown``."""
        with self._lock:
            self._ended.set()
            self._number = self._allowed = self._begun
        super().shutdown(wait, cancel_futures=cancel_futures)


@contextmanager
def pool_of(concurrency: int, *, as_needed: bool = False) -> Iterator[Executor]:
    """Threads for so many things at a time; none at all for one.

    With ``as_needed`` there are as many only if that helps. What has not begun when the
    context ends is never begun, and what has is not waited for.
    """
    if concurrency == 1:
        yield AtOnce()
        return
    pool = AsNeeded(concurrency) if as_needed else _Threads(concurrency)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def pools(concurrency: int) -> Iterator[tuple[Executor, Executor]]:
    """A pool for tables, so many at a time, and one for what is done beside them."""
    beside = 1 if concurrency == 1 else BESIDE
    with pool_of(concurrency, as_needed=True) as pool, pool_of(beside) as other:
        yield pool, other
