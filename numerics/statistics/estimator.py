r"""Estimates that carry their error: plain, paired, controlled and logarithmic means, pooled one-step deviations.

An estimate here is a number with its standard error and says how it was made. A standard error measures the spread of
the estimate, nothing more: turning it into a probability of error takes a central limit theorem that finite samples of
a skewed quantity break badly (norms of deep random networks are close to log-normal). A verdict comes from
:mod:`numerics.statistics.e_value` or :mod:`numerics.statistics.distribution_test`; what is computed here tells how large a value is.

Conventions
-----------
Variances of samples are unbiased (divisor ``n - 1``, or ``n - 1 - q`` after ``q`` regression coefficients were
fitted). The standard error of a mean is ``sqrt(variance / n)``.

References
----------
.. [1] S. Asmussen and P. W. Glynn, "Stochastic Simulation", Springer 2007, chapter V (control variates, antithetic
   pairs).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from numerics.statistics.moments import Moments, checked_samples


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value, its standard error, and how both were obtained.

    Parameters
    ----------
    value : float
        The estimate.
    standard_error : float
        Standard deviation of the estimate, itself estimated; ``inf`` when one sample leaves no way to tell.
    samples : int
        Number of independent samples behind it (pairs count once).
    method : str
        How it was made, and what that assumes.
    """

    value: float
    standard_error: float
    samples: int
    method: str


def mean(samples: ArrayLike) -> Estimate:
    """Estimate E[Y] by the mean of independent samples.

    Parameters
    ----------
    samples : array_like of float, any shape
        Independent copies of Y.

    Returns
    -------
    Estimate
        Unbiased when Y is integrable; the standard error needs a finite variance.

    Raises
    ------
    ValueError
        When there is no sample or one is not finite.

    Examples
    --------
    >>> mean([1.0, 3.0]).value, mean([1.0, 3.0]).standard_error
    (2.0, 1.0)
    """
    moments = Moments.of(checked_samples("mean", samples))
    return Estimate(moments.mean, moments.standard_error, moments.samples, "mean of independent samples")


def antithetic_mean(first: ArrayLike, second: ArrayLike) -> Estimate:
    """Estimate E[Y] by pairs ``(Y + Y')/2`` whose halves have the same law and are meant to err in opposite
    directions.

    Parameters
    ----------
    first, second : array_like of float, shape (n,)
        ``Y`` from some randomness, ``Y'`` from its mirror image (``-Z`` for Gaussian Z, ``1 - U`` for uniform U). The
        pairs are independent of one another; within a pair any dependence is allowed.

    Returns
    -------
    Estimate
        ``samples`` counts pairs; the standard error is that of pair averages, so dependence within is accounted for.

    Raises
    ------
    ValueError
        When the halves differ in shape, are empty or not finite.

    Examples
    --------
    Odd functions cost no error at all:

    >>> z = np.array([0.3, -1.2, 2.0])
    >>> antithetic_mean(z**3, (-z) ** 3).standard_error
    0.0
    """
    y, mirrored = checked_samples("antithetic_mean", first), checked_samples("antithetic_mean", second)
    if y.shape != mirrored.shape:
        raise ValueError(f"antithetic_mean needs halves of one size (they form pairs), got {y.size}, {mirrored.size}.")
    moments = Moments.of((y + mirrored) / 2)
    return Estimate(moments.mean, moments.standard_error, moments.samples, "mean of antithetic pairs")


def controlled_mean(samples: ArrayLike, controls: ArrayLike, control_means: ArrayLike) -> Estimate:
    """Estimate E[Y] by the mean of ``Y - b.(C - E C)`` with controls C of known mean and b fitted by least squares.

    Parameters
    ----------
    samples : array_like of float, shape (n,)
        Independent copies of Y.
    controls : array_like of float, shape (n,) or (n, q)
        The controls of the same draws.
    control_means : array_like of float, shape () or (q,)
        Their exact means, from theory.

    Returns
    -------
    Estimate
        Standard error of the intercept of the regression of Y on ``C - E C``.

    Raises
    ------
    ValueError
        When shapes disagree, a value is not finite, ``n <= q + 1``, or the controls are linearly dependent.

    Notes
    -----
    **Accuracy**: b comes from the same samples, which biases the mean by O(1/n) and the standard error likewise; both
    vanish when (Y, C) is jointly normal. So take n in the hundreds at least, and never feed the controlled samples of
    one batch to an e-value: fix b beforehand, on other draws, and ``Y - b.(C - E C)`` is again an honest sample.
    **Source**: [1]_, section V.2.

    Examples
    --------
    A control that explains Y leaves no error:

    >>> c = np.array([0.0, 1.0, 2.0, 5.0])
    >>> estimate = controlled_mean(3 * c + 1, c, 1.0)
    >>> round(estimate.value, 12), estimate.standard_error < 1e-12
    (4.0, True)
    """
    y = checked_samples("controlled_mean", samples)
    means = np.atleast_1d(np.asarray(control_means, dtype=np.float64))
    c = np.asarray(controls, dtype=np.float64)
    if c.shape not in ((y.size,), (y.size, means.size)) or c.size != y.size * means.size or not np.isfinite(c).all():
        raise ValueError(
            f"controlled_mean needs finite controls of shape (n, q) (q known means for each of n samples), "
            f"got controls of shape {c.shape} for n={y.size}, q={means.size}."
        )
    if y.size <= means.size + 1:
        raise ValueError(
            f"controlled_mean needs n > q + 1 (one residual must remain), got n={y.size} samples, q={means.size}."
        )
    design = np.column_stack([np.ones(y.size), c.reshape(y.size, means.size) - means])
    coefficients, _, rank, _ = np.linalg.lstsq(design, y, rcond=None)
    if rank < design.shape[1]:
        raise ValueError(f"controlled_mean needs independent, varying controls, got rank={rank} of {design.shape[1]}.")
    residual = y - design @ coefficients
    variance = float(residual @ residual) / (y.size - design.shape[1])
    intercept = float(np.linalg.inv(design.T @ design)[0, 0])
    method = f"mean with {means.size} fitted control(s) of known mean; bias O(1/n)"
    return Estimate(float(coefficients[0]), math.sqrt(variance * intercept), y.size, method)


def geometric_mean(samples: ArrayLike) -> Estimate:
    """Estimate ``exp(E[log Y])`` for positive Y; the mean that stays stable when Y is close to log-normal.

    Parameters
    ----------
    samples : array_like of float, any shape
        Independent copies of Y > 0.

    Returns
    -------
    Estimate
        Standard error by the delta method: value times the standard error of the mean logarithm.

    Raises
    ------
    ValueError
        When a sample is not positive and finite.

    Examples
    --------
    >>> round(geometric_mean([1.0, 4.0]).value, 12)
    2.0
    """
    y = checked_samples("geometric_mean", samples)
    if (y <= 0).any():
        raise ValueError(f"geometric_mean needs positive samples (it averages logarithms), got {float(y.min())!r}.")
    logs = Moments.of(np.log(y))
    value = math.exp(logs.mean)
    return Estimate(value, value * logs.standard_error, logs.samples, "exponential of the mean logarithm; delta method")


def log_mean(log_samples: ArrayLike) -> Estimate:
    """Estimate ``log E[Y]`` from samples of ``log Y``, in nats, without leaving the logarithmic scale.

    Parameters
    ----------
    log_samples : array_like of float, any shape
        Independent copies of log Y; Y itself may overflow a float.

    Returns
    -------
    Estimate
        Standard error by the delta method, the relative standard error of the mean of Y.

    Raises
    ------
    ValueError
        When there is no sample or one is not finite.

    Notes
    -----
    **Accuracy**: biased low by about half the squared standard error. When log Y spreads by more than a few nats, E[Y]
    is carried by samples that were never drawn: value and standard error are then both far too small, and only the
    geometric mean is worth estimating.

    Examples
    --------
    Scaling Y adds to the logarithm, also where Y overflows:

    >>> small = log_mean([0.0, math.log(3.0)])
    >>> round(small.value - math.log(2.0), 12)
    0.0
    >>> round(log_mean([1000.0, 1000.0 + math.log(3.0)]).value - small.value, 9)
    1000.0
    """
    logs = checked_samples("log_mean", log_samples)
    top = float(logs.max())
    scaled = Moments.of(np.exp(logs - top))
    value = top + math.log(scaled.mean)
    return Estimate(value, scaled.standard_error / scaled.mean, scaled.samples, "logarithm of the mean; delta method")


@dataclass(frozen=True, slots=True)
class PooledDeviation:
    """Sum of one-step deviations in standard units, and what reading it as a normal deviate assumes.

    Parameters
    ----------
    z : float
        ``sum(y - m) / sqrt(sum(v))``.
    steps : int
        Number of steps pooled.
    largest_share : float
        Largest conditional variance over their sum: near 1, one step decides and no limit theorem applies.
    assumption : str
        The assumption, in words.
    """

    z: float
    steps: int
    largest_share: float
    assumption: str


def pooled_deviation(
    observed: ArrayLike, conditional_means: ArrayLike, conditional_variances: ArrayLike
) -> PooledDeviation:
    """Pool one-step deviations: ``z = sum(Y_i - E[Y_i | past]) / sqrt(sum Var(Y_i | past))``.

    Parameters
    ----------
    observed : array_like of float, shape (n,)
        What each step gave, for instance one layer of a network, over layers and networks.
    conditional_means, conditional_variances : array_like of float, shape (n,)
        Mean and variance of each step given everything before it, exact from theory.

    Returns
    -------
    PooledDeviation
        Under the claim ``z`` has mean 0 and variance 1, exactly so when the conditional variances are not random.

    Raises
    ------
    ValueError
        When shapes differ, a value is not finite, a variance is negative, or all variances are zero.

    Notes
    -----
    **Accuracy**: the differences are martingale increments, so nothing is assumed about the dependence of steps, but
    that z is *normal* is a limit theorem with no error bound here. For a stated error probability feed the
    standardised steps ``(Y_i - m_i)/sqrt(v_i)`` to ``MeanTest.equal(0, variance=1)``, which needs no such assumption.

    Examples
    --------
    >>> pooled_deviation([1.0, 3.0], [0.0, 0.0], [2.0, 2.0]).z
    2.0
    """
    y = checked_samples("pooled_deviation", observed)
    m = checked_samples("pooled_deviation", conditional_means)
    v = checked_samples("pooled_deviation", conditional_variances)
    if not y.shape == m.shape == v.shape:
        raise ValueError(f"pooled_deviation needs one mean and variance per step, got {y.size}, {m.size}, {v.size}.")
    if (v < 0).any() or not v.any():
        raise ValueError(f"pooled_deviation needs variances >= 0, not all zero, got a smallest of {float(v.min())!r}.")
    total = math.fsum(v)
    assumption = "conditional means and variances exact; z normal only in the limit of many small steps"
    return PooledDeviation(math.fsum(y - m) / math.sqrt(total), y.size, float(v.max()) / total, assumption)
