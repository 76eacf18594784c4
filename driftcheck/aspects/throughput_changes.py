"""Calls that change the billing mode and provisioned capacity, of tables and indexes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from driftcheck.aspects.change import (
    UPDATE_TABLE,
    Change,
    Ground,
    Impossible,
    Phase,
    absent,
    equals,
)
from driftcheck.aspects.index_plan import kept_indexes, replaced_indexes
from driftcheck.aspects.indexes import GLOBAL
from driftcheck.aspects.scaling import Place, scaling_at
from driftcheck.model.finding import Risk
from driftcheck.model.pointer import join
from driftcheck.model.values import Json

PROVISIONED = "PROVISIONED"
PAY_PER_REQUEST = "PAY_PER_REQUEST"
#: The document's names of the two kinds of capacity, and AWS's.
KINDS = {"read": "ReadCapacityUnits", "write": "WriteCapacityUnits"}

#: Gives the risk of changing several places.
Judge = Callable[..., Risk]


def billing_changes(ground: Ground, judge: Judge) -> Iterator[Change | Impossible]:
    """The switch of the billing mode, or new capacity for the table."""
    mode = ground.after("/billing_mode")
    if ground.moved("/billing_mode"):
        if mode == PAY_PER_REQUEST:
            yield _to_on_demand(ground, judge)
        else:
            yield _to_provisioned(ground, judge)
    elif mode == PROVISIONED:
        change = capacity_change(ground, None, judge)
        if change is not None:
            yield change


def _to_on_demand(ground: Ground, judge: Judge) -> Change:
    return Change(
        title="switch billing to PAY_PER_REQUEST",
        operation=UPDATE_TABLE,
        arguments={"TableName": ground.name, "BillingMode": PAY_PER_REQUEST},
        pointers=("/billing_mode", "/read_capacity", "/write_capacity"),
        phase=Phase.BILLING,
        risk=judge(ground, "/billing_mode"),
        hazard="Every request is billed; AWS allows four such switches in 24 hours.",
        undo="Switch back to PROVISIONED, with the capacity and the scaling from before.",
        settles=(equals("/billing_mode", PAY_PER_REQUEST),),
        touches=_MODE_TOUCHES,
    )


def _to_provisioned(ground: Ground, judge: Judge) -> Change | Impossible:
    """All capacity in one call, the indexes' included, as AWS wants it."""
    places: dict[str | None, Mapping[str, int] | None] = {None: known_capacity(ground, None)}
    for name in kept_indexes(ground):
        places[name] = known_capacity(ground, name)
    missing = ["the table" if n is None else f"the index {n}" for n, c in places.items() if not c]
    if missing:
        return Impossible(
            ("/billing_mode",),
            f"the capacity of {' and of '.join(missing)} under PROVISIONED is not known",
            "State read_capacity and write_capacity, or the autoscaling that begins at its "
            "minimum, in the code or in the spec.",
        )
    updates = [
        {"Update": {"IndexName": name, "ProvisionedThroughput": dict(capacity or {})}}
        for name, capacity in places.items()
        if name is not None
    ]
    pointers = ["/billing_mode", "/read_capacity", "/write_capacity"]
    for name in kept_indexes(ground):
        pointers += [join(GLOBAL, name, f"{kind}_capacity") for kind in KINDS]
    # AWS wants a capacity for every index that is there, and none for one that is not.
    gone = [absent(join(GLOBAL, name)) for name in replaced_indexes(ground)]
    return Change(
        title="switch billing to PROVISIONED",
        operation=UPDATE_TABLE,
        arguments={
            "TableName": ground.name,
            "BillingMode": PROVISIONED,
            "ProvisionedThroughput": dict(places[None] or {}),
            **({"GlobalSecondaryIndexUpdates": updates} if updates else {}),
        },
        pointers=tuple(pointers),
        phase=Phase.BILLING,
        risk=judge(ground, "/billing_mode"),
        hazard="Requests beyond the capacity are throttled.",
        undo="Switch back to PAY_PER_REQUEST (four times in 24 hours at most).",
        requires=tuple(gone),
        settles=(equals("/billing_mode", PROVISIONED),),
        touches=_MODE_TOUCHES,
    )


def capacity_change(ground: Ground, index: str | None, judge: Judge) -> Change | None:
    """New capacity for the table, or for one of its indexes, where no autoscaler has a say.

    AWS wants both kinds named: the one that is not ours to change is sent as it is live
    at that moment.
    """
    base = () if index is None else (GLOBAL, index)
    throughput: dict[str, int] = {}
    fresh: dict[str, str] = {}
    moved: list[str] = []
    inside = (
        "/ProvisionedThroughput"
        if index is None
        else "/GlobalSecondaryIndexUpdates/0/Update/ProvisionedThroughput"
    )
    for kind, member in KINDS.items():
        at = join(*base, f"{kind}_capacity")
        before, after = ground.before(at), ground.after(at)
        managed = scaling_at(ground.wanted, scaled_place(index, kind)) is not None
        if managed or after is None or before == after:
            throughput[member] = before
            fresh[join(*inside.split("/")[1:], member)] = at
        else:
            throughput[member] = after
            moved.append(at)
    if not moved:
        return None
    of = "the table" if index is None else f"the index {index}"
    shown = ", ".join(f"{ground.after(at)} {at.rsplit('/', 1)[1]}" for at in moved)
    arguments: dict[str, Any] = {"ProvisionedThroughput": throughput}
    if index is not None:
        update = {"IndexName": index, **arguments}
        arguments = {"GlobalSecondaryIndexUpdates": [{"Update": update}]}
    unmanaged = [
        absent(join("autoscaling", *place))
        for kind in KINDS
        for place in [scaled_place(index, kind)]
        if join(*base, f"{kind}_capacity") in moved
        and scaling_at(ground.current, place) is not None
    ]
    return Change(
        title=f"set the capacity of {of}: {shown}",
        operation=UPDATE_TABLE,
        arguments={"TableName": ground.name, **arguments},
        pointers=tuple(moved),
        phase=Phase.BILLING if index is None else Phase.INDEX_THROUGHPUT,
        risk=judge(ground, *moved),
        hazard="Requests beyond the capacity are throttled; AWS allows few decreases a day.",
        undo="Set the capacity from before.",
        requires=(equals("/billing_mode", PROVISIONED), *unmanaged),
        settles=tuple(equals(at, ground.after(at)) for at in moved),
        touches=tuple(
            join(*base, name) for name in ("read_capacity", "write_capacity", "warm_throughput")
        ),
        fresh=fresh,
    )


def scaled_place(index: str | None, kind: str) -> Place:
    """Where the document says what scales a kind of capacity."""
    return ("table", kind) if index is None else ("index", index, kind)


def known_capacity(ground: Ground, index: str | None) -> dict[str, int] | None:
    """The capacity to begin with under PROVISIONED; None where nobody states it.

    What is declared, or the minimum of the autoscaler that takes over.
    """
    base = () if index is None else (GLOBAL, index)
    result: dict[str, int] = {}
    for kind, member in KINDS.items():
        value: Json = ground.after(join(*base, f"{kind}_capacity"))
        if value is None:
            scaling = scaling_at(ground.wanted, scaled_place(index, kind))
            value = scaling.get("min_capacity") if isinstance(scaling, dict) else None
        if not isinstance(value, int):
            return None
        result[member] = value
    return result


#: What AWS changes along with the billing mode.
_MODE_TOUCHES = (
    "/read_capacity",
    "/write_capacity",
    "/on_demand_throughput",
    "/warm_throughput",
    f"/{GLOBAL}",
    "/autoscaling",
    "/scheduled_action",
    "/orphaned_scaling_target",
)
