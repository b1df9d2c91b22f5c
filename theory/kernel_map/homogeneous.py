r"""Kernel map of a positively homogeneous activation, in the angle between two samples.

An activation with s(cx) = c s(x) for c > 0 is p x for x > 0 and q x for x < 0: the family of leaky ReLUs, with ReLU (q = 0),
the absolute value (q = -p) and the linear map (q = p). Its normalised kernel map is the ReLU's up to one number,

    kappa(cos t) = cos t + kink J(t),   J(t) = (sin t - t cos t)/pi,   kink = (p - q)^2/(p^2 + q^2) in [0, 2],

for E s(U)s(V) = E s^2 . kappa splits into the linear part of s and its multiple of |x|. ReLU has kink 1, |x| has kink 2.
Conventions: t in [0, pi] is the angle of the pre-activations; E s^2 is divided out, so the diagonal of a Gram matrix is kept.
J increases from 0 to 1, and so does the **bend** J(t)/(1 - cos t), from 0 to 1/2: J' = t sin t/pi, and the derivative of
the quotient is sin t (t - sin t)/(pi (1 - cos t)^2) >= 0. Enclosures over an interval use this and have no other error.

References
----------
1. Y. Cho, L. Saul, "Kernel methods for deep learning", NeurIPS 2009 (the arc-cosine kernel of order 1).
2. A. L. Maas, A. Y. Hannun, A. Y. Ng, "Rectifier nonlinearities improve neural network acoustic models", 2013 (leaky ReLU).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import flint
import sympy as sp
from sympy import Expr

from theory.activation.activation import Activation
from theory.activation.evaluation import to_sympy
from theory.enclosure.ball import ball_of


@dataclass(frozen=True, slots=True)
class HomogeneousKernel:
    """The kernel map kappa(cos t) = cos t + kink (sin t - t cos t)/pi of a positively homogeneous activation.

    Parameters
    ----------
    kink : Fraction
        In (0, 2]: 1 for ReLU, (1-a)^2/(1+a^2) for the leaky ReLU of slope a, 2 for the absolute value.

    Raises
    ------
    TypeError
        If the kink is no rational number.
    ValueError
        If it is outside (0, 2]; 0 is a linear activation, for which recentring has nothing to balance.

    Examples
    --------
    >>> HomogeneousKernel.leaky(Fraction(1, 3)).kink
    Fraction(2, 5)
    >>> HomogeneousKernel().at_opposite  # ReLU maps opposite samples to orthogonal ones
    Fraction(0, 1)
    """

    kink: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        if type(self.kink) not in (int, Fraction):
            raise TypeError(f"HomogeneousKernel needs a rational kink, got {type(self.kink).__name__}.")
        if not 0 < self.kink <= 2:
            raise ValueError(
                f"HomogeneousKernel needs 0 < kink <= 2 (0 is a linear activation, which keeps every Gram matrix), "
                f"got kink={self.kink!r}."
            )

    @classmethod
    def leaky(cls, slope: Fraction | int) -> HomogeneousKernel:
        """Return the kernel of max(x, 0) + slope min(x, 0); its kink is (1 - slope)^2/(1 + slope^2)."""
        slope = Fraction(slope)
        return cls((1 - slope) ** 2 / (1 + slope**2))

    @classmethod
    def of(cls, activation: Activation) -> HomogeneousKernel:
        """Return the kernel of an activation that is p x for x > 0 and q x for x < 0.

        Raises
        ------
        ValueError
            If the activation is not positively homogeneous, is linear, or its slopes are irrational.

        Examples
        --------
        >>> from theory.activation.activation import Activation
        >>> HomogeneousKernel.of(Activation.from_text("abs(x)")).kink
        Fraction(2, 1)
        """
        slopes = _slopes(activation)
        if slopes is None:
            raise ValueError(
                f"HomogeneousKernel.of needs a positively homogeneous activation with rational slopes (recentring leaves the "
                f"norms free, and only s(cx) = c s(x) keeps them out of the kernel, which has a closed form in the angle "
                f"alone), got {activation}; leaky ReLUs are."
            )
        negative, positive = slopes
        return cls((positive - negative) ** 2 / (positive**2 + negative**2))

    @property
    def at_opposite(self) -> Fraction:
        """kappa(-1) = kink - 1: the cosine between the images of opposite samples."""
        return self.kink - 1

    def value(self, angle: flint.arb) -> flint.arb:
        """Return a ball of kappa(cos angle)."""
        return angle.cos() + ball_of(self.kink) * odd_part(angle)

    def slope(self, angle: flint.arb) -> flint.arb:
        """Return a ball of kappa'(cos angle) = 1 - kink angle/pi, the derivative in the cosine."""
        return 1 - ball_of(self.kink) * angle / flint.arb.pi()

    def expression(self, cosine: Expr) -> Expr:
        """Return kappa at a cosine as a SymPy expression.

        Examples
        --------
        >>> import sympy as sp
        >>> HomogeneousKernel().expression(sp.Rational(1, 2)).equals(sp.Rational(1, 3) + sp.sqrt(3) / (2 * sp.pi))
        True
        """
        kink = sp.Rational(self.kink.numerator, self.kink.denominator)
        return cosine + kink * (sp.sqrt(1 - cosine**2) - sp.acos(cosine) * cosine) / sp.pi

    def __str__(self) -> str:
        return {Fraction(1): "relu", Fraction(2): "abs"}.get(self.kink, f"leaky relu of kink {self.kink}")


RELU = HomogeneousKernel()
"""kappa(r) = (sqrt(1 - r^2) + (pi - arccos r) r)/pi."""


def odd_part(angle: flint.arb) -> flint.arb:
    """Return a ball of J(t) = (sin t - t cos t)/pi on [0, pi], where it increases."""
    return _increasing(lambda t: (t.sin() - t * t.cos()) / flint.arb.pi(), angle)


def bend(angle: flint.arb) -> flint.arb:
    """Return a ball of J(t)/(1 - cos t) on [0, pi], where it increases; its value at 0 is 0.

    Notes
    -----
    **Accuracy**: ends at which the quotient is lost to rounding are enclosed by 0 <= J/(1 - cos) <= 2t/(3 pi).
    """
    return _increasing(_bend_at, angle)


def bend_slope(angle: flint.arb) -> flint.arb:
    """Return a ball of the derivative of `bend` on (0, pi): cot(t/2) (t - sin t)/(pi (1 - cos t)).

    Notes
    -----
    The cotangent of t/2 decreases, (t - sin t)/(1 - cos t) increases: 2(1 - cos t) >= t sin t is tan x >= x.
    """
    growing = _increasing(lambda t: (t - t.sin()) / (1 - t.cos()), angle)
    low, high = _ends(angle)
    falling = _hull((low / 2).cot(), (high / 2).cot())
    return growing * falling / flint.arb.pi()


def _bend_at(angle: flint.arb) -> flint.arb:
    ceiling = 2 * angle / (3 * flint.arb.pi())
    if not angle > 0:
        return _hull(flint.arb(0), ceiling.upper().max(flint.arb(0)))
    value = (angle.sin() - angle * angle.cos()) / (flint.arb.pi() * (1 - angle.cos()))
    return value if value.is_finite() else _hull(flint.arb(0), ceiling.upper())


def _increasing(function: Callable[[flint.arb], flint.arb], angle: flint.arb) -> flint.arb:
    if angle.is_exact():
        return function(angle)
    low, high = _ends(angle)
    return _hull(function(low), function(high))


def _ends(angle: flint.arb) -> tuple[flint.arb, flint.arb]:
    return angle.lower().max(flint.arb(0)), angle.upper().min(flint.arb.pi())


def _hull(first: flint.arb, second: flint.arb) -> flint.arb:
    return first.union(second)


def _slopes(activation: Activation) -> tuple[Fraction, Fraction] | None:
    """Return (slope below 0, slope above 0) if the activation is made of these two rays, else None."""
    pieces = activation.pieces
    if pieces is None or len(pieces) > 2 or (len(pieces) == 2 and pieces[0].upper != 0):
        return None
    slopes = []
    for piece in (pieces[0], pieces[-1]):
        expression = to_sympy(piece.expression)
        (variable,) = expression.free_symbols or (None,)
        slope = expression.diff(variable) if variable is not None else expression
        if not slope.is_Rational or (variable is None and slope != 0):
            return None
        if variable is not None and expression.subs(variable, 0) != 0:
            return None
        slopes.append(Fraction(int(slope.p), int(slope.q)))
    return slopes[0], slopes[1]
