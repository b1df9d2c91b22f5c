"""Kernels and tangent kernels with proved digits against textbook recursions in mpmath and exact special cases."""

import math

import mpmath
import numpy as np
import pytest

from theory.enclosure.ball import to_mpf
from theory.network.grammar import parse_word
from theory.network.propagation import NoLawError
from theory.network.tangent_kernel import network_kernels, smallest_eigenvalue_bound


@pytest.fixture(autouse=True)
def _forty_digits():
    with mpmath.workdps(40):
        yield


def entries(text, depth, gram=None, **options):
    gram = [[1, 0.375], [0.375, 1]] if gram is None else gram
    found = network_kernels(parse_word(text), gram, depth, 25, **options)
    with mpmath.workdps(40):
        return [to_mpf(matrix[0, 1]) for matrix in (found.kernel, found.tangent, found.jacobian)]


def close(found, expected):
    return all(abs(a - b) < mpmath.mpf(10) ** -24 * max(1, abs(b)) for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize("depth", [1, 4])
def test_relu_at_he_variance_is_the_arc_cosine_recursion(depth):
    with mpmath.workdps(40):
        k, theta, jacobian = mpmath.mpf("0.375"), mpmath.mpf(0), mpmath.mpf(1)
        for _ in range(depth):
            theta, k, jacobian = 2 * theta + 2 * k, 2 * k, 2 * jacobian
            rho = k / 2
            angle = mpmath.acos(rho)
            slope = (mpmath.pi - angle) / (2 * mpmath.pi)
            k = 2 * (mpmath.sin(angle) + (mpmath.pi - angle) * rho) / (2 * mpmath.pi)
            theta, jacobian = theta * slope, jacobian * slope
        assert close(entries("gauss(2) | relu", depth), (k, theta, jacobian))


@pytest.mark.parametrize("name", ["gelu", "tanh"])
def test_a_layer_behind_a_norm_by_quadrature_of_the_plane(name):
    """E s s and E s' s' by a product of Gauss-Hermite rules on (U, Z), V = rho U + sqrt(1 - rho^2) Z."""
    x, w = np.polynomial.hermite_e.hermegauss(160)
    u, z = np.meshgrid(x, x)
    v = 0.375 * u + np.sqrt(1 - 0.375**2) * z
    weights = np.outer(w, w) / w.sum() ** 2
    normal = np.vectorize(math.erf)
    functions = {
        "gelu": lambda t: t * (1 + normal(t / np.sqrt(2))) / 2,
        "tanh": np.tanh,
    }
    slopes = {
        "gelu": lambda t: (1 + normal(t / np.sqrt(2))) / 2 + t * np.exp(-t * t / 2) / np.sqrt(2 * np.pi),
        "tanh": lambda t: 1 / np.cosh(t) ** 2,
    }
    k, slope = (float((weights * s(u) * s(v)).sum()) for s in (functions[name], slopes[name]))
    found = entries(f"rmsnorm | gauss | {name}", 1)
    assert abs(found[0] - k) < 1e-11
    assert abs(found[1] - 0.375 * slope) < 1e-11


@pytest.mark.parametrize("text", ["gauss | tanh", "gauss(3/2) | bias(1/10) | sin"])
def test_a_gain_is_a_weight_variance(text):
    """Two routes through variances that are no exact numbers, and one through the same in other order."""
    wide = text.replace("gauss(3/2)", "gain(sqrt(3/2)) | gauss").replace("gauss |", "gain(2) | gain(1/2) | gauss |")
    gram = [[1.25, 0.375], [0.375, 0.5]]
    found, other = entries(text, 2, gram), entries(wide, 2, gram)
    assert close(found[:1], other[:1])


def test_residual_identities():
    """A branch of scale 0 changes nothing; a linear branch multiplies K by 1 + s^2 and adds its own tangent."""
    assert close(entries("residual(rezero: gauss | relu | gauss)", 5), (0.375, 0, 1))
    k, theta, jacobian = entries("residual(1/2: gauss)", 3)
    growth = mpmath.mpf("1.25") ** 3
    assert close((k, jacobian), (0.375 * growth, growth))
    assert close((theta,), (3 * mpmath.mpf("0.25") * mpmath.mpf("1.25") ** 2 * 0.375,))


def test_glu_multiplies_the_kernel_by_the_correlation():
    """kappa_glu(rho) = rho kappa(rho) for unit inputs."""
    plain = entries("rmsnorm | gauss | silu", 1)[0]
    assert close((entries("rmsnorm | glu(silu)", 1)[0],), (mpmath.mpf("0.375") * plain,))
    shared = entries("rmsnorm | glu(sigmoid, shared)", 1)
    assert close(shared, entries("rmsnorm | gauss | silu", 1))


def test_norms_dropout_and_parameterisations():
    assert close(entries("gain(3) | rmsnorm", 1), (0.375, 0, 1))
    found = network_kernels(parse_word("dropout(1/2)"), [[1, 0.375], [0.375, 1]], 1, 20)
    assert found.kernel[0, 0].contains(2)
    assert found.kernel[0, 1].contains(0.375)
    k, theta, _ = entries("gauss(4) | gauss(9)", 1)
    assert close((k, theta), (36 * 0.375, 2 * 36 * 0.375))
    assert close(entries("gauss(4) | gauss(9)", 1, parameterisation="standard")[1:2], ((9 + 4) * 0.375,))
    layer = entries("gauss | relu | layernorm", 1)[0]
    with mpmath.workdps(40):
        raw = entries("gauss | relu", 1)[0]
        mean = 1 / (2 * mpmath.pi)
        assert close((layer,), ((raw - mean) / (mpmath.mpf(1) / 2 - mean),))


def test_convolution_mixes_diagonals_and_delta_does_not():
    gram = [[float(i == j) + 0.25 * float(abs(i - j) == 1) for j in range(4)] for i in range(4)]
    found = network_kernels(parse_word("conv(3)"), gram, 1, 20, positions=4)
    assert found.kernel[1, 2].contains((0.25 + 0.25 + 0.25) / 3)  # circular: (0, 1), (1, 2), (2, 3)
    assert (6 * found.kernel[0, 1]).contains(1)  # (3, 0) is 0, (0, 1), (1, 2)
    same = network_kernels(parse_word("conv(3, delta)"), gram, 1, 20, positions=4)
    assert same.kernel[0, 1].contains(0.25)
    pooled = network_kernels(parse_word("attention(uniform) | meanpool"), gram, 1, 20, positions=4)
    assert pooled.kernel.shape == (1, 1)
    assert pooled.kernel[0, 0].contains((4 + 6 * 0.25) / 16)


def test_more_digits_lie_inside_fewer():
    word, gram = parse_word("rmsnorm | gauss | tanh"), [[1, 0.5], [0.5, 1]]
    coarse, fine = (network_kernels(word, gram, 6, digits) for digits in (10, 30))
    for name in ("kernel", "tangent"):
        a, b = getattr(coarse, name)[0, 1], getattr(fine, name)[0, 1]
        assert a.overlaps(b)
        assert b.rad() < a.rad()


def test_equal_inputs_stay_equal_to_all_digits():
    """A correlation of exactly 1 off the diagonal: where closed forms lose half of their digits."""
    found = network_kernels(parse_word("gauss(2) | relu"), [[1, 1], [1, 1]], 6, 25)
    assert found.kernel[0, 1].contains(1)
    assert found.tangent[0, 1].contains(6)


def test_smallest_eigenvalue_is_bounded_below():
    kernels = network_kernels(parse_word("gauss(2) | relu"), [[1, 0.5, 0], [0.5, 1, 0.25], [0, 0.25, 1]], 3, 25)
    bound = smallest_eigenvalue_bound(kernels.tangent)
    assert bound > 0
    with mpmath.workdps(30):
        exact = min(
            mpmath.eigsy(mpmath.matrix([[to_mpf(x) for x in row] for row in kernels.tangent]), eigvals_only=True)
        )
        assert 0 <= exact - to_mpf(bound) < 1e-10


@pytest.mark.parametrize(
    ("text", "gram", "options", "error", "match"),
    [
        ("relu", [[1]], {}, NoLawError, "Gaussian state in front of relu"),
        ("gauss | batchnorm", [[1, 0], [0, 1]], {}, NoLawError, "batch norm"),
        ("attention(softmax)", [[1]], {}, NoLawError, "scores that vanish"),
        ("gauss | hardtanh", [[2]], {}, NoLawError, "kinks at 0 only"),
        ("gauss | step", [[1]], {}, NoLawError, "without jumps"),
        ("gauss | relu", [[1, 0]], {}, ValueError, "square"),
        ("gauss | relu", [[0]], {}, ValueError, "positive norm"),
        ("gauss", [[1]], {"positions": 2}, ValueError, "whole samples"),
        ("gauss | act(x**3)", [[2]], {}, NoLawError, "bounded first and second derivatives"),
    ],
)
def test_refusals(text, gram, options, error, match):
    with pytest.raises(error, match=match):
        network_kernels(parse_word(text), gram, 1, 20, **options)
