"""How far functionals of shaped networks of width n lie from the covariance SDE, and how many samples a test of the limit bears.

Each `FiniteSize` holds a coefficient: n times the bias, to leading order, and where it comes from. Derived ones follow from
exact moments of one layer (`theory.covariance_sde.log_norm`, `theory.covariance_sde.finite_size`); the law of the
correlation has a measured bound only. The rule that turns a bias into a sample size is `numerics.statistics.fairness`.

Reference: P. Hall, "The Bootstrap and Edgeworth Expansion" (1992), section 2.2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import sympy as sp

from numerics.covariance_sde.counts import check_count
from numerics.statistics.fairness import FALSE_ALARM, fair_law_samples, fair_mean_samples
from theory.activation.shaping import SmoothShape
from theory.covariance_sde.finite_size import explosion_correction, stationary_mean_correction
from theory.covariance_sde.log_norm import log_cumulant_series
from theory.covariance_sde.norm_diffusion import NormDiffusion, StationaryGamma


@dataclass(frozen=True, slots=True)
class FiniteSize:
    """The bias of one functional of networks of width n, depth n T: coefficient/n to leading order.

    Parameters
    ----------
    functional : str
        What is compared with its limit, in words.
    coefficient : float
        n times the bias: of a mean (with its sign), or a Kolmogorov distance.
    deviation : float or None
        Standard deviation of one sample, for a mean; None for a law.
    source : str
        Derived from what, or measured where.

    Examples
    --------
    The law of log V of a linear network at depth n: the largest fair sample grows like n^2.

    >>> size = log_norm_size(0.0, 1.0)
    >>> round(size.bias(100), 5), round(size.fair_samples(200, 1e-8) / size.fair_samples(100, 1e-8), 3)
    (0.00183, 4.0)
    """

    functional: str
    coefficient: float
    deviation: float | None
    source: str

    def bias(self, width: int) -> float:
        """Return |coefficient|/width.

        Raises
        ------
        TypeError, ValueError
            If the width is no positive integer.
        """
        check_count("FiniteSize.bias", "width", width)
        return abs(self.coefficient) / width

    def fair_samples(self, width: int, alpha: float, *, false_alarm: float = FALSE_ALARM) -> int:
        """Return the largest number of networks of this width at which a test of the limit at alpha stays fair.

        Parameters
        ----------
        width : int
            n; the depth enters through the time T that the coefficient was derived for.
        alpha, false_alarm : float
            As for `numerics.statistics.fairness.fair_law_samples`.

        Raises
        ------
        TypeError, ValueError
            If the width is no positive integer, or not 0 < alpha < false_alarm < 1.
        """
        bias = self.bias(width)
        if self.deviation is None:
            return fair_law_samples(bias, alpha, false_alarm=false_alarm)
        return fair_mean_samples(bias, self.deviation, alpha, false_alarm=false_alarm)


@cache
def log_norm_size(strength: float, time: float) -> FiniteSize:
    """Return n sup_x |P(log V_d <= x) - P(N(-T, 2T) <= x)| for d = nT layers of shaped relu, (c_+ - c_-)^2 = strength.

    Parameters
    ----------
    strength, time : float
        strength >= 0, T > 0.

    Raises
    ------
    ValueError
        If strength < 0 or time <= 0.

    Notes
    -----
    The cumulants of log R at delta^2 = strength/n give shifts of mean, variance and third cumulant at order 1/n; the
    distribution function moves by phi(x) (m + v x/2 + k (x^2 - 1)/6). **Accuracy**: maximum over a grid, about 1e-6.
    If c_+ + c_- != 0, delta^2 has a relative correction of order n^{-1/2} besides.

    Examples
    --------
    >>> round(log_norm_size(0.0, 1.0).coefficient, 3)
    0.183
    """
    _check_time("log_norm_size", strength, time)

    delta = sp.Symbol("delta")
    (m1, m2), (v1, v2), k2 = log_cumulant_series()
    zero = {delta: 0}
    sigma = math.sqrt(2 * time)
    mean = time * (float(m1.coeff(delta, 2)) * strength + float(m2.subs(zero))) / sigma
    spread = time * (float(v1.coeff(delta, 2)) * strength + float(v2.subs(zero))) / sigma**2
    third = time * float(k2.subs(zero)) / sigma**3
    x = np.linspace(-6, 6, 24001)
    density = np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
    largest = float(np.abs(density * (mean + spread * x / 2 + third * (x**2 - 1) / 6)).max())
    return FiniteSize("law of log V", largest, None, "Edgeworth expansion of the exact cumulants")


def correlation_size(strength: float, rho: float) -> FiniteSize:
    """Return a cautious bound of n times the Kolmogorov distance of rho_1 from its limit, (c_+ - c_-)^2 = strength <= 4.

    Parameters
    ----------
    strength : float
        0 for linear networks and for smooth shapes with phi''(0) = 0.
    rho : float
        Initial correlation, in (-1, 1).

    Raises
    ------
    ValueError
        If strength is not in [0, 4], where it was measured, or rho not in (-1, 1).

    Notes
    -----
    Measured at n = d = 50 (30 000 to 60 000 networks, noise .28 to .39): .34 linear, .52 for (0, -1), .90 for (1, -1), all
    from rho = .3; 1.83 for (1, -1) from -.9, .83 for (2, 0) from .9. The bound is .5 + .2 strength up to |rho| = 1/2 and
    1 + .6 strength beyond. Where c_+ + c_- != 0 the drift has an error of order n^{-1/2} besides.

    Examples
    --------
    >>> round(correlation_size(4.0, 0.3).bias(100), 4)
    0.013
    """
    if not 0 <= strength <= 4:
        raise ValueError(f"correlation_size needs strength in [0, 4] (measured there), got strength={strength!r}.")
    if not -1 < rho < 1:
        raise ValueError(f"correlation_size needs rho in (-1, 1) (+-1 stays), got rho={rho!r}.")
    coefficient = 0.5 + 0.2 * strength if abs(rho) <= 0.5 else 1 + 0.6 * strength
    return FiniteSize("law of rho_1", coefficient, None, "measured at width and depth 50, with a margin")


def explosion_size(shape: SmoothShape, start: Any = 1) -> FiniteSize:
    """Return n times what width n adds to P(explosion | V_0 = start) of smoothly shaped networks.

    Parameters
    ----------
    shape : SmoothShape
        With b > 0 and derivatives up to the fifth.
    start : int, Fraction or exact SymPy number

    Raises
    ------
    ValueError
        As `theory.covariance_sde.finite_size.explosion_correction`.

    Examples
    --------
    phi = x + x^3/6 at a = 1 (b = 1): a hundred neurons change the probability by less than one percent.

    >>> from theory.activation.shaping import SmoothShape
    >>> explosion_size(SmoothShape((0, 1, 0, 0))).bias(100) < 0.01
    True
    """
    shift = float(explosion_correction(shape, start).value(15))
    chance = float(NormDiffusion(shape.blow_up_rate).explosion_probability(start).value(15))
    deviation = math.sqrt(chance * (1 - chance))
    return FiniteSize("probability of explosion", shift, deviation, "generator of one layer at order 1/n")


def stationary_mean_size(shape: SmoothShape) -> FiniteSize:
    """Return n times what width n adds to the stationary mean 1 + 1/b of the squared norm, b < -1.

    Parameters
    ----------
    shape : SmoothShape
        With b < -1 and derivatives up to the fifth.

    Raises
    ------
    ValueError
        As `theory.covariance_sde.finite_size.stationary_mean_correction`.
    """
    b = shape.blow_up_rate
    shift = float(stationary_mean_correction(shape))
    deviation = math.sqrt(float(StationaryGamma(-b - 1, -b).variance))
    return FiniteSize("stationary mean of V", shift, deviation, "generator of one layer at order 1/n")


def _check_time(function: str, strength: float, time: float) -> None:
    if not strength >= 0:
        raise ValueError(f"{function} needs strength >= 0 (a square), got strength={strength!r}.")
    if not 0 < time < math.inf:
        raise ValueError(f"{function} needs 0 < time < oo (depth over width), got time={time!r}.")
