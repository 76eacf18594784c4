"""Reading a JSON report again, to render it in another format or to compare with it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from driftcheck.errors import UsageError
from driftcheck.model.baseline import Baseline, Trend
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
from driftcheck.model.report import ApiCalls, Report, TableResult, TableStatus

#: Largest report that is read, in bytes.
MAX_BYTES = 512 * 1024 * 1024


def load_report(path: Path) -> Report:
    """The report in a file that ``--format json`` wrote.

    Raises ``UsageError`` where there is no such file and where it is no report of a
    version that is known.
    """
    document = _read(path)
    tables = tuple(_table(t) for t in document["tables"])
    summary = document["summary"]
    trend = summary.get("trend")
    return Report(
        command=document["command"],
        started_at=datetime.fromisoformat(document["started_at"]),
        finished_at=datetime.fromisoformat(document["finished_at"]),
        tables=tables,
        findings=tuple(_finding(f) for f in document["findings"]),
        api_calls={k: ApiCalls(**v) for k, v in summary["api_calls"].items()},
        complete=summary["complete"],
        trend=Trend(**trend) if trend is not None else None,
        allow_unknown=summary.get("not_seen", {}).get("allowed", False),
    )


def load_baseline(path: Path) -> Baseline:
    """What a later run needs of a saved report; see ``load_report`` for the errors."""
    report = load_report(path)
    return Baseline(
        open_ids=frozenset(
            f.id
            for f in report.findings
            if f.status is not Status.WAIVED and f.kind is not Kind.ADVICE
        ),
        agreed={t.key: t.agreed for t in report.tables if t.agreed},
    )


def _read(path: Path) -> dict[str, Any]:
    from jsonschema import Draft202012Validator

    from driftcheck.reports.schema import report_schema

    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"{path}: is larger than {MAX_BYTES // 1024 // 1024} MiB.")
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise UsageError(f"{path}: this is no JSON report: {error}.") from error
    for problem in Draft202012Validator(report_schema()).iter_errors(document):
        place = "/".join(str(p) for p in problem.absolute_path)
        where = f" at {place}" if place else ""
        raise UsageError(
            f"{path}: this is no report of driftcheck{where}: {problem.message[:200]}."
        )
    assert isinstance(document, dict)
    return document


def _table(data: dict[str, Any]) -> TableResult:
    return TableResult(
        data["name"],
        data["account"],
        data["region"],
        data["spec"],
        TableStatus(data["status"]),
        data["target"],
        data["address"],
        {a: (d["code"], d["live"]) for a, d in data.get("agreed", {}).items()},
    )


def _finding(data: dict[str, Any]) -> Finding:
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
