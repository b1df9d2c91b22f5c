r"""Laws of independent entries: normal, uniform, normal cut off on both sides; and bounds of sums drawn from them.

A law is kept standardised, y = (x - mean)/std with E y = 0, E y^2 = 1. Cutting N(0, 1) to [-a, a] leaves the variance

    v(a) = 1 - 2 a phi(a)/(2 Phi(a) - 1),      v(2) = 0.8796...^2,

so the standardised law is z/sqrt(v) on abs(y) <= a/sqrt(v).

Tails of ``sum y_i`` and ``sum y_i^2`` are exact for the normal law (normal, chi-square) and Chernoff's bound for the others,
``P(sum f(y_i) >= n s) <= exp(-n (lam s - log E exp(lam f(y))))`` with the mean in closed form: a bound at every ``lam``, so
the search for the best one needs no proof.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf, erfi, gammainc, gammaincc, log_ndtr, ndtr

Array = NDArray[np.float64]
Family = Literal["normal", "truncated", "uniform"]
FAMILIES: tuple[Family, ...] = ("normal", "truncated", "uniform")

CUT = 2.0
"""Where JAX, Keras and TensorFlow cut a normal law, in standard deviations before the cut."""


def cut_variance(cut: float) -> float:
    """Return the variance v(a) = 1 - 2 a phi(a)/(2 Phi(a) - 1) of N(0, 1) cut off to [-a, a].

    Parameters
    ----------
    cut : float
        a > 0.

    Returns
    -------
    float
        In (0, 1).

    Examples
    --------
    >>> round(cut_variance(2.0) ** 0.5, 8)
    0.87962566
    """
    if cut < 0.05:  # 1 - (1 - a^2/3 + ...): the difference loses its digits there
        return cut * cut / 3 * (1 - 2 * cut * cut / 15)
    density = math.exp(-cut * cut / 2) / math.sqrt(2 * math.pi)
    return 1 - 2 * cut * density / math.erf(cut / math.sqrt(2))


@dataclass(frozen=True, slots=True)
class EntryLaw:
    """The law of each of many independent entries.

    Parameters
    ----------
    family : {"normal", "truncated", "uniform"}
    std : float
        Standard deviation of the entries themselves, after any cut; positive.
    mean : float, optional
    cut : float, optional
        Of a truncated law: distance of the cut from the mean, in standard deviations *before* the cut.

    Raises
    ------
    ValueError
        For another family, a standard deviation or cut that is not positive and finite, or a mean that is not finite.

    Examples
    --------
    >>> EntryLaw("uniform", 1.0).bound == 3**0.5
    True
    """

    family: Family
    std: float
    mean: float = 0.0
    cut: float = CUT

    def __post_init__(self) -> None:
        if self.family not in FAMILIES:
            raise ValueError(f"EntryLaw needs normal, truncated or uniform as family, got family={self.family!r}.")
        if not (math.isfinite(self.std) and self.std > 0):
            raise ValueError(f"EntryLaw needs a positive finite standard deviation, got std={self.std!r}.")
        if not (math.isfinite(self.cut) and self.cut > 0):
            raise ValueError(f"EntryLaw needs a positive finite cut, got cut={self.cut!r}.")
        if not math.isfinite(self.mean):
            raise ValueError(f"EntryLaw needs a finite mean, got mean={self.mean!r}.")

    @property
    def bound(self) -> float:
        """Largest abs(y) of the standardised law; infinite for the normal one."""
        if self.family == "uniform":
            return math.sqrt(3)
        return math.inf if self.family == "normal" else self.cut / math.sqrt(cut_variance(self.cut))

    @property
    def parent(self) -> float:
        """Standard deviation before the cut, of the standardised law."""
        return 1.0 if self.family != "truncated" else 1 / math.sqrt(cut_variance(self.cut))

    def distribution(self, y: Array) -> Array:
        """Return P(Y <= y) of the standardised law."""
        if self.family == "uniform":
            return np.clip((y / math.sqrt(3) + 1) / 2, 0, 1)
        if self.family == "normal":
            return np.asarray(ndtr(y))
        low = ndtr(-self.cut)
        return np.clip((ndtr(y / self.parent) - low) / (1 - 2 * low), 0, 1)

    def log_inside(self, t: float) -> float:
        """Return log P(abs(Y) <= t) of the standardised law."""
        if t >= self.bound:
            return 0.0
        if self.family == "uniform":
            return math.log(max(t, 1e-300) / math.sqrt(3))
        if self.family == "normal":
            return math.log1p(-2 * float(ndtr(-t))) if t > 1 else math.log(max(math.erf(t / math.sqrt(2)), 1e-300))
        return math.log(max(math.erf(t / self.parent / math.sqrt(2)) / math.erf(self.cut / math.sqrt(2)), 1e-300))

    def cosine(self) -> tuple[float, float]:
        """Return mean and variance of cos(2 Y), Y standardised: the characteristic function at 2 and 4."""
        at_two, at_four = (self._characteristic(t) for t in (2.0, 4.0))
        return at_two, (1 + at_four) / 2 - at_two**2

    def _characteristic(self, t: float) -> float:
        if self.family == "normal":
            return math.exp(-t * t / 2)
        if self.family == "uniform":
            return math.sin(math.sqrt(3) * t) / (math.sqrt(3) * t)
        # E cos(t Y) by Gauss-Legendre on the support, where the density is above 1e-22: exact to rounding with 80 nodes
        nodes, weights = _gauss_legendre()
        nodes = nodes * min(self.cut, 10.0)
        density = np.exp(-(nodes**2) / 2)
        return float(weights @ (density * np.cos(t * nodes * self.parent)) / (weights @ density))

    def log_mgf(self, lam: Array) -> Array:
        """Return log E exp(lam Y), standardised."""
        if self.family == "normal":
            return lam * lam / 2
        if self.family == "uniform":
            u = np.maximum(np.abs(lam) * math.sqrt(3), 1e-9)
            return u + np.log(-np.expm1(-2 * u)) - np.log(2 * u)
        shift, low, high = lam * self.parent, -self.cut - lam * self.parent, self.cut - lam * self.parent
        # the interval lies on one side or the other: log of a difference of normal probabilities, by the smaller tail
        first, second = np.where(low > 0, -high, low), np.where(low > 0, -low, high)
        inside = log_ndtr(second) + np.log1p(-np.exp(log_ndtr(first) - log_ndtr(second)))
        return shift**2 / 2 + inside - math.log(math.erf(self.cut / math.sqrt(2)))

    def log_mgf_square(self, lam: Array) -> Array:
        """Return log E exp(lam Y^2), standardised; for the normal law lam < 1/2."""
        if self.family == "normal":
            return -np.log1p(-2 * lam) / 2
        if self.family == "uniform":
            u = np.sqrt(3 * np.maximum(np.abs(lam), 1e-9))
            return np.log(math.sqrt(math.pi) / 2 * np.where(lam > 0, erfi(u), erf(u)) / u)
        kappa = 1 - 2 * lam * self.parent**2
        u = np.sqrt(np.maximum(np.abs(kappa), 1e-9))
        reach = u * self.cut / math.sqrt(2)
        return np.log(np.where(kappa > 0, erf(reach), erfi(reach)) / u) - math.log(math.erf(self.cut / math.sqrt(2)))


@cache
def _gauss_legendre() -> tuple[Array, Array]:
    return np.polynomial.legendre.leggauss(80)


def log_tail_sum(law: EntryLaw, n: int, total: float) -> float:
    """Return (a bound of) log P(sum of n standardised entries >= total), total >= 0."""
    if total <= 0:
        return 0.0
    if law.family == "normal":
        return float(log_ndtr(-total / math.sqrt(n)))
    return _chernoff(law.log_mgf, n, total / n, min(400.0, 4 * total / n + 20 / math.sqrt(n)))


def log_tail_squares(law: EntryLaw, n: int, mean_square: float, *, above: bool) -> float:
    """Return (a bound of) log P(mean of n squared standardised entries >= mean_square), or <= it."""
    if (mean_square <= 1) == above:
        return 0.0
    if law.family == "normal":
        p = float((gammaincc if above else gammainc)(n / 2, n * mean_square / 2))
        return math.log(p) if p > 0 else -math.inf
    if above:
        if mean_square >= law.bound**2:
            return -math.inf
        # exp(erfi) overflows past a few hundred; a smaller lam is still a bound
        return _chernoff(law.log_mgf_square, n, mean_square, 150.0)
    return _chernoff(lambda lam: law.log_mgf_square(-lam), n, -mean_square, 1e4)


def _chernoff(log_mgf: Callable[[Array], Array], n: int, level: float, reach: float) -> float:
    """Return min over lam in (0, reach] of n (log_mgf(lam) - lam level), at most 0."""
    lam = np.geomspace(1e-9, reach, 121)
    best = 0.0
    for _ in range(3):
        values = log_mgf(lam) - lam * level
        place = int(np.nanargmin(values))
        best = min(best, n * float(values[place]))
        lam = np.linspace(lam[max(place - 1, 0)], lam[min(place + 1, lam.size - 1)], 41)
    return best
