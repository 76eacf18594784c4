"""What all lexers share: the text, the tokens made of it, and ways to refuse it."""

from __future__ import annotations

from typing import Any, NoReturn

from driftcheck.errors import HclError, HclLimitError
from driftcheck.hcl.limits import MAX_DEPTH
from driftcheck.hcl.names import invalid_at
from driftcheck.hcl.source import Source
from driftcheck.hcl.syntax import Comment

_HINTS = {
    "'": "Single quotes are not valid; use double quotes.",
    "`": "Backquotes are not valid; for text of several lines use a heredoc (<<EOT).",
    ";": "Semicolons are not valid; put every argument on a line of its own.",
    "“": "Curly quotes are not valid; use straight ones.",
    "”": "Curly quotes are not valid; use straight ones.",
    "&": 'There are no bitwise operators; "and" is written &&.',
    "|": 'There are no bitwise operators; "or" is written ||.',
    "^": "There are no bitwise operators.",
    "~": "There are no bitwise operators.",
    "$": 'Interpolation ("${...}") is only valid inside quotes.',
    "\r": "A carriage return is only valid before a line feed.",
}


class Tokens:
    """The tokens of a source, as two parallel lists: their terminals and their values."""

    __slots__ = ("comments", "source", "terminals", "text", "values")

    def __init__(self, source: Source, comments: list[Comment]) -> None:
        self.source = source
        self.text = source.text
        self.comments = comments
        self.terminals: list[str] = []
        self.values: list[Any] = []

    def feed(self, terminal: str, value: Any) -> None:
        """Append a token."""
        self.terminals.append(terminal)
        self.values.append(value)

    def comment(self, start: int, end: int) -> None:
        """Keep a comment."""
        if self.text[end - 1] == "\r":
            end -= 1
        self.comments.append(Comment(self.source, start, end))

    def check_name(self, start: int, name: str) -> None:
        """Refuse the characters above ASCII that names cannot have."""
        index = invalid_at(name)
        if index is not None:
            self.invalid_character(start + index)

    def fail(self, at: int, summary: str, detail: str) -> NoReturn:
        """Refuse the text at ``at``."""
        raise HclError(summary, self.source.location(at), detail)

    def too_deep(self, at: int) -> NoReturn:
        """Refuse to go further down."""
        raise HclLimitError(
            "This is nested too deeply.",
            self.source.location(at),
            f"driftcheck follows at most {MAX_DEPTH} levels of brackets, blocks and templates.",
        )

    def invalid_character(self, at: int) -> NoReturn:
        """Refuse a character, saying what to write instead where that is known."""
        character = self.text[at]
        shown = character if character.isprintable() else f"U+{ord(character):04X}"
        hint = _HINTS.get(character, "HCL does not use this character outside of strings.")
        self.fail(at, f"Invalid character ({shown}).", hint)
