"""Bringing together what the tables of a run gave: severities, waivers, baseline, verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from driftcheck.compare.waive import Waiving
from driftcheck.model.baseline import Comparing, TableKey
from driftcheck.model.finding import Finding, Status
from driftcheck.model.report import (
    ApiCalls,
    Report,
    TableResult,
    TableStatus,
    Tally,
    now,
    status_of,
)
from driftcheck.model.waiver import Waiver
from driftcheck.spec.model import Spec
from driftcheck.stages.outcome import with_severity
from driftcheck.stages.scan_findings import contract_unmatched
from driftcheck.stages.scanning.mirrored import Mirrors, tells_parity
from driftcheck.stages.scanning.options import ScanOptions
from driftcheck.stages.scanning.rows import Row, Rows, Seat
from driftcheck.stages.subjects import Patterns

#: The seat's number of what stands before and after the tables of a target or a spec.
BEFORE, AFTER = -1, 1 << 60


class Collector:
    """Everything that a run has found so far; used from one thread."""

    def __init__(self, specs: Sequence[Spec], options: ScanOptions) -> None:
        self._specs = specs
        self._waiving = [Waiving(spec.waivers, options.today) for spec in specs]
        self._comparing = Comparing(options.baseline) if options.baseline is not None else None
        self._tally = Tally()
        self._rows = Rows()
        #: Of a run that is held against a baseline, in case it is interrupted.
        self._looked_at: set[TableKey] = set()
        #: Contracts that some table has to meet, and specs with a table whose name is not known.
        self._matched: set[tuple[int, int]] = set()
        self._nameless: set[int] = set()
        self._patterns = [Patterns(spec) for spec in specs]
        #: Specs of which a target failed: there may be more tables.
        self._not_all_seen: set[int] = set()
        self._has_parity = False

    def waivers(self, spec: int, waivers: Iterable[Waiver]) -> None:
        """Waivers that the code of a spec states; to be known before its tables are put in."""
        self._waiving[spec].add(waivers)

    def table(self, seat: Seat, result: TableResult, found: Iterable[Finding]) -> Row:
        """Put in a table that was looked at; gives it as it will stand in the report."""
        spec = seat[0]
        findings = self._settled(spec, found)
        row = Row(replace(result, status=_verdict(findings)), findings)
        self._put(seat, row)
        return row

    def again(self, seat: Seat, row: Row) -> None:
        """Put in a table that an earlier run looked at.

        Its findings are as they were then; waivers and baseline only take note of them.
        """
        self._settled(seat[0], row.findings)
        self._put(seat, row)

    def beside(self, seat: Seat, found: Iterable[Finding], *, failed: bool = False) -> None:
        """Put in what was found beside the tables; ``failed`` if a target could not be read."""
        if failed:
            self._not_all_seen.add(seat[0])
        findings = self._settled(seat[0], found)
        if findings:
            self._put(seat, Row(None, findings))

    def _settled(self, spec: int, found: Iterable[Finding]) -> list[Finding]:
        """Findings with the spec's severities, waived, and held against the baseline."""
        severe = [with_severity(f, self._specs[spec]) for f in found]
        waived = self._waiving[spec].apply(severe)
        return self._comparing.mark(waived) if self._comparing is not None else waived

    def _put(self, seat: Seat, row: Row) -> None:
        if row.table is not None:
            self._note(seat[0], row.table)
        self._count(row)
        self._has_parity = self._has_parity or any(map(tells_parity, row.findings))
        self._rows.put(seat, row)

    def _count(self, row: Row) -> None:
        if row.table is not None:
            self._tally.table(row.table)
        for finding in row.findings:
            self._tally.finding(finding)

    def _note(self, spec: int, table: TableResult) -> None:
        if self._comparing is not None:
            self._looked_at.add(table.key)
        if table.name is None:
            self._nameless.add(spec)
        else:
            self._patterns[spec].saw(table.target or "", table.name)
        for index, contract in enumerate(self._specs[spec].contracts):
            if (spec, index) not in self._matched and contract.matches(table.name, table.address):
                self._matched.add((spec, index))

    def end(self) -> None:
        """All tables are in: say what no table had, and what no finding met."""
        for number, spec in enumerate(self._specs):
            seat = (number, AFTER, BEFORE)
            # A table whose name is not known, or was not seen, may be the one that is meant.
            if number not in self._not_all_seen and number not in self._nameless:
                self.beside(seat, self._unmatched(number))
            about = self._waiving[number].about(spec=spec.name)
            findings = self._comparing.mark(about) if self._comparing is not None else about
            if findings:
                self._put((number, AFTER, AFTER), Row(None, findings))
        if self._has_parity:
            self._tell_once()

    def _tell_once(self) -> None:
        """Leave out what two tables say of one another, where one of them is enough."""
        mirrors = Mirrors(self._rows)

        def changed(row: Row) -> Row:
            left = [f for f in row.findings if not mirrors.told_elsewhere(f)]
            if row.table is None or len(left) == len(row.findings):
                return row
            if self._comparing is not None:
                self._comparing.withdraw(f for f in row.findings if f not in left)
            return Row(replace(row.table, status=_verdict(left)), left)

        self._rows.change(changed)
        self._tally = Tally()
        for row in self._rows:
            self._count(row)

    def _unmatched(self, number: int) -> list[Finding]:
        """The contracts of a spec that none of its tables has to meet, and idle patterns."""
        spec = self._specs[number]
        return self._patterns[number].unmatched() + [
            contract_unmatched(spec, contract)
            for index, contract in enumerate(spec.contracts)
            if {contract.match_name, contract.match_address} - {None, "*"}
            and (number, index) not in self._matched
        ]

    def report(
        self, started_at: datetime, api_calls: Mapping[str, ApiCalls], *, complete: bool
    ) -> Report:
        """The report of what is in."""
        trend = None
        if self._comparing is not None:
            trend = self._comparing.trend(None if complete else self._looked_at)
        return Report(
            command="scan",
            started_at=started_at,
            finished_at=now(),
            tables=self._rows.tables(),
            findings=self._rows.findings(),
            api_calls=api_calls,
            complete=complete,
            trend=trend,
            numbers=self._tally,
        )


def _verdict(findings: Iterable[Finding]) -> TableStatus:
    """The verdict on a table: a difference that a baseline knows is one still."""
    known = Status.BASELINE
    return status_of(replace(f, status=Status.OPEN) if f.status is known else f for f in findings)
