"""Numbers: precision, rounding, and their text."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftcheck.hcl import numbers
from driftcheck.hcl.numbers import NumberError, NumberLimitError, format_number, parse_number

decimals = st.decimals(
    allow_nan=False, allow_infinity=False, places=12, min_value=-(10**30), max_value=10**30
)
finite = decimals.map(lambda d: parse_number(str(d))).filter(lambda n: not isinstance(n, float))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("007", 7),
        ("+5", 5),
        ("5.", 5),
        (".5", Fraction(1, 2)),
        ("1.50", Fraction(3, 2)),
        ("-2.25", Fraction(-9, 4)),
        ("1e3", 1000),
        ("1E+2", 100),
        ("25e-2", Fraction(1, 4)),
        ("1p4", 16),
        ("3p-1", Fraction(3, 2)),
        ("Inf", math.inf),
        ("-inf", -math.inf),
        ("0e99999999999", 0),
    ],
)
def test_parse(text: str, value: numbers.Number) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize(
    "text",
    ["", " 1", "1 ", "1_000", "0x1f", "0b1", "1e", "e5", ".", "-", "--1", "1,5", "nan", "\u0661"],
)
def test_text_that_is_no_number(text: str) -> None:
    with pytest.raises(NumberError):
        parse_number(text)


@pytest.mark.parametrize("text", ["1e20001", "1e-20001", "1e999999999999", "9" * 30_000, "1p80000"])
def test_numbers_beyond_our_bounds_are_refused(text: str) -> None:
    with pytest.raises(NumberLimitError):
        parse_number(text)


def test_repeated_multiplication_is_bounded() -> None:
    large = numbers.mul(parse_number("1e10000"), parse_number("1e10000"))
    with pytest.raises(NumberLimitError):
        numbers.mul(large, large)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("-0", "-0"),
        ("1e21", "1" + "0" * 21),
        ("1e-7", "0.0000001"),
        ("1e200", "1" + "0" * 200),
        ("1e-400", "0." + "0" * 399 + "1"),
        ("100000000000000000000000.5", "100000000000000000000000.5"),
        ("3.14159265358979323846264338327950288", "3.14159265358979323846264338327950288"),
    ],
)
def test_format(text: str, printed: str) -> None:
    assert format_number(parse_number(text)) == printed


def test_precision_is_that_of_the_operands() -> None:
    third_of_counts = numbers.div(numbers.count(1), numbers.count(3))
    assert format_number(third_of_counts) == "0.33333333333333333334"
    assert len(format_number(numbers.div(1, 3))) == 157
    assert numbers.div(numbers.count(1), 3) == numbers.div(1, 3)
    assert format_number(numbers.from_double(2**0.5)) == "1.4142135623730951"
    assert format_number(numbers.from_double(2.0**100)) == "1267650600228229400000000000000"
    assert format_number(numbers.from_integer(2**100)) == str(2**100)


def test_a_product_keeps_the_bits_that_it_needs() -> None:
    product = numbers.mul(numbers.count(2**63 - 1), numbers.count(2**63 - 1))
    assert product == (2**63 - 1) ** 2


@pytest.mark.parametrize(
    ("a", "b", "quotient"),
    [(1, 0, math.inf), (-1, 0, -math.inf), (5, math.inf, 0), (math.inf, -2, -math.inf)],
)
def test_division_with_infinity(a: numbers.Number, b: numbers.Number, quotient: float) -> None:
    assert numbers.div(a, b) == quotient


@pytest.mark.parametrize(
    ("operation", "a", "b"),
    [
        (numbers.div, 0, 0),
        (numbers.div, math.inf, math.inf),
        (numbers.mul, 0, math.inf),
        (numbers.sub, math.inf, math.inf),
        (numbers.add, math.inf, -math.inf),
        (numbers.mod, math.inf, 2),
    ],
)
def test_operations_without_a_result(operation: object, a: float, b: float) -> None:
    assert callable(operation)
    with pytest.raises(NumberError):
        operation(a, b)


@pytest.mark.parametrize(
    ("a", "b", "rest"), [("-7", "3", "-1"), ("7", "-3", "1"), ("5.5", "2", "1.5"), ("1", "0", "1")]
)
def test_remainder(a: str, b: str, rest: str) -> None:
    assert format_number(numbers.mod(parse_number(a), parse_number(b))) == rest


def test_the_sign_of_zero() -> None:
    minus = numbers.neg(0)
    assert format_number(minus) == "-0"
    assert minus == 0
    assert format_number(numbers.add(minus, 0)) == "0"
    assert format_number(numbers.add(minus, minus)) == "-0"
    assert format_number(numbers.mul(0, -1)) == "-0"
    assert format_number(numbers.mod(minus, 2)) == "-0"


def test_equality_is_by_text_where_precisions_differ() -> None:
    short = numbers.from_double(0.1)
    assert short != parse_number("0.1")
    assert numbers.equal(short, parse_number("0.1"))
    assert not numbers.equal(parse_number("0.1"), parse_number("0.10000000000000001"))


@given(decimals)
def test_a_decimal_prints_as_itself(decimal: Decimal) -> None:
    printed = format_number(parse_number(str(decimal)))
    assert Decimal(printed) == decimal
    assert "." not in printed or not printed.endswith("0")


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=1e-300, max_value=1e300))
def test_a_double_prints_as_python_prints_it(double: float) -> None:
    if math.frexp(double)[0] == 0.5:
        return  # Go cuts powers of two too short: see the next test
    assert float(format_number(numbers.from_double(double))) == double
    assert Decimal(format_number(numbers.from_double(double))) == Decimal(repr(double))


def test_powers_of_two_print_as_in_go() -> None:
    assert format_number(numbers.from_double(2.0**-24)) == "0.00000005960464477539062"
    assert format_number(numbers.from_double(2.0**-10)) == "0.0009765625"


@given(finite, finite)
def test_quotients_are_correctly_rounded(a: numbers.Finite, b: numbers.Finite) -> None:
    if b == 0:
        return
    exact = Fraction(a) / b
    quotient = numbers.div(a, b)
    assert isinstance(quotient, numbers.Finite)
    assert abs(quotient - exact) <= abs(exact) / 2**512
    printed = format_number(quotient)
    assert parse_number(printed) == quotient


@given(finite, finite)
def test_sums_agree_with_exact_arithmetic(a: numbers.Finite, b: numbers.Finite) -> None:
    total = numbers.add(a, b)
    assert isinstance(total, numbers.Finite)
    assert abs(total - (Fraction(a) + b)) <= abs(Fraction(a) + b) / 2**512


@given(st.integers(min_value=1, max_value=2**700), st.sampled_from([24, 53, 64, 512]))
def test_rounding_halves_to_even(value: int, bits: int) -> None:
    rounded = numbers.round_to(value, bits)
    excess = value.bit_length() - bits
    if excess <= 0:
        assert rounded == value
        return
    unit = 1 << excess
    assert rounded % unit == 0
    assert isinstance(rounded, int)
    distance = abs(rounded - value)
    assert distance * 2 < unit or (distance * 2 == unit and (rounded // unit) % 2 == 0)
