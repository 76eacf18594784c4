"""Findings and tables as JSON data; see the report's schema for its promises."""

from __future__ import annotations

from typing import Any

from driftcheck.model.finding import Finding, PartyValue, State
from driftcheck.model.location import Location
from driftcheck.model.report import TableResult
from driftcheck.model.values import Json
from driftcheck.records.values import plain


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
        **({"left_out": list(table.left_out)} if table.left_out else {}),
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
