"""Target tracking policies of Application Auto Scaling, from Terraform and from AWS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from driftcheck.aspects.reading import given, number, plain, text
from driftcheck.model.resource import Resource
from driftcheck.model.values import Cause, Json, Sensitive, Unknown, first_unknown

_CONFIGURATION = "/target_tracking_scaling_policy_configuration/0"
_TARGET_TRACKING = "TargetTrackingScaling"

POLICY_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "target_value": {"type": "number"},
        "scale_in_cooldown": {"type": "integer", "minimum": 0},
        "scale_out_cooldown": {"type": "integer", "minimum": 0},
        "disable_scale_in": {"type": "boolean"},
        "customized_metric_specification": {"type": ["object", "null"]},
    },
    "additionalProperties": False,
}

#: Terraform's arguments of a policy's configuration and AWS's members.
MEMBERS = {
    "target_value": "TargetValue",
    "scale_in_cooldown": "ScaleInCooldown",
    "scale_out_cooldown": "ScaleOutCooldown",
    "disable_scale_in": "DisableScaleIn",
}


def policy(name: Json, member: Callable[[str], Json], metric: Json) -> dict[str, Json]:
    """A policy in normal form: for DynamoDB an absent cooldown is 0, and scale-in is on."""
    return {
        "name": name,
        "target_value": number(member("target_value")),
        "scale_in_cooldown": number(given(member("scale_in_cooldown"), 0)),
        "scale_out_cooldown": number(given(member("scale_out_cooldown"), 0)),
        "disable_scale_in": given(member("disable_scale_in"), False),
        "customized_metric_specification": metric,
    }


def code_policy(resource: Resource) -> tuple[str, Json] | Unknown:
    """An ``aws_appautoscaling_policy``: the identity of its metric, and its settings.

    Unknown where the metric cannot be known. A policy of a type that DynamoDB
    does not support has its name for identity and an ``Unknown`` for settings.
    """
    kind = given(text(resource.get("/policy_type")), "StepScaling")
    if isinstance(plain(kind), Unknown):
        return plain(kind)  # type: ignore[no-any-return]
    name = resource.get("/name")
    if plain(kind) != _TARGET_TRACKING:
        return _unsupported(name, plain(kind))
    metric_type = plain(
        resource.get(f"{_CONFIGURATION}/predefined_metric_specification/0/predefined_metric_type")
    )
    metric = None
    if metric_type is None:
        blocks = plain(resource.get(f"{_CONFIGURATION}/customized_metric_specification"))
        unknown = first_unknown(blocks)
        if unknown is not None:
            return unknown
        metric = customized_metric(blocks[0]) if blocks else None
        metric_type = metric_identity(metric)
    if isinstance(metric_type, Unknown):
        return metric_type
    settings = policy(name, lambda m: resource.get(f"{_CONFIGURATION}/{m}"), metric)
    return str(metric_type), settings


def live_policy(answer: Mapping[str, Any]) -> tuple[str, Json]:
    """One of ``ScalingPolicies``: the identity of its metric, and its settings."""
    name = answer.get("PolicyName")
    configuration = answer.get("TargetTrackingScalingPolicyConfiguration")
    if configuration is None:
        return _unsupported(name, answer.get("PolicyType"))
    predefined = configuration.get("PredefinedMetricSpecification") or {}
    identity = predefined.get("PredefinedMetricType")
    metric = None
    if identity is None:
        metric = customized_metric(_snake(configuration.get("CustomizedMetricSpecification") or {}))
        identity = metric_identity(metric)
    return str(identity), policy(name, lambda m: configuration.get(MEMBERS[m]), metric)


def metric_identity(metric: Json) -> str:
    """A name for a customised metric: namespace and name, or the ids of a metric math."""
    if not isinstance(metric, dict):
        return "customized"
    if metric["metrics"]:
        return "math:" + ",".join(sorted(metric["metrics"]))
    return f"{metric['namespace']}/{metric['metric_name']}"


def customized_metric(given_form: Json) -> dict[str, Json]:
    """A customised metric in normal form: dimensions by name, metric math by id."""
    spec = _opened(given_form)
    return {
        **{m: text(spec.get(m)) for m in ("namespace", "metric_name", "statistic", "unit")},
        "dimensions": _dimensions(spec.get("dimensions")),
        "metrics": {query["id"]: _query(query) for query in spec.get("metrics") or ()},
    }


def _query(query: Mapping[str, Json]) -> dict[str, Json]:
    stat = _only(query.get("metric_stat"))
    metric = _only(stat.get("metric"))
    return {
        "expression": text(query.get("expression")),
        "label": text(query.get("label")),
        "return_data": given(query.get("return_data"), True),
        "stat": text(stat.get("stat")),
        "unit": text(stat.get("unit")),
        "namespace": text(metric.get("namespace")),
        "metric_name": text(metric.get("metric_name")),
        "dimensions": _dimensions(metric.get("dimensions")),
    }


def _dimensions(pairs: Json) -> dict[str, Json]:
    return {pair["name"]: pair["value"] for pair in pairs or ()}


def _only(block: Json) -> dict[str, Json]:
    """The one block of a list, or the object itself as AWS has it."""
    if isinstance(block, list):
        block = block[0] if block else None
    return block or {}


def _snake(value: Json) -> Json:
    """AWS's member names as Terraform's argument names, all the way down."""
    if isinstance(value, list):
        return [_snake(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    return {_snake_name(name): _snake(item) for name, item in value.items()}


def _snake_name(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).removeprefix("_")


def _opened(value: Json) -> Json:
    """A value with everything sensitive in it opened; metrics carry no secrets worth hiding."""
    match value:
        case Sensitive():
            return _opened(value.value)
        case list():
            return [_opened(item) for item in value]
        case dict():
            return {name: _opened(item) for name, item in value.items()}
        case _:
            return value


def _unsupported(name: Json, kind: Json) -> tuple[str, Unknown]:
    shown = plain(name)
    label = shown if isinstance(shown, str) else "unnamed"
    reason = f"scaling policy {label} is of type {kind}, which DynamoDB does not support"
    return f"{kind}:{label}", Unknown(reason, certainly_set=True, cause=Cause.UNSUPPORTED)


def default_policy_name(metric: str, resource_id: str) -> str:
    """The name for a policy of which only the target value is stated."""
    return f"{metric.partition('#')[0]}:{resource_id}"


def aws_policy(metric: str, settings: Mapping[str, Json]) -> dict[str, Json]:
    """The arguments of ``PutScalingPolicy`` for a policy of the document."""
    customized = settings.get("customized_metric_specification")
    configuration: dict[str, Json] = {
        "TargetValue": float(settings["target_value"]),
        "ScaleInCooldown": int(settings.get("scale_in_cooldown") or 0),
        "ScaleOutCooldown": int(settings.get("scale_out_cooldown") or 0),
        "DisableScaleIn": bool(settings.get("disable_scale_in")),
    }
    if customized:
        configuration["CustomizedMetricSpecification"] = _aws_metric(customized)
    else:
        configuration["PredefinedMetricSpecification"] = {
            "PredefinedMetricType": metric.partition("#")[0]
        }
    return {
        "PolicyType": _TARGET_TRACKING,
        "TargetTrackingScalingPolicyConfiguration": configuration,
    }


def _aws_metric(metric: Mapping[str, Json]) -> dict[str, Json]:
    """AWS's form of a customised metric in normal form; the inverse of ``customized_metric``."""
    if metric.get("metrics"):
        return {"Metrics": [_aws_query(name, q) for name, q in metric["metrics"].items()]}
    return _without_none(
        {
            "MetricName": metric.get("metric_name"),
            "Namespace": metric.get("namespace"),
            "Dimensions": _aws_dimensions(metric.get("dimensions")),
            "Statistic": metric.get("statistic"),
            "Unit": metric.get("unit"),
        }
    )


def _aws_query(name: str, query: Mapping[str, Json]) -> dict[str, Json]:
    watched = None
    if query.get("metric_name") is not None:
        described = {
            "Namespace": query.get("namespace"),
            "MetricName": query["metric_name"],
            "Dimensions": _aws_dimensions(query.get("dimensions")),
        }
        watched = _without_none(
            {
                "Metric": _without_none(described),
                "Stat": query.get("stat"),
                "Unit": query.get("unit"),
            }
        )
    return _without_none(
        {
            "Id": name,
            "Expression": query.get("expression"),
            "Label": query.get("label"),
            "MetricStat": watched,
            "ReturnData": query.get("return_data"),
        }
    )


def _aws_dimensions(dimensions: Json) -> list[dict[str, Json]] | None:
    return [{"Name": n, "Value": v} for n, v in dimensions.items()] if dimensions else None


def _without_none(members: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in members.items() if value is not None}
