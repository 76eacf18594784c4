"""What is new, known and fixed since an earlier report."""

from __future__ import annotations

from dataclasses import replace

import pytest

from driftcheck.model.baseline import Baseline, Comparing, Trend, known_finding, mark_known
from driftcheck.model.finding import Finding, Kind, Severity, Status

DRIFT = Finding(
    Kind.DRIFT,
    "ttl-drift",
    Severity.LOW,
    "",
    table="t",
    account="1",
    region="r",
    spec="s",
    target="here",
    aspect="ttl",
    path="/ttl/enabled",
)
HOLE = replace(DRIFT, kind=Kind.UNKNOWN, rule="not-readable", path="/ttl")
BASELINE = Baseline(open={DRIFT.id: known_finding(DRIFT)})


def test_what_was_known_does_not_count_again() -> None:
    found, trend = mark_known([DRIFT, replace(DRIFT, path="/ttl/attribute_name")], BASELINE)
    assert [f.status for f in found] == [Status.BASELINE, Status.OPEN]
    assert trend == Trend(known=1, new=1, fixed=0)


def test_what_is_gone_is_fixed() -> None:
    assert mark_known([], BASELINE)[1] == Trend(0, 0, 1)


@pytest.mark.parametrize(
    "hole",
    [
        HOLE,
        replace(HOLE, aspect=None),
        replace(HOLE, table=None, aspect=None, rule="target-failed"),
    ],
)
def test_what_could_not_be_seen_is_not_fixed(hole: Finding) -> None:
    assert mark_known([hole], BASELINE)[1].fixed == 0


@pytest.mark.parametrize(
    "hole",
    [
        replace(HOLE, aspect="tags"),
        replace(HOLE, table="other"),
        replace(HOLE, table=None, target="there"),
        replace(HOLE, decides=False),
    ],
)
def test_a_hole_elsewhere_hides_nothing(hole: Finding) -> None:
    assert mark_known([hole], BASELINE)[1].fixed == 1


def test_a_run_that_was_interrupted_knows_only_of_the_tables_it_looked_at() -> None:
    comparing = Comparing(BASELINE)
    assert comparing.trend(looked_at=set()).fixed == 0
    assert comparing.trend(looked_at={("t", "1", "r", "s")}).fixed == 1


def test_a_hole_stays_open_every_night() -> None:
    found, trend = mark_known([HOLE], Baseline(open={HOLE.id: known_finding(HOLE)}))
    assert [f.status for f in found] == [Status.OPEN]
    assert trend.known == 1
