"""Findings and tables from their JSON data, which has been held against the schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from driftcheck.model.finding import (
    Finding,
    Kind,
    Party,
    PartyValue,
    Risk,
    Severity,
    State,
    Status,
)
from driftcheck.model.location import Location
from driftcheck.model.report import TableResult, TableStatus


def table_of(data: Mapping[str, Any]) -> TableResult:
    """The table that ``write.table_document`` made the data of."""
    return TableResult(
        data["name"],
        data["account"],
        data["region"],
        data["spec"],
        TableStatus(data["status"]),
        data["target"],
        data["address"],
        {a: (d["code"], d["live"]) for a, d in data.get("agreed", {}).items()},
        tuple(data.get("left_out", ())),
    )


def finding_of(data: Mapping[str, Any]) -> Finding:
    """The finding that ``write.finding_document`` made the data of."""
    values = data["values"]
    places = [data["location"], *data["related_locations"]]
    return Finding(
        kind=Kind(data["kind"]),
        rule=data["rule"],
        severity=Severity(data["severity"]),
        message=data["message"],
        table=data["table"],
        address=data["address"],
        spec=data["spec"],
        target=data["target"],
        account=data["account"],
        region=data["region"],
        aspect=data["aspect"],
        path=data["path"],
        expected=data["expected"],
        actual=data["actual"],
        spec_value=_value(values["spec"]),
        code_value=_value(values["code"]),
        live_value=_value(values["live"]),
        at_odds=Party(data["at_odds"]) if data["at_odds"] else None,
        risk=Risk(data["risk"]) if data["risk"] else None,
        status=Status(data["status"]),
        help=data["help"],
        locations=tuple(Location(p["file"], p["line"], p["column"]) for p in places if p),
        decides=data["decides"],
        hidden=data["hidden"],
        waiver=data["waiver"],
        breaks=tuple(data["breaks"]),
    )


def _value(data: dict[str, Any]) -> PartyValue:
    return PartyValue(State(data["state"]), data["value"], data.get("reason"))
