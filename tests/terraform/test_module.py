"""The module under the real terraform: its own checks, and what it makes of an AWS.

Each apply is followed by a plan that has to be empty: the module asks for nothing
that AWS, as the provider reads it, does not give back.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.terraform.harness import (
    MODULES,
    MotoServer,
    TerraformFailed,
    Toolchain,
    Variables,
    Workspace,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TableDescriptionTypeDef

pytestmark = [pytest.mark.terraform, pytest.mark.slow]

TABLE = "aws_dynamodb_table.this"
INDEXES = ["createdAt-index", "customerId-createdAt-index", "status-createdAt-index"]
MINIMAL: dict[str, object] = {
    "table_name": "invoices",
    "environment": "test",
    "enable_deletion_protection": False,
}
PROVISIONED: dict[str, object] = {**MINIMAL, "billing_mode": "PROVISIONED"}


@pytest.fixture
def module(toolchain: Toolchain, tmp_path: Path) -> Workspace:
    """The module with nothing behind it."""
    return Workspace.copy(toolchain, MODULES, into=tmp_path, subdirectory="dynamodb")


@pytest.fixture
def live(toolchain: Toolchain, aws: MotoServer, tmp_path: Path) -> Workspace:
    """The module in front of an empty AWS."""
    return Workspace.copy(
        toolchain, MODULES, into=tmp_path, subdirectory="dynamodb", endpoint=aws.endpoint
    )


@pytest.fixture
def dynamodb(aws: MotoServer) -> DynamoDBClient:
    return aws.session().client("dynamodb", endpoint_url=aws.endpoint)


def table(dynamodb: DynamoDBClient) -> TableDescriptionTypeDef:
    return dynamodb.describe_table(TableName="invoices")["Table"]


def capacities(dynamodb: DynamoDBClient) -> dict[str, tuple[int, int]]:
    """Read and write capacity of the table (as "table") and of each index."""
    described = table(dynamodb)
    found = {"table": described["ProvisionedThroughput"]}
    for index in described["GlobalSecondaryIndexes"]:
        found[index["IndexName"]] = index["ProvisionedThroughput"]
    return {
        name: (throughput["ReadCapacityUnits"], throughput["WriteCapacityUnits"])
        for name, throughput in found.items()
    }


def scale_as_the_autoscaler_would(dynamodb: DynamoDBClient, read: int, write: int) -> None:
    """Move the capacity of the table and of every index."""
    dynamodb.update_table(
        TableName="invoices",
        ProvisionedThroughput={"ReadCapacityUnits": read, "WriteCapacityUnits": write},
        GlobalSecondaryIndexUpdates=[
            {
                "Update": {
                    "IndexName": name,
                    "ProvisionedThroughput": {
                        "ReadCapacityUnits": read,
                        "WriteCapacityUnits": write,
                    },
                }
            }
            for name in INDEXES
        ],
    )


def test_valid(module: Workspace) -> None:
    assert module.validate() == {
        "format_version": "1.0",
        "valid": True,
        "error_count": 0,
        "warning_count": 0,
        "diagnostics": [],
    }


def test_formatted(module: Workspace) -> None:
    assert module.unformatted() == []


def test_native_tests(module: Workspace) -> None:
    assert "0 failed" in module.test()


@pytest.mark.parametrize("example", ["on-demand", "provisioned"])
def test_example(toolchain: Toolchain, aws: MotoServer, tmp_path: Path, example: str) -> None:
    workspace = Workspace.copy(
        toolchain,
        MODULES,
        into=tmp_path,
        subdirectory=f"dynamodb/examples/{example}",
        endpoint=aws.endpoint,
    )

    outputs = workspace.apply()

    assert outputs["table_arn"] == f"arn:aws:dynamodb:eu-west-1:{aws.account}:table/invoices"
    assert workspace.plan().actions() == {}


def test_on_demand(live: Workspace, dynamodb: DynamoDBClient) -> None:
    variables = {**MINIMAL, "common_tags": {"Owner": "billing"}, "ttl_attribute": "expiresAt"}

    outputs = live.apply(variables)

    made = table(dynamodb)
    assert made["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert made["KeySchema"] == [{"AttributeName": "invoiceId", "KeyType": "HASH"}]
    assert made["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert made["SSEDescription"]["SSEType"] == "KMS"
    assert {
        index["IndexName"]: [key["AttributeName"] for key in index["KeySchema"]]
        for index in made["GlobalSecondaryIndexes"]
    } == {
        "createdAt-index": ["createdAt"],
        "customerId-createdAt-index": ["customerId", "createdAt"],
        "status-createdAt-index": ["status", "createdAt"],
    }
    backups = dynamodb.describe_continuous_backups(TableName="invoices")
    recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"
    assert recovery["RecoveryPeriodInDays"] == 35
    expiry = dynamodb.describe_time_to_live(TableName="invoices")["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expiresAt"}
    tags = dynamodb.list_tags_of_resource(ResourceArn=outputs["table_arn"])["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {
        "Environment": "test",
        "Owner": "billing",
    }
    assert outputs["stream_arn"] == made["LatestStreamArn"]
    assert outputs["index_names"] == INDEXES
    assert outputs["autoscaling_targets"] == {}
    assert not live.plan(variables).changed
    # Why there is `enable_ttl`: to the provider, a block that is gone means nothing.
    assert not live.plan({**variables, "ttl_attribute": None}).changed


def test_provisioned(live: Workspace, aws: MotoServer, dynamodb: DynamoDBClient) -> None:
    scaling = aws.session().client("application-autoscaling", endpoint_url=aws.endpoint)

    outputs = live.apply(PROVISIONED)

    assert capacities(dynamodb) == dict.fromkeys(["table", *INDEXES], (5, 5))
    targets = scaling.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]
    assert {(t["ResourceId"], t["ScalableDimension"]) for t in targets} == {
        (f"table/invoices{suffix}", f"dynamodb:{kind}:{units}CapacityUnits")
        for kind, suffixes in {
            "table": [""],
            "index": [f"/index/{name}" for name in INDEXES],
        }.items()
        for suffix in suffixes
        for units in ("Read", "Write")
    }
    assert {(t["MinCapacity"], t["MaxCapacity"]) for t in targets} == {(5, 100)}
    policies = scaling.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"]
    assert len(policies) == len(targets)
    assert {
        policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] for policy in policies
    } == {70.0}
    assert len(outputs["autoscaling_policy_arns"]) == len(targets)
    assert not live.plan(PROVISIONED).changed


EVERYTHING: dict[str, object] = {
    **MINIMAL,
    "table_class": "STANDARD_INFREQUENT_ACCESS",
    "recovery_period_in_days": 7,
    "ttl_attribute": "expiresAt",
    "stream_view_type": "KEYS_ONLY",
    "created_at_index_partition_attribute": "entityType",
    "on_demand_limits": {"read": 4000, "write": -1},
    "index_on_demand_limits": {"createdAt-index": {"read": 100, "write": 50}},
    "index_projections": {
        "createdAt-index": {"projection_type": "KEYS_ONLY"},
        "status-createdAt-index": {
            "projection_type": "INCLUDE",
            "non_key_attributes": ["currency", "amount"],
        },
    },
    "enable_alarms": True,
    "alarm_kinds": ["consumed_capacity", "throttling", "system_errors", "account_user_errors"],
    "alarm_sns_topic_arns": ["arn:aws:sns:eu-west-1:123456789012:on-call"],
}


def test_everything_set_then_changed(live: Workspace, dynamodb: DynamoDBClient) -> None:
    live.apply(EVERYTHING)

    assert not live.plan(EVERYTHING).changed

    invoice = {"invoiceId": {"S": "i-1"}}
    dynamodb.put_item(TableName="invoices", Item=invoice)
    changed = {
        **EVERYTHING,
        "table_class": "STANDARD",
        "stream_view_type": "NEW_IMAGE",
        "enable_ttl": False,
        "on_demand_limits": {"read": 2000, "write": 100},
        "kms_key_arn": (
            "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        ),
    }
    live.apply(changed)

    kept = dynamodb.get_item(TableName="invoices", Key=invoice)
    assert kept["Item"] == invoice, "the table was changed, not replaced"
    made = table(dynamodb)
    assert made["StreamSpecification"]["StreamViewType"] == "NEW_IMAGE"
    assert made["SSEDescription"]["KMSMasterKeyArn"] == changed["kms_key_arn"]
    assert made["OnDemandThroughput"] == {"MaxReadRequestUnits": 2000, "MaxWriteRequestUnits": 100}
    expiry = dynamodb.describe_time_to_live(TableName="invoices")["TimeToLiveDescription"]
    assert expiry["TimeToLiveStatus"] == "DISABLED"
    assert not live.plan(changed).changed


def test_billing_modes_share_one_address(live: Workspace, dynamodb: DynamoDBClient) -> None:
    live.apply(MINIMAL)

    there = live.plan(PROVISIONED).actions()

    assert there[TABLE] == ["update"]
    assert {tuple(actions) for address, actions in there.items() if address != TABLE} == {
        ("create",)
    }
    live.apply(PROVISIONED)
    # Since the table's capacity is ignored the provider sends 1; on AWS the scaling
    # target, registered next, lifts it to the minimum (moto does not).
    assert capacities(dynamodb) == {"table": (1, 1), **dict.fromkeys(INDEXES, (5, 5))}
    assert not live.plan(PROVISIONED).changed

    live.apply(MINIMAL)

    assert table(dynamodb)["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert not live.plan(MINIMAL).changed

    # The README's way for a busy table: switched by hand, only the scaling is left to add.
    dynamodb.update_table(TableName="invoices", BillingMode="PROVISIONED")
    scale_as_the_autoscaler_would(dynamodb, read=200, write=100)
    by_hand = live.plan({**PROVISIONED, "autoscaled_indexes": INDEXES}).actions()
    assert {tuple(actions) for actions in by_hand.values()} == {("create",)}


def test_conflict_over_capacity_of_indexes(live: Workspace, dynamodb: DynamoDBClient) -> None:
    live.apply(PROVISIONED)
    scale_as_the_autoscaler_would(dynamodb, read=40, write=30)

    # The table's capacity is left alone, that of the indexes is taken for drift and
    # would be set back, unless Terraform is told whose it is.
    conflict = live.plan(PROVISIONED)
    assert conflict.actions() == {TABLE: ["update"]}
    assert conflict.planned(TABLE)["read_capacity"] == 40
    assert index_capacities(conflict.planned(TABLE)) == dict.fromkeys(INDEXES, (5, 5))
    assert not live.plan({**PROVISIONED, "autoscaled_indexes": INDEXES}).changed


def test_autoscaled_indexes_stay_in_sight(live: Workspace, dynamodb: DynamoDBClient) -> None:
    live.apply(PROVISIONED)
    scale_as_the_autoscaler_would(dynamodb, read=40, write=30)
    dynamodb.update_table(
        TableName="invoices",
        GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "status-createdAt-index"}}],
    )

    # The missing index is found out, but not made again while it is said to exist.
    with pytest.raises(TerraformFailed, match="capacity must be > 0"):
        live.apply({**PROVISIONED, "autoscaled_indexes": INDEXES})

    # Made again alone, at the minimum; the others keep what they have.
    remade = {**PROVISIONED, "autoscaled_indexes": INDEXES[:2]}
    live.apply(remade)
    assert capacities(dynamodb) == {
        **dict.fromkeys(["table", *INDEXES], (40, 30)),
        "status-createdAt-index": (5, 5),
    }
    assert not live.plan(remade).changed


def index_capacities(planned: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    return {
        index["name"]: (index["read_capacity"], index["write_capacity"])
        for index in planned["global_secondary_index"]
    }


READING_LIVE_INDEXES = """
variable "billing_mode" { type = string }

# Which of the indexes exist as provisioned indexes is read from AWS.
data "aws_dynamodb_tables" "all" {}

data "aws_dynamodb_table" "invoices" {
  for_each = setintersection(coalesce(data.aws_dynamodb_tables.all.names, []), ["invoices"])
  name     = each.key
}

module "invoices" {
  source = "../modules/dynamodb"

  table_name                 = "invoices"
  environment                = "test"
  billing_mode               = var.billing_mode
  enable_deletion_protection = false

  autoscaled_indexes = flatten([
    for table in data.aws_dynamodb_table.invoices : [
      for index in table.global_secondary_index : index.name
    ] if table.billing_mode == "PROVISIONED" && var.billing_mode == "PROVISIONED"
  ])
}
"""


def test_recipe_that_reads_live_indexes(
    toolchain: Toolchain, aws: MotoServer, dynamodb: DynamoDBClient, tmp_path: Path
) -> None:
    readme = (MODULES / "dynamodb/README.md").read_text(encoding="utf-8")
    assert recipe(READING_LIVE_INDEXES) in readme, "the README shows what is tested here"
    Workspace.copy(toolchain, MODULES, into=tmp_path / "modules")
    workspace = Workspace.write(
        toolchain,
        {"main.tf": READING_LIVE_INDEXES},
        into=tmp_path / "root",
        endpoint=aws.endpoint,
    )
    variables: Variables = {"billing_mode": "PROVISIONED"}

    workspace.apply({"billing_mode": "PAY_PER_REQUEST"})
    workspace.apply(variables)  # the indexes are there, but not as provisioned ones
    scale_as_the_autoscaler_would(dynamodb, read=40, write=30)

    assert not workspace.plan(variables).changed


def recipe(configuration: str) -> str:
    """The part of the configuration that the README shows."""
    start = configuration.index("data ")
    return configuration[start : configuration.index("\nmodule ")].strip()
