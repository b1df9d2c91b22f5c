r"""Euler-Maruyama paths of the covariance SDE: the matrix, the unit-noise artanh of the correlation, and the log norm.

References: M. Hutzenthaler, A. Jentzen, P. Kloeden, Ann. Appl. Probab. 22 (2012) 1611-1641 (tamed Euler: a drift that
grows too fast is divided by 1 + dt |drift|).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.covariance_sde.chain import check_covariance, semidefinite_factor
from numerics.covariance_sde.counts import check_count

if TYPE_CHECKING:
    Array = NDArray[np.float64]
    Map = Callable[[Array], Array]


def artanh_drift(strength: float) -> Map:
    """Return y -> nu(rho)/(1-rho^2) + rho/2, rho = tanh y, the drift of artanh rho under shaped relu (unit noise).

    Parameters
    ----------
    strength : float
        (c_+ - c_-)^2, at least 0.

    Raises
    ------
    ValueError
        If the strength is negative.

    Notes
    -----
    **Accuracy**: through sech y and the angle 2 arctan(e^-y), without cancellation for y <= 0; for large y
    sech - rho angle loses digits, and the series 2 e^{-3y}/... is used beyond y = 6, where nu/(1-rho^2) < strength e^-6.

    Examples
    --------
    >>> bool(abs(artanh_drift(4.0)(np.array([0.0]))[0] - 2 / np.pi) < 1e-15)
    True
    """
    if not strength >= 0:
        raise ValueError(f"artanh_drift needs strength >= 0 (a square), got strength={strength!r}.")

    def drift(y: Array) -> Array:
        rho = np.tanh(y)
        if strength == 0:
            return rho / 2
        capped = np.clip(y, -300.0, 6.0)
        root = 1 / np.cosh(capped)
        shape = (root - np.tanh(capped) * 2 * np.arctan(np.exp(-capped))) / root**2
        # nu/(1-rho^2) = (2 sqrt2/3) u^{3/2}/(2u) (1 + O(u)), u = 2 e^{-2y}: falls like e^-y
        shape = np.where(y > 6.0, shape * np.exp(6.0 - np.maximum(y, 6.0)), shape)
        result: Array = strength / (2 * np.pi) * shape + rho / 2
        return result

    return drift


def euler_unit_noise(
    drift: Map, start: float, time: float, steps: int, rng: np.random.Generator, *, paths: int
) -> Array:
    """Return Y_T of dY = drift(Y) dt + dB by the tamed Euler-Maruyama method.

    Parameters
    ----------
    drift : callable
    start, time : float
        Y_0 and T > 0.
    steps, paths : int
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (paths,)

    Raises
    ------
    ValueError
        If time <= 0 or a count is below 1.

    Notes
    -----
    **Accuracy**: weak error O(T/steps).

    Examples
    --------
    >>> end = euler_unit_noise(lambda y: -y, 0.0, 9.0, 300, np.random.default_rng(1), paths=20_000)
    >>> bool(abs(end.var() - 0.5) < 0.03)
    True
    """
    _check_path("euler_unit_noise", time, steps, paths)
    step = time / steps
    state = np.full(paths, float(start))
    for _ in range(steps):
        slope = drift(state)
        slope /= 1 + step * np.abs(slope)
        state += step * slope
        state += np.sqrt(step) * rng.standard_normal(paths)
    return state


def euler_covariance(
    drift: Callable[[Array], Array],
    gram: ArrayLike,
    time: float,
    steps: int,
    rng: np.random.Generator,
    *,
    paths: int,
) -> Array:
    """Return V_T of dV = drift(V) dt + (Sigma(V)^{1/2} dB) by Euler-Maruyama, V = L L^T, noise L S L^T.

    Parameters
    ----------
    drift : callable
        From (paths, m, m) to the same shape, symmetric.
    gram : array_like, shape (m, m)
    time : float
    steps, paths : int
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (paths, m, m)

    Raises
    ------
    ValueError
        If the matrix is not a covariance, time <= 0 or a count is below 1.

    Notes
    -----
    S = (G + G^T)/sqrt2 for iid normal G gives exactly Sigma^{ab,cd} = V^ac V^bd + V^ad V^bc. A step that leaves the cone
    has probability of order e^{-1/(4 dt)}; the factor then drops the negative direction.

    Examples
    --------
    >>> end = euler_covariance(np.zeros_like, np.eye(2), 0.5, 50, np.random.default_rng(0), paths=4)
    >>> bool(np.array_equal(end, end.swapaxes(1, 2)))
    True
    """
    matrix = check_covariance("euler_covariance", gram)
    _check_path("euler_covariance", time, steps, paths)
    step = time / steps
    state = np.broadcast_to(matrix, (paths, *matrix.shape)).copy()
    for _ in range(steps):
        factor = semidefinite_factor(state)
        noise = rng.standard_normal(state.shape)
        noise = factor @ (noise + noise.swapaxes(-1, -2)) @ factor.swapaxes(-1, -2)
        noise = (noise + noise.swapaxes(-1, -2)) / 2
        state = state + step * drift(state) + np.sqrt(step / 2) * noise
    return state


def euler_log_norm(
    b: float,
    start: float,
    time: float,
    steps: int,
    rng: np.random.Generator,
    *,
    paths: int,
    level: float = np.inf,
) -> tuple[Array, NDArray[np.bool_]]:
    """Return V_T and whether V reached `level`, for dV = b V (V-1) dt + sqrt2 V dB, by Euler-Maruyama for log V.

    Parameters
    ----------
    b, start, time : float
        Rate, V_0 > 0, T > 0.
    steps, paths : int
    rng : numpy.random.Generator
    level : float
        Paths stop there; needed for b > 0, where V may explode.

    Returns
    -------
    (ndarray, ndarray of bool), each of shape (paths,)

    Raises
    ------
    ValueError
        If a number is out of range, or b > 0 without a level.

    Notes
    -----
    **Accuracy**: a discrete path misses crossings between steps, as if log(level) were about 0.58 sqrt(2 dt) higher.
    """
    _check_path("euler_log_norm", time, steps, paths)
    if not 0 < start < level:
        raise ValueError(f"euler_log_norm needs 0 < start < level, got start={start!r}, level={level!r}.")
    if b > 0 and not np.isfinite(level):
        raise ValueError(
            f"euler_log_norm needs a finite level for b > 0 (V may explode), got b={b!r}, level={level!r}."
        )
    step, top = time / steps, np.log(level)
    state, reached = np.full(paths, np.log(start)), np.zeros(paths, dtype=bool)
    for _ in range(steps):
        move = step * (b * (np.exp(state) - 1) - 1) + np.sqrt(2 * step) * rng.standard_normal(paths)
        state = np.where(reached, state, state + move)
        reached |= state >= top
    return np.exp(np.minimum(state, top)), reached


def _check_path(function: str, time: float, steps: int, paths: int) -> None:
    if not 0 < time < np.inf:
        raise ValueError(f"{function} needs 0 < time < oo, got time={time!r}.")
    check_count(function, "steps", steps)
    check_count(function, "paths", paths)
