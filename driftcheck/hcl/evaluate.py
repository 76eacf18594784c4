"""The meaning of expressions.

``evaluate`` gives the value of a syntax tree as Terraform would compute it. Where versions
differ it is 1.16: code that 1.11 takes has the same value in both, apart from what 1.11
leaves unknown, and from errors that it reports and ``try()`` catches.

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
from typing import Any

from driftcheck.errors import HclError, HclLimitError
from driftcheck.hcl import calls, constructors, loops, operators
from driftcheck.hcl.access import AccessError, get_attr, index
from driftcheck.hcl.conditional import BranchError, common_type, condition_of, take, undecided
from driftcheck.hcl.context import EvalContext
from driftcheck.hcl.convert import ConvertError, convert
from driftcheck.hcl.syntax import (
    Binary,
    Conditional,
    Expression,
    ForObject,
    ForTuple,
    FunctionCall,
    GetAttr,
    Index,
    InvalidExpression,
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
    Type,
)
from driftcheck.hcl.values import (
    FAILED,
    NO_MARKS,
    NULL,
    Unknown,
    Value,
    boolean,
    number,
    string,
    unknown,
)

Names = Mapping[str, Value]

#: Deeper nesting of collections is refused: nobody writes it, and recursion must end.
MAX_DEPTH = 150

_NO_NAMES: Names = {}
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
    except HclLimitError as error:
        if error.location is None:
            error.location = expression.location
        raise
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
        return unknown(FAILED, type_)

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


def _literal(_run: Evaluator, node: Literal, _names: Names) -> Value:
    value = node.value
    if isinstance(value, str):
        return string(value)
    if isinstance(value, bool):
        return boolean(value)
    return NULL if value is None else number(value)


def _template(run: Evaluator, node: Template, names: Names) -> Value:
    """Parts joined to a string; what is known before the first unknown is its prefix."""
    parts = node.parts
    if len(parts) == 1 and isinstance(parts[0], Literal) and isinstance(parts[0].value, str):
        return string(parts[0].value)
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
    found = _instance_attribute(run, node, names)
    if found is not None:
        return found
    value = run.value(node.object, names)
    try:
        return get_attr(value, node.name)
    except AccessError as error:
        return run.fail(node, error.summary, error.detail)


def _instance_attribute(run: Evaluator, node: GetAttr, names: Names) -> Value | None:
    """``block[key].name`` where the scope need not make all of ``block`` to answer."""
    instances, inner = run.context.instances, node.object
    if instances is None or type(inner) is not Index or type(inner.collection) is not Traversal:
        return None
    if inner.collection.root in names:
        return None
    return instances.resolve_instance(inner.collection, run.value(inner.key, names), node.name)


def _index(run: Evaluator, node: Index, names: Names) -> Value:
    collection = run.value(node.collection, names)
    key = run.value(node.key, names)
    try:
        return index(collection, key)
    except AccessError as error:
        return run.fail(node.key, error.summary, error.detail)


def _splat_item(run: Evaluator, node: SplatItem, _names: Names) -> Value:
    return run.items[id(node)]


def _unary(run: Evaluator, node: Unary, names: Names) -> Value:
    errors_before = len(run.errors)
    operand = run.value(node.operand, names)
    type_ = NUMBER if node.operator == "-" else BOOL
    if len(run.errors) > errors_before:
        return unknown(FAILED, type_)
    try:
        return operators.unary(node.operator, operand)
    except operators.OperandError as error:
        return run.fail(
            node.operand, f"The operator {node.operator} cannot be applied: {error}.", "", type_
        )


def _binary(run: Evaluator, node: Binary, names: Names) -> Value:
    """Goes along a chain like ``a + b + c + ...`` without recursion, however long it is."""
    chain = [node]
    while isinstance(node.left, Binary):
        node = node.left
        chain.append(node)
    errors_before = len(run.errors)
    result = run.value(node.left, names)
    for link in reversed(chain):
        if link.operator in ("&&", "||"):
            result = _logical(run, link, result, errors_before, names)
            continue
        right = run.value(link.right, names)
        if len(run.errors) > errors_before:
            result = unknown(FAILED, operators.result_type(link.operator))
        else:
            result = _operate(run, link, result, right)
    return result


def _logical(run: Evaluator, node: Binary, left: Value, errors_before: int, names: Names) -> Value:
    """``&&`` and ``||``: the errors of a side that has no say are dropped."""
    right, right_errors = run.attempt(node.right, names)
    left_errors = run.errors[errors_before:]
    try:
        found = operators.controlled(
            node.operator,
            operators.truth(left, 0),
            operators.truth(right, 1),
            bool(left_errors),
        )
    except operators.OperandError as error:
        run.errors += right_errors
        return _unsuitable(run, node, error)
    if found is not None:
        run.errors[errors_before:] = (left_errors, right_errors)[found.by]
        return found.value
    run.errors += right_errors
    return (
        unknown(FAILED, BOOL) if right_errors or left_errors else _operate(run, node, left, right)
    )


def _operate(run: Evaluator, node: Binary, left: Value, right: Value) -> Value:
    operator = node.operator
    if operator in ("==", "!="):
        run.context.budget.charge(min(left.summary.weight, right.summary.weight), node)
    try:
        return operators.binary(operator, left, right)
    except operators.OperandError as error:
        return _unsuitable(run, node, error)


def _unsuitable(run: Evaluator, node: Binary, error: operators.OperandError) -> Value:
    at: Node = node
    if error.operand is None:
        about = f"operator {node.operator}"
    else:
        at = (node.left, node.right)[error.operand]
        about = f"{('left', 'right')[error.operand]} side of {node.operator}"
    type_ = operators.result_type(node.operator)
    return run.fail(at, f"The {about} has an unsuitable value: {error}.", type_=type_)


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


def _invalid(run: Evaluator, node: InvalidExpression, _: Names) -> Value:
    run.errors.append(node.error)
    return unknown(FAILED)


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
    FunctionCall: calls.function_call,
    Unary: _unary,
    Binary: _binary,
    Conditional: _conditional,
    Parentheses: _parentheses,
    TupleCons: constructors.tuple_cons,
    ObjectCons: constructors.object_cons,
    InvalidExpression: _invalid,
    ForTuple: loops.for_tuple,
    ForObject: loops.for_object,
    calls.Given: calls.given,
}
