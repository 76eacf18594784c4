"""The order of evaluation: everything after what it refers to, each thing once.

Nodes are declarations in the tree of modules (not instances: like Terraform, we
evaluate a declaration for all instances of its module at once). Walking the graph
with a stack of our own keeps long chains of references from exhausting Python's,
and finds cycles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from driftcheck.errors import HclError
from driftcheck.model.location import Location


class Node(NamedTuple):
    """A declaration: the path of its module, what kind of thing it is, and its name.

    Kinds are ``module`` (the instances of the module itself; no name),
    ``variable``, ``local``, ``output``, ``resource`` (its address) and ``provider``.
    """

    module: tuple[str, ...]
    kind: str
    name: str

    def __str__(self) -> str:
        prefix = "".join(f"module.{m}." for m in self.module)
        match self.kind:
            case "module":
                return prefix.rstrip(".") or "the root module"
            case "variable":
                return f"{prefix}var.{self.name}"
            case "resource":
                return f"{prefix}{self.name}"
            case "provider":
                return f"{prefix}provider.{self.name}"
            case kind:
                return f"{prefix}{kind}.{self.name}"


class Dependency(NamedTuple):
    """What a node refers to, and where."""

    node: Node
    location: Location | None


class Graph:
    """Evaluates nodes on demand, each once, after their dependencies.

    ``dependencies`` lists what a node refers to; ``evaluate`` gives it its value;
    ``report`` receives the error for a cycle, after which the nodes in it are
    evaluated as far as they go.
    """

    def __init__(
        self,
        dependencies: Callable[[Node], Iterable[Dependency]],
        evaluate: Callable[[Node], None],
        report: Callable[[HclError], None],
    ) -> None:
        self._dependencies = dependencies
        self._evaluate = evaluate
        self._report = report
        self._done: set[Node] = set()

    def ensure(self, wanted: Node) -> None:
        """Evaluate a node and everything that it depends on, unless that was done."""
        if wanted in self._done:
            return
        open_nodes: dict[Node, Iterator[Dependency]] = {wanted: iter(self._dependencies(wanted))}
        while open_nodes:
            node = next(reversed(open_nodes))
            for dependency in open_nodes[node]:
                target = dependency.node
                if target in self._done:
                    continue
                if target in open_nodes:
                    self._report(_cycle(list(open_nodes), target, dependency.location))
                    continue
                open_nodes[target] = iter(self._dependencies(target))
                break
            else:
                del open_nodes[node]
                self._done.add(node)
                self._evaluate(node)


def _cycle(walk: list[Node], target: Node, location: Location | None) -> HclError:
    circle = [*walk[walk.index(target) :], target]
    if len(circle) == 2:
        return HclError(
            f"Self-referential definition: {target} refers to itself.",
            location,
            "It cannot be computed from its own result.",
        )
    shown = [str(n) for n in circle]
    if len(shown) > 12:
        shown = [*shown[:6], f"({len(shown) - 12} more)", *shown[-6:]]
    return HclError(
        f"Cycle: {' -> '.join(shown)}.",
        location,
        "Each of these needs the next one before it can be computed; break the circle somewhere.",
    )
