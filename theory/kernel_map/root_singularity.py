"""Does an activation have a root's singularity so strong that its derivative is not square-integrable?

At a break point b, x = b +- t^m turns roots of degree m into powers of t. If s(b +- t^m) = s(b) + A t^j + ... with A != 0 then
s' ~ |x - b|^(j/m - 1), whose square is integrable iff j/m > 1/2. Where it is not, E s'(Z)^2 is infinite, and with it the slope
of the kernel map at one; the map itself and its coefficients are finite.
"""

from __future__ import annotations

from math import lcm

import sympy as sp
from sympy import Expr

from theory.activation.activation import Activation
from theory.activation.evaluation import to_sympy
from theory.activation.expression import Expression
from theory.exact.sign import UndecidedSignError, sign_of


def has_infinite_slope(activation: Activation) -> bool:
    """Return whether E s'(Z)^2 is certainly infinite because of a root at a break point; False says nothing.

    Examples
    --------
    >>> [has_infinite_slope(Activation.from_text(text)) for text in ("sqrt(abs(x))", "abs(x)**(2/3)", "abs(x)**(1/3)")]
    [True, False, True]
    """
    for piece in activation.pieces or ():
        root = lcm(*(_degree(node) for node in piece.expression.nodes()))
        if root == 1:
            continue
        for place, direction in ((piece.lower, 1), (piece.upper, -1)):
            if place.is_finite and _leads_too_early(piece.expression, place, direction, root):
                return True
    return False


def _degree(node: Expression) -> int:
    if node.head == "sqrt":
        return 2
    return node.value.denominator if node.head == "power" and node.value is not None else 1


def _leads_too_early(expression: Expression, place: Expr, direction: int, root: int) -> bool:
    """Whether s(place + direction t^root) has a nonzero coefficient of some t^j, 0 < 2 j <= root, and is smooth in t up to it."""
    t = sp.Symbol("t", positive=True)
    derivative = sp.powdenest(to_sympy(expression, place + direction * t**root))
    for _ in range(root // 2):
        derivative = sp.diff(derivative, t)
        value = derivative.subs(t, 0)
        if value.has(sp.nan, sp.zoo, sp.oo) or value.free_symbols:
            return False
        try:
            if sign_of(value) != 0:
                return True
        except UndecidedSignError:
            return False
    return False
