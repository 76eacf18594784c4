"""What a name is in HCL."""

from __future__ import annotations

import unicodedata

#: A regular expression: ASCII letters, digits, "_" and "-", and whatever is beyond ASCII,
#: which ``invalid_at`` has a closer look at. (It says what is left out, for that compiles
#: much faster than a class up to the last character of Unicode.)
NAME = r"[^\x00-@\[-^`{-\x7f][^\x00-,./:-@\[-^`{-\x7f]*"

# Unicode's ID_Start and ID_Continue. Python's own str.isidentifier leaves out a few
# characters that change under normalisation.
_START = frozenset(["Lu", "Ll", "Lt", "Lm", "Lo", "Nl"])
_CONTINUE = _START | {"Mn", "Mc", "Nd", "Pc"}
_MORE_STARTS = frozenset("\u1885\u1886\u2118\u212e\u309b\u309c")
_MORE = _MORE_STARTS | frozenset("\u00b7\u0387\u19da") | {chr(c) for c in range(0x1369, 0x1372)}
_FEWER = "\u2e2f"  # a letter by category, but reserved for syntax


def invalid_at(name: str) -> int | None:
    """The index of the first character that a name cannot have there; None if all is well.

    ``name`` has matched ``NAME``, so that only characters beyond ASCII are in question.
    """
    if name.isascii():
        return None
    for index, character in enumerate(name):
        if character.isascii():
            continue
        categories, more = (_CONTINUE, _MORE) if index else (_START, _MORE_STARTS)
        if unicodedata.category(character) not in categories and character not in more:
            return index
        if character == _FEWER:
            return index
    return None
