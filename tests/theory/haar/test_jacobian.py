"""Products of layers: against averages with a matrix at a time, brute sums over masks, known products and free probability."""

from fractions import Fraction
from itertools import product

import pytest
from sympy import Rational, Symbol, diag, limit

from theory.haar.jacobian import (
    fixed_spectrum,
    free_jacobian_moment,
    independent_mask,
    jacobian_moment,
    relu_mask,
)
from theory.haar.trace import trace_moment


def product_of_layers(depth, letter, adjoint):
    """Return the text of J J* for J = D W_L ... D W_1, every matrix under a name of its own (no block is recognised)."""
    left = "*".join(f"D{i}*{letter}{i}" for i in range(depth, 0, -1))
    right = "*".join(f"{letter}{i}.{adjoint}*E{i}" for i in range(1, depth + 1))
    return f"{left}*{right}"


@pytest.mark.parametrize(("group", "letter", "adjoint"), [("orthogonal", "O", "T"), ("unitary", "U", "H")])
@pytest.mark.parametrize("partition", [(1,), (2,), (1, 1)])
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_fixed_spectra_against_pairs_of_pairings_layer_by_layer(group, letter, adjoint, partition, depth):
    """D and its transpose go by different names, so the average takes the general route."""
    square = [Fraction(1), Fraction(4), Fraction(9, 4)]
    text = product_of_layers(depth, letter, adjoint)
    traces = "*".join(f"tr(({text})**{part})" for part in partition)
    root = diag(*(Rational(v.numerator, v.denominator) ** Rational(1, 2) for v in square))
    names = {f"{c}{i}": root for c in "DE" for i in range(1, depth + 1)}
    expected = trace_moment(traces, 3).evaluate(names)
    found = jacobian_moment(partition, fixed_spectrum(square, 2), group=group).at(depth)
    assert Rational(found.numerator, found.denominator) == expected


@pytest.mark.parametrize("partition", [(2,), (1, 1), (3,)])
def test_independent_masks_are_the_mean_over_all_masks(partition):
    """relu at width 3 and depth 2: the mean over the 8 x 8 patterns, by zonal polynomials of every pattern at once."""
    d = 3
    total = Fraction(0)
    for first, second in product(product((0, 2), repeat=d), repeat=2):
        inner = trace_moment(
            "*".join(f"tr((B*O*A*O.T)**{part})" for part in partition), d, symmetric=["A", "B"]
        ).evaluate({"A": diag(*first), "B": diag(*second)})
        total += Fraction(int(inner.p), int(inner.q))
    assert jacobian_moment(partition, relu_mask(3), dimension=d).at(2) == total / 2 ** (2 * d)
    assert jacobian_moment(partition, relu_mask(3)).at(2)(d) == total / 2 ** (2 * d)


@pytest.mark.parametrize("group", ["orthogonal", "unitary"])
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_gaussian_layers_against_wick(group, depth):
    letter, adjoint = ("G", "T") if group == "orthogonal" else ("Z", "H")
    names = [f"{letter}{i}" for i in range(depth)]
    text = "*".join([*names, *(f"{name}.{adjoint}" for name in reversed(names))])
    for k in (1, 2, 3):
        found = jacobian_moment(k, independent_mask([1, 1, 1]), group=group, gaussian=True).at(depth)
        assert trace_moment(f"tr(({text})**{k})/d**{k * depth}") == found


@pytest.mark.parametrize("gaussian", [False, True])
@pytest.mark.parametrize("mask", [relu_mask(4), relu_mask(4, slope=Fraction(1, 3)), independent_mask([1, 3, 15, 105])])
@pytest.mark.parametrize("depth", [1, 2, 5])
def test_large_width_is_free_multiplicative_convolution(gaussian, mask, depth):
    for group in ("orthogonal", "unitary"):
        for k in (1, 2, 3, 4):
            order, coefficients = jacobian_moment(k, mask, group=group, gaussian=gaussian).at(depth).expansion(1)
            assert (order, coefficients[0]) == (-1, free_jacobian_moment(k, mask, depth, gaussian=gaussian))


def test_without_activation_haar_layers_are_isometries_and_depth_is_a_power():
    ones = independent_mask([1, 1, 1])
    for k in (1, 2, 3):
        assert jacobian_moment(k, ones).at(7) == jacobian_moment(k, ones).at(0)
        assert str(jacobian_moment(k, ones).at(4)) == "d"
    second = jacobian_moment(2, relu_mask(2))
    depth = Symbol("L", integer=True, positive=True)
    for count in (1, 3):
        assert (second.as_sympy(depth).subs(depth, count) - second.at(count).as_sympy()).cancel() == 0
    assert limit(second.as_sympy(6) / Symbol("d"), Symbol("d"), "oo") == 7


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: jacobian_moment(0, relu_mask(1)), "partition"),
        (lambda: jacobian_moment(2, relu_mask(1)), "2 moments of the mask"),
        (lambda: jacobian_moment(1, relu_mask(1), group="symplectic"), "orthogonal or the unitary"),
        (lambda: jacobian_moment(1, fixed_spectrum([1, 2], 1), dimension=3), "dimension of the spectrum, 2"),
        (lambda: jacobian_moment(1, relu_mask(1)).at(-1), "layers >= 0"),
        (lambda: relu_mask(0), "order >= 1"),
        (lambda: free_jacobian_moment(2, relu_mask(1), 1), "2 moments"),
        (lambda: free_jacobian_moment(1, independent_mask([0]), 1), "first not zero"),
        (lambda: jacobian_moment(2, relu_mask(2)).at(1).valid_from(2)(1), "dimension >= 2"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
