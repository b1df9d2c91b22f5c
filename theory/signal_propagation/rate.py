"""How fast correlations approach the fixed point that attracts them: bounds with their constants, valid from layer 0 on.

For a map kappa = sum_k p_k rho^k, p_k >= 0, sum 1, and rho_l = kappa(rho_{l-1}), in the four cases of
`theory.signal_propagation.fixed_point`:

| case | start     | bound                                                                              |
|------|-----------|------------------------------------------------------------------------------------|
| 1    | (-1, 1)   | |rho_l| <= r b/(1 - r + r b),  r = |rho_0|,  b = a^l,  a = 1/(2 - p_1)             |
| 2    | [-1, 1]   | 1 - rho_l <= a^l (1 - rho_0),  a = kappa'(1)                                       |
| 3    | [-1, 1]   | 1 - rho_l <= (1 - rho_0)/(1 + A l (1 - rho_0)),  A = 1 - p_0 - p_1                 |
| 4    | (-1, 1)   | |rho_l - rho*| <= b |rho_0 - rho*|/(1 - r + r b),  a = max(1 - p_0, 1/(2 - q))     |

q = kappa'(rho*). Proofs: the ledger's claims A10, A17, A18 and A21. [1] prints b |rho_0 - rho*|/(1 - r) with
a = max(1 - p_0, q, (1 - rho*)/(2 - q)) for Case 4, which is false: kappa = 2/5 + 3/5 rho^2 leaves 1 too slowly for it.

References
----------
1. A. Joudaki, T. Hofmann, AISTATS 2025, arXiv 2410.20107, Theorem 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint

from theory.enclosure.ball import ball_of, bits_of, working_bits
from theory.kernel_map.correlation_map import CorrelationMap
from theory.notebook import display_math
from theory.number import Number
from theory.signal_propagation.fixed_point import Case, FixedPoints, fixed_points

RATE_TEXT: dict[Case, str] = {
    1: "|rho_l| <= r b/(1 - r + r b), r = |rho_0|, b = a^l, a = 1/(2 - p_1)",
    2: "1 - rho_l <= a^l (1 - rho_0), a = slope at 1",
    3: "1 - rho_l <= (1 - rho_0)/(1 + A l (1 - rho_0)), A = 1 - p_0 - p_1",
    4: "|rho_l - rho*| <= b |rho_0 - rho*|/(1 - r + r b), r = |rho_0|, b = a^l, a = max(1 - p_0, 1/(2 - q)), q = slope at rho*",
}


_LATEX: dict[Case, str] = {
    1: r"|\rho_\ell| \leq \frac{r a^\ell}{1 - r + r a^\ell}, \quad r = |\rho_0|",
    2: r"1 - \rho_\ell \leq a^\ell (1 - \rho_0)",
    3: r"1 - \rho_\ell \leq \frac{1 - \rho_0}{1 + A \ell (1 - \rho_0)}",
    4: r"|\rho_\ell - \rho^*| \leq \frac{a^\ell |\rho_0 - \rho^*|}{1 - r + r a^\ell}, \quad r = |\rho_0|",
}


@dataclass(frozen=True, slots=True)
class Convergence:
    """A proved bound on the distance to the attracting fixed point after l layers.

    Parameters
    ----------
    case : {1, 2, 3, 4}
    limit : Number
        The attracting fixed point rho*.
    constant : Number
        a in (0, 1), the factor of one layer; in Case 3 A, the strength of the algebraic decay.
    asymptotic_factor : Number
        The slope at rho*, the true factor of one layer close to it (1 in Case 3).
    """

    case: Case
    limit: Number
    constant: Number
    asymptotic_factor: Number

    @property
    def statement(self) -> str:
        """The bound as a formula."""
        return RATE_TEXT[self.case]

    def bound(self, depth: int, start: Fraction, digits: int = 30) -> flint.arb:
        """Return the bound on |rho_l - rho*| after `depth` layers from rho_0 = `start`.

        Parameters
        ----------
        depth : int
            At least 0.
        start : Fraction
            In (-1, 1); in cases 2 and 3 the ends are allowed. Exact, so that 1 - rho_0 may be as small as one likes.

        Raises
        ------
        ValueError
            If `depth` is negative or `start` out of range.

        Examples
        --------
        >>> from theory.activation.activation import Activation
        >>> from theory.kernel_map.kernel_map import KernelMap
        >>> relu = convergence(KernelMap.normalised(Activation.from_text("relu")))
        >>> relu.case, relu.bound(0, Fraction(1, 2)).str(3), relu.bound(1000, Fraction(1, 2)) < 0.006
        (3, '0.500', True)
        """
        start = self._check_start(start)
        if isinstance(depth, bool) or not isinstance(depth, int) or depth < 0:
            raise ValueError(f"Convergence.bound needs a depth of at least 0, got depth={depth!r}.")
        with working_bits(bits_of(digits + 10)):
            constant, size, gap = self.constant.ball(digits + 10), ball_of(abs(start)), ball_of(1 - start)
            if self.case == 3:
                return gap / (1 + constant * depth * gap)
            factor = constant**depth
            if self.case == 2:
                return factor * gap
            return factor * abs(ball_of(start) - self.limit.ball(digits + 10)) / (1 - size + size * factor)

    def depth_to_reach(self, distance: Fraction, start: Fraction) -> int:
        """Return the least depth at which the bound proves |rho_l - rho*| <= distance.

        Raises
        ------
        ValueError
            If `distance` is not positive, `start` out of range, or the constant does not contract (a = 0 takes 1 layer).

        Examples
        --------
        >>> from theory.activation.activation import Activation
        >>> from theory.kernel_map.kernel_map import KernelMap
        >>> tanh = convergence(KernelMap.normalised(Activation.from_text("tanh")))
        >>> depth = tanh.depth_to_reach(Fraction(1, 1000), Fraction(9, 10))
        >>> bool(tanh.bound(depth, Fraction(9, 10)) <= 1e-3 < tanh.bound(depth - 1, Fraction(9, 10)))
        True
        """
        start = self._check_start(start)
        if distance <= 0:
            raise ValueError(f"Convergence.depth_to_reach needs a positive distance, got distance={distance!r}.")
        digits = 30 + 2 * len(str(Fraction(distance).denominator))
        with working_bits(bits_of(digits + 10)):
            goal = ball_of(Fraction(distance))

        def reached(depth: int) -> bool:
            return bool(self.bound(depth, start, digits) <= goal)

        high = 1
        while not reached(high):
            high *= 2
            if high > 2**200:
                raise ValueError(f"Convergence.depth_to_reach needs a constant that contracts, got {self.constant}.")
        low = 0
        if reached(0):
            return 0
        while high - low > 1:  # the bound decreases with depth
            middle = (low + high) // 2
            low, high = (low, middle) if reached(middle) else (middle, high)
        return high

    def to_json(self, digits: int) -> dict[str, Any]:
        """Return {"case", "statement", "limit", "constant", "asymptotic_factor"}."""
        return {
            "case": self.case,
            "statement": self.statement,
            "limit": self.limit.to_json(digits),
            "constant": self.constant.to_json(digits),
            "asymptotic_factor": self.asymptotic_factor.to_json(digits),
        }

    def _repr_latex_(self) -> str:
        """Return the bound with its constant, for notebooks."""
        name = "A" if self.case == 3 else "a"
        return display_math(rf"{_LATEX[self.case]}, \quad {name} = {self.constant.latex()}")

    def _check_start(self, start: Fraction) -> Fraction:
        start = Fraction(start)
        if abs(start) > 1 or (abs(start) == 1 and self.case in (1, 4)):
            interval = "(-1, 1)" if self.case in (1, 4) else "[-1, 1]"
            raise ValueError(f"Convergence needs a start in {interval} (else it is not attracted), got start={start}.")
        return start


def convergence(kernel: CorrelationMap, points: FixedPoints | None = None) -> Convergence | None:
    """Return the proved bound for a map, or None for the identity or an undecided case.

    Parameters
    ----------
    kernel : CorrelationMap
    points : FixedPoints or None
        Its fixed points, if they are known already.

    Raises
    ------
    ValueError
        As `theory.signal_propagation.fixed_point.fixed_points`.
    """
    points = fixed_points(kernel) if points is None else points
    attractor = points.attractor
    if points.case is None or attractor is None:
        return None
    constant = _CONSTANTS[points.case](kernel, attractor.slope)
    return Convergence(points.case, attractor.value, constant, attractor.slope)


def _potential_factor(kernel: CorrelationMap, slope: Number) -> Number:  # noqa: ARG001
    return Number.combine(lambda p: 1 / (2 - p), kernel.slope_at_zero)


def _slope_itself(kernel: CorrelationMap, slope: Number) -> Number:  # noqa: ARG001
    return slope


def _nonlinear_share(kernel: CorrelationMap, slope: Number) -> Number:  # noqa: ARG001
    return Number.combine(lambda p, q: 1 - p - q, kernel.coefficient(0), kernel.slope_at_zero)


def _two_sided_factor(kernel: CorrelationMap, slope: Number) -> Number:
    """Return max(1 - p_0, 1/(2 - q)), exact where both are and a ball tells them apart."""
    left = Number.combine(lambda p: 1 - p, kernel.coefficient(0))
    right = Number.combine(lambda q: 1 / (2 - q), slope)
    if left.ball(15) < right.ball(15):
        return right
    if left.ball(15) > right.ball(15):
        return left
    return Number.certified(lambda digits: left.ball(digits).max(right.ball(digits)))


_CONSTANTS: dict[Case, Callable[[CorrelationMap, Number], Number]] = {
    1: _potential_factor,
    2: _slope_itself,
    3: _nonlinear_share,
    4: _two_sided_factor,
}
