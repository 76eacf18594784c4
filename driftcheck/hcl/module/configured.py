"""A resource's configuration as those see it who know the resource: values with their places."""

from __future__ import annotations

from dataclasses import dataclass

from driftcheck.hcl.module.instances import BodyOrigin
from driftcheck.hcl.values import Unknown, Value, null
from driftcheck.model.location import Location


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that a provider refuses in a resource's configuration.

    ``certain`` is False where it also depends on what exists already: a provider that
    finds the missing value in the state goes on with that.
    """

    summary: str
    detail: str
    location: Location
    certain: bool = True


@dataclass(frozen=True, slots=True)
class ConfiguredBlock:
    """A block's evaluated arguments and nested blocks, and where each was written."""

    values: Value
    origin: BodyOrigin

    def value(self, name: str) -> Value:
        """An argument's value; null where it is not set, or no argument of the block."""
        raw = self.values.raw
        return raw.get(name, null()) if isinstance(raw, dict) else null()

    def is_set(self, name: str) -> bool:
        """Whether an argument is anything but null; an unknown one may be."""
        return not self.value(name).is_null

    def is_unknown(self, name: str) -> bool:
        """Whether all of an argument, or the number of blocks of a type, is unknown."""
        return isinstance(self.value(name).raw, Unknown)

    def text(self, name: str) -> str | None:
        """A string argument that is known; None where it is not set or not known."""
        raw = self.value(name).raw
        return raw if isinstance(raw, str) else None

    def blocks(self, name: str) -> list[ConfiguredBlock] | None:
        """The nested blocks of a type as written; None where their number is not known."""
        if self.is_unknown(name):
            return None
        return [ConfiguredBlock(value, inner) for value, inner in self.origin.blocks.get(name, [])]

    def place(self, name: str = "") -> Location:
        """Where an argument or the first block of a type is written, else the block itself."""
        attribute = self.origin.attribute(name)
        if attribute is not None:
            return attribute.expression.location
        nested = self.origin.blocks.get(name)
        return nested[0][1].location if nested else self.origin.location
