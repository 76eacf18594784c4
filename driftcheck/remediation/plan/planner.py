"""From a goal to an ordered list of steps."""

from __future__ import annotations

from collections.abc import Sequence

from driftcheck.aspects.base import Aspect
from driftcheck.aspects.change import Change, Condition, Ground, Impossible
from driftcheck.compare.findings import Place
from driftcheck.compare.three_way import Evidence, Sources, Unsettled, no_evidence
from driftcheck.model.pointer import split
from driftcheck.model.table import Fragment
from driftcheck.model.values import Unknown
from driftcheck.remediation.plan.choose import Choice
from driftcheck.remediation.plan.goal import Goal, goal_of
from driftcheck.remediation.plan.model import Mend, Refused, Step, TablePlan
from driftcheck.remediation.plan.quota import blocked_until
from driftcheck.remediation.plan.standing import Standing, fingerprint


def plan_table(
    aspects: Sequence[Aspect],
    sources: Sources,
    place: Place,
    standing: Standing,
    choice: Choice,
    evidence: Evidence = no_evidence,
) -> TablePlan:
    """What would mend a live table, step by step.

    ``sources`` has the live table; names in the desired ones have been resolved. The
    plan has every step, allowed or not: see ``permission``.
    """
    assert sources.live is not None
    goal = goal_of(aspects, sources, place, choice, evidence)
    ground = Ground(
        name=standing.name,
        arn=standing.arn,
        region=place.region or "",
        account=place.account or "",
        current=sources.live,
        wanted=goal.wanted,
        code=sources.code,
        spec=sources.spec,
    )
    changes: list[tuple[str, Change]] = []
    refused: list[Refused] = []
    # Nothing is planned for a table that AWS does not even describe.
    readable = [a for a in aspects if not isinstance(_live(sources, a), Unknown)]
    for aspect in readable if standing.arn else ():
        for item in aspect.changes(ground):
            if isinstance(item, Impossible):
                refused.append(_refused(aspect, item, goal))
            else:
                changes.append((aspect.name, item))
    changes.sort(key=lambda pair: pair[1].phase)  # stable: each aspect's own order is kept
    refused += _forgotten(ground, goal, [c for _, c in changes], refused)
    steps, stranded = _steps(changes, ground, goal, standing)
    return TablePlan(
        table=standing.name,
        arn=standing.arn,
        account=place.account or "",
        region=place.region or "",
        spec=place.spec or "",
        target=place.target or "",
        address=place.address,
        table_id=standing.table_id,
        fingerprint=fingerprint(sources.live),
        steps=tuple(steps),
        refused=(*refused, *stranded),
        left_alone=tuple(goal.left),
        unknown=tuple(_unknown(item) for item in goal.unsettled if _matters(item, choice)),
    )


def _live(sources: Sources, aspect: Aspect) -> Fragment | Unknown | None:
    assert sources.live is not None
    return sources.live.settings.get(aspect.name)


def _steps(
    changes: Sequence[tuple[str, Change]], ground: Ground, goal: Goal, standing: Standing
) -> tuple[list[Step], list[Refused]]:
    """Numbered steps with what each needs; changes that nothing makes possible are refused."""
    possible = list(changes)
    stranded: list[Refused] = []
    while True:
        hopeless = [
            (name, change, condition)
            for index, (name, change) in enumerate(possible)
            for condition in change.requires
            if not condition.met(ground.current)
            and _bringer(condition, [c for _, c in possible[:index]]) is None
        ]
        if not hopeless:
            break
        name, change, condition = hopeless[0]
        group = [p for p in possible if change.group and p[1].group == change.group]
        dropped = group or [(name, change)]
        possible = [p for p in possible if not any(p[1] is d[1] for d in dropped)]
        pointers = tuple(at for _, c in dropped for at in c.pointers)
        reason = f"{change.title} needs that {condition}, which nothing in this plan brings about"
        instead = "Mend that first."
        stranded.append(Refused(name, pointers, reason, instead, _ids(goal, pointers)))
    steps: list[Step] = []
    for index, (name, change) in enumerate(possible):
        earlier = [c for _, c in possible[:index]]
        bringers = (
            _bringer(condition, earlier)
            for condition in change.requires
            if not condition.met(ground.current) or _undone(condition, earlier)
        )
        grouped = [
            at
            for _, other in possible
            if other is change or (change.group and other.group == change.group)
            for at in other.pointers
        ]
        steps.append(
            Step(
                number=index + 1,
                aspect=name,
                change=change,
                mends=tuple(
                    Mend(at, ground.current.get(at), ground.wanted.get(at))
                    for at in change.pointers
                    if ground.moved(at)
                ),
                findings=_ids(goal, tuple(grouped)),
                needs=tuple(sorted({b + 1 for b in bringers if b is not None})),
                blocked_until=blocked_until(change, ground, standing),
            )
        )
    return steps, stranded


def _bringer(condition: Condition, earlier: Sequence[Change]) -> int | None:
    """Which of the earlier changes makes the condition true, the last that does."""
    for index in reversed(range(len(earlier))):
        if any(_brings(settled, condition) for settled in earlier[index].settles):
            return index
    return None


def _brings(settled: Condition, wanted: Condition) -> bool:
    """Whether a change that ends with ``settled`` makes ``wanted`` true."""
    if settled.pointer == wanted.pointer:
        return settled == wanted or (wanted.must == "present" and settled.must != "absent")
    # What is set inside a thing is there only if the thing is.
    return wanted.must == "present" and settled.pointer.startswith(wanted.pointer + "/")


def _undone(condition: Condition, earlier: Sequence[Change]) -> bool:
    """Whether an earlier change makes a condition untrue that holds now."""
    return any(
        settled.pointer == condition.pointer and not _brings(settled, condition)
        for change in earlier
        for settled in change.settles
    )


def _refused(aspect: Aspect, item: Impossible, goal: Goal) -> Refused:
    return Refused(aspect.name, item.pointers, item.reason, item.instead, _ids(goal, item.pointers))


def _forgotten(
    ground: Ground, goal: Goal, changes: Sequence[Change], refused: Sequence[Refused]
) -> list[Refused]:
    """What was chosen and no aspect has an answer to: said, and not passed over."""
    # What AWS changes along with a call needs no call of its own.
    covered = [at for change in changes for at in (*change.pointers, *change.touches)]
    covered += [at for refusal in refused for at in refusal.pointers]
    return [
        Refused(
            finding.aspect or split(finding.path)[0],
            (finding.path,),
            "driftcheck knows no call that mends it",
            "Apply the code that states it with Terraform.",
            (finding.id,),
        )
        for finding in goal.chosen
        if ground.moved(finding.path) and not any(_near(finding.path, at) for at in covered)
    ]


def _ids(goal: Goal, pointers: Sequence[str]) -> tuple[str, ...]:
    near = (f.id for f in goal.chosen if any(_near(f.path, at) for at in pointers))
    return tuple(dict.fromkeys(near))


def _near(one: str, other: str) -> bool:
    return one == other or one.startswith(other + "/") or other.startswith(one + "/")


def _matters(item: Unsettled, choice: Choice) -> bool:
    return item.decides and (not choice.only or item.aspect.name in choice.only)


def _unknown(item: Unsettled) -> str:
    place = " ".join(split(item.pointer)[1:])
    return f"{item.aspect.title}{f' ({place})' if place else ''}: {item.reason}"
