"""``dynamic`` blocks: one block in the code, any number after evaluation."""

from __future__ import annotations

from dataclasses import dataclass

from driftcheck.errors import HclError
from driftcheck.hcl.json_syntax import json_blocks
from driftcheck.hcl.module.keys import Iterator
from driftcheck.hcl.module.scope import ModuleScope
from driftcheck.hcl.module.session import Session
from driftcheck.hcl.module.traversals import unquoted
from driftcheck.hcl.syntax import Attribute, Block, Traversal
from driftcheck.hcl.types import STRING, SetType
from driftcheck.hcl.values import NO_MARKS, Unknown, Value, number, string

_ARGUMENTS = ("for_each", "iterator", "labels")


@dataclass(frozen=True, slots=True)
class Expanded:
    """A block after expansion, with the scope that its body is evaluated in.

    ``unknown`` is set where it cannot be known how many such blocks there are; all
    of them together are unknown then. ``marks`` come from the collection.
    """

    block: Block
    scope: ModuleScope
    unknown: Unknown | None = None
    marks: frozenset[str] = NO_MARKS


@dataclass(frozen=True, slots=True)
class DynamicBlocks:
    """Expands the ``dynamic`` blocks of one resource instance."""

    session: Session
    address: str

    def expand(self, blocks: list[Block], scope: ModuleScope) -> dict[str, list[Expanded]]:
        """Blocks by type, in the order of writing, with dynamic ones replaced by theirs."""
        found: dict[str, list[Expanded]] = {}
        for block in blocks:
            if block.type != "dynamic":
                found.setdefault(block.type, []).append(Expanded(block, scope))
                continue
            if len(block.labels) != 1:
                self.session.diagnostics.error(
                    "Invalid dynamic block.",
                    block.location,
                    "A dynamic block takes one label, the type of the blocks that it makes.",
                )
                continue
            name = block.labels[0]
            try:
                found.setdefault(name, []).extend(self._generate(name, block, scope))
            except HclError as error:
                self.session.diagnostics.caught(error)
                reason = f"{self.address}.{name} could not be evaluated: {error.summary}"
                found[name].append(Expanded(block, scope, Unknown(reason)))
        return found

    def _generate(self, name: str, block: Block, scope: ModuleScope) -> list[Expanded]:
        content = _content(block)
        for_each = block.body.attributes.get("for_each")
        if for_each is None:
            raise HclError(
                "Missing required argument.", block.location, "A dynamic block needs for_each."
            )
        collection = self.session.evaluate(for_each.expression, scope)
        raw = collection.raw
        if isinstance(raw, Unknown):
            reason = f"the number of {name} blocks of {self.address} is not known: {raw.reason}"
            return [Expanded(content, scope, Unknown(reason))]
        if raw is None:
            raise HclError(
                "Invalid dynamic for_each value.",
                for_each.expression.location,
                "A null value cannot be used; use an empty list for no block at all.",
            )
        iterator = _iterator(block) or name
        marks = collection.marks
        expanded: list[Expanded] = []
        for key, value in _items(collection, for_each):
            item = Iterator(
                key.with_marks(marks), value.with_marks(marks), for_each.expression, scope
            )
            inner = scope.with_iterator(iterator, item)
            expanded.append(self._one(name, block, content, inner, marks))
        return expanded

    def _one(
        self,
        name: str,
        block: Block,
        content: Block,
        scope: ModuleScope,
        marks: frozenset[str],
    ) -> Expanded:
        labels = block.body.attributes.get("labels")
        names: list[str] = []
        if labels is not None:
            value = self.session.evaluate(labels.expression, scope)
            hidden = value.first_unknown()
            if hidden is not None:
                return Expanded(content, scope, hidden)
            names = [_label(v, labels) for v in value.as_list()]
        made = Block(content.source, content.start, content.end, name, names, content.body)
        return Expanded(made, scope, None, marks)


def _label(value: Value, labels: Attribute) -> str:
    if value.type != STRING or value.is_null:
        raise HclError(
            "Invalid dynamic block label.", labels.expression.location, "A string is needed."
        )
    return value.as_str()


def _items(collection: Value, for_each: Attribute) -> list[tuple[Value, Value]]:
    """Key and value of every element; a set's elements are their own keys."""
    raw = collection.raw
    if isinstance(raw, dict):
        return [(string(k), v) for k, v in raw.items()]
    if isinstance(raw, list):
        by_value = isinstance(collection.type, SetType)
        return [(v if by_value else number(i), v) for i, v in enumerate(raw)]
    raise HclError(
        "Invalid dynamic for_each value.",
        for_each.expression.location,
        f"A collection is needed; this is a {collection.type}.",
    )


def _content(block: Block) -> Block:
    """The ``content`` block of a dynamic block; raises ``HclError`` unless there is one."""
    body = block.body
    found = [b for b in body.blocks if b.type == "content"]
    attribute = body.attributes.get("content")
    if attribute is not None:
        found += json_blocks(attribute)
    for name, other in body.attributes.items():
        if name not in _ARGUMENTS and other is not attribute:
            raise HclError(
                "Unsupported argument.",
                other.location,
                f'An argument named "{name}" is not expected in a dynamic block; '
                "put it into its content block.",
            )
    for nested in body.blocks:
        if nested.type != "content":
            raise HclError(
                "Unsupported block type.",
                nested.location,
                f'Blocks of type "{nested.type}" are not expected in a dynamic block; '
                "put it into the content block.",
            )
    if len(found) != 1:
        raise HclError(
            "Invalid dynamic block.", block.location, "It needs exactly one content block."
        )
    return found[0]


def _iterator(block: Block) -> str | None:
    attribute = block.body.attributes.get("iterator")
    if attribute is None:
        return None
    plain = unquoted(attribute.expression)
    if not isinstance(plain, Traversal) or plain.names:
        raise HclError("Invalid dynamic iterator.", attribute.location, "A plain name is needed.")
    return plain.root
