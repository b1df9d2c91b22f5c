from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from theory.kernel_map.homogeneous import RELU, HomogeneousKernel
from theory.recentering.family_fixed_point import family_fixed_points
from theory.recentering.linearisation import spectrum_at
from theory.recentering.symmetric_point import rescaling_factor, symmetric_cosine, symmetric_eigenvalues

KERNELS = (RELU, HomogeneousKernel(Fraction(2, 5)), HomogeneousKernel(Fraction(2)))


def layer(gram: np.ndarray, kink: float) -> np.ndarray:
    """The recursion on recentred Gram matrices, independently in double precision."""
    n = len(gram)
    norms = np.sqrt(np.diag(gram))
    cosine = np.clip(gram / np.outer(norms, norms), -1, 1)
    angle = np.arccos(cosine)
    bent = np.outer(norms, norms) * (np.sin(angle) - angle * cosine) / np.pi
    np.fill_diagonal(bent, 0)
    centring = np.eye(n) - 1 / n
    return centring @ (gram + kink * bent) @ centring


@pytest.mark.parametrize("kernel", KERNELS, ids=str)
@pytest.mark.parametrize("n", [3, 4, 5, 7, 9])
def test_whole_spectrum_against_differences(n: int, kernel: HomogeneousKernel) -> None:
    basis = recentred_basis(n)
    h = 1e-5
    for point in family_fixed_points(n):
        gram = family_gram(n, float(point.tilt.value(20)))
        columns = [
            (layer(gram + h * b, float(kernel.kink)) - layer(gram - h * b, float(kernel.kink))) / (2 * h) for b in basis
        ]
        jacobian = np.array([[np.sum(b * column) for column in columns] for b in basis])
        spectrum = spectrum_at(point, kernel)
        growth = float(spectrum.growth)
        expected = sorted([growth] + [growth * float(v) for v, k in spectrum.eigenvalues for _ in range(k)])
        assert len(expected) == n * (n - 1) // 2
        # central differences: h^2 third derivatives (at most about 1e3 here) and rounding 1e-16/h
        assert np.allclose(np.sort(np.linalg.eigvals(jacobian).real), expected, rtol=0, atol=1e-6)


def recentred_basis(n: int) -> list[np.ndarray]:
    frame = np.linalg.svd(np.eye(n) - 1 / n)[0][:, : n - 1]
    out = []
    for i in range(n - 1):
        for j in range(i + 1):
            matrix = np.outer(frame[:, i], frame[:, j])
            matrix = matrix + matrix.T
            out.append(matrix / np.linalg.norm(matrix))
    return out


def family_gram(n: int, tilt: float) -> np.ndarray:
    m = n - 1
    gram = np.outer([1.0] * m + [-m], [1.0] * m + [-m]) / (m * n)
    gram[:m, :m] += np.tan(tilt) ** 2 / (n * (n - 2)) * (np.eye(m) - 1 / m)
    return gram


# Power iteration on the full Jacobian (project notes).
TOP = {7: 0.9448, 8: 0.9308, 9: 0.9267, 10: 0.9268, 12: 0.9312, 16: 0.9428, 24: 0.9594}
STANDARD = {3: 0.78058, 4: 0.87635, 5: 0.91458, 8: 0.95607, 16: 0.98099, 32: 0.99112, 64: 0.99570}
PAIRS = {4: 0.629, 5: 0.658, 8: 0.692, 16: 0.715, 32: 0.725, 64: 0.729}


@pytest.mark.parametrize("n", TOP)
def test_top_eigenvalue_of_the_odd_point(n: int) -> None:
    spectrum = spectrum_at(family_fixed_points(n)[0])
    assert abs(float(spectrum.radius) - TOP[n]) < 6e-5
    assert spectrum.is_stable is True


@pytest.mark.parametrize("n", STANDARD)
def test_symmetric_eigenvalues(n: int) -> None:
    standard, pairs = symmetric_eigenvalues(n)
    assert abs(float(standard.value(10)) - STANDARD[n]) < 6e-6
    assert (pairs is None) == (n == 3)
    if pairs is not None:
        assert abs(float(pairs.value(10)) - PAIRS[n]) < 6e-4


def test_saddle_is_unstable_and_absolute_value_loses_the_odd_point() -> None:
    odd, saddle, symmetric = family_fixed_points(8)
    assert [spectrum_at(p).is_stable for p in (odd, saddle, symmetric)] == [True, False, True]
    assert spectrum_at(odd, HomogeneousKernel(Fraction(2))).is_stable is False


def test_rescaling_and_cosine() -> None:
    assert rescaling_factor(5) == Fraction(2, 3)
    angles = {3: 83.7425, 4: 80.2414, 5: 78.2694, 8: 75.5145, 16: 73.4003, 64: 71.9158}
    for n, degrees in angles.items():
        assert abs(np.degrees(np.arccos(float(symmetric_cosine(n).value(15)))) - degrees) < 6e-5


def test_bad_input() -> None:
    with pytest.raises(ValueError, match="digits in 1"):
        spectrum_at(family_fixed_points(7)[0], digits=0)
    with pytest.raises(ValueError, match="batch_size >= 3"):
        symmetric_eigenvalues(2)
    with pytest.raises(ValueError, match="batch_size >= 2"):
        symmetric_cosine(1)
