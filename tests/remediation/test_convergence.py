"""Whatever the table is and whatever it should be: remediation gets there, and harms nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from driftcheck.model.finding import Risk
from driftcheck.remediation.execute.outcome import Result, TableOutcome
from driftcheck.remediation.plan.permission import Permission, withheld
from tests.remediation.documents import NAME, Document, pairs
from tests.remediation.harness import Killed, Wish, World, carry_out, desired, plan, world
from tests.simulator.account import Call, Faults
from tests.simulator.build import put_table
from tests.simulator.table import SimulatedTable

pytestmark = pytest.mark.simulator

COMMON: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [
        HealthCheck.too_slow,
        HealthCheck.function_scoped_fixture,
        HealthCheck.data_too_large,
    ],
}
quick = settings(max_examples=200, derandomize=True, **COMMON)
thorough = settings(max_examples=2000, **COMMON)


@pytest.fixture(scope="module")
def shared() -> Iterator[World]:
    with world() as made:
        yield made


def begin(shared: World, live: Document) -> SimulatedTable:
    shared.reset()
    return put_table(shared.account, live)


def incarnations(table: SimulatedTable) -> dict[str, str]:
    return {name: index.incarnation for name, index in table.indexes.items()}


def refused_for_good(shared: World) -> list[str]:
    return [f"{c.action} {c.params}: {c.error}" for c in shared.account.writes() if c.static]


def everything_done(outcome: TableOutcome) -> None:
    bad = [f"{s.step.change.title}: {s.result} {s.reason}" for s in outcome.steps]
    assert outcome.error is None, outcome.error
    assert all(s.result.done for s in outcome.steps), "\n".join(bad)


def nothing_left(shared: World, wanted: Document) -> None:
    shared.settle()
    again = plan(shared, desired(wanted), Wish())
    assert again.steps == (), [s.change.title for s in again.steps]
    assert again.refused == ()
    assert again.left_alone == ()
    assert again.unknown == ()


def check_converges(shared: World, live: Document, wanted: Document) -> None:
    table = begin(shared, live)
    before, wish = incarnations(table), Wish()
    what = plan(shared, desired(wanted), wish)
    assert what.refused == (), what.refused
    everything_done(carry_out(shared, what, wish))
    assert refused_for_good(shared) == []
    nothing_left(shared, wanted)
    for name, incarnation in incarnations(table).items():
        if same_index(live, wanted, name):
            assert incarnation == before[name], f"{name} was rebuilt for nothing"
    if keeps_history(live, wanted):
        assert table.history_lost == 0


def same_index(live: Document, wanted: Document, name: str) -> bool:
    built = ("hash_key", "range_key", "projection_type", "non_key_attributes")
    one, other = (d["global_secondary_index"].get(name) for d in (live, wanted))
    return one is not None and other is not None and all(one[m] == other[m] for m in built)


def keeps_history(live: Document, wanted: Document) -> bool:
    was, will = live["point_in_time_recovery"], wanted["point_in_time_recovery"]
    if not was["enabled"]:
        return True
    return bool(
        will["enabled"] and will["recovery_period_in_days"] >= was["recovery_period_in_days"]
    )


@given(pair=pairs())
@quick
def test_it_converges(shared: World, pair: tuple[Document, Document]) -> None:
    check_converges(shared, *pair)
