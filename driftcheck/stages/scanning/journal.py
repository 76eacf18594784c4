"""The journal of a scan: every table that was finished, in a file that survives the run.

JSON Lines. The first line says what the file is; each further one is a finished
table (its key, a digest of what it was held against, and what was found) or how many
calls were made so far. A line counts when its end was written: a run that was killed
leaves at most one half line, which the next run cuts off.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from driftcheck.errors import UsageError
from driftcheck.model.report import ApiCalls, added
from driftcheck.stages.scanning.rows import Row, decoded, encoded

#: Raised when a journal of today could not be read by the program of tomorrow.
FORMAT = 1
#: Longest line that is read, in bytes: a table with every finding there can be is far shorter.
MAX_LINE = 16 * 1024 * 1024
#: Tables between two notes of the calls made so far.
_CALLS_EVERY = 100

#: A table in the journal: spec, target, account, region, name, address.
Key = tuple[str | None, ...]
#: Where in the file a finished table stands, and the digest of what it was held against.
_Entry = tuple[int, str]


class Journal:
    """A journal that is being written; a context manager."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self._file = file
        self._entries: dict[Key, _Entry] = {}
        self._written = 0
        #: When the first run of this journal began; None for a new one.
        self.started_at: datetime | None = None
        #: The calls of the runs before this one.
        self.earlier_calls: dict[str, ApiCalls] = {}

    @classmethod
    def begin(cls, path: Path, started_at: datetime) -> Journal:
        """A new journal. Raises ``UsageError`` where there is one already, or it cannot be made."""
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise UsageError(
                f"{path}: is there already. Go on with it by --resume {path}, or remove it."
            ) from None
        except OSError as error:
            raise UsageError(f"{path}: cannot be written: {error.strerror}.") from error
        journal = cls(path, os.fdopen(descriptor, "r+b"))
        journal._append({"driftcheck_journal": FORMAT, "started_at": started_at.isoformat()})
        return journal

    @classmethod
    def resume(cls, path: Path) -> Journal:
        """A journal to go on with. Raises ``UsageError`` where there is none that can be read."""
        try:
            file = path.open("r+b")
        except OSError as error:
            raise UsageError(f"{path}: cannot be resumed: {error.strerror}.") from error
        with contextlib.ExitStack() as refused:
            refused.callback(file.close)
            journal = cls(path, file)
            journal._load()
            refused.pop_all()
        return journal

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    def _load(self) -> None:
        runs: list[dict[str, ApiCalls]] = []
        last: dict[str, ApiCalls] = {}
        end = 0
        for offset, number, line in self._lines():
            try:
                data = json.loads(line)
                if number == 1:
                    if data["driftcheck_journal"] != FORMAT:
                        raise ValueError
                    self.started_at = _moment(data["started_at"])
                elif "run" in data:
                    runs.append(last)
                    last = {}
                elif "api_calls" in data:
                    last = {name: _calls(counts) for name, counts in data["api_calls"].items()}
                else:
                    self._entries[tuple(data["key"])] = (offset, str(data["of"]))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                raise UsageError(
                    f"{self.path}:{number}: this is no line of a journal of driftcheck scan. "
                    "Remove the file and begin anew with --journal."
                ) from None
            end = offset + len(line)
        if self.started_at is None:
            raise UsageError(f"{self.path}: this is no journal of driftcheck scan.")
        self.earlier_calls = added([*runs, last])
        self._file.truncate(end)
        self._append({"run": "resumed"})

    def _lines(self) -> Iterator[tuple[int, int, bytes]]:
        """Every whole line with its offset and number."""
        offset, number = 0, 0
        self._file.seek(0)
        while line := self._file.readline(MAX_LINE):
            number += 1
            if not line.endswith(b"\n"):
                if len(line) == MAX_LINE:
                    raise UsageError(f"{self.path}:{number}: the line is too long for a journal.")
                return  # what a killed run was about to write
            yield offset, number, line
            offset += len(line)

    def find(self, key: Key, of: str) -> Row | None:
        """What an earlier run found about a table; None where it must be looked at.

        ``of`` is the digest of spec, policies and code: what was held against others
        says nothing any more.
        """
        entry = self._entries.get(key)
        if entry is None or entry[1] != of:
            return None
        self._file.seek(entry[0])
        try:
            return decoded(json.loads(self._file.readline(MAX_LINE)))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None  # not as this program wrote it: it is looked at again

    def write(
        self, key: Key, of: str, row: Row, calls: Callable[[], Mapping[str, ApiCalls]]
    ) -> None:
        """Record a finished table. Raises ``UsageError`` when the disk does not take it."""
        self._append({"key": key, "of": of, **encoded(row)})
        self._written += 1
        if self._written % _CALLS_EVERY == 0:
            self.note_calls(calls())

    def note_calls(self, calls: Mapping[str, ApiCalls]) -> None:
        """Record the calls that this run has made so far."""
        self._append({"api_calls": {name: asdict(count) for name, count in calls.items()}})

    def _append(self, data: Mapping[str, Any]) -> None:
        line = json.dumps(data, separators=(",", ":")).encode() + b"\n"
        try:
            self._file.seek(0, os.SEEK_END)
            self._file.write(line)
            self._file.flush()
        except OSError as error:
            with contextlib.suppress(OSError):
                self._file.close()
            raise UsageError(f"{self.path}: cannot be written: {error.strerror}.") from error


def _moment(text: str) -> datetime:
    """Raises ``ValueError`` for a text that is no moment, or says of no time zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


def _calls(counts: Mapping[str, Any]) -> ApiCalls:
    """Raises ``TypeError`` or ``ValueError`` for what are no counts of calls."""
    if not all(type(count) is int and count >= 0 for count in counts.values()):
        raise ValueError("no counts")
    return ApiCalls(**counts)
