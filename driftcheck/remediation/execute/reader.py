"""Looking at a live table while it is being changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from driftcheck.aspects.base import Aspect, FactUnavailable
from driftcheck.aspects.comparing import Comparison, Difference
from driftcheck.aspects.reading import DESCRIBE_TABLE
from driftcheck.aws.connection import AwsConnection
from driftcheck.model.pointer import split
from driftcheck.model.table import Fragment, Table
from driftcheck.model.values import Unknown
from driftcheck.remediation.execute.pace import ServerClock
from driftcheck.remediation.plan.model import Mend, TablePlan
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
    """A table at one moment. ``moving`` says what AWS is still changing of it."""

    table: Table
    table_id: str | None
    active: bool
    moving: tuple[str, ...]


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

    def look(self, aspects: Sequence[Aspect]) -> Look:
        """The table now, in the given aspects.

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
        settings: dict[str, Fragment | Unknown] = {}
        for aspect in aspects:
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
            active=described.get("TableStatus", "ACTIVE") == "ACTIVE",
            moving=tuple(movements(described)),
        )


def aspects_for(
    plan: TablePlan, aspects: Sequence[Aspect], fields: Mapping[str, str]
) -> tuple[Aspect, ...]:
    """The aspects to look at while a plan is carried out: its own, and what is cheap to read."""
    pointers = {
        at
        for step in plan.steps
        for at in (
            *step.change.pointers,
            *step.change.touches,
            *(c.pointer for c in (*step.change.requires, *step.change.settles)),
        )
    }
    names = {step.aspect for step in plan.steps}
    names |= {fields[split(at)[0]] for at in pointers if at}
    return tuple(a for a in aspects if a.name in names or set(a.reads) <= _CHEAP)


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
    within = Comparison(known, now, partial=False)
    return [
        item
        for aspect in aspects
        for item in aspect.compare(within)
        if isinstance(item, Difference) and not any(_near(item.pointer, place) for place in touched)
    ]


def _near(one: str, other: str) -> bool:
    return one == other or one.startswith(other + "/") or other.startswith(one + "/")
