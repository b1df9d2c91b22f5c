"""What a raw kernel map kappa(rho) = E s(U) s(V) does at rho = 1: slope, curvature, and the singularity of kinks and jumps.

With U, V standard normal of correlation rho, Price's theorem gives kappa^(m)(rho) = E s^(m)(U) s^(m)(V). A jump J of
s^(m) at b is a point mass in s^(m+1), and two such masses at one point contribute

    J^2 exp(-b^2/(1 + rho)) / (2 pi sqrt(1 - rho^2))

to kappa^(m+1); masses at different points vanish as rho -> 1. So, delta = 1 - rho -> 0, with
C = sum_b J_b^2 exp(-b^2/2)/(2 pi):

    jump of s   kappa = kappa(1) - sqrt(2) C delta^(1/2) + ...            (slope infinite)
    jump of s'  kappa = kappa(1) - kappa'(1) delta + (2 sqrt(2)/3) C delta^(3/2) + ...   (curvature infinite)
    otherwise   kappa = kappa(1) - kappa'(1) delta + kappa''(1) delta^2/2 - ...

References
----------
1. R. Price, "A useful theorem for nonlinear devices having Gaussian inputs", IRE Trans. Inf. Theory 4 (1958).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise
from math import factorial
from typing import Literal

import flint
import sympy as sp
from sympy import Expr

from theory.activation.activation import Activation
from theory.activation.evaluation import to_sympy
from theory.activation.expression import Expression
from theory.activation.pieces import smooth_pieces
from theory.enclosure.ball import ball_of, bits_of, enclose_to, working_bits
from theory.enclosure.ball_function import ball_function
from theory.enclosure.derivative import derivative
from theory.enclosure.quadrature import Integrand, expectation
from theory.kernel_map.hermite import checked_moment
from theory.kernel_map.root_singularity import has_infinite_slope
from theory.number import Number

Regularity = Literal["smooth", "kink", "jump"]


@dataclass(frozen=True, slots=True)
class BehaviourAtOne:
    """The first terms of kappa(1 - delta) as delta -> 0.

    Parameters
    ----------
    regularity : {"smooth", "kink", "jump"}
        Of the activation: s' absolutely continuous; s' jumps; s jumps.
    slope, curvature : Number
        kappa'(1) and kappa''(1); infinite ones are exact ``oo``.
    exponent : Fraction
        Power of delta of the first term that is not linear: 2, 3/2 or 1/2.
    constant : Number
        Its coefficient: kappa''(1)/2, (2 sqrt(2)/3) C or -sqrt(2) C.
    """

    regularity: Regularity
    slope: Number
    curvature: Number
    exponent: Fraction
    constant: Number

    @property
    def reason(self) -> str:
        """Why slope and curvature are finite or not, in words."""
        return {
            "smooth": "the activation has a continuous derivative, so slope and curvature are E s'^2 and E s''^2",
            "kink": "the derivative of the activation jumps, so the curvature is infinite",
            "jump": "the activation jumps, so the slope is infinite",
        }[self.regularity]


def behaviour_at_one(activation: Activation) -> BehaviourAtOne:
    """Return slope, curvature and leading singular term of the raw kernel map at 1.

    Raises
    ------
    ValueError
        If break points are not exact and the curvature cannot be decided, or a derivative has no growth bound.

    Examples
    --------
    >>> from theory.activation.activation import Activation
    >>> relu = behaviour_at_one(Activation.from_text("relu"))
    >>> relu.slope.exact, relu.curvature.exact, relu.exponent
    (1/2, oo, Fraction(3, 2))
    """
    return _behaviour(activation)


@cache
def _behaviour(activation: Activation) -> BehaviourAtOne:
    infinite = Number.of(sp.oo)
    slope = slope_at_one(activation)
    if not slope.is_finite and not _jumps(activation.expression, 0):
        raise ValueError(
            f"behaviour_at_one needs jumps or kinks only (their singular terms are known), got {activation.text!r}, which "
            "has a root at a break point: its slope at one is infinite."
        )
    if not slope.is_finite:
        return BehaviourAtOne("jump", infinite, infinite, Fraction(1, 2), _singular_term(activation, 0))
    curvature = curvature_at_one(activation)
    if not curvature.is_finite:
        return BehaviourAtOne("kink", slope, infinite, Fraction(3, 2), _singular_term(activation, 1))
    return BehaviourAtOne("smooth", slope, curvature, Fraction(2), Number.combine(lambda c: c / 2, curvature))


@cache
def slope_at_one(activation: Activation) -> Number:
    """Return kappa'(1) = E s'(Z)^2 of the raw kernel map, or infinity if s jumps or has a root too steep."""
    if _jumps(activation.expression, 0) or has_infinite_slope(activation):
        return Number.of(sp.oo)
    return mean_square(derivative(activation.expression))


@cache
def curvature_at_one(activation: Activation) -> Number:
    """Return kappa''(1) = E s''(Z)^2 of the raw kernel map, or infinity if s or s' jumps.

    Raises
    ------
    ValueError
        If it cannot be decided whether s' jumps.
    """
    if any(_jumps(activation.expression, order) for order in (0, 1)) or has_infinite_slope(activation):
        return Number.of(sp.oo)
    return mean_square(derivative(derivative(activation.expression)))


def derivative_moment(activation: Activation, order: int) -> tuple[Number, Fraction]:
    """Return the coefficient of the raw map's term of this order in 1 - rho, and its power.

    The Taylor term (-1)^j E (s^(j))^2/j! if no derivative below order j jumps; the singular term of the first jump
    otherwise, of power j - 1/2, j - 1 the order of the derivative that jumps.
    """
    tree = activation.expression
    for below in range(order):
        if _jumps(activation.expression, below):
            return _singular_term(activation, below), Fraction(2 * below + 1, 2)
        tree = derivative(tree)
    sign_over_factorial = Fraction((-1) ** order, factorial(order))
    return Number.combine(lambda m, f: m * f, mean_square(tree), Number.of(sign_over_factorial)), Fraction(order)


def _singular_term(activation: Activation, order: int) -> Number:
    """Return the coefficient of delta^(m + 1/2) for jumps of s^(m): C (2 delta)^(-1/2) integrated m + 1 times.

    int_0^delta of t^(j - 1/2) is delta^(j + 1/2)/(j + 1/2), and each integration from 1 downwards changes the sign.
    """
    squared = Fraction(1, 2)
    for j in range(order + 1):
        squared /= Fraction(2 * j + 1, 2) ** 2
    sign = -1 if order % 2 == 0 else 1
    return Number.combine(
        lambda c, f: sign * (c**2 * f).sqrt(), _point_mass(activation.expression, order), Number.of(squared)
    )


def mean_square(expression: Expression) -> Number:
    """Return E f(Z)^2 for an expression, exact where a closed form is known."""
    if expression.is_constant and expression.value is not None:
        return Number.of(expression.value**2)
    certified = Number.certified(lambda digits: expectation(Integrand.of_expression(expression).squared(), digits))
    return checked_moment(expression, certified)


def _jumps(expression: Expression, order: int) -> bool:
    """Whether the derivative of this order jumps somewhere, the lower ones being continuous."""
    tree = _differentiated(expression, order)
    if not any(node.head in {"step", "sign"} for node in tree.nodes()):
        return False  # max, min and abs are continuous
    return any(jump.exact != 0 for _, jump in _jump_sizes(tree))


def _jump_sizes(tree: Expression) -> list[tuple[Expr, Number]]:
    """Return (b, jump of the tree's value at b) for its break points.

    Raises
    ------
    ValueError
        If break points are not exact.
    """
    pieces = smooth_pieces(tree)
    if pieces is None:
        raise ValueError(
            f"behaviour_at_one needs exact break points (kinks of polynomials), got {str(tree)!r}, whose jumps are unknown."
        )
    sizes = []
    for left, right in pairwise(pieces):
        jump = _Jump(left.upper, left.expression, right.expression)
        sizes.append((left.upper, Number.certified(jump.enclose) if jump.is_nonzero() else Number.of(0)))
    return sizes


@dataclass(frozen=True, slots=True)
class _Jump:
    """The difference of two pieces at the point where they meet."""

    place: Expr
    below: Expression
    above: Expression

    def enclose(self, digits: int) -> flint.arb:
        return enclose_to(
            digits, lambda _: self._size(), caller=f"behaviour_at_one (a one-sided limit at x = {self.place})"
        )

    def _size(self) -> flint.arb:
        z = flint.acb(ball_of(self.place))
        return (ball_function(self.above)(z, False) - ball_function(self.below)(z, False)).real

    def is_nonzero(self) -> bool:
        """Decide by balls, or exactly by SymPy where the ball holds 0."""
        if not self.enclose(30).contains(0):
            return True
        difference = to_sympy(self.above, self.place) - to_sympy(self.below, self.place)
        if sp.simplify(difference) == 0:
            return False
        raise ValueError(
            f"behaviour_at_one needs one-sided limits that are equal or clearly apart, got {difference} at x = {self.place}."
        )


def _point_mass(expression: Expression, order: int) -> Number:
    """Return C = sum_b J_b^2 exp(-b^2/2)/(2 pi) over the jumps J_b of the derivative of this order."""
    sizes = _jump_sizes(_differentiated(expression, order))

    def enclose(digits: int) -> flint.arb:
        with working_bits(bits_of(digits + 10)):
            total = flint.arb(0)
            for place, jump in sizes:
                total += jump.ball(digits + 10) ** 2 * (-(ball_of(place) ** 2) / 2).exp()
            return total / (2 * flint.arb.pi())

    return Number.certified(enclose)


def _differentiated(expression: Expression, order: int) -> Expression:
    for _ in range(order):
        expression = derivative(expression)
    return expression
