"""Truncated power series whose coefficients are intervals, or series in a second variable (for mixed derivatives).

Every function of the tape is lifted to series, exp, sin, cos, sqrt and the quotient by their recurrences, the others by
f(a) = f(a_0) + integral of f'(a) a'. The k-th term of the result contains (1/k!) f^(k) at every point of the constant
terms.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from mpmath import iv

from . import intervals


class Series:
    """terms[0] + terms[1] h + ... + O(h^(order+1)); missing terms are 0. A term is an interval, or a series of lower
    level (in another variable); a number of lower level is a constant."""

    __slots__ = ("level", "order", "terms")

    def __init__(self, level: int, order: int, terms: list[Any]) -> None:
        self.level, self.order, self.terms = level, order, terms[: order + 1]

    def term(self, k: int) -> Any:
        """Return the coefficient of h^k, 0 beyond those that are kept."""
        return self.terms[k] if k < len(self.terms) else iv.mpf(0)


def _level(x: Any) -> int:
    return x.level if isinstance(x, Series) else 0


def constant_term(x: Any) -> Any:
    """The constant term, an interval."""
    while isinstance(x, Series):
        x = x.term(0)
    return x


def coefficient(x: Any, k: int) -> Any:
    """The k-th term of a number as a series of the lowest level."""
    if isinstance(x, Series):
        return x.term(k)
    return x if k == 0 else iv.mpf(0)


def _add(x: Any, y: Any) -> Any:
    if _level(x) < _level(y):
        x, y = y, x
    if not isinstance(x, Series):
        return x + y
    if _level(x) > _level(y):
        return Series(x.level, x.order, [_add(x.terms[0], y), *x.terms[1:]])
    long, short = (x.terms, y.terms) if len(x.terms) >= len(y.terms) else (y.terms, x.terms)
    terms = [_add(a, b) for a, b in zip(long, short, strict=False)] + long[len(short) :]
    return Series(x.level, min(x.order, y.order), terms)


def _negative(x: Any) -> Any:
    return Series(x.level, x.order, [_negative(a) for a in x.terms]) if isinstance(x, Series) else -x


def _subtract(x: Any, y: Any) -> Any:
    return _add(x, _negative(y))


def _multiply(x: Any, y: Any) -> Any:
    if _level(x) < _level(y):
        x, y = y, x
    if not isinstance(x, Series):
        return x * y
    if _level(x) > _level(y):
        return Series(x.level, x.order, [_multiply(a, y) for a in x.terms])
    order = min(x.order, y.order)
    terms: list[Any] = [None] * min(order + 1, len(x.terms) + len(y.terms) - 1)
    for i, a in enumerate(x.terms):
        for j, b in enumerate(y.terms[: order + 1 - i]):
            product = _multiply(a, b)
            terms[i + j] = product if terms[i + j] is None else _add(terms[i + j], product)
    return Series(x.level, order, terms)


def _divide(x: Any, y: Any) -> Any:
    if not isinstance(y, Series):
        if isinstance(x, Series):
            return Series(x.level, x.order, [_divide(a, y) for a in x.terms])
        return intervals.divide(x, y)
    if _level(x) > _level(y):
        return Series(x.level, x.order, [_divide(a, y) for a in x.terms])
    numerator = x if _level(x) == _level(y) else Series(y.level, y.order, [x])
    order = min(numerator.order, y.order)
    quotient: list[Any] = []
    for k in range(order + 1):
        rest = numerator.term(k)
        for j in range(1, min(k, len(y.terms) - 1) + 1):
            rest = _subtract(rest, _multiply(y.terms[j], quotient[k - j]))
        quotient.append(_divide(rest, y.terms[0]))
    return Series(y.level, order, quotient)


def _power(x: Any, n: int) -> Any:
    if n < 0:
        return _divide(iv.mpf(1), _power(x, -n))
    if not isinstance(x, Series):
        return x**n
    result, square, exponent = None, x, n
    while n:
        if n & 1:
            result = square if result is None else _multiply(result, square)
        n >>= 1
        if n:
            square = _multiply(square, square)
    if result is None:
        return iv.mpf(1)
    # The product of an interval around 0 with itself may be negative; its square is not.
    return Series(x.level, x.order, [_power(x.term(0), exponent), *result.terms[1:]])


def _derivative(x: Series) -> Series:
    return Series(x.level, x.order - 1, [_multiply(a, iv.mpf(k)) for k, a in enumerate(x.terms)][1:] or [iv.mpf(0)])


def _integral(start: Any, x: Any, like: Series) -> Series:
    """start + integral of x, as a series of the level and order of `like`."""
    terms = x.terms if isinstance(x, Series) and x.level == like.level else [x]
    return Series(like.level, like.order, [start, *(_divide(a, iv.mpf(k + 1)) for k, a in enumerate(terms))])


def _by_derivative(function: Callable[..., Any], slope: Callable[..., Any]) -> Callable[..., Any]:
    """Lift a function of intervals to series: f(a) = f(a_0) + integral f'(a) a'."""

    def lifted(x: Any, *parameters: Any) -> Any:
        if not isinstance(x, Series):
            return function(x, *parameters)
        start = lifted(x.term(0), *parameters)
        if x.order == 0:
            return Series(x.level, 0, [start])
        shorter = Series(x.level, x.order - 1, x.terms)
        return _integral(start, _multiply(slope(shorter, *parameters), _derivative(x)), x)

    return lifted


def _exp(x: Any) -> Any:
    """b_k = (1/k) sum_j j a_j b_(k-j)."""
    if not isinstance(x, Series):
        return intervals.exp(x)
    terms = [_exp(x.term(0))]
    weighted = [_multiply(a, iv.mpf(j)) for j, a in enumerate(x.terms)]
    for k in range(1, x.order + 1):
        terms.append(_divide(_dot(weighted, terms, k), iv.mpf(k)))
    return Series(x.level, x.order, terms)


def _dot(weighted: list[Any], terms: list[Any], k: int) -> Any:
    total: Any = iv.mpf(0)
    for j in range(1, min(k, len(weighted) - 1) + 1):
        total = _add(total, _multiply(weighted[j], terms[k - j]))
    return total


def _sine_cosine(x: Any) -> tuple[Any, Any]:
    """s_k = (1/k) sum_j j a_j c_(k-j), c_k = -(1/k) sum_j j a_j s_(k-j)."""
    if not isinstance(x, Series):
        return iv.sin(intervals.bounded(x)), iv.cos(intervals.bounded(x))
    s, c = ([term] for term in _sine_cosine(x.term(0)))
    weighted = [_multiply(a, iv.mpf(j)) for j, a in enumerate(x.terms)]
    for k in range(1, x.order + 1):
        up, down = _dot(weighted, c, k), _dot(weighted, s, k)
        s.append(_divide(up, iv.mpf(k)))
        c.append(_divide(down, iv.mpf(-k)))
    return Series(x.level, x.order, s), Series(x.level, x.order, c)


def _sqrt(x: Any) -> Any:
    """b_k = (a_k - sum_{0<j<k} b_j b_(k-j))/(2 b_0)."""
    if not isinstance(x, Series):
        return intervals.sqrt(x)
    terms = [_sqrt(x.term(0))]
    if len(x.terms) == 1:  # a constant may be 0
        return Series(x.level, x.order, terms)
    for k in range(1, x.order + 1):
        rest = x.term(k)
        for j in range(1, k):
            rest = _subtract(rest, _multiply(terms[j], terms[k - j]))
        terms.append(_divide(rest, _multiply(terms[0], iv.mpf(2))))
    return Series(x.level, x.order, terms)


def _tan(x: Any) -> Any:
    return _divide(*_sine_cosine(x))


def _sinh(x: Any) -> Any:
    if not isinstance(x, Series):
        return intervals.increasing(x, lambda e: (intervals.exp(e) - intervals.exp(-e)) / 2)
    return _divide(_subtract(_exp(x), _exp(_negative(x))), iv.mpf(2))


def _cosh(x: Any) -> Any:
    if not isinstance(x, Series):
        return intervals.increasing(intervals.absolute(x), lambda e: (intervals.exp(e) + intervals.exp(-e)) / 2)
    return _divide(_add(_exp(x), _exp(_negative(x))), iv.mpf(2))


def _tanh(x: Any) -> Any:
    one, two = iv.mpf(1), iv.mpf(2)
    return _subtract(one, _divide(two, _add(_exp(_multiply(x, two)), one)))


def _branches(x: Any, positive: Any, negative: Any, otherwise: Callable[[Any], Any]) -> Any:
    value = constant_term(x)
    if value.a > 0:
        return positive
    if value.b < 0:
        return negative
    if not _is_constant(x):
        raise intervals.NoBound
    return otherwise(value)


def _is_constant(x: Any) -> bool:
    return not isinstance(x, Series) or (len(x.terms) == 1 and _is_constant(x.terms[0]))


def _abs(x: Any) -> Any:
    return _branches(x, x, _negative(x), intervals.absolute)


def _sign(x: Any) -> Any:
    return _branches(x, iv.mpf(1), iv.mpf(-1), lambda _: iv.mpf([-1, 1]))


def _heaviside(x: Any) -> Any:
    return _branches(x, iv.mpf(1), iv.mpf(0), lambda _: iv.mpf([0, 1]))


def _maximum(x: Any, y: Any) -> Any:
    if not isinstance(x, Series) and not isinstance(y, Series):
        return intervals.join(x if x.a >= y.a else y, x if x.b >= y.b else y)
    return _branches(_subtract(x, y), x, y, lambda _: _maximum(constant_term(x), constant_term(y)))


def _minimum(x: Any, y: Any) -> Any:
    return _negative(_maximum(_negative(x), _negative(y)))


def _gaussian(x: Any) -> Any:
    """2/sqrt(pi) exp(-x^2)."""
    return _multiply(2 / iv.sqrt(iv.pi), _exp(_negative(_power(x, 2))))


def _polygamma(x: Any, order: int) -> Any:
    if not isinstance(x, Series):
        return intervals.polygamma(x, order)
    result: Any = iv.mpf(0)
    inner = Series(x.level, x.order, [iv.mpf(0), *x.terms[1:]])
    for k in range(x.order, -1, -1):
        outer = _divide(_polygamma(x.term(0), order + k), iv.mpf(math.factorial(k)))
        result = _add(_multiply(result, inner), outer)
    return result


def _gamma_density(x: Any, parameter: str) -> Any:
    """x^(s-1) exp(-x); an integer power where s is an integer, for then 0 is no branch point."""
    exponent = Fraction(parameter) - 1
    power = (
        _power(x, int(exponent)) if exponent.denominator == 1 else _exp(_multiply(_log(x), intervals.point(exponent)))
    )
    return _multiply(power, _exp(_negative(x)))


_log = _by_derivative(intervals.log, lambda x: _divide(iv.mpf(1), x))
_atan = _by_derivative(intervals.atan, lambda x: _divide(iv.mpf(1), _add(_power(x, 2), iv.mpf(1))))
_asin = _by_derivative(intervals.asin, lambda x: _divide(iv.mpf(1), _sqrt(_subtract(iv.mpf(1), _power(x, 2)))))
_asinh = _by_derivative(intervals.asinh, lambda x: _divide(iv.mpf(1), _sqrt(_add(_power(x, 2), iv.mpf(1)))))
_loggamma = _by_derivative(intervals.loggamma, lambda x: _polygamma(x, 0))

SERIES_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "pi": lambda: +iv.pi,
    "add": _add,
    "sub": _subtract,
    "mul": _multiply,
    "div": _divide,
    "neg": _negative,
    "powi": _power,
    "sqrt": _sqrt,
    "exp": _exp,
    "log": _log,
    "sin": lambda x: _sine_cosine(x)[0],
    "cos": lambda x: _sine_cosine(x)[1],
    "tan": _tan,
    "sinh": _sinh,
    "cosh": _cosh,
    "tanh": _tanh,
    "asin": _asin,
    "acos": lambda x: _subtract(iv.pi / 2, _asin(x)),
    "atan": _atan,
    "asinh": _asinh,
    "abs": _abs,
    "sign": _sign,
    "heaviside": _heaviside,
    "max": _maximum,
    "min": _minimum,
    "erf": _by_derivative(intervals.erf, _gaussian),
    "erfc": _by_derivative(intervals.erfc, lambda x: _negative(_gaussian(x))),
    "gamma": lambda x: _exp(_loggamma(x)),
    "loggamma": _loggamma,
    "polygamma": _polygamma,
    "lowergamma": _by_derivative(intervals.lowergamma, _gamma_density),
    "uppergamma": _by_derivative(intervals.uppergamma, lambda x, s: _negative(_gamma_density(x, s))),
}
# In units of one multiplication of intervals, roughly.
_CHEAP, _DEAR = ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "powi"), ("asin", "acos", "atan")
_DEAREST = ("erf", "erfc", "gamma", "loggamma", "polygamma", "lowergamma", "uppergamma")
COST = dict.fromkeys(_CHEAP, 8) | dict.fromkeys(_DEAR, 50) | dict.fromkeys(_DEAREST, 300)
