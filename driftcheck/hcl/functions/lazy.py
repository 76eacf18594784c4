"""``try``, ``can`` and ``convert``, which decide themselves what an argument means."""

from __future__ import annotations

from driftcheck.hcl.convert import ConvertError
from driftcheck.hcl.convert import convert as converted
from driftcheck.hcl.functions.registry import (
    ArgumentFailed,
    FunctionError,
    LazyCall,
    lazy_function,
)
from driftcheck.hcl.types import BOOL, DYNAMIC
from driftcheck.hcl.values import Unknown, Value, boolean, unmark_deep


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


@lazy_function("convert")
def convert(call: LazyCall) -> Value:
    """``convert(value, type)``: as a variable of that type would have it (Terraform 1.15).

    The type is written as in ``type = ...`` of a variable, and is never evaluated.
    """
    from driftcheck.hcl.typeexpr import apply_defaults, parse_type

    if len(call.args) != 2:
        raise FunctionError(f"convert() takes a value and a type, not {len(call.args)} arguments")
    type_, defaults = parse_type(call.args[1])
    value = call.evaluate(call.args[0])
    marks = value.all_marks()
    try:
        result = converted(apply_defaults(unmark_deep(value), defaults), type_)
    except ConvertError as error:
        raise FunctionError(str(error)) from None
    return result.with_marks(marks)
