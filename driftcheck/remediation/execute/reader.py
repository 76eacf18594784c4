"""Looking at a live table while it is being changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from driftcheck.aspects.base import Aspect, FactUnavailable
from driftcheck.aspects.comparing import Comparison, Difference
from driftcheck.aspects.reading import DESCRIBE_TABLE
from driftcheck.aws.connection import AwsConnection
from driftcheck.model.pointer import split
from driftcheck.model.table import Fragment, Table
from driftcheck.model.values import Unknown
from driftcheck.remediation.execute.pace import ServerClock
from driftcheck.remediation.plan.model import Gate, Mend, Step, TablePlan
from driftcheck.remediation.plan.patch import patched
from driftcheck.remediation.plan.standing import movements, server_time

#: What costs one call each and is looked at always, whatever the plan is about.
_CHEAP = {
    DESCRIBE_TABLE,
    "dynamodb:DescribeContinuousBackups",
    "dynamodb:DescribeTimeToLive",
}


class TableGone(Exception):
    """The table is not there any more."""


@dataclass(frozen=True, slots=True)
class Look:
    """A table at one moment.

    ``moving`` says what AWS is still changing of it, ``obstacle`` which of that is in
    the way of what is to be done next.
    """

    table: Table
    table_id: str | None
    moving: tuple[str, ...]
    obstacle: str | None


class Reader:
    """Reads one table anew whenever it is asked."""

    def __init__(
        self,
        connection: AwsConnection,
        table: str,
        aspects: Sequence[Aspect],
        fields: Mapping[str, str],
        server: ServerClock,
    ) -> None:
        self._connection = connection.apart()
        self._table = table
        self._aspects = tuple(aspects)
        self._fields = fields
        self._server = server

    @property
    def aspects(self) -> tuple[Aspect, ...]:
        """The aspects that can be read."""
        return self._aspects

    def look(self, aspects: Sequence[Aspect], gate: Gate = Gate.OPEN) -> Look:
        """The table now, in the given aspects; in none of them while the gate is closed.

        Raises ``FactUnavailable`` when AWS does not describe it at all, ``TableGone``
        when there is none, and ``AwsError`` when AWS refuses everything.
        """
        self._connection.forget()
        facts = self._connection.facts(self._table)
        answer = facts.get(DESCRIBE_TABLE)
        described = answer.get("Table")
        if described is None:
            raise TableGone(self._table)
        self._server.observe(server_time(answer))
        moving = tuple(movements(described))
        active = described.get("TableStatus", "ACTIVE") == "ACTIVE"
        obstacle = _obstacle(gate, moving, active=active)
        settings: dict[str, Fragment | Unknown] = {}
        for aspect in aspects if obstacle is None else ():
            try:
                settings[aspect.name] = aspect.from_live(facts)
            except FactUnavailable as failure:
                settings[aspect.name] = failure.unknown()
        return Look(
            table=Table(
                name=self._table,
                settings=settings,
                region=self._connection.region,
                fields=self._fields,
            ),
            table_id=described.get("TableId"),
            moving=moving,
            obstacle=obstacle,
        )


def _obstacle(gate: Gate, moving: Sequence[str], *, active: bool) -> str | None:
    """What keeps the gate closed."""
    if gate is Gate.QUIET and moving:
        return moving[0]
    if gate is Gate.ACTIVE and not active:
        return moving[0] if moving else "the table is not ACTIVE"
    return None


def aspects_for(
    plan: TablePlan, aspects: Sequence[Aspect], fields: Mapping[str, str]
) -> tuple[Aspect, ...]:
    """The aspects to look at while a plan is carried out: its own, and what is cheap to read."""
    names = {name for step in plan.steps for name in aspects_of(step, fields)}
    return tuple(a for a in aspects if a.name in names or set(a.reads) <= _CHEAP)


def aspects_of(step: Step, fields: Mapping[str, str]) -> set[str]:
    """The names of the aspects that a step has to do with."""
    change = step.change
    conditions = (c.pointer for c in (*change.requires, *change.settles))
    pointers = (*change.pointers, *change.touches, *conditions)
    return {step.aspect, *(fields[split(at)[0]] for at in pointers if at)}


def as_wanted(mends: Sequence[Mend], table: Table, aspects: Sequence[Aspect]) -> bool:
    """Whether all places that a step mends read as they should, by the aspects' own measure.

    A value that cannot be read is not as wanted.
    """
    return not unmended(mends, table, aspects)


def unmended(mends: Sequence[Mend], table: Table, aspects: Sequence[Aspect]) -> list[str]:
    """The places, of those that are mended, that do not read as they should."""
    wanted = table
    for mend in mends:
        wanted = patched(wanted, mend.pointer, mend.after)
    within = Comparison(wanted, table, partial=False)
    owners = {table.fields[split(mend.pointer)[0]] for mend in mends}
    return [
        item.pointer
        for aspect in aspects
        if aspect.name in owners
        for item in aspect.compare(within)
        if any(_near(item.pointer, mend.pointer) for mend in mends)
    ]


def foreign(
    known: Table, now: Table, touched: Sequence[str], aspects: Sequence[Aspect]
) -> list[Difference]:
    """What differs between two looks and is none of our own doing.

    Compared as drift is: capacity that is scaled and throughput that warms up differ
    without anybody's hand. What is unknown at either time says nothing.
    """
    # What was not looked at now still says, say, whose business the capacity is.
    whole = replace(now, settings={**known.settings, **now.settings})
    within = Comparison(known, whole, partial=False)
    return [
        item
        for aspect in aspects
        if known.settings.get(aspect.name) != whole.settings.get(aspect.name)
        for item in aspect.compare(within)
        if isinstance(item, Difference) and not any(_near(item.pointer, place) for place in touched)
    ]


def _near(one: str, other: str) -> bool:
    return one == other or one.startswith(other + "/") or other.startswith(one + "/")
