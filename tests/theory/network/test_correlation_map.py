"""The recognised map of a word is the recursion's own map of correlations."""

import itertools

import numpy as np
import pytest

from numerics.network.float_arithmetic import network_field
from theory.network.correlation_map import repeated_map
from theory.network.grammar import parse_word

RECOGNISED = (
    "layernorm(gauss | gelu)",
    "gauss(2) | relu",
    "gauss | relu | layernorm",
    "residual(1/2: gauss | relu | gauss)",
    "residual(1/2, skip=1/3: gauss(2) | relu | gauss) | rmsnorm",
)


@pytest.mark.parametrize("text", RECOGNISED)
def test_two_layers_of_the_map_are_two_of_the_recursion(text):
    """The first repetition brings the batch to the norm; the next two are compared."""
    word = parse_word(text)
    kernel, gram = repeated_map(word), np.array([[1.0, 0.3], [0.3, 1.0]])
    rho = []
    for depth in (1, 2, 3):
        field = network_field(word, gram, depth)
        k = field.pairs.matrix(field.kernel)
        rho.append(k[0, 1] / np.sqrt(k[0, 0] * k[1, 1]))
    assert kernel is not None
    for before, after in itertools.pairwise(rho):
        from_words = float(kernel.ball(before, 15).mid())
        assert abs(from_words - after) < 1e-12


@pytest.mark.parametrize(
    "text",
    ["residual(rmsnorm | gauss | relu | gauss)", "gauss(3/2) | tanh", "layernorm | gain(2) | gauss | tanh",
     "residual(1/sqrt(L): gauss | relu | gauss)", "gauss | batchnorm", "glu(silu)", "gauss | relu | gauss | relu",
     "residual(1/2: gauss | relu)", "residual(rezero: gauss)"],
)  # fmt: skip
def test_what_is_not_one_repeated_map(text):
    assert repeated_map(parse_word(text)) is None
