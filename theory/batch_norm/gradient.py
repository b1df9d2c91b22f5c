"""Gradients through X_{l+1} = BN(W_l X_l), W_l independent Haar on O(d): their Jacobian, an exact law, and an explicit bound.

**Jacobian.** With H = W_l X_l, a_i the squared norms of its rows, D = diag(a) and G = dL/dX_{l+1},

    dL/dH = D^{-1/2} (G - diag(G X_{l+1}^T) X_{l+1}),      dL/dW_l = dL/dH X_l^T,      dL/dX_l = W_l^T dL/dH.              (1)

**Isometric inputs** (X_0 orthogonal: then every X_l is, and D = I). M_l = (dL/dX_l) X_l^T obeys M_l = W_l^T offdiag(M_{l+1}) W_l, and
|dL/dW_l| = |offdiag M_{l+1}|. Its antisymmetric part A has no diagonal and is never touched; a symmetric hollow S, rotated, loses
the share 2/(d+2) of its square to the diagonal. So for the L-1-l layers above layer l,

    E |dL/dW_l|^2 = E |A|^2 + (d/(d+2))^{L-1-l} E |S|^2,       A, S = antisymmetric and hollow symmetric part of M_L.      (2)

**Any invertible input.** eta_l = -sum_i log a_i = d (phi_l - phi_{l+1}) >= 0 telescopes, and -log min a <= eta + sqrt(2 eta). On
every path log|dL/dX_0| <= log|dL/dX_L| + (d phi_0 + sum_l sqrt(2 eta_l))/2, and blocks of ceil(K) layers give, at every depth,

    E log|dL/dW_l| <= log sup|dL/dX_L| + (log d)/2 + d phi_0/2 + sqrt(2 ceil(K) d phi_0) / (2 (1 - e^{-1/2})).             (3)

The printed form [1, Theorem 2] is C d^5 (phi_0^3 + 1) with C not specified.

References
----------
[1] A. Meterez et al., Towards training without depth limits: batch normalization without gradient explosion, ICLR 2024.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import flint
import sympy as sp
from sympy import Expr

from theory.batch_norm.contraction import checked_width
from theory.batch_norm.one_step import moment_coefficients
from theory.batch_norm.time_scale import checked_depth, time_scale
from theory.enclosure.ball import ball_of, bits_of, working_bits
from theory.number import Number

__all__ = [
    "PRINTED_GRADIENT_CONSTANT",
    "diagonal_share",
    "gradient_bound",
    "isometric_gradient_norm",
    "linear_loss_gradient_norm",
    "row_norm_bound",
]

PRINTED_GRADIENT_CONSTANT = Fraction(4, 25)
"""A constant C with which the printed bound C d^5 (phi_0^3 + 1) holds if |dL/dX_L| <= 1; claim B11c of the ledger proves it."""


def diagonal_share() -> Expr:
    """Return E sum_i (W S W^T)_ii^2 / |S|^2 = 2/(d+2) for symmetric S of trace 0, from the fourth moments of a row.

    Examples
    --------
    >>> print(diagonal_share())
    2/(d + 2)
    """
    d = sp.Symbol("d", positive=True)
    return sp.factor(d * moment_coefficients([2])[(2,)])  # p_1 = 0, p_2 = |S|^2, and d diagonal entries


def isometric_gradient_norm(width: Any, layers_above: Any, antisymmetric: Any, symmetric: Any) -> Any:
    """Return E |dL/dW_l|^2 = E|A|^2 + (d/(d+2))^layers E|S|^2, equation (2) of the module.

    Parameters
    ----------
    width : int
        d >= 2.
    layers_above : int
        L - 1 - l >= 0.
    antisymmetric, symmetric : number
        E|A|^2 and E|S|^2 at the output.

    Returns
    -------
    number
        Exact for rational parts: decreases to the antisymmetric part, which no layer touches.

    Raises
    ------
    TypeError, ValueError
        If the width is no integer >= 2, or the number of layers is no integer >= 0.

    Examples
    --------
    >>> isometric_gradient_norm(2, 3, Fraction(1, 4), Fraction(1, 4))
    Fraction(9, 32)
    """
    d = checked_width(width, "isometric_gradient_norm")
    layers = checked_depth(layers_above + 1, "isometric_gradient_norm") - 1
    return antisymmetric + Fraction(d, d + 2) ** layers * symmetric


def linear_loss_gradient_norm(width: Any, layers_above: Any) -> Fraction:
    """Return E |dL/dW_l|^2 = ((d-1)/(2d)) (1 + (d/(d+2))^layers) for L = <G, X_L>, |G| = 1 in a uniform direction.

    Parameters
    ----------
    width : int
        d >= 2.
    layers_above : int
        L - 1 - l >= 0.

    Returns
    -------
    Fraction

    Raises
    ------
    TypeError, ValueError
        As `isometric_gradient_norm`.

    Examples
    --------
    At the last layer only the diagonal of G X^T is lost, 1/d of its square:

    >>> linear_loss_gradient_norm(10, 0)
    Fraction(9, 10)
    """
    d = checked_width(width, "linear_loss_gradient_norm")
    part = Fraction(d - 1, 2 * d)
    return Fraction(isometric_gradient_norm(d, layers_above, part, part))


def row_norm_bound(eta: Any) -> Any:
    """Return eta + sqrt(2 eta), at least -log min_i a_i when sum a_i = d and eta = -sum log a_i.

    Proof: a - 1 - log a decreases on (0, 1) and sums to eta; at a = e^{-F}, F = s + s^2/2 with s = sqrt(2 eta), it is at least
    (1 - s) - 1 + F = eta, because log(1-s) <= -s - s^2/2.
    """
    return eta + (2 * eta) ** Fraction(1, 2) if isinstance(eta, int | Fraction) else eta + (2 * eta).sqrt()


def gradient_bound(width: Any, gap: Number) -> Number:
    """Return the bound (3) of the module on E log|dL/dW_l| - log sup|dL/dX_L|, for every layer at every depth.

    Parameters
    ----------
    width : int
        d >= 2.
    gap : Number
        phi_0 >= 0, finite.

    Returns
    -------
    Number
        In nats. Where K is an integer up to rounding, with K + 1 in place of ceil(K).

    Raises
    ------
    TypeError, ValueError
        If the width is no integer >= 2.

    Examples
    --------
    >>> import sympy as sp
    >>> gradient_bound(100, Number.of(0)).decimal(8)
    '2.3025851'
    """
    d = checked_width(width, "gradient_bound")

    def enclose(digits: int) -> flint.arb:
        with working_bits(bits_of(digits) + 40):
            phi = gap.ball(digits + 10)
            scale = time_scale(d, phi)
            block = scale.ceil() if scale.ceil().is_exact() else (scale + 1).upper().floor()
            sums = 2 * (1 - (ball_of(Fraction(-1, 2))).exp())
            # phi = 0 may be a ball around it; the root is then taken of its nonnegative part
            inner = (2 * block * d * phi).max(ball_of(0))
            return ball_of(d).log() / 2 + d * phi / 2 + inner.sqrt() / sums

    return Number.certified(enclose)
