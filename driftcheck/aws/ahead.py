"""Reading tables ahead, by threads that would otherwise only wait for a list.

Lists for a whole account come page by page, each with the token of the one before. A
thread that needs such a list to judge its table can meanwhile make the calls about
other tables, so that those find their answers here when it is their turn.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future

from driftcheck.aws.facts import TableFacts
from driftcheck.errors import AwsError

#: Tables whose answers are kept at most until it is their turn: some 15 KiB each.
MOST = 1_000


class Ahead:
    """The tables of a connection that are still to be read; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._operations: tuple[str, ...] = ()
        self._left: dict[str, None] = {}
        self._read: dict[str, Future[TableFacts]] = {}

    def expect(self, tables: Iterable[str], operations: Iterable[str]) -> None:
        """These tables will be asked for, with these operations about each of them."""
        with self._lock:
            self._operations = tuple(operations)
            self._left.update(dict.fromkeys(tables))

    def keep(self, table: str, facts: TableFacts) -> None:
        """A table that has been read by somebody else."""
        future: Future[TableFacts] = Future()
        future.set_result(facts)
        with self._lock:
            self._left.pop(table, None)
            self._read[table] = future

    def take(self, table: str) -> TableFacts | None:
        """The facts about a table that has been read ahead; None for one that was not.

        Waits for a thread that is reading it.
        """
        with self._lock:
            self._left.pop(table, None)
            future = self._read.pop(table, None)
        return future.result() if future is not None else None

    def read(self, facts: Callable[[str], TableFacts], waiting: Callable[[], bool]) -> None:
        """Read tables for as long as ``waiting`` says, and while there are some to read.

        Takes the last ones first: whoever goes through the tables begins with the first.
        """
        while waiting():
            with self._lock:
                if not self._left or len(self._read) >= MOST:
                    return
                table, _ = self._left.popitem()
                future = self._read[table] = Future()
            found = facts(table)
            try:
                # What refuses everything is told to who asks.
                found.read(self._operations)
            except AwsError:
                with self._lock:
                    self._left.clear()
            finally:
                future.set_result(found)
