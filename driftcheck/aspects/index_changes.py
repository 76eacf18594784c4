"""Calls that drop, build, rebuild and change global indexes, one index for each call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from driftcheck.aspects.change import (
    UPDATE_TABLE,
    Change,
    Condition,
    Ground,
    Impossible,
    Phase,
    absent,
    at_least,
    equals,
    present,
)
from driftcheck.aspects.index_plan import (
    added_indexes,
    dropped_indexes,
    kept_indexes,
    rebuilt_indexes,
)
from driftcheck.aspects.indexes import GLOBAL, index_keys, used_attributes
from driftcheck.aspects.scaling import scaling_at
from driftcheck.aspects.throughput_changes import (
    KINDS,
    PROVISIONED,
    Judge,
    capacity_change,
    known_capacity,
    scaled_place,
)
from driftcheck.aspects.throughput_limits import ON_DEMAND, WARM, warm_by_itself
from driftcheck.model.finding import Risk
from driftcheck.model.pointer import join
from driftcheck.model.values import Json, first_unknown

#: Global indexes that AWS allows on a table.
_MOST = 20
_NO_MAXIMUM = -1


def index_changes(ground: Ground, judge: Judge) -> Iterator[Change | Impossible]:
    """Everything between the live global indexes and the wanted ones."""
    dropped, added = dropped_indexes(ground), added_indexes(ground)
    for name in dropped:
        yield _drop(ground, name, judge(ground, join(GLOBAL, name)), last=True)
    room = _MOST - len(ground.before(f"/{GLOBAL}") or {}) + len(dropped)
    for name in added:
        at = join(GLOBAL, name)
        if room <= 0:
            yield Impossible(
                (at,), f"a table has at most {_MOST} global indexes", "Drop another index first."
            )
            continue
        built = _build(ground, name, judge(ground, at))
        room -= isinstance(built, Change)
        yield built
    for name in rebuilt_indexes(ground):
        risk = judge(ground, *_moved_within(ground, name))
        built = _build(ground, name, risk)
        if isinstance(built, Change):
            yield _drop(ground, name, risk, last=False)
        yield built
    for name in kept_indexes(ground):
        yield from _throughput(ground, name, judge)


def rebuild_group(name: str) -> str:
    """What the calls around one index have in common."""
    return f"{GLOBAL}/{name}"


def _drop(ground: Ground, name: str, risk: Risk, *, last: bool) -> Change:
    at = join(GLOBAL, name)
    # What scales an index goes before the index itself: AWS would leave it behind.
    unscaled = [
        absent(join("autoscaling", *scaled_place(name, kind)))
        for kind in KINDS
        if scaling_at(ground.current, scaled_place(name, kind)) is not None
    ]
    return Change(
        title=f"drop the index {name}",
        operation=UPDATE_TABLE,
        arguments={
            "TableName": ground.name,
            "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": name}}],
        },
        pointers=(at,) if last else (),
        phase=Phase.DROP_INDEX,
        risk=risk,
        hazard="Queries on the index fail from now on."
        if last
        else "Queries on the index fail until it is built anew.",
        undo="Build the index again; AWS fills it from the table.",
        requires=(present(at), *unscaled),
        settles=(absent(at),),
        touches=(at, "/attribute", *_beside(name)),
        group=rebuild_group(name),
    )


def _build(ground: Ground, name: str, risk: Risk) -> Change | Impossible:
    at = join(GLOBAL, name)
    index = ground.member(at)
    definition = _definition(ground, name, index)
    if isinstance(definition, str):
        return Impossible((at,), definition, "State it in the code or in the spec.")
    attributes, create = definition
    rebuilt = name in (ground.before(f"/{GLOBAL}") or {})
    return Change(
        title=f"build the index {name}{' anew' if rebuilt else ''}",
        operation=UPDATE_TABLE,
        arguments={
            "TableName": ground.name,
            "AttributeDefinitions": attributes,
            "GlobalSecondaryIndexUpdates": [{"Create": create}],
        },
        pointers=_moved_within(ground, name) if rebuilt else (at,),
        phase=Phase.BUILD_INDEX,
        risk=risk,
        hazard="It takes ten minutes or longer, costs writes, and leaves out items whose key "
        "attributes have another type.",
        undo="Drop the index.",
        requires=(absent(at), equals("/billing_mode", ground.after("/billing_mode"))),
        settles=(present(at),),
        touches=(at, "/attribute", *_beside(name)),
        group=rebuild_group(name),
        slow=True,
    )


def _definition(
    ground: Ground, name: str, index: dict[str, Json]
) -> tuple[list[dict[str, str]], dict[str, Any]] | str:
    """The attributes and the definition that AWS wants, or what is missing for it."""
    keys = index_keys(index)
    if not keys:
        return f"the keys of the index {name} are not stated"
    if index.get("projection_type") is None:
        return f"the projection_type of the index {name} is not stated"
    if first_unknown(index) is not None:
        return f"not everything about the index {name} is known"
    attributes = []
    for attribute, _ in keys:
        at = join("attribute", attribute, "type")
        live, stated = ground.before(at), ground.stated(at)
        if live is not None and stated not in (None, live):
            return (
                f"the key attribute {attribute} of the index {name} is of type {live} on the live "
                f"table and should be {stated}, which AWS cannot change"
            )
        if not isinstance(live or stated, str):
            return f"the type of the key attribute {attribute} of the index {name} is not known"
        attributes.append({"AttributeName": attribute, "AttributeType": live or stated})
    attributes += _other_attributes(ground, {attribute for attribute, _ in keys})
    create: dict[str, Any] = {
        "IndexName": name,
        "KeySchema": [{"AttributeName": n, "KeyType": kind} for n, kind in keys],
        "Projection": {"ProjectionType": index["projection_type"]},
    }
    if index.get("non_key_attributes"):
        create["Projection"]["NonKeyAttributes"] = index["non_key_attributes"]
    if ground.after("/billing_mode") == PROVISIONED:
        capacity = known_capacity(ground, name)
        if capacity is None:
            return f"the capacity of the index {name} is not known"
        create["ProvisionedThroughput"] = capacity
    elif limits := _members(index.get("on_demand_throughput"), ON_DEMAND):
        create["OnDemandThroughput"] = limits
    if warm := _members(index.get("warm_throughput"), WARM):
        create["WarmThroughput"] = warm
    return attributes, create


def _other_attributes(ground: Ground, besides: set[str]) -> list[dict[str, str]]:
    """The other key attributes that the table will have.

    AWS needs those of the new index alone, but takes what Terraform sends, which is all of
    them; and there are emulators that forget what is not sent.
    """
    types = {
        name: ground.before(join("attribute", name, "type"))
        or ground.stated(join("attribute", name, "type"))
        for name in sorted(used_attributes(ground.wanted) - besides)
    }
    return [
        {"AttributeName": name, "AttributeType": kind}
        for name, kind in types.items()
        if isinstance(kind, str)
    ]


def _throughput(ground: Ground, name: str, judge: Judge) -> Iterator[Change | Impossible]:
    """Capacity, on-demand maximums and warm throughput of an index that stays."""
    if not ground.moved("/billing_mode"):
        capacity = capacity_change(ground, name, judge)
        if capacity is not None:
            yield capacity
    limits = {m: join(GLOBAL, name, "on_demand_throughput", m) for m in ON_DEMAND}
    moved = tuple(at for at in limits.values() if ground.moved(at))
    if moved and ground.after("/billing_mode") != PROVISIONED:
        values = {
            member: ground.after(limits[m]) or _NO_MAXIMUM
            for m, member in ON_DEMAND.items()
            if limits[m] in moved
        }
        yield _update(
            ground,
            name,
            {"OnDemandThroughput": values},
            moved,
            judge(ground, *moved),
            (
                f"set the on-demand maximums of the index {name}",
                "Requests beyond a maximum are throttled, writes to the table included.",
                "Set the maximums from before.",
            ),
            (equals("/billing_mode", "PAY_PER_REQUEST"),),
            tuple(equals(at, ground.after(at)) for at in moved),
        )
    warm = {m: join(GLOBAL, name, "warm_throughput", m) for m in WARM}
    reached = warm_by_itself(ground, join(GLOBAL, name, "warm_throughput"))
    moved = tuple(at for m, at in warm.items() if ground.after(at) != reached.get(m))
    if moved:
        yield _warm(ground, name, warm, moved, judge(ground, *moved))


def _warm(
    ground: Ground, name: str, places: dict[str, str], moved: tuple[str, ...], risk: Risk
) -> Change | Impossible:
    if risk is Risk.IMPOSSIBLE:
        return Impossible(
            moved,
            f"the warm throughput of the index {name} only ever rises",
            "Leave it: it costs nothing to keep. Building the index anew would lower it.",
        )
    reached = warm_by_itself(ground, join(GLOBAL, name, "warm_throughput"))
    values = {
        member: max(ground.after(places[m]) or 0, reached.get(m) or 0) for m, member in WARM.items()
    }
    return _update(
        ground,
        name,
        {"WarmThroughput": values},
        moved,
        risk,
        (
            f"raise the warm throughput of the index {name}",
            "It is paid for once, and cannot be lowered again.",
            "None: warm throughput never goes down.",
        ),
        (),
        tuple(at_least(at, ground.after(at)) for at in moved),
        slow=True,
    )


def _update(
    ground: Ground,
    name: str,
    settings: dict[str, Any],
    moved: tuple[str, ...],
    risk: Risk,
    texts: tuple[str, str, str],
    requires: tuple[Condition, ...],
    settles: tuple[Condition, ...],
    *,
    slow: bool = False,
) -> Change:
    title, hazard, undo = texts
    return Change(
        title=title,
        operation=UPDATE_TABLE,
        arguments={
            "TableName": ground.name,
            "GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": name, **settings}}],
        },
        pointers=moved,
        phase=Phase.WARM if slow else Phase.INDEX_THROUGHPUT,
        risk=risk,
        hazard=hazard,
        undo=undo,
        requires=(present(join(GLOBAL, name)), *requires),
        settles=settles,
        slow=slow,
    )


def _moved_within(ground: Ground, name: str) -> tuple[str, ...]:
    """The places of an index that change."""
    members = {**(ground.before(join(GLOBAL, name)) or {}), **ground.member(join(GLOBAL, name))}
    places = (join(GLOBAL, name, member) for member in members)
    return tuple(place for place in places if ground.moved(place))


def _beside(name: str) -> tuple[str, ...]:
    """What the document says of an index elsewhere."""
    fields = ("autoscaling", "scheduled_action", "contributor_insights")
    orphans = tuple(join("orphaned_scaling_target", f"index/{name}/{kind}") for kind in KINDS)
    return tuple(join(field, "index", name) for field in fields) + orphans


def _members(values: Json, members: dict[str, str]) -> dict[str, int]:
    stated = values if isinstance(values, dict) else {}
    return {m: stated[n] for n, m in members.items() if stated.get(n) is not None}
