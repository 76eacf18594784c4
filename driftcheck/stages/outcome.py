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
    findings: Sequence[Finding], spec: Spec | None, waivers: Sequence[Waiver], today: date
) -> list[Finding]:
    """The findings with the spec's severities, and with what is waived marked as waived."""
    if spec is not None:
        findings = [with_severity(f, spec) for f in findings]
    return apply_waivers(findings, waivers, today, spec=spec.name if spec is not None else None)


def with_severity(finding: Finding, spec: Spec) -> Finding:
    """The finding with the severity that the spec gives it, if it gives one."""
    for override in spec.severity:
        if override.matches(finding):
            return replace(finding, severity=override.severity)
    return finding


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
