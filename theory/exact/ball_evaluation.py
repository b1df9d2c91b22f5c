"""Enclosures of the expressions the Gaussian engine produces, on Arb balls, end points rho = +-1 included.

Where a kernel map is regular at rho = +-1, its closed form may still hold exp(-1/(1 - rho)) or erf(1/sqrt(1 - rho)):
quotients whose denominator is positive inside the domain and 0 at its end. They are evaluated in the extended reals
(exp(-oo) = 0, erf(oo) = 1), boxes that touch the end point included. Radicands and arguments of asin are cut to their
domain, as rounding may push a ball across it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import flint
import sympy as sp

from theory.exact.bivariate_normal import BivariateNormalCDF, bivariate_normal_cdf_ball

AGREEMENT_BITS = 95
"""Two computations of one number agree if their balls overlap and are narrower than this: 28 digits."""

Ball = Any
"""`flint.arb` or `flint.acb`."""


def ball_evaluate(expression: sp.Expr, values: Mapping[sp.Symbol, Ball]) -> Ball:
    """Return an enclosure of an expression for all values of its symbols in the balls given.

    Parameters
    ----------
    expression : Expr
        Built from numbers, symbols, + * **, exp, log, erf, erfc, erfi, circular and hyperbolic functions, asin, atan,
        asinh, polynomial roots and `BivariateNormalCDF`.
    values : mapping of Symbol to flint.arb or flint.acb
        A correlation rho is meant to lie in [-1, 1]; the part of a ball outside is cut off where it matters.

    Returns
    -------
    flint.arb or flint.acb
        At Arb's current precision; complex exactly if a value is complex. Not finite where no enclosure was found (the
        bivariate normal cdf has none at complex arguments); never a wrong enclosure.

    Raises
    ------
    ValueError
        If a symbol has no value, or the expression holds something else than the functions listed.

    Examples
    --------
    >>> rho = sp.Symbol("rho", real=True)
    >>> arcsine = sp.asin(rho) / sp.pi + sp.exp(-1 / (1 - rho))
    >>> ball_evaluate(arcsine, {rho: flint.arb(1)}).contains(flint.fmpq(1, 2))
    True
    """
    result = _Evaluator(values).value(expression)
    if any(isinstance(ball, flint.acb) for ball in values.values()):
        return flint.acb(result)
    return _real(result)


def ball_of_expression(expression: sp.Expr) -> Ball:
    """Return an enclosure of a constant; complex only for a constant with the imaginary unit in it."""
    return _Evaluator({}).value(expression)


def agree(left: flint.arb, right: flint.arb, bits: int = AGREEMENT_BITS) -> bool:
    """Whether two balls overlap and both are narrower than 2^-bits, relative to their size where it exceeds 1."""
    if not (left.is_finite() and right.is_finite()):
        return False
    size = 1 + abs(left).upper()
    narrow = all(ball.rad() < size * flint.arb(2) ** -bits for ball in (left, right))
    return bool(left.overlaps(right) and narrow)


def _real(ball: Ball) -> flint.arb:
    """Return the real part of a ball whose value is known to be real."""
    return ball.real if isinstance(ball, flint.acb) else ball


class _Evaluator:
    """Evaluates subexpressions once each."""

    def __init__(self, values: Mapping[sp.Symbol, Ball]) -> None:
        self._values: dict[sp.Basic, Ball] = dict(values)

    def value(self, expression: sp.Expr) -> Ball:
        if expression not in self._values:
            self._values[expression] = self._computed(expression)
        return self._values[expression]

    def _computed(self, expression: sp.Expr) -> Ball:
        if expression.is_Rational:
            return flint.arb(flint.fmpq(int(expression.p), int(expression.q)))
        if expression in _CONSTANTS:
            return _CONSTANTS[expression]()
        if expression.is_Add:
            return sum((self.value(argument) for argument in expression.args), flint.arb(0))
        if expression.is_Mul:
            return self._product(expression)
        if expression.is_Pow and expression.exp.is_Rational:
            return _power(self.value(expression.base), expression.exp)
        if isinstance(expression, sp.exp):
            return self._exponential(expression.args[0])
        if expression.is_Pow and expression.base.is_positive and expression.base.is_number:
            return self._exponential(expression.exp * sp.log(expression.base))
        if expression.func in _MONOTONE:
            return self._monotone(expression)
        if isinstance(expression, BivariateNormalCDF):
            return self._bivariate(expression)
        if expression.func in _FUNCTIONS:
            return _FUNCTIONS[expression.func](self.value(expression.args[0]))
        if isinstance(expression, sp.polys.rootoftools.ComplexRootOf):
            return _root_ball(expression)
        if expression.is_Symbol:
            raise ValueError(
                f"ball_evaluate needs a value for every symbol (none is guessed), got none for {expression}."
            )
        raise ValueError(f"ball_evaluate needs functions with an enclosure, got {expression.func.__name__}.")

    def _product(self, expression: sp.Expr) -> Ball:
        """Return numerator/denominator, divided once: 3 rho/(5 - 2 rho^2) is exactly 1 at rho = 1."""
        above, below = flint.arb(1), flint.arb(1)
        for factor in expression.args:
            if factor.is_Pow and factor.exp.is_Integer and factor.exp.is_negative:
                below = below * self.value(1 / factor)
            elif factor.is_Rational:
                above, below = above * int(factor.p), below * int(factor.q)
            else:
                above = above * self.value(factor)
        return above / below

    def _exponential(self, argument: sp.Expr) -> Ball:
        value = self.value(argument)
        if value.is_finite():
            return value.exp()
        _, upper = self._range(argument)
        if not upper < flint.arb("inf"):
            return flint.arb("nan")
        return flint.arb(0) if upper == flint.arb("-inf") else flint.arb(0).union(upper.exp())

    def _monotone(self, expression: sp.Expr) -> Ball:
        """Return erf or erfc; an argument that is not finite is bounded by its end points."""
        function = _MONOTONE[expression.func]
        value = self.value(expression.args[0])
        if value.is_finite():
            return function(value)
        return _at_infinity(expression.func, *self._range(expression.args[0]))

    def _bivariate(self, expression: sp.Expr) -> Ball:
        values = [self.value(argument) for argument in expression.args]
        if any(isinstance(value, flint.acb) for value in values):
            values = [flint.acb(value) for value in values]
            if not all(value.imag == 0 for value in values):
                return flint.acb("nan")
            values = [value.real for value in values]
        ends = [
            (value.lower(), value.upper()) if value.is_finite() else self._range(argument)
            for value, argument in zip(values[:2], expression.args[:2], strict=True)
        ]
        r = values[2]
        lower = bivariate_normal_cdf_ball(ends[0][0], ends[1][0], r.lower())
        return lower.union(bivariate_normal_cdf_ball(ends[0][1], ends[1][1], r.upper()))

    def _range(self, quotient: sp.Expr) -> tuple[flint.arb, flint.arb]:
        """Return bounds in the extended reals of a quotient whose denominator is positive inside the domain."""
        unknown = (flint.arb("-inf"), flint.arb("inf"))
        below = [1 / f for f in sp.Mul.make_args(quotient) if f.is_Pow and f.exp.is_negative]
        denominator = sp.Mul(*below)
        above, divisor = self.value(quotient * denominator), self.value(denominator)
        at_zero = _Evaluator({symbol: flint.arb(0) for symbol in quotient.free_symbols}).value(denominator)
        if (
            isinstance(above, flint.acb)
            or isinstance(divisor, flint.acb)
            or not (above.is_finite() and divisor.is_finite())
        ):
            return unknown
        if at_zero < 0:
            above, divisor = -above, -divisor
        elif not at_zero > 0:
            return unknown
        if above < 0:
            upper, lower = _range_of_positive(-above, divisor)
            return -lower, -upper
        return _range_of_positive(above, divisor) if above > 0 else unknown


def _range_of_positive(above: flint.arb, divisor: flint.arb) -> tuple[flint.arb, flint.arb]:
    """Return the bounds of above/divisor for above > 0 and a divisor known to be at least 0."""
    infinity = flint.arb("inf")
    low, high = divisor.lower(), divisor.upper()
    if not high > 0:
        return infinity, infinity
    return (above / high).lower(), (above / low).upper() if low > 0 else infinity


def _at_infinity(function: type, lower: flint.arb, upper: flint.arb) -> flint.arb:
    """Return the hull of erf or erfc over [lower, upper], ends infinite or not."""
    erf_ends = [flint.arb(1 if end > 0 else -1) if not end.is_finite() else end.erf() for end in (lower, upper)]
    hull = erf_ends[0].union(erf_ends[1])
    return hull if function is sp.erf else 1 - hull


def _power(base: Ball, exponent: sp.Rational) -> Ball:
    if exponent.is_Integer:
        return integer_power(base, int(exponent))
    if isinstance(base, flint.arb):
        return integer_power(_root(base, int(exponent.q)), int(exponent.p))
    return base.pow(flint.acb(flint.fmpq(int(exponent.p), int(exponent.q))))


def integer_power(base: Ball, exponent: int) -> Ball:
    """Return base^exponent; real balls around 0 go through acb, whose integer powers do not take a logarithm."""
    if isinstance(base, flint.arb) and base.contains(0):
        return (flint.acb(base) ** exponent).real
    return base**exponent


def _root(ball: flint.arb, degree: int) -> flint.arb:
    """Return the root of the part of the ball that is not negative."""
    if ball >= 0 or not ball.upper() >= 0:
        return ball.root(degree) if not ball.is_zero() else ball
    return flint.arb(0).union(ball.upper().root(degree))


def _asin(ball: Ball) -> Ball:
    if isinstance(ball, flint.acb):
        return ball.asin()
    low, high = ball.lower(), ball.upper()
    if not (low <= 1 and high >= -1):
        return flint.arb("nan")
    ends = [end.asin() for end in (low if low >= -1 else flint.arb(-1), high if high <= 1 else flint.arb(1))]
    return ends[0].union(ends[1]) if low != high else ends[0]


def _root_ball(root: sp.Expr) -> flint.arb:
    """Return an enclosure of a real polynomial root, by its isolating interval refined past the precision."""
    if not root.is_real:
        raise ValueError(f"ball_evaluate needs real polynomial roots, got {root}.")
    step = sp.Rational(1, 2 ** (flint.ctx.prec + 4))
    middle = root.eval_rational(step)
    error = flint.arb(flint.fmpq(1, 2 ** (flint.ctx.prec + 4)))
    return flint.arb(flint.fmpq(int(middle.p), int(middle.q))) + flint.arb(0, 1) * error


_CONSTANTS: dict[sp.Expr, Callable[[], Ball]] = {
    sp.pi: flint.arb.pi,
    sp.E: lambda: flint.arb(1).exp(),
    sp.I: lambda: flint.acb(0, 1),
}
_MONOTONE: dict[type, Callable[[Ball], Ball]] = {sp.erf: lambda u: u.erf(), sp.erfc: lambda u: u.erfc()}
_FUNCTIONS: dict[type, Callable[[Ball], Ball]] = {
    sp.erfi: lambda u: u.erfi(),
    sp.sin: lambda u: u.sin(),
    sp.cos: lambda u: u.cos(),
    sp.tan: lambda u: u.tan(),
    sp.sinh: lambda u: u.sinh(),
    sp.cosh: lambda u: u.cosh(),
    sp.tanh: lambda u: u.tanh(),
    sp.asin: _asin,
    sp.atan: lambda u: u.atan(),
    sp.asinh: lambda u: u.asinh(),
    sp.log: lambda u: u.log(),
}
