"""CloudWatch Contributor Insights of the table and of its indexes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from driftcheck.aspects.base import Aspect, Comparison, Draft, Facts
from driftcheck.aspects.change import Change, Ground, Impossible, Phase, equals, present
from driftcheck.aspects.index_changes import rebuild_group
from driftcheck.aspects.index_plan import rebuilt_indexes
from driftcheck.aspects.indexes import GLOBAL, declared_indexes, index_names, only_on_one_side
from driftcheck.aspects.reading import (
    DESCRIBE_TABLE,
    describe_table,
    given,
    in_transition,
    plain,
    text,
)
from driftcheck.model.finding import Risk, Severity
from driftcheck.model.pointer import join, split
from driftcheck.model.resource import TerraformTable
from driftcheck.model.table import Fragment, Table
from driftcheck.model.values import Json, Unknown

FIELD = "contributor_insights"
RESOURCE = "aws_dynamodb_contributor_insights"
LIST_INSIGHTS = "dynamodb:ListContributorInsights"
DEFAULT_MODE = "ACCESSED_AND_THROTTLED_KEYS"

_ENTRY: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "enabled": {"type": "boolean"},
        "mode": {"enum": [DEFAULT_MODE, "THROTTLED_KEYS", None]},
    },
    "additionalProperties": False,
}

_OFF: Mapping[str, Json] = {"enabled": False, "mode": None}


class ContributorInsights(Aspect):
    """``contributor_insights``: of the ``table`` and of each ``index``, and in which mode.

    What was never configured is disabled; AWS's list leaves disabled ones out. FAILED
    (too many CloudWatch rules in the account) is not enabled either.
    """

    name = FIELD
    title = "contributor insights"
    fields: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        FIELD: {
            "type": "object",
            "properties": {
                "table": _ENTRY,
                "index": {"type": "object", "additionalProperties": _ENTRY},
            },
            "additionalProperties": False,
        }
    }
    reads = (DESCRIBE_TABLE, LIST_INSIGHTS)
    writes = ("dynamodb:UpdateContributorInsights",)
    gates: ClassVar[Mapping[str, tuple[str, ...]]] = {
        f"/{FIELD}/table/enabled": (f"/{FIELD}/table/mode",),
        f"/{FIELD}/index/*/enabled": (f"/{FIELD}/index/*/mode",),
    }

    def from_terraform(self, source: TerraformTable, draft: Draft) -> None:
        """Disabled unless an ``aws_dynamodb_contributor_insights`` enables it."""
        indexes = declared_indexes(source)
        names = [] if isinstance(indexes, Unknown) else sorted(indexes)
        uncertain = source.uncertain(RESOURCE)
        nothing: Json = uncertain or {"enabled": False, "mode": None}
        draft.state((FIELD,), _insights(nothing, names), source.table, "")
        for resource in source.of_type(RESOURCE):
            index = plain(text(resource.get("/index_name")))
            if resource.existence is not None:
                continue
            if isinstance(index, Unknown):
                draft.state((FIELD, "index"), index, resource, "/index_name")
                continue
            if index is not None and isinstance(draft.fragment[FIELD]["index"], Unknown):
                continue
            place = (FIELD, "table") if index is None else (FIELD, "index", index)
            draft.state(place, {}, resource, "")
            draft.state((*place, "enabled"), True, resource, "")
            mode = given(text(resource.get("/mode")), DEFAULT_MODE)
            draft.state((*place, "mode"), mode, resource, "/mode")

    def from_live(self, facts: Facts) -> Fragment:
        """From ``ListContributorInsights``."""
        described = describe_table(facts).get("GlobalSecondaryIndexes") or []
        names = [index["IndexName"] for index in described]
        insights = _insights({"enabled": False, "mode": None}, names)
        for summary in facts.get(LIST_INSIGHTS).get("ContributorInsightsSummaries") or []:
            index = summary.get("IndexName")
            if index is None:
                insights["table"] = _live_entry(summary)
            elif index in insights["index"]:
                insights["index"][index] = _live_entry(summary)
        return {FIELD: insights}

    def moot(self, pointer: str, expected: Json, actual: Json, within: Comparison) -> bool:
        """An index that one side lacks is reported as such."""
        tokens = split(pointer)
        return len(tokens) > 2 and tokens[1] == "index" and only_on_one_side(tokens[2], within)

    def severity(self, pointer: str, expected: Json, actual: Json) -> Severity:
        """It shows which keys are hot, and costs a little."""
        return Severity.LOW

    def changes(self, ground: Ground) -> Iterator[Change | Impossible]:
        """On and off, of the table and of each index; an index that is built anew loses its own."""
        rebuilt = rebuilt_indexes(ground)
        places = [("table",), *(("index", name) for name in ground.member(f"/{FIELD}/index"))]
        for place in places:
            at = join(FIELD, *place)
            before, after = ground.before(at) or _OFF, ground.after(at) or _OFF
            if place[-1] in rebuilt and place[0] == "index":
                before = _OFF
            if isinstance(before, Unknown) or isinstance(after, Unknown):
                continue  # an endpoint without the operation; what is not known is not written
            if before.get("enabled") == after.get("enabled") and (
                before.get("mode") == after.get("mode") or not after.get("enabled")
            ):
                continue
            group = rebuild_group(place[-1]) if place[-1] in rebuilt and len(place) > 1 else ""
            yield _update(ground, place, bool(after.get("enabled")), after.get("mode"), group)

    def follow(self, fragment: Fragment, before: Table, after: Table) -> Fragment:
        """Indexes come without insights and take theirs along."""
        insights, names = fragment.get(FIELD), index_names(after)
        if not isinstance(insights, dict) or names is None:
            return fragment
        known = insights.get("index") or {}
        index = {name: known.get(name) or dict(_OFF) for name in sorted(names)}
        return {FIELD: {**insights, "index": index}}


def _insights(nothing: Json, indexes: list[str]) -> dict[str, Any]:
    def copy() -> Json:
        return dict(nothing) if isinstance(nothing, dict) else nothing

    return {"table": copy(), "index": {name: copy() for name in indexes}}


def _live_entry(summary: Mapping[str, Any]) -> Json:
    status = summary.get("ContributorInsightsStatus")
    if status in ("ENABLING", "DISABLING"):
        moving = in_transition("contributor insights", status)
        return {"enabled": moving, "mode": moving}
    if status != "ENABLED":
        return {"enabled": False, "mode": None}
    return {"enabled": True, "mode": summary.get("ContributorInsightsMode") or DEFAULT_MODE}


def _update(ground: Ground, place: tuple[str, ...], on: bool, mode: Json, group: str) -> Change:
    """The call for the table (``("table",)``) or for an index (``("index", NAME)``)."""
    at = join(FIELD, *place)
    index = place[1] if place[0] == "index" else None
    arguments = {
        "TableName": ground.name,
        **({"IndexName": index} if index else {}),
        "ContributorInsightsAction": "ENABLE" if on else "DISABLE",
        **({"ContributorInsightsMode": mode} if on and mode not in (None, DEFAULT_MODE) else {}),
    }
    settles = [equals(f"{at}/enabled", on)]
    if on and mode is not None:
        settles.append(equals(f"{at}/mode", mode))
    of = f"the index {index}" if index else "the table"
    return Change(
        title=f"switch contributor insights of {of} {'on' if on else 'off'}",
        operation="dynamodb:UpdateContributorInsights",
        arguments=arguments,
        pointers=(f"{at}/enabled", f"{at}/mode"),
        phase=Phase.INSIGHTS,
        risk=Risk.SAFE,
        hazard="It costs by the number of events." if on else "Hot keys are no longer shown.",
        undo=f"Switch them {'off' if on else 'on'} again.",
        requires=(present(join(GLOBAL, index)),) if index else (),
        settles=tuple(settles),
        touches=(at,),
        group=group,
    )
