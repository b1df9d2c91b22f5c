"""Hermite expansion of an activation: s = sum_k c_k he_k, c_k = E s(Z) he_k(Z), Z ~ N(0, 1).

Convention: he_k = He_k/sqrt(k!) orthonormal for N(0, 1) (He_k the probabilists' polynomial), so E s(Z)^2 = sum_k c_k^2.
Coefficients are exact where the symbolic engine has a closed form, and certified otherwise: Gauss-Legendre panels
between the break points, else one adaptive integral per k.

References
----------
1. A. Daniely, R. Frostig, Y. Singer, "Toward deeper understanding of neural networks", NeurIPS 2016, section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import flint
import sympy as sp
from sympy import Expr

from theory.activation.activation import Activation
from theory.activation.expression import Expression
from theory.enclosure.ball import is_accurate
from theory.enclosure.panels import panel_coefficients
from theory.enclosure.quadrature import Integrand, expectation, hermite_integral
from theory.enclosure.trapezoid import trapezoid_coefficients
from theory.gaussian import moments
from theory.notebook import display_math
from theory.number import Number

LARGEST_COUNT = 20_000
_SHOWN_TERMS, _SHOWN_DIGITS = 6, 6
"""What a notebook shows."""
_KNOWN: dict[Activation, dict[tuple[int, int], list[flint.arb]]] = {}
"""Coefficients found so far, by activation, then by count and digits."""
_GUARDS = (2, 12, 60)


@dataclass(frozen=True)
class HermiteExpansion:
    """The orthonormal Hermite coefficients of an activation and the moments they add up to.

    Parameters
    ----------
    activation : Activation

    Examples
    --------
    >>> relu = HermiteExpansion(Activation.from_text("relu"))
    >>> relu.coefficient(1).decimal(10), relu.second_moment.decimal(10)
    ('0.5', '0.5')
    >>> tanh = HermiteExpansion(Activation.from_text("tanh"))
    >>> by_parts = 1 - tanh.second_moment.ball(40)  # c_1 = E tanh'(Z) = 1 - E tanh(Z)^2
    >>> by_parts.overlaps(tanh.coefficient(1).ball(40))
    True
    """

    activation: Activation

    def coefficient(self, degree: int) -> Number:
        """Return c_k = E s(Z) he_k(Z), exact where a closed form is known, else certified.

        Raises
        ------
        ValueError
            If `degree` is negative or at least 20000.
        """
        if isinstance(degree, bool) or not isinstance(degree, int) or not 0 <= degree < LARGEST_COUNT:
            raise ValueError(f"HermiteExpansion needs a degree in 0..{LARGEST_COUNT - 1}, got degree={degree!r}.")
        return _coefficient(self.activation, degree)

    def balls(self, count: int, digits: int) -> list[flint.arb]:
        """Return balls of c_0, ..., c_{count-1}, each of radius at most ``10**-digits * max(1, |c_k|)``, all at once.

        Raises
        ------
        ValueError
            If `count` or `digits` is out of range or the enclosures do not converge.
        """
        if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= LARGEST_COUNT:
            raise ValueError(f"HermiteExpansion needs a count in 1..{LARGEST_COUNT}, got count={count!r}.")
        return coefficient_balls(self.activation, count, digits)[:count]

    @property
    def mean(self) -> Number:
        """E s(Z) = c_0."""
        return _coefficient(self.activation, 0)

    @property
    def second_moment(self) -> Number:
        """E s(Z)^2 = sum_k c_k^2."""
        return _second_moment(self.activation)

    @property
    def variance(self) -> Number:
        """Var s(Z) = sum_{k>=1} c_k^2."""
        return Number.combine(lambda mean, second: second - mean**2, self.mean, self.second_moment)

    def _repr_latex_(self) -> str:
        """Return the first terms of s = sum_k c_k he_k, for notebooks."""
        terms = [(k, self.coefficient(k).decimal(_SHOWN_DIGITS)) for k in range(_SHOWN_TERMS)]
        shown = [rf"{text} \, \mathrm{{he}}_{{{k}}}" for k, text in terms if text.strip("-0.")]
        total = " + ".join(shown).replace("+ -", "- ") or "0"
        symbol = next(iter(self.activation.sympy.free_symbols))
        ends = self.activation.sympy.is_polynomial(symbol) and sp.degree(self.activation.sympy, symbol) < _SHOWN_TERMS
        return display_math(rf"s = {total}" + ("" if ends else r" + \cdots"))


def coefficient_balls(activation: Activation, count: int, digits: int) -> list[flint.arb]:
    """Return at least `count` coefficients to `digits` digits; earlier results that suffice are used again."""
    known = _KNOWN.setdefault(activation, {})
    for (known_count, known_digits), balls in known.items():
        if known_count >= count and known_digits >= digits:
            return balls
    count = max(16, count)
    known[count, digits] = _compute(activation, count, digits)
    return known[count, digits]


def _compute(activation: Activation, count: int, digits: int) -> list[flint.arb]:
    integrand = Integrand.of(activation)
    for guard in _GUARDS:
        balls = None
        if activation.pieces is not None:
            balls = panel_coefficients(integrand, count, digits + guard, activation.parity)
            if balls is None:
                balls = trapezoid_coefficients(integrand, count, digits + guard, activation.parity)
        if balls is None:
            return _one_by_one(activation, integrand, count, digits)
        if all(is_accurate(ball, digits) for ball in balls):
            return balls
    raise ValueError(
        f"HermiteExpansion needs integrals that converge, got {activation.text!r} at {digits} digits; ask for fewer."
    )


def _one_by_one(activation: Activation, integrand: Integrand, count: int, digits: int) -> list[flint.arb]:
    """Return the coefficients of an activation whose break points are not known, one adaptive integral each."""
    wanted = {"even": (0,), "odd": (1,)}.get(activation.parity or "", (0, 1))
    return [hermite_integral(integrand, k, digits) if k % 2 in wanted else flint.arb(0) for k in range(count)]


@cache
def _coefficient(activation: Activation, degree: int) -> Number:
    if (degree % 2 == 0 and activation.parity == "odd") or (degree % 2 == 1 and activation.parity == "even"):
        return Number.of(0)

    def enclose(digits: int) -> flint.arb:
        known = _KNOWN.setdefault(activation, {})
        if any(count > degree and accuracy >= digits for count, accuracy in known):
            return coefficient_balls(activation, degree + 1, digits)[degree]
        if degree == 0:
            return expectation(Integrand.of(activation), digits)
        return coefficient_balls(activation, degree + 1, digits)[degree]

    return checked(
        closed_form("hermite_coefficient", activation.expression, degree),
        Number.certified(enclose),
        f"c_{degree}",
        activation.text,
    )


@cache
def _second_moment(activation: Activation) -> Number:
    certified = Number.certified(lambda digits: expectation(Integrand.of(activation).squared(), digits))
    return checked_moment(activation.expression, certified)


def checked_moment(expression: Expression, certified: Number) -> Number:
    """Return E f(Z)^2 exactly where the symbolic engine has it (compared with the certified value), else certified."""
    return checked(closed_form("second_moment", expression), certified, "E f^2", str(expression))


def closed_form(function: str, *arguments: Any) -> Expr | None:
    """Return what a function of `theory.gaussian.moments` derives, or None."""
    return getattr(moments, function)(*arguments)


def checked(derived: Expr | None, certified: Number, what: str, text: str) -> Number:
    """Return the closed form as an exact number once it agrees with the certified one to 25 digits.

    Raises
    ------
    ArithmeticError
        If the two routes disagree: one of them is wrong, and nothing may be shown.
    """
    if derived is None:
        return certified
    exact = Number.of(derived)
    if not exact.ball(25).overlaps(certified.ball(25)):
        raise ArithmeticError(
            f"HermiteExpansion needs its closed form and its quadrature to agree, got {what} of {text!r}: "
            f"{exact.ball(25)} against {certified.ball(25)}."
        )
    return exact
