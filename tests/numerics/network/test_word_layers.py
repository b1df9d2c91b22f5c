"""Networks of words: kernel, tangent kernel and Jacobian of samples against the recursion; gradients against differences."""

import numpy as np
import pytest

from numerics.network.float_arithmetic import batch_gram, network_field
from numerics.network.layer import record_all
from numerics.network.word_check import check_word
from numerics.network.word_layers import AtWidth, DrawnLinear, Masked, empirical_kernels, sampled_kernel, word_network
from theory.network.grammar import parse_word
from theory.network.word import keeps_rows_apart

WORDS = (
    ("gauss(2) | relu", 3, 1),
    ("residual(1/sqrt(L): rmsnorm | gauss | relu | gauss)", 3, 1),
    ("residual(1/2: gauss | relu) | gauss", 2, 1),
    ("residual(deepnorm: gauss | relu | gauss) | layernorm", 2, 1),
    ("gauss | glu(silu) | gauss", 1, 1),
    ("gauss | glu(silu, shared) | gauss", 1, 1),
    ("gauss | tanh | bias(1/5) | dropout(1/10)", 2, 1),
    ("gauss(ratio=2) | gelu | rademacher(ratio=1/2)", 1, 1),
    ("haar | tanh | gauss", 2, 1),
    ("conv(3) | relu | conv(3, delta)", 1, 3),
    ("residual(1/2: attention(uniform) | gauss)", 2, 3),
)


@pytest.mark.parametrize(("text", "depth", "positions"), WORDS)
def test_samples_have_the_kernels_of_the_recursion(text, depth, positions):
    """Width 150, 200 networks: six standard errors and 4 M/n for the finite width, M layers."""
    batch = np.random.default_rng(1).standard_normal((6, 150))
    word = parse_word(text)
    field = network_field(word, batch_gram(batch), depth, positions=positions, means=batch.mean(1))
    network, rng = word_network(word, 150, depth, positions), np.random.default_rng(0)
    apart = keeps_rows_apart(word)
    found = empirical_kernels(network, batch, rng, 200) if apart else (sampled_kernel(network, batch, rng, 200),)
    for sampled, truth in zip(found, (field.kernel, field.tangent, field.jacobian), strict=False):
        expected = field.pairs.matrix(truth)
        error = sampled.std(0) / np.sqrt(200)
        allowed = 6 * error + 4 * word.linear_layers(depth) / 150 * np.abs(expected).max()
        assert (np.abs(sampled.mean(0) - expected) < allowed).all()


@pytest.mark.parametrize(
    "text",
    ["residual(1/2: dropout(1/4) | rademacher) | erf", "uniform | bias(1/2) | gelu | rmsnorm", "meanpool | uniform"],
)
def test_pullbacks_are_derivatives(text):
    """<G, dx> by the pullback against a central difference with the same random numbers, where matrices are drawn."""
    network = word_network(parse_word(text), 12, 1, 3)
    rng = np.random.default_rng(2)
    start, direction = rng.standard_normal((2, 1, 3, 12))

    def outcome(state):
        return record_all(network.block, state, 12, np.random.default_rng(9))

    state, back = outcome(start)
    given = rng.standard_normal(state.shape)
    gradient, step = back(given, []), 1e-5
    ahead, behind = (outcome(start + sign * step * direction)[0] for sign in (1, -1))
    assert abs(((ahead - behind) / (2 * step) * given).sum() - (gradient * direction).sum()) < 1e-6


def test_drawn_laws_have_their_moments():
    rng, eye = np.random.default_rng(3), np.eye(64)[None]
    for law, fourth in (("rademacher", 1.0), ("uniform", 9 / 5)):
        weights = DrawnLinear(law).apply(eye, 4000, rng) * 8
        assert abs((weights**2).mean() - 1) < 0.01
        assert abs((weights**4).mean() / fourth - 1) < 0.02
    kept = Masked(0.25).apply(np.ones((1, 100, 1000)), 1000, rng)
    assert set(np.unique(kept)) == {0.0, 4 / 3}
    assert abs(kept.mean() - 1) < 6 * np.sqrt(1 / 3 / 1e5)


def test_a_check_supports_the_truth_and_refutes_a_wrong_prediction():
    word, batch = parse_word("layernorm(gauss | gelu)"), np.random.default_rng(4).standard_normal((2, 256))
    field = network_field(word, batch_gram(batch), 4, means=batch.mean(1))
    found = check_word(word, field, batch, 4, 256, np.random.default_rng(0))
    assert {each.name: each.evidence.verdict for each in found} == dict.fromkeys(
        ("norm", "correlation", "tangent kernel", "jacobian"), "supported"
    )
    wrong = network_field(parse_word("layernorm(gauss | relu)"), batch_gram(batch), 8, means=batch.mean(1))
    verdicts = [each.evidence.verdict for each in check_word(word, wrong, batch, 4, 256, np.random.default_rng(0))]
    assert "refuted" in verdicts


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda w, b: check_word(w, network_field(w, batch_gram(b), 9), b, 9, 20, np.random.default_rng(0)), "width of at"),
        (lambda _, b: empirical_kernels(word_network(parse_word("gauss | batchnorm"), 8, 1), b, np.random.default_rng(0), 1),
         "rows one by one"),
        (lambda w, b: AtWidth(word_network(w, 8, 1).block[0], 0.01).apply(b[None], 8, np.random.default_rng(0)), "one feature"),
    ],
)  # fmt: skip
def test_bad_input(call, match):
    with pytest.raises(ValueError, match=match):
        call(parse_word("gauss | relu"), np.eye(2, 8))
