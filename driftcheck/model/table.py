"""A table's configuration in the one form that all sources are brought to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from driftcheck.model.location import Location
from driftcheck.model.pointer import prefixes, resolve, split
from driftcheck.model.resource import Resource
from driftcheck.model.values import Json, Unknown

#: The part of a document that one aspect owns: top-level field name to value.
Fragment = dict[str, Json]


@dataclass(frozen=True, slots=True)
class TableId:
    """Which table: its name, and the account and region it lives in where known."""

    name: str
    account: str | None = None
    region: str | None = None

    def __str__(self) -> str:
        place = "/".join(p for p in (self.account, self.region) if p)
        return f"{self.name} ({place})" if place else self.name


@dataclass(frozen=True, slots=True)
class Origin:
    """The place ``at`` of a Terraform resource: its lines are looked up when somebody asks."""

    resource: Resource
    at: str


#: The places that state a value, or where to look them up.
Places = tuple[Location, ...] | Origin


@dataclass(slots=True)
class Table:
    """One table as one source (code, plan, spec or live) describes it.

    ``settings`` maps an aspect's name to its fragment of the document, or to an
    ``Unknown`` where that source could not say anything about the aspect. An
    aspect that the source says nothing about is missing (a spec may state only
    part of a table; code and live always state every aspect).

    ``locations`` maps JSON Pointers to the places that state the value there;
    ``where`` falls back to the nearest enclosing place.
    """

    name: str | Unknown
    settings: dict[str, Fragment | Unknown] = field(default_factory=dict)
    locations: dict[str, Places] = field(default_factory=dict)
    address: str | None = None
    #: Pointer prefixes that Terraform was told to ignore (``lifecycle.ignore_changes``).
    ignored: frozenset[str] = frozenset()
    #: Pointers to what the code leaves to the provider, so that Terraform changes nothing there.
    left_open: frozenset[str] = frozenset()
    region: str | None = None
    #: Why nobody can say whether there is such a table (its ``count`` is not known, say).
    existence: Unknown | None = None
    #: Aspects of ``settings`` owner's fields: field name to aspect name.
    fields: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Json]:
        """The whole document: ``name`` and all aspects' fields, unknown ones as ``Unknown``."""
        document: dict[str, Json] = {"name": self.name}
        for aspect, fragment in self.settings.items():
            if isinstance(fragment, Unknown):
                for name, owner in self.fields.items():
                    if owner == aspect:
                        document[name] = fragment
            else:
                document.update(fragment)
        return document

    def get(self, pointer: str) -> Json:
        """The value at a pointer, None where there is none, ``Unknown`` below an unknown."""
        if not pointer:
            return self.document()
        # Asked often: only the part that holds the field is looked at.
        [name, *_] = split(pointer)
        part: dict[str, Json] = {"name": self.name} if name == "name" else {}
        for aspect, fragment in self.settings.items():
            if isinstance(fragment, Unknown):
                if self.fields.get(name) == aspect:
                    part[name] = fragment
            elif name in fragment:
                part[name] = fragment[name]
        return resolve(part, pointer)

    def states(self, pointer: str) -> bool:
        """Whether this source says anything about the place, be it that nothing is there (null)."""
        current: Json = self.document()
        for token in split(pointer):
            if isinstance(current, Unknown):
                return True
            if not isinstance(current, dict) or token not in current:
                return False
            current = current[token]
        return True

    def where(self, pointer: str) -> tuple[Location, ...]:
        """The places that state the value at ``pointer``, or the nearest enclosing ones."""
        for prefix in prefixes(pointer):
            found = self.stated_at(prefix)
            if found:
                return found
        return ()

    def stated_at(self, pointer: str) -> tuple[Location, ...]:
        """The places that state the value at exactly this pointer, if any do."""
        found = self.locations.get(pointer, ())
        return found.resource.where(found.at) if isinstance(found, Origin) else found
