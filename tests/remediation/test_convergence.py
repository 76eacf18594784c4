"""Whatever the table is and whatever it should be: remediation gets there, and harms nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from driftcheck.model.finding import Risk
from driftcheck.remediation.execute.outcome import Result, TableOutcome
from driftcheck.remediation.plan.permission import Permission, withheld
from driftcheck.stages.iam import Reach, Use, policy_for
from tests.remediation.documents import NAME, Document, pairs
from tests.remediation.harness import (
    ACCOUNT,
    REGION,
    Killed,
    Wish,
    World,
    carry_out,
    desired,
    direct_world,
    plan,
    world,
)
from tests.remediation.iam import forbidden
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
#: 2,000 pairs, in parts that two processes can share and that each end soon.
PARTS = 8
thorough = settings(max_examples=250, derandomize=True, **COMMON)


#: What ``driftcheck iam remediate`` prints for the one table.
POLICY = policy_for(
    Use.REMEDIATE,
    Reach(
        tables=frozenset({f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{NAME}"}),
        regions=frozenset({REGION}),
        account=ACCOUNT,
    ),
)


@pytest.fixture(scope="module")
def shared() -> World:
    return direct_world()


@pytest.fixture(scope="module")
def through_boto3() -> Iterator[World]:
    with world() as made:
        yield made


def begin(shared: World, live: Document) -> SimulatedTable:
    shared.reset()
    return put_table(shared.account, live)


def incarnations(table: SimulatedTable) -> dict[str, str]:
    return {name: index.incarnation for name, index in table.indexes.items()}


def refused_for_good(shared: World, *, converged: bool = False) -> list[str]:
    """The calls that broke a static rule; a call made again after its answer was lost aside."""
    found = [c for c in shared.account.writes() if c.static]
    if converged:
        found = [c for c in found if "already" not in c.message and "not change" not in c.message]
    return [f"{c.action} {c.params}: {c.message}" for c in found]


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
    assert forbidden(shared.account.log, shared.account, POLICY) == []
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


# -- with faults, after crashes, with less than everything allowed ---------------------


def ten_percent(seed: int) -> Faults:
    """One call in ten goes wrong in one of the four ways."""
    return Faults(throttle=0.04, internal=0.02, lost_before=0.02, lost_after=0.02, seed=seed)


def check_converges_with_faults(
    shared: World, live: Document, wanted: Document, chance: int = 1
) -> None:
    table = begin(shared, live)
    before = incarnations(table)
    goal = desired(wanted)
    what = plan(shared, goal, Wish())
    shared.account.faults = ten_percent(chance)
    outcome = carry_out(shared, what, Wish())
    # What faults kept from being done is done by a later run.
    for _ in range(5):
        if outcome.error is None and all(s.result.done for s in outcome.steps):
            break
        shared.account.faults = Faults()
        shared.settle()
        what = plan(shared, goal, Wish())
        shared.account.faults = ten_percent(chance + 1)
        outcome = carry_out(shared, what, Wish())
    shared.account.faults = Faults()
    everything_done(outcome)
    assert refused_for_good(shared, converged=True) == []
    nothing_left(shared, wanted)
    for name, incarnation in incarnations(table).items():
        if same_index(live, wanted, name):
            assert incarnation == before[name], f"{name} was rebuilt for nothing"
    if keeps_history(live, wanted):
        assert table.history_lost == 0


def check_survives_a_crash(shared: World, live: Document, wanted: Document, at: int = 3) -> None:
    table = begin(shared, live)
    before = incarnations(table)
    goal = desired(wanted)
    calls = 0

    def kill(call: Call) -> None:
        nonlocal calls
        if call.writes:
            calls += 1
            if calls == at:
                raise Killed

    what = plan(shared, goal, Wish())
    shared.account.faults = Faults(before=kill)
    with suppress(Killed):
        carry_out(shared, what, Wish())
    shared.account.faults = Faults()
    for _ in range(2):
        shared.settle()
        what = plan(shared, goal, Wish())
        everything_done(carry_out(shared, what, Wish()))
    assert refused_for_good(shared) == []
    nothing_left(shared, wanted)
    for name, incarnation in incarnations(table).items():
        if same_index(live, wanted, name):
            assert incarnation == before[name], f"{name} was rebuilt for nothing"


def check_does_no_more_than_allowed(
    shared: World, live: Document, wanted: Document, allow: frozenset[Risk] = frozenset()
) -> None:
    table = begin(shared, live)
    before, described = incarnations(table), table.describe()
    ttl, protected = dict(table.ttl), table.protected
    wish = Wish(allow=allow)
    what = plan(shared, desired(wanted), wish)
    outcome = carry_out(shared, what, wish)
    assert outcome.error is None
    results = {s.step.number: s.result for s in outcome.steps}
    held = withheld(what, Permission(allow, frozenset({NAME})))
    assert {n for n, r in results.items() if r is Result.WITHHELD} == set(held)
    assert all(r.done for n, r in results.items() if n not in held)
    assert refused_for_good(shared) == []
    shared.settle()
    if Risk.DESTRUCTIVE not in allow:
        assert {n: i for n, i in incarnations(table).items() if n in before} == before
        assert table.history_lost == 0
        assert not table.ttl.get("Enabled") or table.ttl == ttl
        assert table.policy is not None or live["resource_policy"] is None
    if Risk.DISRUPTIVE not in allow:
        assert table.billing == described.get("BillingModeSummary", {}).get(
            "BillingMode", "PROVISIONED"
        )
        assert table.protected or not protected
        assert table.encryption == described.get("SSEDescription")
        assert table.stream_label == described.get("LatestStreamLabel") or (
            "StreamSpecification" not in described
        )
    again = plan(shared, desired(wanted), wish)
    more = withheld(again, Permission(allow, frozenset({NAME})))
    assert {s.number for s in again.steps} == set(more), "something allowed was not done"


# -- the rings ----------------------------------------------------------------------------

PAIR = pairs()
SEED = st.integers(0, 10_000)
CALL = st.integers(1, 25)
ALLOWED = st.sampled_from(
    (frozenset(), frozenset({Risk.DISRUPTIVE}), frozenset({Risk.DESTRUCTIVE}))
)


@given(pair=PAIR)
@quick
def test_it_converges(shared: World, pair: tuple[Document, Document]) -> None:
    check_converges(shared, *pair)


@given(pair=PAIR)
@settings(quick, max_examples=15)
def test_it_converges_through_boto3(through_boto3: World, pair: tuple[Document, Document]) -> None:
    check_converges(through_boto3, *pair)


@given(pair=PAIR, chance=SEED)
@quick
def test_it_converges_with_one_call_in_ten_failing(
    shared: World, pair: tuple[Document, Document], chance: int
) -> None:
    check_converges_with_faults(shared, *pair, chance)


@given(pair=PAIR, at=CALL)
@quick
def test_it_goes_on_after_a_crash(shared: World, pair: tuple[Document, Document], at: int) -> None:
    check_survives_a_crash(shared, *pair, at)


@given(pair=PAIR, allow=ALLOWED)
@quick
def test_it_does_no_more_than_was_allowed(
    shared: World, pair: tuple[Document, Document], allow: frozenset[Risk]
) -> None:
    check_does_no_more_than_allowed(shared, *pair, allow)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_it_converges_always(shared: World, part: int) -> None:
    """Every pair as it is, with faults, and after a crash: drawing one costs most of it."""

    @seed(part)
    @settings(thorough, derandomize=False, database=None)
    @given(pair=PAIR, faults=SEED, at=CALL)
    def search(pair: tuple[Document, Document], faults: int, at: int) -> None:
        check_converges(shared, *pair)
        check_converges_with_faults(shared, *pair, faults)
        check_survives_a_crash(shared, *pair, at)

    search()


@pytest.mark.slow
@given(pair=PAIR)
@settings(thorough, max_examples=40)
def test_it_converges_through_boto3_always(
    through_boto3: World, pair: tuple[Document, Document]
) -> None:
    check_converges(through_boto3, *pair)


@pytest.mark.slow
@given(pair=PAIR, allow=ALLOWED)
@thorough
def test_it_does_no_more_than_was_allowed_ever(
    shared: World, pair: tuple[Document, Document], allow: frozenset[Risk]
) -> None:
    check_does_no_more_than_allowed(shared, *pair, allow)
