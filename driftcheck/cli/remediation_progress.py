"""What a remediation is doing, on standard error, while it does it."""

from __future__ import annotations

import threading

from driftcheck.cli.progress import Progress
from driftcheck.remediation.execute.outcome import StepOutcome
from driftcheck.remediation.plan.model import Step, TablePlan

#: Seconds between two lines about one wait, where lines are not rewritten in place.
_EVERY = 60.0


class ShownSteps:
    """An observer that tells the progress line; several threads may call it at a time."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._lock = threading.Lock()
        self._told: dict[str, float] = {}

    def begins(self, plan: TablePlan, step: Step) -> None:
        """A step is about to be made."""
        with self._lock:
            self._told.pop(plan.arn, None)
            self._progress.step(_line(plan, step, step.change.title))

    def waits(self, plan: TablePlan, step: Step, reason: str, seconds: float) -> None:
        """The step has been waiting for so long, because of what ``reason`` says."""
        text = _line(plan, step, f"{step.change.title}: {reason} ({_duration(seconds)})")
        with self._lock:
            if seconds - self._told.get(plan.arn, 0.0) >= _EVERY:
                self._told[plan.arn] = seconds
                self._progress.milestone(text)
            else:
                self._progress.step(text)

    def ended(self, plan: TablePlan, outcome: StepOutcome) -> None:
        """A step ended."""
        step = outcome.step
        with self._lock:
            text = f"{step.change.title}: {outcome.result.value}"
            self._progress.milestone(_line(plan, step, text))


def _line(plan: TablePlan, step: Step, text: str) -> str:
    return f"{plan.table} {step.number}/{len(plan.steps)}: {text}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
