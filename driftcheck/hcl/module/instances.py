"""Instances of modules and resources, with everything that was evaluated in them."""

from __future__ import annotations

from dataclasses import dataclass, field

from driftcheck.hcl.context import Scope
from driftcheck.hcl.module.declarations import ProviderRef, ResourceDecl
from driftcheck.hcl.module.keys import NO_REPETITION, InstanceKey, InstanceSet, Repetition
from driftcheck.hcl.module.schema import ProviderUse
from driftcheck.hcl.module.tree import ModuleNode
from driftcheck.hcl.syntax import Attribute, Block, Body, Expression
from driftcheck.hcl.values import Unknown, Value
from driftcheck.model.location import Location


@dataclass(slots=True, eq=False)
class BodyOrigin:
    """Where the parts of an evaluated body were written, and in which scope.

    ``blocks`` holds, by block type, one entry per block that the body expanded to,
    in the order of writing: the block's value and its own origin.
    """

    body: Body
    scope: Scope
    block: Block | None = None
    blocks: dict[str, list[tuple[Value, BodyOrigin]]] = field(default_factory=dict)

    @property
    def location(self) -> Location:
        """The place of the block, or of the body where there is none."""
        return (self.block or self.body).location

    def attribute(self, name: str) -> Attribute | None:
        """The argument as written; None where it is not set."""
        return self.body.attributes.get(name)


@dataclass(slots=True, eq=False)
class InputSource:
    """Where a variable's value was stated.

    ``expression`` is what is written there and ``scope`` the scope that its names
    live in; both are None for plain text (``-var``, the environment).
    """

    location: Location | None
    expression: Expression | None = None
    scope: Scope | None = None


@dataclass(slots=True, eq=False)
class ResourceInstance:
    """One instance of a resource or data source.

    ``values`` is the object of all attributes and blocks in the provider's shape.
    ``open`` says that the type's schema is not known, so that an attribute that
    the object lacks is unknown rather than absent. ``existence`` is set where
    ``count`` or ``for_each`` (of the resource or of a module around it) cannot be
    known: nobody can say whether there is such an instance, or how many.
    ``region`` is a string value, null for a provider without regions.
    """

    address: str
    decl: ResourceDecl
    key: InstanceKey
    module: ModuleInstance
    provider: ProviderUse
    region: Value
    values: Value
    origin: BodyOrigin
    open: bool
    existence: Unknown | None = None

    @property
    def mode(self) -> str:
        """``resource``, ``data`` or ``ephemeral``."""
        return self.decl.mode

    @property
    def type(self) -> str:
        """The resource type."""
        return self.decl.type

    @property
    def name(self) -> str:
        """The resource's local name (the block's second label)."""
        return self.decl.name

    @property
    def location(self) -> Location:
        """The resource block's place."""
        return self.decl.location


@dataclass(slots=True, eq=False)
class ModuleInstance:
    """One instance of a module. The tables fill up as the evaluation goes on.

    A name that could not be evaluated stands in the tables as an unknown value;
    the diagnostics say why.
    """

    node: ModuleNode
    address: str
    parent: ModuleInstance | None = None
    key: InstanceKey = None
    repetition: Repetition = NO_REPETITION
    existence: Unknown | None = None
    variables: dict[str, Value] = field(default_factory=dict)
    sources: dict[str, InputSource] = field(default_factory=dict)
    locals: dict[str, Value] = field(default_factory=dict)
    outputs: dict[str, Value] = field(default_factory=dict)
    resources: dict[str, InstanceSet[ResourceInstance]] = field(default_factory=dict)
    calls: dict[str, InstanceSet[ModuleInstance]] = field(default_factory=dict)
    providers: dict[ProviderRef, ProviderUse] = field(default_factory=dict)

    def child_address(self, call: str) -> str:
        """The address of a module call of this instance, without the call's key."""
        own = f"module.{call}"
        return f"{self.address}.{own}" if self.address else own

    def resource_address(self, decl: ResourceDecl) -> str:
        """The address of a resource in this instance, without the resource's key."""
        return f"{self.address}.{decl.address}" if self.address else decl.address
