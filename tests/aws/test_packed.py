"""What was put in comes out again, by table and list."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

import pytest

from driftcheck.aws.packed import Packed

MADE = datetime(2026, 1, 1, tzinfo=UTC)


def test_entries_come_out_as_they_were_put_in() -> None:
    packed = Packed(["Targets", "Policies"])
    packed.add("Policies", [("a", {"Name": "one", "Made": MADE, "Value": 70.0})])
    packed.add("Targets", [("b", {"Name": "two"})])
    packed.add("Policies", [("a", {"Name": "three"})])
    assert dict(packed) == {
        "a": {
            "Targets": [],
            "Policies": [{"Name": "one", "Made": MADE, "Value": 70.0}, {"Name": "three"}],
        },
        "b": {"Targets": [{"Name": "two"}], "Policies": []},
    }


def test_many_entries_take_little() -> None:
    packed = Packed(["Policies"])
    entries = [{"PolicyName": f"policy {i}", "Made": MADE, "Value": 70.0} for i in range(100)]
    packed.add("Policies", [("a", entry) for entry in entries])
    assert packed["a"] == {"Policies": entries}
    assert packed.only(["a"])["a"] == packed["a"]
    kept = sum(len(part) for parts in packed._tables.values() for part in parts)
    assert kept < len(pickle.dumps(entries)) / 3


def test_a_table_without_entries_is_not_there() -> None:
    packed = Packed(["Targets"])
    assert packed.get("a") is None
    with pytest.raises(KeyError):
        packed["a"]
