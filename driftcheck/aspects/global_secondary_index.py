"""Global secondary indexes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from driftcheck.aspects.base import Aspect, Comparison, Draft, Facts
from driftcheck.aspects.change import UPDATE_TABLE, Change, Ground, Impossible
from driftcheck.aspects.consequence import Consequence
from driftcheck.aspects.index_changes import index_changes
from driftcheck.aspects.indexes import (
    GLOBAL,
    INDEX_RESOURCE,
    PROJECTION_SCHEMA,
    attributes_schema,
    declared_indexes,
    key_fields,
    live_projection,
    normal_keys,
    normal_projection,
    projection,
    projection_gate,
    with_each_index,
)
from driftcheck.aspects.reading import (
    DESCRIBE_TABLE,
    describe_table,
    in_transition,
    live_billing_mode,
    mapped,
    number,
    only_if,
    plain,
    text,
)
from driftcheck.aspects.scaling import (
    AUTOSCALING,
    billing_differs,
    billing_mode,
    capacity_matches,
    pointer_place,
    states_capacity,
)
from driftcheck.aspects.throughput import (
    CAPACITY_SCHEMA,
    capacity_risk,
    capacity_severity,
    is_less,
    is_provisioned,
    live_capacity,
)
from driftcheck.aspects.throughput_limits import (
    ON_DEMAND,
    WARM,
    limits_schema,
    live_on_demand,
    live_warm,
    state_on_demand,
    state_warm,
    warm_enough,
    warmed,
)
from driftcheck.model.finding import Risk, Severity
from driftcheck.model.pointer import join, split
from driftcheck.model.resource import Resource, TerraformTable
from driftcheck.model.table import Fragment, Table
from driftcheck.model.values import Json, Unknown

_KEYS = frozenset({"hash_key", "range_key", "key_schema"})
_THROUGHPUT = frozenset(
    {"read_capacity", "write_capacity", "on_demand_throughput", "warm_throughput"}
)
_REBUILT = _KEYS | {"projection_type", "non_key_attributes"}


class GlobalSecondaryIndex(Aspect):
    """``global_secondary_index`` by name: keys, projection, and throughput of its own.

    ``key_schema`` is None for the usual index with one partition attribute and at
    most one sort attribute; an index with more has it, and ``hash_key`` and
    ``range_key`` are None then. Capacity, on-demand maximums and warm throughput
    follow the rules of the table's.
    """

    name = GLOBAL
    title = "global index"
    fields: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        GLOBAL: {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {
                    "hash_key": {"type": ["string", "null"]},
                    "range_key": {"type": ["string", "null"]},
                    "key_schema": {
                        "type": ["array", "null"],
                        "items": attributes_schema("key_type", ("HASH", "RANGE")),
                    },
                    **PROJECTION_SCHEMA,
                    "read_capacity": CAPACITY_SCHEMA,
                    "write_capacity": CAPACITY_SCHEMA,
                    "on_demand_throughput": limits_schema(ON_DEMAND),
                    "warm_throughput": limits_schema(WARM),
                },
                "additionalProperties": False,
            },
        }
    }
    reads = (DESCRIBE_TABLE,)
    writes = (UPDATE_TABLE,)
    gates: ClassVar[Mapping[str, tuple[str, ...]]] = {
        **projection_gate(GLOBAL),
        f"/{GLOBAL}/*/key_schema": (f"/{GLOBAL}/*/hash_key", f"/{GLOBAL}/*/range_key"),
    }

    def from_terraform(self, source: TerraformTable, draft: Draft) -> None:
        """From the table's blocks, or from index resources of their own."""
        table = source.table
        draft.state((GLOBAL,), {}, table, f"/{GLOBAL}")
        indexes = declared_indexes(source)
        if isinstance(indexes, Unknown):
            draft.state((GLOBAL,), indexes, table, f"/{GLOBAL}")
            return
        provisioned = is_provisioned(table)
        for name, (resource, pointer) in indexes.items():
            separate = resource.type == INDEX_RESOURCE
            place = (GLOBAL, name)
            draft.trace(place, resource, pointer)
            _state_keys(draft, place, resource, pointer)
            projection(draft, place, resource, f"{pointer}/projection/0" if separate else pointer)
            for member in ("read_capacity", "write_capacity"):
                at = f"{pointer}/{member}"
                if separate:
                    at = f"/provisioned_throughput/0/{member}_units"
                value = only_if(provisioned, number(resource.get(at)))
                draft.state((*place, member), value, resource, at)
            on_demand = mapped(provisioned, lambda yes: not yes)
            limits = (*place, "on_demand_throughput")
            state_on_demand(draft, limits, resource, f"{pointer}/on_demand_throughput", on_demand)
            state_warm(draft, (*place, "warm_throughput"), resource, f"{pointer}/warm_throughput")

    def from_live(self, facts: Facts) -> Fragment:
        """From ``DescribeTable``; an index that is being made or dropped is in transition."""
        table = describe_table(facts)
        mode = live_billing_mode(table)
        moving = table.get("TableStatus") == "UPDATING"
        indexes = table.get("GlobalSecondaryIndexes") or []
        return {GLOBAL: {i["IndexName"]: _live_index(i, mode, moving) for i in indexes}}

    def normalise(self, fragment: Fragment) -> Fragment:
        """Sets sorted, and keys in their usual form where they fit it."""
        return with_each_index(fragment, GLOBAL, _normal_index)

    def across_regions(self, fragment: Fragment) -> Fragment:
        """Everything but warm throughput, which each region raises with its own traffic."""
        return with_each_index(fragment, GLOBAL, _without_warm)

    def beside(self, fragment: Fragment) -> tuple[str, ...]:
        """Capacity is held against the band of its autoscaler."""
        indexes = plain(fragment.get(GLOBAL))
        if not isinstance(indexes, dict):
            return (AUTOSCALING,) if isinstance(indexes, Unknown) else ()
        return (AUTOSCALING,) if any(map(states_capacity, indexes.values())) else ()

    def moot(self, pointer: str, expected: Json, actual: Json, within: Comparison) -> bool:
        """Throughput beside another billing mode, and what nobody declared of it."""
        tokens = split(pointer)
        if not _THROUGHPUT & set(tokens[2:]):
            return False
        undeclared = expected is None and "on_demand_throughput" not in tokens
        return undeclared or billing_differs(within)

    def equal(
        self, pointer: str, expected: Json, actual: Json, within: Comparison
    ) -> bool | Unknown:
        """Capacity and warm throughput by the table's rules; everything else must be the same."""
        tokens = split(pointer)
        if tokens[-1] in ("read_capacity", "write_capacity"):
            return capacity_matches(expected, actual, pointer_place(tokens), within)
        if "warm_throughput" in tokens[2:]:
            return warm_enough(expected, actual)
        return bool(expected == actual)

    def severity(self, pointer: str, expected: Json, actual: Json) -> Severity:
        """Queries fail without the index or its attributes; one too many only costs."""
        tokens = split(pointer)
        if tokens[-1] in _REBUILT:
            return Severity.HIGH
        if len(tokens) == 2:
            return Severity.HIGH if expected is not None else Severity.MEDIUM
        if "warm_throughput" in tokens:
            return Severity.LOW
        return capacity_severity(expected, actual)

    def risk(self, pointer: str, current: Json, wanted: Json) -> Risk:
        """Keys and projection change only by dropping the index and building it anew."""
        tokens = split(pointer)
        if len(tokens) == 2:
            return Risk.DESTRUCTIVE if wanted is None else Risk.DISRUPTIVE
        if tokens[-1] in _REBUILT:
            return Risk.DESTRUCTIVE
        if "warm_throughput" in tokens:
            return Risk.IMPOSSIBLE if is_less(wanted, current) else Risk.DISRUPTIVE
        if "on_demand_throughput" in tokens:
            lower = wanted is not None and (current is None or is_less(wanted, current))
            return Risk.DISRUPTIVE if lower else Risk.SAFE
        return capacity_risk(current, wanted)

    def consequence(self, pointer: str, current: Json, wanted: Json) -> Consequence | None:
        """Indexes are dropped, built, or both; while one is built, queries on it fail."""
        tokens = split(pointer)
        index = join(*tokens[:2])
        if len(tokens) == 2 and wanted is None:
            return Consequence(index, "the index is dropped, and queries on it fail from then on")
        if len(tokens) == 2:
            return Consequence(
                index, "the index is built by reading the whole table, which takes minutes to hours"
            )
        if tokens[-1] in _REBUILT:
            return Consequence(
                index, "the index is dropped and built anew; until that is done, queries on it fail"
            )
        return None

    def changes(self, ground: Ground) -> Iterator[Change | Impossible]:
        """One index at a time, those that go before those that come."""
        return index_changes(ground, self.gravest)

    def follow(self, fragment: Fragment, before: Table, after: Table) -> Fragment:
        """Throughput goes with the billing mode; warm throughput never falls."""
        indexes, mode = fragment.get(GLOBAL), billing_mode(after)
        if not isinstance(indexes, dict) or mode in (None, billing_mode(before)):
            return fragment
        return {
            **fragment,
            GLOBAL: {name: _switched(index, str(mode)) for name, index in indexes.items()},
        }


def _state_keys(draft: Draft, place: tuple[str, ...], resource: Resource, pointer: str) -> None:
    """Write an index's keys from ``key_schema`` blocks, or from ``hash_key`` and ``range_key``."""
    at = f"{pointer}/key_schema"
    blocks = plain(resource.get(at))
    if not blocks:
        for name in ("hash_key", "range_key"):
            draft.state(
                (*place, name),
                text(resource.get(f"{pointer}/{name}")),
                resource,
                f"{pointer}/{name}",
            )
        draft.state((*place, "key_schema"), None, resource, at)
        return
    parts: list[tuple[str, str]] = []
    places: dict[str, str] = {}
    if isinstance(blocks, list):
        for position in range(len(blocks)):
            name = plain(resource.get(f"{at}/{position}/attribute_name"))
            kind = plain(resource.get(f"{at}/{position}/key_type"))
            unknown = next((v for v in (name, kind) if isinstance(v, Unknown)), None)
            if unknown is not None:
                blocks = unknown
                break
            parts.append((name, kind))
            places.setdefault(kind, f"{at}/{position}/attribute_name")
    if isinstance(blocks, Unknown):
        for member in ("hash_key", "range_key", "key_schema"):
            draft.state((*place, member), blocks, resource, at)
        return
    where = {"hash_key": places.get("HASH", at), "range_key": places.get("RANGE", at)}
    for member, value in normal_keys(parts).items():
        draft.state((*place, member), value, resource, where.get(member, at))


def _live_index(index: Mapping[str, Any], mode: str, table_moving: bool) -> Json:
    """One index as AWS describes it; its throughput may be changing along with the table's."""
    status = index.get("IndexStatus", "ACTIVE")
    if status in ("CREATING", "DELETING"):
        return in_transition("the index", status, exists=status == "CREATING")
    described = {
        **key_fields(index.get("KeySchema", [])),
        **live_projection(index),
        **live_capacity(index, mode),
        "on_demand_throughput": live_on_demand(index),
        "warm_throughput": live_warm(index),
    }
    if status == "UPDATING" or table_moving:
        moving = in_transition("the table" if table_moving else "the index", "UPDATING")
        described |= dict.fromkeys(
            ("read_capacity", "write_capacity", "on_demand_throughput"), moving
        )
    return described


def _without_warm(index: Json) -> Json:
    if not isinstance(index, dict):
        return index
    return {member: value for member, value in index.items() if member != "warm_throughput"}


def _normal_index(index: Json) -> Json:
    index = normal_projection(index)
    if not isinstance(index, dict) or not index.get("key_schema"):
        return index
    parts = [(k["attribute_name"], k["key_type"]) for k in index["key_schema"]]
    return {**index, **normal_keys(parts)}


def _switched(index: Json, mode: str) -> Json:
    """An index after the table's billing mode became ``mode``."""
    if not isinstance(index, dict):
        return index
    if mode == "PAY_PER_REQUEST":
        warm = warmed(index.get("warm_throughput"))
        return {**index, "read_capacity": None, "write_capacity": None, "warm_throughput": warm}
    return {**index, "on_demand_throughput": dict.fromkeys(ON_DEMAND)}
