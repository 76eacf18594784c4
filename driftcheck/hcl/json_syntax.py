"""Terraform's JSON syntax (``*.tf.json``, ``*.tfvars.json``): from text to the same tree.

In JSON nothing tells a block from an argument: whoever reads a body knows which of its
properties are blocks, and asks ``json_blocks`` for them. So the body of a JSON file has
all its properties as attributes. Their expressions are of the native syntax: a string
is a template, an object an object constructor whose keys are templates, and so on.

Some places take strings literally, without looking for ``${`` (the defaults of
variables, ``*.tfvars.json``): they ask ``literal`` for that reading.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import NoReturn

from driftcheck.errors import HclError, HclLimitError
from driftcheck.hcl.limits import MAX_DEPTH
from driftcheck.hcl.numbers import NumberLimitError, parse_number
from driftcheck.hcl.parser import parse_template
from driftcheck.hcl.source import Source
from driftcheck.hcl.syntax import (
    Attribute,
    Block,
    Body,
    Expression,
    InvalidExpression,
    Literal,
    ObjectCons,
    ObjectItem,
    Template,
    TemplateWrap,
    TupleCons,
)
from driftcheck.model.location import Location

_BLANKS = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![-+.0-9eE])")
_WORD = re.compile(r"[A-Za-z_]+")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"')
_CHARACTER = re.compile(
    r"\\u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}|\\u.{4}|\\.|.", re.DOTALL
)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_KEYWORDS = {"true": True, "false": False, "null": None}


class EmbeddedSource(Source):
    """The content of a JSON string, whose places are those in the JSON file."""

    __slots__ = ("_content", "_outer", "_start")

    def __init__(self, outer: Source, start: int, end: int, text: str) -> None:
        """``text`` is what ``outer`` has between ``start`` and ``end``, without escapes."""
        super().__init__(outer.name, text)
        self._outer = outer
        self._start = start
        self._content = outer.text[start:end]

    def location(self, offset: int) -> Location:
        """The line and column, in the JSON file, of an offset into the string's content."""
        if len(self._content) != len(self.text):
            lengths = (len(match.group()) for match in _CHARACTER.finditer(self._content))
            offset = sum(length for _, length in zip(range(offset), lengths, strict=False))
        return self._outer.location(self._start + offset)


def parse_json_config(source: Source) -> Body:
    """The body of a JSON file: all its properties, as attributes. Raises ``HclError``."""
    reader = _Reader(source)
    at = reader.skip(0)
    root, end = reader.value(at, 0)
    end = reader.skip(end)
    if end < len(source.text):
        reader.fail(end, "Extraneous data after value.", "Only one value may stand in the file.")
    objects = root.items if isinstance(root, TupleCons) else [root]
    items: list[ObjectItem] = []
    for value in objects:
        if not isinstance(value, ObjectCons):
            reader.fail(
                value.start,
                "Root value must be object.",
                "A configuration in JSON is an object, or an array of objects.",
            )
        items += value.items
    body = _body(source, 0, len(source.text), items)
    body.comments = []
    return body


def json_blocks(attribute: Attribute, labels: int = 0) -> list[Block]:
    """The blocks that a property of a JSON body stands for, with ``labels`` labels each.

    An object is one block and an array of objects are several; the labels are the names
    of the properties on the way down; null is no block.

    Raises ``HclError`` where there is something else, or no label.
    """
    blocks: list[Block] = []
    _unpack(attribute, attribute.expression, labels, [], blocks)
    return blocks


def literal(expression: Expression) -> Expression:
    """A JSON expression with its strings as they stand, not as templates.

    The source of such a string is just its content, so it can be parsed as what it spells.
    """
    source, start, end = expression.source, expression.start, expression.end
    if isinstance(expression, InvalidExpression | Template | TemplateWrap):
        content = EmbeddedSource(source, start + 1, end - 1, _decoded(expression.text))
        value = unicodedata.normalize("NFC", content.text)
        return Literal(content, 0, len(content.text), value)
    if isinstance(expression, TupleCons):
        return TupleCons(source, start, end, [literal(item) for item in expression.items])
    if isinstance(expression, ObjectCons):
        items = [
            ObjectItem(i.source, i.start, i.end, literal(i.key), literal(i.value))
            for i in expression.items
        ]
        return ObjectCons(source, start, end, items)
    return expression


class _Reader:
    """A recursive reader of JSON that makes nodes."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._text = source.text

    def fail(self, at: int, summary: str, detail: str) -> NoReturn:
        """Refuse the text at ``at``."""
        raise HclError(summary, self._source.location(at), detail)

    def skip(self, at: int) -> int:
        """The offset of the next character that is not blank."""
        match = _BLANKS.match(self._text, at)
        return match.end() if match else at

    def value(self, at: int, depth: int) -> tuple[Expression, int]:
        """The value at ``at``, and the offset after it."""
        character = self._text[at : at + 1]
        if character == '"':
            return self._string(at)
        if character == "{":
            return self._object(at, depth + 1)
        if character == "[":
            return self._array(at, depth + 1)
        word = _WORD.match(self._text, at)
        if word is not None:
            if word.group() not in _KEYWORDS:
                self.fail(
                    at,
                    "Invalid JSON keyword.",
                    f"{word.group()[:40]} is none; JSON has true, false and null.",
                )
            return Literal(self._source, at, word.end(), _KEYWORDS[word.group()]), word.end()
        if not character:
            self.fail(at, "Missing value.", "The file ends where a JSON value is expected.")
        if character not in "+-.0123456789":
            self.fail(
                at,
                "Invalid start of value.",
                "A JSON value starts with a brace, a bracket, a quote, a digit, or is a keyword.",
            )
        return self._number(at)

    def _number(self, at: int) -> tuple[Literal, int]:
        match = _NUMBER.match(self._text, at)
        if match is None:
            self.fail(at, "Invalid JSON number.", "Write it like -12.5e3.")
        try:
            number = parse_number(match.group())
        except NumberLimitError as error:
            raise HclLimitError(error.summary, self._source.location(at)) from None
        assert not isinstance(number, float)  # JSON has no infinity
        return Literal(self._source, at, match.end(), number), match.end()

    def _string(self, at: int) -> tuple[Expression, int]:
        """A string, which is a template."""
        match = _STRING.match(self._text, at)
        if match is None:
            self.fail(
                at,
                "Invalid JSON string.",
                "It is not closed on its line, or has a backslash that starts no JSON escape.",
            )
        end = match.end()
        text = _decoded(match.group())
        content = EmbeddedSource(self._source, at + 1, end - 1, text)
        if "{" not in text:
            value = unicodedata.normalize("NFC", text)
            parts: list[Expression] = [Literal(content, 0, len(text), value)] if text else []
            return Template(self._source, at, end, parts), end
        try:
            node: Expression = parse_template(content)
        except HclLimitError:
            raise
        except HclError as error:
            # Terraform minds only where it reads the string as a template.
            return InvalidExpression(self._source, at, end, error), end
        # The parts have their places inside the string, the whole has its quotes.
        node.source, node.start, node.end = self._source, at, end
        return node, end

    def _object(self, opened: int, depth: int) -> tuple[ObjectCons, int]:
        self._check_depth(opened, depth)
        items: list[ObjectItem] = []
        at = self.skip(opened + 1)
        while not self._text.startswith("}", at):
            if not self._text.startswith('"', at):
                self.fail(at, "Invalid object property name.", "It must be a string in quotes.")
            start = at
            key, at = self._string(at)
            at = self.skip(at)
            if not self._text.startswith(":", at):
                self.fail(
                    at, "Missing property value colon.", "A property is written as name: value."
                )
            value, at = self.value(self.skip(at + 1), depth)
            items.append(ObjectItem(self._source, start, at, key, value))
            at = self._separator(at, opened, "}", "object")
        return ObjectCons(self._source, opened, at + 1, items), at + 1

    def _array(self, opened: int, depth: int) -> tuple[TupleCons, int]:
        self._check_depth(opened, depth)
        items: list[Expression] = []
        at = self.skip(opened + 1)
        while not self._text.startswith("]", at):
            value, at = self.value(at, depth)
            items.append(value)
            at = self._separator(at, opened, "]", "array")
        return TupleCons(self._source, opened, at + 1, items), at + 1

    def _separator(self, at: int, opened: int, closer: str, what: str) -> int:
        """Skip the comma after an item; returns the offset of the next one or the closer."""
        at = self.skip(at)
        if self._text.startswith(",", at):
            comma, at = at, self.skip(at + 1)
            if self._text.startswith(closer, at):
                self.fail(
                    comma, f"Trailing comma in {what}.", "JSON has no comma after the last item."
                )
        elif at >= len(self._text):
            self.fail(opened, f"Unclosed {what}.", f'Its closing "{closer}" is missing.')
        elif not self._text.startswith(closer, at):
            self.fail(at, "Missing separator.", f'A comma or "{closer}" is expected after an item.')
        return at

    def _check_depth(self, at: int, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise HclLimitError(
                "This is nested too deeply.",
                self._source.location(at),
                f"driftcheck follows at most {MAX_DEPTH} levels of objects and arrays.",
            )


def _decoded(string: str) -> str:
    """The content of a JSON string that is given with its quotes."""
    if "\\" not in string:
        return string[1:-1]
    content: str = json.loads(string)
    return _LONE_SURROGATE.sub("\ufffd", content)


def _key_text(item: ObjectItem) -> str:
    """The name of a property, as it stands."""
    return _decoded(item.key.text)


def _body(source: Source, start: int, end: int, items: list[ObjectItem]) -> Body:
    """A body of properties. Those called ``//`` are comments."""
    attributes: dict[str, Attribute] = {}
    for item in items:
        name = _key_text(item)
        if name == "//":
            continue
        attribute = Attribute(source, item.start, item.end, name, item.value)
        earlier = attributes.setdefault(name, attribute)
        if earlier is not attribute:
            attributes[name] = _joined(earlier, attribute)
    return Body(source, start, end, attributes, [])


def _joined(earlier: Attribute, later: Attribute) -> Attribute:
    """Two properties of one name: fine for blocks, which they add up to."""
    blocks: list[Expression] = []
    for attribute in (earlier, later):
        value = attribute.expression
        if not isinstance(value, ObjectCons | TupleCons):
            raise HclError(
                "Duplicate argument.",
                later.location,
                f'"{later.name}" is already set on line {earlier.location.line}.',
            )
        blocks += value.items if isinstance(value, TupleCons) else [value]
    source, start = earlier.source, earlier.start
    both = TupleCons(source, earlier.expression.start, earlier.expression.end, blocks)
    return Attribute(source, start, earlier.end, earlier.name, both)


def _unpack(
    attribute: Attribute, value: Expression, labels: int, taken: list[str], blocks: list[Block]
) -> None:
    """Append the blocks below ``value``, whose labels so far are ``taken``."""
    source = attribute.source
    if isinstance(value, Literal) and value.value is None and not labels:
        return
    if labels:
        items = _properties(attribute, value)
        if not items:
            raise HclError(
                "Missing block label.",
                value.location,
                f'The names of the properties here are the labels of "{attribute.name}" blocks.',
            )
        for item in items:
            _unpack(attribute, item.value, labels - 1, [*taken, _key_text(item)], blocks)
    elif isinstance(value, ObjectCons):
        body = _body(source, value.start, value.end, value.items)
        start = attribute.start if not taken else value.start
        blocks.append(Block(source, start, value.end, attribute.name, taken, body))
    elif isinstance(value, TupleCons):
        for element in value.items:
            body = _body(source, element.start, element.end, _properties(attribute, element))
            blocks.append(Block(source, element.start, element.end, attribute.name, taken, body))
    else:
        raise _wrong_type(attribute, value)


def _properties(attribute: Attribute, value: Expression) -> list[ObjectItem]:
    """The properties of an object, or of all objects of an array; none for null."""
    if isinstance(value, ObjectCons):
        return value.items
    if isinstance(value, Literal) and value.value is None:
        return []
    if not isinstance(value, TupleCons):
        raise _wrong_type(attribute, value)
    items: list[ObjectItem] = []
    for element in value.items:
        if not isinstance(element, ObjectCons):
            raise _wrong_type(attribute, element)
        items += element.items
    return items


def _wrong_type(attribute: Attribute, value: Expression) -> HclError:
    return HclError(
        "Incorrect JSON value type.",
        value.location,
        f'An object, or an array of objects, is needed here for the blocks "{attribute.name}".',
    )
