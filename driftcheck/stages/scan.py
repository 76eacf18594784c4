"""``driftcheck scan``: every table of every target, live against desired."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from functools import partial

from driftcheck.errors import AwsError, DriftcheckError
from driftcheck.model.report import ApiCalls, Report, TableResult, added, now
from driftcheck.model.values import Unknown
from driftcheck.policies.model import Policy
from driftcheck.spec.model import Spec
from driftcheck.stages.connection import Connection, Connector
from driftcheck.stages.needs import in_bulk
from driftcheck.stages.scan_findings import listing_failed, target_failed, unmanaged_table
from driftcheck.stages.scanning.collect import AFTER, BEFORE, Collector
from driftcheck.stages.scanning.fingerprint import Fingerprints
from driftcheck.stages.scanning.journal import Journal, Key
from driftcheck.stages.scanning.lanes import Failed, Finished, Lanes, Opened
from driftcheck.stages.scanning.options import Progress, Quiet, ScanOptions
from driftcheck.stages.scanning.pools import pools
from driftcheck.stages.scanning.rows import Seat
from driftcheck.stages.scanning.shards import Remote, ShardResult
from driftcheck.stages.scanning.slices import Slices, slices_of
from driftcheck.stages.scanning.target import TargetScan, open_target
from driftcheck.stages.subjects import Subject, subjects

__all__ = ["Progress", "Quiet", "ScanOptions", "scan"]

#: A target by the numbers of its spec and of the target in it.
_Place = tuple[int, int]
#: Tables with their numbers in their target: one, or a slice for another process.
_Task = tuple[tuple[int, Subject], ...]


def scan(
    specs: Sequence[Spec],
    policies: Sequence[Policy],
    connector: Connector,
    options: ScanOptions,
    progress: Progress | None = None,
    remote: Remote | None = None,
) -> Report:
    """Read every table of every target and report what is at odds.

    Large runs are shared with other processes where ``remote`` says how.

    A target that fails is one finding and the others go on; where there is only one
    and nothing of it was read, its error is raised instead. Interrupted by Ctrl-C, it
    gives a report of the tables that are done, which is marked as incomplete. Raises
    ``UsageError`` for a journal that cannot be read or written.
    """
    started = now()
    with (
        _journal(options, started) as journal,
        slices_of(remote) as slices,
        pools(options.concurrency) as (pool, beside),
    ):
        run = _Scan(specs, policies, connector, options, progress or Quiet(), journal, slices)
        complete = True
        try:
            run.tables(pool, beside)
            run.unmanaged()
            run.collected.end()
        except KeyboardInterrupt:
            complete = False
        run.notes()
        if journal is not None:
            journal.note_calls(run.calls(earlier=False))
        began = journal.started_at if journal is not None else None
        return run.collected.report(began or started, run.calls(), complete=complete)


def _journal(options: ScanOptions, started: datetime) -> AbstractContextManager[Journal | None]:
    """The journal that the options ask for."""
    if options.journal is None:
        return nullcontext()
    if options.resume:
        return Journal.resume(options.journal)
    return Journal.begin(options.journal, started)


class _Scan:
    """The state of one run. Only the thread that made it touches it."""

    def __init__(
        self,
        specs: Sequence[Spec],
        policies: Sequence[Policy],
        connector: Connector,
        options: ScanOptions,
        progress: Progress,
        journal: Journal | None,
        slices: Slices | None,
    ) -> None:
        self.collected = Collector(specs, options)
        self._specs = specs
        self._policies = policies
        self._connector = connector
        self._options = options
        self._progress = progress
        self._journal = journal
        self._slices = slices
        #: What other processes have noted.
        self._noted: dict[str, None] = {}
        self._expected = 0
        self._fingerprints = Fingerprints(options)
        self._open: dict[_Place, TargetScan] = {}
        self._failed: set[_Place] = set()
        self._covered: dict[tuple[str, str], set[str]] = defaultdict(set)
        #: Accounts and regions with a covered table whose name is not known.
        self._nameless: set[tuple[str, str]] = set()
        self._nothing_read = True

    def calls(self, *, earlier: bool = True) -> Mapping[str, ApiCalls]:
        """The calls of this run in all processes, and of those that it goes on with."""
        counts = [self._connector.api_calls()]
        if self._slices is not None:
            counts += list(self._slices.called.values())
        if self._journal is not None and earlier:
            counts.append(self._journal.earlier_calls)
        return added(counts)

    def tables(self, pool: Executor, beside: Executor) -> None:
        """Look at every table of every target, the tables on ``pool``."""
        self._progress.watch(self.calls)
        places = [(s, t) for s, spec in enumerate(self._specs) for t in range(len(spec.targets))]
        survey = partial(self._survey, beside)
        lanes = Lanes(pool, beside, self._options.concurrency, survey, self._look)
        for event in lanes.run(self._announced(places)):
            match event:
                case Opened(place, (target, tables)):
                    left = self._begin(place, target, tables)
                    size = self._slices.size(len(left), self._expected) if self._slices else 1
                    if size == 1 or self._slices is None:
                        target.expect([subject for _, subject in left])
                        lanes.add(place, [(table,) for table in left])
                    else:
                        sliced = [tuple(left[i : i + size]) for i in range(0, len(left), size)]
                        lanes.add(place, sliced, self._slices.drivers)
                case Finished(place, task, result):
                    self._finish(place, task, result)
                    if result.failed is not None:
                        lanes.drop(place)
                        self._fail(place, AwsError(result.failed), alone=len(places) == 1)
                case Failed(place, error):
                    lanes.drop(place)
                    self._fail(place, error, alone=len(places) == 1)

    def notes(self) -> None:
        """Tell what was noted on the way."""
        for note in dict.fromkeys([*self._connector.notes(), *self._noted]):
            self._progress.note(note)

    def _announced(self, places: Sequence[_Place]) -> Iterator[_Place]:
        for spec, target in places:
            self._progress.target(self._specs[spec], self._specs[spec].targets[target])
            yield spec, target

    def _survey(self, beside: Executor, place: _Place) -> tuple[TargetScan, list[Subject]]:
        """Open a target and find out which tables it has; on a thread of ``beside``."""
        spec = self._specs[place[0]]
        target = spec.targets[place[1]]
        opened = open_target(spec, target, self._connector, self._policies, self._options)
        reads = opened.reads()
        if self._options.concurrency > 1 or self._slices is not None:
            opened.connection.prefetch(reads, beside)
        found = list(subjects(spec, target, opened.code.tables, opened.connection))
        opened.connection.prefetch(in_bulk(reads, len(found)), beside)
        return opened, found

    def _look(self, place: _Place, task: _Task) -> ShardResult:
        """Look at a table on a thread of the run, or at a slice on one that waits for it."""
        target = self._open[place]
        if self._slices is not None and len(task) > 1:
            return self._slices.look(target, [subject for _, subject in task])
        return ShardResult(tuple(target.table(subject) for _, subject in task))

    def _begin(
        self, place: _Place, target: TargetScan, tables: Sequence[Subject]
    ) -> list[tuple[int, Subject]]:
        """A target was opened: the tables of it that are still to be looked at."""
        self._open[place] = target
        self.collected.waivers(place[0], target.code.waivers)
        self.collected.beside((*place, BEFORE), target.code.findings)
        self._progress.expect(len(tables))
        self._expected += len(tables)
        left: list[tuple[int, Subject]] = []
        for number, subject in enumerate(tables):
            home = target.home(subject)
            if isinstance(subject.name, Unknown):
                self._nameless.add((home.account, home.region))
            else:
                self._covered[home.account, home.region].add(subject.name)
            if not self._known_already((*place, number), target, subject):
                left.append((number, subject))
        return left

    def _known_already(self, seat: Seat, target: TargetScan, subject: Subject) -> bool:
        """Take a table from the journal, if an earlier run looked at it."""
        if self._journal is None or not self._options.resume:
            return False
        key = _key(target.result(subject, target.home(subject)))
        row = self._journal.find(key, self._fingerprints.of(target, subject))
        if row is None:
            return False
        self.collected.again(seat, row)
        self._progress.table(key[4] or key[5] or "")
        return True

    def _finish(self, place: _Place, task: _Task, done: ShardResult) -> None:
        """Tables were looked at; where a slice failed, only the first ones of it."""
        self._noted.update(dict.fromkeys(done.notes))
        for (number, subject), (result, findings) in zip(task, done.found, strict=False):
            self._nothing_read = False
            row = self.collected.table((*place, number), result, findings)
            if self._journal is not None:
                of = self._fingerprints.of(self._open[place], subject)
                calls = partial(self.calls, earlier=False)
                self._journal.write(_key(result), of, row, calls)
            self._progress.table(result.name or result.address or "")

    def _fail(self, place: _Place, error: Exception, *, alone: bool) -> None:
        """A target, or one of its tables, could not be read: nobody else has to suffer for it."""
        if not isinstance(error, DriftcheckError) or (alone and self._nothing_read):
            raise error
        if not alone and not isinstance(error, AwsError) and len(self._specs) == 1:
            raise error  # the one module that there is cannot be evaluated
        if place in self._failed:
            return
        self._failed.add(place)
        spec = self._specs[place[0]]
        finding = target_failed(spec, spec.targets[place[1]], error)
        self.collected.beside((*place, AFTER), [finding], failed=True)

    def unmanaged(self) -> None:
        """Report the live tables that no spec of this run covers, where a spec asks for it."""
        for place, opened in sorted(self._open.items()):
            spec, target, connection = opened.spec, opened.target, opened.connection
            if not spec.unmanaged.enabled:
                continue
            seat = (place[0], AFTER, place[1])
            known = self._covered[connection.account, connection.region]
            try:
                live = connection.table_names()
                left = [n for n in live if n not in known and spec.unmanaged.covers(n)]
                if left:
                    self._all_names_known(connection)
            except AwsError as error:
                why = "Which live tables no spec covers"
                self.collected.beside(seat, [listing_failed(spec, target, connection, error, why)])
                continue
            known.update(left)
            self.collected.beside(
                seat, [unmanaged_table(name, spec, target, connection) for name in left]
            )

    def _all_names_known(self, connection: Connection) -> None:
        """Raise ``AwsError`` where a spec covers tables here whose names are not known."""
        here = (connection.account, connection.region)
        for number, index in sorted(self._failed - self._open.keys()):
            spec = self._specs[number]
            target = spec.targets[index]
            if target.account in (None, here[0]) and target.region in (None, here[1]):
                raise AwsError(f"the target {target.name} of {spec.name} could not be read.")
        if here in self._nameless:
            raise AwsError("the name of a table that a spec covers there cannot be known.")


def _key(result: TableResult) -> Key:
    """A table in the journal."""
    return (
        result.spec,
        result.target,
        result.account,
        result.region,
        result.name,
        result.address,
    )
