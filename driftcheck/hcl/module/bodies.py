"""Evaluates a resource's body by its schema: arguments, nested and ``dynamic`` blocks."""

from __future__ import annotations

from dataclasses import dataclass

from driftcheck.hcl.convert import ConvertError, convert
from driftcheck.hcl.json_syntax import json_blocks
from driftcheck.hcl.module.content import is_json
from driftcheck.hcl.module.dynamic import DynamicBlocks, Expanded
from driftcheck.hcl.module.instances import BodyOrigin
from driftcheck.hcl.module.schema import (
    AttributeSchema,
    BlockSchema,
    NestedBlock,
    likely_meant,
)
from driftcheck.hcl.module.scope import ModuleScope
from driftcheck.hcl.module.session import Session
from driftcheck.hcl.syntax import Block, Body
from driftcheck.hcl.types import DYNAMIC, ListType, ObjectType, SetType
from driftcheck.hcl.values import (
    Value,
    list_value,
    map_value,
    null,
    object_value,
    set_value,
    tuple_value,
    unknown,
)
from driftcheck.model.location import Location


@dataclass(frozen=True, slots=True)
class BodyEvaluator:
    """Evaluates the bodies of one resource instance, whose address is ``address``.

    A part that fails becomes unknown and a diagnostic; the other parts go on.
    """

    session: Session
    address: str

    def evaluate(
        self, body: Body, schema: BlockSchema, scope: ModuleScope, block: Block | None = None
    ) -> tuple[Value, BodyOrigin]:
        """The object that a body makes, and where its parts were written.

        All attributes and block types of the schema are there, null or empty where
        the body does not set them.
        """
        origin = BodyOrigin(body, scope, block)
        attributes, written = self._sort(body, schema, scope)
        values: dict[str, Value] = {}
        for name, attribute in schema.attributes.items():
            values[name] = self._attribute(name, attribute, body, written, origin)
        for name in attributes - schema.attributes.keys():
            values[name] = self._undeclared(name, body, schema, scope)
        for name, nested in schema.blocks.items():
            values[name] = self._blocks(name, nested, written.get(name, []), origin)
        for name, found in written.items():
            if name not in schema.blocks and name not in schema.attributes:
                values[name] = self._undeclared_blocks(name, found, schema, origin)
        return object_value(values), origin

    def _sort(
        self, body: Body, schema: BlockSchema, scope: ModuleScope
    ) -> tuple[set[str], dict[str, list[Expanded]]]:
        """The names of a body's arguments, and its blocks by type, dynamic ones expanded."""
        attributes = set(body.attributes)
        blocks = list(body.blocks)
        for name, attribute in body.attributes.items():
            if is_json(attribute) and (name in schema.blocks or name == "dynamic"):
                attributes.discard(name)
                with self.session.diagnostics.guard():
                    blocks += json_blocks(attribute, 1 if name == "dynamic" else 0)
        return attributes, DynamicBlocks(self.session, self.address).expand(blocks, scope)

    def _attribute(
        self,
        name: str,
        schema: AttributeSchema,
        body: Body,
        written: dict[str, list[Expanded]],
        origin: BodyOrigin,
    ) -> Value:
        attribute = body.attributes.get(name)
        if attribute is None:
            blocks = written.get(name)
            if blocks:
                return self._attribute_as_blocks(name, schema, blocks, origin)
            if schema.required:
                return self._missing(name, schema, origin.location)
            return null(schema.type)
        if not schema.settable:
            self.session.diagnostics.error(
                "Value for unconfigurable attribute.",
                attribute.location,
                f'"{name}" is decided by the provider and cannot be set.',
            )
            return null(schema.type)
        value = self.session.value(attribute.expression, origin.scope, f"{self.address}.{name}")
        if value.is_null and schema.required:
            return self._missing(name, schema, attribute.expression.location)
        try:
            return convert(value, schema.type)
        except ConvertError as error:
            self.session.diagnostics.error(
                "Incorrect attribute value type.",
                attribute.expression.location,
                f'Inappropriate value for attribute "{name}": {error}.',
            )
            return unknown(f"{self.address}.{name} could not be evaluated: {error}", schema.type)

    def _missing(self, name: str, schema: AttributeSchema, location: Location) -> Value:
        self.session.diagnostics.error(
            "Missing required argument.",
            location,
            f'The argument "{name}" is required, but no definition was found.',
        )
        reason = f"{self.address} does not set {name}, which is required"
        return unknown(reason, schema.type)

    def _unsupported(
        self, kind: str, name: str, schema: BlockSchema, location: Location, example: str
    ) -> None:
        """Report a name that the schema lacks: an error, unless a newer provider may have it."""
        known = [n for n, a in schema.attributes.items() if a.settable] + list(schema.blocks)
        near = likely_meant(name, known)
        hint = f'Did you mean "{near}"?' if near else ""
        if name in known:
            hint = example
        if hint or self.session.schemas.closed:
            self.session.diagnostics.error(
                f'Unsupported {kind}: "{name}" is not expected here.', location, hint
            )
            return
        self.session.diagnostics.warning(
            f'The {kind} "{name}" is not known to driftcheck.',
            location,
            "Either it is misspelt, or the provider is newer than those driftcheck knows; "
            "nothing is checked about it.",
        )

    def _undeclared(self, name: str, body: Body, schema: BlockSchema, scope: ModuleScope) -> Value:
        attribute = body.attributes[name]
        if schema.complete:
            example = f"It is a block, not an argument: write `{name} {{ ... }}`."
            self._unsupported("argument", name, schema, attribute.location, example)
        return self.session.value(attribute.expression, scope, f"{self.address}.{name}")

    def _blocks(
        self, name: str, nested: NestedBlock, written: list[Expanded], origin: BodyOrigin
    ) -> Value:
        """All blocks of one type as one value."""
        made: list[Value] = []
        labels: list[str] = []
        for expanded in written:
            if expanded.unknown is not None:
                return unknown(expanded.unknown.reason, nested.type)
            value, inner = self.evaluate(
                expanded.block.body, nested.block, expanded.scope, expanded.block
            )
            value = value.with_marks(expanded.marks)
            origin.blocks.setdefault(name, []).append((value, inner))
            made.append(value)
            labels.append(expanded.block.labels[0] if expanded.block.labels else "")
        self._check_number(name, nested, written, origin)
        return _gather(nested, made, labels)

    def _check_number(
        self, name: str, nested: NestedBlock, written: list[Expanded], origin: BodyOrigin
    ) -> None:
        most = 1 if nested.nesting in ("single", "group") else nested.max_items
        if most and len(written) > most:
            self.session.diagnostics.error(
                f"Too many {name} blocks.",
                written[most].block.location,
                f'No more than {most} "{name}" block{"s are" if most > 1 else " is"} allowed.',
            )
        if len(written) < nested.min_items:
            self.session.diagnostics.error(
                f"Insufficient {name} blocks.",
                origin.location,
                f'At least {nested.min_items} "{name}" block'
                f"{'s are' if nested.min_items > 1 else ' is'} required.",
            )

    def _attribute_as_blocks(
        self, name: str, schema: AttributeSchema, written: list[Expanded], origin: BodyOrigin
    ) -> Value:
        """A list or set of objects written as blocks, which old providers allow."""
        element = schema.type.element if isinstance(schema.type, ListType | SetType) else DYNAMIC
        if not isinstance(element, ObjectType):
            self.session.diagnostics.error(
                "Unsupported block type.",
                written[0].block.location,
                f'"{name}" is an argument, not a block: write `{name} = ...`.',
            )
            return null(schema.type)
        block = BlockSchema({n: AttributeSchema(t, optional=True) for n, t in element.attributes})
        nesting = NestedBlock("set" if isinstance(schema.type, SetType) else "list", block)
        return self._blocks(name, nesting, written, origin)

    def _undeclared_blocks(
        self, name: str, written: list[Expanded], schema: BlockSchema, origin: BodyOrigin
    ) -> Value:
        if schema.complete:
            example = f"It is an argument, not a block: write `{name} = ...`."
            # A dynamic block that makes no block at all is as wrong as one that does.
            location = written[0].block.location if written else _dynamic_place(name, origin)
            self._unsupported("block type", name, schema, location, example)
        nested = NestedBlock("list", BlockSchema(complete=False))
        return self._blocks(name, nested, written, origin)


def _dynamic_place(name: str, origin: BodyOrigin) -> Location:
    """The place of the ``dynamic`` block for a block type, as far as it can be told."""
    for block in origin.body.blocks:
        if block.type == "dynamic" and block.labels == [name]:
            return block.location
    return origin.location


def _gather(nested: NestedBlock, values: list[Value], labels: list[str]) -> Value:
    element = nested.block.type
    uniform = not nested.block.has_dynamic and all(v.type == element for v in values)
    match nested.nesting:
        case "single" | "group":
            return values[0] if values else null(element)
        case "map":
            return map_value(element, dict(zip(labels, values, strict=True)))
        case "set" if uniform:
            return set_value(element, values)
        case "list" if uniform:
            return list_value(element, values)
        case _:
            return tuple_value(values)
