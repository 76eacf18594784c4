"""An earlier report, as far as a later run needs it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace

from driftcheck.model.finding import Finding, Kind, Status

#: A table in a report: name or address, account, region, spec.
TableKey = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class KnownFinding:
    """What has to be known of an earlier finding to tell that it is gone, and not just unseen."""

    table: TableKey
    spec: str | None = None
    target: str | None = None
    aspect: str | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """The findings that were open before, by id, and what live and code agreed on.

    ``agreed`` maps tables to aspects to the digests of code and live at that time.
    """

    open: Mapping[str, KnownFinding] = field(default_factory=dict)
    agreed: Mapping[TableKey, Mapping[str, tuple[str, str]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trend:
    """How a report compares with its baseline, in numbers of findings.

    ``fixed`` counts those that were looked for again and are gone: what could not be
    seen this time is not fixed.
    """

    known: int
    new: int
    fixed: int


def known_finding(finding: Finding) -> KnownFinding:
    """A finding as a baseline keeps it."""
    return KnownFinding(finding.table_key, finding.spec, finding.target, finding.aspect)


class Comparing:
    """Findings held against a baseline as they come."""

    def __init__(self, baseline: Baseline) -> None:
        self._baseline = baseline
        self._seen: set[str] = set()
        self._known = self._new = 0
        #: Where this run could not look: aspects of tables (None is all), and targets.
        self._holes: set[tuple[TableKey, str | None]] = set()
        self._failed: set[tuple[str | None, str | None]] = set()

    def mark(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings with those of the baseline marked.

        An unknown that decides stays open: a hole in the report is a hole every night.
        """
        return [self._marked(finding) for finding in findings]

    def _marked(self, finding: Finding) -> Finding:
        hole = finding.kind is Kind.UNKNOWN and finding.decides
        if hole:
            self._hole(known_finding(finding))
        known = finding.id in self._baseline.open
        if known:
            self._seen.add(finding.id)
        if finding.status is Status.BASELINE:  # marked by the run that is gone on with
            self._known += 1
        if finding.status is not Status.OPEN:
            return finding
        if known:
            self._known += 1
            return finding if hole else replace(finding, status=Status.BASELINE)
        self._new += finding.kind not in (Kind.UNKNOWN, Kind.ADVICE)
        return finding

    def withdraw(self, findings: Iterable[Finding]) -> None:
        """Do not count findings that were marked and then left out: others tell the same."""
        for finding in findings:
            if finding.id in self._baseline.open:
                self._known -= finding.status is not Status.WAIVED
            elif finding.status is Status.OPEN:
                self._new -= finding.kind not in (Kind.UNKNOWN, Kind.ADVICE)

    def trend(self, looked_at: Container[TableKey] | None = None) -> Trend:
        """The trend, when all findings were seen.

        ``looked_at`` are the tables of a run that was interrupted: of the others
        nothing is known.
        """
        gone = [k for i, k in self._baseline.open.items() if i not in self._seen]
        fixed = sum(
            1
            for known in gone
            if (looked_at is None or known.table in looked_at) and not self._unseen(known)
        )
        return Trend(self._known, self._new, fixed)

    def _hole(self, at: KnownFinding) -> None:
        if at.table[0] is None:  # the target failed, or its tables could not be listed
            self._failed.add((at.spec, at.target))
        self._holes.add((at.table, at.aspect))

    def _unseen(self, known: KnownFinding) -> bool:
        """Whether this run could not look where the finding was."""
        return (
            (known.table, known.aspect) in self._holes
            or (known.table, None) in self._holes
            or (known.spec, known.target) in self._failed
        )


def mark_known(findings: Iterable[Finding], baseline: Baseline) -> tuple[list[Finding], Trend]:
    """All findings of a report, those of the baseline marked, and the trend."""
    comparing = Comparing(baseline)
    return comparing.mark(findings), comparing.trend()
