"""The live table as a contract: what a spec has to say so that one can go back to it."""

from __future__ import annotations

from copy import deepcopy

from driftcheck.aspects.indexes import GLOBAL
from driftcheck.aspects.scaling import pointer_place, scaling_at
from driftcheck.model.pointer import join, split
from driftcheck.model.table import Table
from driftcheck.model.values import Json, Unknown, reveal
from driftcheck.remediation.plan.model import TablePlan

#: What cannot be brought back, or is not ours to change.
NOT_OURS = frozenset(
    {
        *("name", "backup", "alarm", "encryption_key"),
        *("orphaned_scaling_target", "multi_region_consistency"),
    }
)
_NEVER_FALLS = "warm_throughput"
_CAPACITY = ("read_capacity", "write_capacity")


def contract_of(live: Table) -> dict[str, Json]:
    """The contract that holds for a live table as it is now.

    What could not be read is left out, and so is what no contract can bring back (warm
    throughput), what is not the table's own (backups, alarms, the state of its key) and
    capacity that an autoscaler moves.
    """
    contract: dict[str, Json] = {
        field: _known(value)
        for field, value in reveal(live.document()).items()
        if field not in NOT_OURS | {_NEVER_FALLS} and not isinstance(value, Unknown)
    }
    _without_scaled_capacity(contract, live)
    return contract


def contract_before(plan: TablePlan, live: Table) -> dict[str, Json]:
    """The contract that holds for the table as it is now, before the plan is carried out.

    It states null for everything that the plan adds.
    """
    contract = contract_of(live)
    for step in plan.steps:
        for mend in step.mends:
            _state_absence(contract, mend.pointer)
    return contract


def _known(value: Json) -> Json:
    """A value without the parts that are unknown."""
    match value:
        case dict():
            return {k: _known(v) for k, v in value.items() if not isinstance(v, Unknown)}
        case list():
            return [_known(v) for v in value]
        case _:
            return deepcopy(value)


def _without_scaled_capacity(contract: dict[str, Json], live: Table) -> None:
    for name in _CAPACITY:
        if scaling_at(live, pointer_place([name])) is not None:
            contract.pop(name, None)
    indexes = contract.get(GLOBAL)
    for index, settings in (indexes if isinstance(indexes, dict) else {}).items():
        settings.pop(_NEVER_FALLS, None)
        for name in _CAPACITY:
            if scaling_at(live, pointer_place([GLOBAL, index, name])) is not None:
                settings.pop(name, None)


def _state_absence(contract: dict[str, Json], pointer: str) -> None:
    """Say of a place that is to be filled that there is nothing now."""
    tokens = split(pointer)
    if tokens[0] in NOT_OURS or _NEVER_FALLS in tokens:
        return
    node: Json = contract
    for token in tokens:
        if not isinstance(node, dict):
            break
        if token not in node:
            node[token] = None
            break
        node = node[token]
    if tokens[0] == "autoscaling" and len(tokens) > 2:
        place = tokens[1:3] if tokens[1] == "table" else tokens[1:4]
        if _nothing_at(contract, join("autoscaling", *place)):
            # Going back to on demand would leave the target behind.
            contract.setdefault("orphaned_scaling_target", {})["/".join(place)] = None


def _nothing_at(contract: Json, pointer: str) -> bool:
    for token in split(pointer):
        contract = contract.get(token) if isinstance(contract, dict) else None
    return contract is None
