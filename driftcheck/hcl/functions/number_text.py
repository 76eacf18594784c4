"""Numbers as ``format`` writes them: the rules of Go's ``fmt`` and ``math/big``."""

from __future__ import annotations

from typing import Protocol

from driftcheck.hcl import numbers
from driftcheck.hcl.digits import exact_digits, round_digits, shortest_digits

_PREFIXES = {"b": "0b", "o": "0", "x": "0x", "X": "0X"}
_BASES = {"b": "b", "d": "d", "o": "o", "x": "x", "X": "X"}
#: Python refuses to write longer numbers in decimal; ``numbers`` does it in pieces.
_SHORT_BITS = 10_000


class Layout(Protocol):
    """The parts of a formatting verb that matter for numbers."""

    @property
    def mode(self) -> str:
        """The verb's letter."""

    @property
    def flags(self) -> str:
        """Any of the characters ``0``, ``#``, ``-``, ``+`` and space."""

    @property
    def width(self) -> int | None:
        """The least number of characters, if given."""

    @property
    def precision(self) -> int | None:
        """The digits after the point, if given."""


def _sign(verb: Layout, negative: bool) -> str:
    if negative:
        return "-"
    if "+" in verb.flags:
        return "+"
    return " " if " " in verb.flags else ""


def format_whole(verb: Layout, value: int) -> str:
    """A whole number for the verbs b, d, o, x and X; precision is the least digits."""
    magnitude = abs(value)
    if verb.mode == "d" and magnitude.bit_length() > _SHORT_BITS:
        digits = numbers.format_number(numbers.from_integer(magnitude))
    else:
        digits = format(magnitude, _BASES[verb.mode])
    if verb.precision == 0 and value == 0:
        return ""
    sign = _sign(verb, value < 0)
    prefix = _PREFIXES.get(verb.mode, "") if "#" in verb.flags else ""
    digits = digits.rjust(verb.precision or 0, "0")
    missing = (verb.width or 0) - len(sign) - len(prefix) - len(digits)
    if missing <= 0:
        return sign + prefix + digits
    if "-" in verb.flags:
        return sign + prefix + digits + " " * missing
    if "0" in verb.flags and verb.precision is None:
        return sign + prefix + "0" * missing + digits
    return " " * missing + sign + prefix + digits


def format_float(verb: Layout, value: numbers.Number) -> str:
    """A number for the verbs e, E, f, g and G."""
    negative = numbers.is_negative(value)
    sign = _sign(verb, negative)
    if isinstance(value, float):
        body = "Inf"
        sign = sign or "+"
    else:
        body = _digits(verb, value)
    missing = (verb.width or 0) - len(sign) - len(body)
    if missing <= 0:
        return sign + body
    # Unlike for whole numbers, the zero flag goes before the minus flag.
    if "0" in verb.flags and not isinstance(value, float):
        return sign + "0" * missing + body
    if "-" in verb.flags:
        return sign + body + " " * missing
    return " " * missing + sign + body


def _digits(verb: Layout, value: numbers.Finite) -> str:
    """The magnitude in the notation of the verb."""
    precision = verb.precision
    if verb.mode in "gG":
        return _general(value, precision, "e" if verb.mode == "g" else "E")
    places = 6 if precision is None else precision
    digits, point = exact_digits(value)
    if verb.mode == "f":
        digits, point = round_digits(digits, point, point + places)
        return _fixed(digits, point, places)
    digits, point = round_digits(digits, point, places + 1)
    return _scientific(digits, point, places, verb.mode)


def _fixed(digits: str, point: int, places: int) -> str:
    """Digits without exponent and with exactly so many places after the point."""
    whole = digits[:point].ljust(point, "0") if point > 0 else "0"
    decimals = ("0" * -point + digits) if point <= 0 else digits[point:]
    decimals = decimals[:places].ljust(places, "0")
    return f"{whole}.{decimals}" if places else whole


def _scientific(digits: str, point: int, places: int, letter: str) -> str:
    """Digits with one of them before the point, and an exponent of two digits or more."""
    first, rest = digits[:1] or "0", digits[1:][:places].ljust(places, "0")
    exponent = point - 1 if digits else 0
    mantissa = f"{first}.{rest}" if places else first
    return f"{mantissa}{letter}{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _general(value: numbers.Finite, precision: int | None, letter: str) -> str:
    """Fixed notation, or scientific where the exponent is below -4 or large."""
    if precision is None:
        digits, point = shortest_digits(value, numbers.precision(value))
        length, limit = len(digits), 6
    else:
        length = precision or 1
        digits, point = round_digits(*exact_digits(value), length)
        limit = len(digits) if length > len(digits) >= point else length
    exponent = point - 1
    if exponent < -4 or exponent >= limit:
        return _scientific(digits, point, max(min(length, len(digits)) - 1, 0), letter)
    if length > point:
        length = len(digits)
    return _fixed(digits, point, max(length - point, 0))


def general(value: numbers.Number) -> str:
    """The text of ``%v``: the fewest digits, scientific from a million on."""
    if isinstance(value, float):
        return numbers.format_number(value)
    sign = "-" if numbers.is_negative(value) else ""
    return sign + _general(value, None, "e")
