"""Who looks at a slice of a target's tables: another process, or this one besides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from queue import SimpleQueue

from driftcheck.errors import AwsError
from driftcheck.model.finding import Finding
from driftcheck.model.report import TableResult
from driftcheck.stages.scanning.pools import pool_of
from driftcheck.stages.scanning.shards import Remote, ShardResult, scan_shard, shard_of
from driftcheck.stages.scanning.target import TargetScan
from driftcheck.stages.subjects import Subject

#: Slices that are under way at a time where nobody knows how many processes there are.
MOST = 64
#: Slices that a process has at a time: one to look at, and the next.
_EACH = 2
#: Slices, at least, that each process gets of a target, so that none is idle at the end.
_SHARES = 5


class Slices:
    """Hands slices to the processes of a ``Remote``; safe to use from several threads.

    ``drivers`` are threads that wait for the processes, ``own`` those that look at the
    tables of this process's own slice.
    """

    def __init__(self, remote: Remote, drivers: Executor, own: Executor) -> None:
        self.drivers = drivers
        self._remote = remote
        self._own = own
        #: Places for a slice: whether it is looked at in this process.
        self._places: SimpleQueue[bool] = SimpleQueue()
        others = remote.processes
        for here in [True] * remote.here + [False] * (MOST if others is None else _EACH * others):
            self._places.put(here)

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
        here = self._places.get()
        try:
            return self._here(scan, tables) if here else self._there(scan, tables)
        finally:
            self._places.put(here)

    def _there(self, scan: TargetScan, tables: Sequence[Subject]) -> ShardResult:
        shard = shard_of(self._remote, scan, tables)
        try:
            return self._remote.executor.submit(scan_shard, shard).result()
        except self._remote.lost:
            # The process ended, and took nothing with it but time.
            return self._here(scan, tables)

    def _here(self, scan: TargetScan, tables: Sequence[Subject]) -> ShardResult:
        scan.expect(tables)
        found: list[tuple[TableResult, list[Finding]]] = []
        looks = [self._own.submit(scan.table, table) for table in tables]
        try:
            found += (look.result() for look in looks)
        except AwsError as error:
            for look in looks:
                look.cancel()
            return ShardResult(tuple(found), str(error))
        return ShardResult(tuple(found))


@contextmanager
def slices_of(remote: Remote | None) -> Iterator[Slices | None]:
    """The slices of a run; None where this process looks at everything itself."""
    if remote is None:
        yield None
        return
    with pool_of(MOST) as drivers, pool_of(remote.concurrency, as_needed=True) as own:
        yield Slices(remote, drivers, own)
