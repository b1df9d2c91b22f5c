"""The depth law at criticality: how 1 - rho_l decays where the slope at 1 is exactly 1, with its constant.

With delta = 1 - rho and slope 1, one layer is delta -> delta - C delta^e + ..., e and C from the behaviour of the map at
1 (`theory.kernel_map.behaviour_at_one`). For u = delta^(1-e) this reads u -> u + (e - 1) C + o(1), so u_l ~ (e - 1) C l, that is

    l^(1/(e-1)) (1 - rho_l)  ->  ((e - 1) C)^(-1/(e-1)).

Finite curvature: e = 2, C = kappa''(1)/2, and l (1 - rho_l) -> 2/kappa''(1). A kink: e = 3/2, and
l^2 (1 - rho_l) -> 4/C^2, which is 9 pi^2/2 for relu. The bound of Case 3 (`theory.signal_propagation.rate`) has the power 1 for every
activation; with a kink it is far from sharp.

References
----------
1. S. Hayou, A. Doucet, J. Rousseau, "On the impact of the activation function on deep neural networks training",
   ICML 2019 (relu: 1 - rho_l ~ 9 pi^2/(2 l^2); smooth: 1 - rho_l ~ beta/l).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp

from theory.kernel_map.correlation_map import compare, fixes_zero
from theory.kernel_map.kernel_map import KernelMap
from theory.notebook import display_math
from theory.number import Number


@dataclass(frozen=True, slots=True)
class DepthLaw:
    """l^power (1 - rho_l) -> constant, for every rho_0 in (-1, 1).

    Parameters
    ----------
    power : int
        1 (finite curvature at 1) or 2 (a kink).
    constant : Number
    """

    power: int
    constant: Number

    def _repr_latex_(self) -> str:
        """Return the law, for notebooks."""
        power = r"\ell" if self.power == 1 else rf"\ell^{{{self.power}}}"
        return display_math(rf"{power} (1 - \rho_\ell) \to {self.constant.latex()}")

    def to_json(self, digits: int) -> dict[str, Any]:
        """Return {"power", "constant"}."""
        return {"power": self.power, "constant": self.constant.to_json(digits)}


def depth_law(kernel: KernelMap) -> DepthLaw | None:
    """Return the law of 1 - rho_l at slope exactly 1, or None where the slope is not known to be 1.

    Parameters
    ----------
    kernel : KernelMap
        Normalised (a centred map has slope above 1, or is the identity).

    Raises
    ------
    ValueError
        For a raw map, or if the behaviour at 1 cannot be decided.

    Examples
    --------
    >>> from theory.activation.activation import Activation
    >>> law = depth_law(KernelMap.normalised(Activation.from_text("relu")))  # 9 pi^2/2
    >>> law.power, law.constant.decimal(12)
    (2, '44.4132198049')
    >>> law = depth_law(KernelMap.normalised(Activation.from_text("exp")))  # kappa = exp(rho - 1), curvature 1
    >>> law.power, str(law.constant)
    (1, '2')
    """
    if kernel.kind == "raw":
        raise ValueError("depth_law needs a normalised or centred map (value 1 at rho = 1), got kind='raw'.")
    if compare(kernel.slope_at_one, 1) != 0 or fixes_zero(kernel) is not False:
        return None
    behaviour = kernel.behaviour_at_one
    power = 1 / (behaviour.exponent - 1)
    if power.denominator != 1:  # a slope of 1 is finite: no jump, so the exponent is 2 or 3/2
        raise ValueError(f"depth_law needs a finite slope at 1, got a leading power {behaviour.exponent}.")
    shift = behaviour.exponent - 1
    return DepthLaw(int(power), _simplified(behaviour.constant, shift, int(power)))


def _simplified(constant: Number, shift: Fraction, power: int) -> Number:
    """Return (shift * constant)^-power, in closed form where the constant is exact."""
    value = Number.combine(lambda c, s: (s * c) ** -power, constant, Number.of(shift))
    if value.exact is None:
        return value

    return Number.of(sp.simplify(value.exact))
