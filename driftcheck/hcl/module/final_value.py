"""From the value that a variable is given to the one that it has: default, conversion, null."""

from __future__ import annotations

from driftcheck.errors import HclError
from driftcheck.hcl.convert import ConvertError, convert
from driftcheck.hcl.module.content import static_value
from driftcheck.hcl.module.declarations import Variable
from driftcheck.hcl.typeexpr import apply_defaults
from driftcheck.hcl.types import DYNAMIC
from driftcheck.hcl.values import Value


def final_value(variable: Variable, given: Value | None) -> Value:
    """The value that a variable has inside its module.

    Raises ``HclError`` for a value that does not suit the type, for null where
    that is not allowed, and for a required variable that is not set.
    """
    default = None if variable.default is None else static_value(variable.default, DYNAMIC)
    if given is None:
        if default is None:
            raise HclError(
                f'The required variable "{variable.name}" is not set.',
                variable.location,
                f"It is declared at {variable.location} and has no default.",
            )
        given = default
    value = _suited(variable, given)
    if value.is_null and not variable.nullable:
        if default is None:
            raise HclError(
                f'The required variable "{variable.name}" must not be null.',
                variable.location,
                "It is declared with nullable = false and has no default.",
            )
        value = _suited(variable, default)
    return value


def _suited(variable: Variable, value: Value) -> Value:
    """``value`` converted to the variable's type constraint."""
    try:
        return convert(apply_defaults(value, variable.type_defaults), variable.type)
    except ConvertError as error:
        raise HclError(
            f'Invalid value for input variable "{variable.name}".',
            variable.location,
            f"The value does not suit the type declared at {variable.location}: {error}.",
        ) from error
