"""Where correlations go under a map iterated: the attractor `rho*` of `rms`, its slope `q`, best contraction `beta*`."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import flint
import sympy as sp

from theory.activation.activation import Activation
from theory.kernel_map.kernel_map import KernelMap
from theory.kernel_map.value import as_ball
from theory.signal_propagation.contraction_constant import contraction_constant
from theory.signal_propagation.fixed_point import fixed_points
from theory.statement.law import Law
from theory.statement.quantity import Quantity, Undecided, register
from theory.statement.words.kernel_map import Rms

_LARGEST_DEGREE = 8
"""Of a polynomial activation whose best contraction is computed; its text is of some hundred characters."""


class _OfActivation(Quantity):
    form = "name"
    family = "kernel map"
    nargs = 1


@register
class Attractor(_OfActivation):
    """rho*."""

    word = "rho*"
    latex_name = r"\rho^*"
    meaning = "attracting fixed point in [0, 1] of rms (1 if the slope there is at most 1; 0 if E[s] = 0 and the slope exceeds 1)"
    example = "for s = gelu: rms(rho*) = rho*"
    facts = (
        "for every activation s: rms(rho*) = rho*",
        "for every activation s: rho* >= 0 and rho* <= 1",
    )

    def enclose(self, values: tuple[Any, ...], digits: int) -> flint.arb:
        """Return a ball of the attracting fixed point."""
        source = values[0]
        if isinstance(source, Law):
            return _of_law(source, digits)
        found = fixed_points(KernelMap.normalised(source)).attractor
        if found is None:
            raise Undecided(f"no attractor known for {source}")
        return found.value.ball(digits)


@register
class AttractorSlope(_OfActivation):
    """q."""

    word = "q"
    latex_name = "q"
    meaning = "slope of rms at its attractor: rms'(rho*), at most 1"
    example = "for s = gelu: q < 1"

    def definition(self) -> sp.Expr:
        """Return rms'(rho*)."""
        return Rms(self.args[0], Attractor(self.args[0]), 1)


@register
class BestContraction(_OfActivation):
    """beta*."""

    word = "beta*"
    latex_name = r"\beta^*"
    meaning = "largest beta with kappa(r)/(1-kappa(r)) <= r/(1-r)/beta for all r in (0, 1)"
    example = "for s = relu: beta* >= beta_0"

    def enclose(self, values: tuple[Any, ...], digits: int) -> flint.arb:
        """Return a ball of the constant."""
        source = values[0]
        if isinstance(source, Law):
            degree = source.weights[-1][0]
            if degree == 1:  # kappa(r) = r
                return flint.arb(1)
            if degree > _LARGEST_DEGREE:
                raise Undecided(f"no ball for beta* of a polynomial of degree {degree}")
            source = Activation.from_text(str(source.polynomial))
        return contraction_constant(KernelMap.centred(source), min(digits, 20)).ball


def _of_law(law: Law, digits: int) -> flint.arb:
    """Return the attractor of a polynomial map: 1 if its slope there is at most 1, else the crossing below 1."""
    if law.value(Fraction(1), 1, centred=False) <= 1:
        return flint.arb(1)
    if law.weight(0) == 0:
        return flint.arb(0)
    low, high = Fraction(0), Fraction(1)
    # rms(r) - r is convex, positive at 0, negative just below 1: bisect its only zero in (0, 1)
    while high - low > Fraction(1, 2 ** (4 * digits)):
        middle = (low + high) / 2
        gap = law.value(middle, centred=False) - middle
        if gap == 0:
            return as_ball(middle)
        low, high = (middle, high) if gap > 0 else (low, middle)
    return as_ball(low).union(as_ball(high))
