"""Conversions to a type, and the functions that add and take off marks."""

from __future__ import annotations

from driftcheck.hcl.convert import ConvertError, convert, find_conversion
from driftcheck.hcl.functions.registry import Call, FunctionError, Parameter, function
from driftcheck.hcl.functions.support import quote
from driftcheck.hcl.types import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    ListType,
    MapType,
    SetType,
    Type,
    constraint_name,
)
from driftcheck.hcl.values import (
    EPHEMERAL,
    SENSITIVE,
    SENSITIVE_MARKS,
    Unknown,
    Value,
    boolean,
)

_TARGETS: dict[str, Type] = {
    "tobool": BOOL,
    "tolist": ListType(DYNAMIC),
    "tomap": MapType(DYNAMIC),
    "tonumber": NUMBER,
    "toset": SetType(DYNAMIC),
    "tostring": STRING,
}
_EXPECTED = {
    BOOL: 'bool; only the strings "true" or "false" are allowed',
    NUMBER: "number; given string must be a decimal representation of a number",
}


def _everything(name: str) -> Parameter:
    """A parameter that takes any value as it is."""
    return Parameter(
        name, allow_null=True, allow_unknown=True, allow_marks=True, allow_dynamic=True
    )


def _convert_explicitly(call: Call) -> Value:
    value = call.args[0]
    target = _TARGETS[call.name.removeprefix("core::")]
    if value.type != target and find_conversion(value.type, target, unsafe=True) is None:
        raise FunctionError(f"cannot convert {value.type} to {constraint_name(target)}", 0)
    try:
        return convert(value, target)
    except ConvertError:
        raise FunctionError(_refusal(value, target), 0) from None


def _refusal(value: Value, target: Type) -> str:
    if SENSITIVE in value.all_marks():
        return f"cannot convert this sensitive {value.type} to {constraint_name(target)}"
    if value.type == STRING and target in _EXPECTED:
        return f"cannot convert {quote(value.as_str())} to {_EXPECTED[target]}"
    return f"cannot convert {value.type} to {constraint_name(target)}"


for _name, _target in _TARGETS.items():
    function(_name, _everything("v"), returns=_target, not_null=False)(_convert_explicitly)


def _same_type(args: list[Value]) -> Type:
    return args[0].type


@function("sensitive", _everything("value"), returns=_same_type, not_null=False)
def sensitive(call: Call) -> Value:
    """``sensitive(value)``: marked so that it is never shown."""
    return call.args[0].with_marks(SENSITIVE_MARKS)


@function("nonsensitive", _everything("value"), returns=_same_type, not_null=False)
def nonsensitive(call: Call) -> Value:
    """``nonsensitive(value)``: without the mark on the value itself."""
    value = call.args[0]
    return Value(value.type, value.raw, value.marks - SENSITIVE_MARKS)


@function("issensitive", _everything("value"), returns=BOOL, not_null=False)
def issensitive(call: Call) -> Value:
    """``issensitive(value)``; unknown for an unknown value that may yet become sensitive."""
    value = call.args[0]
    if value.is_sensitive:
        return boolean(True)
    if isinstance(value.raw, Unknown):
        return Value(BOOL, Unknown(value.raw.reason))
    return boolean(False)


def _without_ephemeral(value: Value) -> Value:
    raw = value.raw
    if isinstance(raw, list):
        raw = [_without_ephemeral(v) for v in raw]
    elif isinstance(raw, dict):
        raw = {name: _without_ephemeral(v) for name, v in raw.items()}
    if EPHEMERAL not in value.marks:
        return Value(value.type, raw, value.marks)
    marks = value.marks - {EPHEMERAL}
    if isinstance(raw, Unknown):
        # What is known of the unknown value does not hold for the null it stands for.
        return Value(value.type, Unknown(raw.reason), marks)
    return Value(value.type, None, marks)


@function("ephemeralasnull", _everything("value"), returns=_same_type, not_null=False)
def ephemeralasnull(call: Call) -> Value:
    """``ephemeralasnull(value)``: null in place of everything ephemeral."""
    return _without_ephemeral(call.args[0])


def _removed(call: Call) -> Value:
    name = call.name.removeprefix("core::")
    new = "tolist([ ... ])" if name == "list" else "tomap({ ... })"
    raise FunctionError(
        f'the "{name}" function was deprecated in Terraform v0.12 and is no longer available; '
        f"use {new} syntax to write a literal {name}"
    )


for _name in ("list", "map"):
    function(
        _name,
        variadic=Parameter("vals", allow_null=True, allow_unknown=True, allow_dynamic=True),
        not_null=False,
    )(_removed)
