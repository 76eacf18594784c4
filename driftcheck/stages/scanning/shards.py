"""A slice of a target's tables, looked at by a process that knows nothing yet.

The process may be one of this machine's or one of a cluster's: it gets everything
as plain data and gives everything back, and asks AWS with credentials of its own.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from driftcheck.errors import AwsError
from driftcheck.model.baseline import Baseline
from driftcheck.model.finding import Finding
from driftcheck.model.report import ApiCalls, TableResult
from driftcheck.model.table import Table
from driftcheck.policies.model import Policy
from driftcheck.spec.model import Spec, Target
from driftcheck.stages.code_tables import CodeTables
from driftcheck.stages.connection import Connector
from driftcheck.stages.needs import Needing
from driftcheck.stages.options import EvaluationOptions
from driftcheck.stages.scanning.options import ScanOptions
from driftcheck.stages.scanning.pools import AsNeeded, AtOnce
from driftcheck.stages.scanning.target import TargetScan
from driftcheck.stages.subjects import Subject


@dataclass(frozen=True, slots=True)
class Remote:
    """Processes that take slices: an executor, and how one of them opens connections.

    ``connect`` is sent to the processes, and must be equal to itself there. ``most`` is
    how many tables a slice has at the most, and ``concurrency`` how many of them are
    looked at at a time; in a run of fewer tables than ``least`` no process is worth
    beginning. ``processes`` is how many there are, None where that is not known, and
    ``here`` whether this process looks at slices besides. ``lost`` are the errors that tell
    of a process which ended: its slice is then looked at here.
    """

    executor: Executor
    connect: Callable[[], Connector]
    most: int = 100
    concurrency: int = 16
    least: int = 0
    processes: int | None = None
    here: bool = False
    lost: tuple[type[Exception], ...] = (BrokenExecutor,)


@dataclass(frozen=True, slots=True)
class Shard:
    """Some tables of a target, with all that has to be known to judge them.

    ``operations`` are asked about each table. ``answers`` are those of bulk calls, which have
    been made once for all slices, and ``read`` those about the tables, where they have been
    asked for already.
    """

    connect: Callable[[], Connector]
    spec: Spec
    target: Target
    policies: tuple[Policy, ...]
    options: ScanOptions
    applied: Mapping[str | None, Table] | None
    tables: tuple[Subject, ...]
    operations: tuple[str, ...]
    answers: Mapping[str, Any] = field(default_factory=dict)
    read: bytes | None = None


@dataclass(frozen=True, slots=True)
class ShardRead:
    """The answers about the tables of a shard, or why there are none; see ``ShardResult``."""

    read: bytes
    failed: str | None
    worker: str
    calls: Mapping[str, ApiCalls]


@dataclass(frozen=True, slots=True)
class ShardResult:
    """What a shard gave: tables in the order of the shard, as far as they could be read.

    ``failed`` is why the others could not, ``notes`` what whoever runs the program should
    know. ``calls`` are all that the process ``worker`` has made so far, for whichever shards;
    None where no other process had to do with it.
    """

    found: tuple[tuple[TableResult, list[Finding]], ...]
    failed: str | None = None
    worker: str | None = None
    calls: Mapping[str, ApiCalls] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def shard_of(remote: Remote, scan: TargetScan, tables: Sequence[Subject]) -> Shard:
    """Some tables of a target that has been opened, as data that can be sent."""
    baseline = scan.options.baseline
    if baseline is not None:
        keys = [scan.result(table, scan.home(table)).key for table in tables]
        known = {key: baseline.agreed[key] for key in keys if key in baseline.agreed}
        baseline = Baseline(agreed=known)
    applied = scan.applied
    if applied is not None:
        wanted = {table.code.address for table in tables if table.code is not None}
        applied = {a: _portable(t) for a, t in applied.items() if a in wanted}
    # The code has been evaluated: nobody else needs this environment, or may see it.
    options = replace(
        scan.options,
        evaluation=EvaluationOptions(),
        baseline=baseline,
        concurrency=remote.concurrency,
        journal=None,
        resume=False,
    )
    sent = tuple(replace(t, code=_portable(t.code) if t.code else None) for t in tables)
    policies = tuple(scan.policies)
    asked = scan.connection.one_by_one(scan.reads())
    return Shard(remote.connect, scan.spec, scan.target, policies, options, applied, sent, asked)


def _portable(table: Table) -> Table:
    """A table that no longer looks its lines up in the code, but has them."""
    return replace(table, locations={at: table.stated_at(at) for at in table.locations})


def read_shard(shard: Shard) -> ShardRead:
    """Read the tables of a shard and judge none, for as long as bulk answers are on their way."""
    connector = _connector(shard.connect)
    read, failed = b"", None
    try:
        scan = _opened(shard, connector)
        readers, _ = _pools(shard.options.concurrency)
        read = scan.read(shard.tables, shard.operations, readers)
    except AwsError as error:
        failed = str(error)
    return ShardRead(read, failed, _worker(os.getpid()), connector.api_calls())


def scan_shard(shard: Shard) -> ShardResult:
    """Look at the tables of a shard; in whichever process this runs."""
    connector = _connector(shard.connect)
    try:
        readers, judges = _pools(shard.options.concurrency)
        pool = readers if shard.read is None else judges
        done = look_at(_opened(shard, connector), shard.tables, shard.read, pool)
    except AwsError as error:
        done = ShardResult((), str(error))
    calls, notes = connector.api_calls(), tuple(connector.notes())
    return replace(done, worker=_worker(os.getpid()), calls=calls, notes=notes)


def look_at(
    scan: TargetScan, tables: Sequence[Subject], read: bytes | None, pool: Executor
) -> ShardResult:
    """Look at tables on the threads of ``pool``; ``read`` is what has been asked already."""
    if read is not None:
        scan.connection.keep(read)
    found: list[tuple[TableResult, list[Finding]]] = []
    looks = [pool.submit(scan.table, table) for table in tables]
    try:
        found += (look.result() for look in looks)
    except AwsError as error:
        for look in looks:
            look.cancel()
        return ShardResult(tuple(found), str(error))
    return ShardResult(tuple(found))


def _opened(shard: Shard, connector: Connector) -> TargetScan:
    """The target of a shard, opened in this process."""
    connection = connector.open(shard.spec, shard.target).with_answers(shard.answers)
    return TargetScan(
        shard.spec,
        shard.target,
        connection,
        CodeTables([t.code for t in shard.tables if t.code is not None]),
        shard.policies,
        Needing(shard.policies, shard.spec.aspects),
        shard.options,
        shard.applied,
    )


@cache
def _connector(connect: Callable[[], Connector]) -> Connector:
    """The connector of this process: sessions and clients are worth keeping."""
    return connect()


@cache
def _pools(concurrency: int) -> tuple[Executor, Executor]:
    """The threads of this process, which end with it: those that read, and those that judge."""
    if concurrency == 1:
        return AtOnce(), AtOnce()
    return AsNeeded(concurrency), AsNeeded(concurrency)


@cache
def _worker(process: int) -> str:
    """A name of this process that no other one has, on whichever machine.

    Asked for by the number of the process, because one that is forked has inherited
    what was remembered here.
    """
    return f"{process}-{uuid.uuid4().hex}"
