"""Functions on numbers."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

from driftcheck.hcl import numbers
from driftcheck.hcl.functions import gomath
from driftcheck.hcl.functions.registry import Call, FunctionError, Parameter, function
from driftcheck.hcl.functions.support import (
    charge,
    charge_items,
    number_of,
    quote,
    unknown_result,
    whole,
)
from driftcheck.hcl.types import DYNAMIC, NUMBER, STRING, ListType, Type
from driftcheck.hcl.values import Value

_NUM = Parameter("num", NUMBER)
#: Terraform's own bound on the length of a ``range``.
_MAX_RANGE = 1024
#: The most digits that are parsed; the work grows with their square.
_MAX_DIGITS = 20_000
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _number(value: numbers.Number) -> Value:
    return Value(NUMBER, value)


@function("abs", Parameter("num", NUMBER, allow_dynamic=True), returns=NUMBER)
def absolute(call: Call) -> Value:
    """``abs(num)``."""
    value = number_of(call.args[0])
    return _number(numbers.neg(value) if numbers.is_negative(value) else value)


def _to_whole(call: Call, rounded: Callable[[numbers.Finite], int]) -> Value:
    """The number rounded to a whole one, of the same precision as before."""
    value = number_of(call.args[0])
    if isinstance(value, float) or (isinstance(value, int) and value):
        return call.args[0]
    return _number(numbers.round_to(rounded(value), numbers.precision(value)))


@function("ceil", _NUM, returns=NUMBER)
def ceil(call: Call) -> Value:
    """``ceil(num)``: the smallest whole number not below ``num``."""
    return _to_whole(call, math.ceil)


@function("floor", _NUM, returns=NUMBER)
def floor(call: Call) -> Value:
    """``floor(num)``: the largest whole number not above ``num``."""
    return _to_whole(call, math.floor)


@function("signum", _NUM, returns=NUMBER)
def signum(call: Call) -> Value:
    """``signum(num)`` is -1, 0 or 1; only whole numbers have one in Terraform."""
    value = whole(call.args[0])
    return _number(numbers.count((value > 0) - (value < 0)))


def _double(value: Value, argument: int) -> float:
    """A number in double precision; refused where that would make it infinite."""
    number = number_of(value)
    try:
        result = float(number)
    except OverflowError:
        limit = f"{sys.float_info.max:f}"
        raise FunctionError(
            f"value must be between -{limit} and {limit} inclusive", argument
        ) from None
    return -result if result == 0 and numbers.is_negative(number) else result


def _from_double(value: float) -> Value:
    if math.isnan(value):
        raise FunctionError("the result is not a number")
    return _number(numbers.from_double(value))


@function("log", _NUM, Parameter("base", NUMBER), returns=NUMBER)
def log(call: Call) -> Value:
    """``log(num, base)`` in double precision."""
    above, below = (gomath.log(_double(v, i)) for i, v in enumerate(call.args))
    if below == 0:
        if above == 0 or math.isnan(above):
            raise FunctionError("the result is not a number")
        # The logarithm of 1 is positive zero, so the sign is that of the dividend.
        return _from_double(math.copysign(math.inf, above))
    return _from_double(above / below)


@function("pow", _NUM, Parameter("power", NUMBER), returns=NUMBER)
def pow_(call: Call) -> Value:
    """``pow(num, power)`` in double precision."""
    return _from_double(gomath.power(_double(call.args[0], 0), _double(call.args[1], 1)))


def _extreme(call: Call, wanted: int) -> Value:
    if not call.args:
        raise FunctionError("must pass at least one number")
    best = call.args[0]
    for candidate in call.args[1:]:
        if numbers.compare(number_of(candidate), number_of(best)) == wanted:
            best = candidate
    return best


@function("max", variadic=Parameter("numbers", NUMBER, allow_dynamic=True), returns=NUMBER)
def max_(call: Call) -> Value:
    """``max(numbers...)``."""
    return _extreme(call, 1)


@function("min", variadic=Parameter("numbers", NUMBER, allow_dynamic=True), returns=NUMBER)
def min_(call: Call) -> Value:
    """``min(numbers...)``."""
    return _extreme(call, -1)


@function("range", variadic=Parameter("params", NUMBER), returns=ListType(NUMBER))
def range_(call: Call) -> Value:
    """``range(end)``, ``range(start, end)`` or ``range(start, end, step)``."""
    given = [number_of(v) for v in call.args]
    start: numbers.Number = numbers.count(0)
    step: numbers.Number | None = None
    match given:
        case [end]:
            pass
        case [start, end]:
            pass
        case [start, end, step]:
            pass
        case _:
            raise FunctionError("must have one, two, or three arguments")
    if step is None:
        step = numbers.count(-1 if end < start else 1)
    # A step of zero gets as far as the bound on the length.
    down = step < 0
    if down and end > start:
        raise FunctionError("end must be less than start when step is negative", 1)
    if not down and end < start:
        raise FunctionError("end must be greater than start when step is positive", 1)
    items: list[Value] = []
    current = start
    while current > end if down else current < end:
        if len(items) >= _MAX_RANGE:
            raise FunctionError(
                f"more than {_MAX_RANGE} values were generated; either decrease the difference "
                "between start and end or use a smaller step"
            )
        items.append(_number(current))
        current = numbers.add(current, step)
    charge_items(call, len(items))
    return Value(ListType(NUMBER), items)


def _parseint_type(args: list[Value]) -> Type:
    if args[0].type not in (STRING, DYNAMIC):
        raise FunctionError(f"first argument must be a string, not {args[0].type}", 0)
    return NUMBER


@function(
    "parseint",
    Parameter("number", allow_unknown=True, allow_marks=True),
    Parameter("base", NUMBER, allow_unknown=True, allow_marks=True),
    returns=_parseint_type,
)
def parseint(call: Call) -> Value:
    """``parseint(number, base)`` for bases 2 to 62."""
    _parseint_type(call.args)
    marks = call.args[0].marks | call.args[1].marks
    if call.args[0].is_unknown or call.args[1].is_unknown:
        return unknown_result(call.args, NUMBER).with_marks(marks)
    content = call.args[0].as_str()
    base = whole(call.args[1], 1)
    if not 2 <= base <= 62:
        raise FunctionError("base must be a whole number between 2 and 62 inclusive", 1)
    value = _parse_digits(call, content, base)
    if value is None:
        what = "(sensitive value)" if call.args[0].marks else quote(content)
        shown_base = "(sensitive value)" if call.args[1].marks else str(base)
        raise FunctionError(f"cannot parse {what} as a base {shown_base} integer", 0)
    return _number(numbers.from_integer(value)).with_marks(marks)


def _parse_digits(call: Call, content: str, base: int) -> int | None:
    """The value of a signed run of digits; upper case is as good as lower up to base 36."""
    digits = content[1:] if content[:1] in ("+", "-") else content
    if not digits:
        return None
    if len(digits) > _MAX_DIGITS:
        charge(call, len(digits) ** 2)
    allowed = _DIGITS[:base]
    if base <= 36:
        digits = digits.lower() if digits.isascii() else digits
    value = 0
    for digit in digits:
        position = allowed.find(digit)
        if position < 0:
            return None
        value = value * base + position
    return -value if content[0] == "-" else value


@function("sum", Parameter("list"), returns=NUMBER)
def sum_(call: Call) -> Value:
    """``sum(list)`` of a list, set or tuple; elements are converted to numbers."""
    from driftcheck.hcl.convert import ConvertError, convert

    listed = call.args[0]
    if not isinstance(listed.raw, list | dict):
        raise FunctionError("cannot sum noniterable", 0)
    if not listed.raw:
        raise FunctionError("cannot sum an empty list", 0)
    if not isinstance(listed.raw, list):
        raise FunctionError(f"argument must be list, set, or tuple. Received {listed.type}", 0)
    if not listed.wholly_known:
        return unknown_result([listed], NUMBER)
    total: numbers.Number | None = None
    for item in listed.raw:
        if item.is_null:
            raise FunctionError("argument must be list, set, or tuple of number values", 0)
        try:
            addend = number_of(convert(item, NUMBER))
        except ConvertError:
            raise FunctionError(
                "argument must be list, set, or tuple of number values", 0
            ) from None
        try:
            total = addend if total is None else numbers.add(total, addend)
        except numbers.NumberError as problem:
            raise FunctionError(str(problem)) from None
    assert total is not None
    return _number(total)
