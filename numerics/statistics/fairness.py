r"""When a test of a limit is fair at finite width: the largest sample size at which noise covers the known bias.

A limit is not the law of a finite network, and enough samples refute anything that holds only in the limit. A law test
rejects when sup |F_S - F| >= r(alpha) = sqrt(log(2/alpha)/(2S)). If the finite-width law is within beta of F, then it rejects
with probability at most `false_alarm` as long as r(alpha) - beta >= r(false_alarm) (triangle inequality and Massart's
bound), that is
    S <= (sqrt(log(2/alpha)) - sqrt(log(2/false_alarm)))^2/(2 beta^2).
A test of a mean with bias beta and standard deviation sigma obeys the same rule with sqrt(2 log(1/alpha)) sigma/sqrt(S).

A test that knows beta needs no trust in this rule: `limit_law_test` judges "within beta of F" and rejects beyond
r(alpha) + beta only, so that its error probability is alpha at every sample size. Beyond the fair size it gains little: its
resolution is bounded by the bias. Where the biases of the covariance SDE come from: `numerics.covariance_sde.finite_size`.

Reference: P. Massart, Ann. Probab. 18 (1990) 1269-1283.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.statistics.distribution_test import LawEvidence, law_test

FALSE_ALARM = 1e-4
"""Bound on the chance that finite-width bias and noise together refute a true limit."""


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
        As `fair_law_samples`, and if deviation <= 0.

    Examples
    --------
    Half the bias allows four times the samples:

    >>> fair_mean_samples(0.01, 1.0, 1e-8) // fair_mean_samples(0.02, 1.0, 1e-8)
    4
    """
    _check("fair_mean_samples", bias, alpha, false_alarm)
    if not deviation > 0:
        raise ValueError(f"fair_mean_samples needs deviation > 0 (a standard deviation), got deviation={deviation!r}.")
    gap = math.sqrt(2 * math.log(1 / alpha)) - math.sqrt(2 * math.log(1 / false_alarm))
    return int((gap * deviation / bias) ** 2)


def limit_law_test(
    samples: ArrayLike,
    distribution_function: Callable[[NDArray[np.float64]], ArrayLike],
    alpha: float,
    *,
    bias: float,
    delta: float | None = None,
    power: float = 0.9,
) -> LawEvidence:
    """Test whether independent samples have a law within `bias` of a given one: rejects where sup |F_S - F| >= r(alpha) + bias.

    Parameters
    ----------
    samples, distribution_function, alpha, delta, power
        As for `numerics.statistics.distribution_test.law_test`.
    bias : float
        Kolmogorov distance, at least 0, that finite width is known to make.

    Returns
    -------
    LawEvidence
        `log_p` bounds the p-value of "within bias"; `resolution` is a distance from F, larger than without bias by bias.

    Raises
    ------
    ValueError
        If bias < 0, or as `law_test`.

    Examples
    --------
    A law at distance 1/40 is no evidence against a limit whose bias is 1/40, however many samples there are:

    >>> import numpy as np
    >>> y = np.random.default_rng(0).random(50_000) ** 1.07
    >>> uniform = lambda x: np.clip(x, 0, 1)
    >>> law_test(y, uniform, 1e-8).verdict, limit_law_test(y, uniform, 1e-8, bias=0.025).verdict
    ('refuted', 'inconclusive')
    """
    if not bias >= 0:
        raise ValueError(f"limit_law_test needs bias >= 0 (a distance of laws), got bias={bias!r}.")
    found = law_test(samples, distribution_function, alpha, delta=delta, power=power)
    excess = max(0.0, found.distance - bias)
    log_p = min(0.0, math.log(2) - 2 * found.samples[0] * excess**2)
    verdict = found.verdict
    if verdict == "refuted" and log_p > math.log(alpha):
        verdict = "supported" if delta is not None and found.distance + found.radius <= delta else "inconclusive"
    return replace(found, verdict=verdict, log_p=log_p, resolution=found.resolution + bias)


def _check(function: str, bias: float, alpha: float, false_alarm: float) -> None:
    if not bias > 0:
        raise ValueError(f"{function} needs bias > 0 (without bias every sample size is fair), got bias={bias!r}.")
    if not 0 < alpha < false_alarm < 1:
        raise ValueError(
            f"{function} needs 0 < alpha < false_alarm < 1 (the test must be stricter than the chance allowed), got "
            f"alpha={alpha!r}, false_alarm={false_alarm!r}."
        )
