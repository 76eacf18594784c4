"""References to what no module declares, found without evaluating anything.

Terraform looks at every reference before it evaluates one, so that neither a branch
that is not taken nor a resource that nobody asks for can hide a name that does not
exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from driftcheck.errors import HclError
from driftcheck.hcl.module.content import is_json
from driftcheck.hcl.module.declarations import CheckRule, ResourceDecl
from driftcheck.hcl.module.references import Reference, body_expressions, references
from driftcheck.hcl.module.scope import undeclared
from driftcheck.hcl.module.traversals import literal_text
from driftcheck.hcl.module.tree import ModuleNode
from driftcheck.hcl.syntax import Body, Expression, Traversal

#: First names with rules of their own: what they lead to depends on the block they stand in.
_CONTEXTS = frozenset({"path", "terraform", "each", "count", "self", "template", "lazy", "arg"})


def undeclared_references(node: ModuleNode) -> Iterator[HclError]:
    """An error for every reference in a module to something that is not declared there."""
    for expression, bound in _expressions(node):
        for reference in references(expression):
            if reference.traversal.root not in bound:
                error = _problem(node, reference)
                if error is not None:
                    yield error


def _expressions(node: ModuleNode) -> Iterator[tuple[Expression, frozenset[str]]]:
    """All expressions of a module, each with the names that ``dynamic`` blocks bind in it."""
    module, nothing = node.module, frozenset[str]()
    for local in module.locals.values():
        yield local.expression, nothing
    for output in module.outputs.values():
        yield output.expression, nothing
        yield from ((e, nothing) for e in _conditions(output.preconditions))
    for variable in module.variables.values():
        yield from ((e, nothing) for e in _conditions(variable.validations))
    for call in module.calls.values():
        yield from ((e, nothing) for e in (call.count, call.for_each) if e is not None)
        yield from ((a.expression, nothing) for a in call.arguments.values())
    for provider in module.providers.values():
        yield from ((e, nothing) for e in body_expressions(provider.body))
    for resource in module.resources.values():
        if any(map(is_json, (resource.body, *resource.body.attributes.values()))):
            continue  # what is a block there, and so what it binds, only the schema tells
        bound = frozenset(_iterators(resource.body))
        yield from ((e, bound) for e in _of_resource(resource))
    for check in module.checks.values():
        yield from ((e, nothing) for e in _conditions(check.assertions))


def _of_resource(resource: ResourceDecl) -> Iterator[Expression]:
    yield from (e for e in (resource.count, resource.for_each) if e is not None)
    yield from body_expressions(resource.body)
    yield from _conditions(resource.lifecycle.preconditions)
    yield from _conditions(resource.lifecycle.postconditions)


def _conditions(rules: Iterable[CheckRule]) -> Iterator[Expression]:
    for rule in rules:
        yield rule.condition
        yield rule.error_message


def _iterators(body: Body) -> Iterator[str]:
    """The names that stand for elements somewhere in a body: those of ``dynamic`` blocks."""
    pending = [body]
    while pending:
        for block in pending.pop().blocks:
            pending.append(block.body)
            if block.type == "dynamic" and block.labels:
                named = block.body.attributes.get("iterator")
                own = None if named is None else named.expression
                if isinstance(own, Traversal):
                    yield own.root
                else:
                    yield (own and literal_text(own)) or block.labels[0]


def _problem(node: ModuleNode, reference: Reference) -> HclError | None:
    """The error for a reference, None where what it names is declared."""
    module, traversal = node.module, reference.traversal
    root, names = traversal.root, traversal.names
    first = names[0] if names else ""
    match root:
        case _ if root in _CONTEXTS:
            return None
        case "var":
            return _unless(first in module.variables, "input variable", first, node, traversal)
        case "local":
            return _unless(first in module.locals, "local value", first, node, traversal)
        case "module":
            return _module_problem(node, reference)
        case "data" | "ephemeral":
            parts = [root, *names[:2]]
            needed = 3
        case "resource":
            parts = names[:2]
            needed = 2
        case _:
            parts = [root, *names[:1]]
            needed = 2
    if len(parts) < needed:
        return HclError(
            f'Reference to undeclared name "{traversal.text}".',
            traversal.location,
            "A reference to a resource needs its type and its name, as in `aws_kms_key.main.arn`.",
        )
    address = ".".join(parts)
    return _unless(address in module.resources, "resource", address, node, traversal)


def _module_problem(node: ModuleNode, reference: Reference) -> HclError | None:
    traversal = reference.traversal
    first = traversal.names[0] if traversal.names else ""
    if first not in node.module.calls:
        return _unless(False, "module", first, node, traversal)
    child = node.children.get(first)
    output = reference.output or (traversal.names[1] if len(traversal.names) > 1 else None)
    if child is None or child.missing is not None or output is None:
        return None
    if output in child.module.outputs:
        return None
    return undeclared("output", output, child.module.outputs, traversal)


def _unless(
    declared: bool, kind: str, name: str, node: ModuleNode, traversal: Traversal
) -> HclError | None:
    if declared:
        return None
    module = node.module
    tables: dict[str, Iterable[str]] = {
        "input variable": module.variables,
        "local value": module.locals,
        "module": module.calls,
        "resource": module.resources,
    }
    return undeclared(kind, name, tables[kind], traversal)
