"""One API denied: that aspect alone is unknown, the rest is compared, the exit code is 2."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from driftcheck.aws.connector import AwsConnector, AwsOptions
from driftcheck.aws.provision import Pace
from driftcheck.model.finding import Finding, Kind, Severity
from driftcheck.model.report import Report, TableStatus
from driftcheck.policies.load import load_policies
from driftcheck.spec.load import load_spec
from driftcheck.stages.options import EvaluationOptions
from driftcheck.stages.provision import provision
from driftcheck.stages.scan import ScanOptions, scan
from tests.scan.conftest import REGION, ROOT
from tests.simulator.account import Account, Faults
from tests.simulator.clock import ManualClock
from tests.simulator.wire import in_process

pytestmark = pytest.mark.simulator


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """The reference table in the strict simulator."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    simulated = Account(ManualClock(), region=REGION)
    with in_process(lambda url: simulated):
        spec = load_spec(ROOT / "specs" / "invoices.yaml")
        connection = AwsConnector(AwsOptions()).open(spec, spec.targets[0])
        pace = Pace(poll_interval=5, sleep=simulated.clock.sleep, clock=simulated.clock.now)
        made = provision(
            spec, spec.targets[0], connection, EvaluationOptions(), lambda note: None, pace
        )
        assert len(list(made)) == 1
        simulated.clock.sleep(600)
        yield simulated


def scanned() -> Report:
    spec = load_spec(ROOT / "specs" / "invoices.yaml")
    options = ScanOptions(settle_timeout=0)
    policies = load_policies([ROOT / "policies"])
    return scan([spec], policies, AwsConnector(AwsOptions()), options)


def deciding(report: Report) -> list[Finding]:
    return [f for f in report.findings if f.kind is Kind.UNKNOWN and f.decides]


def test_nothing_denied_is_compliant(account: Account) -> None:
    report = scanned()
    assert deciding(report) == []
    assert report.tables[0].status is TableStatus.COMPLIANT
    assert report.exit_code(Severity.LOW) == 0


@pytest.mark.parametrize(
    ("operation", "aspects"),
    [
        ("dynamodb:DescribeContinuousBackups", {"point_in_time_recovery"}),
        ("dynamodb:DescribeTimeToLive", {"ttl"}),
        ("dynamodb:ListTagsOfResource", {"tags"}),
    ],
)
def test_one_denied_operation_makes_its_aspect_unknown(
    account: Account, operation: str, aspects: set[str]
) -> None:
    account.dynamodb.table("invoices").protected = False
    account.faults = Faults(denied=frozenset({operation}))
    report = scanned()
    assert {f.aspect for f in deciding(report)} == aspects
    assert all(operation in f.message for f in deciding(report))
    assert [f.path for f in report.findings if f.kind is Kind.DRIFT] == [
        "/deletion_protection_enabled"
    ]
    assert report.tables[0].status is TableStatus.UNKNOWN
    assert report.exit_code(Severity.LOW) == 2
    assert report.exit_code(None) == 2


def test_a_denied_description_is_unknown_and_not_a_missing_table(account: Account) -> None:
    account.faults = Faults(denied=frozenset({"dynamodb:DescribeTable"}))
    report = scanned()
    assert not [f for f in report.findings if f.kind is Kind.DRIFT]
    assert report.exit_code(Severity.LOW) == 2
