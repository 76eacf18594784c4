"""What a report amounts to: exit codes and verdicts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from driftcheck.model.finding import Finding, Kind, Severity, Status
from driftcheck.model.report import ApiCalls, Report, TableStatus, now, status_of
from tests.reports.conftest import START

LOW, HIGH = (Finding(Kind.DRIFT, "r", severity, "m") for severity in (Severity.LOW, Severity.HIGH))
HOLE = Finding(Kind.UNKNOWN, "r", Severity.HIGH, "m")
HARMLESS = replace(HOLE, decides=False)
ADVICE = Finding(Kind.ADVICE, "r", Severity.CRITICAL, "m")


def waived(finding: Finding) -> Finding:
    return replace(finding, status=Status.WAIVED)


@pytest.mark.parametrize(
    ("findings", "fail_on", "code"),
    [
        ([], Severity.INFO, 0),
        ([LOW], Severity.LOW, 1),
        ([LOW], Severity.MEDIUM, 0),
        ([HIGH], Severity.HIGH, 1),
        ([HIGH], None, 0),
        ([waived(HIGH)], Severity.INFO, 0),
        ([replace(HIGH, status=Status.BASELINE)], Severity.INFO, 0),
        ([ADVICE], Severity.INFO, 0),
        ([HARMLESS], Severity.INFO, 0),
        ([HOLE], Severity.INFO, 2),
        ([HOLE], None, 2),
        ([HOLE, HIGH], Severity.LOW, 2),
        ([waived(HOLE), HIGH], Severity.LOW, 1),
    ],
)
def test_exit_codes(findings: list[Finding], fail_on: Severity | None, code: int) -> None:
    assert Report("scan", START, START, findings=tuple(findings)).exit_code(fail_on) == code


def test_an_incomplete_report_is_no_verdict() -> None:
    assert Report("scan", START, START, complete=False).exit_code(Severity.LOW) == 2


@pytest.mark.parametrize(
    ("findings", "status"),
    [
        ([], TableStatus.COMPLIANT),
        ([HARMLESS, ADVICE, waived(HIGH)], TableStatus.COMPLIANT),
        ([LOW], TableStatus.NONCOMPLIANT),
        ([LOW, HOLE], TableStatus.UNKNOWN),
    ],
)
def test_the_verdict_on_a_table(findings: list[Finding], status: TableStatus) -> None:
    assert status_of(findings) is status


def test_calls_add_up() -> None:
    assert ApiCalls(1, 2, 3) + ApiCalls(10, 20, 30) == ApiCalls(11, 22, 33)


def test_times_carry_their_zone() -> None:
    assert now().tzinfo is not None
    assert now().microsecond == 0
