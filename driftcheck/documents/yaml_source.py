"""YAML, reduced to the JSON data model and read event by event.

Aliases are allowed (within ``nodes.MAX_VALUES``); tags, merge keys, several
documents in one file and keys that are not text are not. Plain scalars follow
the core schema of YAML 1.2, not the surprises of 1.1: ``no`` and ``on`` are text,
dates are text, and digits with a leading zero are text (an account id).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import yaml

from driftcheck.documents.nodes import Node, add_item, add_member, check_depth
from driftcheck.errors import SpecError
from driftcheck.model.location import Location
from driftcheck.model.values import Scalar

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,38})")
_FLOAT = re.compile(r"[-+]?([0-9]+(\.[0-9]{0,38})?|\.[0-9]{1,38})([eE][-+]?[0-9]{1,3})?")
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def parse(text: str, file: str) -> Node:
    """The tree of the only document in ``text``; raises ``SpecError``."""
    # libyaml's parser where PyYAML was built with it: the same events, many times faster.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Builder(yaml.parse(text, Loader=loader), file).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        location = Location(file, mark.line + 1, mark.column + 1) if mark else None
        problem = error.problem or error.context or "cannot be parsed"
        raise SpecError(f"this is not valid YAML: {problem}.", location) from None
    except yaml.YAMLError as error:
        # Characters that YAML does not allow at all; the reader gives no line.
        message = str(error).splitlines()[0]
        raise SpecError(f"{file}: this is not valid YAML: {message}.") from None


class _Builder:
    """Builds nodes from parser events, one event at a time."""

    def __init__(self, events: Iterator[Any], file: str) -> None:
        self._events = events
        self._file = file
        self._anchors: dict[str, Node | None] = {}

    def document(self) -> Node:
        next(self._events)  # StreamStartEvent
        event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            raise SpecError("the file is empty.", self._at(event))
        root = self._node(next(self._events), 0)
        next(self._events)  # DocumentEndEvent
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise SpecError(
                "the file holds more than one YAML document.",
                self._at(after),
                "Put each into a file of its own.",
            )
        return root

    def _node(self, event: Any, depth: int) -> Node:
        location = self._at(event)
        check_depth(depth, location)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event.anchor, location)
        if event.tag is not None and event.tag != "!":
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            raise SpecError(f"the tag {tag} is not supported.", location, "Use plain values.")
        if event.anchor:
            self._anchors[event.anchor] = None
        if isinstance(event, yaml.ScalarEvent):
            plain = event.tag is None and event.style in (None, "")
            node = Node(location, scalar=_plain(event.value) if plain else event.value)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self._sequence(location, depth)
        else:
            node = self._mapping(location, depth)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _sequence(self, location: Location, depth: int) -> Node:
        node = Node(location, items=[])
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            add_item(node, self._node(event, depth + 1))
        return node

    def _mapping(self, location: Location, depth: int) -> Node:
        node = Node(location, members={})
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._at(event)
            if not isinstance(event, yaml.ScalarEvent):
                raise SpecError("a key must be plain text.", key)
            if event.value == "<<" and event.implicit[0]:
                raise SpecError(
                    "merge keys (<<) are not supported.",
                    key,
                    "Write the members out, or alias them.",
                )
            add_member(node, event.value, key, self._node(next(self._events), depth + 1))
        return node

    def _alias(self, anchor: str | None, location: Location) -> Node:
        if anchor is None or anchor not in self._anchors:
            raise SpecError(f"the alias *{anchor} has no anchor before it.", location)
        node = self._anchors[anchor]
        if node is None:
            raise SpecError(f"the alias *{anchor} stands inside its own anchor.", location)
        return node

    def _at(self, event: Any) -> Location:
        mark = event.start_mark
        return Location(self._file, mark.line + 1, mark.column + 1)


def _plain(text: str) -> Scalar:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and not re.fullmatch(r"[-+]?[0-9]+", text):
        return Decimal(text)
    return text
