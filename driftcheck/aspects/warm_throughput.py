"""The throughput that a table can serve at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from driftcheck.aspects.base import Aspect, Comparison, Draft, Facts
from driftcheck.aspects.change import UPDATE_TABLE, Change, Ground, Impossible, Phase, at_least
from driftcheck.aspects.consequence import Consequence
from driftcheck.aspects.reading import DESCRIBE_TABLE, settled_table
from driftcheck.aspects.scaling import billing_differs, billing_mode
from driftcheck.aspects.throughput import is_less
from driftcheck.aspects.throughput_limits import (
    WARM,
    limits_schema,
    live_warm,
    state_warm,
    warm_by_itself,
    warm_enough,
    warmed,
)
from driftcheck.model.finding import Risk, Severity
from driftcheck.model.pointer import join
from driftcheck.model.resource import TerraformTable
from driftcheck.model.table import Fragment, Table
from driftcheck.model.values import Json

FIELD = "warm_throughput"


class WarmThroughput(Aspect):
    """``warm_throughput`` in units per second: a ratchet that AWS raises by itself.

    It never goes down and cannot be taken back, so what counts is whether the live
    table serves at least what was declared; where nothing was, any value is right.
    """

    name = FIELD
    title = "warm throughput"
    fields: ClassVar[Mapping[str, Mapping[str, Any]]] = {FIELD: limits_schema(WARM)}
    reads = (DESCRIBE_TABLE,)
    writes = (UPDATE_TABLE,)

    def from_terraform(self, source: TerraformTable, draft: Draft) -> None:
        """From the block of provider 6; None where it is not declared."""
        state_warm(draft, (FIELD,), source.table, f"/{FIELD}")

    def from_live(self, facts: Facts) -> Fragment:
        """From ``DescribeTable``, which always has it on AWS."""
        return {FIELD: live_warm(settled_table(facts))}

    def across_regions(self, fragment: Fragment) -> None:
        """Each region warms up with its own traffic."""

    def moot(self, pointer: str, expected: Json, actual: Json, within: Comparison) -> bool:
        """What nobody declared is right at any value."""
        return expected is None or billing_differs(within)

    def equal(self, pointer: str, expected: Json, actual: Json, within: Comparison) -> bool:
        """At least the declared throughput."""
        return warm_enough(expected, actual)

    def severity(self, pointer: str, expected: Json, actual: Json) -> Severity:
        """A sudden peak may be throttled."""
        return Severity.MEDIUM

    def risk(self, pointer: str, current: Json, wanted: Json) -> Risk:
        """Raising it costs money once; lowering it is refused."""
        return Risk.IMPOSSIBLE if is_less(wanted, current) else Risk.DISRUPTIVE

    def consequence(self, pointer: str, current: Json, wanted: Json) -> Consequence | None:
        """Warm throughput only grows."""
        if is_less(wanted, current):
            text = "warm throughput never decreases, so Terraform deletes the table for another"
            return Consequence(pointer, text, replaces_table=True)
        return Consequence(pointer, "AWS charges once for the throughput it prepares")

    def changes(self, ground: Ground) -> Iterator[Change | Impossible]:
        """Alone in its request, and never lower than it is."""
        places = {name: join(FIELD, name) for name in WARM}
        reached = warm_by_itself(ground, join(FIELD))
        moved = tuple(at for n, at in places.items() if ground.after(at) != reached.get(n))
        if not moved:
            return
        risk = self.gravest(ground, *moved)
        if risk is Risk.IMPOSSIBLE:
            yield Impossible(
                moved,
                "warm throughput only ever rises",
                "Leave it: it costs nothing to keep. Terraform would replace the table.",
            )
            return
        values = {
            member: max(ground.after(places[name]) or 0, reached.get(name) or 0)
            for name, member in WARM.items()
        }
        yield Change(
            title=f"raise the warm throughput to {', '.join(map(str, values.values()))} units",
            operation=UPDATE_TABLE,
            arguments={"TableName": ground.name, "WarmThroughput": values},
            pointers=moved,
            phase=Phase.WARM,
            risk=risk,
            hazard="It is paid for once, and cannot be lowered again.",
            undo="None: warm throughput never goes down.",
            settles=tuple(at_least(at, ground.after(at)) for at in moved),
            slow=True,
        )

    def follow(self, fragment: Fragment, before: Table, after: Table) -> Fragment:
        """A table on demand is warm enough for what AWS gives to every such table."""
        if billing_mode(before) == billing_mode(after) or billing_mode(after) != "PAY_PER_REQUEST":
            return fragment
        return {FIELD: warmed(fragment.get(FIELD))}
