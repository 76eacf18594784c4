r"""The patterns of ``fileset``: those of the doublestar library, version 1.

``*`` is any run of characters of a name, ``?`` one character, ``[a-z]`` and ``[^a-z]``
a class, ``{a,b}`` alternatives, ``\`` escapes, and a whole name of ``**`` any number of
directories. Symbolic links to directories are followed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from driftcheck.errors import HclLimitError

_MAGIC = frozenset("*?[{\\")
#: How many attempts all matching of one pattern may take.
_MAX_STEPS = 1_000_000


class BadPattern(Exception):
    """A pattern that is malformed; noticed only where something is matched with it."""


class Tree(Protocol):
    """The part of a file system that patterns are matched with."""

    def exists(self, path: str, *, follow: bool = False) -> bool:
        """Whether there is anything at a path, or at the end of the links it stands for."""

    def is_directory(self, path: str) -> bool:
        """Whether there is a directory, possibly through a link."""

    def names(self, path: str) -> list[str]:
        """The names in a directory."""


def split(content: str, separator: str) -> list[str]:
    """Cut at separators that have no backslash before them."""
    parts: list[str] = []
    start = at = 0
    while True:
        at = _find_unescaped(content, separator, at)
        if at < 0:
            return [*parts, content[start:]]
        parts.append(content[start:at])
        at = start = at + 1


def _find_unescaped(content: str, character: str, start: int) -> int:
    at = content.find(character, start)
    while at > start and content[at - 1] == "\\":
        at = content.find(character, at + 1)
    return at


def glob(pattern: str, tree: Tree) -> list[str]:
    """The paths that match a pattern, absolute if it is.

    Raises ``BadPattern``, and ``HclLimitError`` where matching takes too much work.
    """
    components = split(pattern, "/")
    walk = _Walk(tree)
    if components[0]:
        walk.visit("", components)
    else:
        walk.visit("/", components[1:])
    return walk.found


def _join(directory: str, name: str) -> str:
    return f"{directory.rstrip('/')}/{name}" if directory else name


class _Walk:
    """Collects the matches of one pattern in a tree."""

    def __init__(self, tree: Tree) -> None:
        self.found: list[str] = []
        self._tree = tree
        self._matcher = Matcher()

    def visit(self, base: str, components: list[str]) -> None:
        """Add what matches below ``base``; components without magic name one path only."""
        literal = 0
        while literal < len(components) and _MAGIC.isdisjoint(components[literal]):
            base = _join(base, components[literal]) if components[literal] else base
            literal += 1
        components = components[literal:]
        tree = self._tree
        if not tree.exists(base):
            return
        if not components:
            self.found.append(base)
            return
        if not tree.is_directory(base):
            return
        names = tree.names(base)
        if components[0] == "**":
            self._descend(base, names, components)
            components = components[1:]
        for name in names if components else ():
            if not self._matcher.matches(components[0], name):
                continue
            if len(components) == 1:
                self.found.append(_join(base, name))
            else:
                self.visit(_join(base, name), components[1:])

    def _descend(self, base: str, names: list[str], components: list[str]) -> None:
        """Go on with ``**`` in every directory; as last component it matches everything."""
        for name in names:
            path = _join(base, name)
            directory = self._tree.is_directory(path)
            if len(components) == 1 and self._tree.exists(path, follow=True):
                self.found.append(path)
            if directory:
                self.visit(path, components)


class Matcher:
    """Matches names with a memory of what failed, so that many stars do not take for ever."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], bool] = {}
        self._steps = 0

    def matches(self, pattern: str, name: str) -> bool:
        """Whether a name of a file matches one component of a pattern.

        Raises ``BadPattern``, and ``HclLimitError`` where that takes too much work.
        """
        self._known.clear()
        return self._run(pattern, name)

    def _run(self, pattern: str, name: str) -> bool:
        self._steps += 1
        if self._steps > _MAX_STEPS:
            raise HclLimitError("Matching this pattern takes too much work.")
        key = pattern, name
        if key not in self._known:
            self._known[key] = self._match(pattern, name)
        return self._known[key]

    def _match(self, pattern: str, name: str) -> bool:
        if not pattern:
            return not name
        if not name and pattern != "*":
            return False
        while pattern and name:
            first, rest = pattern[0], pattern[1:]
            if first == "*":
                return not rest or any(self._quiet(rest, tail) for tail in _tails(name))
            if first == "{":
                return self._alternatives(rest, name)
            if first == "\\":
                if not rest:
                    raise BadPattern
                first, rest = rest[0], rest[1:]
                if first != name[0]:
                    return False
            elif first == "[":
                end = _find_unescaped(rest, "]", 0)
                if end <= 0:
                    raise BadPattern
                if not _in_class(rest[:end], name[0]):
                    return False
                rest = rest[end + 1 :]
            elif first != "?" and first != name[0]:
                return False
            pattern, name = rest, name[1:]
        return (not pattern and not name) or pattern == "**" or (not name and pattern == "*")

    def _quiet(self, pattern: str, name: str) -> bool:
        """``_run`` for what is behind a star, where an error counts as no match."""
        try:
            return self._run(pattern, name)
        except BadPattern:
            return False

    def _alternatives(self, rest: str, name: str) -> bool:
        end = _find_unescaped(rest, "}", 0)
        if end < 0:
            raise BadPattern
        after = rest[end + 1 :]
        return any(self._run(option + after, name) for option in split(rest[:end], ","))


def _tails(name: str) -> Iterator[str]:
    """What a star may leave of a name that is not empty.

    The library goes on in steps of as many bytes as the first character has, and so
    passes over every second place after a character of two bytes.
    """
    content = name.encode("utf-8", "surrogateescape")
    step = len(name[0].encode("utf-8", "surrogateescape"))
    for start in range(0, len(content), step):
        yield content[start:].decode("utf-8", "replace")


def _in_class(content: str, character: str) -> bool:
    """Whether a character is in the class written between the brackets."""
    negated = content.startswith("^")
    at, inside = int(negated), False
    while at < len(content):
        low, at = _class_character(content, at)
        high = low
        if content[at : at + 1] == "-":
            high, at = _class_character(content, at + 1)
        inside = inside or low <= character <= high
    return inside != negated


def _class_character(content: str, at: int) -> tuple[str, int]:
    """One possibly escaped character of a class, and the position behind it."""
    if at >= len(content) or content[at] == "-":
        raise BadPattern
    if content[at] != "\\":
        return content[at], at + 1
    if at + 1 >= len(content):
        raise BadPattern
    return content[at + 1], at + 2
