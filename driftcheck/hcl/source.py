"""A source text and the translation of offsets to lines and columns."""

from __future__ import annotations

from bisect import bisect_right

from driftcheck.model.location import Location


class Source:
    """The text of one file (or of one expression typed by hand), with its name.

    Nodes of the syntax tree keep offsets only; lines and columns are worked out
    from here when somebody asks, which most nodes never do.
    """

    __slots__ = ("_line_starts", "name", "text")

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self._line_starts: list[int] | None = None

    def location(self, offset: int) -> Location:
        r"""The line and column (both from 1) of a character offset.

        Lines end at ``\n`` only, as Terraform counts them.
        """
        starts = self._line_starts
        if starts is None:
            starts = [0]
            find = self.text.find
            at = find("\n")
            while at >= 0:
                starts.append(at + 1)
                at = find("\n", at + 1)
            self._line_starts = starts
        line = bisect_right(starts, offset)
        return Location(self.name, line, offset - starts[line - 1] + 1)

    def line_text(self, line: int) -> str:
        """The text of a line (counted from 1) without its line ending, for messages."""
        lines = self.text.split("\n", line)
        return lines[line - 1].rstrip("\r") if line <= len(lines) else ""
