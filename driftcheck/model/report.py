"""The result of a command: which tables were looked at, and what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from driftcheck.model.baseline import TableKey, Trend
from driftcheck.model.finding import Finding, Kind, Severity, Status


class TableStatus(StrEnum):
    """The verdict on one table."""

    COMPLIANT = "compliant"
    NONCOMPLIANT = "noncompliant"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class TableResult:
    """A table that was looked at, and how it stands.

    ``name`` is None where the code's name for it could not be evaluated; the
    ``address`` of its Terraform resource then says which table is meant. ``agreed``
    holds, for the aspects in which live and code agreed, a digest of each: with
    them a later run can tell which of the two has moved. ``left_out`` names the aspects
    that were not looked at because the spec says so.
    """

    name: str | None
    account: str | None = None
    region: str | None = None
    spec: str | None = None
    status: TableStatus = TableStatus.COMPLIANT
    target: str | None = None
    address: str | None = None
    agreed: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()

    @property
    def key(self) -> TableKey:
        """Which table this is, in every report of the same spec."""
        return (self.name or self.address, self.account, self.region, self.spec)


@dataclass(frozen=True, slots=True)
class ApiCalls:
    """How often one AWS operation was called, and how often it had to be called again.

    ``calls`` counts what driftcheck asked for, ``retries`` the further attempts that
    were made for them, ``throttled`` those attempts that AWS turned away for their rate.
    """

    calls: int = 0
    retries: int = 0
    throttled: int = 0

    def __add__(self, other: ApiCalls) -> ApiCalls:
        return ApiCalls(
            self.calls + other.calls,
            self.retries + other.retries,
            self.throttled + other.throttled,
        )


def added(counts: Iterable[Mapping[str, ApiCalls]]) -> dict[str, ApiCalls]:
    """Counts of calls by operation, those of several clients, processes or runs together."""
    total: dict[str, ApiCalls] = {}
    for count in counts:
        for operation, calls in count.items():
            total[operation] = total.get(operation, ApiCalls()) + calls
    return dict(sorted(total.items()))


@dataclass(slots=True)
class Tally:
    """A report in numbers, waived findings included; counted as tables and findings come.

    ``holes`` are the values that decide and could not be seen, ``informational`` the
    unknown ones that decide nothing. ``standing`` counts open findings that count, by
    severity.
    """

    tables: int = 0
    by_table_status: Counter[TableStatus] = field(default_factory=Counter)
    findings: int = 0
    by_kind: Counter[Kind] = field(default_factory=Counter)
    by_severity: Counter[Severity] = field(default_factory=Counter)
    by_status: Counter[Status] = field(default_factory=Counter)
    standing: Counter[Severity] = field(default_factory=Counter)
    holes: int = 0
    informational: int = 0

    def table(self, table: TableResult) -> None:
        """Count a table."""
        self.tables += 1
        self.by_table_status[table.status] += 1

    def finding(self, finding: Finding) -> None:
        """Count a finding."""
        self.findings += 1
        self.by_kind[finding.kind] += 1
        self.by_severity[finding.severity] += 1
        self.by_status[finding.status] += 1
        self.standing[finding.severity] += counts(finding)
        self.holes += has_hole(finding)
        self.informational += finding.kind is Kind.UNKNOWN and not finding.decides


@dataclass(frozen=True, slots=True)
class Report:
    """What a command found. ``complete`` is false when it was interrupted.

    ``allow_unknown`` is the user's word that what could not be seen shall not decide
    the exit code. Tables and findings of a large run are read from disk each time they
    are gone through; ``numbers`` is then what was counted when they were put there.
    """

    command: str
    started_at: datetime
    finished_at: datetime
    tables: Sequence[TableResult] = ()
    findings: Sequence[Finding] = ()
    api_calls: Mapping[str, ApiCalls] = field(default_factory=dict)
    complete: bool = True
    trend: Trend | None = None
    allow_unknown: bool = False
    numbers: Tally | None = None

    @property
    def tally(self) -> Tally:
        """The report in numbers."""
        if self.numbers is not None:
            return self.numbers
        tally = Tally()
        for table in self.tables:
            tally.table(table)
        for finding in self.findings:
            tally.finding(finding)
        return tally

    def exit_code(self, fail_on: Severity | None) -> int:
        """0, 1 or 2, as the commands' documentation promises.

        ``fail_on`` is the least severity that counts, None for ``never``. 2 (something
        that decides could not be seen) wins over 1 whatever ``fail_on`` says; where
        ``allow_unknown`` is given only an interruption is left to make it 2.
        """
        tally = self.tally
        if not self.complete or (tally.holes and not self.allow_unknown):
            return 2
        if fail_on is None:
            return 0
        return int(any(n and s.rank >= fail_on.rank for s, n in tally.standing.items()))


def has_hole(finding: Finding) -> bool:
    """Whether the finding says that something a verdict depends on could not be seen."""
    return finding.kind is Kind.UNKNOWN and finding.decides and finding.status is Status.OPEN


def counts(finding: Finding) -> bool:
    """Whether the finding stands open against the table."""
    return finding.status is Status.OPEN and finding.kind not in (Kind.ADVICE, Kind.UNKNOWN)


def status_of(findings: Iterable[Finding]) -> TableStatus:
    """The verdict on a table that has these findings.

    An open finding of any severity makes it noncompliant, unless something could
    not be seen: then nobody can say how many more there are.
    """
    standing = list(findings)
    if any(has_hole(f) for f in standing):
        return TableStatus.UNKNOWN
    if any(counts(f) for f in standing):
        return TableStatus.NONCOMPLIANT
    return TableStatus.COMPLIANT


def now() -> datetime:
    """The present time in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)
