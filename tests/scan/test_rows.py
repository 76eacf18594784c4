"""Rows in memory and on disk."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftcheck.model.finding import Finding, Kind, PartyValue, Severity, State
from driftcheck.model.location import Location
from driftcheck.model.report import TableResult, TableStatus
from driftcheck.stages.scanning.rows import Row, Rows

FINDING = Finding(
    Kind.DRIFT,
    "ttl-drift",
    Severity.LOW,
    "is off \u2028 \x1b[31m",
    table="t",
    path="/ttl/enabled",
    expected={"a": [1, None, "x"]},
    live_value=PartyValue(State.UNKNOWN, reason="denied"),
    code_value=PartyValue(State.KNOWN, 12345678901234567890),
    locations=(Location("a.tf", 1, 2), Location("b.tf", 3, 4)),
)


def row(number: int, findings: int) -> Row:
    """A row that can be told from others."""
    table = TableResult(f"t{number}", "1", "r", "s", TableStatus.COMPLIANT, "x", None)
    found = [replace(FINDING, table=table.name, path=f"/{n}") for n in range(findings)]
    return Row(replace(table, agreed={"ttl": ("c", "l")}) if number % 2 else None, found)


@given(st.permutations(range(12)), st.integers(0, 14))
def test_rows_are_the_same_in_memory_and_on_disk(order: list[int], most: int) -> None:
    rows, plain = Rows(most), Rows()
    for number in order:
        rows.put((number // 4, number % 4, 0), row(number, number % 3))
        plain.put((number // 4, number % 4, 0), row(number, number % 3))
    assert list(rows.tables()) == list(plain.tables())
    assert list(rows.findings()) == list(plain.findings())
    assert len(rows.tables()) == 6
    assert [t.name for t in rows.tables()] == [f"t{n}" for n in range(1, 12, 2)]
    findings = rows.findings()
    everything = list(findings)
    assert (findings[0], findings[-1]) == (everything[0], everything[-1])
    assert list(findings[1:5:2]) == everything[1:5:2]
    assert list(findings[::-1]) == everything[::-1]
    with pytest.raises(IndexError):
        findings[len(everything)]


def test_rows_can_be_put_in_after_they_were_read() -> None:
    rows = Rows(1)
    rows.put((1, 0, 0), row(1, 1))
    assert [t.name for t in rows.tables()] == ["t1"]
    rows.put((0, 0, 0), row(3, 1))
    assert [t.name for t in rows.tables()] == ["t3", "t1"]
