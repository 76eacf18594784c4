"""Who looks at a slice of a target's tables: another process, or this one besides.

Lists of a whole account come page by page, so tables are judged long after the first of
them could have been read. Slices are read meanwhile, by whoever has nothing else to do,
and judged when the lists are there, maybe by somebody else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import replace
from queue import SimpleQueue
from threading import BoundedSemaphore, Lock
from typing import TypeVar

from driftcheck.errors import AwsError
from driftcheck.model.report import ApiCalls
from driftcheck.stages.connection import Connection
from driftcheck.stages.scanning.pools import pool_of
from driftcheck.stages.scanning.shards import (
    Remote,
    Shard,
    ShardRead,
    ShardResult,
    look_at,
    read_shard,
    scan_shard,
    shard_of,
)
from driftcheck.stages.scanning.target import TargetScan
from driftcheck.stages.subjects import Subject

R = TypeVar("R", ShardRead, ShardResult)

#: Slices that are under way at a time where nobody knows how many processes there are.
MOST = 64
#: Slices that a process reads at a time, so that it never waits for the end of one. Those
#: that have been read are judged besides, one at a time: reading waits, judging does not.
_EACH = 2
#: Slices, at least, that each process gets of a target, so that none is idle at the end.
_SHARES = 5
#: Slices of an account and region that have been read and wait to be judged: half a megabyte
#: for a hundred tables.
_READ = 20


class Slices:
    """Hands slices to the processes of a ``Remote``; safe to use from several threads.

    ``drivers`` are threads that wait for the processes, ``own`` those that read the tables
    of this process's own slices, and ``judges`` those that judge what has been read: they are
    others, because many threads read, and few judge. ``called`` is what each other process
    has called so far.
    """

    def __init__(self, remote: Remote, drivers: Executor, own: Executor, judges: Executor) -> None:
        self.drivers = drivers
        self.called: dict[str, Mapping[str, ApiCalls]] = {}
        self._remote = remote
        self._own = own
        self._judges = judges
        self._lock = Lock()
        #: By account and region: one whose lists are slow leaves the others theirs.
        self._ahead: dict[tuple[str, str], BoundedSemaphore] = {}
        self._reading = _places(remote, _EACH)
        self._judging = _places(remote, 1)

    def size(self, tables: int, in_all: int) -> int:
        """How many of a target's tables make a slice, in a run of ``in_all`` tables so far.

        1 where no process is worth it.
        """
        if in_all < self._remote.least:
            return 1
        processes = (self._remote.processes or 0) + self._remote.here
        even = -(-tables // (processes * _SHARES)) if processes else self._remote.most
        return max(1, min(self._remote.most, even))

    def look(self, scan: TargetScan, tables: Sequence[Subject]) -> ShardResult:
        """Look at the tables of a slice. Raises ``AwsError`` where none can be looked at."""
        shard = shard_of(self._remote, scan, tables)
        if scan.connection.pending():
            with self._ahead_in(scan.connection):
                with _place(self._reading) as here:
                    read = self._read(scan, shard, tables, here=here)
                answers = scan.connection.hand_over(scan.names(tables))
            shard = replace(shard, read=read)
        else:
            answers = scan.connection.hand_over(scan.names(tables))
        places, pool = self._judging, self._judges
        if shard.read is None:
            places, pool = self._reading, self._own
        with _place(places) as here:
            if not here:
                done = self._elsewhere(scan_shard, replace(shard, answers=answers))
                if done is not None:
                    return done
            return look_at(scan, tables, shard.read, pool)

    def _ahead_in(self, connection: Connection) -> BoundedSemaphore:
        """What lets slices be read before the lists of an account and region are there."""
        with self._lock:
            place = (connection.account, connection.region)
            return self._ahead.setdefault(place, BoundedSemaphore(_READ))

    def _read(
        self, scan: TargetScan, shard: Shard, tables: Sequence[Subject], *, here: bool
    ) -> bytes:
        """The answers about the tables of a slice."""
        done = None if here else self._elsewhere(read_shard, shard)
        if done is None:
            return scan.read(tables, shard.operations, self._own)
        if done.failed is not None:
            raise AwsError(done.failed)
        return done.read

    def _elsewhere(self, work: Callable[[Shard], R], shard: Shard) -> R | None:
        """What another process makes of a slice; None where it ended.

        It took nothing with it but time.
        """
        try:
            done = self._remote.executor.submit(work, shard).result()
        except self._remote.lost:
            return None
        if done.worker is not None:
            with self._lock:
                before = self.called.get(done.worker, {})
                if _sum(done.calls) > _sum(before):  # another thread may have been faster
                    self.called[done.worker] = done.calls
        return done


def _places(remote: Remote, each: int) -> SimpleQueue[bool]:
    """Places for slices, ``each`` for a process: whether it is this one."""
    places: SimpleQueue[bool] = SimpleQueue()
    others = MOST if remote.processes is None else each * remote.processes
    for here in [True] * (each if remote.here else 0) + [False] * others:
        places.put(here)
    return places


@contextmanager
def _place(places: SimpleQueue[bool]) -> Iterator[bool]:
    here = places.get()
    try:
        yield here
    finally:
        places.put(here)


def _sum(calls: Mapping[str, ApiCalls]) -> int:
    return sum(c.calls + c.retries for c in calls.values())


@contextmanager
def slices_of(remote: Remote | None) -> Iterator[Slices | None]:
    """The slices of a run; None where this process looks at everything itself."""
    if remote is None:
        yield None
        return
    with (
        pool_of(MOST) as drivers,
        pool_of(remote.concurrency, as_needed=True) as own,
        pool_of(remote.concurrency, as_needed=True) as judges,
    ):
        yield Slices(remote, drivers, own, judges)
