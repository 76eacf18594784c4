"""Small things that many functions need: argument checks, results, Go's quoting."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from driftcheck.hcl import numbers
from driftcheck.hcl.functions.registry import Call, FunctionError
from driftcheck.hcl.types import DYNAMIC, STRING, ListType, SetType, TupleType, Type
from driftcheck.hcl.values import Unknown, Value, list_value, string

_INT64_MIN = -(2**63)
_INT64_MAX = 2**63 - 1
#: What handling one element of a collection costs, where a character costs 1.
_ITEM_COST = 16
_NORMAL_QUOTES = {
    '"': '\\"',
    "\\": "\\\\",
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
}


def text(content: str) -> Value:
    """A string value of any text; go-cty keeps all strings in normal form C."""
    return string(content if content.isascii() else unicodedata.normalize("NFC", content))


def text_list(items: Iterable[str]) -> Value:
    """A list of strings."""
    return list_value(STRING, [text(item) for item in items])


def whole(value: Value, argument: int | None = None) -> int:
    """A known number as a Go ``int``.

    Raises ``FunctionError`` where the number has a fraction or more than 64 bits.
    """
    raw = value.raw
    if isinstance(raw, int) and _INT64_MIN <= raw <= _INT64_MAX:
        return int(raw)
    raise FunctionError(
        f"value must be a whole number, between {_INT64_MIN} and {_INT64_MAX} inclusive", argument
    )


def big_whole(value: Value, argument: int | None = None) -> int:
    """A known number as a whole number of any size; raises ``FunctionError`` otherwise."""
    if isinstance(value.raw, int):
        return int(value.raw)
    raise FunctionError("value must be a whole number", argument)


def number_of(value: Value) -> numbers.Number:
    """The number of a known number value, which may be infinite."""
    raw = value.raw
    assert isinstance(raw, numbers.Number) and not isinstance(raw, bool)
    return raw


def is_sequence(type_: Type, *, sets: bool = False) -> bool:
    """Whether the type is a list or tuple (or, on request, a set)."""
    return isinstance(type_, ListType | TupleType) or (sets and isinstance(type_, SetType))


def unknown_result(
    because: Iterable[Value], type_: Type = DYNAMIC, *, nullable: bool = False
) -> Value:
    """An unknown result, with the reason of the first unknown in ``because``."""
    for value in because:
        found = value.first_unknown()
        if found is not None:
            return Value(type_, Unknown(found.reason, not_null=not nullable))
    raise AssertionError("nothing is unknown")


def unknown_collection(reason: str, type_: Type, shortest: int, longest: int | None) -> Value:
    """An unknown list or set that is not null and has a length within these bounds.

    Where only one length is possible, it is a list of unknown elements instead.
    """
    assert isinstance(type_, ListType | SetType)
    single = isinstance(type_, ListType) or longest == 1
    if longest == 0 or (shortest == longest and single):
        return Value(type_, [Value(type_.element, Unknown(reason))] * shortest)
    return Value(type_, Unknown(reason, not_null=True, min_length=shortest, max_length=longest))


def charge(call: Call, amount: int) -> None:
    """Take the cost of ``amount`` characters from the budget of the evaluation."""
    call.context.budget.charge(amount, call.node)


def charge_items(call: Call, amount: int) -> None:
    """Take the cost of ``amount`` elements, each made, moved or compared once."""
    call.context.budget.charge(amount * _ITEM_COST, call.node)


def quote(content: str) -> str:
    """The text in double quotes with Go's escapes, as it stands in messages."""
    return '"' + "".join(_NORMAL_QUOTES.get(c, c) for c in content) + '"'


def shown(value: Value) -> str:
    """A string argument for a message, unless it is sensitive."""
    return "(sensitive value)" if value.all_marks() else quote(value.as_str())
