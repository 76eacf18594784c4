"""What the operators of the expression language do with values."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from driftcheck.hcl import numbers
from driftcheck.hcl.convert import ConvertError, convert
from driftcheck.hcl.types import BOOL, NUMBER, Type
from driftcheck.hcl.values import Unknown, Value, boolean, equal, number


class OperandError(Exception):
    """An operation that has no result.

    ``operand`` is the index of the operand at fault, or None if it is their combination.
    """

    def __init__(self, message: str, operand: int | None = None) -> None:
        super().__init__(message)
        self.operand = operand


class Controlled(NamedTuple):
    """A result that one operand decided; ``by`` is its index."""

    value: Value
    by: int


_ARITHMETIC: dict[str, Callable[[numbers.Number, numbers.Number], numbers.Number]] = {
    "+": numbers.add,
    "-": numbers.sub,
    "*": numbers.mul,
    "/": numbers.div,
    "%": numbers.mod,
}


def result_type(operator: str) -> Type:
    """The type of every result of a binary operator."""
    return NUMBER if operator in _ARITHMETIC else BOOL


def binary(operator: str, left: Value, right: Value) -> Value:
    """``left operator right``.

    Both operands have been evaluated; ask ``controlled`` first for ``&&`` and ``||``.
    Raises ``OperandError`` for operands that the operator cannot take.
    """
    if operator == "==":
        return equal(left, right)
    if operator == "!=":
        return _not(equal(left, right))
    if operator in _ARITHMETIC:
        return _arithmetic(operator, left, right)
    if operator in ("&&", "||"):
        return _logic(operator, left, right)
    return _comparison(operator, left, right)


def unary(operator: str, operand: Value) -> Value:
    """``-operand`` or ``!operand``; raises ``OperandError`` like ``binary``."""
    value = _operand(operand, NUMBER if operator == "-" else BOOL, 0)
    if isinstance(value.raw, Unknown):
        return _unknown(value.raw, value.type, value.marks)
    if operator == "!":
        return _not(value)
    assert isinstance(value.raw, numbers.Number)
    return number(numbers.neg(value.raw)).with_marks(value.marks)


def _not(value: Value) -> Value:
    if isinstance(value.raw, Unknown):
        return value
    return boolean(not value.raw).with_marks(value.marks)


def _operand(value: Value, type_: Type, position: int) -> Value:
    """An operand as the type that the operator works on, and not null."""
    value = _converted(value, type_, position)
    if value.raw is None:
        raise OperandError("it is null", position)
    return value


def _converted(value: Value, type_: Type, position: int) -> Value:
    if value.type is type_:
        return value
    try:
        return convert(value, type_)
    except ConvertError as error:
        raise OperandError(str(error), position) from None


def _operands(left: Value, right: Value, type_: Type) -> tuple[Value, Value, frozenset[str]]:
    left, right = _operand(left, type_, 0), _operand(right, type_, 1)
    return left, right, left.marks | right.marks


def _unknown(origin: Unknown, type_: Type, marks: frozenset[str]) -> Value:
    return Value(type_, Unknown(origin.reason, not_null=True), marks)


def _arithmetic(operator: str, left: Value, right: Value) -> Value:
    left, right, marks = _operands(left, right, NUMBER)
    for side in (left.raw, right.raw):
        if isinstance(side, Unknown):
            return _unknown(side, NUMBER, marks)
    assert isinstance(left.raw, numbers.Number)
    assert isinstance(right.raw, numbers.Number)
    try:
        result = _ARITHMETIC[operator](left.raw, right.raw)
    except numbers.NumberError as error:
        raise OperandError(str(error)) from None
    return Value(NUMBER, result, marks)


def controlled(operator: str, left: Value, right: Value, left_failed: bool) -> Controlled | None:
    """The result of ``&&`` or ``||`` where one operand alone decides it.

    The operands are booleans; one that failed is unknown. Since Terraform 1.12 either side
    can decide, null counts as false here, and only errors of the side that decides are
    errors. None where both sides matter: ``binary`` has the result then.
    """
    decisive, marks = operator == "||", left.marks | right.marks
    left_known, right_known = (not isinstance(v.raw, Unknown) for v in (left, right))
    if not left_known and not right_known:
        return None if left_failed else Controlled(_unknown_as(left, marks), 0)
    for position, (value, known) in enumerate(((left, left_known), (right, right_known))):
        if known and (value.raw is True) is decisive:
            return Controlled(boolean(decisive).with_marks(marks), position)
    for position, (value, known) in enumerate(((left, left_known), (right, right_known))):
        if not known:
            return Controlled(_unknown_as(value, marks), position)
    return None


def _unknown_as(value: Value, marks: frozenset[str]) -> Value:
    assert isinstance(value.raw, Unknown)
    return _unknown(value.raw, BOOL, marks)


def truth(operand: Value, position: int) -> Value:
    """An operand of ``&&`` or ``||`` as a boolean, which may be null."""
    return _converted(operand, BOOL, position)


def _logic(operator: str, left: Value, right: Value) -> Value:
    """Of two operands that are known and do not decide by themselves: null is an error here."""
    left, right, marks = _operands(left, right, BOOL)
    if operator == "&&":
        return boolean(left.as_bool() and right.as_bool()).with_marks(marks)
    return boolean(left.as_bool() or right.as_bool()).with_marks(marks)


def _comparison(operator: str, left: Value, right: Value) -> Value:
    left, right, marks = _operands(left, right, NUMBER)
    if operator in (">", ">="):
        left, right = right, left
    answer = _less(left, right)
    if operator in ("<=", ">=") and answer is not True:
        same = equal(left.without_marks(), right.without_marks()).raw
        if same is not False:
            answer = True if same is True else None
    if answer is not None:
        return boolean(answer).with_marks(marks)
    origin = left.raw if isinstance(left.raw, Unknown) else right.raw
    assert isinstance(origin, Unknown)
    return _unknown(origin, BOOL, marks)


def _less(left: Value, right: Value) -> bool | None:
    """Whether ``left < right``, as far as bounds of unknown numbers can tell."""
    if isinstance(left.raw, numbers.Number) and isinstance(right.raw, numbers.Number):
        return left.raw < right.raw
    left_low, left_high = _bounds(left.raw)
    right_low, right_high = _bounds(right.raw)
    if left_high is not None and right_low is not None and left_high < right_low:
        return True
    if left_low is not None and right_high is not None and left_low > right_high:
        return False
    return None


def _bounds(raw: object) -> tuple[numbers.Number | None, numbers.Number | None]:
    if isinstance(raw, Unknown):
        return raw.low, raw.high
    assert isinstance(raw, numbers.Number)
    return raw, raw
