"""Answers about tens of thousands of tables, in little memory until somebody asks."""

from __future__ import annotations

import pickle  # only what was packed here is ever unpacked
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

Entry = Mapping[str, Any]

#: Bytes from which on compressing saves more than it takes.
_WORTH_IT = 1_000
#: What compressed bytes begin with, and no pickle does.
_COMPRESSED = b"z"


class Packed(Mapping[str, Mapping[str, Any]]):
    """Answers of a bulk operation by table: each has the shape of one page.

    An entry takes some two kilobytes as Python keeps it; those of a table that stand
    together take a tenth of that packed. A run asks for the entries of each table once or
    twice. ``lists`` are the members of an answer.
    """

    def __init__(self, lists: Sequence[str]) -> None:
        self._lists = tuple(lists)
        self._tables: dict[str, list[bytes]] = {}

    def add(self, name: str, entries: Iterable[tuple[str, Entry]]) -> None:
        """Put in entries of the list ``name``, each with its table."""
        of: dict[str, list[Entry]] = {}
        for table, entry in entries:
            of.setdefault(table, []).append(entry)
        for table, together in of.items():
            packed = pickle.dumps((self._lists.index(name), together), pickle.HIGHEST_PROTOCOL)
            if len(packed) >= _WORTH_IT:
                packed = _COMPRESSED + zlib.compress(packed, 1)
            self._tables.setdefault(table, []).append(packed)

    def only(self, tables: Iterable[str]) -> Packed:
        """The entries of some tables alone, to be sent to another process."""
        found = Packed(self._lists)
        found._tables = {t: self._tables[t] for t in tables if t in self._tables}
        return found

    def __getitem__(self, table: str) -> Mapping[str, Any]:
        answer: dict[str, list[Any]] = {name: [] for name in self._lists}
        for part in self._tables[table]:
            compressed = part.startswith(_COMPRESSED)
            packed = zlib.decompress(part[len(_COMPRESSED) :]) if compressed else part
            index, entries = pickle.loads(packed)  # noqa: S301
            answer[self._lists[index]] += entries
        return answer

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)
