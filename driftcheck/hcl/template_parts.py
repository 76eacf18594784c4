"""From the pieces of a template to its parts: literal text joined, directives nested."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import NoReturn

from driftcheck.hcl.limits import MAX_DEPTH
from driftcheck.hcl.syntax import Expression, Literal, Template, TemplateFor, TemplateIf
from driftcheck.hcl.tokens import Tokens


@dataclass(slots=True)
class Piece:
    """Literal text, an interpolation, or a directive."""

    start: int
    end: int
    text: str = ""
    node: Expression | None = None
    keyword: str = ""
    names: tuple[str | None, str] = (None, "")

    @property
    def is_text(self) -> bool:
        return self.node is None and not self.keyword


@dataclass(slots=True)
class _Directive:
    """An open ``%{ if }`` or ``%{ for }``, with the parts of what encloses it."""

    opening: Piece
    outer: list[Expression]
    start: int
    then: Template | None = None


@dataclass(slots=True)
class _Assembly:
    """The parts made so far of the innermost open directive, or of the whole template."""

    tokens: Tokens
    parts: list[Expression] = field(default_factory=list)
    open: list[_Directive] = field(default_factory=list)
    text: list[Piece] = field(default_factory=list)

    def add(self, piece: Piece) -> None:
        """Take the next piece."""
        if piece.is_text:
            self.text.append(piece)
            return
        self.end_text()
        if piece.node is not None and not piece.keyword:
            self.parts.append(piece.node)
        elif piece.node is not None:
            if len(self.open) >= MAX_DEPTH:
                self.tokens.too_deep(piece.start)
            self.open.append(_Directive(piece, self.parts, piece.end))
            self.parts = []
        elif piece.keyword == "else":
            self._otherwise(piece)
        else:
            self._end(piece)

    def end_text(self) -> None:
        """Join the text since the last sequence to one literal."""
        if not self.text:
            return
        content = "".join(piece.text for piece in self.text)
        if not content.isascii():
            content = unicodedata.normalize("NFC", content)
        if content:
            start, end = self.text[0].start, self.text[-1].end
            self.parts.append(Literal(self.tokens.source, start, end, content))
        self.text = []

    def _otherwise(self, piece: Piece) -> None:
        """``%{ else }``."""
        directive = self.open[-1] if self.open else None
        if directive is None or directive.opening.keyword != "if" or directive.then is not None:
            self._unexpected(piece)
        directive.then = self._template(directive.start, piece.start)
        directive.start = piece.end

    def _end(self, piece: Piece) -> None:
        """``%{ endif }`` or ``%{ endfor }``."""
        if not self.open or piece.keyword != f"end{self.open[-1].opening.keyword}":
            self._unexpected(piece)
        directive = self.open.pop()
        opening, source = directive.opening, self.tokens.source
        assert opening.node is not None
        last = self._template(directive.start, piece.start)
        node: Expression
        if opening.keyword == "for":
            node = TemplateFor(source, opening.start, piece.end, *opening.names, opening.node, last)
        else:
            nothing = Template(source, piece.start, piece.start, [])
            branches = (last, nothing) if directive.then is None else (directive.then, last)
            node = TemplateIf(source, opening.start, piece.end, opening.node, *branches)
        directive.outer.append(node)
        self.parts = directive.outer

    def _template(self, start: int, end: int) -> Template:
        """The parts so far as one template, after which new ones begin."""
        template = Template(self.tokens.source, start, end, self.parts)
        self.parts = []
        return template

    def _unexpected(self, piece: Piece) -> NoReturn:
        self.tokens.fail(
            piece.start,
            f"Unexpected {piece.keyword} directive.",
            "No directive is open that it could belong to.",
        )


def parts_of(tokens: Tokens, pieces: list[Piece]) -> list[Expression]:
    """The parts that all pieces of a template make.

    Raises ``HclError`` for directives that do not match.
    """
    assembly = _Assembly(tokens)
    for piece in pieces:
        assembly.add(piece)
    if assembly.open:
        opening = assembly.open[-1].opening
        tokens.fail(
            opening.start,
            "Unexpected end of template.",
            f"The {opening.keyword} directive that starts here has no end{opening.keyword}.",
        )
    assembly.end_text()
    return assembly.parts
