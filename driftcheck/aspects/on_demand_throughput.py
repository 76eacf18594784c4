"""Maximum throughput of a table that is billed on demand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from driftcheck.aspects.base import Aspect, Comparison, Draft, Facts
from driftcheck.aspects.change import UPDATE_TABLE, Change, Ground, Impossible, Phase, equals
from driftcheck.aspects.reading import DESCRIBE_TABLE, mapped, settled_table
from driftcheck.aspects.scaling import billing_differs, billing_mode
from driftcheck.aspects.throughput import is_less, is_provisioned
from driftcheck.aspects.throughput_limits import (
    ON_DEMAND,
    limits_schema,
    live_on_demand,
    maximum,
    state_on_demand,
)
from driftcheck.model.finding import Risk, Severity
from driftcheck.model.pointer import join
from driftcheck.model.resource import TerraformTable
from driftcheck.model.table import Fragment, Table
from driftcheck.model.values import Json

FIELD = "on_demand_throughput"


class OnDemandThroughput(Aspect):
    """``on_demand_throughput``: the most request units a second, None without a maximum.

    Absent, 0 and -1 (which AWS echoes for a moment after a maximum was cleared) all
    mean no maximum. A maximum counts only under PAY_PER_REQUEST; AWS drops it with
    a switch of the billing mode.
    """

    name = FIELD
    title = "on-demand maximum"
    fields: ClassVar[Mapping[str, Mapping[str, Any]]] = {FIELD: limits_schema(ON_DEMAND)}
    reads = (DESCRIBE_TABLE,)
    writes = (UPDATE_TABLE,)

    def from_terraform(self, source: TerraformTable, draft: Draft) -> None:
        """No maximum unless a block sets one."""
        on_demand = mapped(is_provisioned(source.table), lambda provisioned: not provisioned)
        state_on_demand(draft, (FIELD,), source.table, f"/{FIELD}", on_demand)

    def from_live(self, facts: Facts) -> Fragment:
        """From ``DescribeTable``."""
        return {FIELD: live_on_demand(settled_table(facts))}

    def normalise(self, fragment: Fragment) -> Fragment:
        """-1 as a person may write it, for no maximum."""
        stated = fragment.get(FIELD)
        if not isinstance(stated, dict):
            return fragment
        return {**fragment, FIELD: {name: maximum(value) for name, value in stated.items()}}

    def moot(self, pointer: str, expected: Json, actual: Json, within: Comparison) -> bool:
        """Maximums go with the billing mode."""
        return billing_differs(within)

    def severity(self, pointer: str, expected: Json, actual: Json) -> Severity:
        """A lower maximum throttles; a higher or missing one lets costs grow."""
        return Severity.HIGH if lowers_maximum(expected, actual) else Severity.MEDIUM

    def risk(self, pointer: str, current: Json, wanted: Json) -> Risk:
        """A new or lower maximum may throttle requests."""
        return Risk.DISRUPTIVE if lowers_maximum(current, wanted) else Risk.SAFE

    def changes(self, ground: Ground) -> Iterator[Change | Impossible]:
        """Only the maximums that change are sent; -1 takes one away."""
        moved = [name for name in ON_DEMAND if ground.moved(join(FIELD, name))]
        if not moved or ground.after("/billing_mode") == "PROVISIONED":
            return
        places = tuple(join(FIELD, name) for name in moved)
        values = {ON_DEMAND[name]: ground.after(join(FIELD, name)) or -1 for name in moved}
        shown = ", ".join(f"{m} {'none' if v == -1 else v}" for m, v in values.items())
        yield Change(
            title=f"set the on-demand maximums: {shown}",
            operation=UPDATE_TABLE,
            arguments={"TableName": ground.name, "OnDemandThroughput": values},
            pointers=places,
            phase=Phase.INDEX_THROUGHPUT,
            risk=self.gravest(ground, *places),
            hazard="Requests beyond a maximum are throttled; without one, costs have no ceiling.",
            undo="Set the maximums from before.",
            requires=(equals("/billing_mode", "PAY_PER_REQUEST"),),
            settles=tuple(equals(place, ground.after(place)) for place in places),
        )

    def follow(self, fragment: Fragment, before: Table, after: Table) -> Fragment:
        """A switch of the billing mode drops the maximums."""
        if billing_mode(before) == billing_mode(after):
            return fragment
        return {FIELD: dict.fromkeys(ON_DEMAND)}


def lowers_maximum(before: Json, after: Json) -> bool:
    """Whether a maximum was put in place or made lower."""
    return after is not None and (before is None or is_less(after, before))
