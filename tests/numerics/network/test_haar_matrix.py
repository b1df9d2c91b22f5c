"""Sampled Haar matrices: exact structure, and moments against the exact ones.

The moment tests use Bernstein's inequality: for |x| <= b and variance v the mean of N draws misses its expectation by more
than sqrt(2 v L / N) + 2 b L / (3 N), L = log(2 / p), with probability at most p. Every single comparison has p = 1e-9, and
the variance is the exact one (or b^2).
"""

from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.network.haar_matrix import haar_frame, haar_orthogonal, haar_symplectic, haar_unitary
from theory.haar.entry_expression import parse_entry_polynomial
from theory.haar.monomial import haar_moment

LOG_TERM = log(2 / 1e-9)
SAMPLERS = {"orthogonal": haar_orthogonal, "symplectic": haar_symplectic, "unitary": haar_unitary}
SIZES = {"orthogonal": 3, "symplectic": 4, "unitary": 3}
DRAWS = 40_000


def assert_mean(values, expected, bound, variance=None):
    """Fail with probability at most 1e-9 if E = expected, |x - E| <= bound and Var <= variance."""
    count = len(values)
    allowed = sqrt(2 * (bound**2 if variance is None else variance) * LOG_TERM / count) + 2 * bound * LOG_TERM / (
        3 * count
    )
    assert abs(np.mean(values) - expected) <= allowed
    return allowed


def form(n):
    zero, one = np.zeros((n, n)), np.eye(n)
    return np.block([[zero, one], [-one, zero]])


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 12), st.integers(0, 2**32), st.sampled_from([np.float64, np.float32]))
def test_the_defining_equations(d, seed, dtype):
    generator = np.random.default_rng(seed)
    # Householder QR loses at most a small multiple of d units of rounding.
    tolerance = 20 * d * np.finfo(dtype).eps
    W = haar_orthogonal(generator, d, dtype=dtype)
    U = haar_unitary(generator, d, dtype=dtype)
    S = haar_symplectic(generator, 2 * d, dtype=dtype)
    assert (W.dtype, U.dtype) == (np.dtype(dtype), np.result_type(dtype, np.complex64))
    assert np.abs(W.T @ W - np.eye(d)).max() <= tolerance
    assert np.abs(U.conj().T @ U - np.eye(d)).max() <= tolerance
    assert np.abs(S.conj().T @ S - np.eye(2 * d)).max() <= 2 * tolerance
    assert np.abs(S @ form(d) @ S.T - form(d)).max() <= 2 * tolerance
    assert np.array_equal(S[d:, d:], S[:d, :d].conj())
    assert np.array_equal(S[d:, :d], -S[:d, d:].conj())


@pytest.mark.parametrize(("d", "n"), [(5, 5), (40, 5), (39, 5), (1000, 3), (1, 1)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_frames_are_orthonormal_by_either_factorisation(d, n, dtype):
    F = haar_frame(np.random.default_rng(3), d, n, samples=4, dtype=dtype)
    assert F.shape == (4, d, n)
    assert F.dtype == dtype
    # rounding of inner products of length d, d eps in the worst case
    assert np.abs(F.swapaxes(-1, -2) @ F - np.eye(n)).max() <= 20 * max(d, 5) * np.finfo(dtype).eps


def test_both_factorisations_give_the_same_frame(monkeypatch):
    """The QR with positive diagonal is unique: Cholesky and Householder agree up to rounding on the same draw."""
    thin = haar_frame(np.random.default_rng(5), 60, 4)
    monkeypatch.setattr("numerics.network.haar_matrix._THIN", 10**6)
    assert np.abs(haar_frame(np.random.default_rng(5), 60, 4) - thin).max() < 1e-13


@pytest.mark.parametrize(
    ("group", "text", "bound"),
    [
        ("orthogonal", "O[1,1]**2", 1),
        ("orthogonal", "O[1,1]**4*O[2,2]**2", 1),
        ("orthogonal", "O[1,1]*O[2,2]*O[1,2]*O[2,1]", 0.25),
        ("unitary", "abs(U[1,1]*U[2,2])**2", 1),
        ("unitary", "U[1,1]*U[2,2]*conj(U[1,2]*U[2,1])", 0.25),
        ("symplectic", "S[1,1]*S[3,3]", 1),
        ("symplectic", "S[1,2]*S[2,1]*conj(S[1,1]*S[2,2])", 0.25),
        ("symplectic", "abs(S[1,1]*S[2,2])**2", 1),
        ("symplectic", "S[1,1]*S[3,4]*S[2,3]*S[4,2]", 0.25),
    ],
)
def test_moments_of_the_samples(group, text, bound):
    """Real part of the sampled moment against the exact one; |product| <= bound (rows are unit vectors)."""
    d = SIZES[group]
    W = SAMPLERS[group](np.random.default_rng(20240901), d, samples=DRAWS)
    exact = float(haar_moment(text, d))
    ((powers, coefficient),) = parse_entry_polynomial(text, d).terms
    values = np.full(DRAWS, float(coefficient), dtype=complex)
    for labels, power in powers:
        values *= entry(group, W, *labels) ** power
    assert_mean(np.real(values), exact, bound + abs(exact))


def entry(group, W, i, j):
    """Return the samples of the entry with these signed labels: -i is a conjugate (unitary) or n + i (symplectic)."""
    if group == "unitary":
        return W[:, i - 1, j - 1] if i > 0 else W[:, -i - 1, -j - 1].conj()
    half = W.shape[-1] // 2
    return W[:, i - 1 if i > 0 else half - i - 1, j - 1 if j > 0 else half - j - 1]


@pytest.mark.parametrize("group", sorted(SAMPLERS))
def test_the_law_is_invariant_on_both_sides(group):
    """E |tr(A W)|^2 and E |tr(A W)|^4 for A = I and for a fixed group element A, on the left and on the right."""
    d = SIZES[group]
    sampler = SAMPLERS[group]
    W = sampler(np.random.default_rng(7), d, samples=DRAWS)
    fixed = sampler(np.random.default_rng(8), d)
    for matrices in (W, fixed @ W, W @ fixed):
        first = np.abs(matrices[:, 0, 0]) ** 2
        assert_mean(first, 1 / d, 1, variance=1 / d)
        # E |tr W|^2 = 1 on O(3), U(3), Sp(4): the standard representation is irreducible.
        traces = np.abs(np.trace(matrices, axis1=1, axis2=2)) ** 2
        assert_mean(traces, 1, d**2, variance=2)


def test_lapack_signs_alone_are_not_haar():
    """The mutant: without the sign fix E[W_11] is far from 0; the same comparison with the fix passes."""
    generator = np.random.default_rng(11)
    raw, _ = np.linalg.qr(generator.standard_normal((DRAWS, 3, 3)))
    with pytest.raises(AssertionError):
        assert_mean(raw[:, 0, 0], 0, 1, variance=1 / 3)
    assert_mean(haar_orthogonal(np.random.default_rng(11), 3, samples=DRAWS)[:, 0, 0], 0, 1, variance=1 / 3)


def test_both_components_of_the_orthogonal_group_are_drawn():
    determinants = np.linalg.det(haar_orthogonal(np.random.default_rng(2), 4, samples=DRAWS))
    assert_mean(determinants, 0, 1)


def test_the_generator_decides():
    first = haar_unitary(np.random.default_rng(4), 5)
    assert np.array_equal(first, haar_unitary(np.random.default_rng(4), 5))
    assert not np.array_equal(first, haar_unitary(np.random.default_rng(5), 5))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: haar_orthogonal(None, 3), TypeError, "numpy.random.Generator"),
        (lambda: haar_orthogonal(np.random.RandomState(1), 3), TypeError, "numpy.random.Generator"),
        (lambda: haar_orthogonal(np.random.default_rng(1), 0), ValueError, "dimension >= 1"),
        (lambda: haar_unitary(np.random.default_rng(1), 2.5), TypeError, "integer dimension"),
        (lambda: haar_unitary(np.random.default_rng(1), True), TypeError, "integer dimension"),
        (lambda: haar_unitary(np.random.default_rng(1), 2, samples=0), ValueError, "samples >= 1"),
        (lambda: haar_unitary(np.random.default_rng(1), 2, dtype=np.int64), TypeError, "float64 or float32"),
        (lambda: haar_orthogonal(np.random.default_rng(1), 2, dtype=np.float16), TypeError, "float64 or float32"),
        (lambda: haar_symplectic(np.random.default_rng(1), 3), ValueError, "even dimension"),
        (lambda: haar_frame(np.random.default_rng(1), 3, 4), ValueError, "at most d columns"),
        (lambda: haar_frame(np.random.default_rng(1), 3, 0), ValueError, "columns >= 1"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
