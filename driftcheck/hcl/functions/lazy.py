"""``try`` and ``can``, which decide themselves what an error in an argument means."""

from __future__ import annotations

from driftcheck.hcl.functions.registry import (
    ArgumentFailed,
    FunctionError,
    LazyCall,
    lazy_function,
)
from driftcheck.hcl.types import BOOL, DYNAMIC
from driftcheck.hcl.values import Unknown, Value, boolean


@lazy_function("try")
def try_(call: LazyCall) -> Value:
    """``try(expressions...)``: the first that can be evaluated.

    Where that is not wholly known, neither is the result: what is unknown yet could
    still turn out to be an error.
    """
    if not call.args:
        raise FunctionError("at least one argument is required")
    failures: list[str] = []
    for expression in call.args:
        try:
            value = call.evaluate(expression)
        except ArgumentFailed as failure:
            failures.append(str(failure.error))
            continue
        unknown = value.first_unknown()
        return value if unknown is None else Value(DYNAMIC, Unknown(unknown.reason))
    raise FunctionError("no expression succeeded: " + "; ".join(failures))


@lazy_function("can")
def can(call: LazyCall) -> Value:
    """``can(expression)``: whether it can be evaluated."""
    if len(call.args) != 1:
        raise FunctionError(f"can() takes one argument, not {len(call.args)}")
    try:
        value = call.evaluate(call.args[0])
    except ArgumentFailed:
        return boolean(False)
    unknown = value.first_unknown()
    return boolean(True) if unknown is None else Value(BOOL, Unknown(unknown.reason))
