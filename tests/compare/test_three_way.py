"""The table of the three-way verdict, every row of it, on an aspect that is easy to read."""

from __future__ import annotations

import pytest

from driftcheck.aspects.point_in_time_recovery import PointInTimeRecovery
from driftcheck.compare.three_way import Sources, Unsettled, Verdict, compare_table
from driftcheck.model.finding import Kind, Party
from driftcheck.model.table import Table
from driftcheck.model.values import Json, Unknown

ASPECT = PointInTimeRecovery()
PERIOD = "/point_in_time_recovery/recovery_period_in_days"
ENABLED = "/point_in_time_recovery/enabled"


def table(period: Json, *, enabled: Json = True, ignored: frozenset[str] = frozenset()) -> Table:
    """A table of which only PITR is known."""
    return Table(
        "invoices",
        {
            ASPECT.name: {
                "point_in_time_recovery": {"enabled": enabled, "recovery_period_in_days": period}
            }
        },
        ignored=ignored,
        fields={"point_in_time_recovery": ASPECT.name},
    )


def contract(**stated: Json) -> Table:
    """A spec that states only the given fields of the block."""
    return Table(
        "invoices",
        {ASPECT.name: {"point_in_time_recovery": stated}},
        fields={"point_in_time_recovery": ASPECT.name},
    )


def verdicts(spec: Table | None, code: Table | None, live: Table | None) -> list[Verdict]:
    found = list(compare_table([ASPECT], Sources(spec, code, live)))
    assert all(isinstance(v, Verdict) for v in found)
    return [v for v in found if isinstance(v, Verdict)]


@pytest.mark.parametrize(
    ("spec", "code", "live", "kind", "at_odds"),
    [
        (7, 35, 7, Kind.CONTRACT, Party.CODE),
        (7, 35, 35, Kind.CONTRACT, Party.SPEC),
        (7, 35, 14, Kind.CONTRACT, Party.UNDETERMINED),
        (35, 35, 7, Kind.DRIFT, Party.LIVE),
        (None, 35, 7, Kind.DRIFT, Party.UNDETERMINED),
    ],
)
def test_each_row_of_the_table_is_one_verdict(
    spec: int | None, code: int, live: int, kind: Kind, at_odds: Party
) -> None:
    stated = contract(recovery_period_in_days=spec) if spec is not None else None
    [verdict] = verdicts(stated, table(code), table(live))
    assert (verdict.kind, verdict.at_odds, verdict.pointer) == (kind, at_odds, PERIOD)


def test_agreement_is_silent() -> None:
    assert verdicts(contract(enabled=True), table(35), table(35)) == []


def test_a_spec_that_is_silent_about_a_field_asserts_nothing_about_it() -> None:
    assert verdicts(contract(enabled=True), table(7), table(7)) == []


def test_a_difference_at_a_gate_hides_what_depends_on_it() -> None:
    [verdict] = verdicts(None, table(35), table(None, enabled=False))
    assert verdict.pointer == ENABLED


def test_evidence_decides_who_moved() -> None:
    found = compare_table(
        [ASPECT], Sources(None, table(35), table(7)), evidence=lambda pointer: Party.CODE
    )
    assert [v.at_odds for v in found if isinstance(v, Verdict)] == [Party.CODE]


def test_drift_behind_ignore_changes_is_hidden_and_still_there() -> None:
    [verdict] = verdicts(None, table(35, ignored=frozenset({PERIOD})), table(7))
    assert verdict.hidden


def test_without_live_the_contract_is_still_checked() -> None:
    [verdict] = verdicts(contract(recovery_period_in_days=7), table(35), None)
    assert (verdict.kind, verdict.at_odds) == (Kind.CONTRACT, Party.CODE)


@pytest.mark.parametrize(
    ("spec", "live", "decides"),
    [
        pytest.param(None, 35, True, id="nothing else speaks of it"),
        pytest.param(35, 35, False, id="the spec settles it"),
    ],
)
def test_an_unknown_in_the_code_decides_only_where_the_spec_is_silent(
    spec: int | None, live: int, decides: bool
) -> None:
    stated = contract(recovery_period_in_days=spec) if spec is not None else None
    sources = Sources(stated, table(Unknown("var.days has no value")), table(live))
    [item] = list(compare_table([ASPECT], sources))
    assert isinstance(item, Unsettled)
    assert (item.reason, item.decides) == ("var.days has no value", decides)


def test_live_against_the_spec_is_drift_even_where_the_code_is_unknown() -> None:
    sources = Sources(
        contract(recovery_period_in_days=35), table(Unknown("var.days has no value")), table(7)
    )
    found = [v for v in compare_table([ASPECT], sources) if isinstance(v, Verdict)]
    assert [(v.kind, v.at_odds, v.expected, v.actual) for v in found] == [
        (Kind.DRIFT, Party.LIVE, 35, 7)
    ]


def test_an_aspect_that_could_not_be_read_is_unsettled_as_a_whole() -> None:
    live = table(35)
    live.settings[ASPECT.name] = Unknown("dynamodb:DescribeContinuousBackups: access denied")
    [item] = list(compare_table([ASPECT], Sources(contract(enabled=True), table(35), live)))
    assert isinstance(item, Unsettled)
    assert item.decides
    assert item.pointer == "/point_in_time_recovery"


def test_what_is_certainly_set_differs_from_nothing() -> None:
    code = table(Unknown("aws_x.y.z is decided by AWS", certainly_set=True))
    [verdict] = verdicts(None, code, table(None))
    assert verdict.pointer == PERIOD
