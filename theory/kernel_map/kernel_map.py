"""Kernel map of an activation: rho -> E s(U) s(V), (U, V) standard normal with correlation rho; three normalisations.

    raw         kappa(rho) = sum_k c_k^2 rho^k                         (what one layer does to inner products)
    normalised  kappa(rho)/kappa(1)                                    (RMS normalisation after the activation)
    centred     (kappa(rho) - c_0^2)/(kappa(1) - c_0^2)                (layer normalisation: the mean is removed)

Conventions: unit variances; coefficients p_k of rho^k are nonnegative, and add to 1 for the last two. The slope at
one is the correlation slope chi_1; the nonlinearity strength is beta_0 = 2 - p_1 of the *centred* map, whichever map it
is asked of.

References
----------
1. A. Daniely, R. Frostig, Y. Singer, "Toward deeper understanding of neural networks", NeurIPS 2016 (dual activation).
2. A. Joudaki, H. Daneshmand, F. Bach, "On the impact of activation and normalization in obtaining isometric
   embeddings at initialization", NeurIPS 2023 (nonlinearity strength).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

import flint
import mpmath
import numpy as np
import sympy as sp
from sympy import Expr, Symbol

from theory.activation.activation import Activation
from theory.enclosure.ball import bits_of, check_digits, enclose_to, to_mpf, working_bits
from theory.kernel_map.behaviour_at_one import (
    BehaviourAtOne,
    behaviour_at_one,
    curvature_at_one,
    derivative_moment,
    slope_at_one,
)
from theory.kernel_map.double_precision import float_map, gap_map
from theory.kernel_map.hermite import HermiteExpansion
from theory.kernel_map.iterated import gap_after
from theory.kernel_map.value import as_ball, is_exact, power_coefficients, raw_expression, raw_slope, raw_value
from theory.notebook import axes_for, display_math
from theory.number import Number

Kind = Literal["raw", "normalised", "centred"]
if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SERIES_TERMS, _SERIES_DIGITS = 6, 6
_PLOTTED = 401
"""What a notebook shows of a map without closed form."""


@dataclass(frozen=True)
class KernelMap:
    """The kernel map of an activation, raw, normalised or centred.

    Parameters
    ----------
    kind : {"raw", "normalised", "centred"}
    activation : Activation

    Examples
    --------
    >>> relu = KernelMap.centred(Activation.from_text("relu"))
    >>> relu.slope_at_zero.decimal(12), relu.nonlinearity_strength.decimal(12)
    ('0.733471103462', '1.26652889654')
    >>> tanh = KernelMap.normalised(Activation.from_text("tanh"))
    >>> tanh.slope_at_one.decimal(4), tanh.expression is None  # slopes at one exceed 1 for an odd activation
    ('1.178', True)
    """

    kind: Kind
    activation: Activation

    def __post_init__(self) -> None:
        if self.kind not in ("raw", "normalised", "centred"):
            raise ValueError(f"KernelMap needs kind raw, normalised or centred, got kind={self.kind!r}.")

    @classmethod
    def raw(cls, activation: Activation) -> KernelMap:
        """Return kappa(rho) = E s(U) s(V)."""
        return cls("raw", activation)

    @classmethod
    def normalised(cls, activation: Activation) -> KernelMap:
        """Return kappa(rho)/kappa(1)."""
        return cls("normalised", activation)

    @classmethod
    def centred(cls, activation: Activation) -> KernelMap:
        """Return (kappa(rho) - c_0^2)/(kappa(1) - c_0^2)."""
        return cls("centred", activation)

    @property
    def hermite(self) -> HermiteExpansion:
        """The expansion whose squared coefficients make up the map."""
        return HermiteExpansion(self.activation)

    @property
    def scale(self) -> Number:
        """What the raw map is divided by: 1, E s^2 or Var s."""
        return {"raw": Number.of(1), "normalised": self.hermite.second_moment, "centred": self.hermite.variance}[
            self.kind
        ]

    @property
    def offset(self) -> Number:
        """What is subtracted from the raw map first: 0, or c_0^2 for the centred one."""
        return Number.combine(lambda c: c**2, self.hermite.mean) if self.kind == "centred" else Number.of(0)

    @property
    def symbol(self) -> Symbol:
        """The correlation rho of `expression`, a real symbol."""
        return sp.Symbol("rho", real=True)

    @property
    def expression(self) -> Expr | None:
        """The closed form in `symbol`, valid on [-1, 1], or None where none is known."""
        closed = raw_expression(self.activation)
        if closed is None:
            return None
        derived = closed[0].xreplace({closed[1]: self.symbol})
        if self.kind == "raw":
            return derived
        if self.scale.exact is None or self.offset.exact is None:
            return None
        return (derived - self.offset.exact) / self.scale.exact

    @property
    def latex(self) -> str | None:
        """The closed form in LaTeX, or None."""
        return None if self.expression is None else sp.latex(self.expression)

    def ball(self, rho: Any, digits: int = 30) -> flint.arb:
        """Return a ball that holds the map's values at every correlation of the ball `rho`.

        Parameters
        ----------
        rho : flint.arb, int, Fraction, mpmath.mpf or exact sympy.Expr
            A correlation in [-1, 1], or a ball of them (the part beyond [-1, 1] is cut off).
        digits : int
            Radius asked where `rho` is exact: ``10**-digits * max(1, |value|)``.

        Raises
        ------
        ValueError
            If the correlation is outside [-1, 1], `digits` outside 1..10000, or the value does not converge.

        Examples
        --------
        >>> import sympy as sp
        >>> erf = KernelMap.normalised(Activation.from_text("erf"))
        >>> erf.ball(sp.Rational(3, 4), 20).overlaps(erf.ball(0.75, 40))
        True
        """
        check_digits(digits, "KernelMap.ball")

        def compute(more: int) -> flint.arb:
            raw = raw_value(self.activation, as_ball(rho), more)
            return (raw - self.offset.ball(more)) / self.scale.ball(more)

        return enclose_to(digits, compute, exact=is_exact(rho), caller="KernelMap.ball")

    def __call__(self, rho: Any) -> Any:
        """Return the map's values in double precision: a float for a number, an array for an array of correlations.

        Examples
        --------
        >>> KernelMap.normalised(Activation.from_text("abs"))(0.0) == 2 / np.pi
        True
        """
        values = self.float64(np.asarray(rho, dtype=np.float64))
        return values if np.ndim(rho) else float(values)

    def at(self, rho: Any, digits: int = 30) -> mpmath.mpf:
        """Return the map's value at a correlation with `digits` proved digits, as an mpmath number."""
        with mpmath.workdps(digits + 3):
            return to_mpf(self.ball(rho, digits + 2))

    def derivative(self, rho: Any, digits: int = 30) -> flint.arb:
        """Return a ball of the map's slope at a correlation, E s'(U) s'(V)/scale (Price's theorem).

        Raises
        ------
        ValueError
            As `ball`; and at |rho| = 1 where the slope is infinite (`slope_at_one` says so without an error).
        """
        check_digits(digits, "KernelMap.derivative")

        def compute(more: int) -> flint.arb:
            return raw_slope(self.activation, as_ball(rho), more) / self.scale.ball(more)

        return enclose_to(digits, compute, exact=is_exact(rho), caller="KernelMap.derivative")

    def coefficients(self, count: int, digits: int) -> list[flint.arb]:
        """Return balls of p_0, ..., p_{count-1}, the nonnegative coefficients of rho^k, to `digits` digits.

        Examples
        --------
        >>> square = KernelMap.centred(Activation.from_text("x**2 + 1")).coefficients(3, 10)
        >>> [bool(p.contains(truth)) for p, truth in zip(square, (0, 0, 1))]
        [True, True, True]
        """
        squares = power_coefficients(self.activation, count, digits + 6)
        with working_bits(bits_of(digits + 6)):
            scale = self.scale.ball(digits + 6)
            powers = [square / scale for square in squares]
            return [powers[0] * 0, *powers[1:]] if self.kind == "centred" else powers

    def coefficient(self, degree: int) -> Number:
        """Return p_k as a number, exact where c_k is."""
        if self.kind == "centred" and degree == 0:
            return Number.of(0)
        coefficient = self.hermite.coefficient(degree)
        if coefficient.exact == 0:  # by parity, say: then beta_0 is exactly 2
            return coefficient
        return Number.combine(lambda c, s: c**2 / s, coefficient, self.scale)

    @property
    def slope_at_zero(self) -> Number:
        """p_1 = c_1^2/scale; alpha for the centred map."""
        return self.coefficient(1)

    @property
    def slope_at_one(self) -> Number:
        """The correlation slope E s'^2/scale; infinite (exact ``oo``) if the activation jumps."""
        return self._scaled(slope_at_one(self.activation))

    @property
    def curvature_at_one(self) -> Number:
        """The second derivative E s''^2/scale; infinite if the activation or its derivative jumps.

        Raises
        ------
        ValueError
            If it cannot be decided whether the derivative jumps (break points that are not exact).
        """
        return self._scaled(curvature_at_one(self.activation))

    @property
    def nonlinearity_strength(self) -> Number:
        """beta_0 = 2 - c_1^2/sum_{k>=1} c_k^2, in [1, 2], of the activation (through its centred map)."""
        return Number.combine(lambda alpha: 2 - alpha, KernelMap.centred(self.activation).slope_at_zero)

    @property
    def behaviour_at_one(self) -> BehaviourAtOne:
        """Slope, curvature, and exponent and constant of the first term of the map in 1 - rho that is not linear."""
        found = behaviour_at_one(self.activation)
        return BehaviourAtOne(
            found.regularity,
            self._scaled(found.slope),
            self._scaled(found.curvature),
            found.exponent,
            self._scaled(found.constant),
        )

    def series_at_zero(self, terms: int) -> tuple[Number, ...]:
        """Return p_0, ..., p_{terms-1} as numbers: the map is sum_k p_k rho^k on [-1, 1]."""
        return tuple(self.coefficient(k) for k in range(_check_terms(terms)))

    def series_at_one(self, terms: int) -> tuple[tuple[Fraction, Number], ...]:
        """Return (exponent, coefficient) of the first terms of the map in powers of delta = 1 - rho.

        Notes
        -----
        Taylor coefficients (-1)^j E (s^(j))^2/(j! scale) as long as s^(j) does not jump; then the singular term of the
        first jump ends the list, which may be shorter than asked.

        Examples
        --------
        >>> series = KernelMap.normalised(Activation.from_text("relu")).series_at_one(5)
        >>> [(str(power), coefficient.decimal(8)) for power, coefficient in series]
        [('0', '1'), ('1', '-1'), ('3/2', '0.30010544')]
        """
        _check_terms(terms)
        value = Number.combine(lambda m, o, s: (m - o) / s, self.hermite.second_moment, self.offset, self.scale)
        found: list[tuple[Fraction, Number]] = [(Fraction(0), value)]
        for order in range(1, terms):
            moment, exponent = derivative_moment(self.activation, order)
            found.append((exponent, self._scaled(moment)))
            if exponent.denominator == 2:
                break
        return tuple(found[:terms])

    def float64(self, rho: np.ndarray) -> np.ndarray:
        """Return the map's values at an array of correlations in double precision; see `theory.kernel_map.double_precision`."""
        return float_map(self)(rho)

    def gap(self, delta: np.ndarray) -> np.ndarray:
        """Return 1 - kappa at rho = 1 - delta with full relative accuracy, for the normalised and the centred map.

        Raises
        ------
        ValueError
            For the raw map (its value at 1 is no 1), or if some delta is outside [0, 2].
        """
        if self.kind == "raw":
            raise ValueError("KernelMap.gap needs a normalised or centred map (value 1 at rho = 1), got kind='raw'.")
        return gap_map(self)(delta)

    def gap_after(self, delta: np.ndarray, layers: int) -> np.ndarray:
        """Return 1 - rho after that many layers rho -> kappa(rho), up to 10^7; see `theory.kernel_map.iterated`."""
        return gap_after(self, delta, layers)

    def plot(self, axes: Axes | None = None) -> Axes:
        """Draw the map over [-1, 1] beside the identity, and return the axes (matplotlib, optional).

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        axes = axes_for(axes, "KernelMap.plot")
        rho = np.linspace(-1.0, 1.0, _PLOTTED)
        axes.plot(rho, rho, linestyle="--", color="grey", linewidth=1, label="identity")
        axes.plot(rho, self.float64(rho), label=f"{self.activation.name}, {self.kind}")
        axes.set(xlabel="correlation before the layer", ylabel="after the layer", xlim=(-1, 1))
        axes.legend()
        return axes

    def _repr_latex_(self) -> str:
        """Return the closed form, or the first terms of the series, for notebooks."""
        index = {"raw": "", "normalised": r"_{\mathrm{RMS}}", "centred": r"_{\mathrm{LN}}"}[self.kind]
        if self.latex is not None:
            return display_math(rf"\kappa{index}(\rho) = {self.latex}")
        terms = [(k, self.coefficient(k).decimal(_SERIES_DIGITS)) for k in range(_SERIES_TERMS)]
        shown = [
            text + ("" if k == 0 else r" \rho" if k == 1 else rf" \rho^{{{k}}}")
            for k, text in terms
            if text.strip("0.")
        ]
        return display_math(rf"\kappa{index}(\rho) = {' + '.join(shown)} + O(\rho^{{{_SERIES_TERMS}}})")

    def _scaled(self, number: Number) -> Number:
        return number if not number.is_finite else Number.combine(lambda n, s: n / s, number, self.scale)


def _check_terms(terms: int) -> int:
    if isinstance(terms, bool) or not isinstance(terms, int) or terms < 1:
        raise ValueError(f"KernelMap needs at least one term as an integer, got terms={terms!r}.")
    return terms
