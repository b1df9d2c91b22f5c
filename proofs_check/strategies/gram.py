"""Gram matrices of batches, exact, from the identity to nearly singular ones; and layers given to them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from proofs_check.strategies.kernel import polynomial_kernels
from proofs_check.strategies.number import check_at_least
from theory.isometry.gram_matrix import GramMatrix
from theory.kernel_map.polynomial import MeanFieldStep

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def gram_matrices(max_size: int = 6, *, near_identity: bool = False) -> SearchStrategy[GramMatrix]:
    """Return a strategy for exact Gram matrices of batches without zero samples.

    Parameters
    ----------
    max_size : int
        Largest batch size n, at least 2.
    near_identity : bool
        Draw unit-diagonal matrices with (n-1) max |rho| < 1 instead, up to the edge of that region.

    Examples
    --------
    >>> from hypothesis import Phase, find, settings
    >>> find(gram_matrices(), lambda gram: gram.determinant > 0, settings=settings(phases=[Phase.generate])).size > 1
    True
    """
    from hypothesis import strategies as st

    def batches(shape: tuple[int, int]) -> SearchStrategy[list[list[int]]]:
        row = st.lists(st.integers(-9, 9), min_size=shape[1], max_size=shape[1]).filter(any)
        return st.lists(row, min_size=shape[0], max_size=shape[0])

    def dominant(size: int) -> SearchStrategy[GramMatrix]:
        pairs = size * (size - 1) // 2
        share = st.integers(-99, 99).map(lambda k: Fraction(k, 100 * (size - 1)))
        return st.lists(share, min_size=pairs, max_size=pairs).map(lambda rho: _unit_diagonal(size, rho))

    if near_identity:
        return st.integers(2, max_size).flatmap(dominant)
    shapes = st.integers(2, max_size).flatmap(lambda n: st.tuples(st.just(n), st.integers(n, n + 3)))
    return shapes.flatmap(batches).map(lambda rows: GramMatrix.of_batch(f"batch {rows}", rows))


def _unit_diagonal(size: int, correlations: list[Fraction]) -> GramMatrix:
    values = iter(correlations)
    rows = [[Fraction(int(i == j)) for j in range(size)] for i in range(size)]
    for i in range(size):
        for j in range(i):
            rows[i][j] = rows[j][i] = next(values)
    return GramMatrix(f"correlations {[str(q) for q in correlations]}", tuple(map(tuple, rows)))


def unit_gram_matrices(max_size: int = 5) -> SearchStrategy[GramMatrix]:
    """Return a strategy for exact nonsingular Gram matrices of unit diagonal, from the identity to nearly singular ones.

    They are mixtures of the identity and of matrices s s^T with signs s, which reach every correlation.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(unit_gram_matrices(), lambda gram: 0 < gram.determinant < 1).size
    2
    """
    from hypothesis import strategies as st

    def mixture(parts: list[tuple[int, tuple[int, ...]]], share: Fraction) -> GramMatrix:
        total, size = sum(weight for weight, _ in parts), len(parts[0][1])
        entries = tuple(
            tuple(
                Fraction(1) if i == j else share * sum(weight * s[i] * s[j] for weight, s in parts) / total
                for j in range(size)
            )
            for i in range(size)
        )
        return GramMatrix(f"signs {parts} share {share}", entries)

    def parts(size: int) -> SearchStrategy[list[tuple[int, tuple[int, ...]]]]:
        signs = st.tuples(*[st.sampled_from((1, -1))] * size)
        return st.lists(st.tuples(st.integers(1, 9), signs), min_size=1, max_size=size)

    shares = st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(9, 10), 1 - Fraction(1, 10**6)])
    return st.builds(mixture, st.integers(2, max_size).flatmap(parts), shares)


def gram_matrices_near_isometry(max_size: int = 5, *, decades: int = 12) -> SearchStrategy[GramMatrix]:
    """Return a strategy for Gram matrices of unit diagonal whose correlations are small: |rho| <= 10^-k/(n-1).

    Parameters
    ----------
    max_size : int
        Largest batch size n, at least 2.
    decades : int
        Largest k, at least 1; k is drawn from 1 to it.

    Returns
    -------
    SearchStrategy of GramMatrix
        Positive definite, for it is diagonally dominant.

    Raises
    ------
    ValueError
        If a number is below its least.

    Examples
    --------
    The gap is quadratic in the correlations there:

    >>> from hypothesis import find
    >>> gram = find(gram_matrices_near_isometry(), lambda gram: gram.determinant < 1)
    >>> float(gram.isometry_gap()) < float(1 - gram.determinant)
    True
    """
    from hypothesis import strategies as st

    check_at_least("gram_matrices_near_isometry", 2, max_size=max_size)
    check_at_least("gram_matrices_near_isometry", 1, decades=decades)

    def small(size: int, decade: int) -> SearchStrategy[GramMatrix]:
        pairs = size * (size - 1) // 2
        entry = st.integers(-9, 9).map(lambda k: Fraction(k, 9 * (size - 1) * 10**decade))
        return st.lists(entry, min_size=pairs, max_size=pairs).map(lambda rho: _unit_diagonal(size, rho))

    return st.tuples(st.integers(2, max_size), st.integers(1, decades)).flatmap(lambda drawn: small(*drawn))


def gram_matrices_far_from_isometry(max_size: int = 5, *, decades: int = 12) -> SearchStrategy[GramMatrix]:
    """Return a strategy for nonsingular Gram matrices of unit diagonal close to singular ones.

    Parameters
    ----------
    max_size : int
        Largest batch size n, at least 2.
    decades : int
        They are within 10^-k of a mixture of sign vectors s s^T of rank below n, k from 1 to this.

    Returns
    -------
    SearchStrategy of GramMatrix
        With correlations of every sign; the determinant is positive and at most about (n 10^-k).

    Raises
    ------
    ValueError
        If a number is below its least.

    Examples
    --------
    >>> from hypothesis import find
    >>> gram = find(gram_matrices_far_from_isometry(), lambda gram: gram.determinant < Fraction(1, 10**6))
    >>> gram.determinant > 0
    True
    """
    from hypothesis import strategies as st

    check_at_least("gram_matrices_far_from_isometry", 2, max_size=max_size)
    check_at_least("gram_matrices_far_from_isometry", 1, decades=decades)

    def mixture(drawn: list[tuple[int, ...]], decade: int) -> GramMatrix:
        count, size, share = len(drawn), len(drawn[0]), 1 - Fraction(1, 10**decade)
        entries = tuple(
            tuple(
                Fraction(1) if i == j else share * Fraction(sum(s[i] * s[j] for s in drawn), count) for j in range(size)
            )
            for i in range(size)
        )
        return GramMatrix(f"signs {drawn} within 10^-{decade}", entries)

    def vectors(size: int) -> SearchStrategy[list[tuple[int, ...]]]:
        signs = st.tuples(*[st.sampled_from((1, -1))] * size)
        return st.lists(signs, min_size=1, max_size=size - 1)  # fewer vectors than samples: the mixture is singular

    return st.builds(mixture, st.integers(2, max_size).flatmap(vectors), st.integers(1, decades))


def mean_field_steps(max_size: int = 5, *, centred: bool = True) -> SearchStrategy[MeanFieldStep]:
    """Return a strategy for exact batches with the layer of infinite width they are given to.

    Examples
    --------
    >>> from hypothesis import Phase, find, settings
    >>> step = find(mean_field_steps(), lambda step: step.after > step.before, settings=settings(phases=[Phase.generate]))
    >>> step.gram.size > 1
    True
    """
    from hypothesis import strategies as st

    return st.builds(MeanFieldStep, polynomial_kernels(centred=centred), unit_gram_matrices(max_size))
