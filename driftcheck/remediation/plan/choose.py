"""Which differences are to be mended, and what the others wait for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from driftcheck.compare.three_way import Sources, Verdict
from driftcheck.model.finding import Finding, Kind, Party
from driftcheck.model.values import Json, first_unknown


class Prefer(StrEnum):
    """Who is right where the code and the spec disagree."""

    SPEC = "spec"
    CODE = "code"


def nothing_waived(_finding: Finding) -> str | None:
    """No finding is waived."""
    return None


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody asked to be mended.

    ``only`` names aspects, none meaning all. ``waived`` gives the reason for which a
    finding was waived, None for one that was not.
    """

    prefer: Prefer | None = None
    include_ignored: bool = False
    allow_undetermined: bool = False
    only: frozenset[str] = frozenset()
    waived: Callable[[Finding], str | None] = nothing_waived

    def covers(self, verdict: Verdict) -> bool:
        """Whether the difference is within what was asked for."""
        return not self.only or verdict.aspect.name in self.only


def wanted_value(verdict: Verdict, sources: Sources, choice: Choice) -> Json:
    """The value that the place should have if it is mended."""
    if verdict.kind is Kind.CONTRACT and choice.prefer is Prefer.CODE:
        assert sources.code is not None
        return sources.code.get(verdict.pointer)
    return verdict.expected


def reason_to_leave(
    verdict: Verdict, finding: Finding, sources: Sources, choice: Choice
) -> str | None:
    """Why a difference is left alone, with what would have it mended; None to mend it."""
    waiver = choice.waived(finding)
    if waiver is not None:
        return f"it is waived: {waiver}"
    if verdict.kind is Kind.CONTRACT:
        if choice.prefer is None:
            return "code and spec disagree: change one of them, or choose --prefer spec or code"
        preferred = Party.SPEC if choice.prefer is Prefer.SPEC else Party.CODE
        other = Party.CODE if preferred is Party.SPEC else Party.SPEC
        if verdict.at_odds is other:
            return f"the live table is as the {preferred} says; the {other} has to change"
    unknown = first_unknown(wanted_value(verdict, sources, choice))
    if unknown is not None:
        return f"the value that it should have is not known ({unknown.reason})"
    if verdict.kind is Kind.DRIFT and verdict.at_odds is Party.CODE:
        return "the code went ahead and waits to be applied: apply it with Terraform"
    if verdict.hidden and not choice.include_ignored:
        return "the code ignores changes of it (lifecycle.ignore_changes): --include-ignored"
    undetermined = verdict.kind is Kind.DRIFT and verdict.at_odds is Party.UNDETERMINED
    if undetermined and not choice.allow_undetermined:
        return (
            "only code and live table speak of it, so either may be the one to change: "
            "state it in the spec, or --allow-undetermined"
        )
    return None
