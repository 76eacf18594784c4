"""The report for people: grouped by table, worst first, a summary at the end."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from driftcheck.model.finding import Finding, Kind, PartyValue, Severity, State, Status
from driftcheck.model.report import Report, TableResult, TableStatus
from driftcheck.model.values import Json
from driftcheck.records.values import SENSITIVE
from driftcheck.reports.base import Style
from driftcheck.reports.printable import brief, no_commands, printable

#: ANSI codes (ECMA-48, select graphic rendition).
_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
_SEVERITY_COLORS = {
    Severity.CRITICAL: ("bold", "red"),
    Severity.HIGH: ("red",),
    Severity.MEDIUM: ("yellow",),
    Severity.LOW: ("cyan",),
    Severity.INFO: ("dim",),
}
_STATUS_COLORS = {
    TableStatus.COMPLIANT: "green",
    TableStatus.NONCOMPLIANT: "red",
    TableStatus.UNKNOWN: "yellow",
}
#: Widest value that messages hold, in columns.
_MESSAGE_VALUE = 56
#: Columns before a finding's text: two, the longest severity, two.
_INDENT = 12
#: Fewest columns that sentences are broken into.
_LEAST = 24


def render(report: Report, style: Style) -> str:
    """The report as text; every line ends with a newline."""
    page = _Page(style)
    groups = _grouped(report)
    for table, findings in groups:
        page.table(table, findings)
    page.summary(report)
    return no_commands("\n".join(page.lines) + "\n")


def _grouped(report: Report) -> list[tuple[TableResult | None, list[Finding]]]:
    """The tables in order, each with its findings; findings about no table stand last."""
    by_table: dict[tuple[str | None, ...], list[Finding]] = {}
    for finding in report.findings:
        by_table.setdefault(finding.table_key, []).append(finding)
    groups: list[tuple[TableResult | None, list[Finding]]] = [
        (table, by_table.pop(table.key, [])) for table in report.tables
    ]
    rest = [finding for findings in by_table.values() for finding in findings]
    if rest:
        groups.append((None, rest))
    return groups


class _Page:
    """The lines written so far."""

    def __init__(self, style: Style) -> None:
        self.lines: list[str] = []
        self._style = style

    def table(self, table: TableResult | None, findings: list[Finding]) -> None:
        """One table with everything that was found about it."""
        shown, quiet = self._worth_showing(findings)
        if table is not None and not shown and self._style.quiet:
            return
        self.lines.append(self._heading(table))
        for finding in sorted(shown, key=_order):
            self._finding(finding, table)
        if quiet:
            values = "1 value" if quiet == 1 else f"{quiet} values"
            self._put(
                f"{values} could not be known, which decides nothing; --verbose lists them", "dim"
            )
        if table is not None and table.left_out:
            self._put(f"left out by the spec: {', '.join(table.left_out)}", "dim")
        if shown or quiet:
            self.lines.append("")

    def _worth_showing(self, findings: list[Finding]) -> tuple[list[Finding], int]:
        """The findings to list, and how many unknowns without consequence are only counted."""
        if self._style.verbose:
            return findings, 0
        shown = [f for f in findings if f.kind is not Kind.UNKNOWN or f.decides]
        return shown, len(findings) - len(shown)

    def _heading(self, table: TableResult | None) -> str:
        if table is None:
            return self._paint("Beside the tables", "bold")
        name = printable(table.name or table.address or "(no name)")
        place = "/".join(printable(p) for p in (table.account, table.region) if p)
        origin = f"{table.spec}, {table.target}" if table.target else table.spec
        details = [place, printable(origin) if origin else "", printable(table.address or "")]
        status = self._paint(table.status.value, _STATUS_COLORS[table.status])
        rest = "  ".join(d for d in details if d)
        return f"{self._paint(name, 'bold')}  {self._paint(rest, 'dim')}  {status}"

    def _finding(self, finding: Finding, table: TableResult | None) -> None:
        severity = f"{finding.severity.value:<8}"
        message = printable(finding.message)
        open_ = finding.status is Status.OPEN
        colors = _SEVERITY_COLORS[finding.severity] if open_ else ("dim",)
        label = self._paint(severity, *colors)
        first, *more = self._wrapped(message)
        self.lines.append(f"  {label}  {self._paint(first, 'bold') if open_ else first}")
        self.lines += [" " * _INDENT + line for line in more]
        self._put(_subject(finding, table), "dim")
        for line in self._values(finding):
            self._put(line)
        for line in self._places(finding):
            self._put(printable(line))
        if self._style.verbose and finding.risk is not None:
            self._put(f"mending it is {finding.risk.value}")
        if finding.breaks:
            self._put("breaks " + ", ".join(printable(b) for b in finding.breaks))
        if not open_:
            reason = f": {printable(finding.waiver)}" if finding.waiver else ""
            self._put(f"{finding.status.value}{reason}", "cyan")
        elif finding.help and (self._style.verbose or finding.kind is not Kind.DRIFT):
            for line in self._wrapped(printable(" ".join(finding.help.split()))):
                self._put(line, "dim")

    def _places(self, finding: Finding) -> Iterator[str]:
        """The line that says the expected value, and the line that the value came from.

        What lies between the two (locals, variables of modules) is for ``verbose``.
        """
        if not finding.locations:
            return
        first, *rest = finding.locations
        yield f"declared at {first}"
        if self._style.verbose:
            yield from (f"       from {location}" for location in rest)
        elif rest:
            between = f" ({len(rest) - 1} in between)" if len(rest) > 1 else ""
            yield f"       from {rest[-1]}{between}"

    def _values(self, finding: Finding) -> Iterator[str]:
        """The values in full, where the message has room for a part of them only."""
        width = self._style.width - _INDENT - 10
        if finding.kind is Kind.CONTRACT:
            parties = (
                ("spec", finding.spec_value),
                ("code", finding.code_value),
                ("live", finding.live_value),
            )
            if any(_wide(party.value) for _, party in parties):
                for name, party in parties:
                    yield f"{name:<8}  {_party(party, width)}"
        elif _wide(finding.expected) or _wide(finding.actual):
            # A policy asks for more than one value could say.
            if finding.kind is not Kind.POLICY:
                yield f"expected  {brief(finding.expected, width)}"
            yield f"actual    {brief(finding.actual, width)}"

    def summary(self, report: Report) -> None:
        """The last line: the whole report in numbers."""
        tally = report.tally
        tables = _number(tally.tables, "table")
        statuses = tally.by_table_status
        parts = [f"{statuses[s]} {s.value}" for s in TableStatus if statuses[s]]
        line = f"{tables}: {', '.join(parts)}" if parts else tables
        counted = [f for f in report.findings if f.kind is not Kind.UNKNOWN or f.decides]
        standing = [f for f in counted if f.status is Status.OPEN]
        if standing:
            severities = [
                f"{count} {s.value}"
                for s in reversed(Severity)
                if (count := sum(1 for f in standing if f.severity is s))
            ]
            line += f"; {_number(len(standing), 'finding')}: {', '.join(severities)}"
        else:
            line += "; no open finding"
        for status in (Status.WAIVED, Status.BASELINE):
            count = sum(1 for f in counted if f.status is status)
            if count:
                line += f"; {count} {'waived' if status is Status.WAIVED else 'in the baseline'}"
        if report.allow_unknown and tally.holes:
            line += f"; {_number(tally.holes, 'value')} not seen (--allow-unknown)"
        if report.trend is not None:
            line += f"; {report.trend.new} new and {report.trend.fixed} fixed since the baseline"
        calls = sum(c.calls for c in report.api_calls.values())
        if calls:
            seconds = (report.finished_at - report.started_at).total_seconds()
            line += f"; {_number(calls, 'AWS call')} in {seconds:.0f} s"
        if not report.complete:
            self.lines.append(self._paint("This report is incomplete: interrupted.", "yellow"))
        self.lines.append(self._paint(line, "bold"))

    def _put(self, text: str, *colors: str) -> None:
        self.lines.append(" " * _INDENT + self._paint(text, *colors))

    def _wrapped(self, text: str) -> list[str]:
        width = max(_LEAST, self._style.width - _INDENT)
        return textwrap.wrap(text, width, break_on_hyphens=False) or [""]

    def _paint(self, text: str, *colors: str) -> str:
        if not self._style.color or not text or not colors:
            return text
        return f"\x1b[{';'.join(_CODES[c] for c in colors)}m{text}\x1b[0m"


def _order(finding: Finding) -> tuple[bool, int, str]:
    return (finding.status is not Status.OPEN, -finding.severity.rank, finding.path)


def _subject(finding: Finding, table: TableResult | None) -> str:
    """The rule and what it is about, so far as the heading does not say it."""
    where = [finding.rule, finding.path]
    if table is None:
        where += [finding.table or "", finding.account or "", finding.region or ""]
        where += [finding.spec or "", finding.target or ""]
    if finding.address is not None and (table is None or finding.address != table.address):
        where.append(finding.address)
    if finding.at_odds is not None and finding.kind in (Kind.DRIFT, Kind.CONTRACT):
        where.append(f"at odds: {finding.at_odds.value}")
    return printable("  ".join(w for w in where if w))


def _wide(value: Json) -> bool:
    """Whether a message cannot hold the value, or shows it in other words."""
    return len(brief(value, 1000)) > _MESSAGE_VALUE


def _party(party: PartyValue, width: int) -> str:
    match party.state:
        case State.KNOWN:
            return brief(party.value, width)
        case State.UNKNOWN:
            return f"unknown ({printable(party.reason or 'no reason given')})"
        case State.SENSITIVE:
            return SENSITIVE
        case State.ABSENT:
            return "absent"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
