"""Changes of the scaling bounds by the clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from driftcheck.aspects.base import Aspect, Comparison, Draft, Facts
from driftcheck.aspects.change import Change, Ground, Impossible
from driftcheck.aspects.indexes import declared_indexes, index_names, only_on_one_side
from driftcheck.aspects.reading import (
    DESCRIBE_TABLE,
    describe_table,
    given,
    live_billing_mode,
    mapped,
    number,
    plain,
    text,
)
from driftcheck.aspects.scaling import billing_differs, billing_mode, place_in_code, place_of
from driftcheck.aspects.scaling_changes import DELETE_ACTION, PUT_ACTION
from driftcheck.aspects.scheduled_changes import schedule_changes
from driftcheck.aspects.throughput import PAY_PER_REQUEST, declared_billing_mode
from driftcheck.model.finding import Risk, Severity
from driftcheck.model.pointer import split
from driftcheck.model.resource import TerraformTable
from driftcheck.model.table import Fragment, Table
from driftcheck.model.values import Json, Unknown

FIELD = "scheduled_action"
RESOURCE = "aws_appautoscaling_scheduled_action"
DESCRIBE_ACTIONS = "application-autoscaling:DescribeScheduledActions"
DEFAULT_TIMEZONE = "UTC"

_ACTION: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "schedule": {"type": "string"},
        "timezone": {"type": "string"},
        "start_time": {"type": ["string", "null"]},
        "end_time": {"type": ["string", "null"]},
        "min_capacity": {"type": ["integer", "null"]},
        "max_capacity": {"type": ["integer", "null"]},
    },
    "additionalProperties": False,
}
_BOTH: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        kind: {"type": "object", "additionalProperties": _ACTION} for kind in ("read", "write")
    },
    "additionalProperties": False,
}


class ScheduledAction(Aspect):
    """``scheduled_action`` by place (as in ``autoscaling``) and then by name.

    What an action does to the bounds while it is in force is no difference of the
    bounds. Times are in UTC, as ``2026-01-31T08:00:00Z``.
    """

    name = FIELD
    title = "scheduled action"
    fields: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        FIELD: {
            "type": "object",
            "properties": {
                "table": _BOTH,
                "index": {"type": "object", "additionalProperties": _BOTH},
            },
            "additionalProperties": False,
        }
    }
    reads = (DESCRIBE_TABLE, DESCRIBE_ACTIONS)
    writes = (PUT_ACTION, DELETE_ACTION)

    def from_terraform(self, source: TerraformTable, draft: Draft) -> None:
        """From the ``aws_appautoscaling_scheduled_action`` resources of the table."""
        indexes = declared_indexes(source)
        names = [] if isinstance(indexes, Unknown) else sorted(indexes)
        draft.state((FIELD,), _nothing_scheduled(names), source.table, "")
        if plain(declared_billing_mode(source.table)) == PAY_PER_REQUEST:
            return
        uncertain = source.uncertain(RESOURCE)
        for resource in source.of_type(RESOURCE):
            place, name = place_in_code(resource), plain(resource.get("/name"))
            if isinstance(place, Unknown) or isinstance(name, Unknown):
                uncertain = uncertain or (place if isinstance(place, Unknown) else name)
                continue
            if place is None:
                continue
            where = (FIELD, *place, str(name))
            draft.state(where, {}, resource, "")
            bounds = "/scalable_target_action/0"
            settings = {
                "schedule": ("/schedule", mapped(resource.get("/schedule"), _schedule)),
                "timezone": ("/timezone", given(text(resource.get("/timezone")), DEFAULT_TIMEZONE)),
                "start_time": ("/start_time", mapped(text(resource.get("/start_time")), _time)),
                "end_time": ("/end_time", mapped(text(resource.get("/end_time")), _time)),
                **{
                    bound: (f"{bounds}/{bound}", number(text(resource.get(f"{bounds}/{bound}"))))
                    for bound in ("min_capacity", "max_capacity")
                },
            }
            for member, (at, value) in settings.items():
                draft.state((*where, member), value, resource, at)
        if uncertain is not None:
            draft.state((FIELD,), uncertain, source.table, "")

    def from_live(self, facts: Facts) -> Fragment:
        """From ``DescribeScheduledActions``."""
        table = describe_table(facts)
        names = [index["IndexName"] for index in table.get("GlobalSecondaryIndexes") or []]
        scheduled = _nothing_scheduled(names)
        if live_billing_mode(table) == PAY_PER_REQUEST:
            return {FIELD: scheduled}
        for answer in facts.get(DESCRIBE_ACTIONS).get("ScheduledActions") or []:
            place = place_of(answer["ResourceId"], answer["ScalableDimension"])
            if place is None or (place[0] == "index" and place[1] not in scheduled["index"]):
                continue
            actions = scheduled
            for token in place:
                actions = actions[token]
            actions[answer["ScheduledActionName"]] = _live_action(answer)
        return {FIELD: scheduled}

    def moot(self, pointer: str, expected: Json, actual: Json, within: Comparison) -> bool:
        """Nothing counts beside another billing mode, or of an index that one side lacks."""
        tokens = split(pointer)
        index = tokens[2] if len(tokens) > 2 and tokens[1] == "index" else None
        if billing_differs(within) or (index is not None and only_on_one_side(index, within)):
            return True
        # Where the indexes are not known, one of which nothing is scheduled has no entry.
        return len(tokens) == 3 and _nothing_in(expected) and _nothing_in(actual)

    def severity(self, pointer: str, expected: Json, actual: Json) -> Severity:
        """Capacity may be missing when it is needed."""
        return Severity.MEDIUM

    def risk(self, pointer: str, current: Json, wanted: Json) -> Risk:
        """The bounds that an action sets move capacity."""
        return Risk.DISRUPTIVE

    def changes(self, ground: Ground) -> Iterator[Change | Impossible]:
        """Actions by name; those of a target that goes, go with it."""
        return schedule_changes(ground, self.gravest)

    def follow(self, fragment: Fragment, before: Table, after: Table) -> Fragment:
        """Nothing is scheduled on demand; indexes come without actions and take theirs along."""
        scheduled, names = fragment.get(FIELD), index_names(after)
        if not isinstance(scheduled, dict) or names is None:
            return fragment
        fresh = _nothing_scheduled(sorted(names))
        if billing_mode(after) == PAY_PER_REQUEST:
            return {FIELD: fresh}
        known = scheduled.get("index") or {}
        index = {n: known.get(n) or fresh["index"][n] for n in names}
        return {FIELD: {**scheduled, "index": index}}


def _nothing_scheduled(indexes: list[str]) -> dict[str, Any]:
    return {
        "table": {"read": {}, "write": {}},
        "index": {name: {"read": {}, "write": {}} for name in indexes},
    }


def _nothing_in(both: Json) -> bool:
    return both is None or (isinstance(both, dict) and not any(both.values()))


def _live_action(answer: Mapping[str, Any]) -> dict[str, Json]:
    bounds = answer.get("ScalableTargetAction") or {}
    return {
        "schedule": _schedule(answer["Schedule"]),
        "timezone": answer.get("Timezone") or DEFAULT_TIMEZONE,
        "start_time": mapped(answer.get("StartTime"), _time),
        "end_time": mapped(answer.get("EndTime"), _time),
        "min_capacity": bounds.get("MinCapacity"),
        "max_capacity": bounds.get("MaxCapacity"),
    }


def _schedule(text_: str) -> str:
    return " ".join(text_.split())


def _time(moment: str | datetime) -> str:
    """A moment in UTC to the second; a text that is no time stays as it is."""
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment)
        except ValueError:
            return str(moment)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
