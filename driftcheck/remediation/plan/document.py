"""Plans as JSON data, and back again.

What is sensitive is never written; a step that needs it comes back with ``Unknown`` in
its arguments, and the executor refuses to make it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from driftcheck.aspects.change import Change, Condition, Must, Phase
from driftcheck.errors import UsageError
from driftcheck.model.finding import Risk
from driftcheck.model.location import Location
from driftcheck.model.values import Json, Sensitive, Unknown
from driftcheck.remediation.plan.model import LeftAlone, Mend, Plan, Refused, Step, TablePlan

#: Raised when a saved plan of before could be misunderstood.
VERSION = 1
_SENSITIVE, _UNKNOWN = "$sensitive", "$unknown"
_NOT_SAVED = "it is sensitive, so it was not saved with the plan"

T = TypeVar("T")


def plan_document(plan: Plan) -> dict[str, Json]:
    """The whole plan."""
    return {
        "plan_version": VERSION,
        "created_at": _time_text(plan.created_at),
        "tables": [table_document(table) for table in plan.tables],
    }


def table_document(plan: TablePlan) -> dict[str, Json]:
    """The plan of one table."""
    return {
        "table": plan.table,
        "arn": plan.arn,
        "account": plan.account,
        "region": plan.region,
        "spec": plan.spec,
        "target": plan.target,
        "address": plan.address,
        "table_id": plan.table_id,
        "fingerprint": plan.fingerprint,
        "steps": [step_document(step) for step in plan.steps],
        "refused": [
            {
                "aspect": r.aspect,
                "pointers": list(r.pointers),
                "reason": r.reason,
                "instead": r.instead,
                "findings": list(r.findings),
            }
            for r in plan.refused
        ],
        "left_alone": [
            {
                "finding": left.finding,
                "aspect": left.aspect,
                "pointer": left.pointer,
                "message": left.message,
                "why": left.why,
                "location": _location_document(left.location),
            }
            for left in plan.left_alone
        ],
        "unknown": list(plan.unknown),
    }


def step_document(step: Step) -> dict[str, Json]:
    """One step, its call included."""
    change = step.change
    return {
        "number": step.number,
        "aspect": step.aspect,
        "title": change.title,
        "risk": change.risk.value,
        "operation": change.operation,
        "arguments": encoded(change.arguments),
        "region": change.region,
        "phase": change.phase.name.lower().replace("_", "-"),
        "gate": step.gate.value,
        "mends": [
            {"pointer": m.pointer, "before": encoded(m.before), "after": encoded(m.after)}
            for m in step.mends
        ],
        "pointers": list(change.pointers),
        "findings": list(step.findings),
        "needs": list(step.needs),
        "requires": [_condition_document(c) for c in change.requires],
        "settles": [_condition_document(c) for c in change.settles],
        "touches": list(change.touches),
        "fresh": dict(change.fresh),
        "group": change.group,
        "slow": change.slow,
        "interval": change.interval,
        "blocked_until": _time_text(step.blocked_until) if step.blocked_until else None,
        "hazard": change.hazard,
        "undo": change.undo,
    }


def read_plan(document: Json) -> Plan:
    """The plan in a document that ``plan_document`` made.

    Raises ``UsageError`` for anything else.
    """
    if not isinstance(document, dict) or "plan_version" not in document:
        raise UsageError("this is no plan that driftcheck saved.")
    if document["plan_version"] != VERSION:
        raise UsageError(
            f"the plan is of version {document['plan_version']}; this driftcheck reads {VERSION}."
        )
    try:
        tables = tuple(_table(t) for t in document["tables"])
        return Plan(datetime.fromisoformat(document["created_at"]), tables)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"the plan is damaged: {type(error).__name__} ({error}).") from error


def _table(data: Mapping[str, Any]) -> TablePlan:
    return TablePlan(
        table=str(data["table"]),
        arn=str(data["arn"]),
        account=str(data["account"]),
        region=str(data["region"]),
        spec=str(data["spec"]),
        target=str(data["target"]),
        address=data["address"],
        table_id=data["table_id"],
        fingerprint=str(data["fingerprint"]),
        steps=tuple(_step(s) for s in data["steps"]),
        refused=tuple(
            Refused(
                aspect=str(r["aspect"]),
                pointers=tuple(r["pointers"]),
                reason=str(r["reason"]),
                instead=str(r["instead"]),
                findings=tuple(r["findings"]),
            )
            for r in data["refused"]
        ),
        left_alone=tuple(
            LeftAlone(
                finding=str(left["finding"]),
                aspect=str(left["aspect"]),
                pointer=str(left["pointer"]),
                message=str(left["message"]),
                why=str(left["why"]),
                location=_or_none(left["location"], lambda at: Location(**at)),
            )
            for left in data["left_alone"]
        ),
        unknown=tuple(data["unknown"]),
    )


def _step(data: Mapping[str, Any]) -> Step:
    arguments = decoded(data["arguments"], exact=False)
    change = Change(
        title=str(data["title"]),
        operation=str(data["operation"]),
        arguments=dict(arguments),
        pointers=tuple(data["pointers"]),
        phase=Phase[str(data["phase"]).upper().replace("-", "_")],
        risk=Risk(data["risk"]),
        hazard=str(data["hazard"]),
        undo=str(data["undo"]),
        requires=tuple(_condition(c) for c in data["requires"]),
        settles=tuple(_condition(c) for c in data["settles"]),
        touches=tuple(data["touches"]),
        fresh=dict(data["fresh"]),
        group=str(data["group"]),
        slow=bool(data["slow"]),
        interval=int(data["interval"]),
        region=data["region"],
    )
    return Step(
        number=int(data["number"]),
        aspect=str(data["aspect"]),
        change=change,
        mends=tuple(
            Mend(str(m["pointer"]), decoded(m["before"]), decoded(m["after"]))
            for m in data["mends"]
        ),
        findings=tuple(data["findings"]),
        needs=tuple(data["needs"]),
        blocked_until=_or_none(data["blocked_until"], datetime.fromisoformat),
    )


def _or_none(value: Json, read: Callable[[Any], T]) -> T | None:
    return None if value is None else read(value)


def _condition_document(condition: Condition) -> dict[str, Json]:
    return {
        "pointer": condition.pointer,
        "must": condition.must.value,
        "value": encoded(condition.value),
    }


def _condition(data: Mapping[str, Any]) -> Condition:
    return Condition(str(data["pointer"]), Must(data["must"]), decoded(data["value"]))


def encoded(value: Json) -> Json:
    """A value as JSON carries it, with marks for what is sensitive or unknown."""
    match value:
        case Sensitive():
            return {_SENSITIVE: True}
        case Unknown():
            return {_UNKNOWN: value.reason}
        case Decimal():
            return float(value)
        case Mapping():
            return {str(k): encoded(v) for k, v in value.items()}
        case list() | tuple():
            return [encoded(v) for v in value]
        case _:
            return value


def decoded(value: Json, *, exact: bool = True) -> Json:
    """The value again; fractions as ``Decimal`` where ``exact``, as documents have them."""
    match value:
        case {"$sensitive": True}:
            return Unknown(_NOT_SAVED)
        case {"$unknown": str(reason)}:
            return Unknown(reason)
        case dict():
            return {k: decoded(v, exact=exact) for k, v in value.items()}
        case list():
            return [decoded(v, exact=exact) for v in value]
        case float() if exact:
            return Decimal(str(value))
        case _:
            return value


def _time_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _location_document(location: Location | None) -> Json:
    if location is None:
        return None
    return {"file": location.file, "line": location.line, "column": location.column}
