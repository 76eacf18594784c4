"""Making text of others harmless, and values short, before a person sees them.

Names, tags and messages come from pull requests and from AWS accounts. A control
character in them could rewrite the terminal, a bidirectional mark could make a line
say something else.
"""

from __future__ import annotations

import json

from driftcheck.model.values import Json
from driftcheck.records.values import plain


def printable(text: str) -> str:
    """The text with every character that is not plainly visible written as an escape."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escape(c) for c in text)


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
