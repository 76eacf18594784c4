"""What to say about a token that the grammar does not allow."""

from __future__ import annotations

from typing import Any

from driftcheck.errors import HclError
from driftcheck.hcl.body_lexer import BodyLexer
from driftcheck.hcl.lexer import OPERAND_ENDS, Lexer
from driftcheck.hcl.syntax import Node

_OPENERS = {"LPAR": "RPAR", "LSQB": "RSQB", "LBRACE": "RBRACE"}
_CLOSERS = frozenset(_OPENERS.values())
_OPERAND_STARTS = frozenset(
    ["NAME", "INT_LITERAL", "TEMPLATE_STRING", "TRUE", "FALSE", "NULL", "LPAR", "LSQB", "LBRACE"]
)


def unexpected(lexer: Lexer, index: int) -> HclError:
    """The error for the token at ``index``."""
    terminals = lexer.terminals
    terminal = terminals[index]
    previous = terminals[index - 1] if index else ""
    at = token_start(lexer.values[index])
    ends_line = "\n" in lexer.text[_end(lexer, index) : at]
    found = _shown(lexer, terminal, at)
    opener, inside = _enclosing(terminals, index)
    if previous == "DOT":
        summary, detail = "Invalid attribute name.", f"A name must follow the dot, not {found}."
    elif terminal == "FOR_OBJECT_ARROW" and inside[:1] == ["FOR"]:
        summary = "Invalid 'for' expression."
        detail = 'In brackets it makes a list and has no key; "key => value" needs braces.'
    elif inside[:1] == ["FOR"] and opener == "LBRACE" and "FOR_OBJECT_ARROW" not in inside:
        summary = "Invalid 'for' expression."
        detail = 'In braces it makes an object: "{for value in collection : key => value}".'
    elif inside[:1] == ["FOR"] and "COLON" not in inside:
        summary = "Invalid 'for' expression."
        detail = 'It starts with "for value in collection :" or "for key, value in collection :".'
    elif previous not in OPERAND_ENDS:
        summary, detail = "Invalid expression.", f"A value is expected here, not {found}."
    elif inside.count("QMARK") > inside.count("COLON"):
        at = _end(lexer, index) if ends_line else at
        summary = "Missing false expression in conditional."
        detail = 'A conditional is written "condition ? value : other value".'
    elif opener == "LPAR":
        summary = "Missing separator or closing parenthesis."
        detail = f'A comma or ")" is expected here, not {found}.'
    elif opener == "LSQB":
        summary = "Missing item separator or closing bracket."
        detail = f'A comma or "]" is expected here, not {found}.'
    elif opener == "LBRACE" and terminal in ("COMMA", "RBRACE"):
        summary = "Missing attribute value."
        detail = f'"=" and a value are expected here, not {found}.'
    elif opener == "LBRACE":
        summary = "Missing key/value separator."
        detail = f'In an object come a key, "=", a value and a comma or newline; found {found}.'
    elif terminal == "COMMA":
        summary = "Unexpected comma after argument."
        detail = "Arguments are separated by newlines."
    elif terminal == "$END" or ends_line:
        at = _end(lexer, index)
        summary, detail = "Incomplete expression.", "Something is missing after this."
    elif terminal in _OPERAND_STARTS and isinstance(lexer, BodyLexer):
        summary = "Missing newline after argument."
        detail = f"An argument ends with its line; {found} cannot follow its value."
    else:
        summary = "Extra characters after expression."
        detail = f"The expression could end before {found}."
    return HclError(summary, lexer.source.location(at), detail)


def token_start(value: Any) -> int:
    """The offset of the first character of a token."""
    if isinstance(value, Node):
        return value.start
    if isinstance(value, list):
        value = value[0]
    start: int = value[0] if isinstance(value, tuple) else value
    return start


def _end(lexer: Lexer, index: int) -> int:
    """The offset after the token before ``index``."""
    value = lexer.values[index - 1] if index else 0
    if isinstance(value, Node):
        return value.end
    end: int = value[1] if isinstance(value, tuple) else token_start(value) + 1
    return end


def _enclosing(terminals: list[str], index: int) -> tuple[str, list[str]]:
    """The bracket that is open at ``index`` ("" for none), and what stands in it so far.

    Brackets that were closed before ``index`` are left out, with all that is in them.
    """
    depth = 0
    inside: list[str] = []
    for terminal in reversed(terminals[:index]):
        if terminal in _CLOSERS:
            depth += 1
        elif terminal in _OPENERS and depth:
            depth -= 1
        elif terminal in _OPENERS:
            return terminal, inside[::-1]
        elif not depth:
            inside.append(terminal)
    return "", inside[::-1]


def _shown(lexer: Lexer, terminal: str, at: int) -> str:
    """The token as it is named in messages."""
    rest = lexer.text[at:].split("\n", 1)[0].rstrip("\r")
    if not rest:
        return "the end of the line" if at < len(lexer.text) else "the end"
    if terminal == "TEMPLATE_STRING":
        return "a string"
    if terminal == "NAME":
        return f'"{rest.split(maxsplit=1)[0][:40]}"'
    return f'"{rest.split(maxsplit=1)[0][:3]}"'
