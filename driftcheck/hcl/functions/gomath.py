"""Logarithm and power in double precision, to the last bit as Terraform has them.

Go does not use the C library: ``log`` is FreeBSD's algorithm, ``pow`` multiplies
squares, and ``exp`` on x86-64 is a short Taylor series with fused multiply-adds.
Their last digits show in Terraform's results, so the same steps are taken here. All
arithmetic below is on floats, and the order of operations matters.
"""

from __future__ import annotations

import math
from fractions import Fraction

_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_ODD_TERMS = (
    6.666666666666735130e-01,
    2.857142874366239149e-01,
    1.818357216161805012e-01,
    1.479819860511658591e-01,
)
_EVEN_TERMS = (3.999999999940941908e-01, 2.222219843214978396e-01, 1.531383769920937332e-01)

_LN2_UPPER = 0.69314718055966295651160180568695068359375
_LN2_LOWER = 0.28235290563031577122588448175013436025525412068e-12
_LOG2_E = 1.4426950408889634073599246810018920
_EXP_OVERFLOW = 7.09782712893384e02
_INVERSE_FACTORIALS = (
    2.4801587301587301587e-5,
    1.9841269841269841270e-4,
    1.3888888888888888889e-3,
    8.3333333333333333333e-3,
    4.1666666666666666667e-2,
    1.6666666666666666667e-1,
    0.5,
    1.0,
)


def _polynomial(x: float, coefficients: tuple[float, ...]) -> float:
    """``c0 + x * (c1 + x * (c2 + ...))``."""
    result = coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        result = coefficient + x * result
    return result


def log(x: float) -> float:
    """The natural logarithm; -inf for zero, not a number below it."""
    if math.isnan(x) or x == math.inf:
        return x
    if x < 0:
        return math.nan
    if x == 0:
        return -math.inf
    fraction, exponent = math.frexp(x)
    if fraction < math.sqrt(2) / 2:
        fraction *= 2
        exponent -= 1
    f = fraction - 1
    k = float(exponent)
    s = f / (2 + f)
    s2 = s * s
    s4 = s2 * s2
    rest = s2 * _polynomial(s4, _ODD_TERMS) + s4 * _polynomial(s4, _EVEN_TERMS)
    half_square = 0.5 * f * f
    return k * _LN2_HIGH - ((half_square - (s * (half_square + rest) + k * _LN2_LOW)) - f)


def _multiply_add(x: float, y: float, z: float) -> float:
    """``x * y + z`` with a single rounding, which Python has only since 3.13."""
    return float(Fraction(x) * Fraction(y) + Fraction(z))


def exp(x: float) -> float:
    """The exponential function of a finite number."""
    if x > _EXP_OVERFLOW:
        return math.inf
    exponent = round(x * _LOG2_E)
    rest = _multiply_add(-_LN2_UPPER, float(exponent), x)
    rest = _multiply_add(-_LN2_LOWER, float(exponent), rest)
    rest *= 0.0625
    series = _INVERSE_FACTORIALS[0]
    for coefficient in _INVERSE_FACTORIALS[1:]:
        series = _multiply_add(series, rest, coefficient)
    # exp(r) - 1, squared four times because r was divided by 16.
    result = rest * series
    for _ in range(3):
        result *= result + 2.0
    result = _multiply_add(result, result + 2.0, 1.0)
    if exponent + 1023 <= 0:
        return 0.0
    return math.inf if exponent + 1023 >= 2047 else math.ldexp(result, exponent)


def _is_odd(x: float) -> bool:
    return x.is_integer() and abs(x) < 2.0**63 and int(x) & 1 == 1


def _power_of_zero(x: float, y: float) -> float:
    if y < 0:
        return math.copysign(math.inf, x) if _is_odd(y) else math.inf
    return x if _is_odd(y) else 0.0


def _infinite_power(x: float, y: float) -> float:
    """``x ** y`` where ``y``, or in effect ``y``, is infinite."""
    if x == -1:
        return 1.0
    return 0.0 if (abs(x) < 1) == (y > 0) else math.inf


def power(x: float, y: float) -> float:
    """``x ** y``; not a number for a negative ``x`` and a ``y`` that is not whole."""
    if y == 0 or x == 1:
        return 1.0
    if y == 1:
        return x
    if x == 0:
        return _power_of_zero(x, y)
    if math.isinf(y):
        return _infinite_power(x, y)
    if math.isinf(x):
        if x < 0:
            return power(math.copysign(0.0, -1.0), -y)
        return 0.0 if y < 0 else math.inf
    if abs(y) == 0.5:
        root = math.sqrt(x) if x > 0 else math.nan
        return root if y > 0 else 1 / root
    part, whole = math.modf(abs(y))
    if part != 0 and x < 0:
        return math.nan
    if whole >= 2.0**63:
        return _infinite_power(x, y)
    return _multiplied_power(x, y, int(whole), part)


def _multiplied_power(x: float, y: float, whole: int, part: float) -> float:
    """``x ** y`` as ``mantissa * 2 ** exponent``, by repeated squaring of ``x``."""
    mantissa, exponent = 1.0, 0
    if part != 0:
        if part > 0.5:
            part -= 1
            whole += 1
        mantissa = exp(part * log(x))
    square, square_exponent = math.frexp(x)
    while whole:
        if abs(square_exponent) > 1 << 12:
            exponent += square_exponent
            break
        if whole & 1:
            mantissa *= square
            exponent += square_exponent
        square *= square
        square_exponent <<= 1
        if square < 0.5:
            square += square
            square_exponent -= 1
        whole >>= 1
    if y < 0:
        mantissa, exponent = 1 / mantissa, -exponent
    try:
        return math.ldexp(mantissa, exponent)
    except OverflowError:
        return math.copysign(math.inf, mantissa)
