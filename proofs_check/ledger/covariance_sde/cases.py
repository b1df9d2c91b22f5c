"""The cases that claims about the covariance SDE are judged on, their strategies, and comparisons they share."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import flint

from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from theory.activation.shaping import ShapedRelu, SmoothShape
from theory.covariance_sde import smooth

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclass(frozen=True)
class Slopes:
    """Shaped relu with s_pm = 1 + c_pm/sqrt(n), two samples of correlation rho, width n (a square: exact numbers)."""

    c_plus: Fraction
    c_minus: Fraction
    rho: Fraction = Fraction(3, 10)
    width: int = 100

    def __str__(self) -> str:
        return f"c=({self.c_plus},{self.c_minus}) rho={self.rho} n={self.width}"

    @property
    def shape(self) -> ShapedRelu:
        """The activation, exactly."""
        return ShapedRelu(self.c_plus, self.c_minus, self.width)

    @property
    def strength(self) -> float:
        """(c_+ - c_-)^2."""
        return float((self.c_plus - self.c_minus) ** 2)


SYMMETRIC = Slopes(Fraction(1), Fraction(-1))
ONE_SIDED = Slopes(Fraction(0), Fraction(-1))
LINEAR = Slopes(Fraction(1), Fraction(1))


def slopes() -> SearchStrategy[Slopes]:
    """Return a strategy over (c_+, c_-), rho_0 and n; every slope stays positive."""
    from hypothesis import strategies as st

    c = st.integers(-4, 4).map(lambda k: Fraction(k, 2))
    rho = st.integers(-9, 9).map(lambda k: Fraction(k, 10))
    return st.builds(Slopes, c, c, rho, st.sampled_from([100, 25, 64, 400]))


@dataclass(frozen=True)
class Linear:
    """A linear network of width n and depth d on two samples of unit variance and correlation rho."""

    width: int
    depth: int
    rho: Fraction = Fraction(3, 10)

    def __str__(self) -> str:
        return f"n={self.width} d={self.depth} rho={self.rho}"


def linear_networks() -> SearchStrategy[Linear]:
    """Return a strategy over widths from 5, depths and correlations."""
    from hypothesis import strategies as st

    rho = st.integers(-9, 9).map(lambda k: Fraction(k, 10))
    return st.builds(Linear, st.integers(5, 60), st.integers(1, 8), rho)


@dataclass(frozen=True)
class Rate:
    """The rate b of dV = b V (V-1) dt + sqrt2 V dB, and V_0."""

    b: Fraction
    start: Fraction = Fraction(1)

    def __str__(self) -> str:
        return f"b={self.b} V_0={self.start}"


def rates(low: Fraction, high: Fraction) -> SearchStrategy[Rate]:
    """Return a strategy over b in [low, high] and V_0 in {1/2, 1, 2}."""
    from hypothesis import strategies as st

    b = st.integers(int(4 * low), int(4 * high)).map(lambda k: Fraction(k, 4))
    return st.builds(Rate, b, st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(2)]))


@dataclass(frozen=True)
class Form:
    """A test activation with an elementary kernel, at scale a and covariance (A, B, C)."""

    kind: str
    k: Fraction = Fraction(1)
    scale: Fraction = Fraction(1)
    covariance: tuple[Fraction, Fraction, Fraction] = (Fraction(3, 2), Fraction(2, 3), Fraction(1, 5))

    def __str__(self) -> str:
        a, b, c = self.covariance
        return f"{self.kind} k={self.k} a={self.scale} V=({a},{b},{c})"

    @property
    def closed(self) -> Any:
        """The closed form (`theory.covariance_sde.smooth.ClosedForm`)."""
        forms = {
            "quadratic": lambda: smooth.quadratic_form(self.k),
            "sine": lambda: smooth.sine_form(self.k),
            "exponential": smooth.exponential_form,
            "erf": smooth.error_function_form,
        }
        return forms[self.kind]()

    @property
    def shape(self) -> SmoothShape:
        """The shape with phi'' and phi''' of the closed form."""
        return SmoothShape(self.closed.derivatives, self.scale)


FORMS = (
    Form("quadratic"),
    Form("sine", Fraction(2), Fraction(4, 3)),
    Form("exponential"),
    Form("erf", scale=Fraction(1, 2)),
)


def forms() -> SearchStrategy[Form]:
    """Return a strategy over the four families, their parameter, a, and positive semidefinite covariances."""
    from hypothesis import strategies as st

    half = st.integers(1, 6).map(lambda k: Fraction(k, 2))
    root = st.tuples(half, half, st.integers(-9, 9))
    covariance = root.map(lambda t: (t[0] ** 2, t[1] ** 2, t[0] * t[1] * Fraction(t[2], 10)))
    kinds = st.sampled_from(["quadratic", "sine", "exponential", "erf"])
    return st.builds(Form, kinds, st.integers(-3, 3).map(lambda k: Fraction(k, 2)), half, covariance)


def agree(left: flint.arb, right: flint.arb, what: str, where: str, digits: int = 15) -> Evidence:
    """Return certified evidence that two balls differ by less than 10^-digits, or that they do not."""
    difference = abs(left - right)
    sharpness = Figure("difference at most", difference.upper().str(3, radius=False))
    values = (Figure("computed", left.str(15, radius=False)), Figure("stated", right.str(15, radius=False)))
    return from_slack(flint.arb(10) ** -digits - difference, what, where, *values, sharpness=sharpness)
