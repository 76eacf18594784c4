"""Targets side by side, and their tables: who is looked at next.

Every target is a lane. Lanes get equal shares of what is in flight, so that one
whose account is slow or limited holds up nobody but itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from functools import partial
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

#: Targets that are opened at a time: signing in waits, evaluating code does not.
OPENING = 8

L = TypeVar("L", bound=Hashable)
O = TypeVar("O")  # noqa: E741
T = TypeVar("T")
R = TypeVar("R")


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
    pool: Executor | None = None


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

    def add(self, lane: L, tasks: Iterable[T], pool: Executor | None = None) -> None:
        """Tasks of a lane, to be begun in this order; on ``pool``, if they need one of theirs."""
        added = self._lanes[lane] = _Lane(lane, deque(tasks), pool=pool)
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
                self._submit(lane.pool or self._pool, lane.name, (task,), work)
            if lane.waiting:
                self._ready.append(lane)

    def _submit(
        self, pool: Executor, lane: L, task: tuple[T] | None, work: Callable[[], Any]
    ) -> None:
        future = pool.submit(work)
        future.add_done_callback(lambda ended: self._ended.put((lane, task, ended)))
