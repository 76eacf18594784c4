"""One step: wait until it may be made, make it, wait until AWS is done with it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from driftcheck.aspects.base import Aspect, FactUnavailable
from driftcheck.aspects.comparing import Difference
from driftcheck.aws.failures import fatal
from driftcheck.model.pointer import split
from driftcheck.model.table import Table
from driftcheck.model.values import Cause, Json, Unknown, first_unknown, reveal
from driftcheck.remediation.execute.journal import Journal
from driftcheck.remediation.execute.outcome import Observer, Result, StepOutcome
from driftcheck.remediation.execute.pace import Pace, ServerClock, Stop
from driftcheck.remediation.execute.reader import (
    Look,
    Reader,
    as_wanted,
    aspects_of,
    foreign,
    unmended,
)
from driftcheck.remediation.execute.refusals import Meaning, Refusal, refusal
from driftcheck.remediation.plan.model import Gate, Step, TablePlan

#: Makes one call, once: operation, arguments, region (None for the table's own).
Caller = Callable[[str, Mapping[str, Any], str | None], Mapping[str, Any]]

#: Times that a call may be lost before it counts as failed.
_MOST_LOST = 6
#: Seconds that are waited for what AWS does in moments, even if nobody wants to wait.
_MOMENT = 60.0
#: Looks that have to agree before a change by somebody else is believed.
_CONFIRMING = 2


class OtherHand(Exception):
    """Somebody else changed the table between two looks."""

    def __init__(self, found: Sequence[Difference]) -> None:
        first = found[0]
        more = f" (and {len(found) - 1} other places)" if len(found) > 1 else ""
        super().__init__(f"somebody else changed {first.pointer}{more}")
        self.found = tuple(found)


@dataclass(slots=True)
class Stepper:
    """Makes the steps of one table, one after the other.

    ``known`` is the table as it was last seen at rest; ``unsettled`` are the places that
    steps changed which were not waited for.
    """

    plan: TablePlan
    reader: Reader
    aspects: tuple[Aspect, ...]
    call: Caller
    journal: Journal
    observer: Observer
    pace: Pace
    stop: Stop
    server: ServerClock
    known: Table
    unsettled: set[str] = field(default_factory=set)

    def make(self, step: Step) -> StepOutcome:
        """Make a step, as often as it takes until AWS agrees or says no.

        Raises ``OtherHand`` when somebody else changed the table, ``TableGone``, and
        ``AwsError`` when AWS refuses everything.
        """
        self.observer.begins(self.plan, step)
        secret = first_unknown(dict(step.change.arguments))
        if secret is not None:
            return StepOutcome(step, Result.FAILED, f"a value is missing: {secret.reason}")
        started = self.pace.clock()
        called, lost, last = False, 0, "AWS did not let it be made"
        for interval in self.pace.intervals():
            if self.stop.asked():
                return self._interrupted(step, called=called)
            waited = self.pace.clock() - started
            look = self._gate(step, started)
            if isinstance(look, StepOutcome):
                return look
            if self._done(step, look):
                self._accept(look)
                return StepOutcome(step, Result.MADE if called else Result.ALREADY)
            moving = _movement(step, look)
            if moving is not None and waited <= self._patience():
                self._pause(step, moving, started, interval)
                continue
            if moving is not None:
                return StepOutcome(step, Result.PENDING, moving)
            unmet = [c for c in step.change.requires if not c.met(look.table)]
            if unmet and waited <= self.pace.grace:
                self._pause(step, f"it needs that {unmet[0]}", started, interval)
                continue
            if unmet:
                return StepOutcome(step, Result.SKIPPED, f"it needs that {unmet[0]}")
            answer = self._invoke(step, look)
            called = called or answer is None or answer.meaning is Meaning.LOST
            if answer is None or answer.meaning is Meaning.CONVERGED:
                return self._settle(step, answer)
            last = answer.text
            if answer.meaning is Meaning.NEVER:
                return StepOutcome(step, Result.FAILED, answer.text)
            if answer.meaning is Meaning.BLOCKED:
                return _blocked(step, answer)
            lost += answer.meaning is Meaning.LOST
            if lost > _MOST_LOST:
                return StepOutcome(step, Result.FAILED, f"there was no answer: {last}")
            if self.pace.clock() - started > self.pace.wait_timeout:
                break
            self._pause(step, last, started, self._sooner(answer, interval))
        return StepOutcome(step, Result.FAILED, f"AWS kept refusing it: {last}")

    def _interrupted(self, step: Step, *, called: bool) -> StepOutcome:
        reason = "it was called, and what became of it was not looked at" if called else ""
        return StepOutcome(step, Result.INTERRUPTED, reason)

    # -- looking ------------------------------------------------------------------

    def _look(
        self,
        step: Step,
        started: float,
        aspects: Sequence[Aspect],
        gate: Gate = Gate.OPEN,
    ) -> Look:
        """The table now; again where AWS does not answer, until the time is over."""
        for interval in self.pace.intervals():
            try:
                return self._watched(step, aspects, gate)
            except FactUnavailable as failure:
                if self.stop.asked() or self.pace.clock() - started > self.pace.wait_timeout:
                    raise
                self._pause(step, str(failure), started, interval)
        raise AssertionError("the intervals never end")

    def _gate(self, step: Step, started: float) -> Look | StepOutcome:
        """The table once it is still enough for the step."""
        for interval in self.pace.intervals():
            look = self._look(step, started, self.aspects, step.gate)
            obstacle = look.obstacle
            if obstacle is None:
                return look
            if self.stop.asked():
                return self._interrupted(step, called=False)
            waited = self.pace.clock() - started
            if not self.pace.wait and waited > self._patience():
                return StepOutcome(step, Result.PENDING, obstacle)
            if waited > self._patience():
                reason = f"gave up waiting after {waited:.0f} seconds: {obstacle}"
                return StepOutcome(step, Result.FAILED, reason)
            self._pause(step, obstacle, started, interval)
        raise AssertionError("the intervals never end")

    def _watched(self, step: Step, aspects: Sequence[Aspect], gate: Gate) -> Look:
        """A look, unless it shows another hand on the table."""
        look = self.reader.look(aspects, gate)
        touched = [*self.unsettled, *_places(step)]
        if self.plan.table_id is not None and look.table_id != self.plan.table_id:
            raise OtherHand([Difference("", self.plan.table_id, look.table_id)])
        found = foreign(self.known, look.table, touched, aspects)
        for _ in range(_CONFIRMING):
            if not found:
                break
            # AWS may answer with what was true a moment ago.
            self.stop.sleep(self.pace.poll_interval, self.pace)
            look = self.reader.look(aspects, gate)
            found = foreign(self.known, look.table, touched, aspects)
        if found:
            raise OtherHand(found)
        return look

    def _done(self, step: Step, look: Look) -> bool:
        """Whether everything that the step is for reads as it should."""
        settled = all(condition.met(look.table) for condition in step.change.settles)
        return settled and as_wanted(step.mends, look.table, self.aspects)

    def _accept(self, look: Look) -> None:
        """From here on the table is known as it looks now, so far as was looked."""
        settings = {**self.known.settings, **look.table.settings}
        self.known = replace(self.known, settings=settings)
        if not look.moving:
            self.unsettled.clear()

    # -- calling ------------------------------------------------------------------

    def _invoke(self, step: Step, look: Look) -> Refusal | None:
        """Make the call once; None if AWS accepted it."""
        change = step.change
        arguments = fresh_arguments(step, look.table)
        self.journal.write(self.plan, step, "call", operation=change.operation, arguments=arguments)
        try:
            answer = self.call(change.operation, reveal(arguments), change.region)
        except (ClientError, BotoCoreError, NotImplementedError) as error:
            answered = refusal(change.operation, error)
            self.journal.write(
                self.plan,
                step,
                answered.meaning.value,
                operation=change.operation,
                error=answered.text,
            )
            ending = None if isinstance(error, NotImplementedError) else fatal(error)
            if ending is not None:
                raise ending from error
            return answered
        metadata = answer.get("ResponseMetadata") or {}
        self.journal.write(
            self.plan,
            step,
            "accepted",
            operation=change.operation,
            request=metadata.get("RequestId"),
        )
        return None

    def _settle(self, step: Step, answer: Refusal | None) -> StepOutcome:
        """Wait until AWS shows that it has done what it was asked for."""
        started = self.pace.clock()
        still_since: float | None = None
        if step.change.slow and not self.pace.wait:
            self.unsettled |= set(_places(step))
            return StepOutcome(step, Result.STARTED, "AWS is at it; it was not waited for")
        names = aspects_of(step, self.known.fields)
        aspects = [aspect for aspect in self.aspects if aspect.name in names]
        for interval in self.pace.intervals():
            look = self._look(step, started, aspects)
            if self._done(step, look):
                self._accept(look)
                self.journal.write(self.plan, step, "settled")
                return StepOutcome(step, Result.MADE)
            now = self.pace.clock()
            reason = _movement(step, look)
            if reason is None:
                still_since = now if still_since is None else still_since
                if now - still_since > self.pace.grace:
                    self.unsettled |= set(_places(step))
                    return self._without_effect(step, look, answer)
            else:
                still_since = None
            if self.stop.asked() or now - started > self._patience():
                self.unsettled |= set(_places(step))
                what = f"AWS is not done after {now - started:.0f} seconds: {reason or 'no sign'}"
                result = Result.INTERRUPTED if self.stop.asked() else Result.STARTED
                return StepOutcome(step, result, what)
            self._pause(step, reason or "AWS shows no effect yet", started, interval)
        raise AssertionError("the intervals never end")

    def _without_effect(self, step: Step, look: Look, answer: Refusal | None) -> StepOutcome:
        places = unmended(step.mends, look.table, self.aspects)
        places += [c.pointer for c in step.change.settles if not c.met(look.table)]
        at = places[0] if places else ""
        value = look.table.get(at)
        if isinstance(value, Unknown):
            reason = f"whether it had an effect cannot be read: {value.reason}"
            result = Result.FAILED
        elif answer is not None:
            reason = f"AWS refused it ({answer.text}), and {at} is not as wanted"
            result = Result.FAILED
        else:
            reason = f"AWS accepted the call, and {at} has not changed"
            result = Result.DROPPED
        self.journal.write(self.plan, step, result.value, error=reason)
        return StepOutcome(step, result, reason)

    # -- time ---------------------------------------------------------------------

    def _pause(self, step: Step, reason: str, started: float, seconds: float) -> None:
        self.observer.waits(self.plan, step, reason, self.pace.clock() - started)
        self.stop.sleep(seconds, self.pace)

    def _patience(self) -> float:
        """How long to wait for what AWS is doing, in seconds."""
        return self.pace.wait_timeout if self.pace.wait else min(_MOMENT, self.pace.wait_timeout)

    def _sooner(self, answer: Refusal, interval: float) -> float:
        """The time to sleep where AWS names the moment to come again."""
        if answer.until is None:
            return interval
        hint = self.server.seconds_until(answer.until)
        return interval if hint is None else min(max(hint, 0.0) + 0.05, interval)


def _blocked(step: Step, answer: Refusal) -> StepOutcome:
    """The outcome for a step that AWS refuses for a time."""
    until = None if answer.until is None else answer.until.astimezone(UTC)
    return StepOutcome(step, Result.BLOCKED, answer.text, until)


def fresh_arguments(step: Step, table: Table) -> dict[str, Any]:
    """The arguments of a step, with what has to be sent as it is live at this moment."""
    arguments: dict[str, Any] = copy.deepcopy(dict(step.change.arguments))
    for pointer, source in step.change.fresh.items():
        value = reveal(table.get(source))
        if value is None or isinstance(value, Unknown):
            continue
        *way, last = split(pointer)
        node: Any = arguments
        for token in way:
            node = node[int(token)] if isinstance(node, list) else node[token]
        node[last] = value
    return arguments


def _places(step: Step) -> Iterator[str]:
    """Every place that a step changes, or that AWS changes along with it."""
    yield from step.change.pointers
    yield from step.change.touches
    yield from (condition.pointer for condition in step.change.settles)


def _movement(step: Step, look: Look) -> str | None:
    """What AWS is still changing that the step has to do with."""
    if step.gate is not Gate.OPEN and look.moving:
        return look.moving[0]
    for condition in step.change.settles:
        value: Json = look.table.get(condition.pointer)
        if isinstance(value, Unknown) and value.cause is Cause.IN_TRANSITION:
            return value.reason
    return None
