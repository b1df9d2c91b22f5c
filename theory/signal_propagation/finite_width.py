"""One layer at finite width: bias and variance of the sample correlation of two samples after an activation.

The pre-activations of two samples at one neuron are a standard normal pair (U, V) of correlation rho, independent over
the d neurons. After layer norm the correlation of the two samples is the sample correlation (means removed) of d iid
copies of (s(U), s(V)). By the delta method its mean is kappa + b/d + O(d^-2) and its variance v/d + O(d^-2), where b and
v are polynomials in the standardised mixed moments mu_ij = E S^i T^j of (S, T) = (s(U), s(V)) centred and scaled.

References: T. W. Anderson, "An Introduction to Multivariate Statistical Analysis", section 4.2 (normal case);
A. DasGupta, "Asymptotic Theory of Statistics and Probability", chapter 3 (delta method).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import flint
import sympy as sp
from sympy import Expr

from theory.activation import Activation
from theory.enclosure.ball import ball_of, working_bits
from theory.enclosure.quadrature import Integrand, expectation
from theory.kernel_map.hermite import HermiteExpansion


@dataclass(frozen=True, slots=True)
class MixedMoments:
    """Standardised mixed moments mu_ij = E S^i T^j of two exchangeable variables: kappa = mu_11, mu_ij = mu_ji.

    Entries are SymPy symbols for a derivation, or balls for a value.
    """

    kappa: Expr | flint.arb
    mu31: Expr | flint.arb
    mu22: Expr | flint.arb
    mu40: Expr | flint.arb


@cache
def symbolic_moments() -> MixedMoments:
    """Return the moments as symbols."""
    return MixedMoments(*sp.symbols("kappa mu31 mu22 mu40", real=True))


@cache
def correlation_by_delta_method() -> tuple[Expr, Expr]:
    """Derive (b, v): d times the bias and d times the variance of the sample correlation, to leading order.

    Returns
    -------
    tuple of Expr
        In the symbols of `symbolic_moments`.

    Notes
    -----
    The sample correlation is a smooth function f of five sample means (of S, T, S^2, T^2, ST); its bias is
    sum f_ij C_ij / 2 and its variance sum f_i f_j C_ij, C the covariance matrix of one summand.

    Examples
    --------
    For a normal pair (mu31 = 3 kappa, mu22 = 1 + 2 kappa^2, mu40 = 3) these are the classical values:

    >>> import sympy as sp
    >>> m = symbolic_moments()
    >>> normal = {m.mu31: 3 * m.kappa, m.mu22: 1 + 2 * m.kappa**2, m.mu40: 3}
    >>> [sp.factor(e.subs(normal)) for e in correlation_by_delta_method()]
    [kappa*(kappa - 1)*(kappa + 1)/2, (kappa - 1)**2*(kappa + 1)**2]
    """
    m = symbolic_moments()
    means = sp.symbols("m10 m01 m20 m02 m11", real=True)
    powers = ((1, 0), (0, 1), (2, 0), (0, 2), (1, 1))
    m10, m01, m20, m02, m11 = means
    correlation = (m11 - m10 * m01) / sp.sqrt((m20 - m10**2) * (m02 - m01**2))
    point = {m10: 0, m01: 0, m20: 1, m02: 1, m11: m.kappa}
    covariance = [[_moment(a[0] + b[0], a[1] + b[1]) - _moment(*a) * _moment(*b) for b in powers] for a in powers]
    gradient = [sp.diff(correlation, x).subs(point) for x in means]
    bias = sum(
        sp.diff(correlation, x, y).subs(point) * covariance[i][j] / 2
        for i, x in enumerate(means)
        for j, y in enumerate(means)
    )
    variance = sum(gradient[i] * gradient[j] * covariance[i][j] for i in range(5) for j in range(5))
    return sp.expand(bias), sp.expand(variance)


def _moment(i: int, j: int) -> Expr:
    """Return mu_ij as a symbol, using mu_ij = mu_ji, zero means and unit variances."""
    m = symbolic_moments()
    known = {(0, 0): sp.S.One, (1, 0): sp.S.Zero, (2, 0): sp.S.One, (1, 1): m.kappa, (3, 1): m.mu31, (2, 2): m.mu22}
    known[4, 0] = m.mu40
    i, j = max(i, j), min(i, j)
    return known[i, j] if (i, j) in known else sp.Symbol(f"mu{i}{j}", real=True)


def mixed_moments(activation: Activation, rho: Fraction, digits: int = 15) -> MixedMoments:
    """Return balls of the standardised mixed moments of (s(U), s(V)), corr(U, V) = rho.

    Parameters
    ----------
    activation : Activation
        With E s(Z)^8 shown finite by its growth bound.
    rho : Fraction
        In (-1, 1).
    digits : int
        The series in rho is cut where its proved tail is below 10^-digits.

    Raises
    ------
    ValueError
        If a power of the activation is not square-integrable.

    Notes
    -----
    E s^a(U) s^b(V) = sum_k c_k(s^a) c_k(s^b) rho^k (Mehler); the tail beyond K is at most
    |rho|^(K+1) sqrt(E s^(2a) E s^(2b)) by Cauchy-Schwarz.
    """
    with working_bits(64 + 4 * digits):
        raw = {pair: _raw_moment(activation, *pair, rho, digits) for pair in ((1, 1), (2, 1), (2, 2), (3, 1))}
        single = {a: _raw_single(activation, a, digits) for a in (1, 2, 3, 4)}
        mean = single[1]
        variance = single[2] - mean**2
        kappa = raw[1, 1] - mean**2
        mu31 = raw[3, 1] - mean * single[3] - 3 * mean * raw[2, 1] + 3 * mean**2 * (single[2] + raw[1, 1]) - 3 * mean**4
        mu22 = raw[2, 2] - 4 * mean * raw[2, 1] + 2 * mean**2 * single[2] + 4 * mean**2 * raw[1, 1] - 3 * mean**4
        mu40 = single[4] - 4 * mean * single[3] + 6 * mean**2 * single[2] - 3 * mean**4
        square = variance**2
        one: flint.arb = kappa / variance
        return MixedMoments(one, mu31 / square, mu22 / square, mu40 / square)


def _power(activation: Activation, exponent: int) -> Activation:
    return (
        activation if exponent == 1 else Activation(f"({activation.name})^{exponent}", activation.expression**exponent)
    )


def _raw_single(activation: Activation, exponent: int, digits: int) -> flint.arb:
    return expectation(Integrand.of_expression(activation.expression**exponent), digits + 5)


def _raw_moment(activation: Activation, a: int, b: int, rho: Fraction, digits: int) -> flint.arb:
    size = (_raw_single(activation, 2 * a, digits) * _raw_single(activation, 2 * b, digits)).sqrt()
    radius = abs(ball_of(rho))
    count = 8
    while not radius ** (count + 1) * size < flint.arb(10) ** -digits:
        count += 8
    left, right = (HermiteExpansion(_power(activation, e)).balls(count + 1, digits + 5) for e in (a, b))
    place = ball_of(rho)
    total = flint.arb(0)
    for k, (x, y) in enumerate(zip(left, right, strict=True)):
        total += x * y * place**k
    tail = radius ** (count + 1) * size
    return total + flint.arb(0, tail.upper())
