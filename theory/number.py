"""A real number that travels with its error: exact, certified by balls, or marked numerical."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

import flint
import mpmath
import sympy as sp
from sympy import Expr

from theory.enclosure.ball import (
    LARGEST_DIGITS,
    ball_of,
    bits_of,
    check_digits,
    enclose_to,
    is_accurate,
    power,
    to_mpf,
    working_bits,
)
from theory.notebook import display_math

Method = Literal["exact", "certified", "numerical"]


@dataclass(frozen=True, slots=True)
class Number:
    """A real number with its error and with how it is known.

    Build one by `Number.of` (exact), `Number.certified`, `Number.numerical` or `Number.combine`.

    Parameters
    ----------
    method : {"exact", "certified", "numerical"}
        A SymPy expression; a proved enclosure of any radius asked; a value without a proved error.
    exact : sympy.Expr or None
        The closed form if there is one (``oo`` for an infinite value).

    Examples
    --------
    >>> import sympy as sp
    >>> third = Number.of(sp.Rational(1, 3))
    >>> third.decimal(10), third.radius(10), third.method
    ('0.3333333333', '5e-11', 'exact')
    >>> Number.of(sp.Rational(1, 8)).to_json(10)
    {'value': '0.125', 'radius': '0', 'method': 'exact', 'closed_form': '1/8'}
    """

    method: Method
    exact: Expr | None
    _enclose: Callable[[int], flint.arb]
    _known: dict[int, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, value: int | Fraction | Expr) -> Number:
        """Return the exact number."""
        if isinstance(value, int | Fraction):
            value = sp.Rational(Fraction(value).numerator, Fraction(value).denominator)
        return cls("exact", value, lambda _: ball_of(value))

    @classmethod
    def certified(cls, enclose: Callable[[int], flint.arb]) -> Number:
        """Return the number that ``enclose(digits)`` encloses with radius at most 10**-digits max(1, |value|)."""
        return cls("certified", None, enclose)

    @classmethod
    def converging(cls, formula: Callable[[], flint.arb]) -> Number:
        """Return the certified number of a formula in balls, evaluated at more and more bits until the digits asked are proved.

        Asked for digits that 540 further ones do not give, the number raises ValueError.

        Examples
        --------
        >>> print(Number.converging(lambda: flint.arb(2).sqrt()))
        1.4142135623730950488
        """
        return cls.certified(lambda digits: enclose_to(digits, lambda _: formula(), caller="Number.converging"))

    @classmethod
    def numerical(cls, value: Callable[[int], mpmath.mpf]) -> Number:
        """Return the number that ``value(digits)`` approximates, without any proved error."""
        return cls("numerical", None, value)

    @classmethod
    def combine(cls, formula: Callable[..., Any], *numbers: Number) -> Number:
        """Return formula(*numbers) for a formula of + - * / and powers, by exact arithmetic where all are exact.

        Notes
        -----
        **Accuracy**: the arguments are enclosed to more and more digits until the value is enclosed to those asked.
        """
        methods = {number.method for number in numbers}
        if "numerical" in methods:
            return cls.numerical(lambda digits: formula(*(number.value(digits + 10) for number in numbers)))
        if methods == {"exact"}:
            return cls.of(formula(*(number.exact for number in numbers)))

        def enclose(digits: int) -> flint.arb:
            return enclose_to(digits, lambda more: formula(*(n.ball(more) for n in numbers)), caller="Number.combine")

        return cls.certified(enclose)

    def __add__(self, other: Number | int | Fraction | Expr) -> Number:
        return Number.combine(lambda a, b: a + b, self, as_number(other))

    def __radd__(self, other: int | Fraction | Expr) -> Number:
        return self + other

    def __neg__(self) -> Number:
        return Number.combine(lambda a: -a, self)

    def __sub__(self, other: Number | int | Fraction | Expr) -> Number:
        return Number.combine(lambda a, b: a - b, self, as_number(other))

    def __rsub__(self, other: int | Fraction | Expr) -> Number:
        return as_number(other) - self

    def __mul__(self, other: Number | int | Fraction | Expr) -> Number:
        return Number.combine(lambda a, b: a * b, self, as_number(other))

    def __rmul__(self, other: int | Fraction | Expr) -> Number:
        return self * other

    def __truediv__(self, other: Number | int | Fraction | Expr) -> Number:
        return Number.combine(lambda a, b: a / b, self, as_number(other))

    def __rtruediv__(self, other: int | Fraction | Expr) -> Number:
        return as_number(other) / self

    def __pow__(self, exponent: int | Fraction | Expr) -> Number:
        """Return the number to a rational power, the exponent taken exactly."""
        return Number.combine(lambda a: power(a, exponent), self)

    def __float__(self) -> float:
        return float(self.value(20))

    @property
    def is_finite(self) -> bool:
        """Whether the value is a finite number (an infinite slope is exact and infinite)."""
        return self.exact is None or not self.exact.is_infinite

    def ball(self, digits: int) -> flint.arb:
        """Return a ball of radius at most ``10**-digits * max(1, |value|)`` that provably holds the number.

        Raises
        ------
        ValueError
            If `digits` is outside 1..10000 (some more are granted to inner guard digits), if the number is numerical, or
            if the enclosure does not converge.
        """
        if self.method == "numerical":
            raise ValueError("Number.ball needs a proved value, got a numerical one.")
        if digits < 1 or digits > 2 * LARGEST_DIGITS:
            raise ValueError(f"Number.ball needs digits in 1..{LARGEST_DIGITS}, got digits={digits}.")
        for known, ball in self._known.items():
            if known >= digits:
                return ball
        ball = self._enclose_exact(digits) if self.method == "exact" else self._enclose(digits)
        if self.is_finite and not is_accurate(ball, digits):
            raise ValueError(f"Number.ball needs an enclosure that converges, got {ball} for digits={digits}.")
        self._known[digits] = ball
        return ball

    def _enclose_exact(self, digits: int) -> flint.arb:
        for attempt in range(9):
            with working_bits(bits_of(digits) + 32 * 4**attempt - 32):
                ball = self._enclose(digits)
            if is_accurate(ball, digits) or not self.is_finite:
                return ball
        return ball

    def value(self, digits: int) -> mpmath.mpf:
        """Return the value as an mpmath number with about `digits` correct digits."""
        with mpmath.workdps(digits + 5):
            return +(self._enclose(digits) if self.method == "numerical" else to_mpf(self.ball(digits + 2)))

    def decimal(self, digits: int) -> str:
        """Return decimal text, rounded to nearest; every digit is proved unless the method is numerical.

        Raises
        ------
        ValueError
            If `digits` is outside 1..10000 or the enclosure does not converge.
        """
        return self._decimal(digits)[0]

    def radius(self, digits: int) -> str | None:
        """Return a bound of |value - decimal(digits)| as text: "0" if equal, None if numerical (nothing is proved)."""
        return self._decimal(digits)[1]

    def to_json(self, digits: int) -> dict[str, str | None]:
        """Return {"value", "radius", "method"} and, if exact, "closed_form"."""
        value, radius = self._decimal(digits)
        record: dict[str, str | None] = {"value": value, "radius": radius, "method": self.method}
        if self.exact is not None:
            record["closed_form"] = str(self.exact)
        return record

    def __str__(self) -> str:
        return self.decimal(20) if self.exact is None else str(self.exact)

    def _repr_latex_(self) -> str:
        """Return the closed form, or decimals with their error, for notebooks."""
        return display_math(self.latex())

    def latex(self, digits: int = 12) -> str:
        r"""Return the closed form as LaTeX, or the decimals with their error; "numerical" ones end in an ellipsis.

        Examples
        --------
        >>> print(Number.of(Fraction(1, 3)).latex())
        \frac{1}{3}
        >>> print(Number.certified(lambda digits: Number.of(sp.pi).ball(digits)).latex(5))
        3.1416 \pm 5 \cdot 10^{-5}
        """
        if self.exact is not None:
            return str(sp.latex(self.exact))
        radius, value = self.radius(digits), _scientific(self.decimal(digits))
        if radius is None:
            return rf"{value}\ldots"
        return value if radius == "0" else rf"{value} \pm {_scientific(radius)}"

    def _decimal(self, digits: int) -> tuple[str, str | None]:
        check_digits(digits, "Number.decimal")
        if self.method == "numerical":
            return mpmath.nstr(self.value(digits), digits, strip_zeros=False), None
        if not self.is_finite:
            return ("oo" if self.exact is not None and self.exact.is_extended_positive else "-oo"), "0"
        if self.exact is not None and self.exact.is_Rational:
            return _rational_decimal(Fraction(int(self.exact.p), int(self.exact.q)), digits)
        return self._rounded(digits)

    def _rounded(self, digits: int) -> tuple[str, str]:
        """Round the ball to nearest; a ball that straddles a tie is refined, and at last given one more digit."""
        for more in (0, 1):  # a value on a tie of one decimal place is on no tie of the next
            for guard in (4, 12, 36):
                ball = self.ball(digits + more + guard)
                with working_bits(bits_of(digits + more + guard)):
                    whole_digits = (
                        len(str(abs(ball).upper().floor().unique_fmpz() or 0)) if abs(ball).upper() >= 1 else 0
                    )
                    decimals = digits + more - whole_digits
                    scaled = ball * flint.arb(10) ** decimals + flint.arb(flint.fmpq(1, 2))
                    rounded = scaled.floor().unique_fmpz()
                if rounded is not None:
                    return _placed(int(rounded), decimals), f"5e{-decimals - 1}"
        raise ValueError(f"Number.decimal needs a value off every tie, got {ball} for digits={digits}.")


def as_number(value: Number | int | Fraction | Expr) -> Number:
    """Return a number as it is, anything exact as an exact number."""
    return value if isinstance(value, Number) else Number.of(value)


def _rational_decimal(value: Fraction, digits: int) -> tuple[str, str]:
    whole_digits = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    decimals = digits - whole_digits
    scaled = value * Fraction(10) ** decimals
    if scaled.denominator == 1:
        text = _placed(int(scaled), decimals)
        return (text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text), "0"
    return _placed(round(scaled), decimals), f"5e{-decimals - 1}"


def _placed(number: int, decimals: int) -> str:
    """Return number * 10**-decimals as text."""
    sign, figures = ("-" if number < 0 else ""), str(abs(number))
    if decimals <= 0:
        return (
            f"{sign}{figures}"
            if decimals == 0
            else f"{sign}{figures[0]}.{figures[1:] or '0'}e+{len(figures) - 1 - decimals}"
        )
    figures = figures.rjust(decimals + 1, "0")
    return f"{sign}{figures[:-decimals]}.{figures[-decimals:]}"


def _scientific(text: str) -> str:
    """Write the exponent of a decimal text as a power of ten."""
    figure, _, exponent = text.partition("e")
    return rf"{figure} \cdot 10^{{{int(exponent)}}}" if exponent else figure
