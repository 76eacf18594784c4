"""What a table that was just made still lacks, and bringing it about.

``CreateTable`` takes a part of what a module and a spec can say. The rest is a
difference between a live table and the desired one like any other, so the planner and
the executor of remediation see to it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from driftcheck.aspects import ASPECTS, FIELD_OWNERS
from driftcheck.aspects.reading import DESCRIBE_TABLE
from driftcheck.aws.connection import AwsConnection
from driftcheck.aws.provision import Note
from driftcheck.aws.provision import Pace as Patience
from driftcheck.compare.findings import Place
from driftcheck.compare.three_way import Sources
from driftcheck.errors import AwsError
from driftcheck.inputs.live import resolve_names, table_from_live
from driftcheck.model.finding import Risk
from driftcheck.model.table import Table
from driftcheck.model.values import Json, Unknown
from driftcheck.remediation.execute.journal import Journal
from driftcheck.remediation.execute.outcome import Result, StepOutcome
from driftcheck.remediation.execute.pace import Pace, Stop
from driftcheck.remediation.execute.run import Executor
from driftcheck.remediation.plan.choose import Choice
from driftcheck.remediation.plan.model import LeftAlone, Step, TablePlan
from driftcheck.remediation.plan.permission import Permission
from driftcheck.remediation.plan.planner import plan_table
from driftcheck.remediation.plan.standing import standing_of
from driftcheck.spec.contract import contract_table
from driftcheck.spec.model import Spec

#: A table that nobody uses yet has nothing to lose.
_EVERYTHING = Permission(frozenset({Risk.DISRUPTIVE, Risk.DESTRUCTIVE}))


@dataclass(frozen=True, slots=True)
class OnlyAdding(Permission):
    """Allows what is safe or fills a gap, and nothing else that changes what is there."""

    def withholds(self, step: Step, table: str) -> str | None:
        """Why a step may not be made; None if it may."""
        if step.risk is Risk.SAFE or not any(says_something(m.before) for m in step.mends):
            return None
        return "it changes what is there"


@dataclass(frozen=True, slots=True)
class Completion:
    """The titles of what was done, and what is still not as the module and the spec say."""

    done: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def complete(
    spec: Spec,
    code: Table,
    connection: AwsConnection,
    note: Note,
    patience: Patience,
    *,
    created: bool,
) -> Completion:
    """Bring a table to what its code and, where that is silent, its spec say.

    Of a table that was there before, gaps are filled and safe steps made; what else
    differs is left out. Raises ``AwsError`` where AWS refuses a step, or did not get it
    done in time, and ``KeyboardInterrupt`` when somebody interrupts.
    """
    plan, sources = _planned(spec, code, connection)
    permission = _EVERYTHING if created else OnlyAdding()
    permission = type(permission)(permission.allow, frozenset({plan.table}))
    outcomes: tuple[StepOutcome, ...] = ()
    if plan.steps:
        stop = Stop()
        executor = Executor(
            aspects=ASPECTS,
            fields=FIELD_OWNERS,
            permission=permission,
            journal=Journal(None),
            observer=_Noting(note),
            pace=_pace(patience),
            stop=stop,
        )
        [outcome] = executor.run([(plan, connection)])
        connection.forget()
        if stop.asked():
            raise KeyboardInterrupt
        outcomes = outcome.steps
        _check(plan, outcome.error, outcomes)
    done = tuple(o.step.change.title for o in outcomes if o.result.done)
    return Completion(done, tuple(_left_out(plan, sources, outcomes)))


def _planned(spec: Spec, code: Table, connection: AwsConnection) -> tuple[TablePlan, Sources]:
    name = str(code.name)
    contract = contract_table(spec, name, code.address)
    connection.forget()
    facts = connection.facts(name)
    sources = Sources(
        resolve_names(contract, facts) if contract is not None else None,
        resolve_names(code, facts),
        table_from_live(name, facts, region=connection.region),
    )
    place = Place(name, code.address, spec.name, None, connection.account, connection.region)
    standing = standing_of(facts.get(DESCRIBE_TABLE), name, datetime.now(UTC))
    # What the code ignores from now on it still states for the beginning.
    choice = Choice(include_ignored=True, allow_undetermined=True)
    return plan_table(ASPECTS, sources, place, standing, choice), sources


def _pace(patience: Patience) -> Pace:
    return Pace(
        poll_interval=patience.poll_interval,
        wait_timeout=patience.timeout,
        grace=patience.grace,
        parallel=1,
        sleep=None if patience.sleep is time.sleep else patience.sleep,
        clock=patience.clock,
    )


def _check(plan: TablePlan, error: str | None, outcomes: tuple[StepOutcome, ...]) -> None:
    """Raise ``AwsError`` for what AWS refuses, or has not done in the time that there was."""
    if error is not None:
        raise AwsError(f"{plan}: {error}")
    for outcome in outcomes:
        title, reason = outcome.step.change.title, outcome.reason
        if outcome.result in (Result.FAILED, Result.BLOCKED, Result.STARTED, Result.PENDING):
            until = f", until {outcome.until:%Y-%m-%d %H:%M} UTC" if outcome.until else ""
            raise AwsError(
                f"{plan}: it was not possible to {title} ({reason}{until}). Run it again to go on."
            )


def _left_out(
    plan: TablePlan, sources: Sources, outcomes: tuple[StepOutcome, ...]
) -> Iterator[str]:
    for refused in plan.refused:
        yield f"{', '.join(refused.pointers)}: {refused.reason}"
    for left in plan.left_alone:
        if not _as_coded(left, sources):
            yield f"{left.pointer}: {left.why}"
    yield from plan.unknown
    for outcome in outcomes:
        if not outcome.result.done:
            yield f"{outcome.step.change.title}: {outcome.reason}"


def _as_coded(left: LeftAlone, sources: Sources) -> bool:
    """Whether the table is as the code says, so that only the spec is of another opinion."""
    assert sources.code is not None
    assert sources.live is not None
    return bool(sources.code.get(left.pointer) == sources.live.get(left.pointer))


def says_something(value: Json) -> bool:
    """Whether a value holds anything besides nothing at all."""
    match value:
        case dict():
            return any(says_something(v) for v in value.values())
        case list():
            return bool(value)
        case Unknown():
            return True  # nobody knows what would be lost
        case _:
            return value is not None and value is not False


@dataclass(slots=True)
class _Noting:
    """Tells what happens in the words of provisioning."""

    note: Note
    last: str = field(default="", init=False)

    def begins(self, plan: TablePlan, step: Step) -> None:
        """A step is about to be made."""
        self.note(step.change.title)

    def waits(self, plan: TablePlan, step: Step, reason: str, seconds: float) -> None:
        """The step waits for what ``reason`` says; told once for each reason."""
        if reason != self.last:
            self.note(f"waiting: {reason}")
            self.last = reason

    def ended(self, plan: TablePlan, outcome: StepOutcome) -> None:
        """A step ended."""
