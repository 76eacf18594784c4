"""What has to be called to make a table. Pure: a table's description in, calls out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from driftcheck.errors import UsageError
from driftcheck.model.table import Table
from driftcheck.model.values import Json, first_unknown, reveal

#: Marks what ``provision`` made; only that is ever taken away again.
PROVISIONED_TAG = "driftcheck:provisioned"

_ON_DEMAND = {
    "max_read_request_units": "MaxReadRequestUnits",
    "max_write_request_units": "MaxWriteRequestUnits",
}
_WARM = {
    "read_units_per_second": "ReadUnitsPerSecond",
    "write_units_per_second": "WriteUnitsPerSecond",
}
#: The fields of a document that ``creation`` knows how to bring about.
_CREATED = frozenset(
    {
        *("name", "hash_key", "range_key", "attribute", "billing_mode", "table_class", "tags"),
        *("read_capacity", "write_capacity", "on_demand_throughput", "warm_throughput"),
        *("global_secondary_index", "local_secondary_index", "server_side_encryption", "ttl"),
        *("stream_enabled", "stream_view_type", "deletion_protection_enabled", "autoscaling"),
        "point_in_time_recovery",
    }
)


@dataclass(frozen=True, slots=True)
class Call:
    """One API call. ``title`` says to people what it does."""

    operation: str
    arguments: Mapping[str, Any]
    title: str


@dataclass(frozen=True, slots=True)
class Creation:
    """How to make a table: ``create`` first, ``settings`` once the table is active.

    What else it should have is the planner's to bring about.
    """

    table: str
    create: Call
    settings: tuple[Call, ...]


def creation(table: Table) -> Creation:
    """The calls that make the table as it is described.

    Raises ``UsageError`` where a value that is needed is not known.
    """
    document = table.document()
    for field, value in document.items():
        unknown = first_unknown(value)
        if unknown is not None and field in _CREATED:
            raise UsageError(
                f"{table.address or table.name}: {field} is not known ({unknown.reason}), so the "
                "table cannot be made. Give the values with --var or in the spec."
            )
    known: dict[str, Json] = {k: reveal(v) for k, v in document.items() if k in _CREATED}
    name = str(known["name"])
    return Creation(
        table=name,
        create=Call("dynamodb:CreateTable", _create_table(name, known), f"create the table {name}"),
        settings=(*_backups(name, known), *_expiry(name, known), *_scaling(name, known)),
    )


def _create_table(name: str, document: Mapping[str, Json]) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "TableName": name,
        "AttributeDefinitions": [
            {"AttributeName": attribute, "AttributeType": entry["type"]}
            for attribute, entry in sorted(document["attribute"].items())
        ],
        "KeySchema": _keys(document),
        "BillingMode": document["billing_mode"],
        "Tags": [
            {"Key": key, "Value": value}
            for key, value in {**(document.get("tags") or {}), PROVISIONED_TAG: "true"}.items()
        ],
        "DeletionProtectionEnabled": bool(document.get("deletion_protection_enabled")),
        **_throughput(document, document),
    }
    indexes = document.get("global_secondary_index") or {}
    if indexes:
        arguments["GlobalSecondaryIndexes"] = [
            {**_index(name, entry), **_throughput(entry, document)}
            for name, entry in sorted(indexes.items())
        ]
    indexes = document.get("local_secondary_index") or {}
    if indexes:
        keyed = {n: {**e, "hash_key": document["hash_key"]} for n, e in sorted(indexes.items())}
        arguments["LocalSecondaryIndexes"] = [_index(n, e) for n, e in keyed.items()]
    if document.get("table_class"):
        arguments["TableClass"] = document["table_class"]
    if document.get("stream_enabled"):
        arguments["StreamSpecification"] = {
            "StreamEnabled": True,
            "StreamViewType": document["stream_view_type"],
        }
    encryption = document.get("server_side_encryption") or {}
    if encryption.get("enabled"):
        key = encryption.get("kms_key_arn")
        arguments["SSESpecification"] = {
            "Enabled": True,
            "SSEType": "KMS",
            **({"KMSMasterKeyId": key} if key else {}),
        }
    return arguments


def _keys(entry: Mapping[str, Json]) -> list[dict[str, str]]:
    if entry.get("key_schema"):
        pairs = [(k["attribute_name"], k["key_type"]) for k in entry["key_schema"]]
    else:
        pairs = [(entry.get("hash_key"), "HASH"), (entry.get("range_key"), "RANGE")]
    return [{"AttributeName": name, "KeyType": kind} for name, kind in pairs if name]


def _index(name: str, entry: Mapping[str, Json]) -> dict[str, Any]:
    projection: dict[str, Any] = {"ProjectionType": entry["projection_type"]}
    if entry.get("non_key_attributes"):
        projection["NonKeyAttributes"] = entry["non_key_attributes"]
    return {"IndexName": name, "KeySchema": _keys(entry), "Projection": projection}


def _throughput(entry: Mapping[str, Json], table: Mapping[str, Json]) -> dict[str, Any]:
    """The throughput of a table or of one of its indexes."""
    result: dict[str, Any] = {}
    if table["billing_mode"] == "PROVISIONED":
        result["ProvisionedThroughput"] = {
            "ReadCapacityUnits": _capacity(entry, table, "read"),
            "WriteCapacityUnits": _capacity(entry, table, "write"),
        }
    else:
        limits = _renamed(entry.get("on_demand_throughput"), _ON_DEMAND)
        if limits:
            result["OnDemandThroughput"] = limits
    warm = _renamed(entry.get("warm_throughput"), _WARM)
    if warm:
        result["WarmThroughput"] = warm
    return result


def _capacity(entry: Mapping[str, Json], table: Mapping[str, Json], kind: str) -> int:
    """The declared capacity; where an index leaves it to the autoscaler, the table's own."""
    value = entry.get(f"{kind}_capacity")
    if value is None:
        value = table.get(f"{kind}_capacity")
    return int(value or 1)


def _renamed(values: Json, members: Mapping[str, str]) -> dict[str, int]:
    return {
        member: int(values[name])
        for name, member in members.items()
        if isinstance(values, dict) and values.get(name) is not None
    }


def _backups(name: str, document: Mapping[str, Json]) -> Iterator[Call]:
    recovery = document.get("point_in_time_recovery") or {}
    if recovery.get("enabled"):
        specification: dict[str, Any] = {"PointInTimeRecoveryEnabled": True}
        if recovery.get("recovery_period_in_days") is not None:
            specification["RecoveryPeriodInDays"] = recovery["recovery_period_in_days"]
        yield Call(
            "dynamodb:UpdateContinuousBackups",
            {"TableName": name, "PointInTimeRecoverySpecification": specification},
            "enable point-in-time recovery",
        )


def _expiry(name: str, document: Mapping[str, Json]) -> Iterator[Call]:
    ttl = document.get("ttl") or {}
    if ttl.get("enabled"):
        attribute = ttl["attribute_name"]
        yield Call(
            "dynamodb:UpdateTimeToLive",
            {
                "TableName": name,
                "TimeToLiveSpecification": {"AttributeName": attribute, "Enabled": True},
            },
            f"enable time to live by {attribute}",
        )


def _scaling(name: str, document: Mapping[str, Json]) -> Iterator[Call]:
    scaling = document.get("autoscaling") or {}
    places = [("table", f"table/{name}", scaling.get("table") or {})]
    places += [
        ("index", f"table/{name}/index/{index}", both or {})
        for index, both in sorted((scaling.get("index") or {}).items())
    ]
    for dimension, resource, both in places:
        for kind in ("read", "write"):
            if both.get(kind) is not None:
                target = {
                    "ServiceNamespace": "dynamodb",
                    "ResourceId": resource,
                    "ScalableDimension": f"dynamodb:{dimension}:{kind.title()}CapacityUnits",
                }
                yield from _scaled(target, both[kind], f"{resource} {kind}")


def _scaled(target: Mapping[str, str], settings: Mapping[str, Json], what: str) -> Iterator[Call]:
    suspended = settings.get("suspended_state") or {}
    yield Call(
        "application-autoscaling:RegisterScalableTarget",
        {
            **target,
            "MinCapacity": settings["min_capacity"],
            "MaxCapacity": settings["max_capacity"],
            "SuspendedState": {
                "DynamicScalingInSuspended": bool(suspended.get("dynamic_scaling_in_suspended")),
                "DynamicScalingOutSuspended": bool(suspended.get("dynamic_scaling_out_suspended")),
                "ScheduledScalingSuspended": bool(suspended.get("scheduled_scaling_suspended")),
            },
        },
        f"scale {what} from {settings['min_capacity']} to {settings['max_capacity']} units",
    )
    for metric, policy in (settings.get("target_tracking") or {}).items():
        if policy.get("customized_metric_specification"):
            continue
        configuration = {
            "PredefinedMetricSpecification": {"PredefinedMetricType": metric.partition("#")[0]},
            "TargetValue": float(policy["target_value"]),
            "ScaleInCooldown": policy.get("scale_in_cooldown") or 0,
            "ScaleOutCooldown": policy.get("scale_out_cooldown") or 0,
            "DisableScaleIn": bool(policy.get("disable_scale_in")),
        }
        yield Call(
            "application-autoscaling:PutScalingPolicy",
            {
                **target,
                "PolicyName": policy.get("name") or f"{metric}:{target['ResourceId']}",
                "PolicyType": "TargetTrackingScaling",
                "TargetTrackingScalingPolicyConfiguration": configuration,
            },
            f"keep {what} at {policy['target_value']} % use",
        )
