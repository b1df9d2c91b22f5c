"""Haar tests: draws pass at any size, and the usual wrong ways to an orthogonal matrix are found."""

import numpy as np
import pytest

from numerics.initialisation.haar_test import judge_haar
from numerics.network.haar_matrix import haar_frame, haar_orthogonal, haar_unitary


def unsigned(rng, d, n=None):
    return np.linalg.qr(rng.standard_normal((d, n or d)))[0]


@pytest.mark.parametrize("d", [1, 2, 3, 8, 40])
def test_draws_pass(d):
    rng = np.random.default_rng(d)
    assert not judge_haar(haar_orthogonal(rng, d)).refuted
    assert not judge_haar(3 * haar_orthogonal(rng, d, samples=20)).refuted
    assert not judge_haar(haar_unitary(rng, d, samples=5), group="unitary").refuted


@pytest.mark.slow
def test_p_values_are_no_smaller_than_stated():
    """At alpha 0.1 about the bound of 300 seeds may alarm: 30 expected at most, 60 has probability below 1e-6."""
    alarms = sum(
        judge_haar(haar_orthogonal(np.random.default_rng(s), 10, samples=3), alpha=0.1).refuted for s in range(300)
    )
    assert alarms < 60


@pytest.mark.parametrize(("d", "n"), [(96, 24), (24, 96)], ids=["tall", "wide"])
def test_frames(d, n):
    rng = np.random.default_rng(1)
    frame = haar_frame(rng, 96, 24)
    evidence = judge_haar(2 * (frame if d > n else frame.T))
    assert not evidence.refuted
    assert evidence.gain == pytest.approx(2, rel=1e-12)
    assert evidence.shape == (1, 96, 24)


def test_single_precision_is_allowed_its_rounding():
    assert not judge_haar(haar_orthogonal(np.random.default_rng(1), 200).astype(np.float32)).refuted


WRONG = {
    "QR without signs": (lambda rng: unsigned(rng, 128), "leans to one sign"),
    "QR without signs, tall": (lambda rng: unsigned(rng, 512, 128), "leans to one sign"),
    "QR without signs, small and many": (lambda rng: np.stack([unsigned(rng, 4) for _ in range(64)]), "one sign"),
    "uniform entries before QR": (
        lambda rng: (lambda q, r: q * np.sign(np.diag(r)))(*np.linalg.qr(rng.uniform(-1, 1, (192, 192)))),
        "before QR was not normal",
    ),
    "identity": (lambda _: np.eye(64), "one sign"),
    "only rotations": (lambda rng: np.stack([q * np.linalg.det(q) for q in haar_orthogonal(rng, 3, samples=64)]), "one sign"),
    "not orthogonal": (lambda rng: rng.standard_normal((8, 8)), "not orthonormal"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_wrong_matrices_are_found_and_named(name):
    make, reading = WRONG[name]
    evidence = judge_haar(make(np.random.default_rng(5)))
    assert evidence.refuted
    assert reading in evidence.reading


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("shape", [(27, 27), (40, 26), (26, 40)], ids=["square", "tall", "wide"])
def test_qr_without_signs_is_always_found_from_26_columns_on(shape, seed):
    d, n = max(shape), min(shape)
    frame = unsigned(np.random.default_rng(seed), d, n)
    assert judge_haar(frame if shape[0] >= shape[1] else frame.T).refuted


def test_circular_unitary_ensemble_is_no_real_matrix():
    assert judge_haar(haar_orthogonal(np.random.default_rng(0), 40).astype(complex), group="unitary").refuted


@pytest.mark.parametrize(
    ("matrices", "options", "error", "match"),
    [
        (np.eye(3), {"group": "spin"}, ValueError, "group='spin'"),
        (np.eye(3) * 1j, {}, TypeError, "complex128"),
        (np.eye(3, dtype=int), {}, TypeError, "int64"),
        (np.ones(3), {}, ValueError, r"shape=\(3,\)"),
        (np.ones((0, 3)), {}, ValueError, r"shape=\(0, 3\)"),
        (np.full((2, 2), np.nan), {}, ValueError, "finite"),
        (np.zeros((2, 2)), {}, ValueError, "zeros"),
        (np.eye(3), {"alpha": 2.0}, ValueError, r"alpha=2\.0"),
    ],
    ids=["group", "complex", "integers", "vector", "empty", "nan", "zeros", "alpha"],
)
def test_bad_input(matrices, options, error, match):
    with pytest.raises(error, match=match):
        judge_haar(matrices, **options)
