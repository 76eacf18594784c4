"""Carrying out the plans of several tables side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from driftcheck.aspects.base import Aspect, FactUnavailable
from driftcheck.aws.connection import AwsConnection
from driftcheck.errors import AwsError
from driftcheck.remediation.execute.journal import Journal
from driftcheck.remediation.execute.outcome import Observer, Result, StepOutcome, TableOutcome
from driftcheck.remediation.execute.pace import Pace, ServerClock, Stop
from driftcheck.remediation.execute.reader import Look, Reader, TableGone, aspects_for
from driftcheck.remediation.execute.stepper import Stepper
from driftcheck.remediation.execute.table import TableRun
from driftcheck.remediation.plan.model import TablePlan
from driftcheck.remediation.plan.permission import Permission, withheld
from driftcheck.remediation.plan.standing import fingerprint

#: Looks that have to agree before a table counts as changed since it was planned for.
_CONFIRMING = 3


@dataclass(frozen=True, slots=True)
class Executor:
    """Carries plans out.

    ``aspects`` are all there are, ``fields`` says which of them owns which field.
    """

    aspects: Sequence[Aspect]
    fields: Mapping[str, str]
    permission: Permission
    journal: Journal
    observer: Observer
    pace: Pace
    stop: Stop

    def run(self, tables: Sequence[tuple[TablePlan, AwsConnection]]) -> list[TableOutcome]:
        """Carry out the permitted steps of all plans; the outcomes in the same order.

        One table's failure does not stop the others. On ``KeyboardInterrupt`` each table
        stops between two steps, and the outcomes say what was done and what was not.
        """
        with ThreadPoolExecutor(max_workers=max(1, self.pace.parallel)) as pool:
            futures: list[Future[TableOutcome]] = [
                pool.submit(self._table, plan, connection) for plan, connection in tables
            ]
            try:
                wait(futures)
            except KeyboardInterrupt:
                self.stop.event.set()
                wait(futures)
            return [future.result() for future in futures]

    def _table(self, plan: TablePlan, connection: AwsConnection) -> TableOutcome:
        reasons = withheld(plan, self.permission)
        steps = [step for step in plan.steps if step.number not in reasons]
        if not steps:
            outcomes = (StepOutcome(s, Result.WITHHELD, reasons[s.number]) for s in plan.steps)
            return TableOutcome(plan, tuple(outcomes))
        server = ServerClock(self.pace.clock)
        reader = Reader(connection, plan.table, self.aspects, self.fields, server)
        try:
            look = self._unchanged(plan, reader)
        except TableGone:
            return self._untouched(plan, f"the table {plan.table} is not there any more.")
        except (FactUnavailable, AwsError) as failure:
            return self._untouched(plan, f"the table cannot be read: {failure}")
        if look is None:
            return self._untouched(
                plan, "the table was changed since the plan was made: nothing was done. Plan again."
            )
        stepper = Stepper(
            plan=plan,
            reader=reader,
            aspects=aspects_for(plan, self.aspects, self.fields),
            call=caller(connection),
            journal=self.journal,
            observer=self.observer,
            pace=self.pace,
            stop=self.stop,
            server=server,
            known=look.table,
        )
        return TableRun(stepper, steps, reasons).run()

    def _unchanged(self, plan: TablePlan, reader: Reader) -> Look | None:
        """The table as the plan knows it; None where it is another or configured anew."""
        for attempt in range(_CONFIRMING):
            if attempt:
                self.stop.sleep(self.pace.poll_interval, self.pace)
            look = reader.look(self.aspects)
            if plan.table_id is not None and look.table_id != plan.table_id:
                return None
            if fingerprint(look.table) == plan.fingerprint:
                return look
        return None

    def _untouched(self, plan: TablePlan, error: str) -> TableOutcome:
        self.journal.write(plan, None, "refused", error=error)
        outcomes = tuple(StepOutcome(step, Result.SKIPPED, error) for step in plan.steps)
        return TableOutcome(plan, outcomes, error)


def caller(
    connection: AwsConnection,
) -> Callable[[str, Mapping[str, Any], str | None], Mapping[str, Any]]:
    """Makes calls once, without botocore's own retries, in the table's region or another."""

    def call(operation: str, arguments: Mapping[str, Any], region: str | None) -> Mapping[str, Any]:
        there = connection if region is None else connection.in_region(region)
        return there.clients.once().invoke(operation, arguments)

    return call
