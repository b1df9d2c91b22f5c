"""Isometry of a Gram matrix: geometric over arithmetic mean of its eigenvalues.

Conventions: a Gram matrix is n x n, symmetric, positive semidefinite; ``isometry = det(M)^(1/n) / (tr(M)/n)`` lies in
[0, 1] and is 1 exactly for multiples of the identity; ``isometry_gap = -log isometry`` is in nats and is infinite for a
singular matrix. Source: Joudaki, Daneshmand, Bach, NeurIPS 2023 (arXiv 2305.18399).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import InitVar, dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm

import flint


@dataclass(frozen=True)
class GramMatrix:
    """A positive semidefinite matrix with exact rational entries.

    Parameters
    ----------
    name : str
        How reports call it.
    entries : tuple of tuple of Fraction, shape (n, n)
        Symmetric, n >= 2, with positive diagonal (a zero sample has no direction).
    is_product : bool
        Set by `of_batch`, whose result is positive semidefinite by construction.

    Raises
    ------
    ValueError
        If the entries are not square, not symmetric, have a diagonal entry that is not positive, or are not positive
        semidefinite.

    Examples
    --------
    >>> half = Fraction(1, 2)
    >>> GramMatrix("pair", ((Fraction(1), half), (half, Fraction(1)))).determinant
    Fraction(3, 4)
    """

    name: str
    entries: tuple[tuple[Fraction, ...], ...]
    is_product: InitVar[bool] = False

    def __post_init__(self, is_product: bool) -> None:
        n = len(self.entries)
        if n < 2 or any(len(row) != n for row in self.entries):
            raise ValueError(
                f"GramMatrix needs n x n entries with n >= 2, got rows of {[len(r) for r in self.entries]}."
            )
        for i in range(n):
            if self.entries[i][i] <= 0:
                raise ValueError(f"GramMatrix needs positive diagonal entries, got {self.entries[i][i]} at {i}.")
            if any(self.entries[i][j] != self.entries[j][i] for j in range(i)):
                raise ValueError(f"GramMatrix needs symmetric entries, got row {i} different from column {i}.")
        if not is_product and not self._is_positive_semidefinite():
            raise ValueError(f"GramMatrix needs a positive semidefinite matrix, got {self.name!r}, which is not.")

    @classmethod
    def of_batch(cls, name: str, samples: Sequence[Sequence[Fraction | int | float]]) -> GramMatrix:
        """Return the matrix of inner products of the rows of `samples`, shape (n, d), exactly, doubles read as the dyadic numbers they are; not divided by d."""
        rows = [[Fraction(x) for x in row] for row in samples]
        scale = lcm(*(x.denominator for row in rows for x in row))
        integers = flint.fmpz_mat([[int(x * scale) for x in row] for row in rows])
        products = integers * integers.transpose()
        size = len(rows)
        entries = (tuple(Fraction(int(products[i, j]), scale**2) for j in range(size)) for i in range(size))
        return cls(name, tuple(entries), is_product=True)

    @classmethod
    def equicorrelated(cls, size: int, correlation: Fraction | int) -> GramMatrix:
        """Return ones on the diagonal and one correlation elsewhere; needs -1/(n-1) <= correlation <= 1."""
        rho = Fraction(correlation)
        entries = tuple(tuple(Fraction(1) if i == j else rho for j in range(size)) for i in range(size))
        return cls(f"equicorrelated n={size} rho={rho}", entries)

    def __str__(self) -> str:
        return self.name

    @property
    def size(self) -> int:
        """The batch size n."""
        return len(self.entries)

    @cached_property
    def matrix(self) -> flint.fmpq_mat:
        """The entries as an exact flint matrix."""
        return flint.fmpq_mat(
            self.size, self.size, [flint.fmpq(x.numerator, x.denominator) for row in self.entries for x in row]
        )

    @cached_property
    def determinant(self) -> Fraction:
        """The determinant, exactly."""
        value = self.matrix.det()
        return Fraction(int(value.p), int(value.q))

    @property
    def trace(self) -> Fraction:
        """The trace, exactly."""
        return sum((self.entries[i][i] for i in range(self.size)), Fraction(0))

    @property
    def diagonal(self) -> tuple[Fraction, ...]:
        """The squared norms of the samples."""
        return tuple(self.entries[i][i] for i in range(self.size))

    def isometry_power(self) -> Fraction:
        """Return isometry^n = det(M) / (tr(M)/n)^n, which is rational."""
        return self.determinant / (self.trace / self.size) ** self.size

    def isometry(self, digits: int = 30) -> flint.arb:
        """Return a ball for det(M)^(1/n) / (tr(M)/n); exactly 0 for a singular matrix.

        Examples
        --------
        >>> print(GramMatrix.of_batch("three equal samples", [[1, 2]] * 3).isometry())
        0
        """
        power = self.isometry_power()
        if power == 0:
            return flint.arb(0)
        with flint.ctx.workdps(digits + 10):
            return _ball(power, digits).root(self.size)

    def isometry_gap(self, digits: int = 30) -> flint.arb:
        """Return a ball for -log isometry, in nats; infinite for a singular matrix.

        Examples
        --------
        >>> gap = GramMatrix.equicorrelated(3, Fraction(0)).isometry_gap()
        >>> bool(abs(gap) < 1e-25)
        True
        """
        power = self.isometry_power()
        if power == 0:
            return flint.arb.pos_inf()
        with flint.ctx.workdps(digits + 10):
            return -_ball(power, digits).log() / self.size

    def correlations(self, digits: int = 30) -> list[list[flint.arb]]:
        """Return balls for the entries over the roots of the diagonal, shape (n, n)."""
        with flint.ctx.workdps(digits + 10):
            roots = [_ball(x, digits).sqrt() for x in self.diagonal]
            return [
                [_ball(x, digits) / (roots[i] * roots[j]) if i != j else flint.arb(1) for j, x in enumerate(row)]
                for i, row in enumerate(self.entries)
            ]

    def _is_positive_semidefinite(self) -> bool:
        """Eliminate exactly: every pivot is nonnegative, and a zero pivot has a zero row."""
        rows = [list(row) for row in self.entries]
        n = self.size
        for k in range(n):
            pivot = rows[k][k]
            if pivot < 0 or (pivot == 0 and any(rows[k][j] != 0 for j in range(k + 1, n))):
                return False
            if pivot == 0:
                continue
            for i in range(k + 1, n):
                if rows[i][k] != 0:
                    factor = rows[i][k] / pivot
                    for j in range(i, n):
                        rows[i][j] -= factor * rows[k][j]
                        rows[j][i] = rows[i][j]
        return True


def _ball(q: Fraction, digits: int) -> flint.arb:
    with flint.ctx.workdps(digits + 10):
        return flint.arb(flint.fmpq(q.numerator, q.denominator))
