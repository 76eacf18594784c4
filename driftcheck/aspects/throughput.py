"""Billing mode and the table's provisioned capacity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from driftcheck.aspects.base import Aspect, Comparison, Draft, Facts
from driftcheck.aspects.change import UPDATE_TABLE, Change, Ground, Impossible
from driftcheck.aspects.consequence import Consequence
from driftcheck.aspects.reading import (
    DESCRIBE_TABLE,
    given,
    live_billing_mode,
    mapped,
    number,
    only_if,
    settled_table,
    text,
)
from driftcheck.aspects.scaling import (
    AUTOSCALING,
    billing_differs,
    capacity_matches,
    pointer_place,
    states_capacity,
)
from driftcheck.aspects.throughput_changes import billing_changes
from driftcheck.model.finding import Risk, Severity
from driftcheck.model.pointer import split
from driftcheck.model.resource import Resource, TerraformTable
from driftcheck.model.table import Fragment, Table
from driftcheck.model.values import Json, Unknown

PROVISIONED = "PROVISIONED"
PAY_PER_REQUEST = "PAY_PER_REQUEST"
CAPACITY_SCHEMA: Mapping[str, Any] = {"type": ["integer", "null"], "minimum": 1}


class Throughput(Aspect):
    """``billing_mode``, ``read_capacity`` and ``write_capacity`` (capacity units).

    Under PAY_PER_REQUEST capacity is None: AWS reports 0 there and Terraform keeps
    whatever was once declared. Under PROVISIONED, capacity inside the live band of
    an autoscaler is never a difference.
    """

    name = "throughput"
    title = "throughput"
    fields: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "billing_mode": {"enum": [PROVISIONED, PAY_PER_REQUEST]},
        "read_capacity": CAPACITY_SCHEMA,
        "write_capacity": CAPACITY_SCHEMA,
    }
    reads = (DESCRIBE_TABLE,)
    writes = (UPDATE_TABLE,)
    gates: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "/billing_mode": ("/read_capacity", "/write_capacity")
    }

    def from_terraform(self, source: TerraformTable, draft: Draft) -> None:
        """PROVISIONED unless the code says otherwise, as the provider has it."""
        table = source.table
        draft.state(("billing_mode",), declared_billing_mode(table), table, "/billing_mode")
        provisioned = is_provisioned(table)
        for name in ("read_capacity", "write_capacity"):
            value = only_if(provisioned, number(table.get(f"/{name}")))
            draft.state((name,), value, table, f"/{name}")

    def from_live(self, facts: Facts) -> Fragment:
        """From ``DescribeTable``."""
        table = settled_table(facts)
        mode = live_billing_mode(table)
        return {"billing_mode": mode, **live_capacity(table, mode)}

    def normalise(self, fragment: Fragment) -> Fragment:
        """No capacity under PAY_PER_REQUEST."""
        if fragment.get("billing_mode") != PAY_PER_REQUEST:
            return fragment
        stated = {"read_capacity", "write_capacity"} & set(fragment)
        return {**fragment, **dict.fromkeys(sorted(stated))}

    def beside(self, fragment: Fragment) -> tuple[str, ...]:
        """Capacity is held against the band of its autoscaler."""
        return (AUTOSCALING,) if states_capacity(fragment) else ()

    def moot(self, pointer: str, expected: Json, actual: Json, within: Comparison) -> bool:
        """Capacity that nobody declared, or beside another billing mode."""
        return pointer != "/billing_mode" and (expected is None or billing_differs(within))

    def equal(
        self, pointer: str, expected: Json, actual: Json, within: Comparison
    ) -> bool | Unknown:
        """Capacity inside the band of an autoscaler is as it should be."""
        if pointer == "/billing_mode":
            return bool(expected == actual)
        return capacity_matches(expected, actual, pointer_place(split(pointer)), within)

    def severity(self, pointer: str, expected: Json, actual: Json) -> Severity:
        """Too little throttles requests, too much costs."""
        if pointer == "/billing_mode":
            return Severity.HIGH if expected == PAY_PER_REQUEST else Severity.MEDIUM
        return capacity_severity(expected, actual)

    def risk(self, pointer: str, current: Json, wanted: Json) -> Risk:
        """A switch can throttle or cost; decreases can throttle and are few a day."""
        if pointer == "/billing_mode":
            return Risk.DISRUPTIVE
        return capacity_risk(current, wanted)

    def consequence(self, pointer: str, current: Json, wanted: Json) -> Consequence | None:
        """A switch of the billing mode changes what the table can take and what it costs."""
        if pointer != "/billing_mode":
            return None
        if wanted == PROVISIONED:
            text = "from then on requests beyond the provisioned capacity are throttled"
        else:
            text = "from then on every request is paid for; AWS allows four switches in a day"
        return Consequence(pointer, text)

    def changes(self, ground: Ground) -> Iterator[Change | Impossible]:
        """The billing mode with all capacity that it needs, or capacity alone."""
        return billing_changes(ground, self.gravest)

    def follow(self, fragment: Fragment, before: Table, after: Table) -> Fragment:
        """There is no capacity under PAY_PER_REQUEST."""
        if fragment.get("billing_mode") != PAY_PER_REQUEST:
            return fragment
        return {**fragment, "read_capacity": None, "write_capacity": None}


def declared_billing_mode(table: Resource) -> Json:
    """The billing mode of a table's resource, with the provider's default."""
    return given(text(table.get("/billing_mode")), PROVISIONED)


def is_provisioned(table: Resource) -> Json:
    """Whether the code's billing mode is PROVISIONED: true, false or unknown."""
    return mapped(declared_billing_mode(table), lambda mode: mode == PROVISIONED)


def live_capacity(described: Mapping[str, Any], mode: str) -> dict[str, Json]:
    """Provisioned capacity of a table or an index as AWS describes it; None on demand."""
    throughput = described.get("ProvisionedThroughput") or {}
    provisioned = mode == PROVISIONED
    return {
        "read_capacity": throughput.get("ReadCapacityUnits") if provisioned else None,
        "write_capacity": throughput.get("WriteCapacityUnits") if provisioned else None,
    }


def is_less(value: Json, other: Json) -> bool:
    """Whether both are known amounts and the first is the smaller."""
    return isinstance(value, int) and isinstance(other, int) and value < other


def capacity_severity(expected: Json, actual: Json) -> Severity:
    """Too little throttles requests, too much costs."""
    return Severity.HIGH if is_less(actual, expected) else Severity.MEDIUM


def capacity_risk(current: Json, wanted: Json) -> Risk:
    """Decreases can throttle, and AWS allows few of them a day."""
    return Risk.DISRUPTIVE if is_less(wanted, current) else Risk.SAFE
