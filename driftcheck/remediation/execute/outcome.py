"""What became of the steps of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from driftcheck.remediation.plan.model import Step, TablePlan


class Result(StrEnum):
    """How a step ended.

    ``made`` and ``already`` are done. ``started`` was accepted by AWS and not waited
    for, or not to the end; ``pending`` was not called, because nobody wanted to wait for
    what goes on. ``dropped`` was accepted and had no effect.
    """

    MADE = "made"
    ALREADY = "already"
    STARTED = "started"
    PENDING = "pending"
    WITHHELD = "withheld"
    BLOCKED = "blocked"
    SKIPPED = "skipped"
    DROPPED = "dropped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def done(self) -> bool:
        """Whether the step has had its effect."""
        return self in (Result.MADE, Result.ALREADY)

    @property
    def bad(self) -> bool:
        """Whether something went wrong, or AWS has to be tried again later."""
        return self in (Result.BLOCKED, Result.DROPPED, Result.FAILED, Result.SKIPPED)


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """How one step ended, and why; ``until`` is the time before which AWS refuses it."""

    step: Step
    result: Result
    reason: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class TableOutcome:
    """How the steps of one table ended.

    ``error`` says what stopped the work on the table as a whole.
    """

    plan: TablePlan
    steps: tuple[StepOutcome, ...] = ()
    error: str | None = None

    @property
    def bad(self) -> bool:
        """Whether the table needs somebody's attention."""
        return self.error is not None or any(s.result.bad for s in self.steps)

    @property
    def changed(self) -> bool:
        """Whether AWS was told to change anything."""
        return any(s.result in (Result.MADE, Result.STARTED, Result.DROPPED) for s in self.steps)


class Observer(Protocol):
    """Is told what happens while it happens; several threads may tell at a time."""

    def begins(self, plan: TablePlan, step: Step) -> None:
        """A step is about to be made."""

    def waits(self, plan: TablePlan, step: Step, reason: str, seconds: float) -> None:
        """The step has been waiting for so long, because of what ``reason`` says."""

    def ended(self, plan: TablePlan, outcome: StepOutcome) -> None:
        """A step ended."""


class Silent:
    """Shows nothing to nobody."""

    def begins(self, plan: TablePlan, step: Step) -> None:
        """Nothing."""

    def waits(self, plan: TablePlan, step: Step, reason: str, seconds: float) -> None:
        """Nothing."""

    def ended(self, plan: TablePlan, outcome: StepOutcome) -> None:
        """Nothing."""
