"""What the formats for other programs show of a report, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from driftcheck.model.baseline import TableKey
from driftcheck.model.finding import Finding, Kind, Status
from driftcheck.model.report import Report, TableResult


def worth_showing(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that somebody has to look at, or decided about; worst first.

    Unknown values that decide nothing stay in the JSON report.
    """
    shown = [f for f in findings if f.kind is not Kind.UNKNOWN or f.decides]
    return sorted(shown, key=_order)


def _order(finding: Finding) -> tuple[bool, int, str, str, str]:
    return (
        finding.status is not Status.OPEN,
        -finding.severity.rank,
        finding.table or finding.address or "",
        finding.path,
        finding.rule,
    )


def by_table(report: Report) -> Iterator[tuple[TableResult | None, list[Finding]]]:
    """Each table with its findings, then, without a table, the findings that are about none."""
    shown = worth_showing(report.findings)
    left: dict[TableKey, list[Finding]] = {}
    for finding in shown:
        left.setdefault(finding.table_key, []).append(finding)
    for table in report.tables:
        yield table, left.pop(table.key, [])
    rest = [f for f in shown if f.table_key in left]
    if rest:
        yield None, rest


def title(table: TableResult | None) -> str:
    """What a group of findings is about."""
    if table is None:
        return "Beside the tables"
    place = "/".join(p for p in (table.account, table.region) if p)
    name = table.name or table.address or "(no name)"
    return f"{name} ({place})" if place else name


def counted(number: int, noun: str) -> str:
    """``1 table``, ``2 tables``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def summary_line(report: Report) -> str:
    """The report in one sentence."""
    shown = worth_showing(report.findings)
    standing = sum(1 for f in shown if f.status is Status.OPEN)
    parts = [counted(len(report.tables), "table"), counted(standing, "open finding")]
    for status in (Status.WAIVED, Status.BASELINE):
        number = sum(1 for f in shown if f.status is status)
        if number:
            parts.append(f"{number} {'waived' if status is Status.WAIVED else 'known before'}")
    if not report.complete:
        parts.append("incomplete: the run was interrupted")
    return ", ".join(parts)
