"""All steps of one table: in order, those that AWS blocks for a time at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from driftcheck.aspects.base import FactUnavailable
from driftcheck.errors import AwsError
from driftcheck.model.finding import Risk
from driftcheck.remediation.execute.outcome import Result, StepOutcome, TableOutcome
from driftcheck.remediation.execute.reader import TableGone
from driftcheck.remediation.execute.stepper import OtherHand, Stepper
from driftcheck.remediation.plan.model import Step

#: Between two attempts at what AWS blocks for a time, in poll intervals: at first, at most.
_FIRST, _LONGEST = 4, 60


@dataclass(slots=True)
class TableRun:
    """Carries out the permitted steps of a table.

    After a failure only safe steps go on: what guards data may be what failed. Steps
    that AWS blocks for a time wait until the others are done.
    """

    stepper: Stepper
    steps: Sequence[Step]
    withheld: dict[int, str]
    outcomes: dict[int, StepOutcome] = field(default_factory=dict)
    made_at: dict[str, datetime] = field(default_factory=dict)

    def run(self) -> TableOutcome:
        """Make all steps; never raises for what AWS does."""
        plan = self.stepper.plan
        error: str | None = None
        try:
            blocked = [step for step in self.steps if not self._first_pass(step)]
            for step in blocked:
                self._second_pass(step)
        except OtherHand as hand:
            error = f"{hand} while the plan was carried out: nothing more was done. Plan again."
            self.stepper.journal.write(plan, None, "other-hand", error=error)
        except TableGone:
            error = f"the table {plan.table} is not there any more."
        except FactUnavailable as failure:
            error = f"the table cannot be read any more: {failure}."
        except AwsError as failure:
            error = str(failure)
        return TableOutcome(plan, tuple(self._outcome(step, error) for step in plan.steps), error)

    def _outcome(self, step: Step, error: str | None) -> StepOutcome:
        if step.number in self.outcomes:
            return self.outcomes[step.number]
        if step.number in self.withheld:
            return StepOutcome(step, Result.WITHHELD, self.withheld[step.number])
        if self.stepper.stop.asked():
            return StepOutcome(step, Result.INTERRUPTED)
        return StepOutcome(step, Result.SKIPPED, error or "an earlier step failed")

    def _first_pass(self, step: Step) -> bool:
        """Make a step unless it has to wait; whether that settles the matter for now."""
        if self.stepper.stop.asked():
            return True
        missing = self._missing(step)
        if missing is not None and missing.result is Result.BLOCKED:
            return False
        if missing is not None or self._too_risky(step):
            self._end(self._not_made(step, missing))
            return True
        if self._due(step) is not None:
            return False
        outcome = self._make(step)
        if outcome.result is Result.BLOCKED:
            self.outcomes[step.number] = outcome
            return False
        return True

    def _second_pass(self, step: Step) -> None:
        """Make a step that had to wait, as soon as AWS lets it; give up when time is over."""
        stepper = self.stepper
        pace, stop = stepper.pace, stepper.stop
        started = pace.clock()
        interval = pace.poll_interval * _FIRST
        while not stop.asked():
            missing = self._missing(step)
            if missing is not None or self._too_risky(step):
                self._end(self._not_made(step, missing))
                return
            last = self.outcomes.get(step.number)
            said = last.until if last is not None else None
            until = said or self._due(step)
            wait = stepper.server.seconds_until(until) if until is not None else None
            waited = pace.clock() - started
            over = not pace.wait or waited >= pace.wait_timeout
            # Only what AWS says is certain: what is documented was measured to end earlier.
            hopeless = said is not None and wait is not None and waited + wait > pace.wait_timeout
            if over or hopeless:
                self._end(last or self._still_blocked(step, until))
                return
            reason = f"AWS wants time to pass{f' until {until:%H:%M:%S} UTC' if until else ''}"
            stepper.observer.waits(stepper.plan, step, reason, waited)
            if last is not None or wait is None or wait > 0:
                stop.sleep(interval if wait is None else min(interval, wait + 0.05), pace)
                interval = min(interval * 1.5, pace.poll_interval * _LONGEST)
            if stop.asked():
                return
            outcome = self._make(step)
            if outcome.result is not Result.BLOCKED:
                return
            self.outcomes[step.number] = outcome

    def _make(self, step: Step) -> StepOutcome:
        stepper = self.stepper
        outcome = stepper.make(step)
        if outcome.result is not Result.BLOCKED:
            self._end(outcome)
        if outcome.result.done and step.change.group:
            now = stepper.server.now()
            if now is not None and outcome.result is Result.MADE:
                self.made_at[step.change.group] = now
        return outcome

    def _end(self, outcome: StepOutcome) -> None:
        self.outcomes[outcome.step.number] = outcome
        self.stepper.observer.ended(self.stepper.plan, outcome)

    def _due(self, step: Step) -> datetime | None:
        """When AWS will take the step, if it wants time between it and the one before."""
        before = self.made_at.get(step.change.group)
        if not step.change.interval or before is None:
            return None
        return before + timedelta(seconds=step.change.interval)

    def _still_blocked(self, step: Step, until: datetime | None) -> StepOutcome:
        return StepOutcome(step, Result.BLOCKED, "AWS wants more time to pass before it", until)

    def _missing(self, step: Step) -> StepOutcome | None:
        """The outcome of a step that this one needs and that is not done."""
        for number in step.needs:
            outcome = self.outcomes.get(number)
            if outcome is not None and not outcome.result.done:
                return outcome
        return None

    def _too_risky(self, step: Step) -> bool:
        """Whether something failed before a step that is not safe."""
        failures = (Result.FAILED, Result.DROPPED, Result.SKIPPED)
        failed = any(o.result in failures for o in self.outcomes.values())
        return failed and step.risk is not Risk.SAFE

    def _not_made(self, step: Step, missing: StepOutcome | None) -> StepOutcome:
        if missing is None:
            return StepOutcome(step, Result.SKIPPED, "an earlier step failed")
        why = f"step {missing.step.number} ({missing.step.change.title}) is {missing.result}"
        pending = missing.result in (Result.STARTED, Result.PENDING)
        return StepOutcome(step, Result.PENDING if pending else Result.SKIPPED, f"it needs: {why}")
