"""Parsed files as compact JSON, to be kept in a cache.

A node is a list: the number of its class, then its fields without the source. That
is all there is to it, so reading a cached tree can make nothing but nodes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from fractions import Fraction
from operator import attrgetter
from typing import Any

from driftcheck.hcl import syntax
from driftcheck.hcl.collector import paused_collector
from driftcheck.hcl.source import Source
from driftcheck.hcl.syntax import CHILD_FIELDS, Body

#: The kinds of nodes that a file's tree is made of; a stored node starts with its number.
_KINDS = [kind for kind in CHILD_FIELDS if kind is not syntax.InvalidExpression]
_NUMBER_OF = {kind: number for number, kind in enumerate(_KINDS)}
_LITERAL = _NUMBER_OF[syntax.Literal]
_SPLAT_ITEM = _NUMBER_OF[syntax.SplatItem]
_BODY = _NUMBER_OF[syntax.Body]
_FRACTION = len(_KINDS)

_FIELDS = [[field.name for field in fields(kind)[1:]] for kind in _KINDS]
_GETTERS = [attrgetter(*names) for names in _FIELDS]
#: Per kind: its class, and the places in the list that hold a node or a list of nodes.
_PLANS: list[tuple[Callable[..., syntax.Node], list[int]]] = [
    (kind, [names.index(name) + 1 for name in CHILD_FIELDS[kind]])
    for kind, names in zip(_KINDS, _FIELDS, strict=True)
]
# Larger numbers are not written as decimal digits, which is slow and limited in Python.
_PLAIN_INTEGERS = range(-(2**63), 2**63)


class NotATreeError(Exception):
    """Data that ``encode`` did not make."""


def encode(body: Body) -> bytes:
    """A file's tree as JSON."""
    return json.dumps(encode_node(body), separators=(",", ":")).encode()


def decode(data: bytes, source: Source) -> Body:
    """The tree of ``source`` from what ``encode`` made of it.

    Raises ``NotATreeError`` for anything else.
    """
    try:
        with paused_collector():
            body = _Decoder(source).node(json.loads(data))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise NotATreeError(str(error)) from error
    if not isinstance(body, Body):
        raise NotATreeError("The tree is not that of a file.")
    return body


def encode_node(node: syntax.Node) -> list[Any]:
    """A node as lists; equal trees give equal lists."""
    number = _NUMBER_OF[type(node)]
    encoded: list[Any] = [number, *_GETTERS[number](node)]
    for at in _PLANS[number][1]:
        value = encoded[at]
        if isinstance(value, list):
            encoded[at] = [encode_node(child) for child in value]
        elif isinstance(value, dict):
            encoded[at] = [encode_node(child) for child in value.values()]
        elif value is not None:
            encoded[at] = encode_node(value)
    if number == _LITERAL and isinstance(encoded[3], int | Fraction) and not _is_plain(encoded[3]):
        numerator, denominator = encoded[3].numerator, encoded[3].denominator
        return [_FRACTION, node.start, node.end, hex(numerator), hex(denominator)]
    return encoded


def _is_plain(value: int | Fraction) -> bool:
    return isinstance(value, int) and value in _PLAIN_INTEGERS


class _Decoder:
    def __init__(self, source: Source) -> None:
        self._source = source
        #: the elements of splats, each of which has several places in the tree
        self._splat_items: dict[int, syntax.Node] = {}

    def node(self, encoded: list[Any]) -> syntax.Node:
        """The node of a list, which is used up."""
        number = encoded[0]
        if number == _FRACTION:
            _, start, end, numerator, denominator = encoded
            value = Fraction(int(numerator, 16), int(denominator, 16))
            whole = value.numerator if value.denominator == 1 else value
            return syntax.Literal(self._source, start, end, whole)
        class_, plan = _PLANS[number]
        for at in plan:
            value = encoded[at]
            if not value:
                continue  # None, or an empty list
            # A list of nodes starts with a list, a node with its number.
            is_list = type(value[0]) is list
            encoded[at] = [self.node(child) for child in value] if is_list else self.node(value)
        if number == _BODY:
            encoded[3] = {attribute.name: attribute for attribute in encoded[3]}
        elif number == _SPLAT_ITEM and encoded[1] in self._splat_items:
            return self._splat_items[encoded[1]]
        encoded[0] = self._source
        node: syntax.Node = class_(*encoded)
        if number == _SPLAT_ITEM:
            self._splat_items[node.start] = node
        return node
