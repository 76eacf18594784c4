"""Random table documents in normal form."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from driftcheck.model.values import Json

NAMES = st.sampled_from(
    ["alpha", "Beta", "gamma-index", "by_day.v2", "a/b", "c~d", "~1", "createdAt", "10", "é"]
)
TEXTS = st.sampled_from(["", "x", "a b", "ü"])
UNITS = st.integers(1, 40_000)
MAYBE_UNITS = st.none() | UNITS
ARNS = st.integers(0, 9).map(lambda n: f"arn:aws:kms:eu-west-1:123456789012:key/{n}")


def objects(**members: SearchStrategy[Any]) -> SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(members)


@st.composite
def projections(draw: DrawFn) -> dict[str, Json]:
    kind = draw(st.sampled_from(["ALL", "KEYS_ONLY", "INCLUDE"]))
    names = draw(st.sets(NAMES, min_size=1, max_size=4)) if kind == "INCLUDE" else None
    return {
        "projection_type": kind,
        "non_key_attributes": sorted(names) if names is not None else None,
    }


@st.composite
def index_keys(draw: DrawFn) -> dict[str, Json]:
    if draw(st.booleans()):
        return {
            "hash_key": draw(NAMES),
            "range_key": draw(st.none() | NAMES),
            "key_schema": None,
        }
    hashes = draw(st.lists(NAMES, min_size=2, max_size=4, unique=True))
    return {
        "hash_key": None,
        "range_key": None,
        "key_schema": [{"attribute_name": n, "key_type": "HASH"} for n in hashes],
    }


LIMITS = objects(max_read_request_units=MAYBE_UNITS, max_write_request_units=MAYBE_UNITS)
WARM = objects(read_units_per_second=MAYBE_UNITS, write_units_per_second=MAYBE_UNITS)


@st.composite
def global_index(draw: DrawFn, provisioned: bool) -> dict[str, Json]:
    capacity = UNITS if provisioned else st.none()
    return {
        **draw(index_keys()),
        **draw(projections()),
        "read_capacity": draw(capacity),
        "write_capacity": draw(capacity),
        "on_demand_throughput": draw(LIMITS),
        "warm_throughput": draw(WARM),
    }


POLICIES = st.dictionaries(
    st.sampled_from(["DynamoDBReadCapacityUtilization", "Billing/Depth"]),
    objects(
        name=NAMES,
        target_value=st.integers(20, 90),
        scale_in_cooldown=st.integers(0, 600),
        scale_out_cooldown=st.integers(0, 600),
        disable_scale_in=st.booleans(),
        customized_metric_specification=st.none()
        | objects(namespace=NAMES, metric_name=NAMES, dimensions=st.dictionaries(NAMES, NAMES)),
    ),
    max_size=2,
)
SCALING = st.none() | objects(
    min_capacity=st.integers(1, 50),
    max_capacity=st.integers(50, 100),
    suspended_state=objects(
        dynamic_scaling_in_suspended=st.booleans(),
        dynamic_scaling_out_suspended=st.booleans(),
        scheduled_scaling_suspended=st.booleans(),
    ),
    target_tracking=POLICIES,
)
# Beyond every bound above, so that a schedule never explains a changed bound by chance.
SCHEDULES = st.dictionaries(
    NAMES,
    objects(
        schedule=NAMES,
        timezone=NAMES,
        start_time=st.none(),
        end_time=st.none(),
        min_capacity=st.integers(1_000, 2_000),
        max_capacity=st.none() | st.integers(2_000, 3_000),
    ),
    max_size=2,
)
STATEMENTS = st.lists(
    objects(
        Effect=st.sampled_from(["Allow", "Deny"]),
        Action=st.sets(NAMES, min_size=1, max_size=3).map(sorted),
        Resource=st.just(["*"]),
    ),
    max_size=1,
)


def switch(on: dict[str, SearchStrategy[Any]]) -> SearchStrategy[dict[str, Any]]:
    """Something that is enabled with settings, or disabled with none."""
    off = objects(enabled=st.just(False), **dict.fromkeys(on, st.none()))
    return off | objects(enabled=st.just(True), **on)


INSIGHTS = switch({"mode": st.sampled_from(["ACCESSED_AND_THROTTLED_KEYS", "THROTTLED_KEYS"])})


@st.composite
def documents(draw: DrawFn) -> dict[str, Json]:
    """A whole document in normal form, without the name."""
    provisioned = draw(st.booleans())
    capacity = UNITS if provisioned else st.none()
    indexes = draw(st.lists(NAMES, max_size=3, unique=True))
    scaling = SCALING if provisioned else st.none()
    schedules = SCHEDULES if provisioned else st.just({})
    stream = draw(st.none() | st.sampled_from(["KEYS_ONLY", "NEW_IMAGE"]))
    return {
        "hash_key": draw(NAMES),
        "range_key": draw(st.none() | NAMES),
        "attribute": draw(
            st.dictionaries(NAMES, objects(type=st.sampled_from(["S", "N", "B"])), max_size=3)
        ),
        "billing_mode": "PROVISIONED" if provisioned else "PAY_PER_REQUEST",
        "read_capacity": draw(capacity),
        "write_capacity": draw(capacity),
        "on_demand_throughput": draw(LIMITS),
        "warm_throughput": draw(WARM),
        "global_secondary_index": {name: draw(global_index(provisioned)) for name in indexes},
        "local_secondary_index": {
            name: {"range_key": draw(NAMES), **draw(projections())}
            for name in draw(st.lists(NAMES, max_size=2, unique=True))
        },
        "autoscaling": {
            "table": {"read": draw(scaling), "write": draw(scaling)},
            "index": {n: {"read": draw(scaling), "write": draw(scaling)} for n in indexes},
        },
        "scheduled_action": {
            "table": {"read": draw(schedules), "write": draw(schedules)},
            "index": {n: {"read": draw(schedules), "write": draw(schedules)} for n in indexes},
        },
        "orphaned_scaling_target": {},
        "point_in_time_recovery": draw(switch({"recovery_period_in_days": st.integers(1, 35)})),
        "server_side_encryption": draw(switch({"kms_key_arn": st.none() | ARNS})),
        "stream_enabled": stream is not None,
        "stream_view_type": stream,
        "ttl": draw(switch({"attribute_name": NAMES})),
        "deletion_protection_enabled": draw(st.booleans()),
        "table_class": draw(st.sampled_from(["STANDARD", "STANDARD_INFREQUENT_ACCESS"])),
        "tags": dict(sorted(draw(st.dictionaries(NAMES, TEXTS, max_size=4)).items())),
        "replica": draw(
            st.dictionaries(
                st.sampled_from(["us-east-1", "us-west-2"]),
                objects(
                    kms_key_arn=st.none() | ARNS,
                    point_in_time_recovery=st.booleans(),
                    deletion_protection_enabled=st.booleans(),
                    table_class=st.just("STANDARD"),
                    tags=st.dictionaries(NAMES, TEXTS, max_size=2),
                ),
            )
        ),
        "multi_region_consistency": {"mode": "EVENTUAL", "witness_region": None},
        "contributor_insights": {
            "table": draw(INSIGHTS),
            "index": {name: draw(INSIGHTS) for name in indexes},
        },
        "kinesis_streaming_destination": draw(
            switch({"stream_arn": ARNS, "approximate_creation_date_time_precision": NAMES})
        ),
        "resource_policy": draw(
            st.none() | objects(Version=st.just("2012-10-17"), Statement=STATEMENTS)
        ),
        "alarm": draw(
            st.dictionaries(
                NAMES,
                objects(threshold=UNITS, notifies=st.booleans(), dimensions=st.just({})),
                max_size=2,
            )
        ),
    }
