"""``moved`` and ``removed`` blocks as functions of resource addresses."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from driftcheck.hcl.module import Evaluation
from driftcheck.hcl.module.tree import ModuleNode
from driftcheck.model.location import Location

#: An instance key, as ``["a"]`` or ``[0]``.
_KEY = r'(?:\[(?:\d+|"(?:[^"\\]|\\.)*")\])'
#: Longest chain of moves that is followed; Terraform refuses cycles.
_MAX_MOVES = 100


@dataclass(frozen=True, slots=True)
class _Move:
    """One ``moved`` block: what it applies to, and what takes its place."""

    pattern: re.Pattern[str]
    target: str

    def apply(self, address: str) -> str | None:
        """The new address; None where the block does not speak of this one."""
        found = self.pattern.fullmatch(address)
        return f"{found['module']}{self.target}{found['rest']}" if found else None


@dataclass(frozen=True, slots=True)
class Moves:
    """Where the resources of the code before stand in the code now.

    ``present`` are the addresses in the code now: Terraform moves by itself between
    an address without a key and the one with ``[0]`` when ``count`` comes or goes.
    """

    moves: Sequence[_Move]
    present: Collection[str]

    def __call__(self, address: str) -> str:
        """The address now."""
        for _ in range(_MAX_MOVES):
            new = next((n for m in self.moves if (n := m.apply(address)) is not None), None)
            if new is None or new == address:
                break
            address = new
        if address in self.present:
            return address
        if f"{address}[0]" in self.present:
            return f"{address}[0]"
        bare = address.removesuffix("[0]")
        return bare if bare in self.present else address


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The addresses that ``removed`` blocks let go of without destroying anything."""

    patterns: Sequence[re.Pattern[str]]

    def __call__(self, address: str) -> bool:
        """Whether the resource at the address is only forgotten."""
        return any(p.fullmatch(address) for p in self.patterns)


def moves(now: Evaluation, present: Collection[str]) -> Moves:
    """The ``moved`` blocks of the code now, later steps of a chain included."""
    return Moves(
        [_Move(_pattern(node, move.source), move.target) for node, move in now.moved()], present
    )


def forgotten(now: Evaluation) -> Forgotten:
    """The ``removed`` blocks of the code now that say ``destroy = false``."""
    return Forgotten([_pattern(node, r.source) for node, r in now.removed() if not r.destroy])


def removed_at(now: Evaluation, address: str) -> Location | None:
    """Where a ``removed`` block of the code now speaks of the resource at an address."""
    return next(
        (r.location for node, r in now.removed() if _pattern(node, r.source).fullmatch(address)),
        None,
    )


def _pattern(node: ModuleNode, source: str) -> re.Pattern[str]:
    """What a block in a module speaks of: any instance of the module, and all that lies below.

    Without a key of its own, a resource's or module's address stands for every instance.
    """
    around = "".join(rf"module\.{re.escape(name)}{_KEY}?\." for name in node.path)
    below = r"(?P<rest>(?:[\[.].*)?)"
    return re.compile(rf"(?P<module>{around}){re.escape(source)}{below}")
