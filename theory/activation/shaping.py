"""Shaped activations: nonlinearities that tend to the identity as the width n grows, so that depth n stays tame.

Two families, each normalised by c = 1/E phi_s(Z)^2 so that a unit variance is kept on average:

- shaped relu: phi_s(x) = s_+ max(x, 0) + s_- min(x, 0), s_pm = 1 + c_pm n^-p (p = 1/2 is critical);
- smooth shaping: phi_s(x) = s phi(x/s), s = a n^p, for phi(0) = 0, phi'(0) = 1 (another slope is divided out: c undoes it).

The normalised shaped relu is a one-parameter family: with delta = (s_+^2 - s_-^2)/(s_+^2 + s_-^2) and
kappa = (s_+ - s_-)^2/(s_+^2 + s_-^2), its kernel map is rho + kappa g(rho). delta = 0 is linear, delta = 1 relu.

References: M. Li, M. Nica, D. Roy, "The Neural Covariance SDE", NeurIPS 2022, arXiv 2206.02768 (shaping at n^-1/2).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import sympy as sp
from sympy import Expr

from theory.activation.activation import Activation
from theory.activation.evaluation import to_sympy

CRITICAL = Fraction(1, 2)
"""The exponent p at which the limit is neither linear nor degenerate."""


def exact_number(function: str, name: str, value: Any) -> Expr:
    """Return an int, Fraction or exact real SymPy number as SymPy number."""
    if isinstance(value, (bool, float)):
        raise TypeError(
            f"{function} needs an exact number (theory holds no float), got {name}={value!r}; use Fraction."
        )
    if isinstance(value, int | Fraction):
        return sp.Rational(Fraction(value).numerator, Fraction(value).denominator)
    if not isinstance(value, sp.Expr) or not value.is_real or value.has(sp.Float):
        raise TypeError(f"{function} needs an exact real number, got {name}={value!r}.")
    return value


def _check_width(function: str, width: int) -> None:
    if isinstance(width, bool) or not isinstance(width, int):
        raise TypeError(f"{function} needs an integer width (neurons are counted), got width={width!r}.")
    if width < 1:
        raise ValueError(f"{function} needs width >= 1 (a layer has neurons), got width={width!r}.")


@dataclass(frozen=True)
class ShapedRelu:
    """phi_s(x) = s_+ max(x, 0) + s_- min(x, 0), s_pm = 1 + c_pm width^-exponent.

    Parameters
    ----------
    c_plus, c_minus : int, Fraction or exact SymPy number
    width : int
        n >= 1.
    exponent : Fraction
        p > 0.

    Raises
    ------
    TypeError
        If a number is not exact.
    ValueError
        If width < 1, exponent <= 0, or s_+ = s_- = 0 (a zero activation cannot be normalised).

    Examples
    --------
    >>> relu = ShapedRelu(1, -1, 100)
    >>> relu.delta, relu.kappa
    (20/101, 2/101)
    >>> relu.kappa == 1 - (1 - relu.delta**2) ** Fraction(1, 2)
    True
    """

    c_plus: Any
    c_minus: Any
    width: int
    exponent: Fraction = CRITICAL

    def __post_init__(self) -> None:
        _check_width("ShapedRelu", self.width)
        for name in ("c_plus", "c_minus"):
            object.__setattr__(self, name, exact_number("ShapedRelu", name, getattr(self, name)))
        if self.exponent <= 0:
            raise ValueError(
                f"ShapedRelu needs exponent > 0 (shaping fades with width), got exponent={self.exponent!r}."
            )
        if self.energy == 0:
            raise ValueError(
                "ShapedRelu needs s_+^2 + s_-^2 > 0 (a zero activation has no normaliser), "
                f"got c_plus={self.c_plus!s}, c_minus={self.c_minus!s} at width={self.width}."
            )

    @cached_property
    def _step(self) -> Expr:
        return sp.Integer(self.width) ** sp.Rational(-self.exponent.numerator, self.exponent.denominator)

    @property
    def slope_plus(self) -> Expr:
        """s_+, exactly."""
        return 1 + self.c_plus * self._step

    @property
    def slope_minus(self) -> Expr:
        """s_-, exactly."""
        return 1 + self.c_minus * self._step

    @cached_property
    def energy(self) -> Expr:
        """s_+^2 + s_-^2 = 2 E phi_s(Z)^2."""
        return sp.radsimp(sp.expand(self.slope_plus**2 + self.slope_minus**2))

    @property
    def normaliser(self) -> Expr:
        """c = 2/(s_+^2 + s_-^2)."""
        return 2 / self.energy

    @cached_property
    def delta(self) -> Expr:
        """(s_+^2 - s_-^2)/(s_+^2 + s_-^2) in [-1, 1]: c s_pm^2 = 1 +- delta."""
        return sp.radsimp(sp.expand(self.slope_plus**2 - self.slope_minus**2) / self.energy)

    @cached_property
    def kappa(self) -> Expr:
        """(s_+ - s_-)^2/(s_+^2 + s_-^2) in [0, 2]; 1 - sqrt(1 - delta^2) when s_+ s_- >= 0."""
        return sp.radsimp(sp.expand((self.slope_plus - self.slope_minus) ** 2) / self.energy)

    @property
    def strength(self) -> Expr:
        """(c_+ - c_-)^2, the limit of 2 n^{2p} kappa: all that the limit SDE keeps of the shape."""
        return (self.c_plus - self.c_minus) ** 2


@dataclass(frozen=True)
class SmoothShape:
    """phi_s(x) = s phi(x/s), s = a sqrt(n), known through phi''(0), phi'''(0), ... after division by phi'(0).

    Parameters
    ----------
    derivatives : tuple of exact SymPy numbers
        (phi''(0), phi'''(0), ...)/phi'(0), at least two.
    scale : int, Fraction or exact SymPy number
        a > 0.

    Raises
    ------
    TypeError
        If a number is not exact.
    ValueError
        If a <= 0 or fewer than two derivatives are given (the drift needs phi'' and phi''').

    Examples
    --------
    >>> from theory.activation.activation import catalogue
    >>> shape = SmoothShape.of(catalogue("tanh")[0], Fraction(1, 2))
    >>> shape.second, shape.third, shape.blow_up_rate, shape.explodes
    (0, -2, -8, False)
    """

    derivatives: tuple[Any, ...]
    scale: Any = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "scale", exact_number("SmoothShape", "scale", self.scale))
        exact = tuple(exact_number("SmoothShape", f"derivatives[{k}]", f) for k, f in enumerate(self.derivatives))
        object.__setattr__(self, "derivatives", exact)
        if not sp.Gt(self.scale, 0):
            raise ValueError(f"SmoothShape needs scale > 0 (it divides the argument), got scale={self.scale!s}.")
        if len(exact) < 2:
            raise ValueError(f"SmoothShape needs phi'' and phi''' at 0 (they are the drift), got {len(exact)} of them.")

    @classmethod
    def of(cls, activation: Activation, scale: Any = 1, *, order: int = 3) -> SmoothShape:
        """Return the shape of an activation from its derivatives at 0 up to `order`.

        Parameters
        ----------
        activation : Activation
        scale : exact number
            a.
        order : int
            Highest derivative, at least 3 (5 for the 1/n correction).

        Raises
        ------
        ValueError
            If the activation has a break point at 0 or none that is exact, phi(0) != 0, phi'(0) = 0, a derivative is
            not finite, or the growth exp(q x^2) leaves E phi_s^2 infinite for large variances.
        """
        return cls(derivatives_at_zero(activation, order), scale)

    @property
    def second(self) -> Expr:
        """phi''(0)/phi'(0)."""
        return self.derivatives[0]

    @property
    def third(self) -> Expr:
        """phi'''(0)/phi'(0)."""
        return self.derivatives[1]

    @property
    def blow_up_rate(self) -> Expr:
        """b = (3 phi''(0)^2/4 + phi'''(0))/a^2 of dV = b V (V-1) dt + sqrt(2) V dB."""
        return sp.simplify((3 * self.second**2 / 4 + self.third) / self.scale**2)

    @property
    def explodes(self) -> bool:
        """Whether the limit variance reaches infinity in finite time with positive probability: b > 0.

        Raises
        ------
        ValueError
            If the sign of b cannot be decided.
        """
        verdict = sp.Gt(self.blow_up_rate, 0)
        if verdict not in (sp.true, sp.false):
            raise ValueError(f"SmoothShape.explodes needs a decidable sign of b, got b={self.blow_up_rate!s}.")
        return bool(verdict)


def derivatives_at_zero(activation: Activation, order: int = 3) -> tuple[Expr, ...]:
    """Return (phi''(0), ..., phi^(order)(0))/phi'(0), exactly.

    Parameters
    ----------
    activation : Activation
    order : int
        At least 3.

    Raises
    ------
    ValueError
        As `SmoothShape.of`.

    Examples
    --------
    Softplus must lose its value at 0 first:

    >>> from theory.activation.activation import Activation
    >>> derivatives_at_zero(Activation.from_text("softplus(x) - log(2)"), 4)
    (1/2, 0, -1/4)
    """
    if order < 3:
        raise ValueError(f"derivatives_at_zero needs order >= 3 (the drift holds phi'''), got order={order!r}.")
    if activation.growth.quadratic > 0:
        raise ValueError(
            "smooth shaping needs an activation below exp(q x^2) for every q > 0 (else E phi_s(sqrt(V) Z)^2 is infinite for "
            f"large V at every width), got {activation.name!r} with q={activation.growth.quadratic}."
        )
    x = sp.Symbol("x", real=True)
    pieces = activation.pieces
    if pieces is None or any(piece.upper == 0 for piece in pieces):
        raise ValueError(
            f"smooth shaping needs {order} derivatives at 0 (the Taylor expansion there is all the limit sees), "
            f"got {activation.name!r}, which has a kink at 0 or where its kinks lie is not known exactly; use ShapedRelu for kinks."
        )
    piece = next(p for p in pieces if bool(p.lower < 0) and bool(p.upper > 0))
    expression = to_sympy(piece.expression, x)
    values = []
    for _ in range(order + 1):
        value = expression.subs(x, 0)
        if value.has(sp.nan, sp.zoo, sp.oo):
            value = sp.limit(expression, x, 0)
        value = sp.simplify(value)
        if not value.is_finite or not value.is_real:
            raise ValueError(
                f"smooth shaping needs {order} finite derivatives at 0, got {value} from {activation.name!r}."
            )
        values.append(value)
        expression = sp.diff(expression, x)
    if values[0] != 0:
        raise ValueError(
            f"smooth shaping needs phi(0) = 0 (else s phi(x/s) grows with the width), got phi(0)={values[0]} for "
            f"{activation.name!r}; subtract it: phi(x) - phi(0)."
        )
    if values[1] == 0:
        raise ValueError(
            f"smooth shaping needs phi'(0) != 0 (the linear part is what survives), got phi'(0)=0 for {activation.name!r}; "
            "shift the argument, phi(x + h) - phi(h), or add a linear part."
        )
    return tuple(sp.simplify(value / values[1]) for value in values[2:])
