r"""Linear networks (c_+ = c_-): V' is Wishart(n, V)/n, and many functions of V have exact means at every width and depth.

Given V with correlation rho, two Gaussian columns of n rows satisfy y = rho x + sqrt(1-rho^2) w, so with
sh = rho/sqrt(1-rho^2):  sh' = (sh |x| + u)/|w_perp|, |x|^2 ~ chi2_n, |w_perp|^2 ~ chi2_{n-1}, u ~ N(0, 1), independent.
This one line gives the law of the correlation exactly, layer after layer, from three scalars.

References: R. Muirhead, "Aspects of Multivariate Statistical Theory", 3.2 (Wishart), 5.1 (correlation).
"""

from __future__ import annotations

from fractions import Fraction

import flint
import sympy as sp
from sympy import Expr

from theory.covariance_sde.smooth import gaussian_moment
from theory.enclosure.ball import ball_of
from theory.number import Number


def squared_norm_moment(k: int, n: Expr, depth: Expr) -> Expr:
    """Return E (V_d/V_0)^k = prod_{j<k} (1 + 2j/n)^d.

    Examples
    --------
    >>> import sympy as sp
    >>> squared_norm_moment(2, sp.Integer(10), 3)
    216/125
    """
    return sp.prod([(1 + sp.Integer(2 * j) / n) for j in range(k)]) ** depth


def second_moment_matrix(n: Expr) -> tuple[tuple[Expr, Expr], tuple[Expr, Expr]]:
    """Derive M with (E V11'V22', E V12'^2) = M (V11 V22, V12^2) for one layer, from n iid neurons.

    Examples
    --------
    >>> import sympy as sp
    >>> n = sp.Symbol("n", positive=True)
    >>> [sp.factor(sp.Matrix(second_moment_matrix(n)).eigenvals(multiple=True)[k]) for k in (0, 1)]
    [(n - 1)/n, (n + 2)/n]
    """
    ab, cc = sp.symbols("ab cc", positive=True)
    same = gaussian_moment(2, 2, ab, sp.Integer(1), sp.sqrt(cc))  # E x^2 y^2 = ab + 2 cc
    rows = []
    for product in (ab, cc):  # distinct neurons: E x^2 E y^2, or (E xy)^2
        mean = sp.expand((n * same + n * (n - 1) * product) / n**2)
        rows.append((mean.coeff(ab), mean.coeff(cc)))
    return rows[0], rows[1]


def mean_log_norm(n: int) -> Number:
    """Return E log(V'/V) for one layer: digamma(n/2) - log(n/2) = -1/n - 1/(3n^2) + ...

    Examples
    --------
    >>> mean_log_norm(100).decimal(10)
    '-0.0100333320'
    """
    return Number.converging(lambda: _half(n).digamma() - _half(n).log())


def variance_log_norm(n: int) -> Number:
    """Return Var log(V'/V) for one layer: trigamma(n/2) = 2/n + 2/n^2 + ..."""
    return Number.converging(lambda: _polygamma(_half(n)))


def mean_log_determinant(n: int, samples: int) -> Number:
    """Return E log(det V'/det V) = sum_{j<m} [digamma((n-j)/2) - log(n/2)] for m samples, n >= m.

    Raises
    ------
    ValueError
        If n < m: the determinant is 0.
    """
    if n < samples:
        raise ValueError(
            f"mean_log_determinant needs n >= samples (else det V' = 0), got n={n!r}, samples={samples!r}."
        )
    return Number.converging(lambda: sum((_half(n - j).digamma() - _half(n).log() for j in range(samples)), _half(0)))


def _half(n: int) -> flint.arb:
    return ball_of(Fraction(n, 2))


def _polygamma(x: flint.arb) -> flint.arb:
    """Return the trigamma function zeta(2, x)."""
    return flint.acb(2).zeta(flint.acb(x)).real


def mean_correlation_layer(rho: Fraction, n: int) -> Number:
    """Return E rho' after one layer: rho (2/n) (Gamma((n+1)/2)/Gamma(n/2))^2 2F1(1/2, 1/2; (n+2)/2; rho^2).

    Parameters
    ----------
    rho : Fraction
        In [-1, 1].
    n : int
        Width, at least 2.

    Raises
    ------
    ValueError
        If rho or n is out of range.

    Examples
    --------
    >>> mean_correlation_layer(Fraction(3, 10), 50).decimal(19)
    '0.2972731507673741406'
    """
    if not -1 <= rho <= 1:
        raise ValueError(f"mean_correlation_layer needs rho in [-1, 1] (a correlation), got rho={rho!r}.")
    if n < 2:
        raise ValueError(f"mean_correlation_layer needs n >= 2 (one neuron gives +-1), got n={n!r}.")

    def value() -> flint.arb:
        ratio = (_half(n + 1).lgamma() - _half(n).lgamma()).exp()
        series = ball_of(rho**2).hypgeom_2f1(ball_of(Fraction(1, 2)), ball_of(Fraction(1, 2)), _half(n + 2))
        return ball_of(rho) * 2 / n * ratio**2 * series

    return Number.converging(value)


def sinh_moment_factors(n: Expr) -> tuple[Expr, Expr]:
    """Derive the factors of E sh' = f1 sh and E sh'^2 + 1/3 = f2 (sh^2 + 1/3) from the chi representation.

    Returns
    -------
    tuple of Expr
        ((n-1)/(n-2), n/(n-3)); finite for n > 2 and n > 3.

    Examples
    --------
    >>> import sympy as sp
    >>> n = sp.Symbol("n", positive=True)
    >>> [sp.factor(f) for f in sinh_moment_factors(n)]
    [(n - 1)/(n - 2), n/(n - 3)]
    """
    # n = 2m + 3 writes every Gamma function as a product with Gamma(m) or Gamma(m + 1/2), which then cancel.
    m = sp.Symbol("m", positive=True)

    def chi(k: Expr, power: int) -> Expr:  # E (chi_k)^power
        return sp.sqrt(2) ** power * sp.expand_func(sp.gamma((k + power) / 2) / sp.gamma(k / 2))

    def back(ratio: Expr) -> Expr:
        return sp.cancel(ratio.subs(m, (n - 3) / 2))

    width = 2 * m + 3
    first = back(chi(width, 1) * chi(width - 1, -1))
    square = back(chi(width, 2) * chi(width - 1, -2))
    constant = back(chi(width - 1, -2)) + sp.Rational(1, 3)
    if sp.cancel(constant - square / 3) != 0:
        raise ArithmeticError(
            f"sinh_moment_factors needs sh^2 + 1/3 to be an eigenfunction, got {constant} - {square}/3."
        )
    return first, square
