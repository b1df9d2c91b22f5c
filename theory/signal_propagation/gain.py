r"""Gains of an activation: the factor of the weights' standard deviation that keeps signals or gradients at their size.

Weights N(0, g^2/fan) act on activities; x ~ N(m, v) is a pre-activation before the activation s. Then

    forward RMS gain    g = 1/sqrt(E s(x)^2)      the next pre-activation has mean square 1
    forward std gain    g = 1/sqrt(Var s(x))      the same after the mean is removed (scaled weight standardisation, layer norm)
    backward gain       g = 1/sqrt(E s'(x)^2)     squared gradients keep their mean size; infinite slope: 0, as for jumps
    tangent at zero     g = 1/sqrt((s'(0+)^2 + s'(0-)^2)/2)    signals too small to see more than the slope at 0; s(0) = 0

and the *critical gain* does both at once: without biases, V(q) = q and chi_1 = g^2 E s'(sqrt(q) Z)^2 = 1, at the variance q that
it comes with. A gain is a factor of the standard deviation: the variance is its square, over the fan. Initialisers that take a
"gain" (PyTorch, flax) multiply the standard deviation; those that take a "scale" (Keras, jax) the variance.

Accuracy: exact or certified, to any digits. That a critical variance is the only one is not shown.

References
----------
1. K. He, X. Zhang, S. Ren, J. Sun, "Delving deep into rectifiers", ICCV 2015 (relu: sqrt(2) forward and backward).
2. A. Brock, S. De, S. L. Smith, "Characterizing signal propagation to close the performance gap in unnormalized ResNets",
   ICLR 2021 (forward std gains, printed from samples).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any

import flint
import sympy as sp

from theory.activation.activation import Activation
from theory.activation.expression import Expression, X, number
from theory.activation.expression import sqrt as root
from theory.enclosure.ball import ball_of, bits_of, check_digits, enclose_to, working_bits
from theory.enclosure.derivative import derivative
from theory.enclosure.quadrature import Integrand, expectation
from theory.kernel_map.behaviour_at_one import slope_at_one
from theory.kernel_map.hermite import HermiteExpansion
from theory.number import Number
from theory.signal_propagation.slope_at_zero import slope_at_zero
from theory.signal_propagation.variance_map import (
    QUICK_DIGITS,
    FixedVariances,
    VarianceMap,
    crossing,
    variance_fixed_points,
)

_HALF = Fraction(1, 2)
_DEVIATIONS = tuple(Fraction(k, 8) for k in (1, 2, 3, 4, 6, 9, 12, 17, 24, 33, 48))
"""Where a critical variance is looked for: a sign change between neighbours, offset so that no round variance is met."""

_LARGEST_TIDIED = 20
"""Operations of a closed form whose root is freed of denominators; larger ones (selu's) take a second and stay unreadable."""


@dataclass(frozen=True, slots=True)
class CriticalGain:
    """A gain with V(q) = q and chi_1 = 1, without biases.

    Parameters
    ----------
    gain : Number
    variance : Number or None
        q, the pre-activation variance it is critical at; None if it is critical at every q.
    """

    gain: Number
    variance: Number | None


@dataclass(frozen=True)
class Gains:
    """The gains of an activation for pre-activations N(mean, variance).

    Parameters
    ----------
    activation : Activation
    mean, variance : Fraction
        Of a pre-activation; variance > 0.

    Raises
    ------
    ValueError
        If the variance is not positive.

    Examples
    --------
    >>> relu = gains("relu")
    >>> [str(g.exact) for g in (relu.forward_rms, relu.backward, relu.critical.gain)]
    ['sqrt(2)', 'sqrt(2)', 'sqrt(2)']
    >>> gains("selu").forward_std.decimal(10)
    '1'
    >>> gains("gelu").forward_std.decimal(8), gains("tanh").critical.gain.decimal(3)
    ('1.7009262', '1')
    """

    activation: Activation
    mean: Fraction = Fraction(0)
    variance: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        if not self.variance > 0:
            raise ValueError(f"gains need a positive variance of the pre-activation, got variance={self.variance!s}.")

    @property
    def _is_standard(self) -> bool:
        return self.mean == 0 and self.variance == 1

    @cached_property
    def _shifted(self) -> Activation:
        """z -> s(mean + sqrt(variance) z)."""
        place = root(number(self.variance)) * X if self.variance != 1 else X
        moved = place + number(self.mean) if self.mean else place
        return Activation(
            f"{self.activation.name} of N({self.mean}, {self.variance})", self.activation.expression.replace(X, moved)
        )

    @cached_property
    def forward_rms(self) -> Number:
        """1/sqrt(E s(x)^2)."""
        if self._is_standard:
            return _inverse_root(HermiteExpansion(self.activation).second_moment)
        return _inverse_root(_mean(self._shifted.expression**2))

    @cached_property
    def forward_std(self) -> Number:
        """1/sqrt(Var s(x))."""
        if self._is_standard:
            return _inverse_root(HermiteExpansion(self.activation).variance)
        tree = self._shifted.expression
        return _inverse_root(_mean(tree**2) - _mean(tree) ** 2)

    @cached_property
    def backward(self) -> Number:
        """1/sqrt(E s'(x)^2), 0 if s jumps."""
        slope = slope_at_one(self.activation)
        if not slope.is_finite:
            return Number.of(0)
        if self._is_standard:
            return _inverse_root(slope)
        return _inverse_root(_mean(derivative(self._shifted.expression) ** 2) / self.variance)

    @cached_property
    def tangent_at_zero(self) -> Number | None:
        """1/sqrt((s'(0+)^2 + s'(0-)^2)/2); None where s(0) is not 0 or a slope is 0 on both sides or infinite."""
        square = slope_at_zero(self.activation).mean_square
        if square is None or (square.exact is not None and square.exact == 0):
            return None
        return _inverse_root(square)

    @cached_property
    def critical(self) -> CriticalGain | None:
        """The gain with V(q) = q and chi_1 = 1 at the least variance found; None where there is none, or s jumps."""
        if not slope_at_one(self.activation).is_finite:
            return None
        if slope_at_zero(self.activation).homogeneous_moment is not None:
            return CriticalGain(_inverse_root(slope_at_one(self.activation)), None)
        return self._crossing() or self._at_zero()

    def _crossing(self) -> CriticalGain | None:
        """Return the critical point at a sign change of E s(sqrt(q) Z)^2 - q E s'(sqrt(q) Z)^2."""
        layer = VarianceMap(self.activation, Number.of(1), Number.of(0))

        def excess(deviation: Fraction, digits: int) -> flint.arb:
            with working_bits(bits_of(digits + 8)):
                slope = layer.moment("X", deviation, digits)
                return layer.moment("W", deviation, digits) - ball_of(deviation**2) * slope

        signs = [(d, excess(d, QUICK_DIGITS)) for d in _DEVIATIONS]
        for (low, before), (high, after) in pairwise(signs):
            if (before > 0 and after < 0) or (before < 0 and after > 0):
                return self._critical_between(layer, excess, low, high, falling=bool(before > 0))
        return None

    def _critical_between(
        self, layer: VarianceMap, excess: Any, low: Fraction, high: Fraction, *, falling: bool
    ) -> CriticalGain:
        ends, variance = crossing(excess, low, high, falling)

        def gain(digits: int) -> flint.arb:
            return enclose_to(
                digits, lambda more: 1 / layer.on_cell("X", *ends(more), more).sqrt(), caller="critical gain"
            )

        return CriticalGain(Number.certified(gain), Number.certified(variance))

    def _at_zero(self) -> CriticalGain | None:
        tangent = self.tangent_at_zero
        return None if tangent is None else CriticalGain(tangent, Number.of(0))

    def fixed_points(
        self, gain: Number, bias_variance: Fraction = Fraction(0), largest: Fraction = Fraction(2**10)
    ) -> FixedVariances:
        """Return every fixed variance up to `largest` of a network with this gain; see `variance_fixed_points`."""
        own = self.mean == 0 and self.variance == 1 and bias_variance == 0 and gain is self.forward_rms
        return variance_fixed_points(self.activation, gain**2, bias_variance, largest, (Fraction(1),) if own else ())

    def to_json(
        self, digits: int = 20, fan_in: Fraction | None = None, fan_out: Fraction | None = None
    ) -> dict[str, Any]:
        """Return ``{"activation", "input", "gains", "variance_fixed_points", "complete_up_to", "undecided"}``.

        Each gain is ``{"gain", "variance", "std", "weight_variance"}``: the gain, its square, and both over the fan if one is
        given (fan-in; fan-out for the backward gain); ``critical`` has the variance ``q`` it is critical at besides, None for
        every q. A gain that does not exist is None. Fixed variances are those of the forward RMS gain without biases.

        Raises
        ------
        ValueError
            If `digits` is out of range or an integral does not converge.
        """
        check_digits(digits, "gains")
        critical = self.critical
        found: dict[str, Any] = {
            "forward_rms": _entry(self.forward_rms, digits, fan_in),
            "forward_std": _entry(self.forward_std, digits, fan_in),
            "backward": _entry(self.backward, digits, fan_out or fan_in),
            "tangent_at_zero": None if self.tangent_at_zero is None else _entry(self.tangent_at_zero, digits, fan_in),
            "critical": None,
        }
        if critical is not None:
            place = None if critical.variance is None else critical.variance.to_json(digits)
            found["critical"] = _entry(critical.gain, digits, fan_in) | {"q": place}
        fixed = self.fixed_points(self.forward_rms)
        return {
            "schema": 1,
            "activation": {"name": self.activation.name, "expression": self.activation.text},
            "input": {"mean": str(self.mean), "variance": str(self.variance)},
            "fan_in": None if fan_in is None else str(fan_in),
            "fan_out": None if fan_out is None else str(fan_out),
            "gains": found,
            "variance_fixed_points": [
                {
                    "q": "every" if fixed.every else point.variance.to_json(digits),
                    "slope": point.slope.to_json(digits),
                    "stable": point.stable,
                    "chi": point.chi.to_json(digits),
                }
                for point in fixed.points
            ],
            "complete_up_to": str(fixed.largest),
            "undecided": [[str(low), str(high)] for low, high in fixed.undecided],
        }


def gains(activation: str | Activation, mean: Fraction | int = 0, variance: Fraction | int = 1) -> Gains:
    """Return the gains of an activation for pre-activations N(mean, variance); see `Gains`."""
    found = activation if isinstance(activation, Activation) else Activation.from_text(activation)
    return Gains(found, Fraction(mean), Fraction(variance))


def _mean(tree: Expression) -> Number:
    """Return E f(Z), certified: of a shifted argument a closed form is seldom worth its search."""
    return Number.certified(lambda digits: expectation(Integrand.of_expression(tree), digits))


def _inverse_root(number: Number) -> Number:
    if number.exact is not None:
        if number.exact == 0:
            return Number.of(sp.oo)
        root = 1 / sp.sqrt(number.exact)
        return Number.of(sp.radsimp(root) if sp.count_ops(number.exact) <= _LARGEST_TIDIED else root)
    return number**-_HALF


def _entry(gain: Number, digits: int, fan: Fraction | None) -> dict[str, Any]:
    entry: dict[str, Any] = {"gain": gain.to_json(digits), "variance": (gain**2).to_json(digits)}
    if fan is not None:
        entry["weight_variance"] = (gain**2 / fan).to_json(digits)
        entry["std"] = (gain * Number.of(fan) ** -_HALF).to_json(digits)
    return entry
