"""The reference table in the embedded AWS, and scans of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from driftcheck.aws.connector import AwsConnector, AwsOptions
from driftcheck.aws.provision import Pace
from driftcheck.hcl.module import VarFlag
from driftcheck.model.report import Report
from driftcheck.policies.load import load_policies
from driftcheck.sandbox import sandbox
from driftcheck.spec.load import load_spec
from driftcheck.spec.model import Spec
from driftcheck.stages.options import EvaluationOptions
from driftcheck.stages.provision import provision
from driftcheck.stages.scan import ScanOptions, scan

ROOT = Path(__file__).parents[2]
REGION = "eu-central-1"


@dataclass
class Live:
    """A provisioned reference table and the means to change and to scan it."""

    spec: Spec
    evaluation: EvaluationOptions
    table: str = "invoices"

    def client(self, service: str = "dynamodb") -> Any:
        """A client as somebody at the console would have it."""
        return boto3.client(service, region_name=REGION)  # type: ignore[call-overload]

    @property
    def arn(self) -> str:
        """The table's ARN."""
        return str(self.client().describe_table(TableName=self.table)["Table"]["TableArn"])

    def scan(self) -> Report:
        """Scan it, without waiting for anything."""
        policies = load_policies([ROOT / "policies"])
        options = ScanOptions(evaluation=self.evaluation, settle_timeout=0)
        return scan([self.spec], policies, AwsConnector(AwsOptions()), options)


def provisioned(*flags: str) -> Live:
    """The reference table, made with these variables on top of the spec's."""
    spec = load_spec(ROOT / "specs" / "invoices.yaml")
    evaluation = EvaluationOptions(variables=tuple(VarFlag(f) for f in flags))
    live = Live(spec, evaluation)
    connection = AwsConnector(AwsOptions()).open(spec, spec.targets[0])
    made = provision(
        spec, spec.targets[0], connection, evaluation, lambda note: None, Pace(poll_interval=0)
    )
    assert [m.table for m in made] == [live.table]
    return live


@pytest.fixture
def on_demand() -> Iterator[Live]:
    """The reference table as its spec says."""
    with sandbox(AwsOptions()):
        yield provisioned()


@pytest.fixture
def with_capacity() -> Iterator[Live]:
    """The reference table with provisioned capacity and autoscaling."""
    with sandbox(AwsOptions()):
        yield provisioned("billing_mode=PROVISIONED")
