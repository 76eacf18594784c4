"""Picks a block's body apart by a fixed list of arguments and nested blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from driftcheck.errors import HclError
from driftcheck.hcl import syntax
from driftcheck.hcl.context import EvalContext
from driftcheck.hcl.convert import ConvertError, convert
from driftcheck.hcl.evaluate import evaluate
from driftcheck.hcl.json_syntax import json_blocks, literal
from driftcheck.hcl.module.diagnostics import Diagnostics
from driftcheck.hcl.syntax import Block, Body, Expression
from driftcheck.hcl.types import BOOL, STRING, Type
from driftcheck.hcl.values import Value
from driftcheck.model.location import Location

#: Names that Terraform accepts for blocks, variables, resources ...
_BAD_NAME = (
    "A name must start with a letter or underscore and may contain only letters, digits, "
    "underscores, and dashes."
)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a kind of block may contain: arguments, and nested blocks with their label count.

    ``rest`` is True where other arguments and blocks are somebody else's business.
    """

    attributes: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    blocks: Mapping[str, int] = field(default_factory=dict)
    rest: bool = False


def shape(
    *attributes: str,
    required: str = "",
    blocks: Mapping[str, int] | None = None,
    rest: bool = False,
) -> Shape:
    """A ``Shape``; ``required`` is one argument that must be set."""
    must = frozenset({required} if required else ())
    return Shape(frozenset(attributes) | must, must, blocks or {}, rest)


class Content:
    """The checked content of one block's body.

    Whatever the shape does not allow is recorded as an error, as Terraform does.
    """

    def __init__(self, body: Body, allowed: Shape, diagnostics: Diagnostics, what: str) -> None:
        self._body = body
        self._diagnostics = diagnostics
        self._blocks: dict[str, list[Block]] = {name: [] for name in allowed.blocks}
        self._attributes: dict[str, syntax.Attribute] = {}
        self.rest = Body(body.source, body.start, body.end, {}, [])
        self._sort_attributes(allowed, what)
        self._sort_blocks(allowed, what)
        for name in sorted(allowed.required - self._attributes.keys()):
            diagnostics.error(
                "Missing required argument.",
                body.location,
                f'The argument "{name}" is required in {what}, but no definition was found.',
            )

    def _sort_attributes(self, allowed: Shape, what: str) -> None:
        for name, attribute in self._body.attributes.items():
            if name in allowed.attributes:
                self._attributes[name] = attribute
            elif name in allowed.blocks and is_json(attribute):
                with self._diagnostics.guard():
                    self._blocks[name].extend(json_blocks(attribute, allowed.blocks[name]))
            elif allowed.rest:
                self.rest.attributes[name] = attribute
            else:
                hint = (
                    f' Did you mean to define a block of type "{name}"?'
                    if name in allowed.blocks
                    else ""
                )
                self._diagnostics.error(
                    "Unsupported argument.",
                    attribute.location,
                    f'An argument named "{name}" is not expected in {what}.{hint}',
                )

    def _sort_blocks(self, allowed: Shape, what: str) -> None:
        for block in self._body.blocks:
            if block.type in allowed.blocks:
                if check_labels(block, allowed.blocks[block.type], self._diagnostics):
                    self._blocks[block.type].append(block)
            elif allowed.rest:
                self.rest.blocks.append(block)
            else:
                self._diagnostics.error(
                    "Unsupported block type.",
                    block.location,
                    f'Blocks of type "{block.type}" are not expected in {what}.',
                )

    def get(self, name: str) -> Expression | None:
        """The expression of an argument; None where it is not set."""
        attribute = self._attributes.get(name)
        return None if attribute is None else attribute.expression

    def attribute(self, name: str) -> syntax.Attribute | None:
        """An argument with its name's place; None where it is not set."""
        return self._attributes.get(name)

    def blocks(self, name: str) -> list[Block]:
        """The nested blocks of one type, in order."""
        return self._blocks[name]

    def single(self, name: str) -> Block | None:
        """The only nested block of one type; a second one is an error."""
        found = self._blocks[name]
        if len(found) > 1:
            self._diagnostics.error(
                f"Duplicate {name} block.",
                found[1].location,
                f"There is a {name} block already at {found[0].location}.",
            )
        return found[0] if found else None

    def flag(self, name: str, default: bool = False) -> bool:
        """A true/false argument that Terraform needs to know before it evaluates anything."""
        value = self._static(name, BOOL)
        return value.as_bool() if value is not None and not value.is_null else default

    def text(self, name: str) -> str | None:
        """A string argument that may hold no reference; None where it is not set (or wrong)."""
        value = self._static(name, STRING)
        return value.as_str() if value is not None and not value.is_null else None

    def _static(self, name: str, type_: Type) -> Value | None:
        expression = self.get(name)
        if expression is None:
            return None
        try:
            return static_value(expression, type_)
        except HclError as error:
            self._diagnostics.caught(error)
            return None


def static_value(expression: Expression, type_: Type) -> Value:
    """The value of an expression in which nothing may be referred to.

    Strings of JSON files are taken as they stand, as Terraform does here.

    Raises ``HclError`` for a reference, and for a value that is not of the type.
    """
    if is_json(expression):
        expression = literal(expression)
    value = evaluate(expression, EvalContext(allow_functions=False))
    try:
        return convert(value, type_)
    except ConvertError as error:
        raise HclError("Unsuitable value type.", expression.location, f"{error}.") from error


def check_labels(block: Block, count: int, diagnostics: Diagnostics) -> bool:
    """Whether a block has the labels that its type needs; records an error if not."""
    if len(block.labels) == count:
        return True
    if len(block.labels) < count:
        diagnostics.error(
            f"Missing label for {block.type}.",
            block.location,
            f"All {block.type} blocks must have {count} label{'s' if count > 1 else ''}.",
        )
    else:
        wanted = "no labels" if not count else f"{count} label{'s' if count > 1 else ''} only"
        diagnostics.error(
            f"Extraneous label for {block.type}.",
            block.location,
            f"A {block.type} block takes {wanted}.",
        )
    return False


def check_name(kind: str, name: str, block: Block, diagnostics: Diagnostics) -> None:
    """Record an error for a label that is not a valid identifier."""
    if not valid_identifier(name):
        diagnostics.error(f'Invalid {kind} name "{name}".', block.location, _BAD_NAME)


def report_duplicate(
    kind: str, name: str, second: syntax.Node, first: Location, diagnostics: Diagnostics
) -> None:
    """Record an error for a second declaration of a name."""
    diagnostics.error(
        f'Duplicate {kind} "{name}".',
        second.location,
        f"It was declared at {first} already; names must be unique within a module.",
    )


def valid_identifier(name: str) -> bool:
    """Whether HCL takes the text as an identifier (Unicode letters, and dashes inside)."""
    return bool(name) and name.replace("-", "_").isidentifier() and not name.startswith("-")


def is_json(node: syntax.Node) -> bool:
    """Whether a node comes from a JSON file, where blocks look like arguments."""
    return node.source.name.endswith(".json")
