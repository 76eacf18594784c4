r"""``regex``, ``regexall`` and the ``/pattern/`` form of ``replace``.

Go's regular expressions are those of RE2, so RE2 itself carries them out, in time that
is linear in the text. Where the two libraries part ways, Go's rules are applied here:
no ``\C``, group names of ASCII letters, digits and underscore (which may be used more
than once), and Go's own way of stepping over empty matches.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from driftcheck.errors import HclLimitError
from driftcheck.hcl.functions.registry import Call, FunctionError, Parameter, function
from driftcheck.hcl.functions.support import charge, charge_items, text
from driftcheck.hcl.types import DYNAMIC, STRING, ListType, TupleType, Type, object_type
from driftcheck.hcl.values import Value, list_value, null, object_value, tuple_value

if TYPE_CHECKING:
    import re2

#: Bytes that RE2 may use for one pattern.
_MAX_MEMORY = 32 << 20
#: Seconds that the searches of one call may take together.
_MAX_SECONDS = 5.0
_TOO_LARGE = "pattern too large"

# What may stand in a pattern, as far as groups are concerned.
_PART = re.compile(
    r"\\Q.*?(?:\\E|$)|\\(?P<escape>.)"
    r"|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]?"
    r"|(?P<group>\((?:\?P?<(?P<name>[^>]*)>|(?!\?)))"
    r"|.",
    re.DOTALL,
)
_NAME = re.compile(r"[A-Za-z0-9_]+")
# $1, $name, ${name}, or $$ for a dollar sign.
_REFERENCE = re.compile(r"\$(?:(\$)|(\w+)|\{(\w+)\})")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern and the names of its groups (empty for unnamed ones)."""

    compiled: re2._Regexp
    names: tuple[str, ...]

    @property
    def result_type(self) -> Type:
        """The type of a match: a string, or a tuple or object of the groups."""
        if not self.names:
            return STRING
        if any(self.names):
            return object_type(dict.fromkeys(self.names, STRING))
        return TupleType((STRING,) * len(self.names))


def _group_names(pattern: str) -> tuple[str, ...]:
    """The names of the groups; refuses what RE2 takes and Go does not."""
    names = []
    for part in _PART.finditer(pattern):
        if part["escape"] == "C":
            raise FunctionError("invalid regexp pattern: invalid escape sequence in \\C", 0)
        name = part["name"]
        if name is not None and not _NAME.fullmatch(name):
            raise FunctionError(
                f"invalid regexp pattern: invalid named capture in {part.group()}", 0
            )
        if part["group"] is not None:
            names.append(name or "")
    return tuple(names)


@lru_cache(maxsize=256)
def _compile(pattern: str) -> Pattern:
    """The compiled pattern. Raises ``FunctionError`` and, for huge ones, ``HclLimitError``."""
    import re2

    names = _group_names(pattern)
    options = re2.Options()
    options.max_mem = _MAX_MEMORY
    options.log_errors = False
    try:
        compiled = re2.compile(pattern.encode(), options)
    except re2.error as problem:
        message = problem.args[0]
        if isinstance(message, bytes):
            message = message.decode("utf-8", "replace")
        if _TOO_LARGE in message:
            raise HclLimitError("This regular expression is too large for driftcheck.") from None
        raise FunctionError(f"invalid regexp pattern: {message}", 0) from None
    assert compiled.groups == len(names)
    return Pattern(compiled, names)


class _Search:
    """Looks for the matches of a pattern in one text, within bounds of time."""

    def __init__(self, call: Call, pattern: str, content: str) -> None:
        charge(call, len(pattern) + len(content))
        self.pattern = _compile(pattern)
        self.content = content.encode()
        self._call = call
        # The slowest of RE2's engines takes a step for each instruction and byte.
        charge(call, len(self.content) * self.pattern.compiled.programsize // 10)
        self._end = time.monotonic() + _MAX_SECONDS

    def at(self, position: int) -> list[Span] | None:
        """The spans of the first match from a position on, those of its groups after it."""
        if time.monotonic() > self._end:
            raise HclLimitError(
                "Matching this regular expression takes too long.", self._call.location
            )
        charge_items(self._call, 1 + len(self.pattern.names))
        match = self.pattern.compiled.search(self.content, position)
        if match is None:
            return None
        start: int = match.start()
        if self._inside_character(start):
            # RE2 finds \\B between the bytes of a character, Go does not look there.
            return self.at(self.after(start))
        return [match.span(i) for i in range(len(self.pattern.names) + 1)]

    def _inside_character(self, position: int) -> bool:
        return position < len(self.content) and self.content[position] & 0xC0 == 0x80

    def after(self, position: int) -> int:
        """The position one character further."""
        position += 1
        while self._inside_character(position):
            position += 1
        return position

    def all(self) -> Iterator[list[Span]]:
        """All matches; an empty one right after another match does not count."""
        position, previous_end = 0, -1
        while position <= len(self.content):
            spans = self.at(position)
            if spans is None:
                return
            start, end = spans[0]
            accepted = end != position or start != previous_end
            position = self.after(position) if end == position else end
            previous_end = end
            if accepted:
                yield spans

    def group(self, span: Span) -> str | None:
        """The text of a span, None for a group that took no part in the match."""
        start, end = span
        return None if start < 0 else self.content[start:end].decode()

    def result(self, spans: list[Span]) -> Value:
        """A match as Terraform shows it."""
        names = self.pattern.names
        if not names:
            return text(self.group(spans[0]) or "")
        groups = []
        for span in spans[1:]:
            found = self.group(span)
            groups.append(null(STRING) if found is None else text(found))
        if any(names):
            return object_value(dict(zip(names, groups, strict=True)))
        return tuple_value(groups)


def _match_type(pattern: Value) -> Type:
    """The type of a match; ``DYNAMIC`` while the pattern is unknown."""
    if pattern.is_unknown:
        return DYNAMIC
    names = _compile(pattern.as_str()).names
    if any(names) and not all(names):
        raise FunctionError(
            "invalid regexp pattern: cannot mix both named and unnamed capture groups", 0
        )
    return _compile(pattern.as_str()).result_type


_PARAMETERS = (Parameter("pattern", STRING), Parameter("string", STRING))


@function("regex", *_PARAMETERS, returns=lambda args: _match_type(args[0]))
def regex(call: Call) -> Value:
    """``regex(pattern, string)``: the first match; none is an error."""
    _match_type(call.args[0])
    search = _Search(call, call.args[0].as_str(), call.args[1].as_str())
    spans = search.at(0)
    if spans is None:
        raise FunctionError("pattern did not match any part of the given string")
    return search.result(spans)


@function("regexall", *_PARAMETERS, returns=lambda args: ListType(_match_type(args[0])))
def regexall(call: Call) -> Value:
    """``regexall(pattern, string)``: a list of all matches."""
    type_ = _match_type(call.args[0])
    search = _Search(call, call.args[0].as_str(), call.args[1].as_str())
    return list_value(type_, [search.result(spans) for spans in search.all()])


def replace_all(call: Call, pattern: str, content: str, template: str) -> str:
    """The text with every match replaced; ``$1`` and ``${name}`` stand for groups."""
    search = _Search(call, pattern, content)
    parts: list[str] = []
    last_end = position = 0
    while position <= len(search.content):
        spans = search.at(position)
        if spans is None:
            break
        start, end = spans[0]
        parts.append(search.content[last_end:start].decode())
        # Not for an empty match right after another one.
        if end > last_end or start == 0:
            new = _expand(search, template, spans)
            charge(call, len(new))
            parts.append(new)
        last_end = end
        position = max(end, search.after(position))
    parts.append(search.content[last_end:].decode())
    return "".join(parts)


def _expand(search: _Search, template: str, spans: list[Span]) -> str:
    def reference(match: re.Match[str]) -> str:
        if match[1]:
            return "$"
        name = match[2] or match[3]
        # Digits are a number unless they begin with zero; then they are a name.
        if name.isascii() and name.isdigit() and (name == "0" or name[0] != "0"):
            number = int(name[:12])
            return (search.group(spans[number]) or "") if number < len(spans) else ""
        named = zip(search.pattern.names, spans[1:], strict=True)
        found = (search.group(span) for other, span in named if other == name)
        return next((content for content in found if content is not None), "")

    charge(search._call, len(template))
    return _REFERENCE.sub(reference, template)
