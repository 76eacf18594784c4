"""The meaning of expressions.

``evaluate`` gives the value of a syntax tree as Terraform 1.11 would compute it.
Terraform does not stop at the first error: a failing part stands for an unknown value
while the rest goes on, and only errors of parts that were needed count (the branch of a
conditional that was not taken may fail, but the type of what it would have been still
has a say in the type of the result). So does ``Evaluator``: it collects errors, and
``evaluate`` raises the first of them in the end.

Two kinds of failure end an evaluation at once, and no ``try()`` catches them: a
reference to something that is not declared, which Terraform refuses before it evaluates
anything, and ``HclLimitError``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from driftcheck.errors import HclError, HclLimitError
from driftcheck.hcl import loops, operators
from driftcheck.hcl.access import AccessError, get_attr, index
from driftcheck.hcl.conditional import BranchError, common_type, condition_of, take, undecided
from driftcheck.hcl.context import EvalContext
from driftcheck.hcl.convert import ConvertError, convert
from driftcheck.hcl.functions import registry
from driftcheck.hcl.syntax import (
    Binary,
    Conditional,
    Expression,
    ForObject,
    ForTuple,
    FunctionCall,
    GetAttr,
    Index,
    Literal,
    Node,
    ObjectCons,
    Parentheses,
    Splat,
    SplatItem,
    Template,
    TemplateFor,
    TemplateIf,
    TemplateWrap,
    Traversal,
    TupleCons,
    Unary,
)
from driftcheck.hcl.types import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    ListType,
    SetType,
    TupleType,
    Type,
)
from driftcheck.hcl.values import (
    NO_MARKS,
    NULL,
    Unknown,
    Value,
    boolean,
    number,
    object_value,
    string,
    tuple_value,
    unknown,
)

Names = Mapping[str, Value]

#: Deeper nesting of collections is refused: nobody writes it, and recursion must end.
MAX_DEPTH = 150

_NO_NAMES: Names = {}
_FAILED = "it could not be evaluated"
_MAX_PREFIX = 128
#: Characters that nothing added after them can combine with.
_ENDS_CLUSTER = frozenset("-_:;/\\,.()[]{}|?!~ \t@#$%^&*+\"'")


def evaluate(expression: Expression, context: EvalContext, names: Names = _NO_NAMES) -> Value:
    """The value of an expression; ``names`` are local symbols besides those in scope.

    Raises ``HclError`` where Terraform reports an error, at the place it is about, and
    ``HclLimitError`` where the work goes past our bounds.
    """
    evaluator = Evaluator(context)
    try:
        value = evaluator.value(expression, names)
    except RecursionError:
        raise HclLimitError(
            "This expression is nested too deeply to be evaluated.", expression.location
        ) from None
    if evaluator.errors:
        raise evaluator.errors[0]
    return value


class Evaluator:
    """One evaluation: its context and the errors met so far."""

    __slots__ = ("context", "errors", "items")

    def __init__(self, context: EvalContext) -> None:
        self.context = context
        self.errors: list[HclError] = []
        #: The element that each splat is working on, by the identity of its item node.
        self.items: dict[int, Value] = {}

    def value(self, node: Expression, names: Names) -> Value:
        """The value of a node; errors are added to ``errors``."""
        return _MEANING[type(node)](self, node, names)

    def attempt(self, node: Expression, names: Names) -> tuple[Value, list[HclError]]:
        """The value of a node and its errors, which are left for the caller to judge."""
        before = self.errors
        self.errors = []
        try:
            return self.value(node, names), self.errors
        finally:
            self.errors = before

    def fail(self, node: Node, summary: str, detail: str = "", type_: Type = DYNAMIC) -> Value:
        """Note an error at a node; the result stands for the value that is missing."""
        self.errors.append(HclError(summary, node.location, detail))
        return unknown(_FAILED, type_)

    def made(self, value: Value, node: Node) -> Value:
        """Charge for a collection that was put together, and bound its depth."""
        summary = value.summary
        self.context.budget.charge(summary.weight, node)
        if summary.depth > MAX_DEPTH:
            raise HclLimitError(
                f"This value nests collections more than {MAX_DEPTH} levels deep.",
                node.location,
            )
        return value


def _literal(run: Evaluator, node: Literal, names: Names) -> Value:
    value = node.value
    if isinstance(value, str):
        return string(value)
    if isinstance(value, bool):
        return boolean(value)
    return NULL if value is None else number(value)


def _template(run: Evaluator, node: Template, names: Names) -> Value:
    """Parts joined to a string; what is known before the first unknown is its prefix."""
    parts = node.parts
    if len(parts) == 1 and isinstance(parts[0], Literal):
        return _literal(run, parts[0], names)
    texts: list[str] = []
    marks = NO_MARKS
    origin: Unknown | None = None
    errors_before = len(run.errors)
    for part in parts:
        if type(part) is Literal and isinstance(part.value, str):
            if origin is None:
                texts.append(part.value)
            continue
        value = run.value(part, names)
        marks |= value.marks
        raw = value.raw
        if isinstance(raw, Unknown):
            origin = origin or raw
        elif raw is None:
            run.fail(
                part,
                "A null value cannot be included in a string template.",
                "Use coalesce() or a conditional to give a text instead.",
            )
        else:
            text = raw if isinstance(raw, str) else _as_text(run, part, value)
            if origin is None:
                texts.append(text)
    joined = "".join(texts)
    if not joined.isascii():
        joined = unicodedata.normalize("NFC", joined)
    run.context.budget.charge(1 + len(joined) // 16, node)
    if origin is None:
        return Value(STRING, joined, marks)
    prefix = "" if len(run.errors) > errors_before else safe_prefix(joined[:_MAX_PREFIX])
    return Value(STRING, Unknown(origin.reason, True, prefix), marks)


def _as_text(run: Evaluator, part: Node, value: Value) -> str:
    try:
        return convert(value.without_marks(), STRING).as_str()
    except ConvertError as error:
        run.fail(part, f"This value cannot be included in a string template: {error}.")
        return ""


def safe_prefix(text: str) -> str:
    """The part of a text that stays as it is, whatever text is added at its end.

    Characters that may combine with what follows are left out.
    """
    while text and not (text[-1].isascii() and text[-1] in _ENDS_CLUSTER):
        dropped, text = text[-1], text[:-1]
        if dropped.isascii():
            break
    return text


def _template_wrap(run: Evaluator, node: TemplateWrap, names: Names) -> Value:
    return run.value(node.inner, names)


def _parentheses(run: Evaluator, node: Parentheses, names: Names) -> Value:
    return run.value(node.inner, names)


def _traversal(run: Evaluator, node: Traversal, names: Names) -> Value:
    value = names.get(node.root)
    taken = 0
    if value is None:
        value, taken = run.context.scope.resolve(node)
    for position in range(taken, len(node.names)):
        try:
            value = get_attr(value, node.names[position])
        except AccessError as error:
            return run.fail(node, error.summary, error.detail)
    return value


def _get_attr(run: Evaluator, node: GetAttr, names: Names) -> Value:
    value = run.value(node.object, names)
    try:
        return get_attr(value, node.name)
    except AccessError as error:
        return run.fail(node, error.summary, error.detail)


def _index(run: Evaluator, node: Index, names: Names) -> Value:
    collection = run.value(node.collection, names)
    key = run.value(node.key, names)
    try:
        return index(collection, key)
    except AccessError as error:
        return run.fail(node.key, error.summary, error.detail)


def _splat_item(run: Evaluator, node: SplatItem, names: Names) -> Value:
    return run.items[id(node)]


def _unary(run: Evaluator, node: Unary, names: Names) -> Value:
    errors_before = len(run.errors)
    operand = run.value(node.operand, names)
    type_ = NUMBER if node.operator == "-" else BOOL
    if len(run.errors) > errors_before:
        return unknown(_FAILED, type_)
    try:
        return operators.unary(node.operator, operand)
    except operators.OperandError as error:
        return run.fail(
            node.operand, f"The operator {node.operator} cannot be applied: {error}.", "", type_
        )


def _binary(run: Evaluator, node: Binary, names: Names) -> Value:
    errors_before = len(run.errors)
    left = run.value(node.left, names)
    right = run.value(node.right, names)
    operator = node.operator
    type_ = operators.result_type(operator)
    if len(run.errors) > errors_before:
        return unknown(_FAILED, type_)
    if operator in ("==", "!="):
        run.context.budget.charge(min(left.summary.weight, right.summary.weight), node)
    try:
        return operators.binary(operator, left, right)
    except operators.OperandError as error:
        at = (node.left, node.right)[error.operand] if error.operand is not None else node
        side = ("left side", "right side")[error.operand] if error.operand is not None else ""
        about = f"{side} of {operator}" if side else f"operator {operator}"
        return run.fail(at, f"The {about} has an unsuitable value: {error}.", "", type_)


def _conditional(run: Evaluator, node: Conditional | TemplateIf, names: Names) -> Value:
    """Evaluates both branches, because both have a say in the type of the result."""
    then, then_errors = run.attempt(node.then, names)
    otherwise, otherwise_errors = run.attempt(node.otherwise, names)
    try:
        type_ = common_type(then, otherwise)
    except BranchError as error:
        return run.fail(node.then, f"{error}.")
    condition = run.value(node.condition, names)
    marks = condition.marks | then.marks | otherwise.marks
    if isinstance(condition.raw, Unknown):
        plain = then.without_marks(), otherwise.without_marks()
        return undecided(condition.raw.reason, *plain, type_).with_marks(marks)
    try:
        truth = condition_of(condition)
    except BranchError as error:
        return run.fail(node.condition, f"{error}.", type_=type_)
    branch, errors = (then, then_errors) if truth else (otherwise, otherwise_errors)
    run.errors.extend(errors)
    if branch.type is type_:
        return branch.with_marks(marks)
    try:
        return take(branch.without_marks(), type_).with_marks(marks)
    except BranchError as error:
        return run.fail(node.then if truth else node.otherwise, f"{error}.", type_=type_)


def _tuple_cons(run: Evaluator, node: TupleCons, names: Names) -> Value:
    return run.made(tuple_value([run.value(item, names) for item in node.items]), node)


def _object_cons(run: Evaluator, node: ObjectCons, names: Names) -> Value:
    """Of two items with the same key the later one wins."""
    attributes: dict[str, Value] = {}
    marks = NO_MARKS
    origin: Unknown | None = None
    for item in node.items:
        key_node = item.key
        if type(key_node) is Literal and isinstance(key_node.value, str):
            attributes[key_node.value] = run.value(item.value, names)
            continue
        errors_before = len(run.errors)
        key = run.value(key_node, names)
        failed = len(run.errors) > errors_before
        value = run.value(item.value, names)
        if failed:
            origin = origin or Unknown(_FAILED)
            continue
        if key.raw is None:
            run.fail(key_node, "A null value cannot be used as a key.")
            origin = origin or Unknown(_FAILED)
            continue
        marks |= key.marks
        try:
            key = convert(key.without_marks(), STRING)
        except ConvertError as error:
            run.fail(key_node, f"This value cannot be used as a key: {error}.")
            origin = origin or Unknown(_FAILED)
            continue
        if isinstance(key.raw, Unknown):
            origin = origin or key.raw
            continue
        attributes[key.as_str()] = value
    if origin is not None:
        return Value(DYNAMIC, Unknown(origin.reason))
    return run.made(object_value(attributes), node).with_marks(marks)


def _function_call(run: Evaluator, node: FunctionCall, names: Names) -> Value:
    name = registry.local_name(node.name)
    if name.startswith("provider::"):
        return unknown(f"{name}() is computed by a provider plugin, which is not run")
    lazy = registry.LAZY_FUNCTIONS.get(name)
    if lazy is None and name not in registry.FUNCTIONS:
        error = registry.unknown_function(node.name, node.location)
        run.errors.append(error)
        return unknown(_FAILED)
    errors_before = len(run.errors)
    nodes: list[Expression] = node.args
    expanded: list[Value] = []
    if node.expand_final:
        last = run.value(nodes[-1], names)
        if len(run.errors) > errors_before:
            return unknown(_FAILED)
        elements = _expand(run, nodes[-1], last)
        if not isinstance(elements, list):
            return elements
        nodes, expanded = nodes[:-1], elements
    if lazy is not None:
        return _lazy_call(run, node, lazy, nodes, expanded, names)
    args = [run.value(arg, names) for arg in nodes]
    if len(run.errors) > errors_before:
        return unknown(_FAILED)
    args += expanded
    run.context.budget.charge(1 + sum([arg.summary.weight for arg in args]) // 4, node)
    try:
        result = registry.invoke(name, args, run.context, node, node.args)
    except HclLimitError:
        raise
    except HclError as error:
        run.errors.append(error)
        return unknown(_FAILED)
    return run.made(result, node) if isinstance(result.raw, list | dict) else result


def _expand(run: Evaluator, node: Expression, value: Value) -> list[Value] | Value:
    """The arguments that ``value...`` stands for; a Value where the result is that."""
    sequence = isinstance(value.type, ListType | SetType | TupleType)
    if value.raw is None and (sequence or value.type == DYNAMIC):
        return run.fail(node, "The argument before ... must not be null.")
    if not sequence and value.type != DYNAMIC:
        return run.fail(node, "The argument before ... must be a list, set or tuple.")
    if isinstance(value.raw, Unknown):
        return Value(DYNAMIC, Unknown(value.raw.reason))
    return [element.with_marks(value.marks) for element in value.as_list()]


def _lazy_call(
    run: Evaluator,
    node: FunctionCall,
    implementation: registry.LazyImplementation,
    nodes: list[Expression],
    expanded: list[Value],
    names: Names,
) -> Value:
    given = [_Given(node.source, node.start, node.end, value) for value in expanded]

    def argument(expression: Expression) -> Value:
        value, errors = run.attempt(expression, names)
        if errors:
            raise registry.ArgumentFailed(errors[0])
        return value

    call = registry.LazyCall(node.name, [*nodes, *given], argument, run.context, node.location)
    try:
        return implementation(call)
    except registry.ArgumentFailed as error:
        run.errors.append(error.error)
    except registry.FunctionError as error:
        run.fail(node, f"Invalid call of {node.name}(): {error}.")
    return unknown(_FAILED)


@dataclass(slots=True, eq=False)
class _Given(Expression):
    """Stands for an argument that has been evaluated already, as part of ``list...``."""

    value: Value


def _given(run: Evaluator, node: _Given, names: Names) -> Value:
    return node.value


_MEANING: dict[type[Expression], Callable[[Evaluator, Any, Names], Value]] = {
    Literal: _literal,
    Template: _template,
    TemplateWrap: _template_wrap,
    TemplateIf: _conditional,
    TemplateFor: loops.template_for,
    Traversal: _traversal,
    GetAttr: _get_attr,
    Index: _index,
    Splat: loops.splat,
    SplatItem: _splat_item,
    FunctionCall: _function_call,
    Unary: _unary,
    Binary: _binary,
    Conditional: _conditional,
    Parentheses: _parentheses,
    TupleCons: _tuple_cons,
    ObjectCons: _object_cons,
    ForTuple: loops.for_tuple,
    ForObject: loops.for_object,
    _Given: _given,
}
