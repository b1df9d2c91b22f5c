r"""One layer of smoothly shaped activation, phi_s(x) = s phi(x/s), s = a sqrt(n): drift, 1/n corrections, closed forms.

With eps = n^-1/2, phi_s(x) = sum_k f_k x^k (eps/a)^(k-1)/k!, f_1 = 1, and every moment of the next covariance is a power
series in eps by Isserlis' theorem
    E x^i y^j = sum_k i! j!/(k! p! q! 2^(p+q)) A^p B^q C^k,  2p = i - k, 2q = j - k,  A = V^11, B = V^22, C = V^12.
The normaliser c = 1/E phi_s(Z)^2 is expanded likewise. The expansion is of moments for phi with that Taylor polynomial;
for phi in C^5 with polynomial growth the remainder is of the next even order.

References: L. Isserlis, Biometrika 12 (1918) 134-139; M. Li, M. Nica, D. Roy, arXiv 2206.02768 (the limit).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import factorial

import sympy as sp
from sympy import Expr, Symbol

from theory.activation.shaping import SmoothShape

Series = tuple["Expr", ...]
"""Coefficients of eps^0, eps^1, ..."""


@cache
def symbols() -> tuple[Symbol, ...]:
    """Return (A, B, C, a, f2, f3, f4, f5)."""
    return (
        *sp.symbols("A B", positive=True),
        sp.Symbol("C", real=True),
        sp.Symbol("a", positive=True),
        *sp.symbols("f2:6", real=True),
    )


def gaussian_moment(i: int, j: int, a: Expr, b: Expr, c: Expr) -> Expr:
    """Return E x^i y^j for centred Gaussian (x, y) with variances a, b and covariance c.

    Examples
    --------
    >>> import sympy as sp
    >>> gaussian_moment(2, 2, *sp.symbols("a b c"))
    a*b + 2*c**2
    """
    total = sp.Integer(0)
    if (i + j) % 2:
        return total
    for k in range(i % 2, min(i, j) + 1, 2):
        p, q = (i - k) // 2, (j - k) // 2
        weight = sp.Rational(factorial(i) * factorial(j), factorial(k) * factorial(p) * factorial(q) * 2 ** (p + q))
        total += weight * a**p * b**q * c**k
    return total


@cache
def moment_series(i: int, j: int, order: int) -> Series:
    """Return the series of E phi_s(x)^i phi_s(y)^j up to eps^order, in `symbols`; order <= 4."""
    big_a, big_b, big_c, a, *f = symbols()
    coefficients = [sp.Integer(1), *f]
    eps, x, y = sp.symbols("eps x y")

    def shaped(z: Symbol) -> Expr:
        return sum(c * z**k * (eps / a) ** (k - 1) / factorial(k) for k, c in enumerate(coefficients[: order + 1], 1))

    product = sp.Poly(sp.Integer(1), eps, x, y)
    for factor, power in ((shaped(x), i), (shaped(y), j)):
        for _ in range(power):
            product = _truncated(product * sp.Poly(factor, eps, x, y), order)
    result = [sp.Integer(0)] * (order + 1)
    for (e, p, q), coefficient in product.terms():
        result[e] += coefficient * gaussian_moment(p, q, big_a, big_b, big_c)
    return tuple(sp.expand(term) for term in result)


def _truncated(polynomial: object, order: int) -> object:
    kept = {m: c for m, c in polynomial.terms() if m[0] <= order}  # type: ignore[attr-defined]
    return sp.Poly.from_dict(kept, *polynomial.gens)  # type: ignore[attr-defined]


def _product(left: Series, right: Series) -> Series:
    length = min(len(left), len(right))
    return tuple(sp.expand(sum(left[k] * right[m - k] for k in range(m + 1))) for m in range(length))


def _reciprocal(series: Series) -> Series:
    """Return 1/series for a series with constant term 1."""
    result = [sp.Integer(1)]
    for m in range(1, len(series)):
        result.append(sp.expand(-sum(series[k] * result[m - k] for k in range(1, m + 1))))
    return tuple(result)


@cache
def normaliser_series(order: int) -> Series:
    """Return the series of c = 1/E phi_s(Z)^2, Z of variance 1."""
    big_a, big_b, big_c, *_ = symbols()
    unit = {big_a: 1, big_b: 1, big_c: 1}
    return _reciprocal(tuple(term.subs(unit) for term in moment_series(1, 1, order)))


@cache
def drift_series(corrections: int = 1) -> Series:
    """Derive n E[V'^12 - V^12 | V] as a series in eps, up to eps^(2 corrections): (limit, 0, 1/n correction).

    Parameters
    ----------
    corrections : int
        0 for the limit alone, 1 with the 1/n correction.

    Examples
    --------
    The diagonal drift of the limit is b V (V - 1), b = (3 f2^2/4 + f3)/a^2:

    >>> import sympy as sp
    >>> A, B, C, a, f2, f3, *_ = symbols()
    >>> diagonal = drift_series(0)[0].subs({B: A, C: A})
    >>> sp.factor(diagonal - (3 * f2**2 / 4 + f3) / a**2 * A * (A - 1))
    0
    """
    order = 2 + 2 * corrections
    if not 0 <= corrections <= 1:
        raise ValueError(f"drift_series needs corrections of 0 or 1 (f6 would enter), got corrections={corrections!r}.")
    normalised = _product(normaliser_series(order), moment_series(1, 1, order))
    return normalised[2:]


@cache
def variance_series() -> Series:
    """Derive n Var[V'^11 | V] as a series in eps up to eps^2: (2 V^2, 0, 1/n correction)."""
    big_a, big_b, big_c, *_ = symbols()
    diagonal = {big_b: big_a, big_c: big_a}
    c = normaliser_series(2)
    fourth = _product(_product(c, c), moment_series(2, 2, 2))
    second = _product(c, moment_series(1, 1, 2))
    return tuple((x - y).subs(diagonal).expand() for x, y in zip(fourth, _product(second, second), strict=True))


@cache
def covariance_limit() -> dict[str, Expr]:
    """Derive lim n Cov of the entries of V', keys as `theory.covariance_sde.shaped_relu.wishart_covariance`."""
    first, pairs = moment_series(1, 1, 0)[0], {"11,11": (4, 0), "11,22": (2, 2), "12,12": (2, 2), "11,12": (3, 1)}
    big_a, big_b, _, *_ = symbols()
    means = {"11,11": big_a**2, "11,22": big_a * big_b, "12,12": first**2, "11,12": big_a * first}
    return {key: (moment_series(i, j, 0)[0] - means[key]).expand() for key, (i, j) in pairs.items()}


def limit_drift(v11: Expr, v22: Expr, v12: Expr, shape: SmoothShape) -> Expr:
    """Return b^12 = (f2^2/4a^2)(V11 V22 + V12 (2 V12 - 3)) + (f3/2a^2) V12 (V11 + V22 - 2).

    Parameters
    ----------
    v11, v22, v12 : Expr
        The covariance.
    shape : SmoothShape

    Examples
    --------
    >>> import sympy as sp
    >>> from theory.activation.shaping import SmoothShape
    >>> limit_drift(sp.Integer(1), sp.Integer(1), sp.Integer(1), SmoothShape((1, 1)))
    0
    """
    square = shape.scale**2
    quadratic = shape.second**2 / (4 * square) * (v11 * v22 + v12 * (2 * v12 - 3))
    return quadratic + shape.third / (2 * square) * v12 * (v11 + v22 - 2)


@dataclass(frozen=True, slots=True)
class ClosedForm:
    """A test activation whose E phi_s(x) phi_s(y) is elementary at every width.

    Parameters
    ----------
    name, text : str
        How reports call it; its expression.
    derivatives : tuple
        phi''(0), phi'''(0).
    kernel : callable
        ``kernel(A, B, C, q)`` with q = s^2 returns E phi_s(x) phi_s(y).
    """

    name: str
    text: str
    derivatives: tuple[Fraction, Fraction]
    kernel: Callable[[Expr, Expr, Expr, Expr], Expr]

    def __str__(self) -> str:
        return self.name

    def drift(self, n: Expr, scale: Expr, a: Expr, b: Expr, c: Expr) -> Expr:
        """Return n E[V'^12 - V^12 | V], exactly at width n."""
        q = scale**2 * n
        return n * (self.kernel(a, b, c, q) / self.kernel(1, 1, 1, q) - c)


def quadratic_form(k: Fraction) -> ClosedForm:
    """Return phi = x + k x^2/2: E phi_s phi_s' = C + (k^2/4q)(AB + 2C^2).

    Examples
    --------
    >>> quadratic_form(Fraction(1)).drift(100, 1, 1, 1, 1)
    0
    """
    exact = _rational(k)
    return ClosedForm(
        f"x + {k}x^2/2",
        f"x + ({k})*x**2/2",
        (k, Fraction(0)),
        lambda a, b, c, q: c + exact**2 / (4 * q) * (a * b + 2 * c**2),
    )


def sine_form(k: Fraction) -> ClosedForm:
    """Return phi = sin x + k (1 - cos x), bounded, with b = (3k^2/4 - 1)/a^2 of either sign."""
    exact = _rational(k)

    def kernel(a: Expr, b: Expr, c: Expr, q: Expr) -> Expr:
        both = sp.exp(-(a + b) / (2 * q))
        even = 1 - sp.exp(-a / (2 * q)) - sp.exp(-b / (2 * q)) + both * sp.cosh(c / q)
        return q * (both * sp.sinh(c / q) + exact**2 * even)

    return ClosedForm(f"sin x + {k}(1 - cos x)", f"sin(x) + ({k})*(1 - cos(x))", (k, Fraction(-1)), kernel)


def exponential_form() -> ClosedForm:
    """Return phi = e^x - 1."""

    def kernel(a: Expr, b: Expr, c: Expr, q: Expr) -> Expr:
        return q * (sp.exp((a + b + 2 * c) / (2 * q)) - sp.exp(a / (2 * q)) - sp.exp(b / (2 * q)) + 1)

    return ClosedForm("exp x - 1", "exp(x) - 1", (Fraction(1), Fraction(1)), kernel)


def error_function_form() -> ClosedForm:
    """Return phi = (sqrt(pi)/2) erf x: E phi_s phi_s' = (q/2) arcsin(2C/sqrt((q+2A)(q+2B)))."""

    def kernel(a: Expr, b: Expr, c: Expr, q: Expr) -> Expr:
        return q / 2 * sp.asin(2 * c / sp.sqrt((q + 2 * a) * (q + 2 * b)))

    return ClosedForm("erf x", "erf(x)", (Fraction(0), Fraction(-2)), kernel)


def _rational(value: Fraction) -> Expr:
    return sp.Rational(value.numerator, value.denominator)
