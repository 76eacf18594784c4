"""Calls that change the scheduled actions of Application Auto Scaling."""

from __future__ import annotations

from collections.abc import Iterator

from driftcheck.aspects.change import Change, Ground, Phase, absent, equals, present
from driftcheck.aspects.scaling_changes import DELETE_ACTION, PUT_ACTION, Subject, subjects
from driftcheck.aspects.throughput_changes import Judge
from driftcheck.model.pointer import join
from driftcheck.model.values import Json

#: The document's names of an action's settings, and AWS's.
_MEMBERS = {
    "schedule": "Schedule",
    "timezone": "Timezone",
    "start_time": "StartTime",
    "end_time": "EndTime",
}
_BOUNDS = {"min_capacity": "MinCapacity", "max_capacity": "MaxCapacity"}


def schedule_changes(ground: Ground, judge: Judge) -> Iterator[Change]:
    """Scheduled actions, from what they are to what is wanted."""
    for subject in subjects(ground):
        base = ("scheduled_action", *subject.place)
        before = ground.before(join(*base)) or {}
        after = ground.after(join(*base)) or {}
        goes = (subject.now is not None or subject.left) and (subject.anew or subject.then is None)
        if not goes:
            for name in before:
                if after.get(name) is None:
                    yield _delete(ground, subject, name, judge)
        for name, action in after.items():
            if action is not None and (goes or before.get(name) != action):
                yield _put(ground, subject, name, action, judge)


def _put(ground: Ground, subject: Subject, name: str, action: Json, judge: Judge) -> Change:
    at = join("scheduled_action", *subject.place, name)
    bounds = {m: action[n] for n, m in _BOUNDS.items() if action.get(n) is not None}
    settings = {m: action[n] for n, m in _MEMBERS.items() if action.get(n) is not None}
    before = ground.before(at)
    moved = tuple(f"{at}/{m}" for m in action if ground.moved(f"{at}/{m}"))
    return Change(
        title=f"schedule {name} for the {subject}: {action.get('schedule')}",
        operation=PUT_ACTION,
        arguments={
            **subject.target(ground),
            "ScheduledActionName": name,
            **settings,
            "ScalableTargetAction": bounds,
        },
        pointers=moved if isinstance(before, dict) else (at,),
        phase=Phase.SCALE_INDEX if subject.index else Phase.START_SCALING,
        risk=judge(ground, at),
        hazard="When its time comes, capacity is moved into the bounds that it sets.",
        undo="Delete the action, or put the one from before.",
        requires=(present(subject.pointer),),
        settles=(equals(at, {n: v for n, v in action.items() if v is not None}),),
        touches=(at,),
    )


def _delete(ground: Ground, subject: Subject, name: str, judge: Judge) -> Change:
    at = join("scheduled_action", *subject.place, name)
    return Change(
        title=f"delete the scheduled action {name} of the {subject}",
        operation=DELETE_ACTION,
        arguments={**subject.target(ground), "ScheduledActionName": name},
        pointers=(at,),
        phase=Phase.STOP_SCALING,
        risk=judge(ground, at),
        hazard="The bounds stay as they are at that moment.",
        undo="Put the action again.",
        settles=(absent(at),),
        touches=(at,),
    )
