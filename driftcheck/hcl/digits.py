"""Decimal digits of exact binary numbers, with the rounding of Go's ``big.Float.Text``.

Digits are held as ``(digits, point)``: significant digits without trailing zeros, and how
many of them stand before the decimal point. ``("125", 1)`` is 1.25, ``("125", -1)`` is
0.0125, and zero is ``("", 0)``. The sign is left to the caller.
"""

from __future__ import annotations

from fractions import Fraction

# Python refuses to convert more digits than about this many in one step.
_CHUNK = 4_000


def parse_digits(digits: str) -> int:
    """The value of any number of decimal digits."""
    value = 0
    for start in range(0, len(digits), _CHUNK):
        chunk = digits[start : start + _CHUNK]
        value = value * 10 ** len(chunk) + int(chunk)
    return value


def _to_digits(value: int) -> str:
    """The decimal digits of a whole number that is not negative, however long."""
    if value.bit_length() < 3 * _CHUNK:
        return str(value)
    half = int(value.bit_length() * 0.30103 / 2)
    high, low = divmod(value, 10**half)
    return _to_digits(high) + _to_digits(low).rjust(half, "0")


def place_point(digits: str, point: int) -> str:
    """Digits written out with the decimal point after the first ``point`` of them."""
    if point <= 0:
        return "0." + "0" * -point + digits
    if point >= len(digits):
        return digits + "0" * (point - len(digits))
    return digits[:point] + "." + digits[point:]


def exact_digits(value: int | Fraction) -> tuple[str, int]:
    """All significant decimal digits of the magnitude of a number over a power of two."""
    numerator, denominator = abs(value.numerator), value.denominator
    if numerator == 0:
        return "", 0
    # The denominator is 2**k, and n / 2**k is n * 5**k / 10**k.
    scale = denominator.bit_length() - 1
    digits = _to_digits(numerator * 5**scale)
    return digits.rstrip("0"), len(digits) - scale


def shortest_digits(value: int | Fraction, bits: int) -> tuple[str, int]:
    """The fewest digits that no other number of ``bits`` of precision is nearer to.

    This is the search of Go's ``big.Float.Text``, which compares digit by digit with the
    two neighbouring halfway points.
    """
    digits, point = exact_digits(value)
    if not digits:
        return digits, point
    numerator, denominator = abs(value.numerator), value.denominator
    # Scale to bits + 1 binary digits: the last one is then half a unit.
    shift = bits + 1 - numerator.bit_length()
    mantissa = numerator << shift if shift >= 0 else numerator >> -shift
    unit = Fraction(2) ** -shift / denominator
    lower, _ = exact_digits((mantissa - 1) * unit)
    upper, _ = exact_digits((mantissa + 1) * unit)
    inclusive = mantissa & 2 == 0
    for i, digit in enumerate(digits):
        low = lower[i] if i < len(lower) else "0"
        high = upper[i] if i < len(upper) else "0"
        may_cut = low != digit or (inclusive and i + 1 == len(lower))
        may_raise = digit != high and (
            inclusive or int(digit) + 1 < int(high) or i + 1 < len(upper)
        )
        if may_cut and may_raise:
            return round_digits(digits, point, i + 1)
        if may_cut:
            return digits[: i + 1].rstrip("0"), point
        if may_raise:
            return _raise_digits(digits, point, i + 1)
    return digits, point


def round_digits(digits: str, point: int, length: int) -> tuple[str, int]:
    """The digits rounded to at most ``length`` of them, halfway cases to even."""
    if length < 0 or length >= len(digits):
        return digits, point
    half = digits[length] == "5" and length + 1 == len(digits)
    up = length > 0 and digits[length - 1] in "13579" if half else digits[length] >= "5"
    if up:
        return _raise_digits(digits, point, length)
    kept = digits[:length].rstrip("0")
    return kept, point if kept else 0


def _raise_digits(digits: str, point: int, length: int) -> tuple[str, int]:
    """The first ``length`` digits with the last one counted up by one."""
    kept = digits[:length].rstrip("9")
    if not kept:
        return "1", point + 1
    return kept[:-1] + str(int(kept[-1]) + 1), point
