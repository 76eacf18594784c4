"""The located syntax tree of HCL.

Every node knows its source and the half-open range of offsets ``[start, end)``
that it covers; ``node.location`` is the position of its first character. Nodes
carry no behaviour: ``driftcheck.hcl.evaluate`` gives them their meaning.

The tree follows the shape of HashiCorp's hclsyntax package, with one departure:
a reference's leading run of plain attribute names is one ``Traversal`` node
(``var.a.b`` is one node, not three), because that is the unit that a scope
resolves.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from driftcheck.errors import HclError
from driftcheck.hcl.source import Source
from driftcheck.model.location import Location


@dataclass(slots=True, eq=False)
class Node:
    """Common part of all nodes: the source text and the offsets covered in it."""

    source: Source
    start: int
    end: int

    @property
    def location(self) -> Location:
        """Position of the node's first character."""
        return self.source.location(self.start)

    @property
    def text(self) -> str:
        """The node's own source text."""
        return self.source.text[self.start : self.end]


@dataclass(slots=True, eq=False)
class Expression(Node):
    """Base of everything that has a value."""


@dataclass(slots=True, eq=False)
class Literal(Expression):
    """A number, ``true``, ``false``, ``null``, or a piece of literal text.

    Numbers are ``int`` or ``Fraction`` (see ``driftcheck.hcl.numbers``); text has
    its escapes resolved and is in Unicode normal form C.
    """

    value: int | Fraction | bool | str | None


@dataclass(slots=True, eq=False)
class Template(Expression):
    """A quoted string or heredoc: its parts are joined to one string.

    A template without any interpolation has one ``Literal`` part, or none for "".
    """

    parts: list[Expression]


@dataclass(slots=True, eq=False)
class TemplateWrap(Expression):
    """``"${x}"``: a single interpolation and nothing else keeps the type of ``x``."""

    inner: Expression


@dataclass(slots=True, eq=False)
class TemplateIf(Expression):
    """``%{ if c }...%{ else }...%{ endif }``; without ``else`` the other part is empty."""

    condition: Expression
    then: Template
    otherwise: Template


@dataclass(slots=True, eq=False)
class TemplateFor(Expression):
    """``%{ for k, v in c }...%{ endfor }``."""

    key_name: str | None
    value_name: str
    collection: Expression
    body: Template


@dataclass(slots=True, eq=False)
class Traversal(Expression):
    """``root.a.b``: a reference with its leading run of plain attribute names.

    ``ends[i]`` is the offset just past ``names[i]``, so that a prefix can be located.
    """

    root: str
    names: list[str]
    ends: list[int]


@dataclass(slots=True, eq=False)
class GetAttr(Expression):
    """``object.name`` on anything that is not a plain reference."""

    object: Expression
    name: str


@dataclass(slots=True, eq=False)
class Index(Expression):
    """``collection[key]``, and the old form ``collection.0``."""

    collection: Expression
    key: Expression


@dataclass(slots=True, eq=False)
class Splat(Expression):
    """``subject[*]each`` (full) or ``subject.*each`` (attribute-only).

    ``each`` is an expression over the ``SplatItem`` node ``item``, applied to
    every element of ``subject``.
    """

    subject: Expression
    item: SplatItem
    each: Expression
    full: bool


@dataclass(slots=True, eq=False)
class SplatItem(Expression):
    """Stands for the current element inside ``Splat.each``."""


@dataclass(slots=True, eq=False)
class FunctionCall(Expression):
    """``name(args)``; ``expand_final`` for ``name(args...)``.

    ``name`` keeps its namespace (``core::upper``, ``provider::aws::arn_parse``).
    """

    name: str
    args: list[Expression]
    expand_final: bool


@dataclass(slots=True, eq=False)
class Unary(Expression):
    """``-x`` or ``!x``."""

    operator: str
    operand: Expression


@dataclass(slots=True, eq=False)
class Binary(Expression):
    """``left operator right``."""

    operator: str
    left: Expression
    right: Expression


@dataclass(slots=True, eq=False)
class Conditional(Expression):
    """``condition ? then : otherwise``."""

    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(slots=True, eq=False)
class Parentheses(Expression):
    """``(inner)``: kept because ``{ (a) = 1 }`` and ``{ a = 1 }`` differ."""

    inner: Expression


@dataclass(slots=True, eq=False)
class TupleCons(Expression):
    """``[a, b]``."""

    items: list[Expression]


@dataclass(slots=True, eq=False)
class ObjectItem(Node):
    """One ``key = value`` of an object constructor.

    A key that is a bare name is a ``Literal`` string; every other key is an
    expression to be evaluated. A bare reference with attributes or indexes (``a.b``)
    cannot be evaluated as a key, Terraform calls it ambiguous, but it may stand where
    keys are only read as addresses (a module call's ``providers``).
    """

    key: Expression
    value: Expression


@dataclass(slots=True, eq=False)
class ObjectCons(Expression):
    """``{ a = 1, (b) = 2 }``."""

    items: list[ObjectItem]


@dataclass(slots=True, eq=False)
class ForTuple(Expression):
    """``[for k, v in collection : body if condition]``."""

    key_name: str | None
    value_name: str
    collection: Expression
    body: Expression
    condition: Expression | None


@dataclass(slots=True, eq=False)
class ForObject(Expression):
    """``{for k, v in collection : key => value... if condition}``."""

    key_name: str | None
    value_name: str
    collection: Expression
    key: Expression
    value: Expression
    group: bool
    condition: Expression | None


@dataclass(slots=True, eq=False)
class InvalidExpression(Expression):
    """What only evaluating shows to be wrong: a JSON string that is no valid template.

    Terraform takes some strings of its JSON syntax literally and never looks for
    templates in them; where it does look, ``error`` says what is wrong.
    """

    error: HclError


@dataclass(slots=True, eq=False)
class Attribute(Node):
    """``name = expression`` in a body; the node starts at the name."""

    name: str
    expression: Expression


@dataclass(slots=True, eq=False)
class Block(Node):
    """``type "label" { ... }``; the node starts at the type."""

    type: str
    labels: list[str]
    body: Body


@dataclass(slots=True, eq=False)
class Body(Node):
    """The attributes (unique by name, in source order) and blocks of a file or block."""

    attributes: dict[str, Attribute]
    blocks: list[Block]
    comments: list[Comment] | None = None


@dataclass(slots=True, eq=False)
class Comment(Node):
    """A comment, kept (on a file's outermost body only) for inline waivers."""


#: The fields of each kind of node that hold its child nodes: one, none, or several.
CHILD_FIELDS: dict[type[Node], tuple[str, ...]] = {
    Literal: (),
    Template: ("parts",),
    TemplateWrap: ("inner",),
    TemplateIf: ("condition", "then", "otherwise"),
    TemplateFor: ("collection", "body"),
    Traversal: (),
    GetAttr: ("object",),
    Index: ("collection", "key"),
    Splat: ("subject", "item", "each"),
    SplatItem: (),
    FunctionCall: ("args",),
    Unary: ("operand",),
    Binary: ("left", "right"),
    Conditional: ("condition", "then", "otherwise"),
    Parentheses: ("inner",),
    TupleCons: ("items",),
    ObjectItem: ("key", "value"),
    ObjectCons: ("items",),
    ForTuple: ("collection", "body", "condition"),
    ForObject: ("collection", "key", "value", "condition"),
    InvalidExpression: (),
    Attribute: ("expression",),
    Block: ("body",),
    Body: ("attributes", "blocks", "comments"),
    Comment: (),
}
