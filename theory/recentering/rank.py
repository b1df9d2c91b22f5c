r"""Rank of a batch after ReLU and a random layer: the antipodal clause, and two samples at finite width.

The functions w -> relu(w.x_k) of distinct directions x_k are linearly independent up to what opposite pairs cancel:
relu = (w.x + |w.x|)/2, the |w.x| of distinct lines have kinks on distinct hyperplanes and are independent modulo linear
functions, and a pair {x, -c x} leaves the linear function w.x. So

    rank = (number of lines spanned by the samples) + rank(directions of the lines that occur with both signs)

is the rank of ReLU(W X) as the width grows, and that of the arc-cosine Gram matrix. It is n exactly if no sample is zero
or a positive multiple of another **and** the antipodal directions are linearly independent.

Two samples at angle t, width d: P(rank 2) = 1 - 2^(1-d) - (d-1) ((pi-t)/(2 pi))^d. A row of W sees both samples with
probability p = (pi-t)/(2 pi), neither with p, one of them with 1/2 - p each; the rank is below 2 iff a sample is seen by no
row (2 2^-d - p^d) or exactly one row sees both and no row a single one (d p^d).

Source: arXiv 2412.02843 on ranks; the criterion, the count and the probability are this project's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

import flint
import sympy as sp
from sympy import Expr

Vector = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RankedBatch:
    """A batch of rational samples and the rank that a wide ReLU layer gives it.

    Parameters
    ----------
    samples : tuple of tuple of Fraction
        n samples of one dimension.

    Raises
    ------
    ValueError
        If there is no sample, or their dimensions differ.

    Examples
    --------
    Three antipodal pairs in the plane: rank 5, not 6.

    >>> pairs = RankedBatch.of([(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1)])
    >>> pairs.limit_rank, pairs.has_full_rank
    (5, False)
    """

    samples: tuple[tuple[Fraction, ...], ...]

    @classmethod
    def of(cls, samples: Sequence[Sequence[Fraction | int]]) -> RankedBatch:
        """Return the batch of these samples, given as integers or fractions."""
        return cls(tuple(tuple(Fraction(x) for x in sample) for sample in samples))

    def __post_init__(self) -> None:
        if not self.samples or len({len(sample) for sample in self.samples}) != 1 or not self.samples[0]:
            raise ValueError(
                f"RankedBatch needs samples of one dimension >= 1, got dimensions {[len(s) for s in self.samples]}."
            )

    @property
    def rays(self) -> tuple[Vector, ...]:
        """The distinct directions of nonzero samples as primitive integer vectors, in order of appearance."""
        found = [ray for sample in self.samples if (ray := _primitive(sample)) is not None]
        return tuple(dict.fromkeys(found))

    @property
    def antipodal(self) -> tuple[Vector, ...]:
        """Those directions whose opposite occurs before them."""
        seen = self.rays
        return tuple(ray for k, ray in enumerate(seen) if tuple(-x for x in ray) in seen[:k])

    @property
    def limit_rank(self) -> int:
        """Number of lines plus the rank of the antipodal directions."""
        return len(self.rays) - len(self.antipodal) + exact_rank(self.antipodal)

    @property
    def has_full_rank(self) -> bool:
        """Whether the limit rank is the number of samples."""
        return self.limit_rank == len(self.samples)

    def features(self, weights: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], ...]:
        """Return relu(w.x) up to a positive factor per sample, for integer weight rows: exact, of the same rank."""
        rows = [[x * lcm(*(y.denominator for y in sample)) for x in sample] for sample in self.samples]
        return tuple(
            tuple(max(0, sum(int(w) * int(x) for w, x in zip(weight, row, strict=True))) for row in rows)
            for weight in weights
        )

    def __str__(self) -> str:
        return " ".join("(" + ",".join(str(x) for x in sample) + ")" for sample in self.samples)


def exact_rank(rows: Sequence[Sequence[int]]) -> int:
    """Return the rank of an integer matrix, exactly; 0 without rows."""
    return int(flint.fmpz_mat([list(row) for row in rows]).rank()) if rows else 0


def rank_two_probability(angle: Expr, width: int) -> Expr:
    """Return P(rank ReLU(W [x y]) = 2) for two samples at an angle, W with `width` isotropic rows.

    Parameters
    ----------
    angle : sympy.Expr
        In (0, pi].
    width : int
        d >= 1.

    Raises
    ------
    ValueError
        If the width is below 1, or the angle a number outside (0, pi] (parallel samples have rank at most 1).

    Examples
    --------
    >>> import sympy as sp
    >>> rank_two_probability(sp.pi / 2, 2), rank_two_probability(sp.pi, 1)
    (7/16, 0)
    """
    if isinstance(width, bool) or not isinstance(width, int) or width < 1:
        raise ValueError(f"rank_two_probability needs an integer width >= 1 (rows), got width={width!r}.")
    if angle.is_number and not (angle > 0 and angle <= sp.pi):
        raise ValueError(
            f"rank_two_probability needs 0 < angle <= pi (parallel samples have rank at most 1), got angle={angle}."
        )
    both = (sp.pi - angle) / (2 * sp.pi)
    return 1 - sp.Integer(2) ** (1 - width) - (width - 1) * both**width


def _primitive(sample: Sequence[Fraction]) -> Vector | None:
    common = lcm(*(x.denominator for x in sample))
    whole = [int(x * common) for x in sample]
    divisor = gcd(*whole)
    return tuple(x // divisor for x in whole) if divisor else None
