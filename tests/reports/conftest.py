"""Reports to render."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from driftcheck.model.finding import (
    Finding,
    Kind,
    Party,
    PartyValue,
    Risk,
    Severity,
    State,
    Status,
)
from driftcheck.model.location import Location
from driftcheck.model.report import ApiCalls, Report, TableResult, TableStatus

START = datetime(2027, 1, 31, 4, 5, 6, tzinfo=UTC)
#: What a stranger may put into names, tags and messages.
HOSTILE = "\x1b[31m<script>](javascript:x)\n::error::\u202eevil\x00|`"

PLACE: dict[str, Any] = {
    "table": "invoices",
    "address": "module.t.aws_dynamodb_table.this",
    "spec": "invoices",
    "target": "production",
    "account": "123456789012",
    "region": "eu-central-1",
}

DRIFT = Finding(
    Kind.DRIFT,
    "point-in-time-recovery-drift",
    Severity.HIGH,
    "point-in-time recovery (enabled): is off, should be on",
    **PLACE,
    aspect="point_in_time_recovery",
    path="/point_in_time_recovery/enabled",
    expected=True,
    actual=False,
    spec_value=PartyValue(State.KNOWN, True),
    code_value=PartyValue(State.KNOWN, True),
    live_value=PartyValue(State.KNOWN, False),
    at_odds=Party.LIVE,
    risk=Risk.SAFE,
    help="Switch it on.",
    locations=(Location("modules/dynamodb/main.tf", 52, 15), Location("specs/a.yaml", 12, 9)),
    breaks=("pitr-enabled",),
)
CONTRACT = Finding(
    Kind.CONTRACT,
    "tags-contract",
    Severity.LOW,
    'tags (Team): the spec requires "a", the code says "b"',
    **PLACE,
    aspect="tags",
    path="/tags/Team",
    expected="a",
    actual="b",
    spec_value=PartyValue(State.KNOWN, "a"),
    code_value=PartyValue(State.SENSITIVE),
    live_value=PartyValue(State.UNKNOWN, reason="access denied"),
    at_odds=Party.CODE,
    help="Mend the code,\nor the spec.",
)
WIDE = replace(
    DRIFT,
    rule="global-secondary-index-drift",
    path="/global_secondary_index",
    severity=Severity.MEDIUM,
    message="global index: something is missing",
    expected={"an-index": {"non_key_attributes": [f"attribute{n}" for n in range(30)]}},
    actual=None,
    status=Status.WAIVED,
    waiver="being moved (until 2027-03-31)",
    locations=(),
    breaks=(),
)
INFORMATIONAL = Finding(
    Kind.UNKNOWN, "unsupported", Severity.INFO, "x could not be read: y", **PLACE, decides=False
)
HOLE = Finding(
    Kind.UNKNOWN,
    "target-failed",
    Severity.HIGH,
    "The target staging could not be read: nobody answers",
    spec="invoices",
    target="staging",
)
FINDINGS = (WIDE, CONTRACT, DRIFT, INFORMATIONAL, HOLE)


def table(name: str | None, status: TableStatus = TableStatus.COMPLIANT) -> TableResult:
    return TableResult(
        name,
        "123456789012",
        "eu-central-1",
        "invoices",
        status,
        target="production",
        address=PLACE["address"],
    )


@pytest.fixture
def report() -> Report:
    """One table with every kind of trouble, one without any, and a failed target."""
    return Report(
        command="scan",
        started_at=START,
        finished_at=START + timedelta(seconds=3),
        tables=(table("invoices", TableStatus.UNKNOWN), table("orders")),
        findings=FINDINGS,
        api_calls={"dynamodb:DescribeTable": ApiCalls(2, 1, 1)},
    )


@pytest.fixture
def hostile() -> Report:
    """Everything that others can choose is hostile."""
    finding = Finding(
        Kind.CONTRACT,
        HOSTILE,
        Severity.HIGH,
        HOSTILE,
        table=HOSTILE,
        address=HOSTILE,
        spec=HOSTILE,
        target=HOSTILE,
        account=HOSTILE,
        region=HOSTILE,
        aspect=HOSTILE,
        path=f"/tags/{HOSTILE}",
        expected={HOSTILE: [HOSTILE * 20, Decimal("1.5")]},
        actual=HOSTILE * 20,
        spec_value=PartyValue(State.KNOWN, {HOSTILE: HOSTILE * 20}),
        live_value=PartyValue(State.UNKNOWN, reason=HOSTILE),
        help=HOSTILE,
        locations=(Location(HOSTILE, 1, 1),),
        breaks=(HOSTILE,),
    )
    waived = replace(finding, kind=Kind.DRIFT, status=Status.WAIVED, waiver=HOSTILE)
    result = TableResult(HOSTILE, HOSTILE, HOSTILE, HOSTILE, target=HOSTILE, address=HOSTILE)
    elsewhere = replace(finding, table=None, address="other")
    return Report(
        "scan",
        START,
        START,
        (result, replace(result, name=None)),
        (finding, waived, elsewhere),
        {HOSTILE: ApiCalls(1)},
    )
