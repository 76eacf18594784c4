"""What was put in comes out again, by table and list."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from driftcheck.aws.packed import Packed

MADE = datetime(2026, 1, 1, tzinfo=UTC)


def test_entries_come_out_as_they_were_put_in() -> None:
    packed = Packed(["Targets", "Policies"])
    packed.add("a", "Policies", {"Name": "one", "Made": MADE, "Value": 70.0})
    packed.add("b", "Targets", {"Name": "two"})
    packed.add("a", "Policies", {"Name": "three"})
    assert dict(packed) == {
        "a": {
            "Targets": [],
            "Policies": [{"Name": "one", "Made": MADE, "Value": 70.0}, {"Name": "three"}],
        },
        "b": {"Targets": [{"Name": "two"}], "Policies": []},
    }


def test_a_table_without_entries_is_not_there() -> None:
    packed = Packed(["Targets"])
    assert packed.get("a") is None
    with pytest.raises(KeyError):
        packed["a"]
