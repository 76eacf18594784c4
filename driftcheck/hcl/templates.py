"""Templates: quoted strings, heredocs and whole template files.

HCL cuts a template into pieces before it does anything else, and strip markers and
the indentation of ``<<-`` work on those pieces: ``${~`` trims only the piece before
it. A piece of a quoted string is a run of plain characters and escapes; of a heredoc
or a template file, a line or the part of a line up to a sequence. A ``$`` or ``%``
that starts no sequence, and ``$${`` or ``%%{``, are pieces of their own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

from driftcheck.hcl.names import NAME
from driftcheck.hcl.syntax import Expression, Template, TemplateWrap, Traversal
from driftcheck.hcl.template_parts import Piece, parts_of

if TYPE_CHECKING:
    from driftcheck.hcl.lexer import Lexer

_SEQUENCES = rf"""
    (?P<reference>\$\{{[ \t]*(?P<root>{NAME})(?P<names>(?:\.{NAME})*)[ \t]*\}})
    | (?P<interpolation>\$\{{~?)
    | (?P<directive>%\{{~?)
    | (?P<escaped>\$\$\{{~?|%%\{{~?)
    | (?P<sign>[$%])
"""
_QUOTED = re.compile(
    rf"""(?P<run>(?:[^$%"\\\r\n]+|\\[^\r\n])+) | {_SEQUENCES} | (?P<end>")""", re.VERBOSE
)
_LINES = re.compile(
    # Terraform takes a sign and one more character at the end of a line as one piece.
    rf"""(?P<line>[^$%\r\n]*\r?\n) | (?P<oddity>[$%][\x00-\t\x0b-z|}}~\x7f](?=\r?\n))
    | {_SEQUENCES} | (?P<rest>[^$%\r\n]+) | (?P<end>\Z)""",
    re.VERBOSE,
)
_BLANKS = r"(?:[ \t\n]|\r\n|\#[^\n]*|//[^\n]*|/\*(?s:.*?)\*/)*+"
_DIRECTIVE = re.compile(rf"{_BLANKS}(?P<keyword>{NAME})")
# Names are taken whole ((?>...)), or else `xin` would be `x in`.
_FOR_NAMES = re.compile(
    rf"{_BLANKS}(?P<first>(?>{NAME}))(?:{_BLANKS},{_BLANKS}(?P<second>(?>{NAME})))?"
    rf"{_BLANKS}in(?=[\x00-,./:-@\[-^`{{-\x7f]|\Z)"
)
_CLOSE = re.compile(rf"{_BLANKS}(?P<strip>~)?\}}")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{0,4})|U([0-9A-Fa-f]{0,8})|(.)|\Z)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
#: What Go's unicode.IsSpace says, which is a little less than str.isspace.
_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_LITERALS = frozenset(["true", "false", "null"])


def quoted(lexer: Lexer, start: int, depth: int) -> tuple[Expression, int]:
    """The quoted template whose opening quote is at ``start``, and the offset after it."""
    pieces, end = _pieces(lexer, start, start + 1, _QUOTED, "", depth)
    return _template(lexer, start, end, pieces), end


def heredoc(lexer: Lexer, start: int, body: int, depth: int) -> tuple[Expression, int]:
    """The heredoc whose ``<<`` is at ``start`` and whose first line is at ``body``.

    Returns it with the offset of the newline after its closing marker.
    """
    opening = lexer.text[start:body].rstrip("\r\n")
    marker = opening.lstrip("<").removeprefix("-")
    lexer.check_name(start + len(opening) - len(marker), marker)
    pieces, end = _pieces(lexer, start, body, _LINES, marker, depth)
    if opening.startswith("<<-"):
        _remove_indentation(pieces)
    return _template(lexer, start, end, pieces), end


def whole(lexer: Lexer) -> Template | TemplateWrap:
    """The whole text as a template."""
    pieces, end = _pieces(lexer, 0, 0, _LINES, "", 1)
    return _template(lexer, 0, end, pieces)


def label(lexer: Lexer, start: int) -> tuple[str, int]:
    """The text of a quoted block label, in which there are no template sequences."""
    pieces, end = _pieces(lexer, start, start + 1, _QUOTED, "", 1)
    for piece in pieces:
        if not piece.is_text:
            lexer.fail(
                piece.start,
                "Invalid string literal.",
                "A block label cannot have template sequences; a literal ${ is written $${.",
            )
    return "".join(piece.text for piece in pieces), end


def _pieces(
    lexer: Lexer, start: int, at: int, pattern: re.Pattern[str], marker: str, depth: int
) -> tuple[list[Piece], int]:
    """Cut a template into pieces, trimmed by strip markers; return the offset after it."""
    text = lexer.text
    pieces: list[Piece] = []
    trim_next = False
    line_start = True
    while True:
        match = pattern.match(text, at)
        if match is None:
            if pattern is _LINES and not marker:
                # In a template file nothing is special after a lone carriage return.
                content = text[at:].lstrip(_SPACE) if trim_next else text[at:]
                pieces.append(Piece(at, len(text), content))
                return pieces, len(text)
            _unterminated(lexer, start, at, pattern)
        kind = match.lastgroup
        first, at = at, match.end()
        trim, trim_next = trim_next, False
        if kind == "end":
            if marker:
                _unterminated(lexer, start, at, pattern)
            return pieces, at
        if kind == "line" and marker and line_start:
            content = match["line"]
            if content.strip(_SPACE) == marker:
                return pieces, first + len(content.rstrip("\r\n"))
        line_start = kind == "line"
        if kind == "interpolation" or kind == "directive" or kind == "reference":
            stripping = text[at - 1] == "~"
            if stripping and pieces and pieces[-1].is_text:
                pieces[-1].text = pieces[-1].text.rstrip(_SPACE)
            if kind == "reference" and match["root"] not in _LITERALS:
                node: Expression = _reference(lexer, match)
                pieces.append(Piece(first, at, node=node))
            elif kind == "directive":
                piece, at, trim_next = _directive(lexer, first, at, depth)
                pieces.append(piece)
            else:
                at = first + 2 if kind == "reference" else at
                node, at, trim_next = lexer.interpolation(at, depth)
                pieces.append(Piece(first, at, node=node))
            continue
        content = match.group()
        if kind == "run" and "\\" in content:
            content = _resolve_escapes(lexer, first, content)
        elif kind == "escaped":
            content = content[1:]
        if trim:
            content = content.lstrip(_SPACE)
        pieces.append(Piece(first, at, content))


def _reference(lexer: Lexer, match: re.Match[str]) -> Traversal:
    """``${a.b}``, by far the most common interpolation."""
    start, at = match.span("root")
    names = match["names"]
    steps = names[1:].split(".") if names else []
    lexer.check_name(start, match["root"])
    ends = []
    for name in steps:
        lexer.check_name(at + 1, name)
        at += 1 + len(name)
        ends.append(at)
    return Traversal(lexer.source, start, at, match["root"], steps, ends)


def _directive(lexer: Lexer, start: int, at: int, depth: int) -> tuple[Piece, int, bool]:
    """``%{ ... }``; returns it, the offset after it, and whether it ends with ``~}``."""
    match = _DIRECTIVE.match(lexer.text, at)
    keyword = match["keyword"] if match else ""
    if match is None or keyword not in ("if", "else", "endif", "for", "endfor"):
        lexer.fail(
            match.start("keyword") if match else at,
            "Invalid template directive.",
            "After %{ comes one of if, else, endif, for and endfor; a literal %{ is written %%{.",
        )
    at = match.end()
    names: tuple[str | None, str] = (None, "")
    if keyword == "for":
        found = _FOR_NAMES.match(lexer.text, at)
        if found is None:
            lexer.fail(
                at,
                "Invalid 'for' directive.",
                'It is written "%{ for value in collection }" or "%{ for key, value in ... }".',
            )
        for group in ("first", "second"):
            if found[group]:
                lexer.check_name(found.start(group), found[group])
        at = found.end()
        names = (found["first"], found["second"]) if found["second"] else (None, found["first"])
    if keyword in ("if", "for"):
        node, at, strip = lexer.interpolation(at, depth)
        return Piece(start, at, "", node, keyword, names), at, strip
    close = _CLOSE.match(lexer.text, at)
    if close is None:
        lexer.fail(
            at,
            f"Extra characters in {keyword} marker.",
            "A closing brace must follow the keyword.",
        )
    end = close.end()
    return Piece(start, end, keyword=keyword), end, close["strip"] is not None


def _unterminated(lexer: Lexer, start: int, at: int, pattern: re.Pattern[str]) -> NoReturn:
    """Refuse a template that ends where it cannot."""
    text = lexer.text
    if pattern is _LINES:
        if at < len(text):
            lexer.invalid_character(at)
        lexer.fail(
            start,
            "Unterminated template string.",
            "The closing marker of this heredoc must stand alone on a line.",
        )
    if text.startswith("\\", at):
        lexer.fail(at, "Invalid escape sequence.", "A backslash must be followed by a character.")
    if at < len(text):
        lexer.fail(
            at,
            "Invalid multi-line string.",
            "A quoted string ends on its line; write \\n for a newline, or use a heredoc (<<EOT).",
        )
    lexer.fail(
        start, "Unterminated template string.", "The closing quote of this string is missing."
    )


def _resolve_escapes(lexer: Lexer, start: int, content: str) -> str:
    """The text that a piece with backslashes stands for."""

    def resolve(match: re.Match[str]) -> str:
        at = start + match.start()
        short, long, character = match.groups()
        if character is not None:
            if character not in _ESCAPES:
                lexer.fail(
                    at,
                    "Invalid escape sequence.",
                    f'"\\{character}" is none; a backslash itself is written \\\\.',
                )
            return _ESCAPES[character]
        digits = short if short is not None else long
        if len(digits) != (4 if short is not None else 8):
            lexer.fail(
                at,
                "Invalid escape sequence.",
                "\\u must be followed by four hexadecimal digits, \\U by eight.",
            )
        number = int(digits, 16)
        if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
            lexer.fail(at, "Invalid escape sequence.", f"U+{number:04X} is not a character.")
        return chr(number)

    return _ESCAPE.sub(resolve, content)


def _remove_indentation(pieces: list[Piece]) -> None:
    """What ``<<-`` does: take the smallest indentation off all lines.

    Lines of nothing but white space do not count, and are left as they are.
    """
    smallest: int | None = None
    indented: list[Piece] = []
    line_start = True
    for piece in pieces:
        if line_start:
            spaces: int | None = 0
            if piece.is_text:
                content = piece.text.lstrip(_SPACE)
                if not content and piece.text.endswith("\n"):
                    spaces = None
                else:
                    spaces = len(piece.text) - len(content)
                    indented.append(piece)
            if spaces is not None and (smallest is None or spaces < smallest):
                smallest = spaces
        line_start = piece.is_text and piece.text.endswith("\n")
    for piece in indented:
        piece.text = piece.text[smallest:]
        piece.start += smallest or 0


def _template(lexer: Lexer, start: int, end: int, pieces: list[Piece]) -> Template | TemplateWrap:
    """The node of a template from its pieces."""
    if len(pieces) == 1 and pieces[0].node is not None and not pieces[0].keyword:
        return TemplateWrap(lexer.source, start, end, pieces[0].node)
    return Template(lexer.source, start, end, parts_of(lexer, pieces))
