r"""The bivariate normal distribution function as a named SymPy function, with mpmath and Arb evaluation.

    Phi_2(h, k; r) = P(X <= h, Y <= k) = Phi(h) Phi(k) + int_0^r phi_2(h, k; t) dt,   corr(X, Y) = r,

phi_2(h, k; t) = exp(-(h^2 - 2 t h k + k^2)/(2 (1 - t^2)))/(2 pi sqrt(1 - t^2)) [DLMF 7.20(iii) has the connection to
Owen's T; Drezner and Wesolowsky 1990 the integral with t = sin u]. It increases in each of h, k and r, so an enclosure over
boxes needs its values at two corners only, r = +-1 and infinite h, k included.
"""

from __future__ import annotations

from typing import Any

import flint
import mpmath
import sympy as sp

_UNCLEAR = sp.Rational(1, 10**20)
_GUARD_BITS = 20


class BivariateNormalCDF(sp.Function):
    r"""Phi_2(h, k; r) = P(X <= h, Y <= k) for standard normal X, Y with correlation r.

    Parameters
    ----------
    h, k : Expr
        Upper limits; infinite ones are allowed.
    r : Expr
        Correlation in [-1, 1].

    Notes
    -----
    **Convention**: `Phi_2(0, 0; r) = 1/4 + asin(r)/(2 pi)`, and r = 0, r = +-1 and infinite limits, evaluate at once.
    **Accuracy**: `evalf` is correct to the digits asked, by an Arb enclosure.

    Examples
    --------
    >>> BivariateNormalCDF(0, 0, sp.Rational(1, 2))
    1/3
    >>> r = sp.Symbol("r")
    >>> BivariateNormalCDF(1, 2, r).diff(r)
    exp((4*r - 5)/(2 - 2*r**2))/(2*pi*sqrt(1 - r**2))
    """

    nargs = 3
    is_real = True

    @classmethod
    def eval(cls, h: sp.Expr, k: sp.Expr, r: sp.Expr) -> sp.Expr | None:
        """Return the elementary value where there is one, else None."""
        if h is -sp.oo or k is -sp.oo:
            return sp.Integer(0)
        if h is sp.oo:
            return normal_cdf(k)
        if k is sp.oo:
            return normal_cdf(h)
        if r == 0:
            return normal_cdf(h) * normal_cdf(k)
        if h == 0 and k == 0:
            return sp.Rational(1, 4) + sp.asin(r) / (2 * sp.pi)
        if r == 1 and h == k:
            return normal_cdf(h)
        if r == -1 and h == -k:
            return sp.Integer(0)
        if r in (1, -1) and h.is_number and k.is_number and h.is_real and k.is_real:
            difference = h - k if r == 1 else h + k
            size = difference.evalf(30)
            if difference != 0 and abs(size) < _UNCLEAR:
                return None  # digits do not tell the two apart
            if r == 1:
                return normal_cdf(h if size < 0 else k)
            return normal_cdf(h) - normal_cdf(-k) if size > 0 else sp.Integer(0)
        return None

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return the derivative: phi(h) Phi((k - r h)/sqrt(1 - r^2)) in h, phi_2(h, k; r) in r."""
        h, k, r = self.args
        if argindex == 3:
            exponent = -(h**2 - 2 * r * h * k + k**2) / (2 - 2 * r**2)
            return sp.exp(exponent) / (2 * sp.pi * sp.sqrt(1 - r**2))
        if argindex == 2:
            h, k = k, h
        return sp.exp(-(h**2) / 2) / sp.sqrt(2 * sp.pi) * normal_cdf((k - r * h) / sp.sqrt(1 - r**2))

    def _eval_evalf(self, prec: int) -> sp.Expr | None:
        numbers = [argument.evalf(int(prec * 0.302) + 12) for argument in self.args]
        if not all(n.is_Float or n.is_Integer or n.is_Rational for n in numbers):
            return None
        with flint.ctx.workprec(prec + 2 * _GUARD_BITS):
            value = bivariate_normal_cdf_ball(*(_exact_ball(n) for n in numbers)).mid()
            mantissa, exponent = value.man_exp()
        with mpmath.workprec(prec):
            return sp.Float(mpmath.ldexp(mpmath.mpf(int(mantissa)), int(exponent)), precision=prec)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        h, k, r = (printer._print(argument) for argument in self.args)
        name = r"\Phi_2" if exp is None else rf"\Phi_2^{{{exp}}}"
        return rf"{name}\left({h}, {k}; {r}\right)"


def normal_cdf(x: sp.Expr) -> sp.Expr:
    """Return Phi(x) in terms of erfc, whose small values keep their relative accuracy.

    Examples
    --------
    >>> normal_cdf(sp.Integer(0))
    1/2
    """
    return sp.erfc(-x / sp.sqrt(2)) / 2


def normal_cdf_ball(x: flint.arb) -> flint.arb:
    """Return an enclosure of Phi(x); x = +-inf give 1 and 0."""
    if not x.is_finite():
        return flint.arb(1) if x > 0 else flint.arb(0) if x < 0 else unit_interval()
    return (-x * flint.arb(flint.fmpq(1, 2)).sqrt()).erfc() / 2


def unit_interval() -> flint.arb:
    """Return the ball [0, 1]."""
    return flint.arb(0).union(flint.arb(1))


def bivariate_normal_cdf_ball(h: flint.arb, k: flint.arb, r: flint.arb) -> flint.arb:
    """Return an enclosure of Phi_2(h, k; r) over all h, k, r in the balls, r cut to [-1, 1].

    Parameters
    ----------
    h, k : flint.arb
        Finite balls, or exactly +-inf.
    r : flint.arb

    Returns
    -------
    flint.arb
        At Arb's current precision; [0, 1] if an argument is not a number.

    Notes
    -----
    Monotone in each argument, so the hull of the values at the lower and at the upper corner encloses.

    Examples
    --------
    >>> value = bivariate_normal_cdf_ball(flint.arb(0), flint.arb(0), flint.arb("0.5 +/- 1e-20"))
    >>> value.contains(flint.fmpq(1, 3)), value.rad() < 1e-15
    (True, True)
    """
    if any(argument.is_nan() for argument in (h, k, r)):
        return unit_interval()
    low = _at_corner(*(argument.lower() for argument in (h, k, r)))
    if all(argument.is_exact() for argument in (h, k, r)):
        return low
    return low.union(_at_corner(*(argument.upper() for argument in (h, k, r)))).intersection(unit_interval())


def _at_corner(h: flint.arb, k: flint.arb, r: flint.arb) -> flint.arb:
    """Return the value at exact arguments."""
    minus_infinity, infinity = flint.arb("-inf"), flint.arb("inf")
    if h == minus_infinity or k == minus_infinity:
        return flint.arb(0)
    if h == infinity or k == infinity:
        return normal_cdf_ball(k if h == infinity else h)
    if h == 0 and k == 0:
        return flint.arb(1) / 4 + (flint.arb(1) if r >= 1 else flint.arb(-1) if r <= -1 else r).asin() / (
            2 * flint.arb.pi()
        )
    if r >= 1:
        return normal_cdf_ball(h if h < k else k)
    if r <= -1:
        return normal_cdf_ball(h) - normal_cdf_ball(-k) if h + k > 0 else flint.arb(0)
    if r < 0:
        return normal_cdf_ball(h) - _at_positive_correlation(h, -k, -r)
    return _at_positive_correlation(h, k, r)


def _at_positive_correlation(h: flint.arb, k: flint.arb, r: flint.arb) -> flint.arb:
    """Return the value for 0 <= r < 1: Phi(h) Phi(k) + int_0^asin(r) g(u) du/(2 pi), t = sin u.

    g(u) = exp(-(h - k)^2/(2 cos^2 u) - h k/(1 + sin u)), which does not cancel as r -> 1. If g is below the precision at
    the upper end, the rest up to pi/2 is as well, and the value is Phi(min(h, k)) up to (acos(r)/(2 pi)) sup g.
    """
    if r == 0:
        return normal_cdf_ball(h) * normal_cdf_ball(k)
    square, product = (h - k) ** 2, h * k
    rest = (-square / (2 * (1 - r * r)) + abs(product)).exp() * r.acos() / (2 * flint.arb.pi())
    if rest < flint.arb(2) ** -(flint.ctx.prec + _GUARD_BITS):
        return normal_cdf_ball(h if h < k else k) - flint.arb(0).union(rest)
    complex_square, complex_product = flint.acb(square) / 2, flint.acb(product)

    def integrand(u: flint.acb, _analytic: bool) -> flint.acb:  # meromorphic exponent: no branch cut to flag
        exponent = -complex_product / (1 + u.sin())
        return (exponent - complex_square / u.cos() ** 2 if square != 0 else exponent).exp()

    integral = flint.acb.integral(integrand, flint.acb(0), flint.acb(r.asin())).real
    return normal_cdf_ball(h) * normal_cdf_ball(k) + integral / (2 * flint.arb.pi())


def _exact_ball(number: sp.Expr) -> flint.arb:
    """Return the ball of a SymPy rational or binary float, exactly."""
    if number.is_Rational:
        return flint.arb(flint.fmpq(int(number.p), int(number.q)))
    sign, mantissa, exponent, _ = number._mpf_
    return flint.arb((-1) ** sign * int(mantissa)) * flint.arb(2) ** int(exponent)
