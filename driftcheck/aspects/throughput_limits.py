"""Readers shared by tables and indexes for on-demand maximums and warm throughput."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from driftcheck.aspects.base import Draft
from driftcheck.aspects.change import Ground
from driftcheck.aspects.reading import in_transition, mapped, number, only_if
from driftcheck.model.resource import Resource
from driftcheck.model.values import Json, Unknown

ON_DEMAND = {
    "max_read_request_units": "MaxReadRequestUnits",
    "max_write_request_units": "MaxWriteRequestUnits",
}
WARM = {
    "read_units_per_second": "ReadUnitsPerSecond",
    "write_units_per_second": "WriteUnitsPerSecond",
}


def limits_schema(members: Mapping[str, str]) -> dict[str, Any]:
    """The JSON Schema of an object with these members."""
    return {
        "type": "object",
        "properties": {name: {"type": ["integer", "null"], "minimum": 1} for name in members},
        "additionalProperties": False,
    }


def maximum(value: Json) -> Json:
    """An on-demand maximum; 0 and -1 both stand for "no maximum", which is None."""
    return mapped(number(value), lambda units: units if units > 0 else None)


def state_on_demand(
    draft: Draft, place: tuple[str, ...], resource: Resource, block: str, on_demand: Json
) -> None:
    """Write the on-demand maximums of the block at ``block``; they count only on demand."""
    draft.trace(place, resource, block)
    for name in ON_DEMAND:
        at = f"{block}/0/{name}"
        draft.state((*place, name), only_if(on_demand, maximum(resource.get(at))), resource, at)


def live_on_demand(described: Mapping[str, Any]) -> dict[str, Json]:
    """The on-demand maximums of a table or an index as AWS describes it."""
    throughput = described.get("OnDemandThroughput") or {}
    return {name: maximum(throughput.get(member)) for name, member in ON_DEMAND.items()}


def state_warm(draft: Draft, place: tuple[str, ...], resource: Resource, block: str) -> None:
    """Write the warm throughput of the block at ``block``; None where it is not declared."""
    draft.trace(place, resource, block)
    for name in WARM:
        at = f"{block}/0/{name}"
        draft.state((*place, name), number(resource.get(at)), resource, at)


def live_warm(described: Mapping[str, Any]) -> dict[str, Json]:
    """The warm throughput of a table or an index as AWS describes it."""
    warm = described.get("WarmThroughput") or {}
    if warm.get("Status") == "UPDATING":
        return dict.fromkeys(WARM, in_transition("warm throughput", "UPDATING", exists=True))
    return {name: warm.get(member) for name, member in WARM.items()}


def warm_enough(expected: Json, actual: Json) -> bool:
    """Whether warm throughput reaches what was declared; AWS raises it and never lowers it."""
    return actual is not None and bool(actual >= expected)


#: Units per second that every table and index on demand serves at once.
ON_DEMAND_WARM = {"read_units_per_second": 12_000, "write_units_per_second": 4_000}


def warmed(warm: Json) -> dict[str, Json]:
    """Warm throughput after a switch to on demand, which raises it and never lowers it."""
    stated = warm if isinstance(warm, dict) else {}
    known = {name: stated.get(name) for name in WARM}
    return {
        name: max(value or 0, ON_DEMAND_WARM[name]) if not isinstance(value, Unknown) else value
        for name, value in known.items()
    }


def warm_by_itself(ground: Ground, pointer: str) -> dict[str, Json]:
    """The warm throughput at a place once AWS has drawn the consequences of other changes."""
    before = ground.before(pointer)
    if ground.moved("/billing_mode") and ground.after("/billing_mode") == "PAY_PER_REQUEST":
        return warmed(before)
    return before if isinstance(before, dict) else {}
