"""Terraform's native syntax: from text to the tree of ``driftcheck.hcl.syntax``.

Three layers: ``lexer`` and ``body_lexer`` cut the text into tokens, with ``templates``
for what is inside quotes and heredocs; ``automaton`` runs python-hcl2's grammar over
them; ``lowering`` makes the nodes.
"""

from __future__ import annotations

from typing import Any, Literal

from driftcheck.errors import HclError
from driftcheck.hcl import templates
from driftcheck.hcl.automaton import UnexpectedToken, automaton
from driftcheck.hcl.body_lexer import BodyLexer
from driftcheck.hcl.collector import paused_collector
from driftcheck.hcl.lexer import Lexer
from driftcheck.hcl.limits import check_height
from driftcheck.hcl.source import Source
from driftcheck.hcl.syntax import Body, Expression, Template, TemplateWrap
from driftcheck.hcl.syntax_errors import unexpected


def parse_config(source: Source) -> Body:
    """See ``driftcheck.hcl.parser.parse_config``."""
    lexer = BodyLexer(source, _expression)
    with paused_collector():
        body = _parse_body(lexer)
    body.start, body.end = 0, len(source.text)
    body.comments = lexer.comments
    return body


def parse_expression(source: Source) -> Expression:
    """See ``driftcheck.hcl.parser.parse_expression``."""
    try:
        expression = _whole_expression(source)
    except HclError as error:
        if "<<" not in source.text or source.text.endswith("\n"):
            raise
        try:
            expression = _whole_expression(Source(source.name, source.text + "\n"))
        except HclError:
            raise error from None
    check_height(expression)
    return expression


def parse_template(source: Source) -> Template | TemplateWrap:
    """See ``driftcheck.hcl.parser.parse_template``."""
    template = templates.whole(Lexer(source, _expression))
    check_height(template)
    return template


def _whole_expression(source: Source) -> Expression:
    lexer = Lexer(source, _expression)
    try:
        lexer.whole_expression()
    except HclError:
        _run("expression", lexer)
        raise
    return _expression(lexer)


def _parse_body(lexer: BodyLexer) -> Body:
    try:
        lexer.body()
    except HclError:
        # What the grammar does not allow may stand before what the lexer stumbled over.
        _run("body", lexer)
        raise
    body: Body = _run("body", lexer)
    return body


def _expression(lexer: Lexer) -> Expression:
    result: Expression = _run("expression", lexer)
    return result


def _run(start: Literal["body", "expression"], lexer: Lexer) -> Any:
    try:
        return automaton().run(start, lexer.source, lexer.terminals, lexer.values)
    except UnexpectedToken as error:
        index = error.index
    raise unexpected(lexer, index)
