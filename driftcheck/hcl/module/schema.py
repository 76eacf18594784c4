"""The shape of resource types, given to the evaluator from outside.

The evaluator knows Terraform's language and no resource type at all. What an
argument converts to, which blocks may repeat, what is null and what is decided
by the provider when an argument is not set: all of that is asked of a
``ResourceSchemas``. Where it knows nothing about a type, declared arguments are
known and everything else about the resource is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Protocol

from driftcheck.hcl.types import (
    STRING,
    ListType,
    MapType,
    ObjectType,
    SetType,
    Type,
    has_dynamic,
    object_type,
)
from driftcheck.hcl.values import Value, null
from driftcheck.model.location import Location

if TYPE_CHECKING:
    from driftcheck.hcl.module.configured import ConfiguredBlock, Problem

Nesting = Literal["single", "group", "list", "set", "map"]


@dataclass(frozen=True, slots=True)
class AttributeSchema:
    """One argument or exported attribute, as ``terraform providers schema`` describes it."""

    type: Type
    required: bool = False
    optional: bool = False
    computed: bool = False
    sensitive: bool = False

    @property
    def settable(self) -> bool:
        """Whether configuration may set it at all."""
        return self.required or self.optional


@dataclass(frozen=True, slots=True)
class NestedBlock:
    """A nested block type; ``max_items`` 0 means no limit."""

    nesting: Nesting
    block: BlockSchema
    min_items: int = 0
    max_items: int = 0

    @property
    def type(self) -> Type:
        """The type of the value that all blocks of this type make together."""
        inner = self.block.type
        match self.nesting:
            case "list":
                return ListType(inner)
            case "set":
                return SetType(inner)
            case "map":
                return MapType(inner)
            case _:
                return inner


@dataclass(frozen=True)
class BlockSchema:
    """The arguments and nested blocks of a block.

    ``complete`` is False where the schema lists only the part that matters:
    arguments that it does not name are then evaluated as they stand.
    """

    attributes: Mapping[str, AttributeSchema] = field(default_factory=dict)
    blocks: Mapping[str, NestedBlock] = field(default_factory=dict)
    complete: bool = True

    @cached_property
    def type(self) -> ObjectType:
        """The object type of the block's value."""
        members: dict[str, Type] = {n: a.type for n, a in self.attributes.items()}
        members.update((n, b.type) for n, b in self.blocks.items())
        return object_type(members)

    @cached_property
    def has_dynamic(self) -> bool:
        """Whether the types of some parts are known only from their values."""
        return has_dynamic(self.type)


#: For a type that nobody knows: everything declared is taken as it stands.
UNKNOWN_SCHEMA = BlockSchema(complete=False)


@dataclass(frozen=True, slots=True)
class ProviderUse:
    """The provider configuration that a resource instance uses.

    ``name`` is the provider's local name ("aws"), ``alias`` its alias or "".
    ``module`` is the address of the module that declares the configuration ("" is
    the root). ``values`` is the evaluated provider block, an object; it is empty
    where there is no such block. ``location`` is the block's.
    """

    name: str
    alias: str
    module: str
    values: Value
    location: Location | None = None

    @property
    def address(self) -> str:
        """The configuration's address, as in Terraform's messages (``module.m.aws.east``)."""
        own = f"{self.name}.{self.alias}" if self.alias else self.name
        return f"{self.module}.{own}" if self.module else own

    def get(self, name: str) -> Value | None:
        """One argument of the provider block; None where it is not set."""
        raw = self.values.raw
        found = raw.get(name) if isinstance(raw, dict) else None
        return None if found is None or found.is_null else found


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """One resource or data source instance whose full value is asked for.

    ``config`` is the object that its block evaluates to: all attributes of the
    schema, null where not set; all nested blocks. ``deferred`` says, for a data
    source, why Terraform would not read it before apply (None where it would).
    """

    type: str
    address: str
    config: Value
    provider: ProviderUse
    deferred: str | None = None


#: So much alike are a word and its misspelling (``difflib``): two letters of ten may differ.
_MISSPELT = 0.88


def likely_meant(name: str, known: Iterable[str]) -> str | None:
    """The known name that an unknown one is a misspelling of; None if it is unlike them all."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=1, cutoff=_MISSPELT)
    return near[0] if near else None


class ResourceSchemas(Protocol):
    """Knowledge about providers; see the module's description."""

    @property
    def closed(self) -> bool:
        """Whether an argument that a known schema lacks is an error.

        Otherwise a newer provider may have it, unless it looks like a slip.
        """

    def resource(self, type_: str, names: frozenset[str]) -> BlockSchema | None:
        """The schema of a managed resource type; None where it is not known.

        ``names`` are all arguments and blocks that the resource uses, at any depth:
        they may tell which version of the provider it was written for.
        """

    def data_source(self, type_: str) -> BlockSchema | None:
        """The schema of a data source type; None where it is not known."""

    def provider(self, name: str) -> BlockSchema | None:
        """The schema of a provider block; None where it is not known."""

    def problems(
        self, request: PlanRequest, block: ConfiguredBlock, ignored: frozenset[str]
    ) -> Iterable[Problem]:
        """What the provider would refuse in a resource's configuration.

        ``ignored`` are the attributes whose changes are ignored. Only asked for types
        that ``resource`` knows.
        """

    def plan(self, request: PlanRequest) -> Value:
        """The resource instance as it will be: defaults filled in, what AWS decides unknown.

        Only asked for types that ``resource`` knows.
        """

    def read(self, request: PlanRequest) -> Value:
        """The data source's result, or an object with what is unknown about it.

        Only asked for types that ``data_source`` knows.
        """

    def region_of(self, provider: ProviderUse, config: Value) -> Value:
        """The region that a resource lives in (null for a provider without regions)."""

    def newer(self, name: str, region: Value) -> Value | None:
        """An attribute that every type has in a newer provider, of an instance in ``region``.

        Only asked for what the schema of a known type lacks; None where it is no such name.
        """


class NoSchemas:
    """Knows no resource type."""

    closed = False

    def resource(self, type_: str, names: frozenset[str]) -> BlockSchema | None:
        """No type is known."""
        return None

    def data_source(self, type_: str) -> BlockSchema | None:
        """No type is known."""
        return None

    def provider(self, name: str) -> BlockSchema | None:
        """No provider is known."""
        return None

    def problems(
        self, request: PlanRequest, block: ConfiguredBlock, ignored: frozenset[str]
    ) -> Iterable[Problem]:
        """Nothing is known to be wrong."""
        return ()

    def plan(self, request: PlanRequest) -> Value:
        """The configuration as it stands."""
        return request.config

    def read(self, request: PlanRequest) -> Value:
        """The configuration as it stands."""
        return request.config

    def region_of(self, provider: ProviderUse, config: Value) -> Value:
        """Whatever the provider block says."""
        return provider.get("region") or null(STRING)

    def newer(self, name: str, region: Value) -> Value | None:
        """No provider is known."""
        return None
