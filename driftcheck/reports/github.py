"""GitHub workflow commands: findings as annotations on the lines of a pull request."""

from __future__ import annotations

from driftcheck.model.finding import Finding, Kind, Severity, Status
from driftcheck.model.report import Report
from driftcheck.reports.base import Style
from driftcheck.reports.printable import printable
from driftcheck.reports.selection import summary_line, worth_showing

_COMMAND = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
    Severity.INFO: "notice",
}


def render(report: Report, style: Style) -> str:
    """One annotation for each open finding, and the summary as plain text."""
    lines = [
        _annotation(f, style) for f in worth_showing(report.findings) if f.status is Status.OPEN
    ]
    return "\n".join([*lines, f"driftcheck: {summary_line(report)}"]) + "\n"


def _annotation(finding: Finding, style: Style) -> str:
    command = "error" if finding.kind is Kind.UNKNOWN else _COMMAND[finding.severity]
    properties = {"title": f"driftcheck {finding.rule}"}
    at = finding.location
    if at is not None:
        properties |= {"file": style.from_top(at.file), "line": str(at.line), "col": str(at.column)}
    parameters = ",".join(f"{k}={_property(v)}" for k, v in properties.items())
    subject = finding.table or finding.address
    told = f"{subject}: {finding.message}" if subject else finding.message
    return f"::{command} {parameters}::{_data(told)}"


def _data(text: str) -> str:
    """Text of others as the message of a command: it can neither end it nor begin another."""
    return printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
