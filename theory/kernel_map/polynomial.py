"""Kernel maps that are polynomials with rational coefficients, applied to exact Gram matrices.

kappa(r) = sum_k p_k r^k with p_k >= 0 of sum 1 is the normalised kernel map of s = sum_k sqrt(p_k) he_k, and every kernel map
is a limit of such. Applied entry by entry to a Gram matrix of unit diagonal it gives the Gram matrix after one layer of
infinite width: positive semidefinite again, by Schur's product theorem. All of it is rational arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from theory.isometry.gram_matrix import GramMatrix


@dataclass(frozen=True)
class PolynomialKernel:
    """The map r -> sum_k p_k r^k.

    Parameters
    ----------
    coefficients : tuple of Fraction
        p_0, ..., p_K, nonnegative, of sum 1.

    Raises
    ------
    ValueError
        If a coefficient is negative or they do not add up to 1.

    Examples
    --------
    >>> kernel = PolynomialKernel.of(0, "1/2", "1/2")
    >>> str(kernel), kernel(Fraction(1, 2)), kernel(Fraction(1))
    ('1/2 r + 1/2 r^2', Fraction(3, 8), Fraction(1, 1))
    """

    coefficients: tuple[Fraction, ...]

    def __post_init__(self) -> None:
        if any(p < 0 for p in self.coefficients) or sum(self.coefficients) != 1:
            shown = [str(p) for p in self.coefficients]
            raise ValueError(f"PolynomialKernel needs coefficients p_k >= 0 of sum 1 (kappa(1) = 1), got {shown}.")

    @classmethod
    def of(cls, *coefficients: Fraction | int | str) -> PolynomialKernel:
        """Return the map with these coefficients p_0, p_1, ..."""
        return cls(tuple(Fraction(p) for p in coefficients))

    @classmethod
    def of_weights(cls, weights: Sequence[int]) -> PolynomialKernel:
        """Return the map with p_k proportional to nonnegative integers, not all 0."""
        return cls(tuple(Fraction(w, sum(weights)) for w in weights))

    def __str__(self) -> str:
        powers = ["", "r", *(f"r^{k}" for k in range(2, len(self.coefficients)))]
        terms = [
            " ".join(part for part in ("" if p == 1 and power else str(p), power) if part)
            for p, power in zip(self.coefficients, powers, strict=False)
            if p
        ]
        return " + ".join(terms)

    def __call__(self, correlation: Fraction) -> Fraction:
        """Return the value at a correlation, exactly."""
        value = Fraction(0)
        for p in reversed(self.coefficients):
            value = value * correlation + p
        return value

    @property
    def constant(self) -> Fraction:
        """p_0, the squared mean of the normalised activation; 0 for a centred map."""
        return self.coefficients[0]

    @property
    def linear_share(self) -> Fraction:
        """p_1; alpha for a centred map."""
        return self.coefficients[1] if len(self.coefficients) > 1 else Fraction(0)

    def on_matrix(self, gram: GramMatrix) -> GramMatrix:
        """Return the matrix of values at the entries of a Gram matrix of unit diagonal.

        Raises
        ------
        ValueError
            If the diagonal is not 1 (the map acts on correlations).

        Examples
        --------
        >>> from theory.isometry.gram_matrix import GramMatrix
        >>> pair = GramMatrix.equicorrelated(2, Fraction(1, 2))
        >>> PolynomialKernel.of(0, 0, 1).on_matrix(pair).determinant
        Fraction(15, 16)
        """
        if any(q != 1 for q in gram.diagonal):
            raise ValueError(f"PolynomialKernel.on_matrix needs a unit diagonal (correlations), got {gram.name!r}.")
        entries = tuple(tuple(self(x) for x in row) for row in gram.entries)
        return GramMatrix(f"{self} of {gram}", entries)


@dataclass(frozen=True)
class MeanFieldStep:
    """A batch and the layer of infinite width it is given to, both exact.

    Parameters
    ----------
    kernel : PolynomialKernel
    gram : GramMatrix
        With unit diagonal.

    Examples
    --------
    >>> from theory.isometry.gram_matrix import GramMatrix
    >>> step = MeanFieldStep(PolynomialKernel.of(0, 0, 1), GramMatrix.equicorrelated(2, Fraction(1, 2)))
    >>> step.before, step.after
    (Fraction(3, 4), Fraction(15, 16))
    """

    kernel: PolynomialKernel
    gram: GramMatrix

    def __str__(self) -> str:
        return f"{self.kernel} on {self.gram}"

    @property
    def before(self) -> Fraction:
        """The determinant of the Gram matrix."""
        return self.gram.determinant

    @cached_property
    def after(self) -> Fraction:
        """The determinant of the Gram matrix after the layer."""
        return self.kernel.on_matrix(self.gram).determinant
