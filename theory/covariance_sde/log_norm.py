r"""The squared norm of one sample under shaped relu at finite width, exactly: R = V'/V is a mixture of chi-square sums.

R = (1/n) [(1+delta) chi2_N + (1-delta) chi2_{n-N}], N ~ Bin(n, 1/2): the mean of n iid terms r with
E r^k = (2k-1)!! [(1+delta)^k + (1-delta)^k]/2, so that E R = 1, n Var R = 2 + 3 delta^2. Frullani's integral
    E log R = int_0^oo (e^-t - E e^{-tR}) dt/t
is enclosed by balls. Depth multiplies: V_d/V_0 is a product of d independent copies of R.

Convention: delta as in `theory.activation.shaping`; logarithms are natural.
Reference: NIST DLMF 4.10 (Frullani); F. Johansson, "Numerical integration in arbitrary-precision ball arithmetic" (2018).
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

import flint
import sympy as sp
from sympy import Expr

from theory.activation.shaping import exact_number
from theory.enclosure.ball import ball_of
from theory.number import Number


def term_moment(k: int, delta: Expr) -> Expr:
    """Return E r^k = (2k-1)!! [(1+delta)^k + (1-delta)^k]/2.

    Examples
    --------
    >>> import sympy as sp
    >>> sp.expand(term_moment(2, sp.Symbol("delta")))
    3*delta**2 + 3
    """
    return sp.expand(sp.factorial2(2 * k - 1) * ((1 + delta) ** k + (1 - delta) ** k) / 2)


def term_cumulant(k: int, delta: Expr) -> Expr:
    """Return the k-th cumulant of r, k <= 4; that of R is this divided by n^(k-1).

    Raises
    ------
    ValueError
        If k is not in 1..4.

    Examples
    --------
    >>> import sympy as sp
    >>> [term_cumulant(k, sp.Symbol("delta")) for k in (1, 2, 3)]
    [1, 3*delta**2 + 2, 36*delta**2 + 8]
    """
    m = [sp.Integer(1), *(term_moment(j, delta) for j in range(1, 5))]
    formulas = {
        1: m[1],
        2: m[2] - m[1] ** 2,
        3: m[3] - 3 * m[2] * m[1] + 2 * m[1] ** 3,
        4: m[4] - 4 * m[3] * m[1] - 3 * m[2] ** 2 + 12 * m[2] * m[1] ** 2 - 6 * m[1] ** 4,
    }
    if k not in formulas:
        raise ValueError(f"term_cumulant needs k in 1..4, got k={k!r}.")
    return sp.expand(formulas[k])


@cache
def log_cumulant_series() -> tuple[tuple[Expr, Expr], tuple[Expr, Expr], Expr]:
    """Derive the cumulants of log R in powers of 1/n: ((m1, m2), (v1, v2), k2) with mean m1/n + m2/n^2, variance
    v1/n + v2/n^2 and third cumulant k2/n^2, up to one more power of 1/n, in the symbol delta.

    Notes
    -----
    log R = x - x^2/2 + x^3/3 - x^4/4, x = R - 1, and E x^k from the cumulants of the mean of n terms.
    """
    delta, x, h = sp.symbols("delta x h")
    k2, k3, k4 = (term_cumulant(k, delta) for k in (2, 3, 4))
    # moments of x up to h^2, h = 1/n; E x^5, E x^6 begin with h^3
    moments = {0: 1, 1: 0, 2: k2 * h, 3: k3 * h**2, 4: 3 * k2**2 * h**2 + k4 * h**3}
    logarithm = x - x**2 / 2 + x**3 / 3 - x**4 / 4

    def mean(expression: Expr) -> list[Expr]:
        terms = sp.Poly(sp.expand(expression), x).terms()
        total = sp.expand(sum(c * moments[m[0]] for m, c in terms if m[0] <= 4))
        return [sp.expand(total.coeff(h, j)) for j in range(3)]

    first, second, third = mean(logarithm), mean(logarithm**2), mean(logarithm**3)
    variance = (second[1], sp.expand(second[2] - first[1] ** 2))
    cumulant = sp.expand(third[2] - 3 * second[1] * first[1])
    return (first[1], first[2]), variance, cumulant


def laplace_transform(delta: Fraction, n: int, t: Any) -> Any:
    """Return E e^{-tR} = [((1+2(1+delta)t/n)^{-1/2} + (1+2(1-delta)t/n)^{-1/2})/2]^n as a ball, at Arb's precision.

    Parameters
    ----------
    delta : Fraction
        In [-1, 1].
    n : int
    t : flint.arb
        t >= 0.
    """
    parts = [(1 + 2 * ball_of(1 + sign * delta) * t / n).rsqrt() for sign in (1, -1)]
    return ((parts[0] + parts[1]) / 2) ** n


def mean_log(delta: Any, n: int) -> Number:
    """Return E log R, certified; for |delta| = 1 (relu) E[log R | R > 0], since then P(R = 0) = 2^-n.

    Parameters
    ----------
    delta : int, Fraction or rational SymPy number
        In [-1, 1].
    n : int
        Width, at least 2.

    Raises
    ------
    TypeError
        If delta is not rational.
    ValueError
        If delta or n is out of range.

    Notes
    -----
    **Accuracy**: certified; both tails of the integral are bounded: below by t^2 E R^2, above by the largest power.

    Examples
    --------
    >>> mean_log(Fraction(1), 100).decimal(20)
    '-0.02542088562275677685'
    >>> mean_log(0, 100).decimal(10)
    '-0.0100333320'
    """
    exact = exact_number("mean_log", "delta", delta)
    if not exact.is_Rational:
        raise TypeError(f"mean_log needs a rational delta (choose a width that is a square), got delta={delta!s}.")
    ratio = abs(Fraction(int(exact.p), int(exact.q)))
    if ratio > 1:
        raise ValueError(f"mean_log needs delta in [-1, 1] (a share of energies), got delta={delta!s}.")
    if isinstance(n, bool) or not isinstance(n, int) or n < 2:
        raise ValueError(f"mean_log needs an integer width n >= 2, got n={n!r}.")
    return Number.converging(lambda: _frullani(ratio, n))


def _frullani(delta: Fraction, n: int) -> flint.arb:
    """Return the integral of (e^-t - E e^{-tR})/t over t = e^x, both tails as radii."""
    atom = flint.arb(2) ** -n if delta == 1 else flint.arb(0)
    rates = [2 * ball_of(1 + sign * delta) / n for sign in (1, -1)]

    def integrand(x: Any, analytic: bool) -> Any:
        t = x.exp()
        mixed = sum(((1 + rate * t).rsqrt(analytic=analytic) for rate in rates), flint.acb(0)) / 2
        return (-t).exp() - (mixed**n - atom) / (1 - atom)

    bits = flint.ctx.prec + 10
    left, right = flint.arb(-(bits // 2 + 10)), _right_end(delta, n, bits)
    value = flint.acb.integral(integrand, flint.acb(left), flint.acb(right)).real
    # |e^-t - E e^-tR| <= t^2 max(1, E R^2 | R > 0)/2 <= 6 t^2 since both are 1 - t + ... up to P(R = 0)
    conditional = (1 - 1 / (1 - atom)) if delta == 1 else flint.arb(0)
    t0, t1 = left.exp(), right.exp()
    below = 6 * t0**2 + abs(conditional) * t0
    above = (-t1).exp() / t1 + _upper_tail(delta, n, t1)
    return value + flint.arb(0, 1) * (below + above).upper()


def _upper_tail(delta: Fraction, n: int, t: flint.arb) -> flint.arb:
    """Bound the integral of (E e^{-sR} - P(R = 0))/s over s > t."""
    largest = (n / (2 * ball_of(1 + delta) * t)).sqrt()
    if delta == 1:  # ((1+q)/2)^n - 2^-n <= n q ((1+q)/2)^(n-1)/2 and q <= largest ~ s^-1/2
        return n * largest * ((1 + largest) / 2) ** (n - 1) / (1 - flint.arb(2) ** -n)
    smallest = (n / (2 * ball_of(1 - delta) * t)).sqrt()
    return ((largest + smallest) / 2) ** n * 2 / n


def _right_end(delta: Fraction, n: int, bits: int) -> flint.arb:
    """Return an x = log t where the upper tail is below 2^-bits."""
    target = flint.arb(2) ** -bits
    x = 2
    while not _upper_tail(delta, n, flint.arb(x).exp()) < target or flint.arb(x).exp() < bits:
        x = x + max(1, x // 4)
        if x > 100 * bits:
            raise ArithmeticError(f"mean_log needs a tail that decays, got none up to log t = {x} for delta={delta}.")
    return flint.arb(x)


def norm_moment(k: int, delta: Expr, n: Expr) -> Expr:
    """Return E R^k for k <= 3; E (V_d/V_0)^k is its d-th power.

    Raises
    ------
    ValueError
        If k is not in 1..3.

    Examples
    --------
    >>> import sympy as sp
    >>> float(norm_moment(2, sp.Rational(20, 101), sp.Integer(100)) ** 100)
    8.129709766661586
    """
    if k not in (1, 2, 3):
        raise ValueError(f"norm_moment needs k in 1..3, got k={k!r}.")
    second, third = term_cumulant(2, delta) / n, term_cumulant(3, delta) / n**2
    return {1: 1 + 0 * n, 2: 1 + second, 3: 1 + 3 * second + third}[k]
