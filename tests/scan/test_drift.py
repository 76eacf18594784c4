"""Changes behind Terraform's back, aspect by aspect: exactly the right finding, or none.

moto drops some writes silently (UpdateTable of SSE, table class and on-demand
throughput, and it cannot enable a stream again): for those its answers are changed
instead of its state, which is said where it is done.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends

from driftcheck.model.finding import Finding, Kind, Party
from driftcheck.model.report import TableStatus
from tests.scan.conftest import REGION, ROOT, Live

pytestmark = pytest.mark.moto

MODULE = "modules/dynamodb"
INDEX = "customerId-createdAt-index"


def stored(live: Live) -> Any:
    """moto's own object of the table, for what its API cannot change."""
    backend = dynamodb_backends["123456789012"][REGION]
    return backend.get_table(live.table)


def open_findings(live: Live) -> list[Finding]:
    """What the scan reports, policies aside."""
    report = live.scan()
    assert not [f for f in report.findings if f.kind is Kind.UNKNOWN and f.decides]
    return [f for f in report.findings if f.kind in (Kind.DRIFT, Kind.CONTRACT)]


def line_of(finding: Finding) -> str:
    """The text of the line that the finding points at."""
    assert finding.location is not None
    text = (ROOT / Path(finding.location.file)).read_text().splitlines()
    return text[finding.location.line - 1].strip()


def pitr_off(live: Live) -> None:
    live.client().update_continuous_backups(
        TableName=live.table,
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False},
    )


def pitr_shorter(live: Live) -> None:
    live.client().update_continuous_backups(
        TableName=live.table,
        PointInTimeRecoverySpecification={
            "PointInTimeRecoveryEnabled": True,
            "RecoveryPeriodInDays": 7,
        },
    )


def protection_off(live: Live) -> None:
    live.client().update_table(TableName=live.table, DeletionProtectionEnabled=False)


def stream_off(live: Live) -> None:
    live.client().update_table(TableName=live.table, StreamSpecification={"StreamEnabled": False})


def stream_view(live: Live) -> None:
    # moto cannot enable a stream again, so its record is changed.
    stored(live).stream_specification["StreamViewType"] = "KEYS_ONLY"


def tag_changed(live: Live) -> None:
    # moto would keep the old tag beside the new one.
    live.client().untag_resource(ResourceArn=live.arn, TagKeys=["Owner"])
    live.client().tag_resource(ResourceArn=live.arn, Tags=[{"Key": "Owner", "Value": "nobody"}])


def tag_removed(live: Live) -> None:
    live.client().untag_resource(ResourceArn=live.arn, TagKeys=["Owner"])


def tag_added(live: Live) -> None:
    live.client().tag_resource(ResourceArn=live.arn, Tags=[{"Key": "Team", "Value": "x"}])


def index_deleted(live: Live) -> None:
    live.client().update_table(
        TableName=live.table, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": INDEX}}]
    )


def index_added(live: Live) -> None:
    live.client().update_table(
        TableName=live.table,
        AttributeDefinitions=[{"AttributeName": "status", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[
            {
                "Create": {
                    "IndexName": "by-hand",
                    "KeySchema": [{"AttributeName": "status", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            }
        ],
    )


def index_projection(live: Live) -> None:
    client = live.client()
    index_deleted(live)
    client.update_table(
        TableName=live.table,
        AttributeDefinitions=[
            {"AttributeName": "customerId", "AttributeType": "S"},
            {"AttributeName": "createdAt", "AttributeType": "S"},
        ],
        GlobalSecondaryIndexUpdates=[
            {
                "Create": {
                    "IndexName": INDEX,
                    "KeySchema": [
                        {"AttributeName": "customerId", "KeyType": "HASH"},
                        {"AttributeName": "createdAt", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            }
        ],
    )


def billing_switched(live: Live) -> None:
    capacity = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
    indexes = live.client().describe_table(TableName=live.table)["Table"]["GlobalSecondaryIndexes"]
    live.client().update_table(
        TableName=live.table,
        BillingMode="PROVISIONED",
        ProvisionedThroughput=capacity,
        GlobalSecondaryIndexUpdates=[
            {"Update": {"IndexName": i["IndexName"], "ProvisionedThroughput": capacity}}
            for i in indexes
        ],
    )


def ttl_off(live: Live) -> None:
    live.client().update_time_to_live(
        TableName=live.table,
        TimeToLiveSpecification={"Enabled": False, "AttributeName": "expiresAt"},
    )


def encryption_off(live: Live) -> None:
    # moto ignores SSESpecification in UpdateTable.
    stored(live).sse_specification = {}


def table_class(live: Live) -> None:
    # moto knows no table class at all.
    table = stored(live)
    describe = table.describe

    def with_class(base_key: str = "TableDescription") -> dict[str, Any]:
        answer: dict[str, Any] = describe(base_key)
        answer[base_key]["TableClassSummary"] = {"TableClass": "STANDARD_INFREQUENT_ACCESS"}
        return answer

    table.describe = with_class


INDEX_POINTER = f"/global_secondary_index/{INDEX}"

#: The change, the path, what is expected and what is there, and a word of the line.
CASES = [
    (pitr_off, "/point_in_time_recovery/enabled", True, False, "enabled"),
    (pitr_shorter, "/point_in_time_recovery/recovery_period_in_days", 35, 7, "recovery_period"),
    (protection_off, "/deletion_protection_enabled", True, False, "deletion_protection"),
    (stream_off, "/stream_enabled", True, False, "stream_enabled"),
    (stream_view, "/stream_view_type", "NEW_AND_OLD_IMAGES", "KEYS_ONLY", "stream_view_type"),
    (tag_changed, "/tags/Owner", "billing", "nobody", "tags"),
    (tag_removed, "/tags/Owner", "billing", None, "tags"),
    (tag_added, "/tags/Team", None, "x", "tags"),
    (
        index_projection,
        f"{INDEX_POINTER}/projection_type",
        "ALL",
        "KEYS_ONLY",
        "projection_type",
    ),
    (billing_switched, "/billing_mode", "PAY_PER_REQUEST", "PROVISIONED", "billing_mode"),
    (ttl_off, "/ttl/enabled", True, False, "ttl"),
    (encryption_off, "/server_side_encryption/enabled", True, False, "enabled"),
    (table_class, "/table_class", "STANDARD", "STANDARD_INFREQUENT_ACCESS", "table_class"),
]


@pytest.mark.parametrize(
    ("change", "path", "expected", "actual", "line"), CASES, ids=[c[0].__name__ for c in CASES]
)
def test_one_change_is_one_finding(
    on_demand: Live,
    change: Callable[[Live], None],
    path: str,
    expected: object,
    actual: object,
    line: str,
) -> None:
    assert open_findings(on_demand) == []
    change(on_demand)
    [finding] = open_findings(on_demand)
    assert (finding.kind, finding.path) == (Kind.DRIFT, path)
    assert (finding.expected, finding.actual) == (expected, actual)
    assert finding.location is not None
    assert finding.location.file.startswith(MODULE)
    assert line in line_of(finding)


@pytest.mark.parametrize(
    ("change", "path", "gone"),
    [
        (index_deleted, INDEX_POINTER, True),
        (index_added, "/global_secondary_index/by-hand", False),
    ],
)
def test_an_index_that_comes_or_goes_is_one_finding(
    on_demand: Live, change: Callable[[Live], None], path: str, gone: bool
) -> None:
    change(on_demand)
    [finding] = open_findings(on_demand)
    assert finding.path == path
    assert (finding.actual is None) == gone
    assert (finding.expected is None) != gone
    assert finding.location is not None


def test_a_missing_table_is_one_critical_finding(on_demand: Live) -> None:
    protection_off(on_demand)
    on_demand.client().delete_table(TableName=on_demand.table)
    report = on_demand.scan()
    [finding] = [f for f in report.findings if f.kind is Kind.DRIFT]
    assert (finding.rule, finding.severity, finding.path) == ("table-missing", "critical", "")
    assert report.tables[0].status is TableStatus.NONCOMPLIANT


def test_what_the_spec_states_and_live_broke_is_live_at_odds(on_demand: Live) -> None:
    pitr_off(on_demand)
    [finding] = open_findings(on_demand)
    assert finding.at_odds is Party.LIVE


def test_what_only_the_code_states_is_undetermined_without_evidence(on_demand: Live) -> None:
    tag_added(on_demand)
    [finding] = open_findings(on_demand)
    assert finding.at_odds is Party.UNDETERMINED


def capacity(live: Live, read: int, write: int) -> None:
    live.client().update_table(
        TableName=live.table,
        ProvisionedThroughput={"ReadCapacityUnits": read, "WriteCapacityUnits": write},
    )


def index_capacity(live: Live, read: int, write: int) -> None:
    throughput = {"ReadCapacityUnits": read, "WriteCapacityUnits": write}
    update = {"Update": {"IndexName": INDEX, "ProvisionedThroughput": throughput}}
    live.client().update_table(TableName=live.table, GlobalSecondaryIndexUpdates=[update])


def scaling(live: Live, **change: Any) -> None:
    live.client("application-autoscaling").register_scalable_target(
        ServiceNamespace="dynamodb",
        ResourceId=f"table/{live.table}",
        ScalableDimension="dynamodb:table:ReadCapacityUnits",
        **change,
    )


def scaling_policy(live: Live) -> dict[str, Any]:
    client = live.client("application-autoscaling")
    answer = client.describe_scaling_policies(
        ServiceNamespace="dynamodb", ResourceId=f"table/{live.table}"
    )
    found: dict[str, Any] = next(
        p for p in answer["ScalingPolicies"] if "Read" in p["ScalableDimension"]
    )
    return found


def scaling_target_value(live: Live) -> None:
    policy = scaling_policy(live)
    settings = policy["TargetTrackingScalingPolicyConfiguration"]
    live.client("application-autoscaling").put_scaling_policy(
        PolicyName=policy["PolicyName"],
        ServiceNamespace="dynamodb",
        ResourceId=policy["ResourceId"],
        ScalableDimension=policy["ScalableDimension"],
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={**settings, "TargetValue": 50.0},
    )


def scaling_policy_removed(live: Live) -> None:
    policy = scaling_policy(live)
    live.client("application-autoscaling").delete_scaling_policy(
        PolicyName=policy["PolicyName"],
        ServiceNamespace="dynamodb",
        ResourceId=policy["ResourceId"],
        ScalableDimension=policy["ScalableDimension"],
    )


READ = "/autoscaling/table/read"
METRIC = "DynamoDBReadCapacityUtilization"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda live: capacity(live, 200, 5), "/read_capacity"),
        (lambda live: capacity(live, 5, 4), "/write_capacity"),
        (lambda live: index_capacity(live, 5, 101), f"{INDEX_POINTER}/write_capacity"),
        (lambda live: scaling(live, MinCapacity=1, MaxCapacity=100), f"{READ}/min_capacity"),
        (lambda live: scaling(live, MinCapacity=5, MaxCapacity=50), f"{READ}/max_capacity"),
        (scaling_target_value, f"{READ}/target_tracking/{METRIC}/target_value"),
        (scaling_policy_removed, f"{READ}/target_tracking/{METRIC}"),
    ],
    ids=["above", "below", "index", "min", "max", "target value", "policy removed"],
)
def test_capacity_and_scaling(
    with_capacity: Live, change: Callable[[Live], None], path: str
) -> None:
    assert open_findings(with_capacity) == []
    change(with_capacity)
    [finding] = open_findings(with_capacity)
    assert finding.path == path
    assert finding.location is not None


@pytest.mark.parametrize(
    "change",
    [lambda live: capacity(live, 60, 80), lambda live: index_capacity(live, 100, 5)],
    ids=["table", "index"],
)
def test_capacity_inside_the_band_is_not_drift(
    with_capacity: Live, change: Callable[[Live], None]
) -> None:
    change(with_capacity)
    assert open_findings(with_capacity) == []
