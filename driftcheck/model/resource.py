"""A Terraform resource instance as plain data, whether it came from HCL or from a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from driftcheck.model.location import Location
from driftcheck.model.pointer import prefixes, resolve
from driftcheck.model.values import Json, Unknown


@dataclass(slots=True)
class Resource:
    """One instance of a managed resource, fully expanded.

    ``values`` has the shape of ``planned_values`` in Terraform's plan JSON:
    attributes by name (null when not set), nested blocks as lists of objects,
    sets as lists, with ``Unknown`` and ``Sensitive`` wherever they apply.
    ``locations`` maps JSON Pointers into ``values`` to the chain of places that
    state the value ("" is the resource block itself). ``ignore_changes`` holds
    pointers into ``values``; ``ignore_all`` is ``ignore_changes = all``.
    ``existence`` is an ``Unknown`` where ``count`` or ``for_each`` could not be
    known, so that nobody can say whether there is such an instance.
    ``references`` maps pointers into ``values`` to the addresses of the resources
    that the value there is made from, where the source tells. ``left_open`` holds pointers
    to what the configuration leaves to the provider.
    """

    address: str
    type: str
    name: str
    values: dict[str, Json]
    locations: Mapping[str, tuple[Location, ...]] = field(default_factory=dict)
    ignore_changes: tuple[str, ...] = ()
    ignore_all: bool = False
    region: str | Unknown | None = None
    provider: str = ""
    existence: Unknown | None = None
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    left_open: frozenset[str] = frozenset()

    def get(self, pointer: str) -> Json:
        """The value at a pointer into ``values``; None where there is none."""
        return resolve(self.values, pointer)

    def blocks(self, name: str) -> list[dict[str, Json]]:
        """The nested blocks called ``name``, in order; none where that is not knowable."""
        value = self.values.get(name)
        return [b for b in value if isinstance(b, dict)] if isinstance(value, list) else []

    def where(self, pointer: str = "") -> tuple[Location, ...]:
        """The places that state the value at ``pointer``, or the nearest enclosing ones."""
        for prefix in prefixes(pointer):
            found = self.locations.get(prefix)
            if found:
                return found
        return ()

    def ignores(self, pointer: str) -> bool:
        """Whether ``lifecycle.ignore_changes`` covers the place."""
        return self.ignore_all or any(p in self.ignore_changes for p in prefixes(pointer) if p)

    def leaves_open(self, pointer: str) -> bool:
        """Whether the configuration leaves the place to the provider, which changes nothing."""
        return bool(self.left_open) and any(p in self.left_open for p in prefixes(pointer))


@dataclass(slots=True)
class TerraformTable:
    """A table's own resource together with the others that configure the same table.

    ``related`` are replicas, tags, insights, streaming destinations, policies,
    scaling resources and alarms that were joined to the table by reference or by
    name. ``unjoined`` says, by resource type, why the list may lack resources of that
    type, if it may.
    """

    table: Resource
    related: list[Resource] = field(default_factory=list)
    unjoined: dict[str, Unknown] = field(default_factory=dict)
    account: str | None = None
    region: str | None = None

    def of_type(self, *types: str) -> Iterable[Resource]:
        """The related resources of the given types."""
        return (r for r in self.related if r.type in types)

    def uncertain(self, *types: str) -> Unknown | None:
        """Why it cannot be said which resources of these types there are; None if it can.

        Either one could not be joined to a table, or it is not known whether one exists.
        """
        for type_ in types:
            if type_ in self.unjoined:
                return self.unjoined[type_]
        return next((r.existence for r in self.of_type(*types) if r.existence is not None), None)
