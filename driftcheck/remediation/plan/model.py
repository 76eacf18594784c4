"""Plans: what is shown, saved and executed are the same objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from driftcheck.aspects.change import UPDATE_TABLE, Change
from driftcheck.model.finding import Risk
from driftcheck.model.location import Location
from driftcheck.model.values import Json


class Gate(StrEnum):
    """How still a table has to be before a call about it.

    AWS lets most of what is no UpdateTable work on a table that changes. UpdateTable
    waits until nothing moves any more: ACTIVE alone does not mean that.
    """

    QUIET = "quiet"
    ACTIVE = "active"
    OPEN = "open"


_GATES = {
    UPDATE_TABLE: Gate.QUIET,
    "dynamodb:UpdateTimeToLive": Gate.ACTIVE,
    "application-autoscaling:RegisterScalableTarget": Gate.ACTIVE,
    "application-autoscaling:DeregisterScalableTarget": Gate.ACTIVE,
}


@dataclass(frozen=True, slots=True)
class Mend:
    """One place of the document that a step brings from ``before`` to ``after``."""

    pointer: str
    before: Json
    after: Json


@dataclass(frozen=True, slots=True)
class Step:
    """One API call of a plan.

    ``number`` counts from 1 within the table; ``needs`` are the numbers of the steps
    without which this one cannot be made. ``findings`` are the ids of what it mends.
    ``blocked_until`` is the moment before which AWS is known to refuse it.
    """

    number: int
    aspect: str
    change: Change
    mends: tuple[Mend, ...] = ()
    findings: tuple[str, ...] = ()
    needs: tuple[int, ...] = ()
    blocked_until: datetime | None = None

    @property
    def gate(self) -> Gate:
        """How still the table has to be."""
        return _GATES.get(self.change.operation, Gate.OPEN)

    @property
    def risk(self) -> Risk:
        """What the step may cost."""
        return self.change.risk


@dataclass(frozen=True, slots=True)
class Refused:
    """Differences that no call mends: why, and what a person can do instead."""

    aspect: str
    pointers: tuple[str, ...]
    reason: str
    instead: str
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """A difference that nobody chose to mend, and how it could be chosen."""

    finding: str
    aspect: str
    pointer: str
    message: str
    why: str
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class TablePlan:
    """Everything that is to be done to one table.

    ``table_id`` and ``fingerprint`` tell whether the table is still the one that was
    planned for, configured as it was then. ``unknown`` says what could not be read or
    evaluated, so that nothing was planned about it.
    """

    table: str
    arn: str
    account: str
    region: str
    spec: str
    target: str
    address: str | None
    table_id: str | None
    fingerprint: str
    steps: tuple[Step, ...] = ()
    refused: tuple[Refused, ...] = ()
    left_alone: tuple[LeftAlone, ...] = ()
    unknown: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.table} ({self.account}/{self.region})"

    def step(self, number: int) -> Step:
        """The step with this number."""
        return self.steps[number - 1]


@dataclass(frozen=True, slots=True)
class Plan:
    """The plans of all tables of a run."""

    created_at: datetime
    tables: tuple[TablePlan, ...] = field(default_factory=tuple)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do, and nothing that somebody else would have to do."""
        return not any(t.steps or t.refused or t.left_alone or t.unknown for t in self.tables)
