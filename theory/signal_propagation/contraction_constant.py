"""The best contraction constant of a centred kernel map: the largest rate by which one layer divides rho/(1-rho).

For kappa(r) = sum_{k>=1} p_k r^k, p_k >= 0 of sum 1, the inequality kappa/(1-kappa) <= r/(1-r)/beta on (0, 1) is b >= beta a,

    a(r) = kappa(r)/r = sum_k p_k r^(k-1),      b(r) = (1-kappa(r))/(1-r) = sum_j T_j r^j,   T_j = sum_{k>j} p_k,

so the best beta is beta* = inf b/a over [0, 1], with b/a = 1/p_1 at 0 and kappa'(1) at 1. Both functions have nonnegative
coefficients: they increase and are *convex*. Between two knots a therefore lies below its chord, and b above the two
chords of the neighbouring cells, extended. That bounds b - beta a on a cell from point values alone, to second order in its
width. In the cells at the two ends the slopes b'(0) = 1 - p_1 and b'(1) = kappa''(1)/2 are known, and prove that an infimum
*is* the value at the end where it is one.

References
----------
1. A. Joudaki, H. Daneshmand, F. Bach, "On the impact of activation and normalization in obtaining isometric
   embeddings at initialization", NeurIPS 2023: the rate beta_0 = 2 - p_1 <= beta*. The best constant is this project's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from math import log10

import flint

from theory.enclosure.ball import ball_of, bits_of, check_digits, working_bits
from theory.kernel_map.kernel_map import KernelMap
from theory.number import Number

_KNOTS = tuple(Fraction(k, 8) for k in range(9))


@dataclass(frozen=True, slots=True)
class ContractionConstant:
    """An enclosure of beta* = inf over [0, 1] of b/a, and where the infimum is.

    Parameters
    ----------
    ball : flint.arb
        Holds beta*.
    at : Fraction
        0 or 1, or a point whose value is within the radius of the infimum.
    exact : Number or None
        1/p_1 or kappa'(1), where the infimum is proved to be the value at that end.
    cells : int
        Cells of the proof.
    """

    ball: flint.arb
    at: Fraction
    exact: Number | None
    cells: int


def contraction_constant(kernel: KernelMap, digits: int = 12) -> ContractionConstant:
    """Return beta*, the largest beta with kappa/(1-kappa) <= r/(1-r)/beta on (0, 1), proved to 10^-digits.

    Parameters
    ----------
    kernel : KernelMap
        Centred, of a nonlinear activation.
    digits : int
        The enclosure is at most 10^-digits wide.

    Returns
    -------
    ContractionConstant

    Raises
    ------
    ValueError
        If the map is not centred, the activation is affine, or cells down to a width of 2^-(20 + 2 digits) do not isolate
        the infimum (then ask for fewer digits).

    Notes
    -----
    **Accuracy**: an enclosure; cells near an inner minimum have a width of about 10^(-digits/2).

    Examples
    --------
    >>> from theory.activation import catalogue
    >>> relu, tanh, gelu = (KernelMap.centred(a) for a in catalogue("relu", "tanh", "gelu"))
    >>> contraction_constant(relu, 8).ball.str(6, radius=False)
    '1.34508'
    >>> contraction_constant(tanh, 8).at, contraction_constant(gelu, 8).at
    (Fraction(0, 1), Fraction(1, 1))
    """
    check_digits(digits, "contraction_constant")
    if kernel.kind != "centred":
        raise ValueError(f"contraction_constant needs a centred map (value 0 at 0), got kind={kernel.kind!r}.")
    if kernel.activation.is_affine:
        raise ValueError(
            f"contraction_constant needs a nonlinear activation (kappa = rho contracts nothing), "
            f"got {kernel.activation.text!r}."
        )

    with working_bits(bits_of(digits + 20)):
        search = _Search(kernel, digits)
        while True:
            at, bound, exact = search.target()
            failing = [cell for cell in pairwise(search.knots) if not search.proves(cell, at if exact else None, bound)]
            if not failing:
                upper = search.ratio(at)
                ball = upper if exact else (upper - flint.arb(10) ** -digits / 2).union(upper)
                return ContractionConstant(ball, at, search.end_value(at) if exact else None, len(search.knots) - 1)
            search.refine(failing)


@dataclass
class _Search:
    """Point values of a and b at increasing knots, and what they prove on the cells between."""

    kernel: KernelMap
    digits: int
    knots: list[Fraction] = field(default_factory=lambda: list(_KNOTS))
    given_up: set[Fraction] = field(default_factory=set)
    """Ends whose value was not proved to be the infimum although no smaller value was found."""

    def __post_init__(self) -> None:
        self._values: dict[Fraction, tuple[flint.arb, flint.arb]] = {}
        try:
            curvature = self.kernel.curvature_at_one
        except ValueError:  # break points that are not exact
            curvature = None
        self._curvature = None if curvature is None or not curvature.is_finite else curvature.ball(self.digits + 8)

    def values(self, r: Fraction) -> tuple[flint.arb, flint.arb]:
        """Return balls of a(r) and b(r)."""
        if r not in self._values:
            slopes = self.kernel.slope_at_zero, self.kernel.slope_at_one
            if r == 0:
                pair = slopes[0].ball(self.digits + 8), flint.arb(1)
            elif r == 1:
                pair = flint.arb(1), slopes[1].ball(self.digits + 8) if slopes[1].is_finite else flint.arb("inf")
            else:
                lost = max(0, round(-log10(min(r, 1 - r))))
                kappa = self.kernel.ball(r, self.digits + 8 + lost)
                place = ball_of(r)
                pair = kappa / place, (1 - kappa) / (1 - place)
            self._values[r] = pair
        return self._values[r]

    def ratio(self, r: Fraction) -> flint.arb:
        """Return b/a at a knot, infinite where a is not certainly positive."""
        a, b = self.values(r)
        return b / a if a > 0 and b.is_finite() else flint.arb("inf")

    def target(self) -> tuple[Fraction, flint.arb, bool]:
        """Return the knot with the least ratio, the bound to prove, and whether it is that end's own value."""
        at = min(self.knots, key=lambda r: self.ratio(r).upper())
        exact = at in (0, 1) and at not in self.given_up
        bound = self.ratio(at) if exact else self.ratio(at).lower() - flint.arb(10) ** -self.digits / 2
        return at, bound, exact

    def end_value(self, at: Fraction) -> Number:
        """Return 1/p_1 or kappa'(1)."""
        if at == 0:
            return Number.combine(lambda alpha: 1 / alpha, self.kernel.slope_at_zero)
        return self.kernel.slope_at_one

    def proves(self, cell: tuple[Fraction, Fraction], end: Fraction | None, beta: flint.arb) -> bool:
        """Whether the known values prove b >= beta a on the cell; `end` is the end at which beta is attained."""
        u, v = cell
        if end in cell:
            return self._proves_at_end(u, v, beta)
        (a_u, b_u), (a_v, b_v) = self.values(u), self.values(v)
        width = ball_of(v - u)
        chord = (a_v - a_u) / width
        rising, falling = self._slope_before(u), self._slope_after(v)
        if not b_u - beta * a_u >= 0:
            return False
        if b_u + rising * width - beta * a_v >= 0:
            return True  # the line from the left is above beta times the chord at both ends
        if falling is None or not rising < falling or not b_v - beta * a_v >= 0:
            return False
        # the larger of the lines from either side lies above beta times the chord if it does where they cross
        crossing = (b_v - b_u - falling * width) / (rising - falling)
        return bool(b_u + rising * crossing - beta * (a_u + chord * crossing) >= 0)

    def _proves_at_end(self, u: Fraction, v: Fraction, beta: flint.arb) -> bool:
        """On a cell where b = beta a at the end: both bounds are linear there, and their slopes decide."""
        (a_u, _), (a_v, _) = self.values(u), self.values(v)
        chord = (a_v - a_u) / ball_of(v - u)
        if u == 0:
            return bool(1 - a_u - beta * chord >= 0)
        return self._curvature is not None and bool(beta * chord - self._curvature / 2 >= 0)

    def _slope_before(self, u: Fraction) -> flint.arb:
        """Return a lower bound of b'(u): 1 - p_1 at 0, else the slope of the chord before u."""
        if u == 0:
            return 1 - self.values(u)[0]
        before = self.knots[self.knots.index(u) - 1]
        return (self.values(u)[1] - self.values(before)[1]) / ball_of(u - before)

    def _slope_after(self, v: Fraction) -> flint.arb | None:
        """Return an upper bound of b'(v): kappa''(1)/2 at 1, else the slope of the chord after v; None if not known."""
        if v == 1:
            return None if self._curvature is None else self._curvature / 2
        after = self.knots[self.knots.index(v) + 1]
        b = self.values(after)[1]
        return (b - self.values(v)[1]) / ball_of(after - v) if b.is_finite() else None

    def refine(self, failing: list[tuple[Fraction, Fraction]]) -> None:
        """Halve the cells; an end cell grown too narrow gives up the proof that the infimum is that end's value.

        Raises
        ------
        ValueError
            If a cell away from the ends has become too narrow.
        """
        for u, v in failing:
            if v - u < Fraction(1, 2 ** (20 + 2 * self.digits)):
                ends = {u, v} & {Fraction(0), Fraction(1)} - self.given_up
                if not ends:
                    raise ValueError(
                        f"contraction_constant needs an infimum isolated to 10^-{self.digits}, got a cell at {float(u)} "
                        "that resists; ask for fewer digits."
                    )
                self.given_up |= ends
        self.knots = sorted({*self.knots, *((u + v) / 2 for u, v in failing)})
