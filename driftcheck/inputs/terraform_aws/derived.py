"""Identifiers and ARNs that follow from a resource's arguments.

Terraform leaves them open until apply. They are not up to AWS, though: an ARN is made
of the account, the region and the name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from driftcheck.hcl.values import Unknown, Value, string

_SERVICE_ROLE = (
    "role/aws-service-role/dynamodb.application-autoscaling.amazonaws.com/"
    "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a resource lives, as far as that is known."""

    partition: str | None
    region: str | None
    account: str | None

    def arn(self, service: str, resource: str | None, *, global_: bool = False) -> str | None:
        """An ARN; None where a part of it is not known."""
        region = "" if global_ else self.region
        if resource is None or not self.partition or region is None or self.account is None:
            return None
        return f"arn:{self.partition}:{service}:{region}:{self.account}:{resource}"


Attributes = dict[str, Value]
Rule = Callable[[Attributes, Place], dict[str, str | None]]


def derive(type_: str, values: Attributes, place: Place) -> None:
    """Fill in what follows from the arguments, wherever the plan leaves it unknown."""
    rule = _RULES.get(type_)
    if rule is None:
        return
    for name, text in rule(values, place).items():
        if text is not None and isinstance(values[name].raw, Unknown):
            values[name] = string(text).with_marks(values[name].marks)


def _text(values: Attributes, name: str) -> str | None:
    raw = values[name].raw
    return raw if isinstance(raw, str) and not values[name].marks else None


def _joined(separator: str, *parts: str | None) -> str | None:
    return None if None in parts else separator.join(p for p in parts if p is not None)


def _prefixed(prefix: str, text: str | None) -> str | None:
    return None if text is None else prefix + text


def _table(values: Attributes, place: Place) -> dict[str, str | None]:
    name = _text(values, "name")
    return {"id": name, "arn": place.arn("dynamodb", _prefixed("table/", name))}


def _replica(values: Attributes, place: Place) -> dict[str, str | None]:
    parts = (_text(values, "global_table_arn") or "").split(":")
    if len(parts) != 6:
        return {}
    table = parts[5].removeprefix("table/")
    own = place.region and ":".join([*parts[:3], place.region, *parts[4:]])
    return {"id": f"{table}:{parts[3]}", "arn": own}


def _tag(values: Attributes, _place: Place) -> dict[str, str | None]:
    return {"id": _joined(",", _text(values, "resource_arn"), _text(values, "key"))}


def _insights(values: Attributes, place: Place) -> dict[str, str | None]:
    if isinstance(values["index_name"].raw, Unknown):
        return {}
    table, index = _text(values, "table_name"), _text(values, "index_name") or ""
    return {"id": _joined("", "name:", table, f"/index:{index}/", place.account)}


def _destination(values: Attributes, _place: Place) -> dict[str, str | None]:
    return {"id": _joined(",", _text(values, "table_name"), _text(values, "stream_arn"))}


def _policy(values: Attributes, _place: Place) -> dict[str, str | None]:
    return {"id": _text(values, "resource_arn")}


def _target(values: Attributes, place: Place) -> dict[str, str | None]:
    role = None
    if _text(values, "service_namespace") == "dynamodb":
        role = place.arn("iam", _SERVICE_ROLE, global_=True)
    return {"id": _text(values, "resource_id"), "role_arn": role}


def _named(values: Attributes, _place: Place) -> dict[str, str | None]:
    return {"id": _text(values, "name")}


def _alarm(values: Attributes, place: Place) -> dict[str, str | None]:
    name = _text(values, "alarm_name")
    return {"id": name, "arn": place.arn("cloudwatch", _prefixed("alarm:", name))}


def _topic(values: Attributes, place: Place) -> dict[str, str | None]:
    arn = place.arn("sns", _text(values, "name"))
    return {"id": arn, "arn": arn}


def _queue(values: Attributes, place: Place) -> dict[str, str | None]:
    return {"arn": place.arn("sqs", _text(values, "name"))}


def _alias(values: Attributes, place: Place) -> dict[str, str | None]:
    name = _text(values, "name")
    return {"id": name, "arn": place.arn("kms", name)}


def _stream(values: Attributes, place: Place) -> dict[str, str | None]:
    arn = place.arn("kinesis", _prefixed("stream/", _text(values, "name")))
    return {"id": arn, "arn": arn}


def _role(values: Attributes, place: Place) -> dict[str, str | None]:
    name, path = _text(values, "name"), _text(values, "path")
    resource = None if path is None or name is None else f"role{path}{name}"
    return {"id": name, "arn": place.arn("iam", resource, global_=True)}


def _function(values: Attributes, place: Place) -> dict[str, str | None]:
    name = _text(values, "function_name")
    return {"id": name, "arn": place.arn("lambda", _prefixed("function:", name))}


def _bucket(values: Attributes, place: Place) -> dict[str, str | None]:
    name = _text(values, "bucket")
    arn = f"arn:{place.partition}:s3:::{name}" if name and place.partition else None
    return {"id": name, "arn": arn}


def _log_group(values: Attributes, place: Place) -> dict[str, str | None]:
    name = _text(values, "name")
    return {"id": name, "arn": place.arn("logs", _prefixed("log-group:", name))}


_RULES: dict[str, Rule] = {
    "aws_appautoscaling_policy": _named,
    "aws_appautoscaling_target": _target,
    "aws_cloudwatch_log_group": _log_group,
    "aws_cloudwatch_metric_alarm": _alarm,
    "aws_dynamodb_contributor_insights": _insights,
    "aws_dynamodb_kinesis_streaming_destination": _destination,
    "aws_dynamodb_resource_policy": _policy,
    "aws_dynamodb_table": _table,
    "aws_dynamodb_table_replica": _replica,
    "aws_dynamodb_tag": _tag,
    "aws_iam_role": _role,
    "aws_kinesis_stream": _stream,
    "aws_kms_alias": _alias,
    "aws_lambda_function": _function,
    "aws_s3_bucket": _bucket,
    "aws_sns_topic": _topic,
    "aws_sqs_queue": _queue,
}
