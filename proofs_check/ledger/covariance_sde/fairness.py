r"""When a test of a limit is fair at finite width: the largest sample size at which noise covers the known bias.

A law test rejects when sup |F_S - F| >= r(alpha) = sqrt(log(2/alpha)/(2S)). If the finite-width law is within beta of F,
then it rejects with probability at most `false_alarm` as long as r(alpha) - beta >= r(false_alarm) (triangle inequality
and Massart's bound), that is
    S <= (sqrt(log(2/alpha)) - sqrt(log(2/false_alarm)))^2/(2 beta^2).
A test of a mean with bias beta and standard deviation sigma obeys the same rule with sqrt(2 log(1/alpha)) sigma/sqrt(S).

Biases: for log V_d the Edgeworth expansion of the exact cumulants at order 1/n; for rho_T measured values (claim D23).
Reference: P. Massart, Ann. Probab. 18 (1990) 1269-1283; P. Hall, "The Bootstrap and Edgeworth Expansion", section 2.2.
"""

from __future__ import annotations

import math
from functools import cache

FALSE_ALARM = 1e-4
"""Bound on the chance that finite-width bias and noise together refute a true limit."""

CORRELATION_BIAS = 1.5
"""A cautious bound of n times the Kolmogorov distance of rho_T from its limit, T = 1, |c_+ - c_-| <= 2: .71 for (1, -1) and .69
for (0, -1) were measured at n = d = 50 over 20 000 networks, where the noise alone is up to .48 (5 % level)."""


def fair_law_samples(bias: float, alpha: float, *, false_alarm: float = FALSE_ALARM) -> int:
    """Return the largest number of samples at which a law test at alpha stays fair under a Kolmogorov bias.

    Parameters
    ----------
    bias : float
        sup |F_n - F| > 0 between finite width and limit.
    alpha : float
        Error probability of the test, below false_alarm.
    false_alarm : float

    Raises
    ------
    ValueError
        If bias <= 0 or not 0 < alpha < false_alarm < 1.

    Examples
    --------
    >>> fair_law_samples(0.018, 1e-8) > 4 * fair_law_samples(0.037, 1e-8) > 0
    True
    """
    _check("fair_law_samples", bias, alpha, false_alarm)
    gap = math.sqrt(math.log(2 / alpha)) - math.sqrt(math.log(2 / false_alarm))
    return int(gap**2 / (2 * bias**2))


def fair_mean_samples(bias: float, deviation: float, alpha: float, *, false_alarm: float = FALSE_ALARM) -> int:
    """Return the largest number of samples at which a test of a mean at alpha stays fair under a bias.

    Parameters
    ----------
    bias, deviation : float
        |E_n Y - E Y| > 0 and the standard deviation of Y.
    alpha, false_alarm : float
        As for `fair_law_samples`.

    Raises
    ------
    ValueError
        As `fair_law_samples`.
    """
    _check("fair_mean_samples", bias, alpha, false_alarm)
    gap = math.sqrt(2 * math.log(1 / alpha)) - math.sqrt(2 * math.log(1 / false_alarm))
    return int((gap * deviation / bias) ** 2)


@cache
def log_norm_bias(strength: float, time: float) -> float:
    """Return lim n sup_x |P(log V_d <= x) - P(N(-T, 2T) <= x)|, d = nT, for shaped relu with (c_+ - c_-)^2 = strength.

    Parameters
    ----------
    strength, time : float

    Notes
    -----
    The cumulants of log R at delta^2 = strength/n give shifts of mean, variance and third cumulant at order 1/n; the
    distribution function moves by phi(x) (m + v x/2 + k (x^2 - 1)/6). **Accuracy**: maximum over a grid, about 1e-6.
    If c_+ + c_- != 0, delta^2 has a relative correction of order n^{-1/2} besides.

    Examples
    --------
    >>> round(log_norm_bias(0.0, 1.0), 3)
    0.183
    """
    import numpy as np
    import sympy as sp

    from theory.covariance_sde.log_norm import log_cumulant_series

    delta = sp.Symbol("delta")
    (m1, m2), (v1, v2), k2 = log_cumulant_series()
    zero = {delta: 0}
    sigma = math.sqrt(2 * time)
    mean = time * (float(m1.coeff(delta, 2)) * strength + float(m2.subs(zero))) / sigma
    spread = time * (float(v1.coeff(delta, 2)) * strength + float(v2.subs(zero))) / sigma**2
    third = time * float(k2.subs(zero)) / sigma**3
    x = np.linspace(-6, 6, 24001)
    density = np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
    return float(np.abs(density * (mean + spread * x / 2 + third * (x**2 - 1) / 6)).max())


def _check(function: str, bias: float, alpha: float, false_alarm: float) -> None:
    if not bias > 0:
        raise ValueError(f"{function} needs bias > 0 (without bias every sample size is fair), got bias={bias!r}.")
    if not 0 < alpha < false_alarm < 1:
        raise ValueError(f"{function} needs 0 < alpha < false_alarm < 1, got alpha={alpha!r}, {false_alarm!r}.")
