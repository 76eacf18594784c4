"""Waivers: what they match, when they end, and that none is forgotten."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from driftcheck.compare.waive import EXPIRED, UNUSED, apply_waivers
from driftcheck.model.finding import Finding, Kind, Severity, Status
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
