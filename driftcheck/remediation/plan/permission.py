"""Which steps of a plan somebody allowed."""

from __future__ import annotations

from dataclasses import dataclass

from driftcheck.model.finding import Risk
from driftcheck.remediation.plan.model import Plan, Step, TablePlan


@dataclass(frozen=True, slots=True)
class Permission:
    """What may be done without asking again.

    ``allow`` has the risks besides ``safe``; ``confirmed`` names the tables to which
    destructive steps may happen.
    """

    allow: frozenset[Risk] = frozenset()
    confirmed: frozenset[str] = frozenset()

    def withholds(self, step: Step, table: str) -> str | None:
        """Why a step by itself may not be made; None if it may."""
        if step.risk is Risk.SAFE:
            return None
        if step.risk not in self.allow:
            return f"it is {step.risk}: --allow {step.risk}"
        if step.risk is Risk.DESTRUCTIVE and table not in self.confirmed:
            return f"it is destructive, and nobody confirmed the table: --confirm-table {table}"
        return None


def withheld(plan: TablePlan, permission: Permission) -> dict[int, str]:
    """The numbers of the steps that may not be made, each with the reason.

    A step is withheld with another one of its group, and with one that it needs.
    """
    reasons: dict[int, str] = {}
    for step in plan.steps:
        reason = permission.withholds(step, plan.table)
        if reason is not None:
            reasons[step.number] = reason
    while True:
        more = _with_others(plan, reasons)
        if not more:
            return dict(sorted(reasons.items()))
        reasons |= more


def _with_others(plan: TablePlan, reasons: dict[int, str]) -> dict[int, str]:
    """The steps that are withheld because of others that are."""
    groups = {plan.step(n).change.group: n for n in sorted(reasons, reverse=True)}
    found: dict[int, str] = {}
    for step in plan.steps:
        if step.number in reasons:
            continue
        first = groups.get(step.change.group) if step.change.group else None
        missing = next((n for n in step.needs if n in reasons), None)
        if first is not None:
            found[step.number] = f"it belongs to step {first}, which is not allowed"
        elif missing is not None:
            found[step.number] = f"it needs step {missing}, which is not allowed"
    return found


def permitted(plan: TablePlan, permission: Permission) -> tuple[Step, ...]:
    """The steps that may be made, in order."""
    reasons = withheld(plan, permission)
    return tuple(step for step in plan.steps if step.number not in reasons)


def tables_to_confirm(plan: Plan, permission: Permission) -> list[TablePlan]:
    """The tables whose name has to be typed before what was allowed can happen to them."""
    return [
        table
        for table in plan.tables
        if table.table not in permission.confirmed
        and Risk.DESTRUCTIVE in permission.allow
        and any(step.risk is Risk.DESTRUCTIVE for step in table.steps)
    ]
