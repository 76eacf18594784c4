"""Targets side by side, and their tables: who is looked at next.

Every target is a lane. Lanes get equal shares of what is in flight, so that one
whose account is slow or limited holds up nobody but itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from queue import Empty, SimpleQueue
from threading import Semaphore, Thread
from typing import Any, Generic, TypeVar

from driftcheck.errors import DriftcheckError

#: Targets that are opened at a time: signing in waits, evaluating code does not.
OPENING = 8
#: Threads for what is done once for a target: opening it, reading its lists page by page.
BESIDE = 2 * OPENING

L = TypeVar("L", bound=Hashable)
O = TypeVar("O")  # noqa: E741
T = TypeVar("T")
R = TypeVar("R")

_Work = tuple[Future[Any], Callable[[], Any]]


@dataclass(frozen=True, slots=True)
class Opened(Generic[L, O]):
    """A lane was opened."""

    lane: L
    outcome: O


@dataclass(frozen=True, slots=True)
class Finished(Generic[L, T, R]):
    """A task of a lane was carried out."""

    lane: L
    task: T
    outcome: R


@dataclass(frozen=True, slots=True)
class Failed(Generic[L]):
    """A lane could not be opened, or a task of it not be carried out."""

    lane: L
    error: Exception


@dataclass(slots=True, eq=False)
class _Lane(Generic[L, T]):
    name: L
    waiting: deque[T] = field(default_factory=deque)
    in_flight: int = 0


class Lanes(Generic[L, O, T, R]):
    """Opens lanes and carries out their tasks on pools of threads.

    ``doing`` is called on ``pool``, so many times at once as ``concurrency`` says, and
    ``opening`` on ``beside``, so that a lane that is slow does not keep others from
    being opened. Whoever goes through ``run`` adds the tasks of a lane when it was
    opened. Used from one thread.
    """

    def __init__(
        self,
        pool: Executor,
        beside: Executor,
        concurrency: int,
        opening: Callable[[L], O],
        doing: Callable[[L, T], R],
    ) -> None:
        self._pool = pool
        self._beside = beside
        self._most = concurrency
        self._opening = opening
        self._doing = doing
        self._lanes: dict[L, _Lane[L, T]] = {}
        self._ready: deque[_Lane[L, T]] = deque()
        self._in_flight = 0
        self._ended: SimpleQueue[tuple[L, tuple[T] | None, Future[Any]]] = SimpleQueue()

    def run(self, lanes: Iterable[L]) -> Iterator[Opened[L, O] | Finished[L, T, R] | Failed[L]]:
        """Carry out everything, and tell of each thing when it ends."""
        closed = deque(lanes)
        opening = 0
        while True:
            while closed and opening < OPENING:
                opening += 1
                lane = closed.popleft()
                self._submit(self._beside, lane, None, partial(self._opening, lane))
            self._dispatch(len(closed) + opening)
            if not opening and not self._in_flight:
                return
            lane, task, future = self._ended.get()
            if task is None:
                opening -= 1
            else:
                self._in_flight -= 1
                self._lanes[lane].in_flight -= 1
                self._forget_if_done(lane)
            error = future.exception()
            if isinstance(error, Exception):
                yield Failed(lane, error)
            elif task is None:
                yield Opened(lane, future.result())
            else:
                yield Finished(lane, task[0], future.result())

    def add(self, lane: L, tasks: Iterable[T]) -> None:
        """Tasks of a lane, to be begun in this order."""
        added = self._lanes[lane] = _Lane(lane, deque(tasks))
        self._ready.append(added)
        self._forget_if_done(lane)

    def drop(self, lane: L) -> None:
        """Begin nothing more of a lane; what has begun goes on."""
        if lane in self._lanes:
            self._lanes[lane].waiting.clear()
            self._forget_if_done(lane)

    def _forget_if_done(self, lane: L) -> None:
        if not self._lanes[lane].waiting and not self._lanes[lane].in_flight:
            del self._lanes[lane]

    def _dispatch(self, to_come: int) -> None:
        """Begin tasks, each lane in turn and none with more than its share.

        Lanes that are still ``to_come`` have theirs kept free.
        """
        share = max(1, self._most // max(1, len(self._lanes) + to_come))
        for _ in range(len(self._ready)):
            if self._in_flight >= self._most:
                return
            lane = self._ready.popleft()
            while lane.waiting and lane.in_flight < share and self._in_flight < self._most:
                lane.in_flight += 1
                self._in_flight += 1
                task = lane.waiting.popleft()
                work = partial(self._doing, lane.name, task)
                self._submit(self._pool, lane.name, (task,), work)
            if lane.waiting:
                self._ready.append(lane)

    def _submit(
        self, pool: Executor, lane: L, task: tuple[T] | None, work: Callable[[], Any]
    ) -> None:
        future = pool.submit(work)
        future.add_done_callback(lambda ended: self._ended.put((lane, task, ended)))


class _AtOnce(Executor):
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
    which may be waiting for an answer for minutes.
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
        if self._begun < self._number and not self._idle.acquire(blocking=False):
            self._begun += 1
            Thread(target=self._serve, name=f"scan-{self._begun}", daemon=True).start()
        return future

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


@contextmanager
def pool_of(concurrency: int) -> Iterator[Executor]:
    """Threads for so many things at a time; none at all for one.

    What has not begun when the context ends is never begun, and what has is not
    waited for.
    """
    if concurrency == 1:
        yield _AtOnce()
        return
    pool = _Threads(concurrency)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def pools(concurrency: int) -> Iterator[tuple[Executor, Executor]]:
    """A pool for tables, so many at a time, and one for what is done beside them."""
    with pool_of(concurrency) as pool, pool_of(1 if concurrency == 1 else BESIDE) as beside:
        yield pool, beside
