"""Terraform's numbers.

Terraform computes with Go's ``big.Float``: a binary floating point number whose
mantissa has a precision in bits that belongs to the number itself. What is written
in source or parsed from text has 512 bits; what a function counted (``length``, the
index of a ``for``) has 64; what a function computed in double precision (``log``,
``pow``) has 53. An operation rounds to the larger precision of its operands, so the
precision shows: ``length(a) / length(b)`` has far fewer digits than ``1 / 3``.

A number here is

* an ``int`` where it is whole and a ``Fraction`` (of a power of two) where it is not,
  both of 512 bits;
* a ``ShortInt`` or ``ShortFraction``, which are just that with another precision
  (and, for zero, perhaps with a minus sign: Terraform prints ``-0`` as such);
* ``math.inf`` or ``-math.inf``, which ``1 / 0`` is in Terraform.

``Value.as_number`` gives the first two only.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction

from driftcheck.errors import HclLimitError
from driftcheck.hcl.digits import (
    exact_digits,
    parse_digits,
    place_point,
    round_digits,
    shortest_digits,
)

FULL_PRECISION = 512
COUNT_PRECISION = 64
DOUBLE_PRECISION = 53

#: Numbers further from 1 than this power of ten, either way, are refused.
MAX_DECIMAL_EXPONENT = 20_000
_MAX_BINARY_EXPONENT = 70_000
_MAX_TEXT = 25_000
# Python refuses to write longer numbers in one step.
_STR_BITS = 12_000
# So many digits are less than 512 bits in any case.
_SAFE_DIGITS = 150

Finite = int | Fraction
Number = int | Fraction | float

_SYNTAX = re.compile(
    r"([+-]?)(?:([0-9]+\.?[0-9]*|\.[0-9]+)(?:([eEpP])([+-]?[0-9]+))?|[Ii]nf)", re.ASCII
)


class NumberError(ValueError):
    """Text that is not a number, or an operation that has no result (``0 / 0``)."""


class NumberLimitError(HclLimitError):
    """A number so large or so close to zero that driftcheck refuses to hold it.

    Terraform would go on with it, so nothing may take this for a mere failure.
    """


class ShortInt(int):
    """A whole number of a precision other than 512 bits, or a negative zero."""

    precision: int = COUNT_PRECISION
    negative_zero: bool = False


class ShortFraction(Fraction):
    """A number that is not whole, of a precision other than 512 bits."""

    precision: int = DOUBLE_PRECISION


def count(value: int) -> Finite:
    """A number that a function counted: lengths, indexes, whatever Go held in an int."""
    return ShortInt(value)


def from_double(value: float) -> Number:
    """A number that a function computed in double precision.

    Raises ``NumberError`` for NaN.
    """
    if math.isinf(value):
        return value
    if math.isnan(value):
        raise NumberError("the result is not a number")
    negative_zero = value == 0 and math.copysign(1, value) < 0
    return _make(Fraction(value), DOUBLE_PRECISION, negative_zero=negative_zero)


def from_integer(value: int) -> Finite:
    """A whole number held exactly, as functions make it from Go's ``big.Int``."""
    return _make(value, max(value.bit_length(), COUNT_PRECISION))


def precision(value: Number) -> int:
    """The bits of precision that a number carries."""
    if isinstance(value, ShortInt | ShortFraction):
        return value.precision
    return FULL_PRECISION


def is_negative(value: Number) -> bool:
    """Whether the number prints with a minus sign (negative zero does)."""
    return value < 0 or (isinstance(value, ShortInt) and value.negative_zero)


def _make(value: Finite, bits: int, *, negative_zero: bool = False) -> Finite:
    """``value``, which fits ``bits`` already, as a number of that precision."""
    if not isinstance(value, int) and value.denominator == 1:
        value = value.numerator
    if isinstance(value, int):
        if bits == FULL_PRECISION and not negative_zero:
            return int(value)
        whole = ShortInt(value)
        whole.precision = bits
        whole.negative_zero = negative_zero and value == 0
        return whole
    if bits == FULL_PRECISION:
        return Fraction(value) if type(value) is not Fraction else value
    part = ShortFraction(value)
    part.precision = bits
    return part


def round_to(value: Finite, bits: int) -> Finite:
    """The nearest number of the given precision; of two equally near, the even one.

    Raises ``NumberLimitError`` past the bounds on magnitude.
    """
    numerator, denominator = abs(value.numerator), value.denominator
    excess = numerator.bit_length() - denominator.bit_length()
    if abs(excess) > _MAX_BINARY_EXPONENT:
        raise NumberLimitError("This number is too large or too small for driftcheck.")
    if denominator == 1 and excess < bits:
        return _make(value, bits)
    # Scaled by this power of two, the value has one or no bit too many.
    shift = bits - excess
    mantissa, above = _scale(numerator, denominator, shift)
    if mantissa.bit_length() > bits:
        shift -= 1
        mantissa, above = _scale(numerator, denominator, shift)
    if above > 0 or (above == 0 and mantissa & 1):
        mantissa += 1
    if value < 0:
        mantissa = -mantissa
    return _make(Fraction(mantissa) * Fraction(2) ** -shift, bits)


def _scale(numerator: int, denominator: int, shift: int) -> tuple[int, int]:
    """The whole part of the ratio times ``2**shift``, and how the rest compares to 1/2."""
    if shift >= 0:
        numerator <<= shift
    else:
        denominator <<= -shift
    whole, rest = divmod(numerator, denominator)
    twice = rest * 2
    return whole, (twice > denominator) - (twice < denominator)


def round512(value: Finite) -> Finite:
    """The nearest number of 512 bits."""
    return round_to(value, FULL_PRECISION)


def parse_number(text: str) -> Number:
    """The number that a text stands for, as ``tonumber`` and HCL literals read it.

    Raises ``NumberError`` for anything that is not a number, and ``NumberLimitError``
    for numbers past our bounds.
    """
    if text.isascii() and text.isdigit() and len(text) <= _SAFE_DIGITS:
        return int(text)
    match = _SYNTAX.fullmatch(text)
    if match is None:
        raise NumberError("a number is required")
    sign, mantissa, marker, exponent_text = match.groups()
    if mantissa is None:
        return -math.inf if sign == "-" else math.inf
    if len(text) > _MAX_TEXT:
        raise NumberLimitError("This number has too many digits for driftcheck.")
    whole, _, decimals = mantissa.partition(".")
    digits = parse_digits(whole + decimals)
    if digits == 0:
        return _make(0, FULL_PRECISION, negative_zero=sign == "-")
    exponent = 0
    if exponent_text is not None:
        if len(exponent_text) > 8:
            raise NumberLimitError("This number is too large or too small for driftcheck.")
        exponent = int(exponent_text)
    power_of_five = power_of_two = -len(decimals)
    power_of_two += exponent
    if marker in ("e", "E"):
        power_of_five += exponent
    if max(abs(power_of_five), abs(power_of_two) // 3) > MAX_DECIMAL_EXPONENT:
        raise NumberLimitError("This number is too large or too small for driftcheck.")
    five = _power_of_five(abs(power_of_five))
    value = digits * Fraction(2) ** power_of_two
    value = value * five if power_of_five >= 0 else value / five
    return round512(-value if sign == "-" else value)


def _power_of_five(exponent: int) -> Finite:
    """``5**exponent`` with the same rounding on the way that Go's parser has."""
    if exponent <= 248:
        return int(5**exponent)
    result: Finite = 5**27
    factor: Finite = 5
    exponent -= 27
    while True:
        if exponent & 1:
            result = round_to(result * factor, FULL_PRECISION + 64)
        exponent >>= 1
        if not exponent:
            return result
        factor = round_to(factor * factor, FULL_PRECISION + 128)


def add(a: Number, b: Number) -> Number:
    """``a + b``; raises ``NumberError`` for opposing infinities."""
    if isinstance(a, int) and isinstance(b, int):
        total = int(a) + int(b)
        bits = max(precision(a), precision(b))
        if total and total.bit_length() <= bits:
            return _make(total, bits)
    if isinstance(a, float) or isinstance(b, float):
        result = _infinite_sum(a, b)
        if result is None:
            raise NumberError("can't compute sum of opposing infinities")
        return result
    bits = max(precision(a), precision(b))
    exact = a + b
    if exact == 0:
        both = is_negative(a) and is_negative(b)
        return _make(0, bits, negative_zero=both and a == 0)
    return round_to(exact, bits)


def _infinite_sum(a: Number, b: Number) -> float | None:
    if not isinstance(a, float):
        assert isinstance(b, float)
        return b
    return None if isinstance(b, float) and a != b else a


def neg(a: Number) -> Number:
    """``-a``; the negative of zero is negative zero, as in Terraform."""
    if isinstance(a, float):
        return -a
    if type(a) is int and a:
        return -a
    return _make(-a, precision(a), negative_zero=a == 0 and not is_negative(a))


def sub(a: Number, b: Number) -> Number:
    """``a - b``; raises ``NumberError`` for infinity minus itself."""
    if isinstance(a, float) and a == b:
        raise NumberError("can't subtract infinity from itself")
    return add(a, neg(b))


def mul(a: Number, b: Number) -> Number:
    """``a * b``; raises ``NumberError`` for zero times infinity."""
    if isinstance(a, int) and isinstance(b, int):
        whole = int(a) * int(b)
        if 0 < whole.bit_length() <= FULL_PRECISION:
            return _make(whole, max(precision(a), precision(b), _bits_needed(whole)))
    if isinstance(a, float) or isinstance(b, float):
        if a == 0 or b == 0:
            raise NumberError("can't multiply zero by infinity")
        return math.inf if is_negative(a) == is_negative(b) else -math.inf
    bits = max(precision(a), precision(b))
    product = round512(a * b)
    if product == 0:
        return _make(0, bits, negative_zero=is_negative(a) != is_negative(b))
    return _make(product, max(bits, _bits_needed(product)))


def _bits_needed(value: Finite) -> int:
    """The precision that holds a (dyadic) number exactly."""
    numerator = abs(value.numerator)
    if numerator.bit_length() <= DOUBLE_PRECISION:
        return numerator.bit_length()  # no more than any number has
    return numerator.bit_length() - ((numerator & -numerator).bit_length() - 1)


def div(a: Number, b: Number) -> Number:
    """``a / b``, infinite where ``b`` is zero.

    Raises ``NumberError`` for ``0 / 0`` and for infinity divided by infinity.
    """
    infinite = isinstance(a, float), isinstance(b, float)
    if all(infinite) or (a == 0 and b == 0):
        raise NumberError("can't divide zero by zero or infinity by infinity")
    negative = is_negative(a) != is_negative(b)
    if infinite[0] or b == 0:
        return -math.inf if negative else math.inf
    bits = max(precision(a), precision(b))
    if infinite[1] or a == 0:
        return _make(0, bits, negative_zero=negative)
    assert not isinstance(a, float)
    assert not isinstance(b, float)
    return round_to(Fraction(a) / b, bits)


def mod(a: Number, b: Number) -> Number:
    """``a % b`` with the sign of ``a``; ``a`` itself where ``b`` is zero.

    Raises ``NumberError`` where ``a`` or ``b`` is infinite otherwise.
    """
    if b == 0:
        return a
    if isinstance(a, float) or isinstance(b, float):
        raise NumberError("can't use modulo with zero and infinity")
    if a == 0 and b > 0:
        return a
    bits = precision(a)
    quotient = div(a, b)
    assert not isinstance(quotient, float)
    whole = round_to(int(quotient), bits)
    result = round_to(a - round_to(b * whole, bits), bits)
    return _make(result, bits)


def compare(a: Number, b: Number) -> int:
    """Negative, zero or positive as ``a`` is less than, equal to or greater than ``b``."""
    return (a > b) - (a < b)


def equal(a: Number, b: Number) -> bool:
    """Whether ``==`` holds: numbers that are not whole are equal when they print alike."""
    if a == b:
        return True
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        # Only different precisions can print alike without being the same number.
        return precision(a) != precision(b) and format_number(a) == format_number(b)
    return False


def format_number(value: Number) -> str:
    """The text of a number in Terraform: the fewest digits that stand for it alone.

    There is never an exponent: ``1e21`` has 22 digits.
    """
    if isinstance(value, float):
        return "+Inf" if value > 0 else "-Inf"
    if isinstance(value, int) and value.bit_length() <= min(precision(value), _STR_BITS):
        return "-0" if value == 0 and is_negative(value) else str(int(value))
    digits, point = shortest_digits(value, precision(value))
    return ("-" if value < 0 else "") + place_point(digits, point)


def format_stored(value: Number) -> str:
    """The text of a number in Terraform's plan: whole ones of 64 bits have all their digits.

    ``format_number`` gives those of double precision no more digits than stand for them.
    """
    if isinstance(value, int) and -(1 << 63) <= value < 1 << 63:
        return str(int(value))
    return format_number(value)


def format_general(value: Number, length: int = 10) -> str:
    """Go's ``%.<length>g``, with which go-cty orders numbers inside of set elements."""
    if isinstance(value, float):
        return "+Inf" if value > 0 else "-Inf"
    sign = "-" if is_negative(value) else ""
    digits, point = round_digits(*exact_digits(value), length)
    if not digits:
        return sign + "0"
    limit = len(digits) if length > len(digits) >= point else length
    exponent = point - 1
    if -4 <= exponent < limit:
        return sign + place_point(digits, point)
    tail = "." + digits[1:] if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
