"""What all reports do with findings at the end: severities and waivers of the spec, verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from driftcheck.compare.waive import apply_waivers
from driftcheck.model.baseline import Baseline, mark_known
from driftcheck.model.finding import Finding
from driftcheck.model.report import Report, TableResult, status_of
from driftcheck.model.waiver import Waiver
from driftcheck.spec.model import Spec


def settle(
    findings: Sequence[Finding],
    spec: Spec | None,
    waivers: Sequence[Waiver],
    today: date,
    *,
    live: bool = True,
) -> list[Finding]:
    """The findings with the spec's severities, and with what is waived marked as waived.

    ``live`` is false where no live table was looked at: a waiver for what only a live
    table can show is then no sign of a mistake.
    """
    if spec is not None:
        findings = [with_severity(f, spec) for f in findings]
    name = spec.name if spec is not None else None
    return apply_waivers(findings, waivers, today, spec=name, live=live)


def with_severity(finding: Finding, spec: Spec) -> Finding:
    """The finding with the severity that the last matching override of the spec gives it."""
    matching = (o for o in reversed(spec.severity) if o.matches(finding))
    override = next(matching, None)
    return finding if override is None else replace(finding, severity=override.severity)


def against(report: Report, baseline: Baseline | None) -> Report:
    """The report with the findings of a baseline marked as known, and the trend.

    The tables keep their verdicts: a difference that was known before is one still.
    """
    if baseline is None:
        return report
    findings, trend = mark_known(report.findings, baseline)
    return replace(report, findings=tuple(findings), trend=trend)


def judged(result: TableResult, findings: Sequence[Finding]) -> TableResult:
    """The table with the verdict that its own findings amount to."""
    own = (
        f
        for f in findings
        if (f.table, f.address, f.target) == (result.name, result.address, result.target)
    )
    return replace(result, status=status_of(own))
