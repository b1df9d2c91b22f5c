r"""The squared norm under smooth shaping, dV = b V (V-1) dt + sqrt(2) V dB on (0, oo): Feller's test and what follows.

Scale density s(v) = v^b e^{-bv}, speed density m(v) = v^{-2-b} e^{bv}. Feller: an end is reached in finite time iff
the integral of (mass of s beyond v) m(v) dv converges there. Both densities are of the form v^p e^{qv}, for which these
tails are decided by exponents alone. Conclusions: 0 is never reached; infinity is reached iff b > 0, then with
probability P(b+1, b V_0) (regularised lower incomplete gamma function), and V -> 0 otherwise.

Explicit solution: V_t = V_0 Y_t/(1 - b V_0 int_0^t Y_s ds), Y_t = exp(-(b+1)t + sqrt(2) B_t).

References: S. Karlin, H. Taylor, "A Second Course in Stochastic Processes", chapter 15; D. Dufresne, Scand. Actuar. J.
1990, 39-79 (the law of int_0^oo Y ds).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import flint
import sympy as sp
from sympy import Expr, Symbol

from theory.activation.shaping import exact_number
from theory.covariance_sde.correlation import one_dimensional_generator
from theory.enclosure.ball import ball_of
from theory.number import Number


@dataclass(frozen=True, slots=True)
class PowerExponential:
    """The function v^power e^(rate v), up to a positive factor, on (0, oo)."""

    power: Expr
    rate: Expr

    def __mul__(self, other: PowerExponential) -> PowerExponential:
        return PowerExponential(self.power + other.power, self.rate + other.rate)

    @property
    def integrable_at_zero(self) -> bool:
        """Whether its integral converges at 0: power > -1."""
        return bool(self.power > -1)

    @property
    def integrable_at_infinity(self) -> bool:
        """Whether its integral converges at infinity."""
        return bool(self.rate < 0) or (self.rate == 0 and bool(self.power < -1))

    @property
    def mass_near_zero(self) -> PowerExponential:
        """The leading behaviour of int_0^v as v -> 0."""
        return PowerExponential(self.power + 1, sp.Integer(0))

    @property
    def mass_near_infinity(self) -> PowerExponential:
        """The leading behaviour of int_v^oo as v -> oo: divided by the rate, or raised by one power if that is 0."""
        return PowerExponential(self.power + (1 if self.rate == 0 else 0), self.rate)


@dataclass(frozen=True, slots=True)
class StationaryGamma:
    """The Gamma law with this shape and rate: density proportional to v^(shape-1) e^(-rate v)."""

    shape: Expr
    rate: Expr

    @property
    def mean(self) -> Expr:
        """E V = shape/rate = 1 + 1/b."""
        return self.shape / self.rate

    @property
    def variance(self) -> Expr:
        """Var V = shape/rate^2."""
        return self.shape / self.rate**2

    @property
    def mean_inverse(self) -> Expr | None:
        """E 1/V = rate/(shape - 1), None (infinite) for shape <= 1."""
        return self.rate / (self.shape - 1) if self.shape > 1 else None

    @property
    def mean_log(self) -> Number:
        """E log V = digamma(shape) - log(rate), certified."""
        return Number.converging(lambda: ball_of(self.shape).digamma() - ball_of(self.rate).log())


@dataclass(frozen=True)
class NormDiffusion:
    """dV = b V (V-1) dt + sqrt(2) V dB.

    Parameters
    ----------
    b : int, Fraction or exact SymPy number

    Raises
    ------
    TypeError
        If b is not an exact real number.

    Examples
    --------
    >>> from fractions import Fraction
    >>> [NormDiffusion(b).long_time for b in (1, 0, Fraction(-1, 2), -1, -3)]
    ['explodes or vanishes', 'vanishes', 'vanishes', 'null recurrent', 'positive recurrent']
    >>> NormDiffusion(-4).stationary.mean
    3/4
    """

    b: Any

    def __post_init__(self) -> None:
        object.__setattr__(self, "b", exact_number("NormDiffusion", "b", self.b))

    @property
    def scale_density(self) -> PowerExponential:
        """s(v) = v^b e^(-bv)."""
        return PowerExponential(self.b, -self.b)

    @property
    def speed_density(self) -> PowerExponential:
        """m(v) = v^(-2-b) e^(bv)."""
        return PowerExponential(-2 - self.b, self.b)

    @property
    def reaches_zero(self) -> bool:
        """Whether 0 is reached in finite time (never)."""
        scale = self.scale_density
        return scale.integrable_at_zero and (scale.mass_near_zero * self.speed_density).integrable_at_zero

    @property
    def explodes(self) -> bool:
        """Whether infinity is reached in finite time with positive probability."""
        scale = self.scale_density
        return scale.integrable_at_infinity and (scale.mass_near_infinity * self.speed_density).integrable_at_infinity

    @property
    def long_time(self) -> str:
        """What V does as t grows, from the scale function at both ends and the mass of the speed measure."""
        zero, infinity = self.scale_density.integrable_at_zero, self.scale_density.integrable_at_infinity
        if zero and infinity:
            return "explodes or vanishes" if self.explodes else "diverges or vanishes"
        if zero:
            return "vanishes"
        if infinity:
            return "explodes" if self.explodes else "diverges"
        speed = self.speed_density
        return "positive recurrent" if speed.integrable_at_zero and speed.integrable_at_infinity else "null recurrent"

    @property
    def stationary(self) -> StationaryGamma | None:
        """The stationary law Gamma(-b-1, -b), which exists iff b < -1."""
        return StationaryGamma(-self.b - 1, -self.b) if self.long_time == "positive recurrent" else None

    def explosion_probability(self, start: Any = 1) -> Number:
        """Return P(V explodes | V_0 = start) = P(b+1, b start) for b > 0, else 0.

        Parameters
        ----------
        start : int, Fraction or exact SymPy number
            V_0 > 0.

        Raises
        ------
        ValueError
            If start <= 0.

        Examples
        --------
        >>> NormDiffusion(1).explosion_probability().decimal(12)
        '0.264241117657'
        """
        start = positive_number("explosion_probability", "start", start)
        return Number.of(0) if not self.explodes else self._lower_gamma(start)

    def exceedance_probability(self, start: Any, level: Any) -> Number:
        """Return P(sup V >= level | V_0 = start) = S(start)/S(level), S(v) = P(b+1, bv), for b > 0.

        Raises
        ------
        ValueError
            If b <= 0, or not 0 < start <= level.
        """
        start, level = (
            positive_number("exceedance_probability", *pair) for pair in (("start", start), ("level", level))
        )
        if not self.explodes:
            raise ValueError(f"exceedance_probability needs b > 0, got b={self.b!s}.")
        if start > level:
            raise ValueError(f"exceedance_probability needs start <= level, got start={start!s}, level={level!s}.")
        return Number.combine(lambda x, y: x / y, self._lower_gamma(start), self._lower_gamma(level))

    def _lower_gamma(self, v: Expr) -> Number:
        def value() -> flint.arb:
            return ball_of(self.b * v).gamma_lower(ball_of(self.b + 1), regularized=1)

        return Number.converging(value)


def positive_number(function: str, name: str, value: Any) -> Expr:
    """Return an exact positive number, or raise what `function` needs of it."""
    """Return an exact positive number, or raise what `function` needs of it."""
    value = exact_number(function, name, value)
    if not value > 0:
        raise ValueError(f"{function} needs {name} > 0 (it is a variance), got {name}={value!s}.")
    return value


def norm_generator(function: Expr, v: Symbol, b: Expr) -> Expr:
    """Return b v (v-1) f' + v^2 f''.

    Examples
    --------
    >>> import sympy as sp
    >>> v, b = sp.symbols("v b", positive=True)
    >>> sp.expand(norm_generator(sp.log(v), v, b))
    b*v - b - 1
    """
    return one_dimensional_generator(function, v, b * v * (v - 1), 2 * v**2)
