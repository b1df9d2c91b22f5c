"""`haarmite.testing`: right draws pass for a thousand seeds, wrong ones raise one line that says what they are."""

import importlib.util
import math

import numpy as np
import pytest
from scipy import stats

from haarmite import testing
from numerics.network.haar_matrix import haar_frame, haar_orthogonal

RNG = np.random.default_rng(11)
W = RNG.standard_normal((96, 64))
U = RNG.uniform(-1, 1, (96, 64))
T = stats.truncnorm.ppf(RNG.random((96, 64)), -2, 2)

RIGHT = {
    "he_normal": lambda: testing.he_normal(W * (2 / 64) ** 0.5),
    "he_normal fan_out": lambda: testing.he_normal(W * (2 / 96) ** 0.5, mode="fan_out"),
    "he_normal leaky": lambda: testing.he_normal(W * (2 / 1.04 / 64) ** 0.5, gain=(2 / 1.04) ** 0.5),
    "he_normal truncated": lambda: testing.he_normal(T * (2 / 64) ** 0.5 / 0.87962566103423978, truncated=True),
    "he_normal jax": lambda: testing.he_normal(W.T * (2 / 64) ** 0.5, layout="jax"),
    "he_uniform": lambda: testing.he_uniform(U * (6 / 64) ** 0.5),
    "he_normal grouped": lambda: testing.he_normal((W * (2 / 64) ** 0.5).reshape(96, 16, 2, 2), groups=3),
    "xavier_normal": lambda: testing.xavier_normal(W * (2 / 160) ** 0.5),
    "xavier_uniform": lambda: testing.xavier_uniform(U * (6 / 160) ** 0.5),
    "lecun_normal": lambda: testing.lecun_normal(W / 8),
    "lecun_uniform": lambda: testing.lecun_uniform(U * (3 / 64) ** 0.5),
    "torch_default": lambda: testing.torch_default(U / 8),
    "normal": lambda: testing.normal(1 + W * 0.02, 0.02, mean=1),
    "uniform": lambda: testing.uniform(U + 1, 0, 2),
    "truncated_normal": lambda: testing.truncated_normal(T * 0.02, 0.02),
    "truncated_normal corrected": lambda: testing.truncated_normal(T * 0.02, 0.02 * 0.87962566, corrected=True),
    "truncated_normal far": lambda: testing.truncated_normal(W * 0.02, 0.02, cut=100),
    "orthogonal": lambda: testing.orthogonal(1.5 * haar_frame(np.random.default_rng(0), 96, 64), 1.5),
    "orthogonal conv": lambda: testing.orthogonal(haar_orthogonal(np.random.default_rng(0), 36).reshape(36, 4, 3, 3)),
    "haar": lambda: testing.haar(haar_orthogonal(np.random.default_rng(0), 5, samples=30)),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_draws_pass(name):
    assert not RIGHT[name]().refuted


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: testing.he_normal(W * (2 / 96) ** 0.5), "fan-in and fan-out swapped: variance is 64/96"),
        (lambda: testing.he_normal(W * 2 / 64), "variance passed where std was meant"),
        (lambda: testing.he_normal(W * (2 / 64) ** 0.25), "std passed where variance was meant"),
        (lambda: testing.he_normal(W / 8), r"the gain sqrt\(2\) not applied"),
        (lambda: testing.he_normal((W / 8 * (2 / 3) ** 0.5).reshape(96, 16, 2, 2), groups=3), "the ungrouped fan-in"),
        (lambda: testing.he_normal(T * (2 / 64) ** 0.5, truncated=True), "without the correction"),
        (lambda: testing.he_normal(U * (6 / 64) ** 0.5), "they look uniform"),
        (lambda: testing.lecun_uniform(U / 8), "std taken as bound"),
        (lambda: testing.uniform(W, -(3**0.5), 3**0.5), "they look normal"),
        (lambda: testing.normal(W * 0.026, 0.02), r"std is 1\.\d+ of what it should be"),
        (lambda: testing.orthogonal(haar_orthogonal(np.random.default_rng(0), 8), 2.0), "gain is 1, not 2"),
        (lambda: testing.orthogonal(W), "not orthonormal"),
        (lambda: testing.haar(np.linalg.qr(RNG.standard_normal((128, 128)))[0]), "QR without the sign"),
        (lambda: testing.zeros(np.array([0.0, 0.0, 1.0, 2.0])), r"2 of 4 entries are not 0, the first at \(2,\)"),
        (lambda: testing.constant(np.zeros(3), 1e-5), "3 of 3 entries are not 1e-05"),
    ],
    ids=["swapped", "variance", "std", "gain", "groups", "cut", "uniform", "bound", "normal", "scale", "gain of Q", "no Q", "QR", "zeros", "constant"],
)  # fmt: skip
def test_wrong_draws_raise_one_line(call, match):
    with pytest.raises(AssertionError, match=match) as raised:
        call()
    assert "\n" not in str(raised.value)


def test_zeros_and_constants_pass():
    testing.zeros(np.zeros((3, 4)))
    testing.constant(np.full(5, 1e-6, dtype=np.float32), 1e-6)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: testing.he_normal(np.ones(5)), r"shape=\(5,\)"),
        (lambda: testing.uniform(U, 1, 0), "low=1, high=0"),
        (lambda: testing.normal(W, -1.0), r"std=-1\.0"),
        (lambda: testing.he_normal(W * math.nan), "finite entries"),
        (lambda: testing.he_normal(W, mode="fan"), "mode='fan'"),
    ],
    ids=["vector", "interval", "std", "nan", "mode"],
)
def test_bad_input(call, match):
    with pytest.raises(ValueError, match=match):
        call()


@pytest.mark.slow
def test_a_thousand_seeds_of_right_initialisers_never_alarm():
    """Each of the 2000 calls alarms with probability at most 1e-6."""
    for seed in range(1, 1001):
        rng = np.random.default_rng(seed)
        testing.he_normal(rng.standard_normal((24, 16)) * (2 / 16) ** 0.5)
        testing.haar(haar_orthogonal(rng, 6))


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
def test_what_torch_draws_passes():
    import torch

    torch.manual_seed(0)
    weight, init = torch.empty(80, 60), torch.nn.init
    testing.he_normal(init.kaiming_normal_(weight, nonlinearity="relu"))
    testing.he_uniform(init.kaiming_uniform_(weight, nonlinearity="relu", mode="fan_out"), mode="fan_out")
    testing.xavier_uniform(init.xavier_uniform_(weight, gain=5 / 3), gain=5 / 3)
    testing.xavier_normal(init.xavier_normal_(weight))
    testing.truncated_normal(init.trunc_normal_(weight, std=0.02, a=-0.04, b=0.04), 0.02)
    testing.truncated_normal(init.trunc_normal_(weight, std=0.02), 0.02, cut=100)
    testing.orthogonal(init.orthogonal_(weight, gain=2**0.5), 2**0.5)
    testing.torch_default(torch.nn.Conv2d(16, 32, 3, groups=4).weight, groups=4)
    testing.torch_default(torch.nn.Linear(60, 80, dtype=torch.bfloat16).weight)
