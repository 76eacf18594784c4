"""Gives variables their values: where they come from, marks, validation."""

from __future__ import annotations

from driftcheck.errors import HclError
from driftcheck.hcl.context import Scope
from driftcheck.hcl.module.declarations import CheckRule, Variable
from driftcheck.hcl.module.diagnostics import Level
from driftcheck.hcl.module.final_value import final_value
from driftcheck.hcl.module.instances import InputSource, ModuleInstance
from driftcheck.hcl.module.session import Session
from driftcheck.hcl.module.tree import ModuleNode
from driftcheck.hcl.types import BOOL, STRING, without_optional
from driftcheck.hcl.values import (
    EPHEMERAL,
    SENSITIVE,
    SENSITIVE_MARKS,
    Unknown,
    Value,
    unknown,
)
from driftcheck.model.location import Location


def evaluate_variable(session: Session, node: ModuleNode, name: str) -> None:
    """Evaluate an argument of a module call for every instance of the module.

    The root module's variables are set before the evaluation begins.
    """
    variable = node.module.variables[name]
    argument = node.call.arguments.get(name) if node.call is not None else None
    for instance in session.instances.get(node.path, ()):
        if name in instance.variables or instance.parent is None:
            continue
        given: Value | None = None
        if argument is not None:
            scope = session.scope(instance.parent, instance.repetition)
            what = f"var.{name} of {instance.address}"
            given = session.value(argument.expression, scope, what)
            instance.sources[name] = InputSource(
                argument.expression.location, argument.expression, scope
            )
        elif variable.default is not None:
            instance.sources[name] = InputSource(variable.default.location)
        set_variable(session, instance, variable, given)


def set_variable(
    session: Session, instance: ModuleInstance, variable: Variable, given: Value | None
) -> None:
    """Store a variable's final value; ``given`` is None where nobody set it."""
    try:
        value = final_value(variable, given)
    except HclError as error:
        source = instance.sources.get(variable.name)
        where = source.location if source is not None else None
        session.diagnostics.error(error.summary, where or variable.location, error.detail)
        value = unknown(f"var.{variable.name} has no usable value: {error.summary}")
    instance.variables[variable.name] = _marked(variable, value)


def _marked(variable: Variable, value: Value) -> Value:
    marks = SENSITIVE_MARKS if variable.sensitive else frozenset()
    if variable.ephemeral:
        marks |= {EPHEMERAL}
    return value.with_marks(marks)


def unset_variable(variable: Variable) -> Value:
    """A required root variable without a value, where that is tolerated."""
    reason = f"var.{variable.name} is required and no value was given"
    return _marked(variable, unknown(reason, without_optional(variable.type)))


def validate_variable(
    session: Session, instance: ModuleInstance, variable: Variable, rule: CheckRule
) -> None:
    """Apply a validation rule of a variable in one module instance."""
    source = instance.sources.get(variable.name)
    check_rule(
        session,
        rule,
        session.scope(instance),
        f'Invalid value for variable "{variable.name}".',
        (source.location if source is not None else None) or variable.location,
        f"This was checked by the validation rule at {rule.location}.",
    )


def check_rule(
    session: Session,
    rule: CheckRule,
    scope: Scope,
    summary: str,
    location: Location,
    note: str = "",
    level: Level = Level.ERROR,
) -> bool:
    """Evaluate a condition; where it is false, record its own message.

    A condition that cannot be known passes, as it does in ``terraform plan``.
    """
    diagnostics = session.diagnostics
    with diagnostics.guard():
        value = session.evaluate(rule.condition, scope, BOOL)
        if isinstance(value.raw, Unknown):
            return True
        if value.raw is None:
            raise HclError(
                "Invalid condition result.",
                rule.condition.location,
                "A condition must be true or false, not null.",
            )
        if value.as_bool():
            return True
        message = _message(session, rule, scope)
        diagnostics.add(level, summary, location, f"{message} {note}".strip())
    return False


def _message(session: Session, rule: CheckRule, scope: Scope) -> str:
    value = session.evaluate(rule.error_message, scope, STRING)
    if SENSITIVE in value.marks:
        return "(The message would show a sensitive value.)"
    if value.is_unknown or value.is_null:
        return "(The message cannot be known.)"
    return value.as_str().strip()
