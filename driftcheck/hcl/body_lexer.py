"""From text to the tokens that the grammar reads: the bodies of files and blocks."""

from __future__ import annotations

import re
from typing import NoReturn

from driftcheck.hcl import templates
from driftcheck.hcl.lexer import ARGUMENT, COMMENT, Lexer
from driftcheck.hcl.limits import MAX_DEPTH
from driftcheck.hcl.names import NAME

_ITEM = re.compile(
    rf"""[ \t\n]*(?:\r\n[ \t\n]*)*(?:
      (?P<name>{NAME})(?:(?P<argument>[ \t]*=(?![=>]))|(?P<block>))
    | (?P<comment>{COMMENT})
    | (?P<close>\}})
    | (?P<end>\Z)
    )""",
    re.VERBOSE,
)
_HEADER = re.compile(
    rf"""[ \t]*(?:
      (?P<name>{NAME})
    | "(?P<label>[^"\\$%\r\n]*)"
    | (?P<quote>")
    | (?P<open>\{{)
    | (?P<equals>=(?![=>]))
    | (?P<comment>/\*(?s:.*?)\*/)
    )""",
    re.VERBOSE,
)
_REST_OF_LINE = re.compile(r"[ \t]*(?:(?P<comment>/\*(?s:.*?)\*/)|(?P<end>\#|//|\r?\n|\Z))")
_SPACES = re.compile(r"[ \t]*")
_BLANKS = re.compile(r"[ \t\n]*(?:\r\n[ \t\n]*)*")


def _skip(blanks: re.Pattern[str], text: str, at: int) -> int:
    """The offset after the blanks at ``at``."""
    match = blanks.match(text, at)
    return match.end() if match else at


class BodyLexer(Lexer):
    """The tokens of a file of arguments and blocks."""

    __slots__ = ("_blocks",)

    def body(self) -> None:
        """The tokens of the whole file."""
        #: where the braces of the open blocks stand
        self._blocks: list[int] = []
        at = 0
        while True:
            match = _ITEM.match(self.text, at)
            if match is None:
                self._not_an_item(_skip(_BLANKS, self.text, at))
            kind = match.lastgroup
            at = match.end()
            if kind == "argument":
                self._name(match)
                self.feed("EQ", at - 1)
                at = self._argument(at)
            elif kind == "block":
                self._name(match)
                at = self._header(at)
                is_argument = self.terminals[-1] == "EQ"
                at = self._argument(at) if is_argument else self._block_start(at)
            elif kind == "comment":
                self.comment(match.start("comment"), at)
            elif kind == "close":
                if not self._blocks:
                    self.fail(at - 1, "Unexpected closing brace.", "No block is open here.")
                at = self._close_block(at)
            else:
                if self._blocks:
                    self.fail(
                        self._blocks[-1],
                        "Unclosed configuration block.",
                        "The file ends before the closing brace of this block.",
                    )
                self.feed("$END", at)
                return

    def _name(self, match: re.Match[str]) -> None:
        """Feed the name that starts an item or is a label."""
        name = match["name"]
        start, end = match.span("name")
        self.check_name(start, name)
        self.feed("NAME", (start, end, name))

    def _argument(self, at: int) -> int:
        """The value of an argument on lines of its own; returns its end."""
        end = self.expression(at, ARGUMENT)
        if self.text.startswith("}", end):
            self.fail(
                end,
                "Missing newline after argument.",
                "An argument ends with its line, and the closing brace goes on the next one.",
            )
        return end

    def _header(self, at: int) -> int:
        """The rest of a block's header up to its brace, or of an argument's up to ``=``."""
        first = len(self.terminals)
        while True:
            match = _HEADER.match(self.text, at)
            if match is None:
                self._bad_header(_skip(_SPACES, self.text, at))
            kind = match.lastgroup
            at = match.end()
            if kind == "name":
                self._name(match)
            elif kind == "label":
                self.feed("NAME", (match.start("label") - 1, at, match["label"]))
            elif kind == "quote":
                label, end = templates.label(self, at - 1)
                self.feed("NAME", (at - 1, end, label))
                at = end
            elif kind == "open":
                self.feed("LBRACE", at - 1)
                return at
            elif kind == "equals":
                if len(self.terminals) > first:
                    self.fail(
                        at - 1,
                        "Invalid block definition.",
                        "An argument has one name before its equals sign; a block has none.",
                    )
                self.feed("EQ", at - 1)
                return at
            else:
                self.comment(match.start("comment"), at)

    def _block_start(self, at: int) -> int:
        """What follows an opening brace on its line: nothing, or all of the block."""
        self._blocks.append(at - 1)
        if len(self._blocks) >= MAX_DEPTH:
            self.too_deep(at - 1)
        at, is_end = self._rest_of_line(at)
        if is_end:
            return at
        match = _ITEM.match(self.text, at)
        if match is None:
            self._not_an_item(_skip(_SPACES, self.text, at))
        at = match.end()
        if match["name"]:
            self._name(match)
            if match.lastgroup == "block":
                at = self._header(at)
            else:
                self.feed("EQ", at - 1)
            if self.terminals[-1] != "EQ":
                self.fail(
                    match.start("name"),
                    "Argument definition required.",
                    "A block on a single line can hold one argument and no block; put nested"
                    " blocks on lines of their own.",
                )
            at = self.expression(at, ARGUMENT)
            if not self.text.startswith("}", at):
                self.fail(
                    at,
                    "Invalid single-argument block definition.",
                    "A block with an argument on its first line must be closed on that line.",
                )
            at += 1
        return self._close_block(at)

    def _close_block(self, at: int) -> int:
        """A closing brace, which ends before ``at``, and the end of its line."""
        self.feed("RBRACE", at - 1)
        self._blocks.pop()
        at, is_end = self._rest_of_line(at)
        if not is_end:
            self.fail(
                at,
                "Missing newline after block definition.",
                "What follows a block starts on a new line.",
            )
        return at

    def _rest_of_line(self, at: int) -> tuple[int, bool]:
        """Skip blanks and comments; whether that came to the end of the line."""
        while match := _REST_OF_LINE.match(self.text, at):
            if match["end"] is not None:
                return match.start("end"), True
            at = match.end()
            self.comment(match.start("comment"), at)
        return _skip(_SPACES, self.text, at), False

    def _not_an_item(self, at: int) -> NoReturn:
        """Refuse what cannot start an argument or a block."""
        # An item in its place, so that the grammar can say that the one before is incomplete.
        self.feed("NAME", (at, at, ""))
        character = self.text[at]
        if character == '"':
            self.fail(at, "Invalid argument name.", "Argument names are not quoted.")
        if self.text.startswith("/*", at):
            self.fail(at, "Unterminated comment.", "Close it with */.")
        if character not in "()[]{},=.:?+*/%<>!-0123456789":
            self.invalid_character(at)
        self.fail(
            at,
            "Argument or block definition required.",
            f'An argument or a block starts with a name, not with "{character}".',
        )

    def _bad_header(self, at: int) -> NoReturn:
        """Refuse what cannot follow a name at the start of an item."""
        character = self.text[at : at + 1]
        if character and character not in "\r\n()[]{},=.:?+*/%<>!-0123456789":
            self.invalid_character(at)
        start = self.values[-1][0]
        if self.terminals[-2:-1] not in (["NAME"],):
            self.fail(
                start,
                "Argument or block definition required.",
                'To set an argument, write "=" and its value after the name; a block has an'
                ' opening brace ("{") on the line of its name.',
            )
        if character in ("", "\r", "\n"):
            self.fail(
                at,
                "Invalid block definition.",
                'The opening brace ("{") must be on the line of the block\'s name.',
            )
        self.fail(
            at,
            "Invalid block definition.",
            f'A label in quotes or an opening brace ("{{") is expected, not "{character}".',
        )
