"""What Terraform counts as one character: the grapheme cluster.

``length``, ``substr``, ``strrev`` and the widths of ``format`` go by clusters, as
Unicode Standard Annex 29 defines them and go-textseg 15 carries them out. Where the
two differ in a corner (a zero width joiner glues a pictograph to anything) this
follows go-textseg, because Terraform does.
"""

from __future__ import annotations

import re
from functools import cache

from driftcheck.hcl.functions import grapheme_table as table

_FIRST_SYLLABLE = 0xAC00
_LAST_SYLLABLE = 0xD7A3
_SYLLABLES_PER_VOWEL = 28


def _characters(ranges: str) -> str:
    """The inside of a regular expression's character class for a list of ranges."""
    parts = []
    for part in ranges.split():
        first, _, last = part.partition("-")
        parts.append(f"\\U{int(first, 16):08x}-\\U{int(last or first, 16):08x}")
    return "".join(parts)


@cache
def _pattern() -> re.Pattern[str]:
    """Matches one cluster; compiled only when text beyond ASCII turns up."""
    control = _characters(table.CONTROL) + "\\ufffd"
    extend = f"[{_characters(table.EXTEND)}]"
    spacing = _characters(table.SPACING_MARK)
    pictograph = _characters(table.EXTENDED_PICTOGRAPHIC)
    prepend = _characters(table.PREPEND)
    lead, vowel, tail = (
        "\\u1100-\\u115f\\ua960-\\ua97c",
        "\\u1160-\\u11a7\\ud7b0-\\ud7c6",
        ("\\u11a8-\\u11ff\\ud7cb-\\ud7fb"),
    )
    flag = "\\U0001f1e6-\\U0001f1ff"
    open_syllables = range(_FIRST_SYLLABLE, _LAST_SYLLABLE + 1, _SYLLABLES_PER_VOWEL)
    lv = "".join(map(chr, open_syllables))
    syllable = "\\uac00-\\ud7a3"
    closed = f"(?![{lv}])[{syllable}]"
    joined = f"(?:{extend}|[{spacing}]|\\u200d(?:[{pictograph}]{extend}*)?)*"
    marks = f"(?:{extend}|[{spacing}]|\\u200d)*"
    hangul = (
        f"(?:[{lead}]+(?:(?:[{lv}]?[{vowel}]+|{closed})[{tail}]*|[{lv}])?"
        f"|[{lv}][{vowel}]*[{tail}]*|[{vowel}]+[{tail}]*|{closed}[{tail}]*|[{tail}]+)"
    )
    special = f"\\r\\n{control}{lead}{vowel}{tail}{syllable}{pictograph}\\u200d{flag}{prepend}"
    core = (
        f"(?:{hangul}{joined}|[{pictograph}]{extend}*{joined}|\\u200d{marks}"
        f"|[{flag}][{flag}]?{joined}|[^{special}]{marks})"
    )
    return re.compile(f"\\r\\n|[{prepend}]+{core}?|{core}|.", re.DOTALL)


def clusters(content: str) -> list[str]:
    """The text cut into its grapheme clusters."""
    if content.isascii():
        if "\r\n" not in content:
            return list(content)
        return re.findall(r"\r\n|.", content, re.DOTALL)
    return [match.group() for match in _pattern().finditer(content)]


def count(content: str) -> int:
    """How many grapheme clusters the text has."""
    if content.isascii():
        return len(content) - content.count("\r\n")
    return sum(1 for _ in _pattern().finditer(content))
