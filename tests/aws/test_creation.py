"""The calls that make a table."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from driftcheck.aspects import FIELD_OWNERS
from driftcheck.aws.creation import PROVISIONED_TAG, creation
from driftcheck.errors import UsageError
from driftcheck.model.table import Table
from driftcheck.model.values import Json, Sensitive, Unknown

MINIMAL: dict[str, Json] = {
    "hash_key": "id",
    "range_key": None,
    "attribute": {"id": {"type": "S"}},
    "billing_mode": "PAY_PER_REQUEST",
}


def described(**fields: Json) -> Table:
    document = {**MINIMAL, **fields}
    settings: dict[str, Any] = {}
    for name, value in document.items():
        settings.setdefault(FIELD_OWNERS[name], {})[name] = value
    return Table("orders", settings, address="aws_dynamodb_table.t", fields=FIELD_OWNERS)


def created(**fields: Json) -> dict[str, Any]:
    return dict(creation(described(**fields)).create.arguments)


def test_the_least_table() -> None:
    plan = creation(described())
    assert plan.create.operation == "dynamodb:CreateTable"
    assert plan.create.arguments == {
        "TableName": "orders",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
        "Tags": [{"Key": PROVISIONED_TAG, "Value": "true"}],
        "DeletionProtectionEnabled": False,
    }
    assert plan.settings == ()


def test_a_provisioned_table() -> None:
    arguments = created(
        billing_mode="PROVISIONED",
        read_capacity=5,
        write_capacity=6,
        on_demand_throughput={"max_read_request_units": 9, "max_write_request_units": None},
        global_secondary_index={
            "b": {"hash_key": "x", "range_key": "y", "projection_type": "KEYS_ONLY"},
            "a": {
                "key_schema": [
                    {"attribute_name": "x", "key_type": "HASH"},
                    {"attribute_name": "y", "key_type": "HASH"},
                ],
                "projection_type": "INCLUDE",
                "non_key_attributes": ["p"],
                "read_capacity": 7,
                "write_capacity": 8,
                "warm_throughput": {"read_units_per_second": 100, "write_units_per_second": None},
            },
        },
        local_secondary_index={"l": {"range_key": "z", "projection_type": "ALL"}},
    )
    assert arguments["ProvisionedThroughput"] == {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}
    # The maximum on demand means nothing here, and AWS would refuse it.
    assert "OnDemandThroughput" not in arguments
    first, second = arguments["GlobalSecondaryIndexes"]
    assert first == {
        "IndexName": "a",
        "KeySchema": [
            {"AttributeName": "x", "KeyType": "HASH"},
            {"AttributeName": "y", "KeyType": "HASH"},
        ],
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["p"]},
        "ProvisionedThroughput": {"ReadCapacityUnits": 7, "WriteCapacityUnits": 8},
        "WarmThroughput": {"ReadUnitsPerSecond": 100},
    }
    # An index whose capacity is the autoscaler's starts like the table.
    assert second["ProvisionedThroughput"] == {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}
    assert arguments["LocalSecondaryIndexes"] == [
        {
            "IndexName": "l",
            "KeySchema": [
                {"AttributeName": "id", "KeyType": "HASH"},
                {"AttributeName": "z", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }
    ]


@pytest.mark.parametrize(
    ("fields", "member", "value"),
    [
        (
            {"stream_enabled": True, "stream_view_type": "KEYS_ONLY"},
            "StreamSpecification",
            {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
        ),
        ({"stream_enabled": False, "stream_view_type": None}, "StreamSpecification", None),
        (
            {"server_side_encryption": {"enabled": True, "kms_key_arn": None}},
            "SSESpecification",
            {"Enabled": True, "SSEType": "KMS"},
        ),
        (
            {"server_side_encryption": {"enabled": True, "kms_key_arn": "arn:k"}},
            "SSESpecification",
            {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "arn:k"},
        ),
        ({"server_side_encryption": {"enabled": False}}, "SSESpecification", None),
        ({"table_class": "STANDARD"}, "TableClass", "STANDARD"),
        ({"deletion_protection_enabled": True}, "DeletionProtectionEnabled", True),
        (
            {"on_demand_throughput": {"max_read_request_units": 9}},
            "OnDemandThroughput",
            {"MaxReadRequestUnits": 9},
        ),
        (
            {"tags": {"a": Sensitive("b")}},
            "Tags",
            [{"Key": "a", "Value": "b"}, {"Key": PROVISIONED_TAG, "Value": "true"}],
        ),
    ],
)
def test_members_of_create_table(fields: dict[str, Json], member: str, value: Json) -> None:
    assert created(**fields).get(member) == value


def test_what_is_set_after_the_creation() -> None:
    policy = {
        "name": "p",
        "target_value": Decimal("70.5"),
        "scale_in_cooldown": 60,
        "scale_out_cooldown": None,
        "disable_scale_in": True,
        "customized_metric_specification": None,
    }
    dimension = {
        "min_capacity": 5,
        "max_capacity": 100,
        "suspended_state": {"scheduled_scaling_suspended": True},
        "target_tracking": {"DynamoDBReadCapacityUtilization": policy},
    }
    plan = creation(
        described(
            point_in_time_recovery={"enabled": True, "recovery_period_in_days": 7},
            ttl={"enabled": True, "attribute_name": "expires"},
            autoscaling={
                "table": {"read": dimension, "write": None},
                "index": {"i": {"read": None, "write": dimension}},
            },
        )
    )
    assert [call.operation.partition(":")[2] for call in plan.settings] == [
        "UpdateContinuousBackups",
        "UpdateTimeToLive",
        "RegisterScalableTarget",
        "PutScalingPolicy",
        "RegisterScalableTarget",
        "PutScalingPolicy",
    ]
    backups, ttl, register, put, index, _ = (dict(call.arguments) for call in plan.settings)
    assert backups["PointInTimeRecoverySpecification"] == {
        "PointInTimeRecoveryEnabled": True,
        "RecoveryPeriodInDays": 7,
    }
    assert ttl["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert register["ResourceId"] == "table/orders"
    assert register["ScalableDimension"] == "dynamodb:table:ReadCapacityUnits"
    assert (register["MinCapacity"], register["MaxCapacity"]) == (5, 100)
    assert register["SuspendedState"]["ScheduledScalingSuspended"] is True
    assert put["TargetTrackingScalingPolicyConfiguration"] == {
        "PredefinedMetricSpecification": {
            "PredefinedMetricType": "DynamoDBReadCapacityUtilization"
        },
        "TargetValue": 70.5,
        "ScaleInCooldown": 60,
        "ScaleOutCooldown": 0,
        "DisableScaleIn": True,
    }
    assert index["ResourceId"] == "table/orders/index/i"
    assert index["ScalableDimension"] == "dynamodb:index:WriteCapacityUnits"


def test_a_value_that_is_needed_and_not_known() -> None:
    with pytest.raises(UsageError, match=r"aws_dynamodb_table\.t: tags is not known \(why\)"):
        creation(described(tags={"a": Unknown("why")}))


def test_a_policy_on_a_metric_of_ones_own_is_left_to_the_planner() -> None:
    policy = {"target_value": 1, "customized_metric_specification": {"namespace": "x"}}
    dimension = {"min_capacity": 1, "max_capacity": 2, "target_tracking": {"m": policy}}
    plan = creation(described(autoscaling={"table": {"read": dimension}}))
    assert [c.operation.partition(":")[2] for c in plan.settings] == ["RegisterScalableTarget"]
