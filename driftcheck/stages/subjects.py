"""Which tables a target has: those of its code, and those that its spec names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from driftcheck.model.finding import Finding
from driftcheck.model.pointer import child
from driftcheck.model.table import Table
from driftcheck.model.values import Unknown
from driftcheck.spec.model import Spec, Target, is_pattern
from driftcheck.stages.connection import Connection
from driftcheck.stages.scan_findings import tables_unmatched


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

    Where the code has one table and does not say its name, it stands for every table
    that the spec names. A pattern stands for the live tables that match it. Raises
    ``AwsError`` when those cannot be listed.
    """
    given = dict(_given(spec, target, connection))
    seen: set[str] = set()
    nameless = False
    for table in code:
        if not isinstance(table.name, Unknown):
            seen.add(table.name)
            yield Subject(table, table.name, given.get(table.name, False))
        elif len(code) == 1 and given:
            seen.update(given)
            for name, named in given.items():
                yield Subject(table, name, named)
        else:
            nameless = True
            yield Subject(table, table.name, named=False)
    if not nameless:
        for name, named in given.items():
            if name not in seen:
                yield Subject(None, name, named)


def _given(spec: Spec, target: Target, connection: Connection) -> Iterator[tuple[str, bool]]:
    """The live tables that a spec speaks of by name; whether each is named in full."""
    stated = spec.live_names(target)
    names = dict.fromkeys(name for name in stated if not is_pattern(name))
    yield from ((name, True) for name in names)
    patterns = [pattern for pattern in dict.fromkeys(stated) if is_pattern(pattern)]
    if not patterns:
        return
    for name in connection.table_names():
        if name not in names and any(fnmatchcase(name, pattern) for pattern in patterns):
            yield name, False


class Patterns:
    """The patterns under ``table`` of a spec, and which of them match no live table.

    Such a pattern is misspelt, or its tables are gone. One that several targets share
    has to match in any of them. Only of use where every target could be read.
    """

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        shared = tuple(t.name for t in spec.targets if not t.tables)
        own = [t for t in spec.targets if t.tables]
        stated: list[tuple[tuple[str, ...], str, tuple[str, ...]]]
        stated = [(t.tables, t.pointer + "/table", (t.name,)) for t in own]
        stated += [(spec.tables, "/table", shared)] if shared else []
        self._left = [
            (targets, pattern, spec.where(child(at, str(index))) or spec.where(at))
            for tables, at, targets in stated
            for index, pattern in enumerate(tables)
            if is_pattern(pattern)
        ]

    def saw(self, target: str, table: str) -> None:
        """A table was looked at."""
        if self._left:
            self._left = [
                (targets, pattern, place)
                for targets, pattern, place in self._left
                if target not in targets or not fnmatchcase(table, pattern)
            ]

    def unmatched(self) -> list[Finding]:
        """A finding for every pattern that matched none of the tables that were seen."""
        return [
            tables_unmatched(self._spec, pattern, targets, place)
            for targets, pattern, place in self._left
        ]
