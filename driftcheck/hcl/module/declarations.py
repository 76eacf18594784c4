"""What one directory of Terraform files declares, before anything is evaluated."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from driftcheck.hcl.syntax import Attribute, Block, Body, Comment, Expression
from driftcheck.hcl.typeexpr import Defaults
from driftcheck.hcl.types import Type
from driftcheck.model.location import Location


@dataclass(slots=True, eq=False)
class CheckRule:
    """A ``validation``, ``precondition``, ``postcondition`` or ``assert`` block."""

    condition: Expression
    error_message: Expression
    location: Location


@dataclass(slots=True, eq=False)
class Variable:
    """A ``variable`` block. ``default`` is None for a required variable."""

    name: str
    location: Location
    type: Type
    type_defaults: Defaults | None
    default: Expression | None
    nullable: bool
    sensitive: bool
    ephemeral: bool
    #: Whether sources of modules may refer to it (Terraform 1.15).
    const: bool
    validations: list[CheckRule]

    #: Whether text from -var and the environment is HCL, or a string as it stands.
    parse_as_hcl: bool


@dataclass(slots=True, eq=False)
class Local:
    """One attribute of a ``locals`` block."""

    attribute: Attribute

    @property
    def location(self) -> Location:
        """The place of the name."""
        return self.attribute.location

    @property
    def expression(self) -> Expression:
        """What it is."""
        return self.attribute.expression


@dataclass(slots=True, eq=False)
class Output:
    """An ``output`` block. ``type`` is DYNAMIC where it states none."""

    name: str
    location: Location
    expression: Expression
    type: Type
    type_defaults: Defaults | None
    sensitive: bool
    ephemeral: bool
    preconditions: list[CheckRule]


@dataclass(frozen=True, slots=True)
class ProviderRef:
    """A reference to a provider configuration by local name and alias ("" for none)."""

    name: str
    alias: str

    def __str__(self) -> str:
        return f"{self.name}.{self.alias}" if self.alias else self.name


@dataclass(slots=True, eq=False)
class ModuleCall:
    """A ``module`` block. ``providers`` is None where the block does not say.

    ``source`` is "" until the tree of modules is built, where it refers to something:
    ``source_expression`` is None where it does not.
    """

    name: str
    location: Location
    source: str
    source_location: Location
    source_expression: Expression | None
    count: Expression | None
    for_each: Expression | None
    providers: dict[ProviderRef, ProviderRef] | None
    depends_on: list[Expression]
    arguments: dict[str, Attribute]
    span: Block


@dataclass(slots=True, eq=False)
class Lifecycle:
    """A resource's ``lifecycle`` block.

    ``ignore_changes`` holds one path per entry: attribute names, and the keys or
    indexes that follow them, as text.
    """

    ignore_all: bool = False
    ignore_changes: list[tuple[str, ...]] = field(default_factory=list)
    create_before_destroy: bool = False
    prevent_destroy: bool = False
    preconditions: list[CheckRule] = field(default_factory=list)
    postconditions: list[CheckRule] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class ResourceDecl:
    """A ``resource``, ``data`` or ``ephemeral`` block; ``mode`` is that word.

    ``body`` has no meta-arguments left in it.
    """

    mode: str
    type: str
    name: str
    location: Location
    count: Expression | None
    for_each: Expression | None
    provider: ProviderRef | None
    depends_on: list[Expression]
    lifecycle: Lifecycle
    body: Body
    span: Block

    @property
    def address(self) -> str:
        """The address within its module, without instance keys."""
        own = f"{self.type}.{self.name}"
        return own if self.mode == "resource" else f"{self.mode}.{own}"

    @property
    def provider_name(self) -> str:
        """The local name of its provider: stated, or the type's first word."""
        return self.provider.name if self.provider else self.type.split("_", 1)[0]


@dataclass(slots=True, eq=False)
class ProviderDecl:
    """A ``provider`` block."""

    ref: ProviderRef
    location: Location
    body: Body


@dataclass(slots=True, eq=False)
class Moved:
    """A ``moved`` block: addresses as written, relative to the module."""

    source: str
    target: str
    location: Location


@dataclass(slots=True, eq=False)
class Removed:
    """A ``removed`` block; ``destroy`` is what its ``lifecycle`` says (default true)."""

    source: str
    destroy: bool
    location: Location


@dataclass(slots=True, eq=False)
class Import:
    """An ``import`` block; ``id`` and ``for_each`` are not evaluated yet."""

    target: Expression
    id: Expression | None
    for_each: Expression | None
    location: Location


@dataclass(slots=True, eq=False)
class Check:
    """A ``check`` block; its scoped data source, if any, is among the module's resources."""

    name: str
    location: Location
    assertions: list[CheckRule]


@dataclass(slots=True, eq=False)
class Module:
    """Everything that one directory declares."""

    directory: Path
    variables: dict[str, Variable] = field(default_factory=dict)
    locals: dict[str, Local] = field(default_factory=dict)
    outputs: dict[str, Output] = field(default_factory=dict)
    calls: dict[str, ModuleCall] = field(default_factory=dict)
    resources: dict[str, ResourceDecl] = field(default_factory=dict)
    providers: dict[ProviderRef, ProviderDecl] = field(default_factory=dict)
    #: Source addresses of ``required_providers``, by local name.
    required_providers: dict[str, str] = field(default_factory=dict)
    #: Provider configurations that the caller must pass (``configuration_aliases``).
    configuration_aliases: set[ProviderRef] = field(default_factory=set)
    moved: list[Moved] = field(default_factory=list)
    removed: list[Removed] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    checks: dict[str, Check] = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)
