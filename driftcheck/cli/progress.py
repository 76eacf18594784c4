"""What the program is doing, on standard error, while it does it."""

from __future__ import annotations

import shutil
import sys
from types import TracebackType
from typing import Self

from driftcheck.reports.printable import printable
from driftcheck.spec.model import Spec, Target


class Progress:
    """Progress of a scan or of provisioning; a context manager.

    On a terminal it is one line, rewritten in place and wiped at the end;
    elsewhere it is a line for each target, and with ``verbose`` for each step.
    ``quiet`` shows nothing.
    """

    def __init__(self, *, quiet: bool = False, verbose: bool = False) -> None:
        self._stream = sys.stderr
        self._quiet = quiet
        self._verbose = verbose
        self._live = self._stream.isatty() and not verbose
        self._where = ""
        self._tables = 0

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
        if self._live and not self._quiet:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()

    def target(self, spec: Spec, target: Target) -> None:
        """A target begins."""
        self._where = printable(f"{spec.name} ({target.name})")
        self._tell(f"reading {self._where}")

    def table(self, name: str) -> None:
        """A table begins."""
        self._tables += 1
        self.step(f"{self._where}: table {self._tables}, {name}")

    def step(self, text: str) -> None:
        """Something happens that only a terminal or ``verbose`` shows."""
        if self._live or self._verbose:
            self._tell(printable(text))

    def milestone(self, text: str) -> None:
        """Something happens that everybody is told, unless they want quiet."""
        self._tell(printable(text))

    def _tell(self, text: str) -> None:
        if self._quiet:
            return
        if self._live:
            width = shutil.get_terminal_size().columns - 1
            self._stream.write(f"\r\x1b[2K{text[:width]}")
        else:
            self._stream.write(f"{text}\n")
        self._stream.flush()
