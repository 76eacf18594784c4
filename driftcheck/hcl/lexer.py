"""From text to the tokens that the grammar reads: expressions.

The grammar knows nothing of newlines (see ``driftcheck.hcl.grammar``), so all that
HCL says about them is settled here and in ``driftcheck.hcl.body_lexer``: in
parentheses, brackets, interpolations and for expressions they mean nothing; between
the items of an object they separate, so they are fed as commas; at the end of an
argument they end it.

A quoted string or a heredoc is one token, whose value is the finished template node.
A reference with its attribute names (``var.a.b``) is one ``NAME`` whose value is a
``Traversal``. ``driftcheck.hcl.lowering`` says what the values of tokens are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any, NoReturn

from driftcheck.errors import HclLimitError
from driftcheck.hcl import templates
from driftcheck.hcl.limits import MAX_DEPTH
from driftcheck.hcl.names import NAME
from driftcheck.hcl.numbers import NumberError, NumberLimitError, parse_number
from driftcheck.hcl.source import Source
from driftcheck.hcl.syntax import Comment, Expression, Literal, Template, Traversal
from driftcheck.hcl.tokens import Tokens

COMMENT = r"\#[^\n]*|//[^\n]*|/\*(?s:.*?)\*/"
_TOKEN = re.compile(
    rf"""[ \t]*(?:
      (?P<word>{NAME})(?P<name>(?:\.{NAME})*)
    | (?P<text>"[^"\\$%\r\n]*(?:[$%](?!\{{)[^"\\$%\r\n]*)*")
    | (?P<newline>(?:\r?\n[ \t]*)+)
    | (?P<comment>{COMMENT})
    | (?P<heredoc><<-?{NAME}\r?\n)
    | (?P<operator>==|!=|<=|>=|=>|&&|\|\||::|\.\.\.|[()\[\]{{}},=.:?+*/%<>!-])
    | (?P<number>[0-9](?:[0-9.]|[eE][+-]?[0-9])*(?<!\.))
    | (?P<quote>")
    | (?P<strip>~\}})
    | (?P<end>\Z)
    )""",
    re.VERBOSE,
)
_CALL = re.compile(r"[ \t\r\n]*(?:\(|::)")
_SCOPED_NAME = re.compile(rf"[ \t\r\n]*({NAME})")

_OPERATORS = {
    "==": "DOUBLE_EQ", "!=": "NEQ", "<=": "LEQ", ">=": "GEQ", "<": "LT", ">": "GT",
    "&&": "DOUBLE_AMP", "||": "DOUBLE_PIPE", "=>": "FOR_OBJECT_ARROW", "...": "ELLIPSIS",
    "=": "EQ", ",": "COMMA", ".": "DOT", ":": "COLON", "?": "QMARK", "+": "PLUS", "-": "MINUS",
    "*": "ASTERISK", "/": "SLASH", "%": "PERCENT", "!": "NOT",
    "(": "LPAR", ")": "RPAR", "[": "LSQB", "]": "RSQB", "{": "LBRACE", "}": "RBRACE",
}  # fmt: skip
#: Terminals that can be the last of an operand. After anything else one must follow.
OPERAND_ENDS = frozenset(
    [
        "NAME",
        "INT_LITERAL",
        "TEMPLATE_STRING",
        "TRUE",
        "FALSE",
        "NULL",
        "RPAR",
        "RSQB",
        "RBRACE",
        "ATTR_SPLAT",
        "FULL_SPLAT_START",
    ]
)
_LITERALS: dict[str, tuple[str, bool | None]] = {
    "true": ("TRUE", True),
    "false": ("FALSE", False),
    "null": ("NULL", None),
}
_WORDS = frozenset(["for", "in", "if", *_LITERALS])

# What the lexer is inside of: the whole, or an opening bracket.
ARGUMENT = "argument"
_INTERPOLATION = "interpolation"
_WHOLE = "whole"
_OBJECT = "{"
_FOR_OBJECT = "{for"
_INDEX = "a["
_CLOSES = {")": ("(",), "]": ("[", _INDEX), "}": (_OBJECT, _FOR_OBJECT)}


class Lexer(Tokens):
    """The tokens of one source, or of one interpolation inside it."""

    __slots__ = ("depth", "parse")

    def __init__(
        self,
        source: Source,
        parse: Callable[[Lexer], Expression],
        comments: list[Comment] | None = None,
        depth: int = 0,
    ) -> None:
        """``parse`` makes an expression of a lexer's tokens, for interpolations."""
        super().__init__(source, [] if comments is None else comments)
        self.parse = parse
        self.depth = depth

    def whole_expression(self) -> None:
        """The tokens of a text that is one expression."""
        end = self.expression(0, _WHOLE)
        if end < len(self.text):
            self.fail(end, "Unexpected closing brace.", "Nothing is open that it could close.")
        self.feed("$END", end)

    def interpolation(self, start: int, depth: int) -> tuple[Expression, int, bool]:
        """The expression from ``start`` up to an unmatched brace.

        Returns it with the offset after the brace, and whether that was ``~}``.
        ``depth`` is that of the template around it.
        """
        if depth >= MAX_DEPTH:
            self.too_deep(start)
        inner = Lexer(self.source, self.parse, self.comments, depth)
        end = inner.expression(start, _INTERPOLATION)
        inner.feed("$END", end)
        strip = self.text[end] == "~"
        return self.parse(inner), end + 1 + strip, strip

    def expression(self, at: int, base: str) -> int:
        """Append the tokens of an expression; return the offset of what ends it.

        That is an unmatched brace or the end of the text; for ``ARGUMENT``, which is
        the value of an argument, a newline too.
        """
        text, source = self.text, self.source
        terminals, values = self.terminals, self.values
        scan = _TOKEN.match
        #: what encloses the next token, and where its bracket stands
        contexts = [(base, at)]
        while True:
            match = scan(text, at)
            if match is None:
                self._no_token(at)
            kind = match.lastgroup
            at = match.end()
            if kind == "name":
                word, names = match.group("word", "name")
                if base == ARGUMENT and len(contexts) == 1 and terminals[-1] in OPERAND_ENDS:
                    self.fail(
                        match.start("word"),
                        "Missing newline after argument.",
                        f'An argument ends with its line; "{word}" cannot follow its value.',
                    )
                if names or word in _WORDS or not word.isascii():
                    self._word(match.start("word"), word, names, contexts)
                else:
                    terminals.append("NAME")
                    values.append((at - len(word), at, word))
            elif kind == "operator":
                operator = match["operator"]
                if operator == "}" and len(contexts) == 1:
                    self._must_be_complete(at - 1)
                    return at - 1
                at = self._operator(operator, at, contexts)
            elif kind == "text":
                start = match.start("text")
                value = text[start + 1 : at - 1]
                if not value.isascii():
                    value = unicodedata.normalize("NFC", value)
                parts: list[Expression] = []
                if value:
                    parts.append(Literal(source, start + 1, at - 1, value))
                terminals.append("TEMPLATE_STRING")
                values.append(Template(source, start, at, parts))
            elif kind == "newline":
                context = contexts[-1][0]
                if context == _OBJECT:
                    if terminals[-1] != "LBRACE" and terminals[-1] != "COMMA":
                        self.feed("COMMA", match.start("newline"))
                elif context == ARGUMENT:
                    self._must_be_complete(match.start("newline"))
                    return match.start("newline")
            elif kind == "number":
                start = match.start("number")
                self.feed("INT_LITERAL", Literal(source, start, at, self._number(start, at)))
            elif kind == "comment":
                self.comment(match.start("comment"), at)
            elif kind == "quote":
                if base == _INTERPOLATION and terminals and terminals[-1] in OPERAND_ENDS:
                    self._unclosed_sequence(contexts[0][1])
                node, at = templates.quoted(self, at - 1, self.depth + len(contexts))
                self.feed("TEMPLATE_STRING", node)
            elif kind == "heredoc":
                start = match.start("heredoc")
                node, at = templates.heredoc(self, start, at, self.depth + len(contexts))
                self.feed("TEMPLATE_STRING", node)
            elif kind == "strip":
                if base != _INTERPOLATION or len(contexts) > 1:
                    self.fail(at - 2, "Unexpected ~}.", "It can only end a template sequence.")
                self._must_be_complete(at - 2)
                return at - 2
            else:
                self._at_end(at, base, contexts)
                return at

    # Refusals.

    def _no_token(self, at: int) -> NoReturn:
        while self.text[at] in " \t":
            at += 1
        self.invalid_character(at)

    def _must_be_complete(self, at: int) -> None:
        """Refuse the end of an expression where an operand must follow."""
        if self.terminals and self.terminals[-1] in OPERAND_ENDS:
            return
        missing = "A value is missing" if self.terminals[-1:] == ["EQ"] else "An operand is missing"
        self.fail(
            at,
            "Invalid expression.",
            f"{missing} here; it must start on this line unless it is inside parentheses.",
        )

    def _at_end(self, at: int, base: str, contexts: list[tuple[str, int]]) -> None:
        """The text ends; refuse that where something is still open."""
        context, opened = contexts[-1]
        if len(contexts) > 1:
            self.fail(
                opened,
                f"Unclosed bracket ({context[-1] if context != _FOR_OBJECT else '{'}).",
                "The file ends before the bracket that closes this one.",
            )
        if base == _INTERPOLATION:
            self._unclosed_sequence(opened)
        self._must_be_complete(at)

    def _unclosed_sequence(self, at: int) -> NoReturn:
        """Refuse an interpolation or directive without end; ``at`` is inside it."""
        self.fail(
            self.text.rfind("{", 0, at) - 1,
            "Unclosed template sequence.",
            "There is no closing brace for the sequence that starts here.",
        )

    # Tokens that need a closer look.

    def _number(self, start: int, end: int) -> Any:
        digits = self.text[start:end]
        if end - start < 100 and digits.isdigit():
            return int(digits)
        try:
            return parse_number(digits)
        except NumberLimitError as error:
            raise HclLimitError(error.summary, self.source.location(start)) from None
        except NumberError:
            self.fail(start, "Invalid number literal.", f"{digits[:40]} is not a number.")

    def _word(self, start: int, word: str, names: str, contexts: list[tuple[str, int]]) -> None:
        """A name with attribute names after it, a keyword, or a name beyond ASCII."""
        terminals = self.terminals
        previous = terminals[-1] if terminals else ""
        at = start + len(word)
        self.check_name(start, word)
        if previous == "DOT":
            self.feed("NAME", (start, at, word))
        elif (keyword := self._keyword(word, previous, contexts)) != "NAME":
            self.feed(keyword, (start, at, word))
        elif word in _LITERALS and not _CALL.match(self.text, at):
            terminal, value = _LITERALS[word]
            self.feed(terminal, Literal(self.source, start, at, value))
        elif names:
            steps = names[1:].split(".")
            ends = []
            for name in steps:
                self.check_name(at + 1, name)
                at += 1 + len(name)
                ends.append(at)
            self.feed("NAME", Traversal(self.source, start, at, word, steps, ends))
            return
        else:
            self.feed("NAME", (start, at, word))
        for name in names[1:].split(".") if names else ():
            self.feed("DOT", at)
            self.check_name(at + 1, name)
            self.feed("NAME", (at + 1, at + 1 + len(name), name))
            at += 1 + len(name)

    def _keyword(self, word: str, previous: str, contexts: list[tuple[str, int]]) -> str:
        """The terminal of a word: ``for``, ``in`` and ``if`` are special in few places."""
        terminals = self.terminals
        context, opened = contexts[-1]
        if word == "for":
            if previous == "LBRACE":
                contexts[-1] = _FOR_OBJECT, opened
                return "FOR"
            if previous == "LSQB" and context == "[":
                return "FOR"
        elif word == "in":
            if terminals[-2:] == ["FOR", "NAME"]:
                return "IN"
            if terminals[-4:] == ["FOR", "NAME", "COMMA", "NAME"]:
                return "IN"
        elif word == "if" and context in ("[", _FOR_OBJECT):
            return "IF" if previous in OPERAND_ENDS or previous == "ELLIPSIS" else "NAME"
        return "NAME"

    def _operator(self, operator: str, end: int, contexts: list[tuple[str, int]]) -> int:
        """An operator or bracket that ends at ``end``; returns where to go on."""
        terminals, values = self.terminals, self.values
        previous = terminals[-1] if terminals else ""
        start = end - len(operator)
        if operator in "([{":
            if self.depth + len(contexts) >= MAX_DEPTH:
                self.too_deep(start)
            is_index = operator == "[" and previous in OPERAND_ENDS
            contexts.append((_INDEX if is_index else operator, start))
        elif operator in ")]}":
            context, opened = contexts[-1]
            if context not in _CLOSES[operator]:
                self._unbalanced(operator, start, contexts)
            contexts.pop()
            if context == _INDEX and terminals[-2:] == ["LSQB", "ASTERISK"]:
                if contexts[-1][0] in (ARGUMENT, _OBJECT) and "\n" in self.text[opened:end]:
                    self.fail(opened, "Invalid expression.", 'Write "[*]" on one line.')
                del terminals[-2:], values[-2:]
                self.feed("FULL_SPLAT_START", (opened, end))
                return end
        elif operator in "-!":
            if previous not in OPERAND_ENDS:
                if previous in ("MINUS", "NOT") and type(values[-1]) is list:
                    values[-1].append((start, operator))
                else:
                    self.feed(_OPERATORS[operator], [(start, operator)])
                return end
        elif operator == "*":
            if previous == "DOT":
                terminals[-1] = "ATTR_SPLAT"
                values[-1] = values[-1], end
                return end
        elif operator == "::":
            return self._scoped_name(start, end)
        elif operator == "/" and self.text.startswith("/*", start):
            self.fail(start, "Unterminated comment.", "Close it with */.")
        elif operator == "<" and self.text.startswith("<<", start):
            self.fail(
                start,
                "Invalid expression.",
                "A heredoc starts with << or <<-, a name without quotes or blanks, and a newline.",
            )
        terminals.append(_OPERATORS[operator])
        values.append(start)
        return end

    def _scoped_name(self, start: int, end: int) -> int:
        """``::``: the name before it and the one after it are one name."""
        match = _SCOPED_NAME.match(self.text, end)
        if match is None or self.terminals[-1:] != ["NAME"] or type(self.values[-1]) is not tuple:
            self.fail(start, "Invalid function name.", 'A name must stand on both sides of "::".')
        self.check_name(match.start(1), match[1])
        first, _, name = self.values[-1]
        self.values[-1] = first, match.end(), f"{name}::{match[1]}"
        return match.end()

    def _unbalanced(self, closer: str, start: int, contexts: list[tuple[str, int]]) -> NoReturn:
        opened = contexts[-1][1]
        if len(contexts) == 1:
            self.fail(start, f'Unexpected "{closer}".', "No bracket is open that it could close.")
        opener = self.text[opened]
        self.fail(
            start,
            f'Unbalanced brackets: "{closer}" cannot close "{opener}".',
            f'The "{opener}" on line {self.source.location(opened).line} is still open.',
        )
