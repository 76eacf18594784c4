"""Function calls in expressions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from driftcheck.errors import HclError, HclLimitError
from driftcheck.hcl.functions import registry
from driftcheck.hcl.secrecy import veiled
from driftcheck.hcl.syntax import Expression, FunctionCall
from driftcheck.hcl.types import DYNAMIC, ListType, SetType, TupleType
from driftcheck.hcl.values import FAILED, Unknown, Value, unknown

if TYPE_CHECKING:
    from driftcheck.hcl.evaluate import Evaluator, Names

#: What a call costs, besides the work on its arguments.
CALL_COST = 20


def function_call(run: Evaluator, node: FunctionCall, names: Names) -> Value:
    """``name(args)``: finds the function, evaluates the arguments, and calls it."""
    name = registry.local_name(node.name)
    if not run.context.allow_functions:
        return run.fail(node, "Functions may not be called here.", "Write a literal value.")
    if name in run.context.forbidden:
        return run.fail(node, f"Invalid call of {name}(): {run.context.forbidden[name]}.")
    if name.startswith("provider::"):
        return unknown(f"{name}() is computed by a provider plugin, which is not run")
    declared = registry.find(name)
    if declared is None:
        error = registry.unknown_function(node.name, node.location)
        run.errors.append(error)
        return unknown(FAILED)
    errors_before = len(run.errors)
    nodes: list[Expression] = node.args
    expanded: list[Value] = []
    if node.expand_final:
        last = run.value(nodes[-1], names)
        if len(run.errors) > errors_before:
            return unknown(FAILED)
        elements = _expand(run, nodes[-1], last)
        if not isinstance(elements, list):
            return elements
        nodes, expanded = nodes[:-1], elements
    run.context.budget.charge(CALL_COST, node)
    if not isinstance(declared, registry.Function):
        return _lazy_call(run, node, declared, nodes, expanded, names)
    args = [run.value(arg, names) for arg in nodes]
    if len(run.errors) > errors_before:
        return unknown(FAILED)
    args += expanded
    run.context.budget.charge(sum([arg.summary.weight for arg in args]) // 4, node)
    try:
        result = registry.invoke(name, args, run.context, node, node.args)
    except HclLimitError as error:
        raise veiled(error, name, args) from None
    except HclError as error:
        run.errors.append(veiled(error, name, args))
        return unknown(FAILED)
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
    given = [Given(node.source, node.start, node.end, value) for value in expanded]

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
    return unknown(FAILED)


@dataclass(slots=True, eq=False)
class Given(Expression):
    """Stands for an argument that has been evaluated already, as part of ``list...``."""

    value: Value


def given(_run: Evaluator, node: Given, _names: Names) -> Value:
    """The value that a ``Given`` node holds."""
    return node.value
