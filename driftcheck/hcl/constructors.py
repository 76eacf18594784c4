"""Tuple and object constructors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from driftcheck.hcl.convert import ConvertError, convert
from driftcheck.hcl.syntax import (
    Expression,
    GetAttr,
    Index,
    Literal,
    ObjectCons,
    Template,
    Traversal,
    TupleCons,
)
from driftcheck.hcl.types import DYNAMIC, STRING
from driftcheck.hcl.values import (
    FAILED,
    NO_MARKS,
    Unknown,
    Value,
    object_value,
    tuple_value,
)

if TYPE_CHECKING:
    from driftcheck.hcl.evaluate import Evaluator, Names


def tuple_cons(run: Evaluator, node: TupleCons, names: Names) -> Value:
    """``[a, b]``."""
    return run.made(tuple_value([run.value(item, names) for item in node.items]), node)


def object_cons(run: Evaluator, node: ObjectCons, names: Names) -> Value:
    """``{ a = 1, (b) = 2 }``; of two items with the same key the later one wins."""
    attributes: dict[str, Value] = {}
    marks = NO_MARKS
    origin: Unknown | None = None
    for item in node.items:
        key_node = item.key
        if type(key_node) is Literal and isinstance(key_node.value, str):
            attributes[key_node.value] = run.value(item.value, names)
            continue
        errors_before = len(run.errors)
        if _is_ambiguous(key_node):
            run.fail(
                key_node,
                "Ambiguous attribute key.",
                "Put a reference in parentheses, or a name with dots in quotes.",
            )
        key = run.value(key_node, names)
        failed = len(run.errors) > errors_before
        value = run.value(item.value, names)
        if failed:
            origin = origin or Unknown(FAILED)
            continue
        if key.raw is None:
            run.fail(key_node, "A null value cannot be used as a key.")
            origin = origin or Unknown(FAILED)
            continue
        marks |= key.marks
        try:
            key = convert(key.without_marks(), STRING)
        except ConvertError as error:
            run.fail(key_node, f"This value cannot be used as a key: {error}.")
            origin = origin or Unknown(FAILED)
            continue
        if isinstance(key.raw, Unknown):
            origin = origin or key.raw
            continue
        attributes[key.as_str()] = value
    if origin is not None:
        return Value(DYNAMIC, Unknown(origin.reason))
    if len(attributes) < len(node.items) and node.source.name.endswith(".json"):
        return run.fail(node, "Duplicate object attribute.", "Names are unique in a JSON object.")
    return run.made(object_value(attributes), node).with_marks(marks)


def _is_ambiguous(key: Expression) -> bool:
    """Whether a key is a bare reference with more than its root: it may be meant as a name."""
    if isinstance(key, Traversal):
        return bool(key.names)
    if isinstance(key, GetAttr):
        return _is_reference(key.object)
    return isinstance(key, Index) and _is_reference(key)


def _is_reference(node: Expression) -> bool:
    """Whether HCL reads a node as one reference, its indexes being constants."""
    while isinstance(node, GetAttr | Index):
        if isinstance(node, Index) and not _is_constant(node.key):
            return False
        node = node.object if isinstance(node, GetAttr) else node.collection
    return isinstance(node, Traversal)


def _is_constant(key: Expression) -> bool:
    if isinstance(key, Template):
        return all(isinstance(part, Literal) for part in key.parts)
    return isinstance(key, Literal)
