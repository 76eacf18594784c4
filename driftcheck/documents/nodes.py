"""The tree of a parsed document, and the bounds within which one is parsed."""

from __future__ import annotations

from dataclasses import dataclass, field

from driftcheck.errors import SpecError
from driftcheck.model.location import Location
from driftcheck.model.pointer import child
from driftcheck.model.values import Json, Scalar

#: Largest file, in bytes.
MAX_BYTES = 1024 * 1024
#: Deepest nesting of mappings and sequences.
MAX_DEPTH = 64
#: Most values in a document once every alias is written out.
MAX_VALUES = 100_000


@dataclass(slots=True)
class Node:
    """One value and where it stands: a scalar, a list, or a mapping with its keys' places.

    ``size`` counts the values at and below the node, aliases written out, so that
    a document of a few lines that expands to billions is refused before it does.
    """

    location: Location
    scalar: Scalar = None
    items: list[Node] | None = None
    members: dict[str, Node] | None = None
    keys: dict[str, Location] = field(default_factory=dict)
    size: int = 1

    def __post_init__(self) -> None:
        if isinstance(self.scalar, str):
            # An alias repeats a long text as well as a long list.
            self.size += len(self.scalar) // 100


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data and where it was written.

    ``values`` maps JSON Pointers to the place of each value, ``keys`` to that of
    the key which names it (for members of mappings).
    """

    data: Json
    values: dict[str, Location]
    keys: dict[str, Location]

    def where(self, pointer: str) -> Location:
        """Where something is stated: a scalar's own place, the key of a list or mapping."""
        value = self.values[pointer]
        key = self.keys.get(pointer)
        return key if key is not None and value.line != key.line else value


def flatten(root: Node) -> Document:
    """The document that a tree of nodes stands for."""
    document = Document(None, {}, {})
    data = _collect(root, "", document)
    return Document(data, document.values, document.keys)


def _collect(node: Node, pointer: str, document: Document) -> Json:
    document.values[pointer] = node.location
    if node.members is not None:
        result: dict[str, Json] = {}
        for name, member in node.members.items():
            below = child(pointer, name)
            document.keys[below] = node.keys[name]
            result[name] = _collect(member, below, document)
        return result
    if node.items is not None:
        return [
            _collect(item, child(pointer, str(index)), document)
            for index, item in enumerate(node.items)
        ]
    return node.scalar


def add_member(node: Node, name: str, key: Location, value: Node) -> None:
    """Add a member to a mapping; a key that stands there already is refused."""
    assert node.members is not None
    if name in node.members:
        raise SpecError(
            f'the key "{name}" stands twice in the same mapping.',
            key,
            f"It was first set on line {node.keys[name].line}; remove one of the two.",
        )
    node.members[name] = value
    node.keys[name] = key
    grow(node, value)


def add_item(node: Node, value: Node) -> None:
    """Add an element to a list."""
    assert node.items is not None
    node.items.append(value)
    grow(node, value)


def grow(node: Node, value: Node) -> None:
    """Count what was added; a document that is too large is refused."""
    node.size += value.size
    if node.size > MAX_VALUES:
        raise SpecError(
            f"the document holds more than {MAX_VALUES} values.",
            value.location,
            "Aliases count as often as they are used. Split the file.",
        )


def check_depth(depth: int, location: Location) -> None:
    """Refuse what is nested too deeply."""
    if depth > MAX_DEPTH:
        raise SpecError(f"the document is nested deeper than {MAX_DEPTH} levels.", location)
