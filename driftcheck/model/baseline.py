"""An earlier report, as far as a later run needs it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from driftcheck.model.finding import Finding, Status

#: A table in a report: name or address, account, region, spec.
TableKey = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Baseline:
    """The findings that were open before, by id, and what live and code agreed on.

    ``agreed`` maps tables to aspects to the digests of code and live at that time.
    """

    open_ids: frozenset[str] = frozenset()
    agreed: Mapping[TableKey, Mapping[str, tuple[str, str]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trend:
    """How a report compares with its baseline, in numbers of findings."""

    known: int
    new: int
    fixed: int


def mark_known(findings: Iterable[Finding], baseline: Baseline) -> tuple[list[Finding], Trend]:
    """The findings with those of the baseline marked, and the trend.

    An unknown that decides stays open: a hole in the report is a hole every night.
    """
    marked: list[Finding] = []
    seen: set[str] = set()
    known = new = 0
    for finding in findings:
        if finding.id in baseline.open_ids:
            seen.add(finding.id)
        if finding.status is not Status.OPEN:
            marked.append(finding)
        elif finding.id in baseline.open_ids:
            known += 1
            hole = finding.kind.value == "unknown" and finding.decides
            marked.append(finding if hole else replace(finding, status=Status.BASELINE))
        else:
            new += finding.kind.value not in ("unknown", "advice")
            marked.append(finding)
    return marked, Trend(known, new, len(baseline.open_ids - seen))
