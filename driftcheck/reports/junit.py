"""JUnit XML, as CI servers read it: a suite for each table, a case for each finding."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from driftcheck.model.finding import Finding, Kind, Status
from driftcheck.model.report import Report, TableResult
from driftcheck.reports.base import Style
from driftcheck.reports.printable import printable
from driftcheck.reports.selection import by_table, title


def render(report: Report, style: Style) -> str:
    """The report as JUnit XML. A table without findings is one case that passes."""
    del style
    suites = list(by_table(report))
    cases = sum(max(1, len(findings)) for _, findings in suites)
    failures = sum(_is_failure(f) for _, findings in suites for f in findings)
    errors = sum(_is_error(f) for _, findings in suites for f in findings)
    seconds = (report.finished_at - report.started_at).total_seconds()
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites name={_attribute(f'driftcheck {report.command}')} "
        f'tests="{cases}" failures="{failures}" '
        f'errors="{errors}" time="{seconds:.3f}">',
    ]
    for table, findings in suites:
        lines += _suite(table, findings)
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _suite(table: TableResult | None, findings: list[Finding]) -> Iterator[str]:
    name = _attribute(title(table))
    failures, errors = sum(map(_is_failure, findings)), sum(map(_is_error, findings))
    skipped = sum(f.status is not Status.OPEN for f in findings)
    yield (
        f'  <testsuite name={name} tests="{max(1, len(findings))}" failures="{failures}" '
        f'errors="{errors}" skipped="{skipped}">'
    )
    if not findings:
        yield f'    <testcase classname={name} name="complies"/>'
    for finding in findings:
        yield from _case(finding, name)
    yield "  </testsuite>"


def _case(finding: Finding, suite: str) -> Iterator[str]:
    where = ""
    if finding.location is not None:
        where = f' file={_attribute(finding.location.file)} line="{finding.location.line}"'
    name = _attribute(f"{finding.rule} {finding.path}".strip())
    yield f"    <testcase classname={suite} name={name}{where}>"
    message = _attribute(finding.message)
    if finding.status is not Status.OPEN:
        why = _attribute(finding.waiver or finding.status.value)
        yield f"      <skipped message={why}/>"
    else:
        tag = "error" if _is_error(finding) else "failure"
        yield (
            f'      <{tag} type="{finding.severity.value}" message={message}>'
            f"{escape(_details(finding))}</{tag}>"
        )
    yield "    </testcase>"


def _is_error(finding: Finding) -> bool:
    return finding.kind is Kind.UNKNOWN and finding.status is Status.OPEN


def _is_failure(finding: Finding) -> bool:
    return finding.kind is not Kind.UNKNOWN and finding.status is Status.OPEN


def _details(finding: Finding) -> str:
    lines = [printable(finding.message)]
    lines += [f"declared at {printable(str(at))}" for at in finding.locations]
    if finding.help:
        lines.append(printable(" ".join(finding.help.split())))
    return "\n".join(lines)


def _attribute(text: str) -> str:
    # XML 1.0 cannot carry most control characters, not even escaped.
    return quoteattr(printable(text))
