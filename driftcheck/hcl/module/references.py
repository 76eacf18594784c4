"""Which names an expression refers to, found without evaluating it.

Terraform decides the order of evaluation, and finds cycles, from references
alone: both branches of a conditional count. So do we.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from driftcheck.hcl import syntax as s
from driftcheck.hcl.syntax import Expression, Traversal

_NO_NAMES: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference, together with the index and attribute that follow it, if any do.

    ``output`` is ``x`` of ``module.m["key"].x``: the name that follows an instance
    key, which the traversal itself does not hold.
    """

    traversal: Traversal
    output: str | None = None


def references(expression: Expression) -> list[Reference]:
    """Every reference of an expression to a name that it does not bind itself, in order."""
    found: list[Reference] = []
    pending: list[tuple[Expression, frozenset[str]]] = [(expression, _NO_NAMES)]
    while pending:
        node, bound = pending.pop()
        if isinstance(node, Traversal):
            if node.root not in bound:
                found.append(Reference(node))
            continue
        instance = _instance_output(node)
        if instance is not None and instance.traversal.root not in bound:
            found.append(instance)
            assert isinstance(node, s.GetAttr)
            assert isinstance(node.object, s.Index)
            pending.append((node.object.key, bound))
            continue
        # The stack is last in, first out: children go on it in reverse.
        pending.extend(reversed([(c, bound | names) for c, names in children(node)]))
    return found


def _instance_output(node: Expression) -> Reference | None:
    """``module.m[key].output`` as one reference."""
    if (
        isinstance(node, s.GetAttr)
        and isinstance(node.object, s.Index)
        and isinstance(node.object.collection, Traversal)
        and node.object.collection.root == "module"
        and len(node.object.collection.names) == 1
    ):
        return Reference(node.object.collection, node.name)
    return None


def children(node: Expression) -> Iterator[tuple[Expression, frozenset[str]]]:
    """The direct parts of an expression, each with the names that are bound inside it."""
    match node:
        case s.Template(parts=parts):
            for part in parts:
                yield part, _NO_NAMES
        case s.TemplateWrap(inner=inner) | s.Parentheses(inner=inner):
            yield inner, _NO_NAMES
        case s.TemplateIf(condition=condition, then=then, otherwise=otherwise):
            yield condition, _NO_NAMES
            yield then, _NO_NAMES
            yield otherwise, _NO_NAMES
        case s.TemplateFor(collection=collection, body=body):
            yield collection, _NO_NAMES
            yield body, _bound(node.key_name, node.value_name)
        case s.GetAttr(object=inner):
            yield inner, _NO_NAMES
        case s.Index(collection=collection, key=key):
            yield collection, _NO_NAMES
            yield key, _NO_NAMES
        case s.Splat(subject=subject, each=each):
            yield subject, _NO_NAMES
            yield each, _NO_NAMES
        case s.FunctionCall(name="convert" | "core::convert", args=[value, _]):
            yield value, _NO_NAMES  # what follows is a type
        case s.FunctionCall(args=args):
            for arg in args:
                yield arg, _NO_NAMES
        case s.Unary(operand=operand):
            yield operand, _NO_NAMES
        case s.Binary(left=left, right=right):
            yield left, _NO_NAMES
            yield right, _NO_NAMES
        case s.Conditional(condition=condition, then=yes, otherwise=no):
            yield condition, _NO_NAMES
            yield yes, _NO_NAMES
            yield no, _NO_NAMES
        case s.TupleCons(items=items):
            for element in items:
                yield element, _NO_NAMES
        case s.ObjectCons(items=pairs):
            for pair in pairs:
                yield pair.key, _NO_NAMES
                yield pair.value, _NO_NAMES
        case s.ForTuple(collection=collection, body=body, condition=maybe):
            bound = _bound(node.key_name, node.value_name)
            yield collection, _NO_NAMES
            yield body, bound
            if maybe is not None:
                yield maybe, bound
        case s.ForObject(collection=collection, key=key, value=value, condition=maybe):
            bound = _bound(node.key_name, node.value_name)
            yield collection, _NO_NAMES
            yield key, bound
            yield value, bound
            if maybe is not None:
                yield maybe, bound


def _bound(key_name: str | None, value_name: str) -> frozenset[str]:
    return frozenset({value_name} if key_name is None else {key_name, value_name})


def body_expressions(body: s.Body) -> Iterator[Expression]:
    """Every expression in a body and in the blocks nested in it."""
    pending = [body]
    while pending:
        current = pending.pop()
        for attribute in current.attributes.values():
            yield attribute.expression
        pending.extend(block.body for block in current.blocks)


def argument_names(body: s.Body) -> frozenset[str]:
    """The names of all arguments and blocks in a body, at any depth."""
    found: set[str] = set()
    pending = [body]
    while pending:
        current = pending.pop()
        found.update(current.attributes)
        for block in current.blocks:
            found.add(block.labels[0] if block.type == "dynamic" and block.labels else block.type)
            pending.append(block.body)
    return frozenset(found)
