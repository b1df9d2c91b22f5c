"""Rational functions of the dimension d whose poles are integers: p(d) / (c prod_r (d - r)^{m_r}).

Every Weingarten function and every Haar moment is of this kind, so the denominator is kept factored and one evaluation
of the numerator per root brings a fraction to lowest terms: no polynomial gcd and no factoring is ever needed.

**Convention.** Lowest terms, c > 0, the numerator an integer polynomial without a factor in common with c. The form is
unique, so `==` decides equality.

**Range.** A moment or Weingarten function is its rational function from some dimension on; below, it is another number. The
function carries that least dimension: there the value is computed anew, or refused if there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, prod
from typing import TYPE_CHECKING, Any

from flint import fmpz_poly

from theory.haar.dimension import checked_integer, exact_rational
from theory.notebook import display_math

if TYPE_CHECKING:
    from sympy import Expr

__all__ = ["RationalFunction"]


def _linear(root: int) -> fmpz_poly:
    return fmpz_poly([-root, 1])


@dataclass(frozen=True, slots=True, eq=False)
class RationalFunction:
    """A rational function p(d) / (c prod_r (d - r)^{m_r}), brought to lowest terms when it is made.

    Parameters
    ----------
    numerator : tuple of int
        Coefficients of p, constant term first.
    denominator_constant : int
        c, not zero.
    denominator_roots : tuple of (int, int)
        The pairs (r, m_r); m_r >= 1 is the order of the pole at d = r.
    least_dimension : int, optional
        The least positive integer d at which the function is what it was derived for; None if there is no bound.
    below : callable, optional
        d -> the value at positive integers d below that.

    Raises
    ------
    ValueError
        If c = 0.

    Examples
    --------
    (d^2 - 1) / (2 d (d - 1)) loses its common factor:

    >>> f = RationalFunction((-1, 0, 1), 2, ((0, 1), (1, 1)))
    >>> print(f)
    (d + 1)/(2*d)
    >>> f(3) == (f * f)(3) / f(3)
    True
    """

    numerator: tuple[int, ...]
    denominator_constant: int = 1
    denominator_roots: tuple[tuple[int, int], ...] = ()
    least_dimension: int | None = None
    below: Callable[[int], Fraction] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.denominator_constant == 0:
            raise ValueError("RationalFunction needs denominator_constant != 0, got denominator_constant=0.")
        polynomial, roots = fmpz_poly(list(self.numerator)), {}
        for root, multiplicity in sorted(self.denominator_roots) if polynomial else ():
            left = multiplicity
            while left and polynomial(root) == 0:
                polynomial //= _linear(root)
                left -= 1
            if left:
                roots[root] = left
        common = gcd(int(polynomial.content()), self.denominator_constant) if polynomial else self.denominator_constant
        common = -abs(common) if self.denominator_constant < 0 else abs(common)
        object.__setattr__(self, "numerator", tuple(int(c) // common for c in polynomial.coeffs()))
        object.__setattr__(self, "denominator_constant", self.denominator_constant // common)
        object.__setattr__(self, "denominator_roots", tuple(roots.items()))

    @classmethod
    def constant(cls, value: int | Fraction) -> RationalFunction:
        """Return the constant function `value`.

        Examples
        --------
        >>> RationalFunction.constant(Fraction(1, 2))(7)
        Fraction(1, 2)
        """
        return cls((value.numerator,), value.denominator)

    @classmethod
    def dimension_power(cls, exponent: int) -> RationalFunction:
        """Return d^exponent; the exponent may be negative.

        Examples
        --------
        >>> print(RationalFunction.dimension_power(2), RationalFunction.dimension_power(-1))
        d**2 1/d
        """
        if exponent < 0:
            return cls((1,), 1, ((0, -exponent),))
        return cls((0,) * exponent + (1,))

    def valid_from(self, least: int, below: Callable[[int], Fraction] | None = None) -> RationalFunction:
        """Return the same function with the least dimension for which it holds, and what gives the value below.

        Examples
        --------
        >>> RationalFunction((1,), 1, ((1, 1),)).valid_from(3).least_dimension
        3
        """
        result = object.__new__(RationalFunction)  # already in lowest terms
        for name in ("numerator", "denominator_constant", "denominator_roots"):
            object.__setattr__(result, name, getattr(self, name))
        object.__setattr__(result, "least_dimension", least if least > 1 else None)
        object.__setattr__(result, "below", below)
        return result

    def __bool__(self) -> bool:
        return bool(self.numerator)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, RationalFunction):
            return self._form == other._form
        if isinstance(other, int | Fraction) or getattr(other, "is_Rational", False):
            return self._form == RationalFunction.constant(_fraction(other))._form
        if getattr(other, "is_commutative", None) is not None and hasattr(other, "free_symbols"):
            return bool((self.as_sympy() - other).cancel() == 0)
        return NotImplemented

    def __hash__(self) -> int:
        if not self.denominator_roots and len(self.numerator) <= 1:
            return hash(Fraction(self.numerator[0] if self.numerator else 0, self.denominator_constant))
        return hash(self._form)

    @property
    def _form(self) -> tuple[Any, ...]:
        return self.numerator, self.denominator_constant, self.denominator_roots

    def _ranged(
        self, result: RationalFunction, other: RationalFunction, at: Callable[[int], Fraction]
    ) -> RationalFunction:
        """Return `result` with the least dimension of both operands."""
        if self.least_dimension is None and other.least_dimension is None:
            return result
        return result.valid_from(max(self.least_dimension or 1, other.least_dimension or 1), at)

    def __neg__(self) -> RationalFunction:
        return self * -1

    def __add__(self, other: Any) -> RationalFunction:
        if not isinstance(other, RationalFunction):
            if (number := _fraction(other)) is None:
                return NotImplemented
            other = RationalFunction.constant(number)
        mine, theirs = dict(self.denominator_roots), dict(other.denominator_roots)
        common = {root: max(mine.get(root, 0), theirs.get(root, 0)) for root in mine.keys() | theirs.keys()}
        total = _raised(self, mine, common) * other.denominator_constant
        total += _raised(other, theirs, common) * self.denominator_constant
        constant = self.denominator_constant * other.denominator_constant
        result = RationalFunction(_integers(total), constant, tuple(common.items()))
        return self._ranged(result, other, lambda d: self(d) + other(d))

    __radd__ = __add__

    def __sub__(self, other: Any) -> RationalFunction:
        return self + (-other)

    def __rsub__(self, other: Any) -> RationalFunction:
        return -self + other

    def __mul__(self, other: Any) -> RationalFunction:
        if not isinstance(other, RationalFunction):
            if (number := _fraction(other)) is None:
                return NotImplemented
            other = RationalFunction.constant(number)
        mine, theirs = dict(self.denominator_roots), dict(other.denominator_roots)
        roots = {root: mine.get(root, 0) + theirs.get(root, 0) for root in mine.keys() | theirs.keys()}
        product = fmpz_poly(list(self.numerator)) * fmpz_poly(list(other.numerator))
        constant = self.denominator_constant * other.denominator_constant
        result = RationalFunction(_integers(product), constant, tuple(roots.items()))
        return self._ranged(result, other, lambda d: self(d) * other(d))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> RationalFunction | Expr:
        """Return the quotient; a SymPy expression if the divisor's numerator has other roots than integers.

        Raises
        ------
        ZeroDivisionError
            If the divisor is zero.
        """
        if not isinstance(other, RationalFunction):
            if (number := _fraction(other)) is None:
                return NotImplemented
            return self * (1 / number)
        if not other:
            raise ZeroDivisionError("RationalFunction needs a divisor that is not the zero function.")
        content, factors = fmpz_poly(list(other.numerator)).factor()
        if any(factor.degree() > 1 or abs(int(factor[1])) != 1 for factor, _ in factors):
            return self.as_sympy() / other.as_sympy()
        roots = tuple((-int(factor[0]) * int(factor[1]), m) for factor, m in factors)
        sign = int(content)
        for factor, m in factors:
            sign *= int(factor[1]) ** m
        above = RationalFunction((other.denominator_constant,))
        for root, m in other.denominator_roots:
            above = above * RationalFunction(_integers(_linear(root) ** m))
        inverse = RationalFunction(above.numerator, sign, roots)
        return self._ranged(self._plain() * inverse, other, lambda d: self(d) / other(d))

    def __rtruediv__(self, other: Any) -> RationalFunction | Expr:
        return RationalFunction.constant(_fraction(other)) / self

    def __pow__(self, exponent: int) -> RationalFunction | Expr:
        if not isinstance(exponent, int):
            return NotImplemented
        result = RationalFunction.constant(1)
        for _ in range(abs(exponent)):
            result = result * self._plain()
        result = self._ranged(result, self, lambda d: self(d) ** abs(exponent))
        return 1 / result if exponent < 0 else result

    def _plain(self) -> RationalFunction:
        return RationalFunction(self.numerator, self.denominator_constant, self.denominator_roots)

    def __call__(self, dimension: Any) -> Any:
        """Return the exact value at a rational d, or the list of the values at several.

        Raises
        ------
        TypeError
            If `dimension` is not an exact rational number.
        ValueError
            If it is a pole, or a positive integer below the least dimension where nothing else is known.
        """
        if isinstance(dimension, Iterable) and not isinstance(dimension, str | bytes):
            return [self(one) for one in dimension]
        d = exact_rational(dimension, function="RationalFunction", name="dimension")
        if self.least_dimension is not None and d.denominator == 1 and 0 < d < self.least_dimension:
            if self.below is not None:
                return self.below(int(d))
            raise ValueError(
                f"RationalFunction needs a dimension >= {self.least_dimension} (this moment is no such function below), "
                f"got dimension={d}; ask for the moment at this integer dimension."
            )
        return self.formal(d)

    def formal(self, dimension: Any) -> Fraction:
        """Return the rational function itself at d, also where it is not what it was derived for.

        Raises
        ------
        TypeError, ValueError
            An inexact d, or a pole.

        Examples
        --------
        >>> RationalFunction((1,), 1, ((1, 1),)).valid_from(3).formal(2)
        Fraction(1, 1)
        """
        d = exact_rational(dimension, function="RationalFunction", name="dimension")
        below = self.denominator_constant * prod((d - root) ** m for root, m in self.denominator_roots)
        if below == 0:
            raise ValueError(f"RationalFunction needs a dimension that is no pole of {self}, got dimension={d}.")
        above = Fraction(0)
        for coefficient in reversed(self.numerator):
            above = above * d + coefficient
        return Fraction(above, below)

    @property
    def poles(self) -> Mapping[int, int]:
        """Return {d: order of the pole at d}, ascending.

        Examples
        --------
        >>> RationalFunction((1,), 1, ((-2, 1), (0, 1), (1, 1))).poles
        {-2: 1, 0: 1, 1: 1}
        """
        return dict(self.denominator_roots)

    def reflected(self) -> RationalFunction:
        """Return f(-d), the duality between O(d) and Sp(d).

        Examples
        --------
        >>> print(RationalFunction((1,), 1, ((0, 1), (1, 1))).reflected())
        1/(d*(d + 1))
        """
        degree = sum(m for _, m in self.denominator_roots)
        numerator = tuple((-1) ** (i + degree) * c for i, c in enumerate(self.numerator))
        return RationalFunction(
            numerator, self.denominator_constant, tuple((-root, m) for root, m in self.denominator_roots)
        )

    def shifted(self, step: int) -> RationalFunction:
        """Return f(d + step).

        Examples
        --------
        >>> print(RationalFunction((1,), 1, ((0, 1), (1, 1))).shifted(1))
        1/(d*(d + 1))
        """
        numerator = fmpz_poly(list(self.numerator))(fmpz_poly([step, 1]))
        roots = tuple((root - step, m) for root, m in self.denominator_roots)
        return RationalFunction(_integers(numerator), self.denominator_constant, roots)

    def expansion(self, terms: int) -> tuple[int, tuple[Fraction, ...]]:
        """Return (s, (c_0, c_1, ...)) with f(d) = d^{-s} (c_0 + c_1 / d + ... ), `terms` coefficients, c_0 != 0.

        Parameters
        ----------
        terms : int
            Number of coefficients, >= 1.

        Returns
        -------
        (int, tuple of Fraction)
            The series converges for |d| above the largest pole. The zero function has s = 0 and zero coefficients.

        Raises
        ------
        TypeError, ValueError
            If `terms` is not an integer >= 1.

        Examples
        --------
        1/(d^2 - 1) = d^{-2} (1 + d^{-2} + d^{-4} + ...):

        >>> order, coefficients = RationalFunction((1,), 1, ((-1, 1), (1, 1))).expansion(5)
        >>> order, [int(c) for c in coefficients]
        (2, [1, 0, 1, 0, 1])
        """
        count = checked_integer(terms, function="RationalFunction.expansion", name="terms", least=1)
        if not self:
            return 0, (Fraction(0),) * count
        series = fmpz_poly([int(c) for c in reversed(self.numerator)]).truncate(count)
        for root, multiplicity in self.denominator_roots:
            geometric = fmpz_poly([root**i for i in range(count)])
            for _ in range(multiplicity):
                series = series.mul_low(geometric, count)
        coefficients = tuple(Fraction(int(series[i]), self.denominator_constant) for i in range(count))
        return sum(m for _, m in self.denominator_roots) - len(self.numerator) + 1, coefficients

    def as_sympy(self, dimension: Expr | None = None) -> Expr:
        """Return the SymPy expression, denominator factored, at d = `dimension` (default: the symbol d).

        Examples
        --------
        >>> from sympy import Symbol, factor
        >>> n = Symbol("n")
        >>> RationalFunction((1,), 1, ((0, 1), (1, 1))).as_sympy(2 * n)
        1/(2*n*(2*n - 1))
        """
        import sympy as sp  # most of a command's start: here, where a symbolic form is asked for

        d = sp.Symbol("d") if dimension is None else sp.sympify(dimension)
        if self.least_dimension is not None and d.is_Integer and 0 < d < self.least_dimension:
            value = self(int(d))
            return sp.Rational(value.numerator, value.denominator)
        content, factors = fmpz_poly(list(self.numerator)).factor() if self.numerator else (0, [])
        above: Expr = sp.Integer(int(content))
        for factor, multiplicity in factors:
            above *= (
                sum((sp.Integer(int(c)) * d**i for i, c in enumerate(factor.coeffs())), sp.Integer(0)) ** multiplicity
            )
        below = sp.Integer(self.denominator_constant)
        for root, multiplicity in self.denominator_roots:
            below *= (d - root) ** multiplicity
        return above / below

    def _sympy_(self) -> Expr:
        """Return the expression in d, for `sympify`."""
        return self.as_sympy()

    def as_json(self) -> dict[str, str]:
        """Return {"numerator": text, "denominator": text}, both factored over the integers, in d.

        Examples
        --------
        >>> RationalFunction((-1, 0, 1), 3, ((0, 2),)).as_json()
        {'numerator': '(d - 1)*(d + 1)', 'denominator': '3*d**2'}
        """
        content, factors = fmpz_poly(list(self.numerator)).factor() if self.numerator else (0, [])
        numerator = [(_integers(factor), m) for factor, m in factors]
        denominator = [((-root, 1), m) for root, m in reversed(self.denominator_roots)]
        return {
            "numerator": _product_text(int(content), sorted(numerator, key=lambda pair: (len(pair[0]), pair[0]))),
            "denominator": _product_text(self.denominator_constant, denominator),
        }

    def _repr_latex_(self) -> str:
        """Return the function of d, for notebooks."""
        from sympy import latex

        return display_math(latex(self.as_sympy()))

    def __str__(self) -> str:
        text = self.as_json()
        factors = len(self.denominator_roots) + (self.denominator_constant != 1)
        if factors == 0:
            return text["numerator"]
        return (
            "{numerator}/{denominator}".format(**text) if factors == 1 else "{numerator}/({denominator})".format(**text)
        )


def _fraction(value: Any) -> Any:
    """Return an exact rational number as a Fraction, None for anything else."""
    try:
        return exact_rational(value, function="RationalFunction", name="number")
    except TypeError:
        return None


def _integers(polynomial: fmpz_poly) -> tuple[int, ...]:
    return tuple(int(c) for c in polynomial.coeffs())


def _raised(function: RationalFunction, own: Mapping[int, int], common: Mapping[int, int]) -> fmpz_poly:
    """Return the numerator of `function` over the common denominator prod (d - r)^{common[r]}."""
    polynomial = fmpz_poly(list(function.numerator))
    for root, multiplicity in common.items():
        missing = multiplicity - own.get(root, 0)
        if missing:
            polynomial *= _linear(root) ** missing
    return polynomial


def _polynomial_text(coefficients: tuple[int, ...]) -> str:
    """Return the text of a polynomial in d, highest power first."""
    text = ""
    for power in range(len(coefficients) - 1, -1, -1):
        coefficient = coefficients[power]
        if coefficient == 0:
            continue
        monomial = "" if power == 0 else "d" if power == 1 else f"d**{power}"
        size = abs(coefficient)
        body = str(size) if not monomial else monomial if size == 1 else f"{size}*{monomial}"
        sign = ("-" if coefficient < 0 else "") if not text else (" - " if coefficient < 0 else " + ")
        text += sign + body
    return text or "0"


def _product_text(constant: int, factors: Sequence[tuple[tuple[int, ...], int]]) -> str:
    """Return the text of constant * prod factor^multiplicity."""
    pieces = []
    for coefficients, multiplicity in factors:
        text = _polynomial_text(coefficients)
        text = f"({text})" if " " in text else text
        pieces.append(text if multiplicity == 1 else f"{text}**{multiplicity}")
    if not pieces:
        return str(constant)
    if constant == -1:
        return "-" + "*".join(pieces)
    return "*".join(pieces if constant == 1 else [str(constant), *pieces])
