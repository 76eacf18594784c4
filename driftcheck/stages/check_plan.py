"""``driftcheck check --plan``: what Terraform itself planned, against the policies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from driftcheck.compare.changes import REPLACED, Refactoring, changes
from driftcheck.compare.findings import Place
from driftcheck.inputs.plan import Plan, read_plan
from driftcheck.inputs.terraform import tables_from_resources
from driftcheck.model.finding import Finding, Kind, Risk, Severity
from driftcheck.model.table import Table
from driftcheck.paths import shown
from driftcheck.policies.model import Policy
from driftcheck.stages.check import Checked, judge_tables
from driftcheck.stages.check_options import CheckOptions, place_of
from driftcheck.stages.code_tables import CodeTables

INCOMPLETE = "plan-incomplete"


def check_plan(
    checked: Checked, path: Path, policies: Sequence[Policy], options: CheckOptions
) -> None:
    """Hold the tables of a plan against the policies, and tell what it does to live tables.

    A plan has the values before and after; it does not tell lines. Raises
    ``UsageError`` for a file that is no plan.
    """
    plan = read_plan(path)
    code = CodeTables(tables=tables_from_resources(plan.resources), warnings=list(plan.notes))
    code.findings += [_hole(path, why) for why in plan.holes] + _changes(plan, code.tables)
    selected = [p for p in policies if options.selection.selects(p.id, p.packs)]
    judge_tables(checked, code, None, None, selected, options)


def _hole(path: Path, why: str) -> Finding:
    return Finding(
        kind=Kind.UNKNOWN,
        rule=INCOMPLETE,
        severity=Severity.HIGH,
        message=why,
        address=shown(path),
        path="/plan",
        help="Plan again, until Terraform completes the plan.",
    )


def _changes(plan: Plan, after: Sequence[Table]) -> list[Finding]:
    before = tables_from_resources(plan.before)
    # The state before is told at the addresses that moved blocks give.
    refactoring = Refactoring(lambda address: address, lambda a: a in plan.forgotten)
    found = changes(before, after, refactoring, lambda table: place_of(table, None, None))
    return [f for f in found if f.address not in plan.replaced] + [
        _replaced(table, place_of(table, None, None), plan, found)
        for table in after
        if table.address in plan.replaced
    ]


def _replaced(table: Table, place: Place, plan: Plan, found: Sequence[Finding]) -> Finding:
    """The replacement that Terraform itself announces, in our words where we saw it as well."""
    seen = next((f for f in found if f.rule == REPLACED and f.address == table.address), None)
    if seen is not None:
        return seen
    reasons = ", ".join(plan.replaced[table.address or ""]) or "the plan does not say why"
    return Finding(
        kind=Kind.CHANGE,
        rule=REPLACED,
        severity=Severity.CRITICAL,
        message=f"Terraform would replace the table, and its data is lost: {reasons}",
        table=place.table,
        address=place.address,
        region=place.region,
        risk=Risk.IMPOSSIBLE,
    )
