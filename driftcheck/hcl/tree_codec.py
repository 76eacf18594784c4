"""Parsed files as compact JSON, to be kept in a cache.

A node is a list: the number of its class, then its fields without the source. That
is all there is to it, so reading a cached tree can make nothing but nodes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from operator import attrgetter
from typing import Any

from driftcheck.hcl import syntax
from driftcheck.hcl.source import Source
from driftcheck.hcl.syntax import Body

#: Raise this when the meaning of a stored tree changes: a node, or how a file is read.
FORMAT = 1

# What a field holds besides plain values: one node (or None), or a list of nodes.
_NODE = 0
_NODES = 1

# The fields of every kind of node after source, start and end. The order of the kinds
# and of the fields is part of the format.
_FIELDS: list[tuple[type[syntax.Node], dict[str, int | None]]] = [
    (syntax.Literal, {"value": None}),
    (syntax.Template, {"parts": _NODES}),
    (syntax.TemplateWrap, {"inner": _NODE}),
    (syntax.TemplateIf, {"condition": _NODE, "then": _NODE, "otherwise": _NODE}),
    (
        syntax.TemplateFor,
        {"key_name": None, "value_name": None, "collection": _NODE, "body": _NODE},
    ),
    (syntax.Traversal, {"root": None, "names": None, "ends": None}),
    (syntax.GetAttr, {"object": _NODE, "name": None}),
    (syntax.Index, {"collection": _NODE, "key": _NODE}),
    (syntax.Splat, {"subject": _NODE, "item": _NODE, "each": _NODE, "full": None}),
    (syntax.SplatItem, {}),
    (syntax.FunctionCall, {"name": None, "args": _NODES, "expand_final": None}),
    (syntax.Unary, {"operator": None, "operand": _NODE}),
    (syntax.Binary, {"operator": None, "left": _NODE, "right": _NODE}),
    (syntax.Conditional, {"condition": _NODE, "then": _NODE, "otherwise": _NODE}),
    (syntax.Parentheses, {"inner": _NODE}),
    (syntax.TupleCons, {"items": _NODES}),
    (syntax.ObjectItem, {"key": _NODE, "value": _NODE}),
    (syntax.ObjectCons, {"items": _NODES}),
    (
        syntax.ForTuple,
        {"key_name": None, "value_name": None, "collection": _NODE, "body": _NODE}
        | {"condition": _NODE},
    ),
    (
        syntax.ForObject,
        {"key_name": None, "value_name": None, "collection": _NODE, "key": _NODE}
        | {"value": _NODE, "group": None, "condition": _NODE},
    ),
    (syntax.Attribute, {"name": None, "expression": _NODE}),
    (syntax.Block, {"type": None, "labels": None, "body": _NODE}),
    (syntax.Body, {"attributes": _NODES, "blocks": _NODES, "comments": _NODES}),
    (syntax.Comment, {}),
]
_NUMBER_OF = {class_: number for number, (class_, _) in enumerate(_FIELDS)}
_FRACTION = len(_FIELDS)
_BODY = _NUMBER_OF[syntax.Body]
_SPLAT_ITEM = _NUMBER_OF[syntax.SplatItem]
_LITERAL = _NUMBER_OF[syntax.Literal]

#: Per kind: its class, and which places of the list hold a node or nodes.
_PLANS: list[tuple[Callable[..., syntax.Node], list[tuple[int, int]]]] = [
    (class_, [(at, what) for at, what in enumerate(fields.values(), 3) if what is not None])
    for class_, fields in _FIELDS
]
_GETTERS = [attrgetter("start", "end", *fields) for _, fields in _FIELDS]
# Larger numbers are not written as decimal digits, which is slow and limited in Python.
_PLAIN_INTEGERS = range(-(2**63), 2**63)


def encode(body: Body) -> bytes:
    """A file's tree as JSON."""
    return json.dumps(_encode(body), separators=(",", ":")).encode()


def decode(data: bytes, source: Source) -> Body:
    """The tree of ``source`` from what ``encode`` made of it.

    Raises ``ValueError`` for anything else.
    """
    try:
        body = _Decoder(source).node(json.loads(data))
    except (TypeError, IndexError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(str(error)) from error
    if not isinstance(body, Body):
        raise ValueError("The tree is not that of a file.")
    return body


def _encode(node: syntax.Node) -> list[Any]:
    number = _NUMBER_OF[type(node)]
    encoded: list[Any] = [number, *_GETTERS[number](node)]
    for at, what in _PLANS[number][1]:
        value = encoded[at]
        if value is None:
            continue
        if what == _NODE:
            encoded[at] = _encode(value)
        else:
            nodes = value.values() if isinstance(value, dict) else value
            encoded[at] = [_encode(child) for child in nodes]
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
        for at, what in plan:
            value = encoded[at]
            if what == _NODES:
                if value is not None:
                    encoded[at] = [self.node(child) for child in value]
            elif value is not None:
                encoded[at] = self.node(value)
        if number == _BODY:
            encoded[3] = {attribute.name: attribute for attribute in encoded[3]}
        elif number == _SPLAT_ITEM and encoded[1] in self._splat_items:
            return self._splat_items[encoded[1]]
        encoded[0] = self._source
        node: syntax.Node = class_(*encoded)
        if number == _SPLAT_ITEM:
            self._splat_items[node.start] = node
        return node
