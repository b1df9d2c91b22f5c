"""How the squared norm of a signal wanders through a plain network without normalisation, and what becomes of gradients.

Weights N(0, sigma_w^2/width) with sigma_w^2 = 1/E s(Z)^2 keep the mean-field variance at q = 1. Near it, to leading order in
1/width, log q goes through a layer by

    log q' = slope log q + noise,    slope = E s^2 (Z^2 - 1)/(2 E s^2),    width Var noise = strength = E s^4/(E s^2)^2 - 1,

because q'/E is a mean of `width` independent terms s(z_i)^2/E s^2. For a positively homogeneous activation the slope is 1:
log q is a random walk, of mean -strength depth/(2 width) and variance strength depth/width. Squared gradients change by the
factor chi_1 = E s'^2/E s^2 a layer, on average.

References
----------
1. B. Hanin, D. Rolnick, "How to start training: the effect of initialization and architecture", NeurIPS 2018 (relu: 5/width).
"""

from __future__ import annotations

from dataclasses import dataclass

import mpmath

from theory.activation.activation import Activation
from theory.activation.expression import X
from theory.enclosure.quadrature import Integrand, expectation
from theory.kernel_map.correlation_map import compare
from theory.kernel_map.hermite import HermiteExpansion, checked_moment
from theory.kernel_map.kernel_map import KernelMap
from theory.number import Number


@dataclass(frozen=True, slots=True)
class NormFluctuation:
    """One layer's action on log q near q = 1, and on squared gradients.

    Parameters
    ----------
    slope : Number
        Of the variance map at q = 1: above 1 the fixed variance repels.
    strength : Number
        Width times the variance of log q' given q.
    gradient_factor : Number
        chi_1 = E s'^2/E s^2, infinite for an activation that jumps.
    """

    slope: Number
    strength: Number
    gradient_factor: Number

    def variance(self, width: int, depth: int) -> Number:
        """Return Var log q after `depth` layers, strength/width sum_{l<depth} slope^(2l).

        Raises
        ------
        ValueError
            If a size is below 1.
        """
        _check_sizes(width, depth)

        if compare(self.slope, 1) == 0:
            return self.strength * depth / width
        square = self.slope**2
        return self.strength * (1 - square**depth) / (1 - square) / width

    def escape_depth(self, width: int) -> float:
        """Return the depth at which sqrt(strength/width) slope^l is 1: fluctuations reach order 1 (slope above 1).

        Examples
        --------
        >>> doubling = NormFluctuation(Number.of(2), Number.of(1), Number.of(1))
        >>> doubling.escape_depth(2**10)
        5.0
        """
        _check_sizes(width, 1)
        ratio = width / self.strength
        with mpmath.workdps(20):
            return float(mpmath.log(ratio.value(20)) / (2 * mpmath.log(self.slope.value(20))))

    def drift(self, width: int, depth: int) -> Number:
        """Return -strength depth/(2 width), the mean of log q after `depth` layers where the slope is 1."""
        _check_sizes(width, depth)
        return Number.combine(lambda strength: -strength * depth / (2 * width), self.strength)


def norm_fluctuation(activation: Activation) -> NormFluctuation:
    """Return slope, strength and gradient factor of an activation at q = 1.

    Parameters
    ----------
    activation : Activation

    Raises
    ------
    ValueError
        If E s^4 is not known to be finite (its growth bound decides).

    Notes
    -----
    **Accuracy**: exact where the moments have closed forms, else certified.

    Examples
    --------
    >>> from theory.activation.activation import Activation
    >>> relu = norm_fluctuation(Activation.from_text("relu"))
    >>> [number.decimal(12) for number in (relu.slope, relu.strength, relu.gradient_factor)]
    ['1', '5', '1']
    """
    if activation.growth.quadratic * 8 >= 1:
        raise ValueError(
            f"norm_fluctuation needs E s(Z)^4 < oo (it is the spread of one layer), got {activation.text!r}, "
            f"bounded by exp({activation.growth.quadratic} x^2)."
        )
    second = HermiteExpansion(activation).second_moment
    return NormFluctuation(
        Number.combine(lambda w, e: w / (2 * e), _weighted(activation), second),
        Number.combine(lambda f, e: f / e**2 - 1, _moment_of_power(activation, 4), second),
        KernelMap.normalised(activation).slope_at_one,
    )


def _moment_of_power(activation: Activation, power: int) -> Number:
    """Return E s^power."""
    tree = activation.expression ** (power // 2)
    return checked_moment(
        tree, Number.certified(lambda digits: expectation(Integrand.of_expression(tree * tree), digits))
    )


def _weighted(activation: Activation) -> Number:
    """Return E s^2 (Z^2 - 1) = E (s Z)^2 - E s^2."""
    tree = activation.expression * X
    square = checked_moment(
        tree, Number.certified(lambda digits: expectation(Integrand.of_expression(tree * tree), digits))
    )
    return Number.combine(lambda a, b: a - b, square, HermiteExpansion(activation).second_moment)


def _check_sizes(width: int, depth: int) -> None:
    for name, size in (("width", width), ("depth", depth)):
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise ValueError(f"NormFluctuation needs an integer {name} >= 1, got {name}={size!r}.")
