"""What to say about a token that the grammar does not allow."""

from __future__ import annotations

from typing import Any

from driftcheck.errors import HclError
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
    found = _shown(lexer, terminal, at)
    opener = _enclosing(terminals, index)
    if previous == "DOT":
        summary, detail = "Invalid attribute name.", f"A name must follow the dot, not {found}."
    elif "FOR" in terminals[max(index - 4, 0) : index] and terminal not in _CLOSERS:
        summary = "Invalid 'for' expression."
        detail = 'It starts with "for value in collection :" or "for key, value in ... :".'
    elif previous not in OPERAND_ENDS:
        summary, detail = "Invalid expression.", f"A value is expected here, not {found}."
    elif opener == "LPAR":
        summary = "Missing separator or closing parenthesis."
        detail = f'A comma or ")" is expected here, not {found}.'
    elif opener == "LSQB":
        summary = "Missing item separator."
        detail = f'A comma or "]" is expected here, not {found}.'
    elif opener == "LBRACE" and terminal in ("COMMA", "RBRACE"):
        summary = "Missing attribute value."
        detail = f'"=" and a value are expected here, not {found}.'
    elif opener == "LBRACE":
        summary = "Missing key/value separator."
        detail = f'In an object a key, "=", a value and a comma are expected; found {found}.'
    elif terminal == "COMMA":
        summary = "Unexpected comma after argument."
        detail = "Arguments are separated by newlines."
    elif terminal == "$END" or "\n" in lexer.text[_end(lexer, index) : at]:
        at = _end(lexer, index)
        summary, detail = "Incomplete expression.", "Something is missing after this."
    elif terminal in _OPERAND_STARTS:
        summary = "Missing newline after argument."
        detail = f"An argument ends with its line; {found} cannot follow its value."
    else:
        summary, detail = "Extra characters after expression.", f"{found} cannot stand here."
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
    value = lexer.values[index - 1]
    if isinstance(value, Node):
        return value.end
    end: int = value[1] if isinstance(value, tuple) else value + 1
    return end


def _enclosing(terminals: list[str], index: int) -> str:
    """The bracket that is open at ``index``, "" for none."""
    depth = 0
    for terminal in reversed(terminals[:index]):
        if terminal in _CLOSERS:
            depth += 1
        elif terminal in _OPENERS:
            if depth == 0:
                return terminal
            depth -= 1
    return ""


def _shown(lexer: Lexer, terminal: str, at: int) -> str:
    """The token as it is named in messages."""
    rest = lexer.text[at:].split("\n", 1)[0].rstrip("\r")
    if not rest:
        return "the end of the line" if at < len(lexer.text) else "the end"
    if terminal == "TEMPLATE_STRING":
        return "a string"
    if terminal == "NAME":
        return f'"{lexer.text[at:].split(maxsplit=1)[0][:40]}"'
    return f'"{rest.split(maxsplit=1)[0][:3]}"'
