"""A kernel map by its exact shares: the law (w_0, w_1, ...) with rms(r) = sum_k w_k r^k, and the activation that has it.

Every law that is not a point mass at 0 comes from the activation sum_k sqrt(w_k) he_k, so a law with rational weights is
a case of "every activation" at which kernel maps are exact polynomials.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import flint
import sympy as sp

from theory.enclosure.ball import ball_of


@dataclass(frozen=True)
class Law:
    """Rational weights on finitely many degrees.

    Parameters
    ----------
    weights : tuple of (degree, weight)
        Positive weights that add to 1, in order of degree, some degree above 0.
    factor : Fraction
        What the activation sum_k sqrt(w_k) he_k is multiplied by; rms and kappa do not change with it.

    Examples
    --------
    >>> law = Law.of({1: Fraction(1, 2), 2: Fraction(1, 2)})
    >>> law.value(Fraction(1, 2)), str(law)
    (Fraction(3, 8), 'sqrt(1/2) he_1 + sqrt(1/2) he_2')
    """

    weights: tuple[tuple[int, Fraction], ...]
    factor: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        total = sum((w for _, w in self.weights), Fraction(0))
        if total != 1 or any(w <= 0 or k < 0 for k, w in self.weights) or self.weights[-1][0] == 0:
            raise ValueError(f"Law needs positive weights that add to 1 and a degree above 0, got {self.weights!r}.")

    @classmethod
    def of(cls, weights: Mapping[int, Fraction | int]) -> Law:
        """Return the law of these weights, scaled to add to 1."""
        total = Fraction(sum(weights.values()))
        return cls(tuple((k, Fraction(w) / total) for k, w in sorted(weights.items()) if w))

    def times(self, factor: Fraction | int) -> Law:
        """Return the law of the activation times a number that is not 0."""
        if factor == 0:
            raise ValueError("Law.times needs a factor other than 0 (the activation would be 0), got factor=0.")
        return replace(self, factor=self.factor * factor)

    def weight(self, degree: int, centred: bool = False) -> Fraction:
        """Return w_k, or p_k of the centred map."""
        shares = dict(self.weights)
        if not centred:
            return shares.get(degree, Fraction(0))
        return Fraction(0) if degree == 0 else shares.get(degree, Fraction(0)) / (1 - shares.get(0, Fraction(0)))

    def value(self, r: Fraction, order: int = 0, centred: bool = True) -> Fraction:
        """Return the map (or a derivative) at a rational correlation, exactly."""
        total = Fraction(0)
        for k, _ in self.weights:
            if k >= order:
                falling = 1
                for i in range(order):
                    falling *= k - i
                total += self.weight(k, centred) * falling * r ** (k - order)
        return total

    def ball(self, r: flint.arb, order: int = 0, centred: bool = True) -> flint.arb:
        """Return a ball of the map over a ball of correlations."""
        total = flint.arb(0)
        for k, _ in self.weights:
            if k >= order:
                falling = 1
                for i in range(order):
                    falling *= k - i
                total += ball_of(self.weight(k, centred) * falling) * r ** (k - order)
        return total

    @property
    def has_parity(self) -> str | None:
        """odd, even or None."""
        odd = {k % 2 for k, _ in self.weights}
        return None if len(odd) == 2 else ("odd" if odd == {1} else "even")

    @property
    def polynomial(self) -> sp.Expr:
        """The activation sum_k sqrt(w_k) he_k in the variable x, multiplied out."""
        x = sp.Symbol("x")
        total = sp.Integer(0)
        for k, w in self.weights:
            he = sp.hermite_prob(k, x) / sp.sqrt(sp.factorial(k))
            total += sp.sqrt(sp.Rational(w.numerator, w.denominator)) * he
        return sp.expand(total * sp.Rational(self.factor.numerator, self.factor.denominator))

    def __str__(self) -> str:
        plain = " + ".join((f"sqrt({w}) " if w != 1 else "") + f"he_{k}" for k, w in self.weights)
        return plain if self.factor == 1 else f"{self.factor} ({plain})"
