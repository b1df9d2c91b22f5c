r"""Singular values of the input-output Jacobian J of a plain network, width to infinity at depth L: moments and edges.

J = D_L W_L ... D_1 W_1, D diagonal with entries s'(h), h ~ N(0, q): asymptotically free. With psi(x) = sum_k m_k x^k of a
law on [0, oo) and S(z) = (1+z)/z psi^{-1}(z), S-transforms multiply, and

    S(Gaussian W W^T) = 1/(1 + z),    S(Haar) = 1,    S(D^2) = (1 + z)/(z + p) for s' in {0, 1}, p = P(s' = 1).

For such activations (relu p = 1/2, hard tanh p = erf(1/sqrt(2 q))) the law of J J^T, at sigma_w = 1, has
psi^{-1}(z) = z (z+p)^(-L) (1+z)^(e-1), e = 0 for Gaussian and e = L for Haar weights; by Lagrange

    m_k = (1/k) [z^(k-1)] (1+z)^(k(1-e)) (z+p)^(k L),    m_2/m_1^2 = 1 + L/p (Gaussian), 1 + L (1/p - 1) (Haar).

The right edge of the law is the least value of (z+p)^L (1+z)^(1-e)/z over z > 0. Any activation, with mu_k = E s'^(2k):
m_2/m_1^2 = 1 + L (mu_2/mu_1^2 - 1 - s_1), s_1 = -1 (Gaussian), 0 (Haar).

**Dynamical isometry** (the edge over m_1 stays bounded as L grows) needs Haar weights and 1 - p = O(1/L): at Gaussian weights
the edge over m_1 exceeds L/p, as (1+y)^L/y >= L; at Haar weights and p = 1 - c/L, c > 1, it tends to e c.

References
----------
1. J. Pennington, S. Schoenholz, S. Ganguli, NeurIPS 2017 (1711.04735), AISTATS 2018 (1802.09979).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import sympy as sp
from sympy import Expr

from theory.activation.activation import Activation
from theory.activation.evaluation import to_sympy
from theory.activation.expression import Expression
from theory.enclosure.derivative import derivative
from theory.enclosure.quadrature import Integrand, expectation
from theory.kernel_map.value import slope_activation
from theory.network.word import check_depth
from theory.number import Number

Weights = Literal["gauss", "haar"]
SHARE, VARIABLE = sp.symbols("p z", positive=True)


def _inverse_exponent(weights: str, depth: int) -> int:
    if weights not in ("gauss", "haar"):
        raise ValueError(f"jacobian needs weights 'gauss' or 'haar' (their S-transforms are known), got {weights!r}.")
    return check_depth(depth) if weights == "haar" else 0 * check_depth(depth)


def limit_moment(order: int, depth: int, weights: Weights = "gauss") -> Expr:
    """Return m_k of J J^T (mean over the width of lambda^k) as a polynomial or rational function of p, at sigma_w = 1.

    Parameters
    ----------
    order, depth : int
        k >= 1 and L >= 1.
    weights : {"gauss", "haar"}

    Raises
    ------
    ValueError
        If a size is below 1 or the weights are others.

    Examples
    --------
    >>> [sp.factor(limit_moment(2, 3, law)/limit_moment(1, 3, law)**2) for law in ("gauss", "haar")]
    [(p + 3)/p, -(2*p - 3)/p]
    """
    if isinstance(order, bool) or not isinstance(order, int) or order < 1:
        raise ValueError(f"limit_moment needs order >= 1 (a power of the singular values), got order={order!r}.")
    outer = order * (1 - _inverse_exponent(weights, depth))
    # [z^(k-1)] of a product of two binomial series, exactly
    total = sum(
        sp.binomial(outer, j) * sp.binomial(order * depth, order - 1 - j) * SHARE ** (order * depth - order + 1 + j)
        for j in range(order)
    )
    return sp.expand(total / order)


def largest_singular_value(depth: int, share: Fraction, weights: Weights = "gauss") -> Number:
    """Return the right edge of the law of J J^T, the limit of the largest squared singular value, at sigma_w = 1.

    Parameters
    ----------
    depth : int
    share : Fraction
        p in (0, 1]: how often s' is 1.
    weights : {"gauss", "haar"}

    Returns
    -------
    Number
        Exact. For Haar weights and L (1 - p) <= 1 the law reaches up to 1, where it has an atom or a singularity.

    Raises
    ------
    ValueError
        If the share is outside (0, 1], depth below 1, or the weights are others.

    Examples
    --------
    One Gaussian layer without activation is Marchenko and Pastur's law of edge 4:

    >>> str(largest_singular_value(1, Fraction(1)))
    '4'
    """
    e = _inverse_exponent(weights, depth)
    if not 0 < share <= 1:
        raise ValueError(f"largest_singular_value needs a share in (0, 1] (a probability), got share={share}.")
    p, count = sp.Rational(share.numerator, share.denominator), sp.Integer(depth)
    if weights == "gauss":
        place = (1 - count + sp.sqrt((count - 1) ** 2 + 4 * count * p)) / (2 * count)
    elif count * (1 - p) <= 1:
        return Number.of(1)
    else:
        place = p / (count * (1 - p) - 1)
    return Number.of(sp.radsimp(sp.simplify((place + p) ** depth * (1 + place) ** (1 - e) / place)))


def second_moment_ratio(activation: Activation, depth: int, weights: Weights = "gauss") -> Number:
    """Return m_2/m_1^2 of J J^T at q = 1: 1 + L (E s'^4/(E s'^2)^2 - 1 - s_1), s_1 = -1 for Gaussian, 0 for Haar weights.

    Raises
    ------
    ValueError
        If the activation jumps, depth is below 1, or the weights are others.

    Examples
    --------
    >>> str(second_moment_ratio(Activation.from_text("relu"), 4)), str(second_moment_ratio(Activation.from_text("x"), 4, "haar"))
    ('9', '1')
    """
    first = 0 if _inverse_exponent(weights, depth) else 1
    if slope_activation(activation) is None:
        raise ValueError(f"second_moment_ratio needs an activation without jumps, got {activation.name!r}.")
    share = slope_share(activation)
    if share is not None:
        return Number.of(1 + depth * (1 / share - 1 + first))
    slope = derivative(activation.expression)
    second, fourth = (_moment(slope**k) for k in (2, 4))
    return Number.combine(lambda a, b: 1 + depth * (b / a**2 - 1 + first), second, fourth)


def _moment(expression: Expression) -> Number:
    return Number.certified(lambda digits: expectation(Integrand.of_expression(expression), digits))


def slope_share(activation: Activation) -> Expr | None:
    """Return p if s' is 0 or 1 everywhere (q = 1), else None.

    Examples
    --------
    >>> slope_share(Activation.from_text("relu")), slope_share(Activation.from_text("hardtanh"))
    (1/2, erf(sqrt(2)/2))
    """
    if activation.pieces is None:
        return None
    x, total = sp.Symbol("x", real=True), sp.Integer(0)
    lower = -sp.oo
    for piece in activation.pieces:
        slope = sp.diff(to_sympy(piece.expression, x), x)
        upper = sp.oo if piece.upper is None else sp.sympify(piece.upper)
        if slope not in (0, 1):
            return None
        total += slope * (sp.erf(upper / sp.sqrt(2)) - sp.erf(lower / sp.sqrt(2))) / 2
        lower = upper
    return sp.simplify(total)
