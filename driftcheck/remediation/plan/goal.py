"""The table as it will be once everything chosen is mended.

Differences hide others: beside another billing mode capacity means nothing, and an
index that is not there has no scaling. So what was chosen is put into a copy of the
live table, that copy is compared again, and what now comes to light belongs to the same
choice, until nothing new does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from driftcheck.aspects.base import Aspect
from driftcheck.compare.findings import Place, finding_of
from driftcheck.compare.three_way import (
    Evidence,
    Sources,
    Unsettled,
    Verdict,
    compare_table,
    no_evidence,
)
from driftcheck.model.finding import Finding
from driftcheck.model.table import Table
from driftcheck.model.values import Unknown
from driftcheck.remediation.plan.choose import Choice, reason_to_leave, wanted_value
from driftcheck.remediation.plan.model import LeftAlone
from driftcheck.remediation.plan.patch import patched

#: Differences hide others at most a few deep: mode, then indexes, then what scales them.
_MOST_ROUNDS = 8


@dataclass(slots=True)
class Goal:
    """Where a table is to be brought.

    ``chosen`` are the findings that will be mended, those that only came to light on
    the way included; ``left`` the others.
    """

    wanted: Table
    chosen: list[Finding] = field(default_factory=list)
    left: list[LeftAlone] = field(default_factory=list)
    unsettled: list[Unsettled] = field(default_factory=list)


def goal_of(
    aspects: Sequence[Aspect],
    sources: Sources,
    place: Place,
    choice: Choice,
    evidence: Evidence = no_evidence,
) -> Goal:
    """The goal for one table, whose live description ``sources`` has."""
    assert sources.live is not None
    goal = Goal(sources.live)
    passed: set[str] = set()
    taken: set[str] = set()
    for round_ in range(_MOST_ROUNDS):
        seen = replace(sources, live=goal.wanted)
        fresh: list[tuple[Verdict, Finding]] = []
        for item in compare_table(aspects, seen, evidence):
            if isinstance(item, Unsettled):
                if round_ == 0:
                    goal.unsettled.append(item)
            elif (
                choice.covers(item)
                and item.pointer not in taken
                and not _near(item.pointer, passed)
            ):
                finding = finding_of(item, seen, place)
                why = _why_left(item, finding, sources, choice, first=round_ == 0)
                if why is None:
                    fresh.append((item, finding))
                else:
                    passed.add(item.pointer)
                    goal.left.append(_left(item, finding, why))
        wanted = goal.wanted
        for verdict, finding in fresh:
            wanted = patched(wanted, verdict.pointer, wanted_value(verdict, sources, choice))
            goal.chosen.append(finding)
            taken.add(verdict.pointer)
        if not fresh:
            break
        goal.wanted = followed(aspects, goal.wanted, wanted)
    return goal


def followed(aspects: Sequence[Aspect], before: Table, after: Table) -> Table:
    """The table after AWS has drawn the consequences of what changed in it."""
    settings = dict(after.settings)
    for aspect in aspects:
        fragment = settings.get(aspect.name)
        if fragment is not None and not isinstance(fragment, Unknown):
            settings[aspect.name] = aspect.follow(fragment, before, after)
    return replace(after, settings=settings)


def _why_left(
    verdict: Verdict, finding: Finding, sources: Sources, choice: Choice, *, first: bool
) -> str | None:
    if not first:
        # Only a change of ours brought it to light: live never had a say in it.
        free = replace(choice, include_ignored=True, allow_undetermined=True)
        return reason_to_leave(verdict, finding, sources, free)
    return reason_to_leave(verdict, finding, sources, choice)


def _left(verdict: Verdict, finding: Finding, why: str) -> LeftAlone:
    return LeftAlone(
        finding=finding.id,
        aspect=verdict.aspect.name,
        pointer=verdict.pointer,
        message=finding.message,
        why=why,
        location=finding.location,
    )


def _near(pointer: str, pointers: set[str]) -> bool:
    """Whether one of the pointers is this one, encloses it, or lies inside it."""
    return any(
        p == pointer or pointer.startswith(p + "/") or p.startswith(pointer + "/") for p in pointers
    )
