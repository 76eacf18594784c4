"""What went wrong, or may be wrong, while a configuration was read and evaluated."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum

from driftcheck.errors import HclError
from driftcheck.model.location import Location

#: Hostile code must not make a report of a million lines.
MAX_DIAGNOSTICS = 1000


class Level(Enum):
    """How much of the result a diagnostic takes away.

    ``ERROR``: Terraform would refuse the configuration. ``INCOMPLETE``: it is
    valid, but a part of it could not be seen (a module that is not installed, a
    ``count`` that cannot be known), so resources may be missing from the result.
    ``WARNING``: everything was evaluated; something still deserves a look.
    """

    ERROR = "error"
    INCOMPLETE = "incomplete"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem: what it is, where, and what to do about it."""

    level: Level
    summary: str
    location: Location | None = None
    detail: str = ""

    def __str__(self) -> str:
        where = f"{self.location}: " if self.location is not None else ""
        detail = f" {self.detail}" if self.detail else ""
        return f"{where}{self.summary}{detail}"


class Diagnostics:
    """Collects diagnostics, each once, in order of discovery."""

    def __init__(self) -> None:
        #: A dict for its order, and because the instances of a module repeat what is wrong.
        self._items: dict[Diagnostic, None] = {}

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def add(
        self, level: Level, summary: str, location: Location | None = None, detail: str = ""
    ) -> None:
        """Record one problem; the same problem at the same place is recorded once."""
        if len(self._items) < MAX_DIAGNOSTICS:
            self._items[Diagnostic(level, summary, location, detail)] = None

    def error(self, summary: str, location: Location | None = None, detail: str = "") -> None:
        """Record something that Terraform refuses."""
        self.add(Level.ERROR, summary, location, detail)

    def warning(self, summary: str, location: Location | None = None, detail: str = "") -> None:
        """Record something worth a look that takes nothing from the result."""
        self.add(Level.WARNING, summary, location, detail)

    def incomplete(self, summary: str, location: Location | None = None, detail: str = "") -> None:
        """Record that a part of the configuration could not be seen."""
        self.add(Level.INCOMPLETE, summary, location, detail)

    def caught(self, error: HclError) -> None:
        """Record an exception of the parser or the evaluator."""
        self.error(error.summary, error.location, error.detail)

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Record an ``HclError`` raised inside the ``with`` block, and go on after it."""
        try:
            yield
        except HclError as error:
            self.caught(error)

    @property
    def has_errors(self) -> bool:
        """Whether Terraform would refuse the configuration."""
        return any(d.level is Level.ERROR for d in self)
