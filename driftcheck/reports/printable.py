"""Making text of others harmless, and values short, before a person sees them.

Names, tags and messages come from pull requests and from AWS accounts. A control
character in them could rewrite the terminal, a bidirectional mark could make a line
say something else.
"""

from __future__ import annotations

import json
import re

from driftcheck.model.values import Json
from driftcheck.records.values import plain

#: How a line begins, or what it holds, that a CI service takes for a command to itself:
#: ``::error::`` and ``##[group]`` (GitHub), ``##vso[`` (Azure), ``##teamcity[``.
_LINE_COMMAND = re.compile(r"^(\s*):(?=:)", re.M)
_COMMAND = re.compile(r"#(?=#\w*\[)")


def printable(text: str) -> str:
    """The text with every character that is not plainly visible written as an escape."""
    if "##" in text:
        text = _COMMAND.sub(r"\\x23", text)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escape(c) for c in text)


def json_without_commands(text: str) -> str:
    """JSON text with the same meaning, in which no CI service finds a command."""
    return text.replace("##", "#\\u0023") if "##" in text else text


def printable_lines(text: str) -> str:
    """Text of several lines, each of them printable and no command."""
    return no_commands("\n".join(printable(line) for line in text.split("\n")))


def no_commands(lines: str) -> str:
    """Printable lines of which none begins as a command to the CI service that logs them."""
    return _LINE_COMMAND.sub(r"\1\\x3a", lines) if "::" in lines else lines


def _escape(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def brief(value: Json, width: int) -> str:
    """A value on one line of at most ``width`` columns; what is cut off is counted."""
    text = printable(json.dumps(plain(value), ensure_ascii=False))
    if len(text) <= width:
        return text
    match value:
        case dict():
            count, noun = len(value), "member"
        case list() | tuple():
            count, noun = len(value), "element"
        case _:
            count, noun = len(text), "character"
    note = f"... ({count} {noun}{'' if count == 1 else 's'})"
    return text[: max(0, width - len(note))] + note
