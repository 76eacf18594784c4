"""Replicas of a global table, each read in its own region."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from driftcheck.inputs.recorded import RecordedFacts
from driftcheck.model.baseline import Baseline, Trend, known_finding
from driftcheck.model.finding import Kind, Severity
from driftcheck.model.report import Report, TableStatus
from driftcheck.spec.load import load_spec
from driftcheck.stages.parity import ReplicaFacts
from driftcheck.stages.scan import ScanOptions, scan
from tests.scan.recorded import (
    BACKUPS,
    DENIED,
    DESCRIBE,
    MODULE,
    SPEC,
    TAGS,
    Answers,
    RecordedAws,
    answers,
    pitr,
    places,
    scanned,
    standing,
    write,
)

US = "us-east-1"
GLOBAL = MODULE.replace(
    "  tags =",
    """  stream_enabled   = true
  stream_view_type = "NEW_AND_OLD_IMAGES"
  replica {
    region_name            = "us-east-1"
    point_in_time_recovery = true
  }
  tags =""",
)
STREAM: dict[str, Any] = {
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
}


def home(replica: Answers, **table: Any) -> Answers:
    """The table at home; what is asked of the replica is asked by its region."""
    listed: dict[str, Any] = {"Replicas": [{"RegionName": US, "ReplicaStatus": "ACTIVE"}]}
    found = answers(**STREAM, **listed, **table)
    for operation in (o for o in replica if o.startswith("dynamodb:") and "#" not in o):
        found[f"{operation}#{US}"] = replica[operation]
    return found


def away(**table: Any) -> Answers:
    """The replica in the other region."""
    return answers(region=US, **{**STREAM, "Replicas": [{"RegionName": "eu-central-1"}], **table})


def account(replica: Answers, **table: Any) -> RecordedAws:
    aws = RecordedAws()
    aws.put(home(replica, **table))
    aws.put(replica, region=US)
    return aws


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path, module=GLOBAL)


def test_a_replica_like_the_table_is_silent(file: Path) -> None:
    aws = account(away())
    assert standing(scanned(file, aws)) == []
    assert ("us-east-1", "orders") in aws.looks


def test_a_table_without_replicas_is_read_in_one_region(tmp_path: Path) -> None:
    aws = RecordedAws()
    aws.put(answers())
    assert standing(scanned(write(tmp_path), aws)) == []
    assert aws.looks == [("eu-central-1", "orders")]


TTL = "dynamodb:DescribeTimeToLive"
TARGETS = "application-autoscaling:DescribeScalableTargets"
CASES: list[tuple[str, str, str, Answers]] = [
    ("tags", "replica-parity-tags", "/tags/Environment", {TAGS: {"Tags": []}}),
    ("pitr shorter", "replica-parity-point-in-time-recovery",
     "/point_in_time_recovery/recovery_period_in_days", {BACKUPS: pitr(True, 7)}),
    ("ttl", "replica-parity-ttl", "/ttl/enabled",
     {TTL: {"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": "e"}}}),
    ("protection", "replica-parity-deletion-protection", "/deletion_protection_enabled",
     away(DeletionProtectionEnabled=True)),
    ("class", "replica-parity-table-class", "/table_class",
     away(TableClassSummary={"TableClass": "STANDARD_INFREQUENT_ACCESS"})),
    ("stream", "replica-parity-stream", "/stream_view_type",
     away(StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})),
    ("encryption", "replica-parity-server-side-encryption", "/server_side_encryption/enabled",
     {**away(SSEDescription={"Status": "ENABLED", "SSEType": "KMS",
                             "KMSMasterKeyArn": "arn:aws:kms:us-east-1:123456789012:key/a"}),
      "kms:DescribeKey#arn:aws:kms:us-east-1:123456789012:key/a":
          {"KeyMetadata": {"KeyManager": "CUSTOMER"}},
      "kms:DescribeKey#alias/aws/dynamodb": {}}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "path", "change"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_what_a_replica_has_otherwise_is_one_finding(
    file: Path, rule: str, path: str, change: Answers
) -> None:
    report = scanned(file, account({**away(), **change}))
    [finding] = standing(report)
    assert (finding.rule, finding.path) == (rule, f"/replica/{US}{path}")
    assert finding.kind is Kind.DRIFT
    assert finding.expected != finding.actual
    assert "eu-central-1" in finding.message
    assert report.tables[0].status is TableStatus.NONCOMPLIANT


def test_the_scaling_of_a_replica_is_compared(tmp_path: Path) -> None:
    module = (
        GLOBAL.replace("PAY_PER_REQUEST", "PROVISIONED").replace(
            "  attribute {", "  read_capacity = 5\n  write_capacity = 5\n  attribute {"
        )
        + """
resource "aws_appautoscaling_target" "write" {
  service_namespace  = "dynamodb"
  resource_id        = "table/orders"
  scalable_dimension = "dynamodb:table:WriteCapacityUnits"
  min_capacity       = 5
  max_capacity       = 50
}
"""
    )
    provisioned = {
        "BillingModeSummary": {},
        "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
    }

    def targets(most: int) -> dict[str, Any]:
        return {
            "ScalableTargets": [
                {
                    "ResourceId": "table/orders",
                    "ScalableDimension": "dynamodb:table:WriteCapacityUnits",
                    "MinCapacity": 5,
                    "MaxCapacity": most,
                }
            ]
        }

    replica = {**away(**provisioned), TARGETS: targets(20)}
    aws = RecordedAws()
    aws.put({**home(replica, **provisioned), TARGETS: targets(50)})
    aws.put(replica, region=US)
    [finding] = standing(scanned(write(tmp_path, module=module), aws))
    assert finding.path == f"/replica/{US}/autoscaling/table/write/max_capacity"
    assert (finding.expected, finding.actual) == (50, 20)
    assert finding.severity is Severity.HIGH


def test_what_the_code_says_of_the_replica_is_not_told_twice(file: Path) -> None:
    report = scanned(file, account({**away(), BACKUPS: pitr(False)}))
    assert places(report) == [("replica-drift", f"/replica/{US}/point_in_time_recovery")]


def test_drift_at_home_is_not_held_against_the_replica(file: Path) -> None:
    report = scanned(file, account(away(), DeletionProtectionEnabled=True))
    assert places(report) == [("deletion-protection-drift", "/deletion_protection_enabled")]


def test_a_replica_that_cannot_be_read_is_unknown(file: Path) -> None:
    report = scanned(file, account({**away(), DESCRIBE: DENIED}))
    assert places(report) == [("replica-parity-not-readable", f"/replica/{US}")]
    assert report.exit_code(None) == 2


def test_a_region_that_cannot_be_opened_is_unknown_and_the_rest_goes_on(file: Path) -> None:
    aws = account(away())
    aws.closed = frozenset({US})
    [finding] = standing(scanned(file, aws))
    assert finding.rule == "replica-parity-not-readable"
    assert "is not enabled" in finding.message


def test_one_denied_operation_there_is_one_unknown(file: Path) -> None:
    [finding] = standing(scanned(file, account({**away(), TTL: DENIED})))
    assert (finding.kind, finding.rule, finding.path) == (
        Kind.UNKNOWN,
        "replica-parity-ttl",
        f"/replica/{US}/ttl",
    )


EU = "eu-central-1"
THERE = """
version: 1
name: there
table: orders
targets: [{name: there, account: "123456789012", region: us-east-1}]
policies: {packs: []}
"""


def both(
    file: Path, here: Answers, away_: Answers, *, there: str = THERE, **options: Any
) -> Report:
    """A scan of two specs, one for each region of a global table."""
    (file.parent / "there.yaml").write_text(there, encoding="utf-8")
    for mine, others, region in ((here, away_, US), (away_, here, EU)):
        for operation in [o for o in others if o.startswith("dynamodb:") and "#" not in o]:
            mine[f"{operation}#{region}"] = others[operation]
    aws = RecordedAws()
    aws.put(here)
    aws.put(away_, region=US)
    specs = [load_spec(file.parent / name) for name in ("there.yaml", "orders.yaml")]
    settings: dict[str, Any] = {"settle_timeout": 0, **options}
    return scan(specs, (), aws, ScanOptions(**settings))


def at_home(**table: Any) -> Answers:
    return answers(**STREAM, Replicas=[{"RegionName": US, "ReplicaStatus": "ACTIVE"}], **table)


def test_a_pair_that_both_ends_see_is_told_once(file: Path) -> None:
    apart = {TAGS: {"Tags": [{"Key": "Environment", "Value": "x"}]}}
    report = both(file, at_home(), {**away(), **apart})
    assert places(report) == [("replica-parity-tags", f"/replica/{US}/tags/Environment")]
    [finding] = standing(report)
    assert (finding.region, finding.spec) == (EU, "orders")
    assert [(t.region, t.status) for t in report.tables] == [
        (US, TableStatus.COMPLIANT),
        (EU, TableStatus.NONCOMPLIANT),
    ]
    tally = report.tally
    assert tally.by_kind[Kind.DRIFT] == tally.standing.total() == 1
    assert tally.findings == len(report.findings)


def test_what_is_wrong_at_one_end_the_other_does_not_tell_again(file: Path) -> None:
    there = THERE + "contract: {deletion_protection_enabled: true}\n"
    protected = {"DeletionProtectionEnabled": True}
    here = at_home(**protected)
    file.write_text(SPEC + "contract: {deletion_protection_enabled: true}\n", encoding="utf-8")
    report = both(file, here, away(), there=there)
    found = [(f.region, f.path) for f in standing(report) if f.kind is Kind.DRIFT]
    assert found == [(US, "/deletion_protection_enabled")]


def test_a_pair_is_new_or_known_once(file: Path) -> None:
    apart = {**away(), TAGS: {"Tags": []}}
    first = both(file, at_home(), apart, baseline=Baseline())
    assert first.trend == Trend(known=0, new=1, fixed=0)
    known = {f.id: known_finding(f) for f in first.findings}
    again = both(file, at_home(), apart, baseline=Baseline(open=known))
    assert again.trend == Trend(known=1, new=0, fixed=0)
    mended = both(file, at_home(), away(), baseline=Baseline(open=known))
    assert mended.trend == Trend(known=0, new=0, fixed=1)


def test_a_replica_is_not_read_twice_for_itself(file: Path) -> None:
    asked = RecordedFacts(home(away()))
    away_too = RecordedFacts(away())
    facts = ReplicaFacts(asked, US, away_too)
    facts.get(DESCRIBE)
    facts.get(TARGETS)
    assert (asked.asked, away_too.asked) == ([f"{DESCRIBE}#{US}"], [TARGETS])
