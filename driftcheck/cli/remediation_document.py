"""A remediation as JSON: the standard report with the plan and its outcome beside it."""

from __future__ import annotations

import json

from driftcheck.model.report import Report
from driftcheck.model.values import Json
from driftcheck.remediation.execute.outcome import StepOutcome
from driftcheck.remediation.plan.document import plan_document
from driftcheck.remediation.plan.model import Plan
from driftcheck.remediation.plan.permission import Permission, withheld
from driftcheck.reports.document import report_document
from driftcheck.stages.remediation import Remediation


def remediation_json(
    report: Report, plan: Plan, permission: Permission, done: Remediation | None
) -> str:
    """The report of how the tables stand, with a member ``remediation``.

    ``plan`` is what ``--plan-out`` writes; ``withheld`` says by table and step what was
    not allowed; ``outcomes`` is null where nothing was carried out.
    """
    document = report_document(report)
    document["remediation"] = {
        "plan": plan_document(plan),
        "withheld": [
            {"table": t.table, "region": t.region, "step": number, "reason": reason}
            for t in plan.tables
            for number, reason in withheld(t, permission).items()
        ],
        "outcomes": None if done is None else _outcomes(done),
        "undo": [] if done is None else [str(path) for path in done.undo],
    }
    return json.dumps(document, indent=2) + "\n"


def _outcomes(done: Remediation) -> list[Json]:
    return [
        {
            "table": outcome.plan.table,
            "account": outcome.plan.account,
            "region": outcome.plan.region,
            "error": outcome.error,
            "steps": [_step(step) for step in outcome.steps],
        }
        for outcome in done.outcomes
    ]


def _step(outcome: StepOutcome) -> Json:
    until = outcome.until.isoformat(timespec="seconds") if outcome.until is not None else None
    return {
        "number": outcome.step.number,
        "title": outcome.step.change.title,
        "operation": outcome.step.change.operation,
        "result": outcome.result.value,
        "reason": outcome.reason or None,
        "blocked_until": until,
    }
