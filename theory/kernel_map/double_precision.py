"""Kernel maps in double precision on arrays: fast, and near rho = 1 without cancellation.

A kernel map is computed once by proved balls at Chebyshev points and evaluated by Clenshaw's recurrence, in the variable
in which it is smooth up to the ends:

    activation        map                          gap 1 - kappa(1 - delta)
    one piece         rho (rho^2 if even or odd)   delta G(delta)
    kinks             theta = arccos rho           delta G(theta)
    jumps             theta                        theta G(theta)

with theta = 2 arcsin(sqrt(delta/2)), so that delta = 1e-14 keeps its 16 digits: G is smooth and positive. Where the closed
form is a few NumPy functions that agree with the balls to rounding, the map (not the gap) evaluates that instead.

Accuracy: a few units of rounding, absolute for the map and relative for the gap (measured against balls in the tests,
not proved).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import flint
import numpy as np
import sympy as sp
from sympy import Expr

from theory.enclosure.ball import bits_of, working_bits
from theory.kernel_map.chebyshev import ArrayMap, Grid, chebyshev, line
from theory.kernel_map.value import LONGEST_SERIES

if TYPE_CHECKING:
    from theory.kernel_map.kernel_map import KernelMap

_CHUNK = 8192
_DIGITS = 20
_PLAIN = frozenset({"asin", "acos", "atan", "exp", "sinh", "cosh", "erf", "Pow", "Add", "Mul"})


@cache
def float_map(kernel: KernelMap) -> ArrayMap:
    """Return rho -> kappa(rho) on float64 arrays of any shape.

    Raises
    ------
    ValueError
        If the certified values at the nodes do not converge; the returned function, if a correlation is outside
        [-1, 1] by more than rounding, or is NaN.

    Examples
    --------
    >>> import numpy as np
    >>> from theory.activation.activation import Activation
    >>> from theory.kernel_map.kernel_map import KernelMap
    >>> float_map(KernelMap.normalised(Activation.from_text("erf")))(np.array([-1.0, 0.0, 1.0])).round(15)
    array([-1.,  0.,  1.])
    """
    inner = _plain_function(kernel) or _interpolated_map(kernel)
    return lambda rho: _in_chunks(inner, _checked(rho, -1.0, 1.0, "KernelMap.float64 needs correlations in [-1, 1]"))


@cache
def gap_map(kernel: KernelMap) -> ArrayMap:
    """Return delta -> 1 - kappa(1 - delta) on float64 arrays in [0, 2], to full relative accuracy.

    Raises
    ------
    ValueError
        As `float_map`, for delta outside [0, 2].
    """
    inner = _interpolated_gap(kernel)
    return lambda delta: _in_chunks(inner, _checked(delta, 0.0, 2.0, "KernelMap.gap needs delta = 1 - rho in [0, 2]"))


def _checked(values: np.ndarray, low: float, high: float, need: str) -> np.ndarray:
    array = np.asarray(values, dtype=np.float64)
    slack = 8 * np.finfo(np.float64).eps
    if array.size and not (array.min() >= low - slack and array.max() <= high + slack):
        raise ValueError(f"{need}, got values from {array.min()!r} to {array.max()!r}.")
    inside = not array.size or (array.min() >= low and array.max() <= high)
    return array if inside else np.clip(array, low, high)


def _in_chunks(function: ArrayMap, values: np.ndarray) -> np.ndarray:
    """Apply a function piece by piece, so that its temporaries stay in the cache."""
    flat = values.reshape(-1)
    result = np.empty_like(flat)
    for start in range(0, flat.size, _CHUNK):
        result[start : start + _CHUNK] = function(flat[start : start + _CHUNK])
    return result.reshape(values.shape)


def _interpolated_map(kernel: KernelMap) -> ArrayMap:
    parity = kernel.activation.parity
    if _regularity(kernel) != "smooth":
        angular = chebyshev(lambda t: kernel.ball(_cosine(t), _DIGITS), _angle(1))
        return lambda rho: angular(np.arccos(rho) * (2 / np.pi) - 1)
    if parity is None or kernel.activation.is_affine:
        return chebyshev(lambda rho: kernel.ball(rho, _DIGITS), line(-1, 1))
    odd = parity == "odd"

    def at_square(square: flint.arb) -> flint.arb:
        if odd and square == 0:
            return kernel.slope_at_zero.ball(_DIGITS)
        root = square.sqrt().mid()
        value = kernel.ball(root, _DIGITS + 4)
        return value / root if odd else value

    halved = chebyshev(at_square, line(0, 1))
    if odd:
        return lambda rho: rho * halved(2 * rho * rho - 1)
    return lambda rho: halved(2 * rho * rho - 1)


def _interpolated_gap(kernel: KernelMap) -> ArrayMap:
    """Return the gap; an even map is folded at delta = 1, where 2 - delta is exact, so its zero at 2 is kept too."""
    even = kernel.activation.parity == "even"
    regularity = _regularity(kernel)
    if regularity == "smooth":
        series = _GapSeries.of(kernel)
        at = (lambda d: _gap_ratio(kernel, d, d)) if series is None else series
        factor: ArrayMap = chebyshev(at, line(0, 1 if even else 2))

        def gap(d: np.ndarray) -> np.ndarray:
            return d * factor(2 * d - 1 if even else d - 1)
    else:
        angular: ArrayMap = chebyshev(
            lambda theta: _gap_ratio(kernel, 1 - theta.cos(), theta if regularity == "jump" else 1 - theta.cos()),
            _angle(2 if even else 1),
        )
        stretch = (4 if even else 2) / np.pi

        def gap(d: np.ndarray) -> np.ndarray:
            theta = 2 * np.arcsin(np.sqrt(np.minimum(d / 2, 1.0)))
            return (theta if regularity == "jump" else d) * angular(theta * stretch - 1)

    return (lambda d: gap(np.minimum(d, 2 - d))) if even else gap


@dataclass(frozen=True)
class _GapSeries:
    """(1 - kappa(r))/(1 - r) = sum_k p_k (1 + r + ... + r^(k-1)), r = 1 - delta, from the first K coefficients.

    The terms from K on add to at most sum_{k>=K} k p_k = kappa'(1) - sum_{k<K} k p_k, whatever r is: nothing cancels near 1.
    """

    tails: list[flint.arb]
    """sum_{j<k<K} p_k for j = 0, ..., K-2, the coefficients in r."""
    rest: flint.arb

    @classmethod
    def of(cls, kernel: KernelMap) -> _GapSeries | None:
        """Return the series to 20 digits, or None if it needs too many terms."""
        if kernel.kind == "raw" or kernel.expression is not None or not kernel.slope_at_one.is_finite:
            return None
        digits = _DIGITS + 4
        slope = kernel.slope_at_one.ball(digits)
        count = 48
        while count <= LONGEST_SERIES:
            shares = kernel.coefficients(count, digits + 6)[:count]
            with working_bits(bits_of(digits + 6)):
                rest = (slope - sum((k * p for k, p in enumerate(shares)), flint.arb(0))).upper().nonnegative_part()
                if rest < flint.arb(10) ** -_DIGITS:
                    tails = list(accumulate(reversed(shares[1:])))
                    return cls(tails[::-1], rest)
            count *= 2
        return None

    def __call__(self, delta: flint.arb) -> flint.arb:
        """Return the ratio at an exact delta in [0, 2]."""
        r = 1 - delta
        total = flint.arb(0)
        for tail in reversed(self.tails):
            total = total * r + tail
        return total + (flint.arb(0, 1) * self.rest if r < 0 else flint.arb(0).union(self.rest))


def _gap_ratio(kernel: KernelMap, delta: flint.arb, divisor: flint.arb) -> flint.arb:
    """Return (1 - kappa(1 - delta))/divisor, by its limit at delta = 0."""
    if delta.contains(0):
        behaviour = kernel.behaviour_at_one if _regularity(kernel) == "jump" else None
        if behaviour is None:
            return kernel.slope_at_one.ball(_DIGITS)
        return -behaviour.constant.ball(_DIGITS) / (delta * 0 + 2).sqrt()  # theta is sqrt(2 delta) there
    lost = max(0, int(-(delta.log() / (delta * 0 + 10).log()).lower().floor().unique_fmpz()))
    digits = _DIGITS + lost + 2
    with working_bits(bits_of(digits + 10)):
        rho = 1 - delta
        return (1 - kernel.ball(rho.mid(), digits)) / divisor


def _regularity(kernel: KernelMap) -> str:
    """Return "smooth" for one analytic piece, "jump" if the activation jumps, "kink" otherwise."""
    if kernel.activation.pieces is not None and len(kernel.activation.pieces) == 1:
        return "smooth"
    return "kink" if kernel.slope_at_one.is_finite else "jump"


def _angle(halvings: int) -> Grid:
    """Return the map of t in [-1, 1] to theta in [0, pi/halvings]."""
    return lambda t: flint.arb.pi() / halvings * (1 + t) / 2


def _cosine(theta: flint.arb) -> flint.arb:
    one = flint.arb(1)
    return theta.cos().mid().max(-one).min(one)


def _plain_function(kernel: KernelMap) -> ArrayMap | None:
    """Return the closed form through NumPy where it is made of few plain functions and agrees with the balls."""
    expression = kernel.expression
    if expression is None or any(
        type(node).__name__ not in _PLAIN for node in sp.preorder_traversal(expression) if node.args
    ):
        return None
    folded = _folded_constants(expression, kernel.symbol)
    if sp.count_ops(folded) > 40:
        return None
    modules: list[Any] = ["numpy"]
    if folded.has(sp.erf):
        from scipy.special import erf

        modules.insert(0, {"erf": erf})
    function = sp.lambdify([kernel.symbol], folded, modules=modules, cse=True)

    def evaluate(rho: np.ndarray) -> np.ndarray:
        value = np.asarray(function(rho))
        return value if value.shape == rho.shape else value + np.zeros_like(rho)

    places = np.concatenate([np.linspace(-1, 1, 17), [0.999, -0.999, 1 - 1e-6, 1e-6 - 1, 1 - 1e-9]])
    with np.errstate(all="ignore"):
        found = evaluate(places)
    truth = np.array([float(kernel.ball(float(place), 20).mid()) for place in places])
    # absolute accuracy of a few roundings, or the interpolant does better
    good = bool(np.all(np.abs(found - truth) <= 1e-15 * max(1.0, float(np.abs(truth).max()))))
    return evaluate if good else None


def _folded_constants(expression: Expr, symbol: Any) -> Expr:
    """Replace subexpressions without the symbol by their 17-digit values, each rounded once."""
    if symbol not in expression.free_symbols:
        return expression if expression.is_Integer else sp.Float(str(expression.evalf(25)), 17)
    if not expression.args:
        return expression
    if isinstance(expression, sp.Add | sp.Mul):
        constant, variable = expression.as_independent(symbol, as_Add=isinstance(expression, sp.Add))
        parts = [_folded_constants(a, symbol) for a in type(expression).make_args(variable)]
        return expression.func(_folded_constants(constant, symbol), *parts)
    if isinstance(expression, sp.Pow) and expression.exp == sp.Rational(1, 2) and expression.base == 1 - symbol**2:
        # 1 - rho^2 loses digits near +-1, (1 - rho)(1 + rho) does not
        return sp.sqrt(sp.Mul(1 - symbol, 1 + symbol, evaluate=False))
    if isinstance(expression, sp.Pow) and expression.exp.is_Rational:
        return sp.Pow(_folded_constants(expression.base, symbol), expression.exp)
    return expression.func(*(_folded_constants(a, symbol) for a in expression.args))
