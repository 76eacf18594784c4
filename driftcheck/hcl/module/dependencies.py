"""What each declaration refers to, as nodes of the evaluation graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from driftcheck.hcl.module.declarations import ProviderRef, ResourceDecl
from driftcheck.hcl.module.graph import Dependency, Node
from driftcheck.hcl.module.providers import provider_home
from driftcheck.hcl.module.references import Reference, body_expressions, references
from driftcheck.hcl.module.tree import ModuleNode
from driftcheck.hcl.syntax import Expression

#: First names that are no resource type and lead to no other declaration.
_BUILT_IN = frozenset({"path", "terraform", "each", "count", "self"})


class DependencyFinder:
    """Finds the dependencies of nodes in a tree of modules."""

    def __init__(self, root: ModuleNode) -> None:
        self._nodes: dict[tuple[str, ...], ModuleNode] = {}
        pending = [root]
        while pending:
            node = pending.pop()
            self._nodes[node.path] = node
            pending.extend(node.children.values())
        #: References by the identity of the expression: a module that is called often is
        #: the same tree of declarations each time.
        self._found: dict[int, list[Reference]] = {}

    def module(self, path: tuple[str, ...]) -> ModuleNode:
        """The module at a path."""
        return self._nodes[path]

    def all_modules(self) -> Iterable[ModuleNode]:
        """Every module, callers before those they call."""
        return sorted(self._nodes.values(), key=lambda n: len(n.path))

    def of(self, node: Node) -> Iterator[Dependency]:
        """What a node refers to; the instances of its own module come first."""
        module = self._nodes[node.module]
        if node.kind == "module":
            yield from self._of_module(module)
            return
        yield Dependency(Node(node.module, "module", ""), None)
        match node.kind:
            case "variable":
                yield from self._of_argument(module, node.name)
            case "local":
                yield from self.of_expression(module, module.module.locals[node.name].expression)
            case "output":
                output = module.module.outputs[node.name]
                yield from self.of_expression(module, output.expression)
                for rule in output.preconditions:
                    yield from self.of_expression(module, rule.condition)
                    yield from self.of_expression(module, rule.error_message)
            case "resource":
                yield from self._of_resource(module, module.module.resources[node.name])
            case "provider":
                yield from self._of_provider(module, node.name)

    def _of_module(self, module: ModuleNode) -> Iterator[Dependency]:
        call, parent = module.call, module.parent
        if call is None or parent is None:
            return
        yield Dependency(Node(parent.path, "module", ""), call.location)
        for expression in (call.count, call.for_each):
            if expression is not None:
                yield from self.of_expression(parent, expression)

    def _of_argument(self, module: ModuleNode, name: str) -> Iterator[Dependency]:
        if module.call is None or module.parent is None:
            return
        argument = module.call.arguments.get(name)
        if argument is not None:
            yield from self.of_expression(module.parent, argument.expression)

    def _of_resource(self, module: ModuleNode, decl: ResourceDecl) -> Iterator[Dependency]:
        for expression in (decl.count, decl.for_each):
            if expression is not None:
                yield from self.of_expression(module, expression)
        for expression in body_expressions(decl.body):
            yield from self.of_expression(module, expression)
        for rule in (*decl.lifecycle.preconditions, *decl.lifecycle.postconditions):
            yield from self.of_expression(module, rule.condition)
            yield from self.of_expression(module, rule.error_message)
        if decl.mode == "data":
            for owner, expression in explicit_dependencies(module, decl):
                yield from self.of_expression(owner, expression)
        home = provider_home(module, decl.provider or ProviderRef(decl.provider_name, ""))
        if home is not None:
            declaring, ref = home
            yield Dependency(Node(declaring.path, "provider", str(ref)), decl.location)

    def _of_provider(self, module: ModuleNode, name: str) -> Iterator[Dependency]:
        for ref, declared in module.module.providers.items():
            if str(ref) == name:
                for expression in body_expressions(declared.body):
                    yield from self.of_expression(module, expression)

    def of_expression(self, module: ModuleNode, expression: Expression) -> Iterator[Dependency]:
        """What an expression in a module refers to.

        Names that are not declared are passed over: evaluating them is an error
        that says more.
        """
        found = self._found.get(id(expression))
        if found is None:
            found = self._found[id(expression)] = references(expression)
        for reference in found:
            location = reference.traversal.location
            for node in self._targets(module, reference):
                yield Dependency(node, location)

    def _targets(self, module: ModuleNode, reference: Reference) -> Iterator[Node]:
        root, names = reference.traversal.root, reference.traversal.names
        if root in _BUILT_IN or not names:
            return
        declared = module.module
        match root:
            case "var":
                if names[0] in declared.variables:
                    yield Node(module.path, "variable", names[0])
                return
            case "local":
                if names[0] in declared.locals:
                    yield Node(module.path, "local", names[0])
                return
            case "module":
                if names[0] in module.children:
                    yield from self._outputs(module.children[names[0]], reference)
                return
            case "data" | "ephemeral":
                address = ".".join([root, *names[:2]])
            case "resource":
                address = ".".join(names[:2])
            case _:
                address = f"{root}.{names[0]}"
        if address in declared.resources:
            yield Node(module.path, "resource", address)

    def _outputs(self, child: ModuleNode, reference: Reference) -> Iterator[Node]:
        """The outputs that a reference to a module uses: one if it names one, or all."""
        yield Node(child.path, "module", "")
        names = reference.traversal.names
        wanted = reference.output or (names[1] if len(names) > 1 else None)
        outputs = child.module.outputs
        for name in outputs if wanted is None else [wanted]:
            if name in outputs:
                yield Node(child.path, "output", name)


def explicit_dependencies(
    module: ModuleNode, decl: ResourceDecl
) -> Iterator[tuple[ModuleNode, Expression]]:
    """The ``depends_on`` of a resource and of the module calls around it, with their modules."""
    for expression in decl.depends_on:
        yield module, expression
    node = module
    while node.call is not None and node.parent is not None:
        for expression in node.call.depends_on:
            yield node.parent, expression
        node = node.parent
