"""Markdown for a pull request comment or a step summary: short, details folded away."""

from __future__ import annotations

from collections.abc import Iterator

from driftcheck.model.finding import Finding, Kind, Severity, Status
from driftcheck.model.report import Report, TableResult
from driftcheck.reports.base import Style
from driftcheck.reports.printable import printable
from driftcheck.reports.selection import by_table, counted, summary_line, title

#: Findings listed for one table; GitHub cuts comments off at 65,536 characters.
_MOST = 50
_SIGN = {
    Severity.CRITICAL: "🟥",
    Severity.HIGH: "🟥",
    Severity.MEDIUM: "🟧",
    Severity.LOW: "🟨",
    Severity.INFO: "⬜",
}
#: What Markdown or GitHub gives a meaning: emphasis, links, code, tables, mentions, issues.
_ENTITIES = {c: f"&#{ord(c)};" for c in "\\`*_{}[]()#+!|~@:<>&\"'"}


def render(report: Report, style: Style) -> str:
    """The report as GitHub-flavoured Markdown."""
    del style
    lines = [f"### driftcheck {inert(report.command)}: {inert(summary_line(report))}", ""]
    for table, findings in by_table(report):
        if findings:
            lines += _group(table, findings)
    return "\n".join(lines).rstrip("\n") + "\n"


def _group(table: TableResult | None, findings: list[Finding]) -> Iterator[str]:
    standing = [f for f in findings if f.status is Status.OPEN]
    worst = max((f.severity for f in standing), key=lambda s: s.rank, default=Severity.INFO)
    heading = f"{_SIGN[worst]} <b>{inert(title(table))}</b>: {counted(len(standing), 'finding')}"
    yield f"<details{' open' if worst.rank >= Severity.HIGH.rank else ''}><summary>"
    yield f"{heading}</summary>"
    yield ""
    yield "| | finding | where |"
    yield "|---|---|---|"
    for finding in findings[:_MOST]:
        yield _row(finding)
    if len(findings) > _MOST:
        yield f"| | and {len(findings) - _MOST} more: see the JSON report | |"
    yield ""
    yield "</details>"
    yield ""


def _row(finding: Finding) -> str:
    where = inert(str(finding.location)) if finding.location else ""
    label = "unknown" if finding.kind is Kind.UNKNOWN else finding.severity.value
    text = inert(finding.message)
    if finding.help and finding.status is Status.OPEN:
        text += f"<br><sub>{inert(finding.help)}</sub>"
    if finding.status is not Status.OPEN:
        text = f"<s>{text}</s> {finding.status.value}"
        text += f": {inert(finding.waiver)}" if finding.waiver else ""
    text += f"<br><sub>{inert(finding.rule)}</sub>"
    return f"| {_SIGN[finding.severity]} {label} | {text} | {where} |"


def inert(text: str) -> str:
    """Text of others with no meaning left in it for Markdown, HTML or GitHub."""
    return "".join(_ENTITIES.get(c, c) for c in printable(" ".join(text.split())))
