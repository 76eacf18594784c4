"""Calls that change what Application Auto Scaling does for a table and its indexes.

Deregistering a target takes its policies and scheduled actions along. Registering one
moves the capacity into its bounds at once, which is how capacity that left them is
mended.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from driftcheck.aspects.change import (
    Change,
    Condition,
    Ground,
    Impossible,
    Phase,
    absent,
    equals,
    present,
)
from driftcheck.aspects.index_changes import rebuild_group
from driftcheck.aspects.index_plan import added_indexes, dropped_indexes, rebuilt_indexes
from driftcheck.aspects.indexes import GLOBAL
from driftcheck.aspects.scaling import NAMESPACE, Place, scaling_at
from driftcheck.aspects.scaling_policy import aws_policy, default_policy_name
from driftcheck.aspects.throughput_changes import KINDS, PROVISIONED, Judge, scaled_place
from driftcheck.model.finding import Risk
from driftcheck.model.pointer import join
from driftcheck.model.values import Json, first_unknown

REGISTER = "application-autoscaling:RegisterScalableTarget"
DEREGISTER = "application-autoscaling:DeregisterScalableTarget"
PUT_POLICY = "application-autoscaling:PutScalingPolicy"
DELETE_POLICY = "application-autoscaling:DeleteScalingPolicy"
PUT_ACTION = "application-autoscaling:PutScheduledAction"
DELETE_ACTION = "application-autoscaling:DeleteScheduledAction"

#: The document's names of what can be suspended, and AWS's.
SUSPENDED = {
    "dynamic_scaling_in_suspended": "DynamicScalingInSuspended",
    "dynamic_scaling_out_suspended": "DynamicScalingOutSuspended",
    "scheduled_scaling_suspended": "ScheduledScalingSuspended",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """One scalable dimension on its way from what it is to what it should be.

    ``now`` and ``then`` are its settings in the document, None where nothing scales it.
    ``left`` says that a target lies there that has nothing to scale at present.
    ``anew`` tells that what is there has to go first: the index is rebuilt, or the target
    is one that was left over.
    """

    place: Place
    now: Json
    then: Json
    left: bool
    stays_left: bool
    anew: bool

    @property
    def pointer(self) -> str:
        """Its place in the document."""
        return join("autoscaling", *self.place)

    @property
    def orphan(self) -> str:
        """Its place in the document while it has nothing to scale."""
        return join("orphaned_scaling_target", "/".join(self.place))

    @property
    def index(self) -> str | None:
        """The index that it scales, None for the table itself."""
        return self.place[1] if self.place[0] == "index" else None

    def target(self, ground: Ground) -> dict[str, Any]:
        """What AWS calls it."""
        kind = KINDS[self.place[-1]]
        index = f"/index/{self.index}" if self.index else ""
        return {
            "ServiceNamespace": NAMESPACE,
            "ResourceId": f"table/{ground.name}{index}",
            "ScalableDimension": f"{NAMESPACE}:{self.place[0]}:{kind}",
        }

    def __str__(self) -> str:
        of = f"the index {self.index}" if self.index else "the table"
        return f"{self.place[-1]} capacity of {of}"


def subjects(ground: Ground) -> list[Subject]:
    """Every scalable dimension of the table and of its indexes, before and after."""
    live, wanted = ground.before(f"/{GLOBAL}"), ground.after(f"/{GLOBAL}")
    names = dict.fromkeys([*_names(live), *_names(wanted)])
    left_behind = ground.before("/orphaned_scaling_target")
    orphans = left_behind if isinstance(left_behind, dict) else {}
    names |= dict.fromkeys(o.split("/")[1] for o in orphans if o.startswith("index/"))
    rebuilt = set(rebuilt_indexes(ground))
    found = []
    for index in [None, *names]:
        for kind in KINDS:
            place = scaled_place(index, kind)
            key = "/".join(place)
            left = orphans.get(key) is not None
            now, then = scaling_at(ground.current, place), scaling_at(ground.wanted, place)
            stays = ground.after(join("orphaned_scaling_target", key)) is not None
            revives = left and _has_something_to_scale(ground, index)
            anew = revives or (index in rebuilt and now is not None)
            found.append(Subject(place, now, then, left, stays and not revives, anew))
    return found


def scaling_changes(ground: Ground, judge: Judge) -> Iterator[Change | Impossible]:
    """Targets and policies, from what they are to what is wanted."""
    for subject in subjects(ground):
        if first_unknown(subject.now) is not None or first_unknown(subject.then) is not None:
            if subject.now != subject.then:
                yield Impossible(
                    (subject.pointer,),
                    f"not everything about the scaling of the {subject} is known",
                    "See what scan says of it.",
                )
            continue
        there = subject.now is not None or subject.left
        wanted = subject.then is not None
        if there and (subject.anew or (not wanted and not subject.stays_left)):
            yield _deregister(ground, subject, judge)
        if wanted and None in (subject.then.get("min_capacity"), subject.then.get("max_capacity")):
            yield Impossible(
                (subject.pointer,),
                f"the bounds for the {subject} are not stated",
                "State min_capacity and max_capacity in the code or in the spec.",
            )
        elif wanted:
            yield from _register(ground, subject, judge)


def _deregister(ground: Ground, subject: Subject, judge: Judge) -> Change:
    index = subject.index
    phase, group, risk = Phase.STOP_SCALING, "", judge(ground, subject.pointer)
    requires: tuple[Condition, ...] = ()
    goes = index is not None and index in {*dropped_indexes(ground), *rebuilt_indexes(ground)}
    if goes and index is not None:
        # It goes with the index, and only if the index may go.
        group = rebuild_group(index)
        risk = judge(ground, *_places_of(ground, index))
    elif subject.left:
        risk = Risk.SAFE
    elif ground.moved("/billing_mode"):
        # Until the table is on demand the capacity needs its autoscaler.
        phase, risk = Phase.LEFT_OVER_SCALING, Risk.SAFE
        requires = (equals("/billing_mode", "PAY_PER_REQUEST"),)
    mends = [p for p in (subject.pointer, subject.orphan) if ground.moved(p)]
    return Change(
        title=f"stop scaling the {subject}",
        operation=DEREGISTER,
        arguments=subject.target(ground),
        pointers=() if subject.then is not None else tuple(mends) or (subject.pointer,),
        phase=phase,
        risk=risk,
        hazard="Capacity stays as it is from now on; policies and schedules go with the target.",
        undo="Register the target again, with its policies and schedules.",
        requires=requires,
        settles=(absent(subject.pointer), absent(subject.orphan)),
        touches=(subject.pointer, subject.orphan, join("scheduled_action", *subject.place)),
        group=group,
    )


def _register(ground: Ground, subject: Subject, judge: Judge) -> Iterator[Change]:
    capacity = _capacity_pointer(subject)
    fresh = subject.now is None or subject.anew
    now: dict[str, Json] = {} if fresh else subject.now
    then: dict[str, Json] = subject.then
    group = rebuild_group(subject.index) if subject.anew and subject.index else ""
    ready = _ready(subject)
    bounds = ("min_capacity", "max_capacity", "suspended_state")
    moved = [join("autoscaling", *subject.place, m) for m in bounds if now.get(m) != then.get(m)]
    # A switch of the billing mode and the building of an index bring their own capacity.
    pulls = (
        ground.moved(capacity) and not ground.moved("/billing_mode") and not _comes(ground, subject)
    )
    if moved or pulls:
        low, high = then.get("min_capacity"), then.get("max_capacity")
        suspended = then.get("suspended_state") or {}
        judged = [subject.pointer] if fresh else moved
        risk = judge(ground, *judged, *([capacity] if pulls else []))
        yield Change(
            title=f"scale the {subject} between {low} and {high}",
            operation=REGISTER,
            arguments={
                **subject.target(ground),
                "MinCapacity": low,
                "MaxCapacity": high,
                "SuspendedState": {m: bool(suspended.get(n)) for n, m in SUSPENDED.items()},
            },
            pointers=(*moved, *([capacity] if pulls else [])),
            phase=Phase.SCALE_INDEX if _comes(ground, subject) else Phase.START_SCALING,
            risk=_rebuild_risk(ground, subject, risk, judge),
            hazard="Capacity outside the bounds is moved into them at once.",
            undo="Deregister the target." if fresh else "Register it with the bounds from before.",
            requires=ready,
            settles=tuple(
                equals(join("autoscaling", *subject.place, m), then.get(m))
                for m in ("min_capacity", "max_capacity")
            ),
            touches=(subject.pointer, capacity),
            group=group,
        )
    yield from _policies(ground, subject, now, judge)


def _policies(
    ground: Ground, subject: Subject, now: dict[str, Json], judge: Judge
) -> Iterator[Change]:
    before: dict[str, Json] = now.get("target_tracking") or {}
    after: dict[str, Json] = subject.then.get("target_tracking") or {}
    registered = (*_ready(subject), present(subject.pointer))
    phase = Phase.SCALE_INDEX if _comes(ground, subject) else Phase.START_SCALING
    group = rebuild_group(subject.index) if subject.anew and subject.index else ""
    for metric, policy in before.items():
        wanted = after.get(metric)
        if wanted is not None and wanted.get("name") in (None, policy.get("name")):
            continue
        at = join("autoscaling", *subject.place, "target_tracking", metric)
        yield Change(
            title=f"delete the scaling policy {policy['name']}",
            operation=DELETE_POLICY,
            arguments={**subject.target(ground), "PolicyName": policy["name"]},
            pointers=() if wanted is not None else (at,),
            phase=Phase.STOP_SCALING if wanted is None else phase,
            risk=judge(ground, at),
            hazard="Capacity no longer follows the traffic.",
            undo="Put the policy again.",
            settles=(absent(at),),
            touches=(at,),
            group="" if wanted is None else at,
        )
    for metric, policy in after.items():
        at = join("autoscaling", *subject.place, "target_tracking", metric)
        if policy is None or (metric in before and not _differs(before[metric], policy)):
            continue
        renamed = metric in before and policy.get("name") not in (None, before[metric].get("name"))
        target = subject.target(ground)
        name = (
            policy.get("name")
            or (before.get(metric) or {}).get("name")
            or default_policy_name(metric, target["ResourceId"])
        )
        risk = judge(ground, at)
        yield Change(
            title=f"keep the {subject} at {policy.get('target_value')} % use",
            operation=PUT_POLICY,
            arguments={**target, "PolicyName": name, **aws_policy(metric, policy)},
            pointers=_within(at, before.get(metric), policy),
            phase=phase,
            risk=_rebuild_risk(ground, subject, risk, judge),
            hazard="Capacity begins to move towards the new target.",
            undo="Put the policy from before, or delete it.",
            requires=registered,
            settles=(equals(at, {k: v for k, v in policy.items() if v is not None}),),
            touches=(at,),
            group=group or (at if renamed else ""),
        )


def _within(at: str, before: Json, after: Json) -> tuple[str, ...]:
    """The places of a policy that change, or the policy as a whole."""
    if not isinstance(before, dict):
        return (at,)
    return tuple(f"{at}/{m}" for m in after if after[m] is not None and before.get(m) != after[m])


def _differs(before: Json, after: dict[str, Json]) -> bool:
    """Whether a policy says other things than are stated; what is not stated may stay."""
    return any(value is not None and before.get(m) != value for m, value in after.items())


def _ready(subject: Subject) -> tuple[Condition, ...]:
    """What has to be there to be scaled."""
    provisioned = equals("/billing_mode", PROVISIONED)
    if subject.index is None:
        return (provisioned,)
    return (provisioned, present(join(GLOBAL, subject.index)))


def _comes(ground: Ground, subject: Subject) -> bool:
    """Whether the index is yet to be built."""
    return subject.index in {*added_indexes(ground), *rebuilt_indexes(ground)}


def _rebuild_risk(ground: Ground, subject: Subject, risk: Risk, judge: Judge) -> Risk:
    """The risk of the rebuilding that a change is a part of, else its own."""
    if subject.index is not None and subject.index in rebuilt_indexes(ground):
        return judge(ground, *_places_of(ground, subject.index))
    return risk


def _places_of(ground: Ground, index: str) -> tuple[str, ...]:
    """The places that decide how risky it is to drop or rebuild an index."""
    at = join(GLOBAL, index)
    if ground.after(at) is None:
        return (at,)
    return tuple(join(GLOBAL, index, m) for m in ground.member(at) if ground.moved(f"{at}/{m}"))


def _has_something_to_scale(ground: Ground, index: str | None) -> bool:
    if ground.after("/billing_mode") != PROVISIONED:
        return False
    return index is None or ground.after(join(GLOBAL, index)) is not None


def _capacity_pointer(subject: Subject) -> str:
    name = f"{subject.place[-1]}_capacity"
    return join(name) if subject.index is None else join(GLOBAL, subject.index, name)


def _names(indexes: Json) -> list[str]:
    return list(indexes) if isinstance(indexes, dict) else []
