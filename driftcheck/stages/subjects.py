"""Which tables a target has: those of its code, and those that its spec names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from driftcheck.model.table import Table
from driftcheck.model.values import Unknown
from driftcheck.spec.model import Spec, Target
from driftcheck.stages.connection import Connection

_PATTERN = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Subject:
    """One table to look at.

    ``named`` tells that the spec names this very table as one that is live, so that
    it has to exist whatever the code says.
    """

    code: Table | None
    name: str | Unknown
    named: bool


def subjects(
    spec: Spec, target: Target, code: Sequence[Table], connection: Connection
) -> Iterator[Subject]:
    """The tables of the code first, then those that only the spec knows.

    Where the code has one table and does not say its name, it is the one that the spec
    names. A pattern in a spec without a module stands for the live tables that match
    it. Raises ``AwsError`` when those cannot be listed.
    """
    given = target.table or spec.table
    seen: set[str] = set()
    nameless = False
    for table in code:
        name = table.name
        if isinstance(name, Unknown) and given is not None and len(code) == 1:
            name = given
        if isinstance(name, str):
            seen.add(name)
        nameless |= isinstance(name, Unknown)
        yield Subject(table, name, name == given)
    if given is not None and given not in seen and not nameless:
        yield Subject(None, given, named=True)
    if given is None and spec.module is None:
        for name, named in dict(_stated(spec, connection)).items():
            yield Subject(None, name, named)


def _stated(spec: Spec, connection: Connection) -> Iterator[tuple[str, bool]]:
    """The tables that the contracts of a spec speak of; whether each is named in full."""
    live: Sequence[str] | None = None
    for pattern in sorted({c.match_name or "*" for c in spec.contracts}, key=_is_pattern):
        if pattern == "*":
            continue  # laid over the tables that the others name
        if not _is_pattern(pattern):
            yield pattern, True
            continue
        live = connection.table_names() if live is None else live
        names = {c.match_name for c in spec.contracts}
        yield from ((n, n in names) for n in live if fnmatchcase(n, pattern))


def _is_pattern(text: str) -> bool:
    return not _PATTERN.isdisjoint(text)
