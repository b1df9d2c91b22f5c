r"""Covariance matrices of shaped networks, exactly in law at finite width, and Euler-Maruyama paths of their limit.

Given the covariance V of the layer before, the n rows of pre-activations are iid N(0, V); so a layer costs m n normals
instead of the n^2 of its weights. Two chains need no neurons at all: the squared norm of one sample under shaped relu is
a product of chi-square mixtures, and the correlation in a linear network follows from three scalars per layer.

Activations come normalised, x -> sqrt(c) phi_s(x), c = 1/E phi_s(Z)^2; configurations are plain numbers and text, so that
a campaign can name them.

References: M. Hutzenthaler, A. Jentzen, P. Kloeden, Ann. Appl. Probab. 22 (2012) 1611-1641 (tamed Euler: a drift that
grows too fast is divided by 1 + dt |drift|).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]
    Map = Callable[[Array], Array]

_BLOCK = 2**18  # doubles of pre-activations held at once: 2 MB stay in the cache


def shaped_relu_map(c_plus: float, c_minus: float, width: int, *, exponent: float = 0.5) -> Map:
    """Return x -> sqrt(c) (s_+ max(x, 0) + s_- min(x, 0)), s_pm = 1 + c_pm width^-exponent.

    Parameters
    ----------
    c_plus, c_minus : float
    width : int
    exponent : float
        Positive.

    Returns
    -------
    callable
        Works in place on a fresh copy of its argument; E of its square at Z ~ N(0, 1) is 1.

    Raises
    ------
    ValueError
        If width < 1, exponent <= 0 or both slopes are 0.

    Examples
    --------
    >>> shaped_relu_map(9.0, -10.0, 100)(np.array([-1.0, 1.0])).tolist() == [0.0, 2**0.5]
    True
    """
    _check_count("shaped_relu_map", "width", width)
    if not exponent > 0:
        raise ValueError(f"shaped_relu_map needs exponent > 0 (shaping fades with width), got exponent={exponent!r}.")
    up, down = 1 + c_plus * width**-exponent, 1 + c_minus * width**-exponent
    if not up**2 + down**2 > 0:
        raise ValueError(f"shaped_relu_map needs s_+^2 + s_-^2 > 0, got c_plus={c_plus!r}, c_minus={c_minus!r}.")
    scale = np.sqrt(2 / (up**2 + down**2))
    even, odd = scale * (up - down) / 2, scale * (up + down) / 2

    def shaped(x: Array) -> Array:
        result = np.abs(x)
        result *= even
        result += odd * x
        return result

    return shaped


def smooth_map(text: str, scale: float, width: int, *, exponent: float = 0.5) -> Map:
    """Return x -> sqrt(c) s phi(x/s), s = scale width^exponent, for the activation this text names.

    Parameters
    ----------
    text : str
        An activation with phi(0) = 0 and phi'(0) != 0 (`theory.activation.shaping.derivatives_at_zero` checks it).
    scale : float
        a > 0.
    width : int
    exponent : float
        Positive.

    Raises
    ------
    ValueError
        If a number is out of range, or the activation is not fit for smooth shaping.

    Notes
    -----
    **Accuracy**: c by Gauss-Hermite quadrature of 80 nodes; phi_s is nearly linear there, so the error is rounding.

    Examples
    --------
    >>> bool(abs(smooth_map("tanh", 1.0, 10**10)(np.array([0.5]))[0] - 0.5) < 1e-9)
    True
    """
    from theory.activation import Activation
    from theory.activation.shaping import derivatives_at_zero

    _check_count("smooth_map", "width", width)
    if not (scale > 0 and exponent > 0):
        raise ValueError(f"smooth_map needs scale > 0 and exponent > 0, got scale={scale!r}, exponent={exponent!r}.")
    activation = Activation.from_text(text)
    derivatives_at_zero(activation)
    s = scale * width**exponent
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    second = float(weights @ (s * activation(nodes / s)) ** 2) / np.sqrt(2 * np.pi)
    factor = s / np.sqrt(second)

    def shaped(x: Array) -> Array:
        result: Array = factor * activation(x / s)
        return result

    return shaped


def covariance_chain(
    activation: Map, gram: ArrayLike, width: int, depth: int, rng: np.random.Generator, *, repeats: int = 1
) -> Iterator[Array]:
    """Yield V_1, ..., V_depth for independent networks: V' = (1/n) phi(Z) phi(Z)^T, columns of Z iid N(0, V).

    Parameters
    ----------
    activation : callable
        Normalised, elementwise.
    gram : array_like, shape (m, m)
        V_0, symmetric positive semidefinite.
    width, depth : int
    rng : numpy.random.Generator
    repeats : int
        Independent networks.

    Yields
    ------
    ndarray, shape (repeats, m, m)

    Raises
    ------
    ValueError
        If the matrix is not a covariance, or a count is below 1.

    Examples
    --------
    >>> phi = shaped_relu_map(1.0, -1.0, 100)
    >>> last = list(covariance_chain(phi, [[1, 0.3], [0.3, 1]], 100, 5, np.random.default_rng(0), repeats=7))[-1]
    >>> last.shape, bool((np.linalg.eigvalsh(last) > 0).all())
    ((7, 2, 2), True)
    """
    matrix = check_covariance("covariance_chain", gram)
    for name, count in (("width", width), ("depth", depth), ("repeats", repeats)):
        _check_count("covariance_chain", name, count)
    state = np.broadcast_to(matrix, (repeats, *matrix.shape))
    for _ in range(depth):
        state = _layer(activation, state, width, rng)
        yield state


def final_covariances(
    activation: Map, gram: ArrayLike, width: int, depth: int, rng: np.random.Generator, *, repeats: int = 1
) -> Array:
    """Return V_depth of independent networks, shape (repeats, m, m), in blocks that stay in the cache.

    Parameters and exceptions are those of `covariance_chain`.
    """
    matrix = check_covariance("final_covariances", gram)
    block = max(1, _BLOCK // (matrix.shape[0] * max(width, 1)))
    parts = []
    for start in range(0, repeats, block):
        chain = covariance_chain(activation, matrix, width, depth, rng, repeats=min(block, repeats - start))
        parts.append(deque(chain, maxlen=1)[0])
    if not parts:
        raise ValueError(f"final_covariances needs repeats >= 1, got repeats={repeats!r}.")
    return np.concatenate(parts)


def _layer(activation: Map, state: Array, width: int, rng: np.random.Generator) -> Array:
    factor = semidefinite_factor(state)
    hidden = activation(factor @ rng.standard_normal((*state.shape[:-1], width)))
    gram: Array = hidden @ hidden.swapaxes(-1, -2)
    gram /= width
    return gram


def semidefinite_factor(matrices: Array) -> Array:
    """Return the lower triangular L with L L^T = V for positive semidefinite V of shape (..., m, m).

    Notes
    -----
    Cholesky's algorithm, vectorised over the leading axes; a pivot that is 0 (or negative by rounding) has a zero column.

    Examples
    --------
    >>> semidefinite_factor(np.ones((2, 2))).tolist()
    [[1.0, 0.0], [1.0, 0.0]]
    """
    size = matrices.shape[-1]
    factor = np.zeros(matrices.shape)
    for j in range(size):
        row = factor[..., j, :j]
        pivot = np.sqrt(np.maximum(matrices[..., j, j] - np.einsum("...k,...k->...", row, row), 0.0))
        factor[..., j, j] = pivot
        inverse = np.divide(1.0, pivot, out=np.zeros_like(pivot), where=pivot > 0)
        for i in range(j + 1, size):
            known = np.einsum("...k,...k->...", factor[..., i, :j], row)
            factor[..., i, j] = (matrices[..., i, j] - known) * inverse
    return factor


def correlations(covariances: Array) -> Array:
    """Return rho = V12/sqrt(V11 V22) of the first two samples, shape (...)."""
    scale = np.sqrt(covariances[..., 0, 0] * covariances[..., 1, 1])
    return np.clip(covariances[..., 0, 1] / scale, -1.0, 1.0)


def neuron_products(
    activation: Map, rho: float, rng: np.random.Generator, size: int, *, antithetic: bool = True, control: bool = True
) -> Array:
    """Return samples whose mean is E phi(X) phi(Y) - rho, corr(X, Y) = rho.

    Parameters
    ----------
    activation : callable
    rho : float
        In [-1, 1].
    rng : numpy.random.Generator
    size : int
    antithetic : bool
        Average over (x, y) and (-x, -y): every odd term cancels exactly.
    control : bool
        Subtract x y instead of its mean rho.

    Raises
    ------
    ValueError
        If rho or size is out of range.

    Notes
    -----
    For shaped relu at n = 100, (c_+, c_-) = (1, -1) both together divide the variance by more than 10^4.

    Examples
    --------
    The identity leaves nothing to estimate:

    >>> bool(abs(neuron_products(lambda x: x, 0.3, np.random.default_rng(0), 5)).max() < 1e-15)
    True
    """
    if not -1 <= rho <= 1:
        raise ValueError(f"neuron_products needs rho in [-1, 1] (a correlation), got rho={rho!r}.")
    _check_count("neuron_products", "size", size)
    x = rng.standard_normal(size)
    y = rho * x + np.sqrt(1 - rho**2) * rng.standard_normal(size)
    product = activation(x) * activation(y)
    if antithetic:
        product = (product + activation(-x) * activation(-y)) / 2
    return product - (x * y if control else rho)


def log_norm_chain(delta: float, width: int, depth: int, rng: np.random.Generator, *, repeats: int) -> Array:
    """Return log(V_d/V_0) of one sample under shaped relu, exactly in law, from chi-square variables alone.

    Parameters
    ----------
    delta : float
        (s_+^2 - s_-^2)/(s_+^2 + s_-^2), in [-1, 1].
    width, depth : int
    rng : numpy.random.Generator
    repeats : int

    Returns
    -------
    ndarray, shape (repeats,)
        -inf where all neurons of a layer are dead (only for delta = +-1).

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> bool(np.abs(log_norm_chain(0.0, 10**6, 1, np.random.default_rng(0), repeats=3)).max() < 0.02)
    True
    """
    if not -1 <= delta <= 1:
        raise ValueError(f"log_norm_chain needs delta in [-1, 1] (a share of energies), got delta={delta!r}.")
    for name, count in (("width", width), ("depth", depth), ("repeats", repeats)):
        _check_count("log_norm_chain", name, count)
    total = np.zeros(repeats)
    for _ in range(depth):
        active = rng.binomial(width, 0.5, repeats)
        positive = 2 * rng.standard_gamma(active / 2)
        negative = 2 * rng.standard_gamma((width - active) / 2)
        with np.errstate(divide="ignore"):
            total += np.log(((1 + delta) * positive + (1 - delta) * negative) / width)
    return total


def linear_correlation_chain(rho: float, width: int, depth: int, rng: np.random.Generator, *, repeats: int) -> Array:
    """Return rho/sqrt(1-rho^2) after a linear network, exactly in law: sh' = (sh |x| + u)/|w|, chi variables of n, n-1.

    Parameters
    ----------
    rho : float
        In (-1, 1).
    width : int
        At least 2.
    depth, repeats : int
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (repeats,)

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    if not -1 < rho < 1:
        raise ValueError(f"linear_correlation_chain needs rho in (-1, 1) (+-1 stays), got rho={rho!r}.")
    _check_count("linear_correlation_chain", "width", width, least=2)
    state = np.full(repeats, rho / np.sqrt(1 - rho**2))
    for _ in range(depth):
        same = np.sqrt(2 * rng.standard_gamma(width / 2, repeats))
        rest = np.sqrt(2 * rng.standard_gamma((width - 1) / 2, repeats))
        state = (state * same + rng.standard_normal(repeats)) / rest
    return state


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


def check_covariance(function: str, gram: ArrayLike) -> Array:
    """Return the matrix as float64 if it is symmetric positive semidefinite.

    Raises
    ------
    ValueError
        In the name of `function`.
    """
    matrix = np.asarray(gram, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not np.isfinite(matrix).all():
        raise ValueError(f"{function} needs a finite m x m covariance, got shape {matrix.shape}.")
    if not np.array_equal(matrix, matrix.T):
        raise ValueError(f"{function} needs a symmetric covariance, got gram={matrix.tolist()!r}.")
    least = float(np.linalg.eigvalsh(matrix)[0])
    if least < -1e-12 * max(1.0, float(np.abs(matrix).max())) or (np.diag(matrix) <= 0).any():
        raise ValueError(
            f"{function} needs a positive semidefinite covariance with positive variances (every correlation in [-1, 1]), "
            f"got least eigenvalue {least:.3g} for gram={matrix.tolist()!r}."
        )
    return matrix


def _check_count(function: str, name: str, count: int, least: int = 1) -> None:
    if isinstance(count, bool) or not isinstance(count, (int, np.integer)):
        raise TypeError(f"{function} needs an integer {name} (it is a count), got {name}={count!r}.")
    if count < least:
        raise ValueError(f"{function} needs {name} >= {least}, got {name}={count!r}.")


def _check_path(function: str, time: float, steps: int, paths: int) -> None:
    if not 0 < time < np.inf:
        raise ValueError(f"{function} needs 0 < time < oo, got time={time!r}.")
    _check_count(function, "steps", steps)
    _check_count(function, "paths", paths)


def depth_of(width: int, time: Fraction) -> int:
    """Return the number of layers d = width time, which must be whole.

    Raises
    ------
    ValueError
        If it is not.

    Examples
    --------
    >>> depth_of(100, Fraction(1, 2))
    50
    """
    depth = width * Fraction(time)
    if depth.denominator != 1 or depth < 1:
        raise ValueError(f"depth_of needs a whole number of layers, got width={width!r}, time={time!r}.")
    return int(depth)
