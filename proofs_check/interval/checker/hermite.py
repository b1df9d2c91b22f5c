"""The Hermite coefficients of known activations, derived: c_k = E[s(Z) he_k(Z)], he_k orthonormal, and p_k = c_k^2/Var s(Z).

Analytic activations by the trapezoidal rule on the real line, h sum_n f(n h), f = s he_k phi. Three errors are bounded, for an s
that is analytic with |s(z)| <= A + B|z| in the strip |Im z| <= a (a = 3/4, see `ANALYTIC` for why that holds):

- of the rule: at most 2 M/(exp(2 pi a/h) - 1), M >= integral |f(x + ib)| dx for all |b| <= a. By Cauchy and Schwarz
  M = exp(a^2/2) sqrt(2 A^2 + 2 B^2 (1 + a^2)) sqrt(N_k), for |phi(x + ib)| = exp(b^2/2) phi(x), and
  N_k = integral |he_k(x + ia)|^2 phi dx = sum_i binomial(k, i) a^(2i)/i! from He_k(x + y) = sum_i binomial(k, i) y^i He_(k-i)(x);
- of the nodes beyond T: |he_k| phi <= exp(-x^2/4)/2, so that both tails together are at most (2 A/T + 2 B) exp(-T^2/4);
- of rounding: intervals.

Piecewise linear ones by parts: c_k = sum over kinks t of (jump he_(k-1)(t)/sqrt k + bend he_(k-2)(t)/sqrt(k(k-1))) phi(t).

References: L. N. Trefethen, J. A. C. Weideman, "The exponentially convergent trapezoidal rule", SIAM Review 56 (2014),
Theorem 5.1; NIST Digital Library of Mathematical Functions, 18.14.9 (the bound on Hermite polynomials).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from .elementary import exp, pi
from .intervals import Interval, around, point, precision
from .series import run
from .special import erf
from .statement import Claim

HALF_WIDTH = Fraction(3, 4)
"""a: each function of `ANALYTIC` is bounded as stated in |Im z| <= a < pi/4."""
STEP = Fraction(1, 16)
REACH = 18
_BITS = 160


@dataclass(frozen=True)
class Growth:
    """|s(z)| <= bound + slope |z| in the strip."""

    bound: Fraction
    slope: Fraction


ANALYTIC = {
    # |tanh z|^2 = (sinh^2 x + sin^2 y)/(sinh^2 x + cos^2 y) <= 1 for |y| <= pi/4
    "tanh(x)": Growth(Fraction(1), Fraction(0)),
    # |1 + exp(-z)|^2 = 1 + 2 exp(-x) cos y + exp(-2x) >= 1 for |y| <= pi/2
    "1/(1 + exp(-x))": Growth(Fraction(1), Fraction(0)),
    "x/(1 + exp(-x))": Growth(Fraction(0), Fraction(1)),
    # 1 + exp z has real part > 1 for |y| < pi/2, so 0 <= log|1 + exp z| <= |x| + log 2, and its argument is below pi/2
    "log(exp(x) + 1)": Growth(Fraction(5, 2), Fraction(1)),
    # tanh(log w) = 1 - 2/((w + i)(w - i)), w = 1 + exp z, and |w + i|, |w - i| >= Re w >= 1: at most 3
    "x*tanh(log(exp(x) + 1))": Growth(Fraction(0), Fraction(3)),
    # |erf(x + iy)| <= 1 + (2/sqrt pi) |y| exp(y^2) < 5/2 for |y| <= 3/4
    "erf(x)": Growth(Fraction(5, 2), Fraction(0)),
    # |sin(x + iy)| <= cosh y < 3/2
    "sin(x)": Growth(Fraction(3, 2), Fraction(0)),
}
PIECEWISE = {
    # kinks: (place, jump of the value, jump of the slope)
    "sign(x)": ((0, 2, 0),),
    "Min(1, Max(-1, x))": ((-1, 0, 1), (1, 0, -1)),
}
KNOWN = frozenset(ANALYTIC) | frozenset(PIECEWISE)


@lru_cache(maxsize=16)
def kernel_coefficients(activation: str, count: int) -> tuple[Interval, ...]:
    """Enclose p_1..p_count of the centred, normalised kernel map of an activation in `KNOWN`."""
    with precision(_BITS):
        if activation in PIECEWISE:
            coefficients, variance = _by_parts(activation, count), _piecewise_variance(activation)
        else:
            coefficients, variance = _by_quadrature(activation, count)
        return tuple(c.power(2) / variance for c in coefficients[1:])


def hermite_values(x: Interval, count: int) -> list[Interval]:
    """Enclose he_0(x)..he_count(x), by he_(k+1) = (x he_k - sqrt(k) he_(k-1))/sqrt(k+1)."""
    roots = _roots(count)
    values = [point(1), x]
    for k in range(1, count):
        values.append((x * values[k] - roots[k] * values[k - 1]) / roots[k + 1])
    return values[: count + 1]


@lru_cache(maxsize=4)
def _roots(count: int) -> tuple[Interval, ...]:
    return tuple(point(k).square_root() for k in range(count + 1))


def _density(x: Interval) -> Interval:
    return exp(-(x * x) / 2) / (2 * pi()).square_root()


# Analytic activations


def _by_quadrature(activation: str, count: int) -> tuple[list[Interval], Interval]:
    """c_0..c_count, and the variance E s^2 - c_0^2."""
    growth, tape = ANALYTIC[activation], Claim(f"{activation} >= 0 for x in [-1, 1]").tape
    sums = [Interval(0, 0, 0)] * (count + 1)
    square = Interval(0, 0, 0)
    for n in range(int(REACH / STEP) + 1):
        x = point(n * STEP)
        density = _density(x) * STEP
        above, below = (run(tape, [side], point, pi) for side in (x, -x))
        # he_k(-x) = (-1)^k he_k(x): one evaluation for both sides, and the node 0 counts once
        even = (above + below if n else above) * density
        odd = (above - below) * density
        square = square + (above.power(2) + below.power(2) if n else above.power(2)) * density
        for k, value in enumerate(hermite_values(x, count)):
            sums[k] = sums[k] + value * (odd if k % 2 else even)
    coefficients = [c + _error(growth, k) for k, c in enumerate(sums)]
    second = square + _error_of_square(growth)
    return coefficients, second - coefficients[0].power(2)


def _of_rule() -> Interval:
    """2/(exp(2 pi a/h) - 1)."""
    return 2 / (exp(2 * pi() * (HALF_WIDTH / STEP)) - 1)


def _error(growth: Growth, k: int) -> Interval:
    a = HALF_WIDTH
    shifted = sum((Fraction(math.comb(k, i)) * a ** (2 * i) / math.factorial(i) for i in range(k + 1)), Fraction(0))
    size = point(2 * growth.bound**2 + 2 * growth.slope**2 * (1 + a * a)) * shifted
    rule = exp(point(a * a / 2)) * size.square_root() * _of_rule()
    tails = (2 * growth.bound / REACH + 2 * growth.slope) * exp(point(Fraction(-REACH * REACH, 4)))
    return around(rule + tails)


def _error_of_square(growth: Growth) -> Interval:
    """As above for s^2 phi: M = exp(a^2/2) (2 A^2 + 2 B^2 (1 + a^2)), tails (A + B)^2 (T + 1) exp(-T^2/2)."""
    a = HALF_WIDTH
    rule = exp(point(a * a / 2)) * (2 * growth.bound**2 + 2 * growth.slope**2 * (1 + a * a)) * _of_rule()
    tails = (growth.bound + growth.slope) ** 2 * (REACH + 1) * exp(point(Fraction(-REACH * REACH, 2)))
    return around(rule + tails)


# Piecewise linear activations, odd


def _by_parts(activation: str, count: int) -> list[Interval]:
    coefficients = [Interval(0, 0, 0), _first(activation)]
    kinks = [
        (jump, bend, _density(point(t)), hermite_values(point(t), count)) for t, jump, bend in PIECEWISE[activation]
    ]
    roots = _roots(count)
    for k in range(2, count + 1):
        total = Interval(0, 0, 0)
        for jump, bend, density, values in kinks:
            total = (
                total + (jump * values[k - 1] / roots[k] + bend * values[k - 2] / (roots[k] * roots[k - 1])) * density
            )
        coefficients.append(total)
    return coefficients[: count + 1]


def _inside() -> Interval:
    """P(|Z| <= 1) = erf(1/sqrt 2)."""
    return erf(1 / point(2).square_root())


def _first(activation: str) -> Interval:
    """c_1 = E[s'(Z)] + sum of jumps phi: 2 phi(0) for the sign, P(|Z| <= 1) for hard tanh."""
    return 2 * _density(point(0)) if activation == "sign(x)" else _inside()


def _piecewise_variance(activation: str) -> Interval:
    """1 for the sign; for hard tanh E[Z^2; |Z| <= 1] + P(|Z| > 1) = 1 - 2 phi(1)."""
    return point(1) if activation == "sign(x)" else 1 - 2 * _density(point(1))
