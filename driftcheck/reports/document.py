"""A report as the plain JSON data that is published; see ``schema`` for its promises."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from driftcheck import __version__
from driftcheck.model.finding import Finding, Kind, PartyValue, Severity, State, Status
from driftcheck.model.location import Location
from driftcheck.model.report import Report, TableResult, TableStatus
from driftcheck.model.values import Json
from driftcheck.reports.printable import plain

#: Raised when a promise of the format changes; additions do not raise it.
SCHEMA_VERSION = 1


def report_document(report: Report) -> dict[str, Json]:
    """The whole report."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "driftcheck", "version": __version__},
        "command": report.command,
        "started_at": timestamp(report.started_at),
        "finished_at": timestamp(report.finished_at),
        "summary": summary_document(report),
        "tables": [table_document(t) for t in report.tables],
        "findings": [finding_document(f) for f in report.findings],
    }


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC, as ``2027-01-31T04:05:06Z``."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def summary_document(report: Report) -> dict[str, Json]:
    """The report in numbers."""
    kinds, severities = report.by_kind(), report.by_severity()
    statuses = [f.status for f in report.findings]
    return {
        "complete": report.complete,
        "tables": len(report.tables),
        **{s.value: report.count(s) for s in TableStatus},
        "findings": {
            "total": len(report.findings),
            "by_kind": {k.value: kinds[k] for k in Kind},
            "by_severity": {s.value: severities[s] for s in Severity},
            "by_status": {s.value: statuses.count(s) for s in Status},
        },
        "not_seen": {
            "deciding": report.holes(),
            "informational": sum(
                1 for f in report.findings if f.kind is Kind.UNKNOWN and not f.decides
            ),
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


def table_document(table: TableResult) -> dict[str, Json]:
    """One table."""
    return {
        "name": table.name,
        "account": table.account,
        "region": table.region,
        "spec": table.spec,
        "target": table.target,
        "address": table.address,
        "status": table.status.value,
        "agreed": {a: {"code": c, "live": v} for a, (c, v) in sorted(table.agreed.items())},
    }


def finding_document(finding: Finding) -> dict[str, Json]:
    """One finding."""
    return {
        "id": finding.id,
        "kind": finding.kind.value,
        "rule": finding.rule,
        "severity": finding.severity.value,
        "table": finding.table,
        "address": finding.address,
        "spec": finding.spec,
        "target": finding.target,
        "account": finding.account,
        "region": finding.region,
        "aspect": finding.aspect,
        "path": finding.path,
        "expected": plain(finding.expected),
        "actual": plain(finding.actual),
        "values": {
            "spec": value_document(finding.spec_value),
            "code": value_document(finding.code_value),
            "live": value_document(finding.live_value),
        },
        "at_odds": finding.at_odds.value if finding.at_odds else None,
        "risk": finding.risk.value if finding.risk else None,
        "status": finding.status.value,
        "message": finding.message,
        "help": finding.help,
        "location": location_document(finding.location) if finding.location else None,
        "related_locations": [location_document(at) for at in finding.locations[1:]],
        "decides": finding.decides,
        "hidden": finding.hidden,
        "waiver": finding.waiver,
        "breaks": list(finding.breaks),
    }


def value_document(party: PartyValue) -> dict[str, Json]:
    """What one party says of a value."""
    result: dict[str, Any] = {"state": party.state.value, "value": None}
    if party.state is State.KNOWN:
        result["value"] = plain(party.value)
    if party.state is State.UNKNOWN:
        result["reason"] = party.reason
    return result


def location_document(location: Location) -> dict[str, Json]:
    """A place in a file."""
    return {"file": location.file, "line": location.line, "column": location.column}
