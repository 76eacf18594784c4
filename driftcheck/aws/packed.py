"""Answers about tens of thousands of tables, in little memory until somebody asks."""

from __future__ import annotations

import pickle  # only what was packed here is ever unpacked
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

Entry = Mapping[str, Any]


class Packed(Mapping[str, Mapping[str, Any]]):
    """Answers of a bulk operation by table: each has the shape of one page.

    An entry takes some two kilobytes as Python keeps it and a fifth of that packed; a
    run asks for the entries of each table once or twice. ``lists`` are the members of
    an answer.
    """

    def __init__(self, lists: Sequence[str]) -> None:
        self._lists = tuple(lists)
        self._tables: dict[str, list[bytes]] = {}

    def add(self, table: str, name: str, entry: Entry) -> None:
        """Put an entry of the list ``name`` to those of a table."""
        packed = pickle.dumps((self._lists.index(name), entry), pickle.HIGHEST_PROTOCOL)
        self._tables.setdefault(table, []).append(packed)

    def only(self, tables: Iterable[str]) -> Packed:
        """The entries of some tables alone, to be sent to another process."""
        found = Packed(self._lists)
        found._tables = {t: self._tables[t] for t in tables if t in self._tables}
        return found

    def __getitem__(self, table: str) -> Mapping[str, Any]:
        answer: dict[str, list[Any]] = {name: [] for name in self._lists}
        for packed in self._tables[table]:
            index, entry = pickle.loads(packed)  # noqa: S301
            answer[self._lists[index]].append(entry)
        return answer

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)
