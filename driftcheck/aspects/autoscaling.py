"""Automatic scaling of provisioned capacity: targets and target tracking policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from driftcheck.aspects.base import Aspect, Comparison, Draft, Facts, FactUnavailable
from driftcheck.aspects.change import Change, Ground, Impossible
from driftcheck.aspects.consequence import Consequence
from driftcheck.aspects.indexes import declared_indexes, index_names, only_on_one_side
from driftcheck.aspects.reading import (
    DESCRIBE_TABLE,
    describe_table,
    given,
    live_billing_mode,
    number,
    plain,
)
from driftcheck.aspects.scaling import (
    UTILIZATION,
    Place,
    billing_differs,
    billing_mode,
    place_in_code,
    place_of,
    scheduled_bounds,
)
from driftcheck.aspects.scaling_changes import (
    DELETE_POLICY,
    DEREGISTER,
    PUT_POLICY,
    REGISTER,
    SUSPENDED,
    scaling_changes,
)
from driftcheck.aspects.scaling_policy import POLICY_SCHEMA, code_policy, live_policy
from driftcheck.aspects.throughput import PAY_PER_REQUEST, declared_billing_mode, is_less
from driftcheck.model.finding import Risk, Severity
from driftcheck.model.pointer import split
from driftcheck.model.resource import Resource, TerraformTable
from driftcheck.model.table import Fragment, Table
from driftcheck.model.values import Json, Unknown

FIELD = "autoscaling"
TARGET, POLICY = "aws_appautoscaling_target", "aws_appautoscaling_policy"
DESCRIBE_TARGETS = "application-autoscaling:DescribeScalableTargets"
DESCRIBE_POLICIES = "application-autoscaling:DescribeScalingPolicies"

_DIMENSION: Mapping[str, Any] = {
    "type": ["object", "null"],
    "properties": {
        "min_capacity": {"type": "integer", "minimum": 1},
        "max_capacity": {"type": "integer", "minimum": 1},
        "suspended_state": {
            "type": "object",
            "properties": {name: {"type": "boolean"} for name in SUSPENDED},
            "additionalProperties": False,
        },
        "target_tracking": {"type": "object", "additionalProperties": POLICY_SCHEMA},
        "target_value": {
            "type": "number",
            "description": "short for target_tracking of the usual utilization metric",
        },
    },
    "additionalProperties": False,
}
_BOTH: Mapping[str, Any] = {
    "type": "object",
    "properties": {"read": _DIMENSION, "write": _DIMENSION},
    "additionalProperties": False,
}


class Autoscaling(Aspect):
    """``autoscaling`` of the table and of each index, for ``read`` and ``write``.

    A dimension is None where nothing scales it. ``target_tracking`` is keyed by the
    metric that a policy follows (Application Auto Scaling allows one policy for
    each), so that a target value can be stated without a policy's name. Every global
    index has its entry. Under PAY_PER_REQUEST nothing scales, whatever targets were
    left registered: those are the concern of another aspect.
    """

    name = FIELD
    title = "autoscaling"
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
    reads = (DESCRIBE_TABLE, DESCRIBE_TARGETS, DESCRIBE_POLICIES)
    writes = (REGISTER, DEREGISTER, PUT_POLICY, DELETE_POLICY)
    atoms = (
        f"/{FIELD}/table/*/target_tracking/*/customized_metric_specification",
        f"/{FIELD}/index/*/*/target_tracking/*/customized_metric_specification",
    )

    def from_terraform(self, source: TerraformTable, draft: Draft) -> None:
        """From the scaling targets and policies that were joined to the table."""
        table = source.table
        indexes = declared_indexes(source)
        names = [] if isinstance(indexes, Unknown) else sorted(indexes)
        draft.state((FIELD,), _nothing_scaled(names), table, "")
        if plain(declared_billing_mode(table)) == PAY_PER_REQUEST:
            return
        for target in _certain(source, TARGET):
            place = place_in_code(target)
            if isinstance(place, Unknown):
                draft.state(_container(target), place, target, "/resource_id")
            elif place is not None and not _blocked(draft.fragment, place):
                _state_target(draft, place, target)
        for policy in _certain(source, POLICY):
            place = place_in_code(policy)
            if isinstance(place, Unknown):
                draft.state(_container(policy), place, policy, "/resource_id")
            elif place is not None and not _blocked(draft.fragment, place):
                _state_policy(draft, place, policy)
        uncertain = source.uncertain(TARGET, POLICY)
        if uncertain is not None:
            _doubt(draft.fragment, uncertain)

    def from_live(self, facts: Facts) -> Fragment:
        """From Application Auto Scaling's targets and policies."""
        table = describe_table(facts)
        indexes = table.get("GlobalSecondaryIndexes") or []
        scaled = _nothing_scaled([index["IndexName"] for index in indexes])
        if live_billing_mode(table) == PAY_PER_REQUEST:
            return {FIELD: scaled}
        targets = facts.get(DESCRIBE_TARGETS).get("ScalableTargets") or []
        policies: Any = {}
        try:
            # There is none without a target, and their list is the longest that there is.
            policies = _live_policies(facts) if targets else {}
        except FactUnavailable as failure:
            policies = failure.unknown()
        for target in targets:
            place = place_of(target["ResourceId"], target["ScalableDimension"])
            if place is None or (place[0] == "index" and place[1] not in scaled["index"]):
                continue
            suspended = target.get("SuspendedState") or {}
            _put(
                scaled,
                place,
                {
                    "min_capacity": target.get("MinCapacity"),
                    "max_capacity": target.get("MaxCapacity"),
                    "suspended_state": {
                        name: bool(suspended.get(member)) for name, member in SUSPENDED.items()
                    },
                    "target_tracking": (
                        policies if isinstance(policies, Unknown) else policies.get(place, {})
                    ),
                },
            )
        return {FIELD: scaled}

    def normalise(self, fragment: Fragment) -> Fragment:
        """``target_value`` of a dimension spelled out as the policy that it stands for."""
        stated = fragment.get(FIELD)
        if not isinstance(stated, dict):
            return fragment
        result = dict(stated)
        if isinstance(stated.get("table"), dict):
            result["table"] = _spelled_out(stated["table"])
        if isinstance(stated.get("index"), dict):
            result["index"] = {n: _spelled_out(i) for n, i in stated["index"].items()}
        return {**fragment, FIELD: result}

    def moot(self, pointer: str, expected: Json, actual: Json, within: Comparison) -> bool:
        """Nothing counts beside another billing mode, or of an index that one side lacks."""
        tokens = split(pointer)
        index = tokens[2] if len(tokens) > 2 and tokens[1] == "index" else None
        return billing_differs(within) or (index is not None and only_on_one_side(index, within))

    def equal(self, pointer: str, expected: Json, actual: Json, within: Comparison) -> bool:
        """Bounds that a scheduled action set are as they should be."""
        tokens = split(pointer)
        if tokens[-1] in ("min_capacity", "max_capacity") and actual in scheduled_bounds(
            within.actual, tuple(tokens[1:-1]), tokens[-1]
        ):
            return True
        return bool(_no_scaling_as_none(expected) == _no_scaling_as_none(actual))

    def severity(self, pointer: str, expected: Json, actual: Json) -> Severity:
        """Scaling that is gone or held back throttles; a ceiling too low does as well."""
        tokens = split(pointer)
        last = tokens[-1]
        whole = last in ("read", "write") or tokens[-2] in ("index", "target_tracking")
        if whole or last == "target_tracking":
            return Severity.HIGH if expected is not None else Severity.MEDIUM
        if last in SUSPENDED:
            return Severity.HIGH if actual else Severity.LOW
        if last == "max_capacity":
            return Severity.HIGH if is_less(actual, expected) else Severity.MEDIUM
        if last in ("name", "scale_in_cooldown", "scale_out_cooldown"):
            return Severity.LOW
        return Severity.MEDIUM

    def risk(self, pointer: str, current: Json, wanted: Json) -> Risk:
        """New bounds move capacity at once, except where they only give more room."""
        last = split(pointer)[-1]
        if last == "max_capacity" and is_less(current, wanted):
            return Risk.SAFE
        if "target_tracking" in split(pointer) and wanted is not None:
            return Risk.SAFE
        return Risk.DISRUPTIVE

    def consequence(self, pointer: str, current: Json, wanted: Json) -> Consequence | None:
        """Bounds hold at once; without a target, capacity stands still."""
        last = split(pointer)[-1]
        if wanted is None:
            return Consequence(pointer, "capacity no longer follows the load")
        if last == "max_capacity" and is_less(wanted, current):
            return Consequence(pointer, "capacity above the new ceiling is taken away at once")
        if last == "min_capacity" and is_less(wanted, current):
            return Consequence(pointer, "there is less capacity in reserve for a sudden load")
        return None

    def changes(self, ground: Ground) -> Iterator[Change | Impossible]:
        """Targets before policies; what scales an index that goes, goes before it."""
        return scaling_changes(ground, self.gravest)

    def follow(self, fragment: Fragment, before: Table, after: Table) -> Fragment:
        """Nothing scales on demand; indexes come without scaling and take theirs along."""
        scaled, names = fragment.get(FIELD), index_names(after)
        if not isinstance(scaled, dict) or names is None:
            return fragment
        fresh = _nothing_scaled(sorted(names))
        if billing_mode(after) == PAY_PER_REQUEST:
            return {FIELD: fresh}
        known = scaled.get("index") or {}
        return {FIELD: {**scaled, "index": {n: known.get(n) or fresh["index"][n] for n in names}}}


def _nothing_scaled(indexes: list[str]) -> dict[str, Any]:
    return {
        "table": {"read": None, "write": None},
        "index": {name: {"read": None, "write": None} for name in indexes},
    }


def _certain(source: TerraformTable, type_: str) -> list[Resource]:
    """The resources of a type that certainly exist."""
    return [r for r in source.of_type(type_) if r.existence is None]


def _container(resource: Resource) -> tuple[str, ...]:
    """What becomes unknown with the place of a scaling resource: the indexes, or everything."""
    dimension = plain(resource.get("/scalable_dimension"))
    return (FIELD, "index") if str(dimension).startswith("dynamodb:index:") else (FIELD,)


def _blocked(fragment: Fragment, place: Place) -> bool:
    """Whether something on the way to the place is unknown already."""
    value: Json = fragment[FIELD]
    for token in place[:-1]:
        if isinstance(value, Unknown):
            return True
        value = value.get(token, {})
    return isinstance(value, Unknown)


def _state_target(draft: Draft, place: Place, target: Resource) -> None:
    where = (FIELD, *place)
    draft.state(where, {}, target, "")
    for name in ("min_capacity", "max_capacity"):
        draft.state((*where, name), number(target.get(f"/{name}")), target, f"/{name}")
    for name in SUSPENDED:
        at = f"/suspended_state/0/{name}"
        draft.state((*where, "suspended_state", name), given(target.get(at), False), target, at)
    draft.state((*where, "target_tracking"), {}, target, "")


def _state_policy(draft: Draft, place: Place, resource: Resource) -> None:
    where = (FIELD, *place, "target_tracking")
    scaled: Json = draft.fragment[FIELD]
    for token in place:
        scaled = scaled.get(token) if isinstance(scaled, dict) else None
    if not isinstance(scaled, dict) or isinstance(scaled["target_tracking"], Unknown):
        return  # AWS refuses a policy for a dimension that has no target
    described = code_policy(resource)
    if isinstance(described, Unknown):
        draft.state(where, described, resource, "")
        return
    metric, settings = described
    metric = _free_key(scaled["target_tracking"], metric, plain(resource.get("/name")))
    draft.state((*where, metric), settings, resource, "")
    if isinstance(settings, dict):
        for name in settings:
            at = "/name"
            if name != "name":
                at = f"/target_tracking_scaling_policy_configuration/0/{name}"
            draft.trace((*where, metric, name), resource, at)


def _live_policies(facts: Facts) -> dict[Place, dict[str, Json]]:
    found: dict[Place, dict[str, Json]] = {}
    answers = facts.get(DESCRIBE_POLICIES).get("ScalingPolicies") or []
    for answer in sorted(answers, key=lambda a: str(a.get("PolicyName"))):
        place = place_of(answer["ResourceId"], answer["ScalableDimension"])
        if place is not None:
            metric, settings = live_policy(answer)
            policies = found.setdefault(place, {})
            policies[_free_key(policies, metric, answer.get("PolicyName"))] = settings
    return found


def _free_key(policies: Mapping[str, Json], metric: str, name: Json) -> str:
    """The metric; with the policy's name for a second policy on the same metric."""
    return f"{metric}#{name}" if metric in policies else metric


def _put(scaled: dict[str, Any], place: Place, settings: Json) -> None:
    for token in place[:-1]:
        scaled = scaled[token]
    scaled[place[-1]] = settings


def _doubt(fragment: Fragment, uncertain: Unknown) -> None:
    """Let every dimension that nothing is known to scale be unknown."""
    scaled = fragment[FIELD]
    if isinstance(scaled, Unknown):
        return
    indexes = scaled["index"]
    entries = [] if isinstance(indexes, Unknown) else list(indexes.values())
    for entry in (scaled["table"], *entries):
        for kind, settings in entry.items():
            if settings is None:
                entry[kind] = uncertain
            elif isinstance(settings, dict) and not settings["target_tracking"]:
                settings["target_tracking"] = uncertain


def _spelled_out(both: Json) -> Json:
    return {
        kind: _with_policy(settings, kind) if isinstance(settings, dict) else settings
        for kind, settings in both.items()
    }


def _with_policy(settings: dict[str, Json], kind: str) -> dict[str, Json]:
    if "target_value" not in settings:
        return settings
    rest = {name: value for name, value in settings.items() if name != "target_value"}
    policies = dict(rest.get("target_tracking") or {})
    policy = policies.get(UTILIZATION[kind]) or {}
    policies[UTILIZATION[kind]] = {**policy, "target_value": settings["target_value"]}
    return {**rest, "target_tracking": policies}


def _no_scaling_as_none(value: Json) -> Json:
    """An index none of whose dimensions is scaled equals no entry at all."""
    if isinstance(value, dict) and set(value) <= {"read", "write"}:
        return value if any(v is not None for v in value.values()) else None
    return value
