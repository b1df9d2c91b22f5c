"""The tape in Arb's ball arithmetic: values on a box, and truncated power series in one of its variables.

Every function takes a ball (`flint.arb`) or a power series of balls (`flint.arb_series`), and what it returns contains
the true value for every point of its argument; outside its domain it returns NaN, which compares false with
everything. Where Arb lacks a series it is rewritten (tanh = 1 - 2/(exp(2x) + 1)), integrated from the series of its
derivative, or composed from the derivatives at the constant term. Functions with kinks (abs, max, sign) have a series only where their sign is certain.

Arb's precision and series length are settings of the whole process: `arithmetic` sets and restores them, so prove in
processes, not in threads.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, TypeAlias

from flint import arb, arb_series, ctx, fmpq

from proofs_check.interval.tape import Tape, operand_count

Number: TypeAlias = Any  # arb or arb_series; python-flint carries no types

_NAN = arb("nan")
_RADIUS_BITS = 28  # Arb keeps 30 bits of a radius


@contextmanager
def arithmetic(precision: int, series_length: int = 16) -> Iterator[None]:
    """Set Arb's precision in bits and the longest series within a ``with`` block.

    Examples
    --------
    >>> with arithmetic(128):
    ...     print(arb.pi().rad() < arb(2)**-120)
    True
    """
    before = ctx.prec, ctx.cap
    ctx.prec, ctx.cap = precision, series_length
    try:
        yield
    finally:
        ctx.prec, ctx.cap = before


def rational_ball(value: Fraction) -> arb:
    """Return a ball around a rational; exact if it is dyadic and short enough."""
    return arb(fmpq(value.numerator, value.denominator))


def hull(low: Fraction, high: Fraction) -> arb:
    """Return a ball that contains [low, high], and reaches exactly to a dyadic end.

    Midpoint and radius are given as integers times powers of two: a radius that passes through a ball gains a unit
    in the last of its 30 bits, and then [0, 1] would contain negative numbers and have no square root.
    """
    if low == high:
        return rational_ball(low)
    exponent = _exponent(high - low) - _RADIUS_BITS
    low, high = _outwards(low, exponent, math.floor), _outwards(high, exponent, math.ceil)
    middle, radius = (low + high) / 2, (high - low) / 2
    scale = Fraction(2) ** (exponent - 1)
    ball = arb(fmpq(middle.numerator, middle.denominator))
    if radius.denominator & (radius.denominator - 1) == 0 and radius.numerator.bit_length() <= _RADIUS_BITS:
        exact = (radius.numerator, 1 - radius.denominator.bit_length())
    else:
        exact = (math.ceil(radius / scale), exponent - 1)
    return ball + arb((0, 0), exact)


def _outwards(end: Fraction, exponent: int, rounding: Callable[[Fraction], int]) -> Fraction:
    """Return a dyadic end unchanged and any other one rounded outwards to a multiple of 2**exponent."""
    if end.denominator & (end.denominator - 1) == 0:
        return end
    scale = Fraction(2) ** exponent
    return rounding(end / scale) * scale


def _exponent(value: Fraction) -> int:
    """Return e with value < 2**e, at most a factor 4 above it."""
    return value.numerator.bit_length() - value.denominator.bit_length() + 1


class Program:
    """A tape prepared for one precision: its constants are computed once.

    Parameters
    ----------
    tape : Tape

    Notes
    -----
    Use it only inside the `arithmetic` block in which it was made.
    """

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self._slots: list[Number] = [None] * len(tape.instructions)
        self._variables: list[tuple[int, int]] = []
        self._steps: list[tuple[int, Callable[..., Number], tuple[int, ...], tuple[str | int, ...]]] = []
        constant: set[int] = set()
        for position, (name, *operands) in enumerate(tape.instructions):
            count = operand_count(str(name))
            places, literals = tuple(int(i) for i in operands[:count]), tuple(operands[count:])
            if name == "v":
                self._variables.append((position, int(operands[0])))
            elif name == "q":
                self._slots[position] = rational_ball(Fraction(operands[0]))
                constant.add(position)
            elif constant.issuperset(places):
                self._slots[position] = BALL_FUNCTIONS[str(name)](*(self._slots[i] for i in places), *literals)
                constant.add(position)
            else:
                self._steps.append((position, BALL_FUNCTIONS[str(name)], places, literals))

    def __call__(self, values: Sequence[Number]) -> Number:
        """Return the tape's value with its variables at `values` (balls or series)."""
        slots = self._slots
        for position, variable in self._variables:
            slots[position] = values[variable]
        for position, function, places, literals in self._steps:
            slots[position] = function(*[slots[i] for i in places], *literals)
        return slots[-1]

    def coefficients(self, values: Sequence[arb], variable: int, order: int) -> list[arb]:
        """Return a_0..a_order, Taylor coefficients in one variable with all variables in the balls `values`.

        a_k contains (1/k!) (d/dx)^k f at every point of the box `values`; NaN where no series was had.

        Notes
        -----
        Arb cuts every series at `ctx.cap` terms without a word, and reading beyond the cut gives 0: the cap is raised
        here to what is asked, and a result that is shorter all the same has no coefficient there.
        """
        arguments = list(values)
        cap, ctx.cap = ctx.cap, max(ctx.cap, order + 1)
        try:
            arguments[variable] = arb_series([values[variable], 1], order + 1)
            result = self(arguments)
        except (ValueError, ZeroDivisionError):  # a quotient of series whose denominator may vanish
            return [_NAN] * (order + 1)
        finally:
            ctx.cap = cap
        if isinstance(result, arb):
            return [result] + [arb(0)] * order
        return [result[k] if k < result.prec else _NAN for k in range(order + 1)]


def power(x: Number, n: int) -> Number:
    """Return x**n; for a ball from its ends, so that even powers are non-negative."""
    if n < 0:
        return 1 / power(x, -n)
    if not isinstance(x, arb):
        # The product of a ball around 0 with itself may be negative; its square is not.
        return _with_constant(power(x[0], n), x**n)
    if x.is_exact():
        return x**n
    if n % 2:
        return _from_ends(x, lambda end: end**n)
    return span(x.abs_lower() ** n, x.abs_upper() ** n)


def span(low: arb, high: arb) -> arb:
    """Return a ball containing two balls and what lies between, not reaching below 0 unless the first one does."""
    ball = low.union(high)
    if not low >= 0 or ball >= 0:
        return ball
    mantissa, exponent = (int(part) for part in high.upper().max(low.upper()).man_exp())
    shift = max(0, mantissa.bit_length() - _RADIUS_BITS + 1)
    mantissa, exponent = -(-mantissa >> shift), exponent + shift
    return arb((mantissa, exponent - 1), (mantissa, exponent - 1))


def _from_ends(x: arb, increasing: Callable[[arb], arb]) -> arb:
    """Return the range over a ball of a monotone function from the two ends; of NaN, of which Arb has finite arcsines, NaN."""
    if x.is_nan():
        return _NAN
    return increasing(x) if x.is_exact() else span(*sorted_pair(increasing(x.lower()), increasing(x.upper())))


def sorted_pair(first: arb, second: arb) -> tuple[arb, arb]:
    """Return two balls, the one that is not certainly larger first (a NaN stays a NaN)."""
    return (second, first) if first > second else (first, second)


def _monotone(name: str) -> Callable[[Number], Number]:
    def function(x: Number) -> Number:
        return _from_ends(x, lambda end: getattr(end, name)()) if isinstance(x, arb) else getattr(x, name)()

    return function


def _method(name: str) -> Callable[[Number], Number]:
    return lambda x: getattr(x, name)()


def _sinh(x: Number) -> Number:
    return x.sinh() if isinstance(x, arb) else _with_constant(x[0].sinh(), (x.exp() - (-x).exp()) / 2)


def _cosh(x: Number) -> Number:
    return x.cosh() if isinstance(x, arb) else _with_constant(x[0].cosh(), (x.exp() + (-x).exp()) / 2)


def _tanh(x: Number) -> Number:
    return x.tanh() if isinstance(x, arb) else _with_constant(x[0].tanh(), 1 - 2 / ((2 * x).exp() + 1))


def _with_constant(constant: arb, series: Number) -> Number:
    """Return the series with a better constant term: the rewrites cancel near 0, Arb's own functions do not."""
    return arb_series([constant, *list(series)[1:]], series.prec)


def _asinh(x: Number) -> Number:
    if isinstance(x, arb):
        return x.asinh()
    return (x.derivative() / (1 + power(x, 2)).sqrt()).integral() + x[0].asinh()


def _atan(x: Number) -> Number:
    return x.atan() if isinstance(x, arb) else (x.derivative() / (1 + power(x, 2))).integral() + x[0].atan()


def _by_sign(
    x: Number, positive: Callable[[], Number], negative: Callable[[], Number], ball: Callable[[], arb]
) -> Number:
    """Return one of two smooth branches where the sign is certain; else the ball, without a series."""
    constant = x if isinstance(x, arb) else x[0]
    if constant.is_nan():
        return _NAN if isinstance(x, arb) else arb_series([_NAN] * ctx.cap, ctx.cap)
    if constant > 0:
        return positive()
    if constant < 0:
        return negative()
    return ball() if isinstance(x, arb) else arb_series([ball(), *[_NAN] * (ctx.cap - 1)], ctx.cap)


def _abs(x: Number) -> Number:
    constant = x if isinstance(x, arb) else x[0]
    return _by_sign(x, lambda: x, lambda: -x, lambda: span(constant.abs_lower(), constant.abs_upper()))


def _sign(x: Number) -> Number:
    return _by_sign(x, lambda: arb(1), lambda: arb(-1), lambda: arb(0) if _is_zero(x) else arb(0, 1))


def _heaviside(x: Number) -> Number:
    """[0, 1] at 0, whatever convention the reader has there."""
    return _by_sign(x, lambda: arb(1), lambda: arb(0), lambda: span(arb(0), arb(1)))


def _is_zero(x: Number) -> bool:
    return isinstance(x, arb) and x.is_zero()


def _max(x: Number, y: Number) -> Number:
    if isinstance(x, arb) and isinstance(y, arb):
        return x.max(y)
    return (x + y + _abs(x - y)) / 2


def _min(x: Number, y: Number) -> Number:
    return -_max(-x, -y)


def _polygamma(x: Number, order: int) -> Number:
    """(d/dx)^(order+1) log Gamma for x > 0: (-1)^(order+1) order! zeta(order+1, x), monotone there."""
    constant = x if isinstance(x, arb) else x[0]
    if not constant > 0:
        return _NAN if isinstance(x, arb) else arb_series([_NAN] * ctx.cap, ctx.cap)
    if isinstance(x, arb):
        return _from_ends(x, lambda end: _polygamma_at(end, order))
    outer = [_polygamma(constant, order + k) / math.factorial(k) for k in range(x.prec)]
    inner = x - constant
    total = arb_series([outer[-1]], x.prec)
    for coefficient in reversed(outer[:-1]):
        total = total * inner + coefficient
    return total


def _polygamma_at(x: arb, order: int) -> arb:
    if order == 0:
        return x.digamma()
    return (-1) ** (order + 1) * math.factorial(order) * arb(order + 1).zeta(x)


def _loggamma(x: Number) -> Number:
    """log Gamma for x > 0; on a ball by the mean value form with the monotone digamma."""
    constant = x if isinstance(x, arb) else x[0]
    if not constant > 0:
        return _NAN if isinstance(x, arb) else arb_series([_NAN] * ctx.cap, ctx.cap)
    if not isinstance(x, arb):
        derivative = _polygamma(x, 0) * x.derivative()
        return derivative.integral() + _loggamma(constant)
    return x.mid().lgamma() + _polygamma(x, 0) * (x - x.mid())


def _gamma(x: Number) -> Number:
    return _loggamma(x).exp()


def _lowergamma(x: Number, parameter: str) -> Number:
    shape = rational_ball(Fraction(parameter))
    if isinstance(x, arb):
        return _from_ends(x, lambda end: end.gamma_lower(shape) if end >= 0 else _NAN)
    return _incomplete_gamma_derivative(x, parameter).integral() + _lowergamma(x[0], parameter)


def _uppergamma(x: Number, parameter: str) -> Number:
    shape = rational_ball(Fraction(parameter))
    if isinstance(x, arb):
        return _from_ends(x, lambda end: end.gamma_upper(shape) if end >= 0 else _NAN)
    return _uppergamma(x[0], parameter) - _incomplete_gamma_derivative(x, parameter).integral()


def _incomplete_gamma_derivative(x: Number, parameter: str) -> Number:
    """x**(s-1) exp(-x) x', with an integer power where s is an integer, for then 0 is no branch point."""
    exponent = Fraction(parameter) - 1
    if exponent.denominator == 1:
        factor = power(x, int(exponent))
    else:
        factor = (rational_ball(exponent) * x.log()).exp()
    return factor * (-x).exp() * x.derivative()


BALL_FUNCTIONS: dict[str, Callable[..., Number]] = {
    "pi": arb.pi,
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "neg": lambda x: -x,
    "powi": power,
    "sqrt": _monotone("sqrt"),
    "exp": _method("exp"),
    "log": _monotone("log"),
    "sin": _method("sin"),
    "cos": _method("cos"),
    "tan": _method("tan"),
    "asin": _monotone("asin"),
    "acos": _monotone("acos"),
    "atan": _atan,
    "sinh": _sinh,
    "cosh": _cosh,
    "tanh": _tanh,
    "asinh": _asinh,
    "abs": _abs,
    "sign": _sign,
    "heaviside": _heaviside,
    "max": _max,
    "min": _min,
    "erf": _monotone("erf"),
    "erfc": _monotone("erfc"),
    "gamma": _gamma,
    "loggamma": _loggamma,
    "polygamma": _polygamma,
    "lowergamma": _lowergamma,
    "uppergamma": _uppergamma,
}
