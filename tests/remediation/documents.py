"""Whole table documents by chance: every one of them is a table that AWS could have."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Document = dict[str, Any]

NAME = "invoices"
INDEXES = ("by-customer", "by-status", "by-time")
ATTRIBUTES = ("customer", "status", "time")
VIEWS = ("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES")
KEYS = tuple(f"arn:aws:kms:eu-central-1:123456789012:key/{n}" for n in ("one", "two"))
STREAMS = tuple(f"arn:aws:kinesis:eu-central-1:123456789012:stream/{n}" for n in ("a", "b"))
METRICS = {
    "read": "DynamoDBReadCapacityUtilization",
    "write": "DynamoDBWriteCapacityUtilization",
}
_NO_LIMITS = {"max_read_request_units": None, "max_write_request_units": None}
_OFF = {"enabled": False, "mode": None}

capacity = st.integers(1, 20)


@st.composite
def documents(draw: st.DrawFn, *, keys: Document | None = None) -> Document:
    """A table. With ``keys`` its keys and local indexes, which cannot be changed, are those."""
    provisioned = draw(st.booleans())
    document: Document = {"name": NAME, **(keys or draw(fixed_parts()))}
    document["billing_mode"] = "PROVISIONED" if provisioned else "PAY_PER_REQUEST"
    for name in ("read_capacity", "write_capacity"):
        document[name] = draw(capacity) if provisioned else None
    document["on_demand_throughput"] = draw(limits(provisioned=provisioned))
    names = draw(st.lists(st.sampled_from(INDEXES), unique=True, max_size=3))
    indexes = {n: draw(index(provisioned=provisioned)) for n in sorted(names)}
    document["global_secondary_index"] = indexes
    document["attribute"] = attributes(document)
    document |= draw(scaling(document))
    document |= draw(settings())
    document["contributor_insights"] = {
        "table": draw(insights),
        "index": {name: draw(insights) for name in indexes},
    }
    return document


@st.composite
def fixed_parts(draw: st.DrawFn) -> Document:
    """What a table is made with and keeps: its keys and its local indexes."""
    with_range = draw(st.booleans())
    local = {}
    if with_range and draw(st.booleans()):
        local["recent"] = {
            "range_key": "time",
            "projection_type": draw(st.sampled_from(("ALL", "KEYS_ONLY"))),
            "non_key_attributes": None,
        }
    return {
        "hash_key": "id",
        "range_key": "line" if with_range else None,
        "local_secondary_index": local,
    }


@st.composite
def index(draw: st.DrawFn, *, provisioned: bool) -> Document:
    """A global index."""
    hash_key = draw(st.sampled_from(ATTRIBUTES))
    others = [None, *(a for a in ATTRIBUTES if a != hash_key)]
    projection = draw(st.sampled_from(("ALL", "KEYS_ONLY", "INCLUDE")))
    return {
        "hash_key": hash_key,
        "range_key": draw(st.sampled_from(others)),
        "key_schema": None,
        "projection_type": projection,
        "non_key_attributes": ["amount", "note"] if projection == "INCLUDE" else None,
        "read_capacity": draw(capacity) if provisioned else None,
        "write_capacity": draw(capacity) if provisioned else None,
        "on_demand_throughput": draw(limits(provisioned=provisioned)),
    }


def limits(*, provisioned: bool) -> st.SearchStrategy[Document]:
    """On-demand maximums; a provisioned table has none."""
    if provisioned:
        return st.just(dict(_NO_LIMITS))
    amount = st.none() | st.integers(100, 103)
    return st.fixed_dictionaries(dict.fromkeys(_NO_LIMITS, amount))


def attributes(document: Document) -> Document:
    """The definitions of exactly the attributes that keys use."""
    used = {document["hash_key"], document["range_key"]}
    for entry in document["global_secondary_index"].values():
        used |= {entry["hash_key"], entry["range_key"]}
    for entry in document["local_secondary_index"].values():
        used.add(entry["range_key"])
    return {name: {"type": "S"} for name in sorted(used - {None})}


@st.composite
def scaling(draw: st.DrawFn, document: Document) -> Document:
    """Scaling of a provisioned table and its indexes, or of nothing."""
    indexes = document["global_secondary_index"]
    provisioned = document["billing_mode"] == "PROVISIONED"
    scaled: Document = {"table": {}, "index": {name: {} for name in indexes}}
    planned: Document = {"table": {}, "index": {name: {} for name in indexes}}
    for name in (None, *indexes):
        for kind in ("read", "write"):
            target = draw(st.none() | dimension(kind, name)) if provisioned else None
            actions = draw(schedules) if target is not None else {}
            inside = scaled["table"] if name is None else scaled["index"][name]
            inside[kind] = target
            (planned["table"] if name is None else planned["index"][name])[kind] = actions
            if target is not None:
                # What is declared for scaled capacity is only where it began.
                entry = document if name is None else indexes[name]
                low, high = target["min_capacity"], target["max_capacity"]
                entry[f"{kind}_capacity"] = draw(st.integers(low, high))
    return {"autoscaling": scaled, "scheduled_action": planned}


@st.composite
def dimension(draw: st.DrawFn, kind: str, index_name: str | None) -> Document:
    """A scalable target, with or without a policy."""
    low = draw(st.integers(1, 10))
    policies = {}
    if draw(st.booleans()):
        policies[METRICS[kind]] = {
            "name": draw(st.sampled_from((f"{kind}-{index_name}", f"other-{kind}"))),
            "target_value": draw(st.sampled_from((50, 70))),
            "scale_in_cooldown": draw(st.sampled_from((0, 60))),
            "scale_out_cooldown": 60,
            "disable_scale_in": draw(st.booleans()),
            "customized_metric_specification": None,
        }
    return {
        "min_capacity": low,
        "max_capacity": low + draw(st.integers(0, 10)),
        "suspended_state": {
            "dynamic_scaling_in_suspended": draw(st.booleans()),
            "dynamic_scaling_out_suspended": False,
            "scheduled_scaling_suspended": False,
        },
        "target_tracking": policies,
    }


_action = st.fixed_dictionaries(
    {
        "schedule": st.sampled_from(("cron(0 8 * * ? *)", "rate(1 day)")),
        "timezone": st.sampled_from(("UTC", "Europe/Berlin")),
        "start_time": st.none(),
        "end_time": st.none(),
        "min_capacity": st.sampled_from((40, 41)),
        "max_capacity": st.sampled_from((50, 51)),
    }
)
schedules = st.dictionaries(st.sampled_from(("morning", "evening")), _action, max_size=2)

insights = st.just(_OFF) | st.sampled_from(
    (
        {"enabled": True, "mode": "ACCESSED_AND_THROTTLED_KEYS"},
        {"enabled": True, "mode": "THROTTLED_KEYS"},
    )
)


def policy(principal: str) -> Document:
    """A resource policy in normal form."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Action": ["dynamodb:GetItem"],
                "Effect": "Allow",
                "Principal": {"AWS": [principal]},
                "Resource": ["*"],
            }
        ],
    }


def settings() -> st.SearchStrategy[Document]:
    """Everything that neither keys nor throughput have a say in."""
    recovery = st.one_of(
        st.just({"enabled": False, "recovery_period_in_days": None}),
        st.builds(
            lambda days: {"enabled": True, "recovery_period_in_days": days},
            st.sampled_from((1, 7, 35)),
        ),
    )
    encryption = st.sampled_from(
        (
            {"enabled": False, "kms_key_arn": None},
            {"enabled": True, "kms_key_arn": None},
            *({"enabled": True, "kms_key_arn": key} for key in KEYS),
        )
    )
    stream = st.sampled_from(
        (
            {"stream_enabled": False, "stream_view_type": None},
            *({"stream_enabled": True, "stream_view_type": view} for view in VIEWS),
        )
    )
    ttl = st.sampled_from(
        (
            {"enabled": False, "attribute_name": None},
            {"enabled": True, "attribute_name": "expires"},
            {"enabled": True, "attribute_name": "until"},
        )
    )
    precision = "approximate_creation_date_time_precision"
    kinesis = st.one_of(
        st.just({"enabled": False, "stream_arn": None, precision: None}),
        st.builds(
            lambda arn, how: {"enabled": True, "stream_arn": arn, precision: how},
            st.sampled_from(STREAMS),
            st.sampled_from(("MILLISECOND", "MICROSECOND")),
        ),
    )
    others = st.fixed_dictionaries(
        {
            "point_in_time_recovery": recovery,
            "server_side_encryption": encryption,
            "ttl": ttl,
            "deletion_protection_enabled": st.booleans(),
            "table_class": st.sampled_from(("STANDARD", "STANDARD_INFREQUENT_ACCESS")),
            "tags": st.dictionaries(
                st.sampled_from(("Owner", "Team", "Cost")), st.sampled_from(("a", "b")), max_size=3
            ),
            "kinesis_streaming_destination": kinesis,
            "resource_policy": st.none()
            | st.sampled_from(("111111111111", "222222222222")).map(policy),
        }
    )
    return st.builds(lambda first, second: {**first, **second}, stream, others)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Document, Document]:
    """A live table and the one that it should be, with the same keys."""
    keys = draw(fixed_parts())
    live = draw(documents(keys=keys))
    wanted = draw(documents(keys=keys) | variations(live))
    if draw(st.booleans()):
        live = {**live, "orphaned_scaling_target": draw(orphans(live))}
    return live, {**wanted, "orphaned_scaling_target": {}}


@st.composite
def variations(draw: st.DrawFn, live: Document) -> Document:
    """The table with a few fields as in another one: what drift usually looks like."""
    other = draw(documents(keys={k: live[k] for k in _FIXED}))
    together = [
        *([name] for name in _ALONE),
        ["stream_enabled", "stream_view_type"],
        list(_COUPLED),
    ]
    chosen = draw(st.lists(st.sampled_from(together), max_size=3, unique_by=tuple))
    return {**live, **{name: other[name] for group in chosen for name in group}}


_FIXED = ("hash_key", "range_key", "local_secondary_index")
_ALONE = (
    "point_in_time_recovery",
    "server_side_encryption",
    "ttl",
    "deletion_protection_enabled",
    "table_class",
    "tags",
    "kinesis_streaming_destination",
    "resource_policy",
)
_COUPLED = (
    "billing_mode",
    "read_capacity",
    "write_capacity",
    "on_demand_throughput",
    "global_secondary_index",
    "attribute",
    "autoscaling",
    "scheduled_action",
    "contributor_insights",
)


@st.composite
def orphans(draw: st.DrawFn, live: Document) -> Document:
    """Targets that were left behind: of a table on demand, or of indexes that are gone."""
    gone = [n for n in INDEXES if n not in live["global_secondary_index"]]
    places = [f"index/{n}/{kind}" for n in gone for kind in METRICS]
    if live["billing_mode"] == "PAY_PER_REQUEST":
        places += [f"table/{kind}" for kind in METRICS]
        places += [f"index/{n}/{k}" for n in live["global_secondary_index"] for k in METRICS]
    if not places:
        return {}
    bounds = {"min_capacity": 2, "max_capacity": 30}
    return dict.fromkeys(draw(st.lists(st.sampled_from(places), unique=True, max_size=3)), bounds)
