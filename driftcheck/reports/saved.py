"""Reading a JSON report again, to render it in another format or to compare with it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from driftcheck.errors import UsageError
from driftcheck.model.baseline import Baseline, Trend, known_finding
from driftcheck.model.finding import Kind, Status
from driftcheck.model.report import ApiCalls, Report
from driftcheck.paths import content_of
from driftcheck.records.read import finding_of, table_of

#: Largest report that is read, in bytes.
MAX_BYTES = 256 * 1024 * 1024


def load_report(path: Path) -> Report:
    """The report in a file that ``--format json`` wrote.

    Raises ``UsageError`` where there is no such file and where it is no report of a
    version that is known.
    """
    document = _read(path)
    tables = tuple(table_of(t) for t in document["tables"])
    summary = document["summary"]
    trend = summary.get("trend")
    return Report(
        command=document["command"],
        started_at=_moment(document["started_at"], path),
        finished_at=_moment(document["finished_at"], path),
        tables=tables,
        findings=tuple(finding_of(f) for f in document["findings"]),
        api_calls={k: ApiCalls(**v) for k, v in summary["api_calls"].items()},
        complete=summary["complete"],
        trend=Trend(**trend) if trend is not None else None,
        allow_unknown=summary.get("not_seen", {}).get("allowed", False),
    )


def _moment(text: str, path: Path) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f'{path}: this is no report of driftcheck: "{text}" is no time.') from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def load_baseline(path: Path) -> Baseline:
    """What a later run needs of a saved report; see ``load_report`` for the errors."""
    report = load_report(path)
    return Baseline(
        open={
            f.id: known_finding(f)
            for f in report.findings
            if f.status is not Status.WAIVED and f.kind is not Kind.ADVICE
        },
        agreed={t.key: t.agreed for t in report.tables if t.agreed},
    )


def _read(path: Path) -> dict[str, Any]:
    from jsonschema import Draft202012Validator

    from driftcheck.reports.schema import report_schema

    data = content_of(path, MAX_BYTES)
    try:
        document = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: this is no JSON report: {error}.") from error
    for problem in Draft202012Validator(report_schema()).iter_errors(document):
        place = "/".join(str(p) for p in problem.absolute_path)
        where = f" at {place}" if place else ""
        raise UsageError(
            f"{path}: this is no report of driftcheck{where}: {problem.message[:200]}."
        )
    assert isinstance(document, dict)
    return document
