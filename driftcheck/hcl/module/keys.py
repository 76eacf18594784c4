"""Keys of instances: what ``count`` and ``for_each`` give every instance of a block."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

from driftcheck.hcl.context import Scope
from driftcheck.hcl.syntax import Expression
from driftcheck.hcl.values import Unknown, Value, object_value

#: None for a block without ``count`` and ``for_each``; ``UNKNOWN_KEY`` for a placeholder.
InstanceKey = int | str | None

_T = TypeVar("_T")


class RepetitionKind(Enum):
    """Which meta-argument makes the instances of a block."""

    SINGLE = "single"
    COUNT = "count"
    FOR_EACH = "for_each"


@dataclass(frozen=True, slots=True)
class Repetition:
    """What ``count.index``, ``each.key`` and ``each.value`` are in one instance.

    ``collection`` is the ``for_each`` expression that they come from, with its scope.
    """

    count_index: Value | None = None
    each_key: Value | None = None
    each_value: Value | None = None
    collection: Expression | None = None
    scope: Scope | None = None


@dataclass(frozen=True, slots=True)
class Iterator:
    """The iterator of a ``dynamic`` block for one of the blocks that it makes."""

    key: Value
    value: Value
    collection: Expression
    scope: Scope

    @property
    def object(self) -> Value:
        """What the iterator's name means: an object of ``key`` and ``value``."""
        return object_value({"key": self.key, "value": self.value})


NO_REPETITION = Repetition()


@dataclass(slots=True, eq=False)
class InstanceSet(Generic[_T]):
    """All instances of one resource or module call within one module instance.

    ``unknown`` is set where their number cannot be known; ``items`` then holds one
    placeholder under the key None.
    """

    kind: RepetitionKind
    items: dict[InstanceKey, _T] = field(default_factory=dict)
    unknown: Unknown | None = None


def with_key(address: str, key: InstanceKey, placeholder: bool = False) -> str:
    """The address of one instance: ``a.b``, ``a.b[0]``, ``a.b["x"]``; ``a.b[*]`` if unknown."""
    if placeholder:
        return f"{address}[*]"
    match key:
        case None:
            return address
        case int():
            return f"{address}[{key}]"
        case _:
            return f"{address}[{quoted(key)}]"


def quoted(text: str) -> str:
    """A string as an HCL literal, escaped as Terraform escapes instance keys."""
    for plain, escaped in (
        ("\\", "\\\\"),
        ('"', '\\"'),
        ("\n", "\\n"),
        ("\r", "\\r"),
        ("\t", "\\t"),
        ("${", "$${"),
        ("%{", "%%{"),
    ):
        text = text.replace(plain, escaped)
    return f'"{text}"'
