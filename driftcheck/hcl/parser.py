"""Terraform's native syntax: from text to the tree of ``driftcheck.hcl.syntax``.

Everything that Terraform refuses is refused with an ``HclError`` that says where; so
is, with an ``HclLimitError``, what is valid but larger or deeper than we follow.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from driftcheck.errors import HclError, HclLimitError
from driftcheck.hcl import templates
from driftcheck.hcl.automaton import UnexpectedToken, automaton
from driftcheck.hcl.body_lexer import BodyLexer
from driftcheck.hcl.lexer import Lexer
from driftcheck.hcl.source import Source
from driftcheck.hcl.syntax import Body, Expression, Template, TemplateWrap
from driftcheck.hcl.syntax_errors import unexpected
from driftcheck.model.location import Location

#: The largest file that is read, in bytes.
MAX_FILE_SIZE = 10_000_000


def parse_file(path: Path, display_name: str) -> Body:
    """The body of a ``.tf`` or ``.tfvars`` file; ``display_name`` is for locations.

    A file whose name ends with ``.json`` is read as JSON, and all that its body has are
    attributes: see ``driftcheck.hcl.json_syntax``.

    Raises ``HclError`` for a file that is not UTF-8 or not valid HCL, ``OSError`` for
    one that cannot be read.
    """
    source = read_source(path, display_name)
    if path.name.endswith(".json"):
        from driftcheck.hcl.json_syntax import parse_json_config

        return parse_json_config(source)
    return parse_config(source)


def read_source(path: Path, display_name: str) -> Source:
    """The text of a file. Raises ``HclError`` where it is not UTF-8 or too large."""
    with path.open("rb") as file:
        data = file.read(MAX_FILE_SIZE + 1)
    return decode_source(data, display_name)


def decode_source(data: bytes, display_name: str) -> Source:
    """The text of a file's bytes, without a byte order mark."""
    if len(data) > MAX_FILE_SIZE:
        raise HclLimitError(
            "This file is too large.",
            Location(display_name, 1, 1),
            f"driftcheck reads at most {MAX_FILE_SIZE // 1_000_000} MB of HCL in one file.",
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        raise HclError(
            "Invalid character encoding.",
            Source(display_name, before).location(len(before)),
            "Terraform's files are encoded in UTF-8; save this one so.",
        ) from None
    return Source(display_name, text.removeprefix("\ufeff"))


def parse_config(source: Source) -> Body:
    """The body of a file's text. Raises ``HclError``."""
    lexer = BodyLexer(source, _expression)
    try:
        lexer.body()
    except HclError:
        # What the grammar does not allow may stand before what the lexer stumbled over.
        _run("body", lexer)
        raise
    body: Body = _run("body", lexer)
    body.start, body.end = 0, len(source.text)
    body.comments = lexer.comments
    return body


def parse_expression(source: Source) -> Expression:
    """One expression, which may span lines as if in parentheses. Raises ``HclError``.

    Unlike in a file, a heredoc may end with the text, without a newline after its marker.
    """
    if "<<" in source.text and not source.text.endswith("\n"):
        source = Source(source.name, source.text + "\n")
    lexer = Lexer(source, _expression)
    try:
        lexer.whole_expression()
    except HclError:
        _run("expression", lexer)
        raise
    return _expression(lexer)


def parse_template(source: Source) -> Template | TemplateWrap:
    """A whole text as a template, as ``templatefile`` reads it. Raises ``HclError``."""
    return templates.whole(Lexer(source, _expression))


def _expression(lexer: Lexer) -> Expression:
    result: Expression = _run("expression", lexer)
    return result


def _run(start: Literal["body", "expression"], lexer: Lexer) -> Any:
    try:
        return automaton().run(start, lexer.source, lexer.terminals, lexer.values)
    except UnexpectedToken as error:
        index = error.index
    raise unexpected(lexer, index)
