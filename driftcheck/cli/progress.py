"""What the program is doing, on standard error, while it does it."""

from __future__ import annotations

import shutil
import sys
from types import TracebackType
from typing import Self

from driftcheck.reports.printable import printable


class Progress:
    """Progress of a command; a context manager.

    On a terminal it is one line, rewritten in place and wiped at the end; elsewhere
    it is a line for each milestone, and with ``verbose`` for each step. ``quiet``
    shows nothing.
    """

    def __init__(self, *, quiet: bool = False, verbose: bool = False) -> None:
        self._stream = sys.stderr
        self._quiet = quiet
        self.verbose = verbose
        #: Whether there is one line that is written over.
        self.live = self._stream.isatty() and not verbose

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.clear()

    def clear(self) -> None:
        """Wipe the line, so that something else can be written there."""
        if self.live and not self._quiet:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()

    def step(self, text: str) -> None:
        """Something happens that only a terminal or ``verbose`` shows."""
        if self.live or self.verbose:
            self._tell(printable(text))

    def milestone(self, text: str) -> None:
        """Something happens that everybody is told, unless they want quiet."""
        self._tell(printable(text))

    def _tell(self, text: str) -> None:
        if self._quiet:
            return
        if self.live:
            width = shutil.get_terminal_size().columns - 1
            self._stream.write(f"\r\x1b[2K{text[:width]}")
        else:
            self._stream.write(f"{text}\n")
        self._stream.flush()
