"""Where in a file something was said."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A position in a text file.

    ``file`` is the path as it is shown to the user (relative to the working
    directory where possible); ``line`` and ``column`` count from 1, columns in
    Unicode code points.
    """

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"
