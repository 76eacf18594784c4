"""Provisioning where AWS takes its time and says "not yet": on the strict simulator."""

from __future__ import annotations

from dataclasses import replace

import pytest

from driftcheck.aws.connector import AwsConnector, AwsOptions
from driftcheck.aws.provision import Pace
from driftcheck.inputs.live import table_from_live
from driftcheck.resources import reference_spec
from driftcheck.spec.load import load_spec
from driftcheck.stages.options import EvaluationOptions
from driftcheck.stages.provision import destroy, provision
from driftcheck.stages.scan import ScanOptions, scan
from tests.simulator.account import Account, Faults
from tests.simulator.clock import ManualClock
from tests.simulator.server import serve

pytestmark = pytest.mark.simulator

SPEC = load_spec(reference_spec())
TARGET = SPEC.targets[0]


@pytest.mark.parametrize("mode", ["PAY_PER_REQUEST", "PROVISIONED"])
def test_the_reference_table_through_all_its_states(
    mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    clock = ManualClock()
    account = Account(clock)
    pace = Pace(2.0, 3600.0, clock.sleep, clock.now)
    spec = replace(SPEC, variables={**SPEC.variables, "billing_mode": mode})
    evaluation = EvaluationOptions()
    with serve(account) as url:
        connector = AwsConnector(AwsOptions(endpoint_url=url))
        connection = connector.open(spec, TARGET)
        (made,) = provision(spec, TARGET, connection, evaluation, lambda _: None, pace)
        assert made.created
        assert made.left_out == ()

        # What was made is what the module and the spec say.
        options = ScanOptions(evaluation=evaluation, settle_timeout=0)
        report = scan([spec], [], connector, options)
        assert [f for f in report.findings if f.decides] == []

        # Again, with AWS throttling and failing now and then: nothing new, nothing lost.
        before = table_from_live("invoices", connection.facts("invoices")).document()
        account.faults = Faults(throttle=0.1, internal=0.05, seed=7)
        (again,) = provision(spec, TARGET, connection, evaluation, lambda _: None, pace)
        account.faults = Faults()
        assert not again.created
        assert table_from_live("invoices", connection.facts("invoices")).document() == before

        assert destroy(connection, "invoices", lambda _: None, pace)
        assert list(connection.table_names()) == []
    # No call broke a rule that never changes, however long one waits.
    assert [call for call in account.log if call.static] == []
