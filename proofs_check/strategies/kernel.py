"""Activations, and kernel maps with rational coefficients."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from theory.activation.domain import check_activation
from theory.activation.expression import FUNCTIONS, Expression, X
from theory.kernel_map.polynomial import PolynomialKernel

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from theory.activation import Activation


def activations(*, smooth: bool = False, odd: bool = False) -> SearchStrategy[Activation]:
    """Return a strategy for nonlinear activations: a linear part plus one or two scaled and shifted elementary functions.

    The functions are all of the class with closed-form kernel maps, or all analytic: a mixture of a kink and a function
    without closed form takes seconds per case.

    Parameters
    ----------
    smooth : bool
        Only analytic functions.
    odd : bool
        Only odd functions.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(activations(), lambda activation: True).text
    'max(x, 0)'
    """
    from hypothesis import strategies as st

    from theory.activation.activation import Activation

    analytic = st.sampled_from(("tanh", "erf", "sin") if odd else ("tanh", "erf", "sin", "sigmoid", "softplus", "cos"))
    closed = st.sampled_from(
        ("sign", "erf", "sin") if odd else ("relu", "abs", "step", "sign", "erf", "sin", "gelu", "cos")
    )
    gains = st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(2), Fraction(-1)])
    shifts = st.just(Fraction(0)) if odd else st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(-1)])

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

    weights = st.lists(st.integers(0, 9), min_size=2, max_size=max_degree)
    constant = st.just(0) if centred else st.integers(0, 9)
    drawn = st.builds(lambda first, rest: [first, *rest], constant, weights)
    return drawn.filter(lambda w: any(w[2:])).map(PolynomialKernel.of_weights)
