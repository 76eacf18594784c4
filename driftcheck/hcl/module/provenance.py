"""Where a value really comes from: the chain of places behind an argument.

A value that came through variables is stated where the caller wrote it, and that
is the line to change. The chain begins at the resource's own argument and goes
through locals, module calls and ``for_each`` up to a tfvars file, as far as it
can be followed; where several places have a say, all of them are named.
"""

from __future__ import annotations

from driftcheck.hcl.module.expression_trail import Bound, ExpressionTracer, Path
from driftcheck.hcl.module.instances import InputSource, ModuleInstance, ResourceInstance
from driftcheck.hcl.module.keys import RepetitionKind
from driftcheck.hcl.module.scope import ModuleScope
from driftcheck.hcl.syntax import Expression, Traversal
from driftcheck.hcl.values import Value

#: The last step of a path that leads to an element's key: there is nothing below it.
_KEY = "\0key"


class Tracer(ExpressionTracer):
    """Follows one value back to where it was stated, through names of all kinds."""

    def _reference(self, node: Traversal, path: Path, bound: Bound) -> None:
        names = tuple(node.names)
        binding = bound.names.get(node.root)
        if binding is not None:
            collection, inside, outer = binding
            self._follow(collection, (*inside, *names, *path) if inside else (), outer)
            return
        scope = bound.scope
        if not isinstance(scope, ModuleScope):
            return
        if node.root in scope.iterators:
            iterator = scope.iterators[node.root]
            self._element(iterator.collection, iterator.key, names, path, Bound(iterator.scope, {}))
            return
        instance = scope.instance
        match node.root:
            case "each":
                self._each(scope, names, path)
            case "var" if names:
                self._input(instance.sources.get(names[0]), (*names[1:], *path))
            case "local" if names and names[0] in instance.node.module.locals:
                attribute = instance.node.module.locals[names[0]].attribute
                own = Bound(self._session.scope(instance), {})
                self._hop(attribute, attribute.expression, (*names[1:], *path), own)
            case "module" if len(names) > 1:
                self._output(instance, names, path)
            case "path" | "terraform" | "count" | "self":
                return
            case _:
                self._resource(instance, node, (*names, *path))

    def _each(self, scope: ModuleScope, names: Path, path: Path) -> None:
        repetition = scope.repetition
        if repetition.collection is None or repetition.scope is None:
            return
        key = repetition.each_key
        if key is not None:
            self._element(repetition.collection, key, names, path, Bound(repetition.scope, {}))

    def _element(
        self, collection: Expression, key: Value, names: Path, path: Path, bound: Bound
    ) -> None:
        """``key`` or ``value`` of one element of a collection."""
        raw = key.raw
        inside: Path = (raw,) if isinstance(raw, str | int) and not isinstance(raw, bool) else ()
        if inside:
            value = names[:1] == ("value",)
            inside = (*inside, *names[1:], *path) if value else (*inside, _KEY)
        # That a block is repeated says nothing about the value; the element does.
        node, expression, rest = self._descend(collection, collection, inside, bound)
        if node is not collection:
            self.trail.at(node.location)
        self._follow(expression, rest, bound)

    def _input(self, source: InputSource | None, path: Path) -> None:
        if source is None:
            return
        if source.expression is None or source.scope is None:
            self.trail.at(source.location)
            return
        bound = Bound(source.scope, {})
        node, expression, rest = self._descend(source.expression, source.expression, path, bound)
        self.trail.at(source.location if node is source.expression else node.location)
        self._follow(expression, rest, bound)

    def _output(self, instance: ModuleInstance, names: Path, path: Path) -> None:
        modules = instance.calls.get(str(names[0]))
        if modules is None or modules.kind is not RepetitionKind.SINGLE or not modules.items:
            return
        module = modules.items[None]
        output = module.node.module.outputs.get(str(names[1]))
        if output is not None:
            bound = Bound(self._session.scope(module), {})
            self._hop(output.expression, output.expression, (*names[2:], *path), bound)

    def _resource(self, instance: ModuleInstance, node: Traversal, path: Path) -> None:
        found = _find_resource(instance, node.root, path)
        if found is None:
            return
        whole, target, rest = found
        address = whole if target is None else target.address
        if address not in self.trail.resources:
            self.trail.resources.append(address)
        if target is None or not rest:
            return
        attribute = target.origin.attribute(str(rest[0]))
        if attribute is not None:
            bound = Bound(target.origin.scope, {})
            self._hop(attribute, attribute.expression, rest[1:], bound)


def _find_resource(
    instance: ModuleInstance, root: str, path: Path
) -> tuple[str, ResourceInstance | None, Path] | None:
    """The resource that a path leads to: its whole address, the instance, what remains."""
    if root in ("data", "ephemeral"):
        address, rest = ".".join([root, *map(str, path[:2])]), path[2:]
    elif root == "resource":
        address, rest = ".".join(map(str, path[:2])), path[2:]
    else:
        address, rest = f"{root}.{path[0]}" if path else root, path[1:]
    resources = instance.resources.get(address)
    if resources is None:
        return None
    whole = f"{instance.address}.{address}" if instance.address else address
    if resources.kind is RepetitionKind.SINGLE:
        return whole, resources.items.get(None), rest
    if rest and resources.unknown is None:
        key = rest[0]
        found = resources.items.get(key)
        return whole, found, rest[1:] if found is not None else ()
    return whole, None, ()
