"""The double-precision recursion against proved digits, and what only it evaluates."""

import numpy as np
import pytest

from numerics.network.float_arithmetic import batch_gram, network_field
from theory.network.grammar import parse_word
from theory.network.propagation import NoLawError
from theory.network.tangent_kernel import network_kernels

WORDS = (
    "gauss(2) | relu",
    "rmsnorm | gauss | gelu",
    "gauss(3/2) | tanh | bias(1/10)",
    "residual(1/2: gauss(4) | tanh) | layernorm",
    "residual(1/sqrt(L): rmsnorm | gauss | relu | gauss)",
    "layernorm | glu(silu)",
    "rmsnorm | gauss | selu | dropout(1/10)",
)


@pytest.mark.parametrize("text", WORDS)
def test_agrees_with_proved_digits(text):
    gram = batch_gram(np.random.default_rng(7).standard_normal((3, 5)))
    word = parse_word(text)
    truth = network_kernels(word, gram.tolist(), 3, 20)
    field = network_field(word, gram, 3)
    for name in ("kernel", "tangent", "jacobian"):
        found, expected = field.pairs.matrix(getattr(field, name)), truth.float64(name)
        assert np.abs(found - expected).max() <= 1e-13 * np.abs(expected).max()


def test_batch_norm_of_an_isotropic_and_of_a_two_point_batch():
    """n E P x x^T P/|P x|^2: P n/(n-1) for an isotropic batch; for two samples +-1 always."""
    field = network_field(parse_word("gauss | batchnorm"), np.eye(4), 1)
    assert np.allclose(field.pairs.matrix(field.kernel), (np.eye(4) - 0.25) * 4 / 3, atol=1e-12)
    pair = network_field(parse_word("gauss | batchnorm"), np.array([[1.0, 0.3], [0.3, 2.0]]), 1)
    assert np.allclose(pair.pairs.matrix(pair.kernel), [[1, -1], [-1, 1]], atol=1e-12)


def test_batch_norm_by_samples():
    gram = np.array([[1.0, 0.5, 0.2], [0.5, 2.0, 0.1], [0.2, 0.1, 0.7]])
    x = np.linalg.cholesky(gram) @ np.random.default_rng(3).standard_normal((3, 200_000))
    x -= x.mean(0)
    x /= np.sqrt((x**2).mean(0))
    field = network_field(parse_word("gauss | batchnorm"), gram, 1)
    # entries lie in [-3, 3]: six standard errors
    assert np.abs(field.pairs.matrix(field.kernel) - x @ x.T / 200_000).max() < 6 * 3 / np.sqrt(200_000)


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: batch_gram(np.zeros(3)), ValueError, "finite batch of shape"),
        (lambda: batch_gram(np.full((2, 2), np.nan)), ValueError, "finite batch"),
        (lambda: network_field(parse_word("gauss | relu"), np.zeros((1, 1)), 1), ValueError, "positive norm"),
        (lambda: network_field(parse_word("gauss | selu"), np.diag([1.0, 2.0]), 1), NoLawError, "several norms"),
        (lambda: network_field(parse_word("gauss | batchnorm"), np.ones((2, 2)), 1), ValueError, "one point"),
        (lambda: network_field(parse_word("gauss | sign"), np.eye(1), 1), NoLawError, "without jumps"),
    ],
)
def test_bad_input(call, error, match):
    with pytest.raises(error, match=match):
        call()
