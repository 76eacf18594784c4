"""An AWS that was written down: scans of it need no emulator and take no time.

``answers`` gives the facts about an ordinary table, on demand and with nothing
switched on; a test changes what it is about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from driftcheck.aspects.base import Facts
from driftcheck.errors import AwsError
from driftcheck.inputs.recorded import RecordedFacts
from driftcheck.model.finding import Finding, Kind
from driftcheck.model.report import ApiCalls, Report
from driftcheck.policies.model import Policy
from driftcheck.spec.load import load_spec
from driftcheck.spec.model import Spec, Target
from driftcheck.stages.connection import Connection
from driftcheck.stages.scan import ScanOptions, scan

Answers = dict[str, dict[str, Any]]
ACCOUNT, REGION = "123456789012", "eu-central-1"
DESCRIBE = "dynamodb:DescribeTable"
BACKUPS = "dynamodb:DescribeContinuousBackups"
TAGS = "dynamodb:ListTagsOfResource"
DENIED = {"error": "access denied"}


def answers(name: str = "orders", region: str = REGION, **table: Any) -> Answers:
    """The facts about a table; ``table`` are members of its description to change or add."""
    described = {
        "TableName": name,
        "TableArn": f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/{name}",
        "TableStatus": "ACTIVE",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
        "ProvisionedThroughput": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0},
        "DeletionProtectionEnabled": False,
        **table,
    }
    return {
        DESCRIBE: {"Table": described},
        BACKUPS: {
            "ContinuousBackupsDescription": {
                "ContinuousBackupsStatus": "ENABLED",
                "PointInTimeRecoveryDescription": {
                    "PointInTimeRecoveryStatus": "ENABLED",
                    "RecoveryPeriodInDays": 35,
                },
            }
        },
        "dynamodb:DescribeTimeToLive": {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}},
        TAGS: {"Tags": [{"Key": "Environment", "Value": "test"}]},
        "dynamodb:GetResourcePolicy": {},
        "dynamodb:ListContributorInsights": {"ContributorInsightsSummaries": []},
        "dynamodb:DescribeKinesisStreamingDestination": {"KinesisDataStreamDestinations": []},
        "dynamodb:ListBackups": {"BackupSummaries": []},
        "application-autoscaling:DescribeScalableTargets": {"ScalableTargets": []},
        "application-autoscaling:DescribeScalingPolicies": {"ScalingPolicies": []},
        "application-autoscaling:DescribeScheduledActions": {"ScheduledActions": []},
        "cloudwatch:DescribeAlarms": {"MetricAlarms": [], "CompositeAlarms": []},
        "backup:ListProtectedResources": {"Results": []},
    }


def pitr(enabled: bool, days: int | None = None) -> dict[str, Any]:
    """An answer of DescribeContinuousBackups."""
    description: dict[str, Any] = {
        "PointInTimeRecoveryStatus": "ENABLED" if enabled else "DISABLED"
    }
    if days is not None:
        description["RecoveryPeriodInDays"] = days
    return {"ContinuousBackupsDescription": {"PointInTimeRecoveryDescription": description}}


@dataclass
class RecordedConnection:
    """One region. Each look at a table takes the next of its answers; the last one stays."""

    aws: RecordedAws
    region: str
    account: str = ACCOUNT

    def in_region(self, region: str) -> Connection:
        if region in self.aws.closed:
            raise AwsError(f"the region {region} is not enabled.")
        return RecordedConnection(self.aws, region)

    def table_names(self) -> Sequence[str]:
        if self.aws.unlisted:
            raise AwsError("the tables cannot be listed: access denied")
        return [name for region, name in self.aws.tables if region == self.region]

    def facts(self, table: str) -> Facts:
        self.aws.looks.append((self.region, table))
        known = self.aws.tables.get((self.region, table), [{DESCRIBE: {}}])
        return RecordedFacts(deepcopy(known.pop(0) if len(known) > 1 else known[0]))

    def prefetch(self, operations: Iterable[str], pool: Executor) -> None:
        """Nothing: every answer is here."""

    def expect(self, tables: Iterable[str], operations: Iterable[str]) -> None:
        """Nothing: every answer is here."""

    def one_by_one(self, operations: Iterable[str]) -> tuple[str, ...]:
        return tuple(operations)

    def pending(self) -> bool:
        return False

    def read(self, tables: Iterable[str], operations: Iterable[str], pool: Executor) -> bytes:
        raise AssertionError("nobody has to wait for a list")

    def keep(self, read: bytes) -> None:
        raise AssertionError("nothing has been read")

    def hand_over(self, tables: Collection[str]) -> Mapping[str, Any]:
        return {}

    def with_answers(self, handed: Mapping[str, Any]) -> Connection:
        return self

    def forget(self) -> None:
        self.aws.forgotten += 1


@dataclass
class RecordedAws:
    """Every region of one account; ``stages.connection.Connector``."""

    tables: dict[tuple[str, str], list[Answers]] = field(default_factory=dict)
    unlisted: bool = False
    closed: frozenset[str] = frozenset()
    looks: list[tuple[str, str]] = field(default_factory=list)
    forgotten: int = 0
    noted: tuple[str, ...] = ()

    def put(self, *looks: Answers, name: str = "orders", region: str = REGION) -> None:
        """Let a table answer so, look by look."""
        self.tables[region, name] = list(looks)

    def open(self, spec: Spec, target: Target) -> Connection:
        return RecordedConnection(self, target.region or REGION)

    def api_calls(self) -> Mapping[str, ApiCalls]:
        return {}

    def notes(self) -> Sequence[str]:
        return self.noted


MODULE = """
variable "name" { default = "orders" }

resource "aws_dynamodb_table" "this" {
  name         = var.name
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
  point_in_time_recovery { enabled = true }
  tags = { Environment = "test" }
}
"""
SPEC = """
version: 1
name: orders
module: ../module
targets: [{name: test, account: "123456789012", region: eu-central-1}]
policies: {packs: []}
"""


def write(root: Path, spec: str = SPEC, module: str = MODULE) -> Path:
    """A repository with one spec and one module; the path of the spec."""
    (root / ".git").mkdir(exist_ok=True)
    (root / "module").mkdir(exist_ok=True)
    (root / "specs").mkdir(exist_ok=True)
    (root / "module" / "main.tf").write_text(module, encoding="utf-8")
    file = root / "specs" / "orders.yaml"
    file.write_text(spec, encoding="utf-8")
    return file


def scanned(
    file: Path, aws: RecordedAws, policies: Sequence[Policy] = (), **options: Any
) -> Report:
    """A scan of one spec that waits for nothing unless told to."""
    return scan(
        [load_spec(file)],
        policies,
        aws,
        ScanOptions(**{"settle_timeout": 0, "sleep": _never, **options}),
    )


def _never(seconds: float) -> None:
    raise AssertionError(f"waited {seconds} s")


def standing(report: Report) -> list[Finding]:
    """Everything but unknowns that decide nothing."""
    return [f for f in report.findings if f.kind is not Kind.UNKNOWN or f.decides]


def places(report: Report) -> list[tuple[str, str]]:
    """The rule and the path of everything that stands."""
    return [(f.rule, f.path) for f in standing(report)]
