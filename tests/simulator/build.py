"""Tables put into the simulator as if they had always been there.

Independent of everything that driftcheck does to make or change a table.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.simulator.account import Account
from tests.simulator.clock import iso
from tests.simulator.table import Index, SimulatedTable

Document = Mapping[str, Any]

_UNITS = {"read": "ReadCapacityUnits", "write": "WriteCapacityUnits"}
_SUSPENDED = {
    "dynamic_scaling_in_suspended": "DynamicScalingInSuspended",
    "dynamic_scaling_out_suspended": "DynamicScalingOutSuspended",
    "scheduled_scaling_suspended": "ScheduledScalingSuspended",
}


def put_table(account: Account, document: Document) -> SimulatedTable:
    """The table of a whole document, ACTIVE and at rest, a day old."""
    now = account.clock.now()
    name = document["name"]
    table = SimulatedTable(
        name=name,
        arn=f"arn:aws:dynamodb:{account.region}:{account.account}:table/{name}",
        clock=account.clock,
        attributes={n: a["type"] for n, a in document["attribute"].items()},
        keys=_keys(document),
        billing=document["billing_mode"],
        status="ACTIVE",
        created=now - 86_400,
    )
    table.ever_on_demand = table.billing == "PAY_PER_REQUEST"
    table.read = document.get("read_capacity") or 0
    table.write = document.get("write_capacity") or 0
    table.on_demand = _limits(document.get("on_demand_throughput"))
    for index, settings in (document.get("global_secondary_index") or {}).items():
        table.indexes[index] = _index(index, settings)
    for index, settings in (document.get("local_secondary_index") or {}).items():
        keyed = {**settings, "hash_key": document["hash_key"]}
        table.local_indexes.append(
            {
                "IndexName": index,
                "KeySchema": _keys(keyed),
                "Projection": _projection(settings),
            }
        )
    _settings(account, table, document)
    account.dynamodb.tables[name] = table
    _scaling(account, name, document)
    return table


def _settings(account: Account, table: SimulatedTable, document: Document) -> None:
    recovery = document["point_in_time_recovery"]
    table.pitr = recovery["enabled"]
    table.pitr_days = recovery["recovery_period_in_days"] or 35
    if document.get("stream_enabled"):
        table.stream = {
            "StreamEnabled": True,
            "StreamViewType": document["stream_view_type"],
        }
        table.stream_label = iso(table.created)[:-4]
    encryption = document["server_side_encryption"]
    if encryption["enabled"]:
        key = encryption.get("kms_key_arn")
        table.encryption = account.dynamodb.encryption({"KMSMasterKeyId": key} if key else {})
    if document["table_class"] != "STANDARD":
        table.table_class = document["table_class"]
    table.protected = document["deletion_protection_enabled"]
    if document["ttl"]["enabled"]:
        table.ttl = {"Enabled": True, "AttributeName": document["ttl"]["attribute_name"]}
    table.tags = dict(document.get("tags") or {})
    if document.get("resource_policy") is not None:
        table.policy = json.dumps(document["resource_policy"])
    insights = document.get("contributor_insights") or {}
    states = {"": insights.get("table") or {}, **(insights.get("index") or {})}
    for index, state in states.items():
        if state.get("enabled"):
            table.insights[index] = {"Status": "ENABLED", "Mode": state["mode"]}
    destination = document.get("kinesis_streaming_destination") or {}
    if destination.get("enabled"):
        table.kinesis[destination["stream_arn"]] = {
            "StreamArn": destination["stream_arn"],
            "DestinationStatus": "ACTIVE",
            "ApproximateCreationDateTimePrecision": destination[
                "approximate_creation_date_time_precision"
            ],
        }


def _keys(entry: Document) -> list[dict[str, str]]:
    pairs = [(entry["hash_key"], "HASH"), (entry.get("range_key"), "RANGE")]
    return [{"AttributeName": n, "KeyType": kind} for n, kind in pairs if n]


def _projection(entry: Document) -> dict[str, Any]:
    projection: dict[str, Any] = {"ProjectionType": entry["projection_type"]}
    if entry.get("non_key_attributes"):
        projection["NonKeyAttributes"] = sorted(entry["non_key_attributes"])
    return projection


def _limits(limits: Document | None) -> dict[str, int]:
    members = {
        "max_read_request_units": "MaxReadRequestUnits",
        "max_write_request_units": "MaxWriteRequestUnits",
    }
    return {m: limits[n] for n, m in members.items() if limits and limits.get(n) is not None}


def _index(name: str, settings: Document) -> Index:
    return Index(
        name=name,
        keys=_keys(settings),
        projection=_projection(settings),
        read=settings.get("read_capacity") or 0,
        write=settings.get("write_capacity") or 0,
        on_demand=_limits(settings.get("on_demand_throughput")),
    )


def _scaling(account: Account, name: str, document: Document) -> None:
    scaling = document.get("autoscaling") or {}
    schedules = document.get("scheduled_action") or {}
    places = [("table", None, scaling.get("table") or {}, schedules.get("table") or {})]
    for index, both in (scaling.get("index") or {}).items():
        scheduled = (schedules.get("index") or {}).get(index) or {}
        places.append(("index", index, both, scheduled))
    for dimension, index, both, scheduled in places:
        for kind, settings in both.items():
            if settings is not None:
                actions = scheduled.get(kind) or {}
                _target(account, name, (dimension, index, kind), settings, actions)
    for place, bounds in (document.get("orphaned_scaling_target") or {}).items():
        parts = place.split("/")
        index = parts[1] if parts[0] == "index" else None
        settings = {**bounds, "suspended_state": {}, "target_tracking": {}}
        _target(account, name, (parts[0], index, parts[-1]), settings, {})


def _target(
    account: Account,
    table: str,
    place: tuple[str, str | None, str],
    settings: Document,
    actions: Document,
) -> None:
    dimension, index, kind = place
    resource = f"table/{table}" + (f"/index/{index}" if index else "")
    units = f"dynamodb:{dimension}:{_UNITS[kind]}"
    key = (resource, units)
    common = {"ServiceNamespace": "dynamodb", "ResourceId": resource, "ScalableDimension": units}
    suspended = settings.get("suspended_state") or {}
    account.scaling.targets[key] = {
        **common,
        "MinCapacity": settings["min_capacity"],
        "MaxCapacity": settings["max_capacity"],
        "RoleARN": "arn:aws:iam::123456789012:role/aws-service-role",
        "CreationTime": account.clock.now() - 86_400,
        "SuspendedState": {m: bool(suspended.get(n)) for n, m in _SUSPENDED.items()},
    }
    for metric, policy in (settings.get("target_tracking") or {}).items():
        account.scaling.policies[*key, policy["name"]] = {
            **common,
            "PolicyARN": f"arn:aws:autoscaling:::{policy['name']}",
            "PolicyName": policy["name"],
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": {
                "PredefinedMetricSpecification": {"PredefinedMetricType": metric},
                "TargetValue": float(policy["target_value"]),
                "ScaleInCooldown": policy["scale_in_cooldown"],
                "ScaleOutCooldown": policy["scale_out_cooldown"],
                "DisableScaleIn": policy["disable_scale_in"],
            },
            "Alarms": [],
            "CreationTime": account.clock.now() - 86_400,
        }
    for action, stated in actions.items():
        bounds = {
            m: stated[n]
            for n, m in (("min_capacity", "MinCapacity"), ("max_capacity", "MaxCapacity"))
            if stated.get(n) is not None
        }
        account.scaling.actions[*key, action] = {
            **common,
            "ScheduledActionName": action,
            "ScheduledActionARN": f"arn:aws:autoscaling:::{action}",
            "Schedule": stated["schedule"],
            "Timezone": stated["timezone"],
            "ScalableTargetAction": bounds,
            "CreationTime": account.clock.now() - 86_400,
        }
