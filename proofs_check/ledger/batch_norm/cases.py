"""What the claims about batch normalisation are judged on: spectra, widths, starts; and draws of one Haar layer."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import flint
import numpy as np

from numerics.network.haar_matrix import haar_orthogonal
from theory.batch_norm.contraction import large_spike
from theory.batch_norm.one_step import central_power_sum
from theory.batch_norm.worst_spectrum import small_spike
from theory.enclosure.ball import ball_of

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclass(frozen=True)
class Spectrum:
    """Eigenvalues of X X^T, exact, at trace d."""

    name: str
    values: tuple[Fraction, ...]

    def __str__(self) -> str:
        return self.name

    @property
    def width(self) -> int:
        """d."""
        return len(self.values)

    @property
    def spread(self) -> Fraction:
        """s_2 = sum (lambda - 1)^2."""
        return central_power_sum(self.values, 2)

    @property
    def second_order(self) -> Fraction:
        """s_2/(d (d+2)): the decrease of the gap to leading order."""
        return self.spread / (self.width * (self.width + 2))


@dataclass(frozen=True)
class Width:
    """A width d."""

    width: int

    def __str__(self) -> str:
        return f"d={self.width}"


@dataclass(frozen=True)
class Start:
    """A batch whose spectrum has one small eigenvalue: the worst start for its gap."""

    width: int
    eps: Fraction

    def __str__(self) -> str:
        return f"d={self.width} eps={self.eps}"


def spectrum(name: str, *values: int | Fraction) -> Spectrum:
    """Return the spectrum with eigenvalues in these proportions, scaled to trace d."""
    total = sum(Fraction(value) for value in values)
    return Spectrum(name, tuple(len(values) * Fraction(value) / total for value in values))


def one_large(width: int, share: Fraction) -> Spectrum:
    """Return (1 + y (d-1), 1-y, ..., 1-y)."""
    return Spectrum(f"one large d={width} y={share}", large_spike(width, share))


def one_small(width: int, eps: Fraction) -> Spectrum:
    """Return (eps, b, ..., b)."""
    return Spectrum(f"one small d={width} eps={eps}", small_spike(width, eps))


QUARTER = Spectrum("1/2 3/4 1 7/4", tuple(Fraction(k, 4) for k in (2, 3, 4, 7)))
"""Trace 4, s_2 = 7/8."""
LOPSIDED = Spectrum("3 1/2 1/2 1/2 1/2", (Fraction(3), *(Fraction(1, 2),) * 4))
SPIKE = one_large(10, Fraction(1, 2))
PINNED = (
    spectrum("plane 1:3", 1, 3),
    QUARTER,
    LOPSIDED,
    spectrum("1..8", *range(1, 9)),
    SPIKE,
    one_small(10, Fraction(1, 1000)),
)
"""A generic one of each width, both extremal kinds."""


def spectra(largest: int = 8) -> SearchStrategy[Spectrum]:
    """Return a strategy for positive spectra of 2 to `largest` eigenvalues that are not all equal."""
    from hypothesis import strategies as st

    sizes = st.lists(st.integers(1, 40), min_size=2, max_size=largest).filter(lambda v: len(set(v)) > 1)
    return sizes.map(lambda v: spectrum(f"proportions {v}", *v))


def widths(largest: int = 40) -> SearchStrategy[Width]:
    """Return a strategy for widths from 2."""
    from hypothesis import strategies as st

    return st.integers(2, largest).map(Width)


def starts(largest: int = 40) -> SearchStrategy[Start]:
    """Return a strategy for starts with one small eigenvalue between 1e-6 and 1."""
    from hypothesis import strategies as st

    exponent = st.integers(1, 6).flatmap(lambda k: st.integers(1, 10**k - 1).map(lambda j: Fraction(j, 10**k)))
    return st.builds(Start, st.integers(2, largest), exponent)


def ball(value: Fraction) -> flint.arb:
    """Return the ball of a rational at the working precision."""
    return ball_of(value)


def log_forms(rng: np.random.Generator, eigenvalues: tuple[float, ...], size: int) -> np.ndarray:
    """Return (1/d) sum_i log a_i for `size` Haar matrices: the exact change of the gap in one layer.

    The d forms add up to d, which works as a control variate: one Haar matrix is worth hundreds of single rows.
    """
    values = np.array(eigenvalues)
    rows = haar_orthogonal(rng, values.size, samples=size)
    return np.clip(np.log(rows**2 @ values).mean(axis=1), np.log(values.min()), 0.0)


def as_floats(values: tuple[Fraction, ...]) -> tuple[float, ...]:
    """Return a spectrum as plain data for a campaign."""
    return tuple(float(value) for value in values)


def draw_size(width: int, total: int) -> int:
    """Return how many matrices of one width make a shard of about `total` entries."""
    return max(2, total // width**2)
