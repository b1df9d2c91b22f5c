"""Activation shaping: gains alpha_l that make the layers of a batch-normalised network nearly linear, s(alpha x)/alpha.

At constant gain the logarithm of the gradient grows by about c alpha^4 a layer (the deviation from linear is of order alpha^2 and its
effect of second order in it), so gains keep gradients bounded at every depth if and only if sum alpha_l^4 < oo: for
alpha_l = (l+1)^e if e < -1/4. This law is *measured*, not proved; what is exact here are the sums and the expansion

    s(alpha x)/(alpha s'(0)) = x + alpha^2 t x^3 + O(alpha^4),   t = s'''(0)/(6 s'(0)),     for odd s,                     (1)
    (1/2)(E s_alpha'(Z)^2 / E s_alpha(Z)^2 - 1) = 6 t^2 alpha^4 + O(alpha^6),                                             (2)

the rate that independent Gaussian entries would give; measured rates have its order, not its value.

References
----------
[1] A. Meterez et al., Towards training without depth limits: batch normalization without gradient explosion, ICLR 2024, section 5.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import flint
import sympy as sp
from sympy import Expr

from theory.activation.activation import Activation
from theory.batch_norm.time_scale import checked_depth
from theory.enclosure.ball import ball_of, bits_of, working_bits
from theory.haar.dimension import exact_rational
from theory.number import Number

__all__ = ["CRITICAL_EXPONENT", "cubic_coefficient", "gain_sum", "gaussian_growth", "is_summable"]

CRITICAL_EXPONENT = Fraction(-1, 4)
"""The exponent e of (l+1)^e at which sum (l+1)^{4e} diverges logarithmically."""


def is_summable(exponent: Any, power: int = 4) -> bool:
    """Return whether sum_l ((l+1)^e)^power < oo, that is power * e < -1.

    Raises
    ------
    TypeError
        If the exponent is not exact.

    Examples
    --------
    The exponent -2/5 of the authors: bounded by the fourth powers, unbounded by the squares.

    >>> is_summable(Fraction(-2, 5)), is_summable(Fraction(-2, 5), power=2)
    (True, False)
    """
    return power * exact_rational(exponent, function="is_summable", name="exponent") < -1


def gain_sum(exponent: Any, depth: Any, power: int = 4) -> Number:
    """Return sum_{l=1..depth} (l+1)^{power e}.

    Parameters
    ----------
    exponent : rational number
        e.
    depth : int
        At least 1.
    power : int
        4 for the growth of gradients.

    Returns
    -------
    Number
        Certified.

    Raises
    ------
    TypeError, ValueError
        If the exponent is not exact, or the depth is no integer >= 1.

    Examples
    --------
    >>> gain_sum(Fraction(-1, 4), 3).decimal(10)
    '1.083333333'
    """
    e = power * exact_rational(exponent, function="gain_sum", name="exponent")
    layers = checked_depth(depth, "gain_sum")

    def enclose(digits: int) -> flint.arb:
        with working_bits(bits_of(digits) + 60):
            return sum((ball_of(layer + 1) ** ball_of(e) for layer in range(1, layers + 1)), ball_of(0))

    return Number.certified(enclose)


def cubic_coefficient(activation: Activation) -> Expr:
    """Return t = s'''(0)/(6 s'(0)) of an activation that is smooth at 0 with s(0) = s''(0) = 0, equation (1) of the module.

    Raises
    ------
    ValueError
        If s has a kink or a value at 0, no slope there, or an even part: small gains then do not make the layer linear to this order.

    Examples
    --------
    >>> from theory.activation import catalogue
    >>> [str(cubic_coefficient(a)) for a in catalogue("tanh", "sin")]
    ['-1/3', '-1/6']
    """
    x = sp.Symbol("x", real=True)
    points = activation.break_points
    if points is None or any(point == 0 for point in points):
        raise ValueError(
            f"cubic_coefficient needs an activation smooth at 0 (no gain makes a kink linear), got activation={activation.text!r}."
        )
    value, slope, second, third = (sp.diff(activation.sympy, x, k).subs(x, 0) for k in range(4))
    if sp.simplify(slope) == 0 or sp.simplify(value) != 0 or sp.simplify(second) != 0:
        raise ValueError(
            "cubic_coefficient needs s(0) = s''(0) = 0 and s'(0) != 0 (else the deviation is of another order), "
            f"got activation={activation.text!r}."
        )
    return sp.simplify(third / (6 * slope))


def gaussian_growth(activation: Activation) -> Expr:
    """Return 6 t^2: the growth constant c of log|gradient| per layer and alpha^4 for independent Gaussian entries, equation (2).

    Raises
    ------
    ValueError
        As `cubic_coefficient`.

    Notes
    -----
    **Accuracy.** Exact as an expansion coefficient; as a prediction for networks it holds in order of magnitude only.

    Examples
    --------
    >>> from theory.activation import catalogue
    >>> str(gaussian_growth(catalogue("tanh")[0]))
    '2/3'
    """
    return 6 * cubic_coefficient(activation) ** 2
