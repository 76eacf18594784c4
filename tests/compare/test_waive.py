"""Waivers: what they match, when they end, and that none is forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from driftcheck.compare.waive import EXPIRED, UNUSED, apply_waivers
from driftcheck.model.finding import Finding, Kind, Severity, Status
from driftcheck.model.location import Location
from driftcheck.model.waiver import Waiver

TODAY = date(2026, 6, 15)
FINDING = Finding(
    Kind.DRIFT,
    "tags-drift",
    Severity.LOW,
    "tags differ",
    table="invoices",
    address='module.a["x"].aws_dynamodb_table.this[0]',
    aspect="tags",
    path="/tags/Owner",
)


def waiver(expires: date = date(2026, 6, 15), **patterns: Any) -> Waiver:
    return Waiver("known since May", expires, **patterns)


@pytest.mark.parametrize(
    "patterns",
    [
        {},
        {"rule": "tags-*"},
        {"aspect": "tags", "table": "inv*"},
        {"path": "/tags/*"},
        {"addresses": ("module.a",)},
        {"addresses": ('module.a["x"].aws_dynamodb_table.this',)},
        {"addresses": ("module.a.aws_dynamodb_table.this",)},
    ],
)
def test_a_waiver_matches_by_every_pattern_it_names(patterns: dict[str, Any]) -> None:
    [waived] = apply_waivers([FINDING], [waiver(**patterns)], TODAY)
    assert waived.status is Status.WAIVED
    assert waived.waiver == "known since May (until 2026-06-15)"
    assert waived.id == FINDING.id


@pytest.mark.parametrize(
    "patterns",
    [
        {"rule": "ttl-*"},
        {"aspect": "tags", "table": "orders"},
        {"path": "/ttl/*"},
        {"addresses": ("module.ab",)},
        {"addresses": ("aws_dynamodb_table.this",)},
    ],
)
def test_a_waiver_that_matches_nothing_is_reported_and_waives_nothing(
    patterns: dict[str, Any],
) -> None:
    found = apply_waivers([FINDING], [waiver(**patterns)], TODAY)
    assert [(f.rule, f.status, f.kind) for f in found] == [
        ("tags-drift", Status.OPEN, Kind.DRIFT),
        (UNUSED, Status.OPEN, Kind.ADVICE),
    ]


def test_an_expired_waiver_is_a_finding_and_waives_nothing() -> None:
    found = apply_waivers([FINDING], [waiver(date(2026, 6, 14))], TODAY)
    assert [(f.rule, f.status) for f in found] == [
        ("tags-drift", Status.OPEN),
        (EXPIRED, Status.OPEN),
    ]


def test_a_valid_waiver_counts_although_an_expired_one_matches_too() -> None:
    found = apply_waivers([FINDING], [waiver(date(2026, 1, 1)), waiver()], TODAY)
    assert [(f.rule, f.status) for f in found] == [
        ("tags-drift", Status.WAIVED),
        (EXPIRED, Status.OPEN),
    ]


def test_two_waivers_about_themselves_have_different_ids() -> None:
    found = apply_waivers([], [waiver(rule="a"), waiver(rule="b")], TODAY)
    assert len({f.id for f in found}) == 2


def test_a_waiver_for_a_policy_that_drift_breaks_waives_nothing_and_is_not_forgotten() -> None:
    drift = replace(FINDING, breaks=("owner-tag",))
    [found] = apply_waivers([drift], [waiver(rule="owner-*")], TODAY)
    assert found.status is Status.OPEN


@pytest.mark.parametrize(
    ("patterns", "told"),
    [
        ({"rule": "tags-drift"}, False),
        ({"rule": "*-drift"}, False),
        ({"rule": "replica-parity-*"}, False),
        ({"rule": "unmanaged-table"}, False),
        ({"path": "/tags/*"}, False),
        ({"rule": "tags-contract"}, True),
        ({"rule": "pitr-enabled"}, True),
    ],
)
def test_without_live_tables_only_waivers_that_code_could_need_are_unused(
    patterns: dict[str, object], told: bool
) -> None:
    found = apply_waivers([], [waiver(TODAY, **patterns)], TODAY, live=False)
    assert [f.rule for f in found] == ([UNUSED] if told else [])


def test_a_waiver_by_lines_reaches_what_is_stated_there() -> None:
    there = replace(FINDING, address="aws_dynamodb_table.t", locations=(Location("a.tf", 7, 3),))
    scoped = waiver(addresses=("aws_appautoscaling_target.read",), lines=("a.tf", 5, 9))
    assert [f.status for f in apply_waivers([there], [scoped], TODAY)] == [Status.WAIVED]
    for line, file in ((10, "a.tf"), (7, "b.tf")):
        elsewhere = replace(there, locations=(Location(file, line, 3),))
        assert apply_waivers([elsewhere], [scoped], TODAY)[0].status is Status.OPEN
