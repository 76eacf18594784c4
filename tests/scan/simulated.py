"""Random tables that can be made, and what may happen to each of their settings.

``documents`` are whole table documents in normal form that DynamoDB accepts.
``accidents`` lists, for a table of the simulator, ways to change exactly one setting of
it behind everybody's back, each with the place where that is seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from driftcheck.model.values import Json
from tests.simulator.account import Account

TABLE = "orders"
ATTRIBUTES = ["id", "at", "customer", "day", "a~b", "c/d", "é"]
METRICS = {"read": "DynamoDBReadCapacityUtilization", "write": "DynamoDBWriteCapacityUtilization"}
UNITS = st.integers(1, 1000)
KEY = "arn:aws:kms:eu-central-1:123456789012:key/{}"
TEXT = st.text("abcXYZ /:=+-@", min_size=0, max_size=6)
_INSIGHTS_OFF = {"enabled": False, "mode": None}


@st.composite
def _projection(draw: DrawFn) -> dict[str, Json]:
    kind = draw(st.sampled_from(["ALL", "KEYS_ONLY", "INCLUDE"]))
    names = draw(st.sets(st.sampled_from("uvwxyz"), min_size=1)) if kind == "INCLUDE" else None
    return {"projection_type": kind, "non_key_attributes": sorted(names) if names else None}


@st.composite
def _scaled(draw: DrawFn, dimension: str) -> dict[str, Json]:
    low, followed = draw(UNITS), draw(st.booleans())
    policy = {
        "name": draw(st.sampled_from(["scale", "follow-load"])),
        "target_value": draw(st.integers(20, 90)),
        "scale_in_cooldown": draw(st.integers(0, 300)),
        "scale_out_cooldown": draw(st.integers(0, 300)),
        "disable_scale_in": draw(st.booleans()),
        "customized_metric_specification": None,
    }
    policies: dict[str, Json] = {METRICS[dimension]: policy} if followed else {}
    return {
        "min_capacity": low,
        "max_capacity": draw(st.integers(low, 2000)),
        "suspended_state": {
            "dynamic_scaling_in_suspended": draw(st.booleans()),
            "dynamic_scaling_out_suspended": draw(st.booleans()),
            "scheduled_scaling_suspended": draw(st.booleans()),
        },
        "target_tracking": policies,
    }


def _scaling(draw: DrawFn, provisioned: bool) -> dict[str, Json]:
    return {
        dimension: draw(_scaled(dimension)) if provisioned and draw(st.booleans()) else None
        for dimension in METRICS
    }


def _limits(draw: DrawFn, provisioned: bool) -> dict[str, Json]:
    limit = st.none() if provisioned else st.none() | UNITS
    return {"max_read_request_units": draw(limit), "max_write_request_units": draw(limit)}


@st.composite
def documents(draw: DrawFn) -> dict[str, Json]:
    """A whole document, without the name."""
    provisioned = draw(st.booleans())
    capacity = UNITS if provisioned else st.none()
    range_key = draw(st.none() | st.just("at"))
    names = draw(st.lists(st.sampled_from(["by-a", "by.b", "by_c"]), max_size=3, unique=True))
    used = {"id", *([range_key] if range_key else [])}
    indexes: dict[str, Json] = {}
    for name in names:
        keys = draw(st.lists(st.sampled_from(ATTRIBUTES), min_size=1, max_size=2, unique=True))
        used |= set(keys)
        indexes[name] = {
            "hash_key": keys[0],
            "range_key": keys[1] if len(keys) > 1 else None,
            "key_schema": None,
            **draw(_projection()),
            "read_capacity": draw(capacity),
            "write_capacity": draw(capacity),
            "on_demand_throughput": _limits(draw, provisioned),
            "warm_throughput": {"read_units_per_second": None, "write_units_per_second": None},
        }
    local: dict[str, Json] = {}
    if range_key is not None and draw(st.booleans()):
        other = draw(st.sampled_from(ATTRIBUTES[2:]))
        used.add(other)
        local["local"] = {"range_key": other, **draw(_projection())}
    stream = draw(st.none() | st.sampled_from(["KEYS_ONLY", "NEW_IMAGE", "NEW_AND_OLD_IMAGES"]))
    encrypted, recovers, expires = (draw(st.booleans()) for _ in range(3))
    return {
        "hash_key": "id",
        "range_key": range_key,
        "attribute": {n: {"type": draw(st.sampled_from("SNB"))} for n in sorted(used)},
        "billing_mode": "PROVISIONED" if provisioned else "PAY_PER_REQUEST",
        "read_capacity": draw(capacity),
        "write_capacity": draw(capacity),
        "on_demand_throughput": _limits(draw, provisioned),
        "warm_throughput": {"read_units_per_second": None, "write_units_per_second": None},
        "global_secondary_index": indexes,
        "local_secondary_index": local,
        "autoscaling": {
            "table": _scaling(draw, provisioned),
            "index": {name: _scaling(draw, provisioned) for name in names},
        },
        "scheduled_action": {
            "table": {"read": {}, "write": {}},
            "index": {name: {"read": {}, "write": {}} for name in names},
        },
        "orphaned_scaling_target": {},
        "point_in_time_recovery": {
            "enabled": recovers,
            "recovery_period_in_days": draw(st.integers(1, 35)) if recovers else None,
        },
        "server_side_encryption": {
            "enabled": encrypted,
            "kms_key_arn": KEY.format("mine") if encrypted and draw(st.booleans()) else None,
        },
        "stream_enabled": stream is not None,
        "stream_view_type": stream,
        "ttl": {"enabled": expires, "attribute_name": "expires" if expires else None},
        "deletion_protection_enabled": draw(st.booleans()),
        "table_class": draw(st.sampled_from(["STANDARD", "STANDARD_INFREQUENT_ACCESS"])),
        "tags": draw(st.dictionaries(TEXT.filter(bool), TEXT, max_size=4)),
        "replica": {},
        "multi_region_consistency": {"mode": "EVENTUAL", "witness_region": None},
        "contributor_insights": {
            "table": _INSIGHTS_OFF,
            "index": dict.fromkeys(names, _INSIGHTS_OFF),
        },
        "kinesis_streaming_destination": {
            "enabled": False,
            "stream_arn": None,
            "approximate_creation_date_time_precision": None,
        },
        "resource_policy": None,
        "alarm": {},
    }


@dataclass(frozen=True)
class Accident:
    """One change, and the place where alone it is to be seen."""

    pointer: str
    happen: Callable[[], object]


def accidents(account: Account, document: dict[str, Json]) -> list[Accident]:
    """Everything that may happen to the table, one setting at a time."""
    table = account.dynamodb.table(TABLE)
    provisioned = table.billing == "PROVISIONED"
    found: list[Accident] = []

    def add(pointer: str, happen: Callable[[], object]) -> None:
        found.append(Accident(pointer, happen))

    def put(owner: Any, name: str, value: object) -> Callable[[], object]:
        return lambda: setattr(owner, name, value)

    add("/deletion_protection_enabled", put(table, "protected", not table.protected))
    other = "STANDARD" if table.table_class else "STANDARD_INFREQUENT_ACCESS"
    add("/table_class", put(table, "table_class", other))
    add("/point_in_time_recovery/enabled", put(table, "pitr", not table.pitr))
    if table.pitr:
        days = table.pitr_days % 35 + 1
        add("/point_in_time_recovery/recovery_period_in_days", put(table, "pitr_days", days))
    add("/tags/new", lambda: table.tags.update(new="x"))
    for key in document["tags"]:
        at = "/tags/" + key.replace("~", "~0").replace("/", "~1")
        add(at, lambda key=key: table.tags.pop(key))  # type: ignore[misc]
        add(at, lambda key=key: table.tags.update({key: "other value"}))  # type: ignore[misc]
    if table.stream is None:
        view = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
        add("/stream_enabled", put(table, "stream", view))
    else:
        add("/stream_enabled", put(table, "stream", None))
        view = {"StreamEnabled": True, "StreamViewType": "OLD_IMAGE"}
        add("/stream_view_type", put(table, "stream", view))
    key_of = account.dynamodb.encryption
    if table.encryption is None:
        managed = key_of({"Enabled": True})
        add("/server_side_encryption/enabled", put(table, "encryption", managed))
    else:
        add("/server_side_encryption/enabled", put(table, "encryption", None))
        another = key_of({"Enabled": True, "KMSMasterKeyId": KEY.format("another")})
        add("/server_side_encryption/kms_key_arn", put(table, "encryption", another))
    for name in table.attributes:
        types = {**table.attributes, name: "S" if table.attributes[name] != "S" else "N"}
        at = "/attribute/" + name.replace("~", "~0").replace("/", "~1") + "/type"
        add(at, put(table, "attributes", types))
    for name, index in table.indexes.items():
        at = f"/global_secondary_index/{name}"
        add(at, lambda name=name: table.indexes.pop(name))  # type: ignore[misc]
        projection = {"ProjectionType": "KEYS_ONLY"}
        if index.projection["ProjectionType"] == "KEYS_ONLY":
            projection = {"ProjectionType": "ALL"}
        add(at + "/projection_type", put(index, "projection", projection))
        if not provisioned:
            limits = {**index.on_demand, "MaxReadRequestUnits": 5000}
            place = at + "/on_demand_throughput/max_read_request_units"
            add(place, put(index, "on_demand", limits))
    if not provisioned:
        place = "/on_demand_throughput/max_write_request_units"
        add(place, put(table, "on_demand", {**table.on_demand, "MaxWriteRequestUnits": 5000}))
        return found
    subjects = [("", table, "/autoscaling/table", f"table/{TABLE}")] + [
        (f"/global_secondary_index/{n}", i, f"/autoscaling/index/{n}", f"table/{TABLE}/index/{n}")
        for n, i in table.indexes.items()
    ]
    for at, subject, scaling, resource in subjects:
        for dimension, measured in METRICS.items():
            # Beyond every band above.
            add(f"{at}/{dimension}_capacity", put(subject, dimension, 3000))
            unit = "table" if subject is table else "index"
            key = (resource, f"dynamodb:{unit}:{dimension.title()}CapacityUnits")
            target = account.scaling.targets.get(key)
            if target is None:
                continue
            most = target["MaxCapacity"] + 1
            place = f"{scaling}/{dimension}"
            add(f"{place}/max_capacity", lambda t=target, m=most: t.update(MaxCapacity=m))  # type: ignore[misc]
            for policy in [p for k, p in account.scaling.policies.items() if k[:2] == key]:
                settings = policy["TargetTrackingScalingPolicyConfiguration"]
                value = settings["TargetValue"] + 1
                metric = f"{place}/target_tracking/{measured}"
                add(f"{metric}/target_value", lambda s=settings, v=value: s.update(TargetValue=v))  # type: ignore[misc]
    return found
