"""A report as the plain JSON data that is published; see ``schema`` for its promises."""

from __future__ import annotations

from datetime import UTC, datetime

from driftcheck import __version__
from driftcheck.model.finding import Kind, Severity, Status
from driftcheck.model.report import Report, TableStatus
from driftcheck.model.values import Json
from driftcheck.records.write import finding_document, table_document

#: Raised when a promise of the format changes; additions do not raise it.
SCHEMA_VERSION = 1


def report_document(report: Report) -> dict[str, Json]:
    """The whole report."""
    return {
        **heading_document(report),
        "tables": [table_document(t) for t in report.tables],
        "findings": [finding_document(f) for f in report.findings],
    }


def heading_document(report: Report) -> dict[str, Json]:
    """The report without its tables and findings."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "driftcheck", "version": __version__},
        "command": report.command,
        "started_at": timestamp(report.started_at),
        "finished_at": timestamp(report.finished_at),
        "summary": summary_document(report),
    }


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC, as ``2027-01-31T04:05:06Z``."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def summary_document(report: Report) -> dict[str, Json]:
    """The report in numbers."""
    tally = report.tally
    return {
        "complete": report.complete,
        "tables": tally.tables,
        **{s.value: tally.by_table_status[s] for s in TableStatus},
        "findings": {
            "total": tally.findings,
            "by_kind": {k.value: tally.by_kind[k] for k in Kind},
            "by_severity": {s.value: tally.by_severity[s] for s in Severity},
            "by_status": {s.value: tally.by_status[s] for s in Status},
        },
        "not_seen": {
            "deciding": tally.holes,
            "informational": tally.informational,
            "allowed": report.allow_unknown,
        },
        "trend": trend_document(report),
        "api_calls": {
            operation: {
                "calls": calls.calls,
                "retries": calls.retries,
                "throttled": calls.throttled,
            }
            for operation, calls in sorted(report.api_calls.items())
        },
    }


def trend_document(report: Report) -> dict[str, Json] | None:
    """How the report compares with its baseline; None where it had none."""
    if report.trend is None:
        return None
    return {"known": report.trend.known, "new": report.trend.new, "fixed": report.trend.fixed}
