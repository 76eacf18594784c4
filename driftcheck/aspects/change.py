"""How an aspect describes what would mend it: calls as data, or why there is none.

An aspect says which calls bring its part of a table from one state to another, how
risky they are, and on what they depend. It does not say in which order the calls of
different aspects are made, and it makes none: the planner sorts them by phase, and the
executor makes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any

from driftcheck.model.finding import Risk
from driftcheck.model.table import Table
from driftcheck.model.values import Json, Unknown, first_unknown, reveal

UPDATE_TABLE = "dynamodb:UpdateTable"


class Phase(IntEnum):
    """When a call is made, relative to the others on the same table; lower ones first.

    What guards data comes first and goes last, indexes are dropped before others are
    built (AWS works on one at a time), and capacity is settled before it is scaled.
    """

    PROTECT = 10
    LABEL = 20
    STOP_SCALING = 30
    STOP_EXPIRY = 40
    DROP_INDEX = 50
    TABLE_CLASS = 60
    STREAM = 70
    BILLING = 80
    INDEX_THROUGHPUT = 90
    LEFT_OVER_SCALING = 95
    START_SCALING = 100
    ENCRYPTION = 110
    REPLICA = 120
    WARM = 130
    BUILD_INDEX = 140
    SCALE_INDEX = 150
    INSIGHTS = 160
    START_EXPIRY = 170
    UNPROTECT = 180


class Must(StrEnum):
    """What a condition asks of a place of the live table's document."""

    EQUALS = "equals"
    PRESENT = "present"
    ABSENT = "absent"
    AT_LEAST = "at-least"


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that must read so in the live table's document.

    A place that AWS is still changing (``Unknown``) meets no condition. An object
    equals another if it has at least the members that the other states.
    """

    pointer: str
    must: Must
    value: Json = None

    def met(self, table: Table) -> bool:
        """Whether the table satisfies it."""
        actual = reveal(table.get(self.pointer))
        if first_unknown(actual) is not None:
            # Parts of a thing may be unreadable while the thing itself is certainly there.
            return self.must is Must.PRESENT and not isinstance(actual, Unknown)
        match self.must:
            case Must.EQUALS:
                return includes(actual, reveal(self.value))
            case Must.PRESENT:
                return actual is not None
            case Must.ABSENT:
                return actual is None
            case Must.AT_LEAST:
                return actual is not None and bool(actual >= self.value)

    def __str__(self) -> str:
        match self.must:
            case Must.EQUALS:
                shown = "nothing" if self.value is None else self.value
                return f"{self.pointer} is {shown}"
            case Must.PRESENT:
                return f"{self.pointer} is there"
            case Must.ABSENT:
                return f"{self.pointer} is not there"
            case Must.AT_LEAST:
                return f"{self.pointer} is at least {self.value}"


def equals(pointer: str, value: Json) -> Condition:
    """The place reads as ``value``."""
    return Condition(pointer, Must.EQUALS, value)


def present(pointer: str) -> Condition:
    """There is something at the place, and AWS is done with it."""
    return Condition(pointer, Must.PRESENT)


def absent(pointer: str) -> Condition:
    """There is nothing at the place."""
    return Condition(pointer, Must.ABSENT)


def at_least(pointer: str, value: Json) -> Condition:
    """The amount at the place is no smaller than ``value``."""
    return Condition(pointer, Must.AT_LEAST, value)


def includes(actual: Json, stated: Json) -> bool:
    """Whether a value has everything that another one states."""
    if isinstance(stated, dict) and isinstance(actual, dict):
        return all(includes(actual.get(name), value) for name, value in stated.items())
    return bool(actual == stated)


@dataclass(frozen=True, slots=True)
class Change:
    """One API call that mends something, or is a step on the way to it.

    ``operation`` is written as its IAM action. ``pointers`` are the places of the
    document that are as wanted once the call (and those of the same ``group``) are
    done. Calls of one group belong together: either all of them may be made, or none.

    ``requires`` must hold before the call is made, ``settles`` tells when AWS is done
    with it. ``touches`` are further places that AWS changes along with it. ``fresh``
    maps places in ``arguments`` to places in the document whose value at the moment of
    the call is sent (a capacity that has to be named and is not ours to change).
    ``slow`` calls take AWS minutes. ``interval`` is the time in seconds that AWS wants
    between the call before it in the group and this one. ``hazard`` says what can go
    wrong and ``undo`` how to go back, each as a sentence for people.
    """

    title: str
    operation: str
    arguments: Mapping[str, Any]
    pointers: tuple[str, ...]
    phase: Phase
    risk: Risk
    hazard: str
    undo: str
    requires: tuple[Condition, ...] = ()
    settles: tuple[Condition, ...] = ()
    touches: tuple[str, ...] = ()
    fresh: Mapping[str, str] = field(default_factory=dict)
    group: str = ""
    slow: bool = False
    interval: int = 0
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Impossible:
    """Places that no call can bring to what is wanted.

    ``reason`` says why, ``instead`` what a person can do: the migration, or who else
    has to decide.
    """

    pointers: tuple[str, ...]
    reason: str
    instead: str


@dataclass(frozen=True, slots=True)
class Ground:
    """What changes are worked out from.

    ``current`` is the live table, ``wanted`` the same with everything in its place
    that is to be mended: where the two agree there is nothing to do. ``code`` and
    ``spec`` are the whole desired tables, for values that a change needs besides those
    that it mends (the type of a new index's key). ``arn`` is the live table's.
    """

    name: str
    arn: str
    region: str
    account: str
    current: Table
    wanted: Table
    code: Table | None = None
    spec: Table | None = None

    def before(self, pointer: str) -> Json:
        """The live value, with nothing hidden in it."""
        return reveal(self.current.get(pointer))

    def after(self, pointer: str) -> Json:
        """The wanted value, with nothing hidden in it."""
        return reveal(self.wanted.get(pointer))

    def moved(self, pointer: str) -> bool:
        """Whether the place is to be changed."""
        return bool(self.before(pointer) != self.after(pointer))

    def stated(self, pointer: str) -> Json:
        """What the code says of a place, or the spec where the code says nothing."""
        for source in (self.code, self.spec):
            if source is not None:
                value = reveal(source.get(pointer))
                if value is not None:
                    return value
        return None

    def member(self, pointer: str) -> dict[str, Json]:
        """The wanted object at a place; an empty one where there is none."""
        value = self.after(pointer)
        return value if isinstance(value, dict) else {}


def worst(risks: list[Risk]) -> Risk:
    """The gravest of several risks."""
    return max(risks, key=list(Risk).index, default=Risk.SAFE)
