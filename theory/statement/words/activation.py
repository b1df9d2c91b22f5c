"""Numbers of an activation: Hermite coefficients, Gaussian moments, shares of the kernel map.

c[k] = E s(Z) he_k(Z)    E[s] = c[0]    E[s^2] = sum_k c[k]^2    Var[s] = E[s^2] - E[s]^2
p[k] = c[k]^2/Var[s] for k >= 1 (the share of r^k in kappa), p[0] = 0
w[k] = c[k]^2/E[s^2]     (the share of r^k in rms)
alpha = kappa'(0) = p[1]        beta_0 = 2 - alpha
"""

from __future__ import annotations

from typing import Any, ClassVar

import flint
import sympy as sp

from theory.kernel_map.hermite import HermiteExpansion
from theory.kernel_map.kernel_map import KernelMap
from theory.kernel_map.value import as_ball
from theory.statement.law import Law
from theory.statement.quantity import Form, Quantity, register
from theory.statement.words.kernel_map import Kappa


class _OfActivation(Quantity):
    """A number of the activation in the first argument."""

    family = "activation"
    nargs = 1
    form: ClassVar[Form] = "name"


class _OfDegree(Quantity):
    """A number of the activation (first argument) at a degree (second)."""

    family = "activation"
    nargs = 2
    form = "index"


@register
class Coefficient(_OfDegree):
    """c[k]."""

    word = "c"
    latex_name = "c"
    meaning = "Hermite coefficient E s(Z) he_k(Z), he_k orthonormal"
    example = "for s = relu: c[1] = 1/2"

    def enclose(self, values: tuple[Any, ...], digits: int) -> flint.arb:
        """Return a ball of c_k (of a law: with the factor's sign)."""
        source, degree = values
        if isinstance(source, Law):
            return as_ball(source.weight(degree)).sqrt() * as_ball(source.factor)
        return HermiteExpansion(source).coefficient(degree).ball(digits)


@register
class CentredShare(_OfDegree):
    """p[k]."""

    word = "p"
    latex_name = "p"
    meaning = "share of r^k in kappa: c[k]^2/Var[s] for k >= 1, and p[0] = 0"
    example = "for every activation s, k >= 1: p[k] <= 1"
    facts = ("for every activation s, k >= 0: p[k] >= 0",)

    def enclose(self, values: tuple[Any, ...], digits: int) -> flint.arb:
        """Return a ball of the share."""
        source, degree = values
        if isinstance(source, Law):
            return as_ball(source.weight(degree, centred=True))
        return KernelMap.centred(source).coefficient(degree).ball(digits)


@register
class NormalisedShare(_OfDegree):
    """w[k]."""

    word = "w"
    latex_name = "w"
    meaning = "share of r^k in rms: c[k]^2/E[s^2]"
    example = "for every activation s, k >= 0: w[k] <= 1"
    facts = ("for every activation s, k >= 0: w[k] >= 0",)

    def enclose(self, values: tuple[Any, ...], digits: int) -> flint.arb:
        """Return a ball of the share."""
        source, degree = values
        if isinstance(source, Law):
            return as_ball(source.weight(degree, centred=False))
        return KernelMap.normalised(source).coefficient(degree).ball(digits)


@register
class Mean(_OfActivation):
    """E[s]."""

    word = "E[s]"
    form = "mean"
    meaning = "Gaussian mean E s(Z) = c[0]"
    example = "for every odd activation s: E[s] = 0"

    def definition(self) -> sp.Expr:
        """Return c[0]."""
        return Coefficient(self.args[0], 0)


@register
class SecondMoment(_OfActivation):
    """E[s^2]."""

    word = "E[s^2]"
    form = "mean"
    is_always_positive = True
    meaning = "Gaussian second moment E s(Z)^2"
    example = "for s = relu: E[s^2] = 1/2"
    facts = ("for every activation s: E[s^2] > 0",)

    def enclose(self, values: tuple[Any, ...], digits: int) -> flint.arb:
        """Return a ball of the second moment (of a law: the square of its factor)."""
        source = values[0]
        return (
            as_ball(source.factor**2)
            if isinstance(source, Law)
            else HermiteExpansion(source).second_moment.ball(digits)
        )


@register
class Variance(_OfActivation):
    """Var[s]."""

    word = "Var[s]"
    form = "mean"
    is_always_positive = True
    meaning = "Gaussian variance E s(Z)^2 - (E s(Z))^2"
    example = "for every activation s: Var[s] <= E[s^2]"
    facts = ("for every activation s: Var[s] > 0",)

    def definition(self) -> sp.Expr:
        """Return E[s^2] - c[0]^2."""
        return SecondMoment(self.args[0]) - Coefficient(self.args[0], 0) ** 2


@register
class Alpha(_OfActivation):
    """alpha."""

    word = "alpha"
    latex_name = r"\alpha"
    meaning = "slope of kappa at 0: c[1]^2/Var[s]"
    example = "for every activation s, r in [0, 1]: kappa(r) >= alpha r"

    def definition(self) -> sp.Expr:
        """Return kappa'(0)."""
        return Kappa(self.args[0], 0, 1)


@register
class NonlinearityStrength(_OfActivation):
    """beta_0."""

    word = "beta_0"
    latex_name = r"\beta_0"
    is_always_positive = True
    meaning = "nonlinearity strength 2 - kappa'(0), in [1, 2]"
    example = "for every activation s: beta_0 >= 1"

    def definition(self) -> sp.Expr:
        """Return 2 - kappa'(0)."""
        return 2 - Kappa(self.args[0], 0, 1)
