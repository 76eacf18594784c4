"""What was found, one row for each table, in memory for as long as it is little.

A run over tens of thousands of tables must not take memory for all of them: past
``MOST_IN_MEMORY`` rows they lie in a file, and are read from it each time somebody
goes through them.
"""

from __future__ import annotations

import json
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Generic, TypeVar, overload

from driftcheck.model.finding import Finding
from driftcheck.model.report import TableResult
from driftcheck.records.read import finding_of, table_of
from driftcheck.records.write import finding_document, table_document

#: Rows that are kept in memory before all of them are put on disk.
MOST_IN_MEMORY = 1_000

#: Where a row stands in the report: the spec's, the target's and the table's number.
Seat = tuple[int, int, int]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """What was found about a table, or, without one, beside the tables."""

    table: TableResult | None
    findings: Sequence[Finding]


def encoded(row: Row) -> dict[str, object]:
    """A row as JSON data."""
    return {
        "table": table_document(row.table) if row.table is not None else None,
        "findings": [finding_document(f) for f in row.findings],
    }


def decoded(data: dict[str, object]) -> Row:
    """The row that ``encoded`` made the data of; raises ``KeyError`` or the like for other data."""
    table, findings = data["table"], data["findings"]
    return Row(
        table_of(table) if isinstance(table, dict) else None,
        [finding_of(f) for f in findings] if isinstance(findings, list) else [],
    )


class Rows:
    """The rows of a run, in the order of their seats whenever they were put in."""

    def __init__(self, most_in_memory: int = MOST_IN_MEMORY) -> None:
        self._most = most_in_memory
        self._kept: list[tuple[Seat, Row | int]] = []
        self._file: IO[bytes] | None = None
        self._sorted = True
        self._tables = self._findings = 0

    def put(self, seat: Seat, row: Row) -> None:
        """Add a row."""
        self._tables += row.table is not None
        self._findings += len(row.findings)
        self._sorted = False
        if self._file is None and len(self._kept) >= self._most:
            # Nobody else can open it, and it is gone when the report is.
            self._file = TemporaryFile(prefix="driftcheck-")  # noqa: SIM115
            weakref.finalize(self, self._file.close)
            self._kept = [(s, self._write(r)) for s, r in self._kept if isinstance(r, Row)]
        self._kept.append((seat, row if self._file is None else self._write(row)))

    def _write(self, row: Row) -> int:
        assert self._file is not None
        offset = self._file.seek(0, 2)
        self._file.write(json.dumps(encoded(row), separators=(",", ":")).encode() + b"\n")
        return offset

    def __iter__(self) -> Iterator[Row]:
        if not self._sorted:
            self._kept.sort(key=lambda entry: entry[0])
            self._sorted = True
        for _, row in self._kept:
            yield row if isinstance(row, Row) else self._read(row)

    def change(self, changed: Callable[[Row], Row]) -> None:
        """Put another row in the place of each for which ``changed`` gives another one."""
        for index, (seat, kept) in enumerate(self._kept):
            row = kept if isinstance(kept, Row) else self._read(kept)
            other = changed(row)
            if other is not row:
                self._findings += len(other.findings) - len(row.findings)
                self._kept[index] = (seat, other if self._file is None else self._write(other))

    def _read(self, offset: int) -> Row:
        assert self._file is not None
        self._file.seek(offset)
        return decoded(json.loads(self._file.readline()))

    def tables(self) -> Sequence[TableResult]:
        """The tables of all rows."""
        if self._file is None:
            return tuple(row.table for row in self if row.table is not None)
        return _Lazy(self._tables, lambda: (r.table for r in self if r.table is not None))

    def findings(self) -> Sequence[Finding]:
        """The findings of all rows."""
        if self._file is None:
            return tuple(finding for row in self for finding in row.findings)
        return _Lazy(self._findings, lambda: (f for row in self for f in row.findings))


class _Lazy(Sequence[T], Generic[T]):
    """A sequence that is read anew each time somebody goes through it."""

    def __init__(self, length: int, read: Callable[[], Iterable[T]]) -> None:
        self._length = length
        self._read = read

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[T]:
        return iter(self._read())

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        """An item, for which all before it are read: for a look at a few, not for loops."""
        if isinstance(index, slice):
            start, stop, step = index.indices(self._length)
            if step < 1:
                return tuple(self)[index]
            return tuple(islice(self, start, stop, step))
        place = range(self._length)[index]
        return next(islice(self, place, None))
