r"""Relu without shaping (delta = 1) near correlation 1, critical exponents of the shape, and the residual network.

In u = 1 - rho, K = 1 - u + (2 sqrt2/3pi) u^{3/2} + (sqrt2/30pi) u^{5/2} + O(u^{7/2}) and, to order 1/n,
E rho' = K + (-2u + ...)/n, Var rho' = (8u^2 + ...)/n. Without noise l^2 u -> 9 pi^2/2; with q = l^2 u, t = l/n,
    dq = [(2q/t)(1 - (sqrt2/3pi) sqrt q) + 2q] dt + 2 sqrt2 q dB,  q_0 = 9 pi^2/2.

The scaling limit of unshaped networks is due to M. Li, M. Nica, TMLR, arXiv 2310.12079; the coefficients are derived here.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import sympy as sp
from sympy import Expr, Symbol

from theory.activation.shaping import CRITICAL
from theory.covariance_sde.shaped_relu import mean_correlation, one_step_covariances


def delta_method_bias(rho: Expr, delta: Expr, sign: int = 1) -> Expr:
    """Return lim n (E rho' - K) = (3/4) K vA + (1/4) K cAB - cCA for one layer of V^11 = V^22 = 1.

    Examples
    --------
    The linear network gives -rho (1-rho^2)/2:

    >>> import sympy as sp
    >>> sp.factor(delta_method_bias(sp.Symbol("rho"), sp.Integer(0)))
    rho*(rho - 1)*(rho + 1)/2
    """
    cov = one_step_covariances(rho, delta, sign)
    mean = mean_correlation(rho, 1 - sign * sp.sqrt(1 - delta**2))
    # second-order Taylor of C/sqrt(AB) at (1, 1, K); Cov(C, A) = Cov(C, B) by symmetry
    return 3 * mean * cov["11,11"] / 4 + mean * cov["11,22"] / 4 - cov["11,12"]


def delta_method_variance(rho: Expr, delta: Expr, sign: int = 1) -> Expr:
    """Return lim n Var rho' = Var C + K^2 (vA + cAB)/2 - 2 K cCA."""
    cov = one_step_covariances(rho, delta, sign)
    mean = mean_correlation(rho, 1 - sign * sp.sqrt(1 - delta**2))
    return cov["12,12"] + mean**2 * (cov["11,11"] + cov["11,22"]) / 2 - 2 * mean * cov["11,12"]


@cache
def gap_series(terms: int = 6) -> tuple[Symbol, Expr, Expr, Expr]:
    """Derive (w, 1 - K, bias, variance) of unshaped relu as polynomials in w = sqrt(u), u = 1 - rho, below w^terms.

    Examples
    --------
    >>> w, gap, bias, variance = gap_series()
    >>> bias.coeff(w, 2), variance.coeff(w, 4)
    (-2, 8)
    """
    w = sp.Symbol("w", positive=True)
    rho, one = 1 - w**2, sp.Integer(1)
    # arccos(1 - w^2) = 2 arcsin(w/sqrt2), sqrt(1 - rho^2) = w sqrt(2 - w^2): both analytic in w
    angle = sp.series(2 * sp.asin(w / sp.sqrt(2)), w, 0, terms + 2).removeO()
    root = w * sp.series(sp.sqrt(2 - w**2), w, 0, terms + 2).removeO()

    def expanded(expression: Expr) -> Expr:
        r = sp.Symbol("rho", positive=True)
        symbolic = expression(r)
        named = symbolic.subs(sp.acos(r), angle).replace(
            lambda e: e.is_Pow and sp.expand(e.base - 1 + r**2) == 0, lambda e: root ** (2 * e.exp)
        )
        polynomial = sp.Poly(sp.expand(named.subs(r, rho)), w)
        return sum(c * w**k for (k,), c in polynomial.terms() if k < terms)

    return (
        w,
        expanded(lambda r: 1 - mean_correlation(r, one)),
        expanded(lambda r: delta_method_bias(r, one)),
        expanded(lambda r: delta_method_variance(r, one)),
    )


def regime(exponent: Fraction) -> str:
    """Return what slopes 1 + c_pm n^-p (or scales a n^p) give: the drift is n^{1-2p} times a constant.

    Returns
    -------
    {"linear", "critical", "degenerate"}

    Examples
    --------
    >>> [regime(Fraction(p, 4)) for p in (1, 2, 3)]
    ['degenerate', 'critical', 'linear']
    """
    if exponent == CRITICAL:
        return "critical"
    return "linear" if exponent > CRITICAL else "degenerate"


def residual_correlation(rho: Expr, lam: Expr, depth: Expr) -> Expr:
    """Return the correlation after z + lam W sqrt(2/n) relu(z)/sqrt(depth), n -> oo: (rho + q K_1)/(1 + q), q = lam^2/depth.

    Notes
    -----
    K_1 = rho + g(rho) is the normalised kernel of relu; variances grow by 1 + q per layer.
    """
    q = lam**2 / depth

    return (rho + q * mean_correlation(rho, sp.Integer(1))) / (1 + q)
