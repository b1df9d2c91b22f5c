"""Truncated power series whose coefficients are intervals, exact values, or series in a second variable.

With intervals they bound Taylor coefficients over a cell; with exact values (`exact.py`) the same recurrences prove that
coefficients vanish. Every function of the tape is lifted to series, exp, sin, cos, sqrt and the quotient by their recurrences, the others by
f(a) = f(a_0) + integral of f'(a) a'. The k-th term of the result contains (1/k!) f^(k) at every point of the constant
terms.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from .elementary import pi
from .functions import apply
from .intervals import Interval, NoBound, maximum


class Series:
    """terms[0] + terms[1] h + ... + O(h^(order+1)); missing terms are 0. A term is a number (an interval, an exact value,
    or a rational), or a series of lower level (in another variable); a number of lower level is a constant."""

    __slots__ = ("level", "order", "terms")

    def __init__(self, level: int, order: int, terms: list[Any]) -> None:
        self.level, self.order, self.terms = level, order, terms[: order + 1]

    def term(self, k: int) -> Any:
        """Return the coefficient of h^k, 0 beyond those that are kept."""
        return self.terms[k] if k < len(self.terms) else 0


def _level(x: Any) -> int:
    return x.level if isinstance(x, Series) else 0


def constant_term(x: Any) -> Any:
    """The constant term, a number."""
    while isinstance(x, Series):
        x = x.term(0)
    return x


def coefficient(x: Any, k: int) -> Any:
    """The k-th term of a number as a series of the lowest level."""
    if isinstance(x, Series):
        return x.term(k)
    return x if k == 0 else 0


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
        return (Fraction(x) if isinstance(x, int) else x) / y  # an integer over an integer would be a float
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
        return _divide(1, _power(x, -n))
    if not isinstance(x, Series):
        return x.power(n) if not isinstance(x, int | Fraction) else x**n
    result, square, exponent = None, x, n
    while n:
        if n & 1:
            result = square if result is None else _multiply(result, square)
        n >>= 1
        if n:
            square = _multiply(square, square)
    if result is None:
        return _one(x)
    # The product of an interval around 0 with itself may be negative; its square is not.
    return Series(x.level, x.order, [_power(x.term(0), exponent), *result.terms[1:]])


def _derivative(x: Series) -> Series:
    return Series(x.level, x.order - 1, [_multiply(a, k) for k, a in enumerate(x.terms)][1:] or [0])


def _integral(start: Any, x: Any, like: Series) -> Series:
    """start + integral of x, as a series of the level and order of `like`."""
    terms = x.terms if isinstance(x, Series) and x.level == like.level else [x]
    return Series(like.level, like.order, [start, *(_divide(a, k + 1) for k, a in enumerate(terms))])


def _by_derivative(function: Callable[..., Any], slope: Callable[..., Any]) -> Callable[..., Any]:
    """Lift a function of intervals to series: f(a) = f(a_0) + integral f'(a) a'."""

    def lifted(x: Any, *parameters: Any) -> Any:
        if not isinstance(x, Series):
            return function(x, *parameters)
        start = lifted(x.term(0), *parameters)
        if x.order == 0 or len(x.terms) == 1:
            return Series(x.level, x.order, [start])
        shorter = Series(x.level, x.order - 1, x.terms)
        return _integral(start, _multiply(slope(shorter, *parameters), _derivative(x)), x)

    return lifted


def _exp(x: Any) -> Any:
    """b_k = (1/k) sum_j j a_j b_(k-j)."""
    if not isinstance(x, Series):
        return apply("exp", x)
    terms = [_exp(x.term(0))]
    weighted = _weighted(x)
    for k in range(1, x.order + 1):
        terms.append(_divide(_dot(weighted, terms, k), k))
    return Series(x.level, x.order, terms)


def _weighted(x: Series) -> list[Any]:
    """j a_j."""
    return [_multiply(a, j) for j, a in enumerate(x.terms)]


def _dot(weighted: list[Any], terms: list[Any], k: int) -> Any:
    total: Any = 0
    for j in range(1, min(k, len(weighted) - 1) + 1):
        total = _add(total, _multiply(weighted[j], terms[k - j]))
    return total


def _pair(x: Any, names: tuple[str, str], sign: int) -> tuple[Any, Any]:
    """sin and cos (sign -1), sinh and cosh (sign 1): s_k = (1/k) sum_j j a_j c_(k-j), c_k = (sign/k) sum_j j a_j s_(k-j)."""
    if not isinstance(x, Series):
        return apply(names[0], x), apply(names[1], x)
    s, c = ([term] for term in _pair(x.term(0), names, sign))
    weighted = _weighted(x)
    for k in range(1, x.order + 1):
        up, down = _dot(weighted, c, k), _dot(weighted, s, k)
        s.append(_divide(up, k))
        c.append(_divide(down, sign * k))
    return Series(x.level, x.order, s), Series(x.level, x.order, c)


def _circular(x: Any) -> tuple[Any, Any]:
    return _pair(x, ("sin", "cos"), -1)


def _hyperbolic(x: Any) -> tuple[Any, Any]:
    return _pair(x, ("sinh", "cosh"), 1)


def _sqrt(x: Any) -> Any:
    """b_k = (a_k - sum_{0<j<k} b_j b_(k-j))/(2 b_0)."""
    if not isinstance(x, Series):
        return apply("sqrt", x)
    terms = [_sqrt(x.term(0))]
    if len(x.terms) == 1:  # a constant may be 0
        return Series(x.level, x.order, terms)
    for k in range(1, x.order + 1):
        rest = x.term(k)
        for j in range(1, k):
            rest = _subtract(rest, _multiply(terms[j], terms[k - j]))
        terms.append(_divide(rest, _multiply(terms[0], 2)))
    return Series(x.level, x.order, terms)


def _quotient(name: str, pair: Callable[[Any], tuple[Any, Any]]) -> Callable[..., Any]:
    """tan and tanh: the quotient of a pair, but the constant term by the function's own rule."""

    def lifted(x: Any) -> Any:
        if not isinstance(x, Series):
            return apply(name, x)
        quotient = _divide(*pair(x))
        return Series(x.level, x.order, [lifted(x.term(0)), *quotient.terms[1:]])

    return lifted


def _side(x: Any) -> int | None:
    """The sign of a number, or None if it is not decided."""
    if isinstance(x, Interval):
        return 1 if x.lo > 0 else -1 if x.hi < 0 else None
    if isinstance(x, int | Fraction):
        return (x > 0) - (x < 0)
    try:
        return int(x.sign)
    except NoBound:
        return None


def _is_constant(x: Any) -> bool:
    return not isinstance(x, Series) or (len(x.terms) == 1 and _is_constant(x.terms[0]))


def _kinked(x: Any, name: str, positive: Callable[[Any], Any], negative: Callable[[Any], Any]) -> Any:
    """A function with a kink at 0: smooth on either side of it, and the number's own rule for what does not vary."""
    value = constant_term(x)
    side = _side(value)
    if side in (1, -1):
        return positive(x) if side == 1 else negative(x)
    if not _is_constant(x):
        raise NoBound("no derivative at a kink")
    return apply(name, value)


def _one(x: Any) -> Any:
    """The number 1 of the kind of x."""
    return _power(constant_term(x), 0)


def _abs(x: Any) -> Any:
    return _kinked(x, "abs", lambda y: y, _negative)


def _sign(x: Any) -> Any:
    return _kinked(x, "sign", _one, lambda y: -_one(y))


def _heaviside(x: Any) -> Any:
    return _kinked(x, "heaviside", _one, lambda y: 0 * _one(y))


def _maximum(x: Any, y: Any) -> Any:
    side = _side(constant_term(_subtract(x, y)))
    if side is None and not (_is_constant(x) and _is_constant(y)):
        raise NoBound("no derivative at a kink")
    if side is None:
        first, second = constant_term(x), constant_term(y)
        if not (isinstance(first, Interval) and isinstance(second, Interval)):
            raise NoBound("which of two values is larger is not decided")
        return maximum(first, second)
    if side == 0 and not _is_constant(_subtract(x, y)):
        raise NoBound("no derivative at a kink")
    return x if side >= 0 else y


def _minimum(x: Any, y: Any) -> Any:
    return _negative(_maximum(_negative(x), _negative(y)))


def _gaussian(x: Any) -> Any:
    """2/sqrt(pi) exp(-x^2)."""
    return _divide(_multiply(_exp(_negative(_power(x, 2))), 2), apply("sqrt", _pi(constant_term(x))))


def _pi(x: Any) -> Any:
    """pi as a number of the kind of x."""
    return pi() if isinstance(x, Interval) else x.field.pi()


def _polygamma(x: Any, order: int) -> Any:
    if not isinstance(x, Series):
        return apply("polygamma", x, order)
    result: Any = 0
    inner = Series(x.level, x.order, [0, *x.terms[1:]])
    for k in range(x.order, -1, -1):
        outer = _divide(_polygamma(x.term(0), order + k), math.factorial(k))
        result = _add(_multiply(result, inner), outer)
    return result


def _gamma_density(x: Any, parameter: str) -> Any:
    """x^(s-1) exp(-x); an integer power where s is an integer, for then 0 is no branch point."""
    exponent = Fraction(parameter) - 1
    power = _power(x, int(exponent)) if exponent.denominator == 1 else _exp(_multiply(_log(x), exponent))
    return _multiply(power, _exp(_negative(x)))


def _own(name: str) -> Callable[..., Any]:
    return lambda x, *parameters: apply(name, x, *parameters)


_log = _by_derivative(_own("log"), lambda x: _divide(1, x))
_atan = _by_derivative(_own("atan"), lambda x: _divide(1, _add(_power(x, 2), 1)))
_asin = _by_derivative(_own("asin"), lambda x: _divide(1, _sqrt(_subtract(1, _power(x, 2)))))
_acos = _by_derivative(_own("acos"), lambda x: _divide(-1, _sqrt(_subtract(1, _power(x, 2)))))
_asinh = _by_derivative(_own("asinh"), lambda x: _divide(1, _sqrt(_add(_power(x, 2), 1))))
_loggamma = _by_derivative(_own("loggamma"), lambda x: _polygamma(x, 0))

SERIES_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "add": _add,
    "sub": _subtract,
    "mul": _multiply,
    "div": _divide,
    "neg": _negative,
    "powi": _power,
    "sqrt": _sqrt,
    "exp": _exp,
    "log": _log,
    "sin": lambda x: _circular(x)[0],
    "cos": lambda x: _circular(x)[1],
    "tan": _quotient("tan", _circular),
    "sinh": lambda x: _hyperbolic(x)[0],
    "cosh": lambda x: _hyperbolic(x)[1],
    "tanh": _quotient("tanh", _hyperbolic),
    "asin": _asin,
    "acos": _acos,
    "atan": _atan,
    "asinh": _asinh,
    "abs": _abs,
    "sign": _sign,
    "heaviside": _heaviside,
    "max": _maximum,
    "min": _minimum,
    "erf": _by_derivative(_own("erf"), _gaussian),
    "erfc": _by_derivative(_own("erfc"), lambda x: _negative(_gaussian(x))),
    "gamma": lambda x: _exp(_loggamma(x)),
    "loggamma": _loggamma,
    "polygamma": _polygamma,
    "lowergamma": _by_derivative(_own("lowergamma"), _gamma_density),
    "uppergamma": _by_derivative(_own("uppergamma"), lambda x, s: _negative(_gamma_density(x, s))),
}


def run(tape: Sequence[tuple[Any, ...]], values: Sequence[Any], constant: Callable[[Fraction], Any], pi: Any) -> Any:
    """Return a tape's value; `constant` makes a rational, and pi is, a number of the kind of the values."""
    slots: list[Any] = []
    for name, *operands in tape:
        if name == "q":
            slots.append(constant(Fraction(operands[0])))
        elif name == "v":
            slots.append(values[operands[0]])
        elif name == "pi":
            slots.append(pi())
        else:
            count = 2 if name in ("add", "sub", "mul", "div", "max", "min") else 1
            slots.append(SERIES_FUNCTIONS[name](*[slots[i] for i in operands[:count]], *operands[count:]))
    return slots[-1]


# In units of one multiplication of intervals, roughly.
_CHEAP, _DEAR = ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "powi"), ("asin", "acos", "atan")
_DEAREST = ("erf", "erfc", "gamma", "loggamma", "polygamma", "lowergamma", "uppergamma")
COST = dict.fromkeys(_CHEAP, 8) | dict.fromkeys(_DEAR, 50) | dict.fromkeys(_DEAREST, 300)
