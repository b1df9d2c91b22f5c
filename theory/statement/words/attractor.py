"""Where correlations go under a map iterated: the attractor `rho*` of `rms`, its slope `q`, best contraction `beta*`."""

from __future__ import annotations

import sympy as sp

from theory.statement.quantity import Quantity, register
from theory.statement.words.kernel_map import Rms


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
