"""JSON with the place of every value; the standard parser gives none."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from decimal import Decimal
from json.decoder import scanstring  # type: ignore[attr-defined]

from driftcheck.documents.nodes import Node, add_item, add_member, check_depth
from driftcheck.errors import SpecError
from driftcheck.model.location import Location
from driftcheck.model.values import Scalar

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,38})(\.[0-9]{1,38})?([eE][-+]?[0-9]{1,3})?")
_WORDS: dict[str, Scalar] = {"true": True, "false": False, "null": None}


def parse(text: str, file: str) -> Node:
    """The tree of the document in ``text``; raises ``SpecError``."""
    parser = _Parser(text, file)
    root = parser.value(0)
    parser.skip_space()
    if parser.position < len(text):
        raise parser.error("there is more text after the end of the document")
    return root


class _Parser:
    """A recursive descent parser; its depth is bounded by ``nodes.MAX_DEPTH``."""

    def __init__(self, text: str, file: str) -> None:
        self.position = 0
        self._text = text
        self._file = file
        self._lines = [0, *(m.end() for m in re.finditer("\n", text))]

    def value(self, depth: int) -> Node:
        self.skip_space()
        location = self._here()
        check_depth(depth, location)
        match self._text[self.position : self.position + 1]:
            case "{":
                return self._object(location, depth)
            case "[":
                return self._array(location, depth)
            case '"':
                return Node(location, scalar=self._string())
            case _:
                return Node(location, scalar=self._word_or_number())

    def skip_space(self) -> None:
        match = _SPACE.match(self._text, self.position)
        assert match is not None  # the pattern matches the empty text
        self.position = match.end()

    def error(self, problem: str) -> SpecError:
        return SpecError(f"this is not valid JSON: {problem}.", self._here())

    def _object(self, location: Location, depth: int) -> Node:
        node = Node(location, members={})
        self.position += 1
        if self._take("}"):
            return node
        while True:
            self.skip_space()
            key = self._here()
            if not self._text.startswith('"', self.position):
                raise self.error("a key in double quotes is expected")
            name = self._string()
            if not self._take(":"):
                raise self.error("a colon is expected after the key")
            add_member(node, name, key, self.value(depth + 1))
            if self._take("}"):
                return node
            if not self._take(","):
                raise self.error("a comma or } is expected")

    def _array(self, location: Location, depth: int) -> Node:
        node = Node(location, items=[])
        self.position += 1
        if self._take("]"):
            return node
        while True:
            add_item(node, self.value(depth + 1))
            if self._take("]"):
                return node
            if not self._take(","):
                raise self.error("a comma or ] is expected")

    def _take(self, character: str) -> bool:
        self.skip_space()
        if self._text.startswith(character, self.position):
            self.position += 1
            return True
        return False

    def _string(self) -> str:
        try:
            value, self.position = scanstring(self._text, self.position + 1, True)
        except json.JSONDecodeError as error:
            self.position = error.pos
            problem = error.msg.removesuffix(" at").removesuffix(" starting")
            raise self.error(f"{problem[:1].lower()}{problem[1:]}") from None
        return str(value)

    def _word_or_number(self) -> Scalar:
        for word, value in _WORDS.items():
            if self._text.startswith(word, self.position):
                self.position += len(word)
                return value
        match = _NUMBER.match(self._text, self.position)
        if match is None:
            raise self.error("a value is expected")
        self.position = match.end()
        fraction, exponent = match.groups()
        return Decimal(match[0]) if fraction or exponent else int(match[0])

    def _here(self) -> Location:
        line = bisect_right(self._lines, self.position)
        return Location(self._file, line, self.position - self._lines[line - 1] + 1)
