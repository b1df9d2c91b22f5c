"""Hypothesis strategies for the cases that claims quantify over. They shrink towards small integers and plain functions.

Hypothesis is imported when a strategy is built, not with this module.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from theory.activation import Activation
    from theory.isometry import GramMatrix
    from theory.polynomial_kernel import MeanFieldStep, PolynomialKernel


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
    >>> from hypothesis import find
    >>> find(gram_matrices(), lambda gram: gram.determinant > 0).size
    2
    """
    from hypothesis import strategies as st

    from theory.isometry import GramMatrix

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
    from theory.isometry import GramMatrix

    values = iter(correlations)
    rows = [[Fraction(int(i == j)) for j in range(size)] for i in range(size)]
    for i in range(size):
        for j in range(i):
            rows[i][j] = rows[j][i] = next(values)
    return GramMatrix(f"correlations {[str(q) for q in correlations]}", tuple(map(tuple, rows)))


def activations(*, smooth: bool = False) -> SearchStrategy[Activation]:
    """Return a strategy for nonlinear activations: a linear part plus one or two scaled and shifted elementary functions.

    The functions are all of the class with closed-form kernel maps, or all analytic: a mixture of a kink and a function
    without closed form takes seconds per case.

    Parameters
    ----------
    smooth : bool
        Only analytic functions.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(activations(), lambda activation: True).text
    'max(x, 0)'
    """
    from hypothesis import strategies as st

    from theory.activation.activation import Activation
    from theory.activation.expression import FUNCTIONS, Expression, X

    analytic = st.sampled_from(("tanh", "erf", "sin", "sigmoid", "softplus", "cos"))
    closed = st.sampled_from(("relu", "abs", "step", "sign", "erf", "sin", "gelu", "cos"))
    gains = st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(2), Fraction(-1)])
    shifts = st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(-1)])

    def term(name: str, gain: Fraction, shift: Fraction) -> Expression:
        argument = X if gain == 1 else gain * X
        return FUNCTIONS[name](argument if shift == 0 else argument + shift)

    def sums(names: SearchStrategy[str]) -> SearchStrategy[list[Expression]]:
        return st.lists(st.builds(term, names, gains, shifts), min_size=1, max_size=2)

    def total(parts: list[Expression], slope: Fraction) -> Expression:
        result = parts[0] if len(parts) == 1 else parts[0] + parts[1]
        return result if slope == 0 else result + slope * X

    slopes = st.sampled_from([Fraction(0), Fraction(1, 10), Fraction(-1, 2)])
    parts = sums(analytic) if smooth else sums(closed) | sums(analytic)
    expressions = st.builds(total, parts, slopes).filter(_is_activation)
    return expressions.map(lambda expression: Activation(str(expression), expression)).filter(lambda a: not a.is_affine)


def _is_activation(expression: object) -> bool:
    from theory.activation.domain import check_activation

    try:
        check_activation(expression)  # type: ignore[arg-type]
    except ValueError:  # two terms that cancel are constant
        return False
    return True


def polynomial_kernels(max_degree: int = 5, *, centred: bool = True) -> SearchStrategy[PolynomialKernel]:
    """Return a strategy for rational kernel maps sum_k p_k r^k that are not the identity; centred ones have p_0 = 0.

    Examples
    --------
    >>> from hypothesis import find
    >>> str(find(polynomial_kernels(), lambda kernel: True))
    'r^2'
    """
    from hypothesis import strategies as st

    from theory.polynomial_kernel import PolynomialKernel

    weights = st.lists(st.integers(0, 9), min_size=2, max_size=max_degree)
    constant = st.just(0) if centred else st.integers(0, 9)
    drawn = st.builds(lambda first, rest: [first, *rest], constant, weights)
    return drawn.filter(lambda w: any(w[2:])).map(PolynomialKernel.of_weights)


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

    from theory.isometry import GramMatrix

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


def mean_field_steps(max_size: int = 5, *, centred: bool = True) -> SearchStrategy[MeanFieldStep]:
    """Return a strategy for exact batches with the layer of infinite width they are given to.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(mean_field_steps(), lambda step: step.after > step.before).gram.size
    2
    """
    from hypothesis import strategies as st

    from theory.polynomial_kernel import MeanFieldStep

    return st.builds(MeanFieldStep, polynomial_kernels(centred=centred), unit_gram_matrices(max_size))
