"""The pinned Gram matrices that claims about them are judged on."""

from __future__ import annotations

from fractions import Fraction

from theory.isometry.gram_matrix import GramMatrix
from theory.kernel_map.polynomial import MeanFieldStep, PolynomialKernel


def diagonal(name: str, squared_norms: list[Fraction | int]) -> GramMatrix:
    """Return orthogonal samples with these squared norms."""
    size = len(squared_norms)
    return GramMatrix(
        name,
        tuple(tuple(Fraction(squared_norms[i]) if i == j else Fraction(0) for j in range(size)) for i in range(size)),
    )


def outlier(size: int, share: Fraction) -> GramMatrix:
    """Return orthogonal samples of mean norm 1, one of them longer: norms 1 - c + c n once and 1 - c elsewhere."""
    norms = [1 - share + share * size] + [1 - share] * (size - 1)
    return diagonal(f"outlier n={size} c={share}", [norm**2 for norm in norms])


OUTLIER = outlier(10, Fraction(1, 8))
"""Where the small-spread gain 1 + 2 Var/mean^2 fails most visibly for n = 10."""

PINNED: tuple[GramMatrix, ...] = (
    diagonal("identity n=3", [1, 1, 1]),
    diagonal("squares n=3", [1, 4, 9]),
    GramMatrix.equicorrelated(3, Fraction(-1, 4)),
    GramMatrix.equicorrelated(3, Fraction(1, 3)),
    GramMatrix.equicorrelated(10, Fraction(-1, 10)),
    GramMatrix.equicorrelated(10, Fraction(1, 20)),
    OUTLIER,
    GramMatrix.of_batch(
        "integer batch n=4 d=6", [[1, 2, 0, -1, 3, 1], [0, 1, 1, 2, -1, 4], [2, -3, 1, 0, 1, 1], [5, 0, 1, -2, 2, 0]]
    ),
)
"""Rational matrices with unit, square and general diagonals; attained bounds among them."""

_SIGNS = ((1, 1, 1, 1), (1, 1, 1, -1), (1, -1, 1, 1), (1, 1, -1, -1))
MIXED_SIGNS = GramMatrix(
    "mixed signs n=4",
    tuple(
        tuple(Fraction(1) if i == j else Fraction(99, 400) * sum(s[i] * s[j] for s in _SIGNS) for j in range(4))
        for i in range(4)
    ),
)
"""Correlations of both signs, 1/100 away from a mixture of four sign vectors."""

MEAN_FIELD_STEPS: tuple[MeanFieldStep, ...] = tuple(
    MeanFieldStep(PolynomialKernel.of_weights(weights), gram)
    for weights, gram in (
        ([0, 0, 1], GramMatrix.equicorrelated(2, Fraction(999, 1000))),
        ([0, 1, 1], GramMatrix.equicorrelated(2, Fraction(99, 100))),
        ([0, 3, 1], GramMatrix.equicorrelated(3, Fraction(-49, 100))),
        ([0, 1, 0, 1], GramMatrix.equicorrelated(5, Fraction(9, 10))),
        ([0, 9, 1], GramMatrix.equicorrelated(4, Fraction(1, 2))),
        ([0, 4, 2, 0, 1, 1], MIXED_SIGNS),
        ([1, 1], GramMatrix.equicorrelated(2, 0)),
    )
)
"""Rational kernel maps on rational Gram matrices of unit diagonal: attained bounds, nearly singular ones, one with mean."""
