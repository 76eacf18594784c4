"""Upper, lower and title case as Go has them: one character for one character.

Python follows Unicode's full case mapping (``ß`` becomes ``SS``); Go's ``strings``
package follows the simple one (``ß`` stays), so the two differ where a mapping is
longer than one character, and for the final sigma, which Go does not know.
"""

from __future__ import annotations

#: Letters whose case partner came after Unicode 15.0, the version of Terraform 1.11.
_PAIRED_LATER = frozenset(
    "\u019b\u0264\u1c89\u1c8a\ua7ce\ua7cf\ua7d2\ua7d3\ua7d4\ua7d5\ua7cb\ua7cc\ua7cd\ua7da\ua7db"
    "\ua7dc"
)
_PAIRED_LATER_RANGES = ((0x10D50, 0x10D85), (0x16EA0, 0x16ED3))


def _has_partner(character: str) -> bool:
    if character in _PAIRED_LATER:
        return False
    point = ord(character)
    return not any(first <= point <= last for first, last in _PAIRED_LATER_RANGES)


def _upper(character: str) -> str:
    mapped = character.upper()
    if len(mapped) > 1:
        # Where the full mapping is longer, the simple upper and title case agree.
        mapped = character.title()
    return mapped if len(mapped) == 1 and _has_partner(character) else character


def _lower(character: str) -> str:
    mapped = character.lower()
    # The one long mapping is that of capital i with dot above; its simple one is "i".
    return mapped[0] if _has_partner(character) else character


def _title(character: str) -> str:
    mapped = character.title()
    return mapped if len(mapped) == 1 and _has_partner(character) else character


def upper(content: str) -> str:
    """The text in upper case, as Go's ``strings.ToUpper``."""
    return content.upper() if content.isascii() else "".join(map(_upper, content))


def lower(content: str) -> str:
    """The text in lower case, as Go's ``strings.ToLower``."""
    return content.lower() if content.isascii() else "".join(map(_lower, content))


def title(content: str) -> str:
    """The text with the first letter of each word in title case, as ``strings.Title``.

    A word begins after anything that is not a letter, digit or underscore in ASCII,
    and beyond ASCII after white space only.
    """
    result = []
    at_start = True
    for character in content:
        result.append(_title(character) if at_start else character)
        at_start = _separates(character)
    return "".join(result)


def is_space(character: str) -> bool:
    """Whether Go's ``unicode.IsSpace`` holds; Python's ``isspace`` has four more."""
    return character.isspace() and character not in "\x1c\x1d\x1e\x1f"


def _separates(character: str) -> bool:
    if character.isascii():
        return not (character.isalnum() or character == "_")
    return is_space(character)
