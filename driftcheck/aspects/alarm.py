"""CloudWatch alarms on the table's metrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from driftcheck.aspects.base import Aspect, Comparison, Difference, Draft, Facts, Undecided
from driftcheck.aspects.reading import given, number, plain, text
from driftcheck.model.finding import Severity
from driftcheck.model.pointer import split
from driftcheck.model.resource import Resource, TerraformTable
from driftcheck.model.table import Fragment
from driftcheck.model.values import Json, Unknown, first_unknown

FIELD = "alarm"
RESOURCE = "aws_cloudwatch_metric_alarm"
DESCRIBE_ALARMS = "cloudwatch:DescribeAlarms"

#: Application Auto Scaling makes four of these for every policy; they are part of it.
_AUTOSCALING_PREFIX = "TargetTracking-"

_TEXTS = {
    "metric_name": "MetricName",
    "namespace": "Namespace",
    "statistic": "Statistic",
    "extended_statistic": "ExtendedStatistic",
    "comparison_operator": "ComparisonOperator",
    "unit": "Unit",
}
_NUMBERS = {
    "period": "Period",
    "threshold": "Threshold",
    "evaluation_periods": "EvaluationPeriods",
    "datapoints_to_alarm": "DatapointsToAlarm",
}


class Alarm(Aspect):
    """``alarm`` by name: what is watched, from which threshold on, and whether anybody hears.

    Only alarms that are declared are compared; further ones on the same table are
    nobody's fault. ``notifies`` says that alarm actions are there and enabled,
    whichever they are. ``metrics`` maps the ids of a metric math to its metrics and
    expressions.
    """

    name = FIELD
    title = "alarm"
    fields: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        FIELD: {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {
                    **{name: {"type": ["string", "null"]} for name in _TEXTS},
                    **{name: {"type": ["number", "null"]} for name in _NUMBERS},
                    "dimensions": {"type": "object"},
                    "metrics": {"type": "object"},
                    "notifies": {"type": "boolean"},
                },
                "additionalProperties": False,
            },
        }
    }
    reads = (DESCRIBE_ALARMS,)

    def from_terraform(self, source: TerraformTable, draft: Draft) -> None:
        """From the ``aws_cloudwatch_metric_alarm`` resources that watch the table."""
        draft.state((FIELD,), {}, source.table, "")
        uncertain = source.uncertain(RESOURCE)
        for resource in source.of_type(RESOURCE):
            name = plain(resource.get("/alarm_name"))
            if isinstance(name, Unknown) or resource.existence is not None:
                uncertain = uncertain or (name if isinstance(name, Unknown) else None)
                continue
            where = (FIELD, str(name))
            draft.state(where, {}, resource, "")
            for member, (at, value) in _declared(resource).items():
                draft.state((*where, member), value, resource, at)
        if uncertain is not None and not draft.fragment[FIELD]:
            draft.state((FIELD,), uncertain, source.table, "")

    def from_live(self, facts: Facts) -> Fragment:
        """From ``DescribeAlarms``, without those of Application Auto Scaling."""
        answers = facts.get(DESCRIBE_ALARMS).get("MetricAlarms") or []
        return {
            FIELD: {
                a["AlarmName"]: _live_alarm(a)
                for a in answers
                if not a["AlarmName"].startswith(_AUTOSCALING_PREFIX)
            }
        }

    def across_regions(self, fragment: Fragment) -> None:
        """Alarms are each region's own."""

    def silent(self, fragment: Fragment) -> bool:
        """Where no alarm is declared there is nothing to compare."""
        return fragment == {FIELD: {}}

    def compare(self, within: Comparison) -> Iterator[Difference | Undecided]:
        """Where no alarm is declared there is nothing to compare, and nothing to be unsure of."""
        if within.expected.settings.get(self.name) != {FIELD: {}}:
            yield from super().compare(within)

    def moot(self, pointer: str, expected: Json, actual: Json, within: Comparison) -> bool:
        """Alarms that nobody declared."""
        return expected is None and len(split(pointer)) == 2

    def severity(self, pointer: str, expected: Json, actual: Json) -> Severity:
        """An alarm that is gone or tells nobody is worse than another threshold."""
        tokens = split(pointer)
        if len(tokens) == 2 or (tokens[-1] == "notifies" and expected):
            return Severity.MEDIUM
        return Severity.LOW


def _declared(resource: Resource) -> dict[str, tuple[str, Json]]:
    """The settings of an alarm's resource, each with the place that states it."""
    settings: dict[str, tuple[str, Json]] = {}
    for name in _TEXTS:
        settings[name] = (f"/{name}", text(resource.get(f"/{name}")))
    for name in _NUMBERS:
        settings[name] = (f"/{name}", number(resource.get(f"/{name}")))
    settings["dimensions"] = ("/dimensions", given(resource.get("/dimensions"), {}))
    settings["metrics"] = ("/metric_query", _metrics(plain(resource.get("/metric_query"))))
    actions = plain(resource.get("/alarm_actions"))
    enabled = given(resource.get("/actions_enabled"), True)
    heard: Json = enabled if isinstance(plain(enabled), Unknown) else actions
    if not isinstance(heard, Unknown):
        heard = bool(plain(enabled)) and bool(actions)
    settings["notifies"] = ("/alarm_actions", heard)
    return settings


def _metrics(queries: Json) -> Json:
    unknown = first_unknown(queries)
    if unknown is not None:
        return unknown
    return {q["id"]: _query(q, (q.get("metric") or [{}])[0]) for q in map(plain, queries or ())}


def _query(query: Mapping[str, Json], metric: Mapping[str, Json]) -> dict[str, Json]:
    return {
        "expression": text(query.get("expression")),
        "return_data": bool(query.get("return_data")),
        "namespace": text(metric.get("namespace")),
        "metric_name": text(metric.get("metric_name")),
        "stat": text(metric.get("stat")),
        "period": number(metric.get("period") or query.get("period")),
        "dimensions": metric.get("dimensions") or {},
    }


def _live_alarm(answer: Mapping[str, Any]) -> dict[str, Json]:
    return {
        **{name: text(answer.get(member)) for name, member in _TEXTS.items()},
        **{name: number(answer.get(member)) for name, member in _NUMBERS.items()},
        "dimensions": {d["Name"]: d["Value"] for d in answer.get("Dimensions") or []},
        "metrics": {m["Id"]: _live_query(m) for m in answer.get("Metrics") or []},
        "notifies": bool(answer.get("ActionsEnabled", True) and answer.get("AlarmActions")),
    }


def _live_query(query: Mapping[str, Any]) -> dict[str, Json]:
    stat = query.get("MetricStat") or {}
    metric = stat.get("Metric") or {}
    return {
        "expression": text(query.get("Expression")),
        "return_data": bool(query.get("ReturnData", True)),
        "namespace": text(metric.get("Namespace")),
        "metric_name": text(metric.get("MetricName")),
        "stat": text(stat.get("Stat")),
        "period": number(stat.get("Period") or query.get("Period")),
        "dimensions": {d["Name"]: d["Value"] for d in metric.get("Dimensions") or []},
    }
