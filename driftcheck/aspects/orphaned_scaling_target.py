"""Scaling targets that have nothing to scale any more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from driftcheck.aspects.autoscaling import DESCRIBE_TARGETS, TARGET
from driftcheck.aspects.base import Aspect, Comparison, Draft, Facts
from driftcheck.aspects.change import Change, Ground, Impossible
from driftcheck.aspects.indexes import declared_indexes, index_names
from driftcheck.aspects.reading import (
    DESCRIBE_TABLE,
    describe_table,
    live_billing_mode,
    number,
    plain,
)
from driftcheck.aspects.scaling import (
    Place,
    billing_differs,
    billing_mode,
    place_in_code,
    place_of,
    scaling_at,
)
from driftcheck.aspects.throughput import PAY_PER_REQUEST, declared_billing_mode
from driftcheck.model.finding import Risk, Severity
from driftcheck.model.pointer import split
from driftcheck.model.resource import TerraformTable
from driftcheck.model.table import Fragment, Table
from driftcheck.model.values import Json, Unknown

FIELD = "orphaned_scaling_target"


class OrphanedScalingTarget(Aspect):
    """``orphaned_scaling_target`` by place, as in ``table/read`` or ``index/NAME/write``.

    A switch to PAY_PER_REQUEST through the API keeps the targets, and deleting an
    index keeps the index's. They do nothing until the table is PROVISIONED again or
    an index of that name comes back, and then they take effect at once.
    """

    name = FIELD
    title = "orphaned scaling target"
    fields: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        FIELD: {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {
                    "min_capacity": {"type": "integer"},
                    "max_capacity": {"type": "integer"},
                },
                "additionalProperties": False,
            },
        }
    }
    reads = (DESCRIBE_TABLE, DESCRIBE_TARGETS)

    def from_terraform(self, source: TerraformTable, draft: Draft) -> None:
        """Targets that the code itself registers in vain."""
        draft.state((FIELD,), {}, source.table, "")
        indexes = declared_indexes(source)
        mode = plain(declared_billing_mode(source.table))
        if isinstance(indexes, Unknown) or isinstance(mode, Unknown):
            return  # with nothing known to be in vain, nothing is said to be
        for target in source.of_type(TARGET):
            place = place_in_code(target)
            if isinstance(place, Unknown) or target.existence is not None:
                continue
            if place is not None and _in_vain(place, mode, set(indexes)):
                where = (FIELD, "/".join(place))
                draft.state(where, {}, target, "")
                for bound in ("min_capacity", "max_capacity"):
                    value = number(target.get(f"/{bound}"))
                    draft.state((*where, bound), value, target, f"/{bound}")

    def from_live(self, facts: Facts) -> Fragment:
        """From Application Auto Scaling's targets."""
        table = describe_table(facts)
        mode = live_billing_mode(table)
        names = {index["IndexName"] for index in table.get("GlobalSecondaryIndexes") or []}
        orphans: dict[str, Json] = {}
        for target in facts.get(DESCRIBE_TARGETS).get("ScalableTargets") or []:
            place = place_of(target["ResourceId"], target["ScalableDimension"])
            if place is not None and _in_vain(place, mode, names):
                orphans["/".join(place)] = {
                    "min_capacity": target.get("MinCapacity"),
                    "max_capacity": target.get("MaxCapacity"),
                }
        return {FIELD: orphans}

    def across_regions(self, fragment: Fragment) -> None:
        """Leftovers are each region's own."""

    def moot(self, pointer: str, expected: Json, actual: Json, within: Comparison) -> bool:
        """Only leftovers that live has more of, and that no other finding explains."""
        tokens = split(pointer)
        if actual is None or len(tokens) > 2 or billing_differs(within):
            return True
        place = tokens[-1].split("/")
        wanted = index_names(within.expected)
        return place[0] == "index" and wanted is not None and place[1] in wanted

    def severity(self, pointer: str, expected: Json, actual: Json) -> Severity:
        """They change nothing now."""
        return Severity.INFO

    def risk(self, pointer: str, current: Json, wanted: Json) -> Risk:
        """Nothing hangs on them."""
        return Risk.SAFE

    def changes(self, ground: Ground) -> Iterator[Change | Impossible]:
        """The calls are those of autoscaling, which the same targets belong to."""
        return iter(())

    def follow(self, fragment: Fragment, before: Table, after: Table) -> Fragment:
        """A switch to on demand leaves targets behind; what comes back takes up its own."""
        orphans, mode, names = fragment.get(FIELD), billing_mode(after), index_names(after)
        if not isinstance(orphans, dict) or mode is None or names is None:
            return fragment
        kept = {p: t for p, t in orphans.items() if _in_vain(tuple(p.split("/")), mode, set(names))}
        if mode == PAY_PER_REQUEST != billing_mode(before):
            for place in [("table", "read"), ("table", "write")] + [
                ("index", name, kind) for name in sorted(names) for kind in ("read", "write")
            ]:
                scaling = scaling_at(before, place)
                if isinstance(scaling, dict):
                    bounds = ("min_capacity", "max_capacity")
                    kept["/".join(place)] = {bound: scaling.get(bound) for bound in bounds}
        return {FIELD: kept}


def _in_vain(place: Place, mode: str, indexes: set[str]) -> bool:
    return mode == PAY_PER_REQUEST or (place[0] == "index" and place[1] not in indexes)
