"""Replicas against the table at home."""

from __future__ import annotations

from typing import Any

from driftcheck.aspects import ASPECTS
from driftcheck.aspects.parity import compare_replicas
from driftcheck.model.values import Json
from tests.aspects.casework import table_of

HOME: dict[str, Json] = {
    "billing_mode": "PROVISIONED",
    "read_capacity": 5,
    "autoscaling": {
        "table": {"read": {"min_capacity": 5, "max_capacity": 100}, "write": None},
        "index": {},
    },
    "point_in_time_recovery": {"enabled": True, "recovery_period_in_days": 35},
    "server_side_encryption": {
        "enabled": True,
        "kms_key_arn": "arn:aws:kms:eu-west-1:123456789012:key/a",
    },
    "stream_enabled": True,
    "stream_view_type": "NEW_AND_OLD_IMAGES",
    "ttl": {"enabled": True, "attribute_name": "expiresAt"},
    "deletion_protection_enabled": True,
    "table_class": "STANDARD",
    "tags": {"a": "1"},
    "replica": {"us-east-1": {"point_in_time_recovery": True}},
    "warm_throughput": {"read_units_per_second": 20_000},
    "global_secondary_index": {
        "g": {"hash_key": "c", "warm_throughput": {"read_units_per_second": 20_000}}
    },
    "resource_policy": {"Version": "2012-10-17", "Statement": []},
    "alarm": {"a": {"threshold": 1}},
    "backup": {"protected": True},
}


def departures(**changes: Any) -> list[str]:
    found = compare_replicas(table_of(HOME), table_of({**HOME, **changes}), ASPECTS)
    return [item.pointer for _aspect, item in found]


def test_a_replica_that_is_the_same_departs_in_nothing() -> None:
    assert departures() == []


def test_what_each_region_has_of_its_own_is_not_compared() -> None:
    assert (
        departures(
            replica={"eu-west-1": {"point_in_time_recovery": True}},
            warm_throughput={"read_units_per_second": 12_000},
            global_secondary_index={
                "g": {"hash_key": "c", "warm_throughput": {"read_units_per_second": 12_000}}
            },
            resource_policy=None,
            alarm={},
            backup={"protected": False},
        )
        == []
    )


def test_a_key_of_the_other_region_is_the_same_choice() -> None:
    other = {"enabled": True, "kms_key_arn": "arn:aws:kms:us-east-1:123456789012:key/b"}
    assert departures(server_side_encryption=other) == []


def test_the_key_of_aws_instead_of_a_customers_is_not() -> None:
    other = {"enabled": True, "kms_key_arn": None}
    assert departures(server_side_encryption=other) == ["/server_side_encryption/kms_key_arn"]


def test_capacity_inside_the_replicas_band_is_the_same() -> None:
    assert departures(read_capacity=70) == []


def test_everything_else_is_told() -> None:
    found = departures(
        point_in_time_recovery={"enabled": False, "recovery_period_in_days": None},
        ttl={"enabled": False, "attribute_name": None},
        deletion_protection_enabled=False,
        table_class="STANDARD_INFREQUENT_ACCESS",
        tags={"a": "2"},
    )
    assert sorted(found) == [
        "/deletion_protection_enabled",
        "/point_in_time_recovery/enabled",
        "/table_class",
        "/tags/a",
        "/ttl/enabled",
    ]
