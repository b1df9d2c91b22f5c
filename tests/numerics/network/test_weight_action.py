"""Action of a random weight matrix, forward and backward: the law of full matrices, identities, degenerate batches."""

from __future__ import annotations

import numpy as np
import pytest

from numerics.network.haar_matrix import haar_orthogonal
from numerics.network.weight_action import (
    gaussian_image,
    haar_columns,
    haar_image,
    remembered_gaussian,
    remembered_haar,
    row_factor,
)
from numerics.statistics.distribution_test import two_sample_law_test

N, D, M, REPEATS = 3, 8, 6, 20_000
# False-alarm probability of all law tests of this file together: 1e-6, over 2 laws and 4 statistics.
ALPHA = 1e-6 / 8


def batch(repeats: int = REPEATS) -> np.ndarray:
    """One batch with correlated rows, repeated."""
    rows = np.random.default_rng(7).standard_normal((N, D)) + 1
    return np.broadcast_to(rows, (repeats, N, D))


def loss_gradient(image: np.ndarray) -> np.ndarray:
    """A gradient that depends on the forward pass, as gradients do."""
    return image**3 - image[:, ::-1]


def by_matrix(law: str, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """X W and G W^T by full matrices, the definition."""
    if law == "gaussian":
        weights = rng.standard_normal((REPEATS, D, M)) / np.sqrt(D)
    else:
        weights = haar_orthogonal(rng, D, samples=REPEATS)
    image = batch() @ weights
    return image, loss_gradient(image) @ weights.swapaxes(1, 2)


def without_matrix(law: str, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """X W and G W^T by conditioning."""
    image, transpose = remembered_gaussian(batch(), M, rng) if law == "gaussian" else remembered_haar(batch(), rng)
    return image, transpose(loss_gradient(image))


def independent_backward(law: str, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The gradient independence assumption: other weights on the way back."""
    image, _ = without_matrix(law, rng)
    _, transpose = remembered_gaussian(batch(), M, rng) if law == "gaussian" else remembered_haar(batch(), rng)
    return image, transpose(loss_gradient(image))


def statistics(image: np.ndarray, back: np.ndarray) -> list[np.ndarray]:
    """Coordinates, which see rotations, and joint functions of both directions."""
    return [
        image[:, 0, 0] * image[:, 1, 1],
        back[:, 0, 0],
        np.log((back**2).sum((1, 2))),
        back[:, 1, 2] * back[:, 2, 3] + image[:, 0, 1] * back[:, 0, 4],
    ]


@pytest.mark.slow
@pytest.mark.parametrize("law", ["gaussian", "haar"])
def test_forward_and_backward_have_the_law_of_full_matrices(law: str) -> None:
    full = statistics(*by_matrix(law, np.random.default_rng(1)))
    thin = statistics(*without_matrix(law, np.random.default_rng(2)))
    for index, (a, b) in enumerate(zip(full, thin, strict=True)):
        found = two_sample_law_test(a, b, ALPHA)
        assert found.verdict != "refuted", (index, found)
    # the test can fail: independent weights on the way back have another law
    wrong = statistics(*independent_backward(law, np.random.default_rng(3)))
    assert any(two_sample_law_test(a, b, ALPHA).verdict == "refuted" for a, b in zip(full, wrong, strict=True))


@pytest.mark.parametrize("law", ["gaussian", "haar"])
def test_both_directions_belong_to_one_matrix(law: str) -> None:
    """X (G W^T)^T = (X W) G^T, path by path; independent weights on the way back break it."""
    image, back = without_matrix(law, np.random.default_rng(4))
    left, right = batch() @ back.swapaxes(1, 2), image @ loss_gradient(image).swapaxes(1, 2)
    assert np.abs(left - right).max() < 1e-13 * np.abs(right).max()
    image, back = independent_backward(law, np.random.default_rng(4))
    assert np.abs(batch() @ back.swapaxes(1, 2) - right).max() > 0.1 * np.abs(right).max()


def test_a_haar_matrix_keeps_gram_matrices_in_both_directions() -> None:
    image, back = without_matrix("haar", np.random.default_rng(5))
    gradient = loss_gradient(image)
    assert np.allclose(image @ image.swapaxes(1, 2), batch() @ batch().swapaxes(1, 2), rtol=1e-12)
    assert np.allclose(back @ back.swapaxes(1, 2), gradient @ gradient.swapaxes(1, 2), rtol=1e-11)


@pytest.mark.parametrize("law", ["gaussian", "haar"])
def test_dependent_rows_stay_dependent(law: str) -> None:
    """Rows x, 2x and 0 are mapped to y, 2y and 0, to rounding and not to its root; the identity holds there too."""
    rng = np.random.default_rng(6)
    x = rng.standard_normal(D)
    state = np.stack([x, 2 * x, 0 * x])[None]
    for image in (
        gaussian_image(state, D, rng) if law == "gaussian" else haar_image(state, rng),
        (remembered_gaussian(state, D, rng) if law == "gaussian" else remembered_haar(state, rng))[0],
    ):
        assert np.allclose(image[0, 1], 2 * image[0, 0], atol=1e-14)
        assert np.allclose(image[0, 2], 0, atol=1e-14)
    image, transpose = remembered_gaussian(state, D, rng) if law == "gaussian" else remembered_haar(state, rng)
    gradient = np.ones((1, 3, D))
    assert np.allclose(state @ transpose(gradient).swapaxes(1, 2), image @ gradient.swapaxes(1, 2), atol=1e-13)


def test_nearly_equal_rows_keep_the_digits_of_their_difference() -> None:
    """X X^T has lost a difference of 1e-9 (its square is below rounding); the factor has not."""
    rng = np.random.default_rng(8)
    state = rng.standard_normal((1, 2, 50))
    state[0, 1] = state[0, 0] + 1e-9 * state[0, 1]
    factor = row_factor(state)[0]
    direction = state[0, 1] - state[0, 0]
    parallel = direction @ state[0, 0] / np.linalg.norm(state[0, 0])
    expected = np.sqrt(direction @ direction - parallel**2)
    # the difference itself is known to eps/1e-9 only
    assert abs(factor[1, 1]) == pytest.approx(expected, rel=1e-5)


def test_single_precision_is_kept() -> None:
    rng = np.random.default_rng(9)
    state = batch(4).astype(np.float32)
    image, transpose = remembered_gaussian(state, M, rng)
    assert image.dtype == transpose(image).dtype == haar_image(state, rng).dtype == np.float32
    image, transpose = remembered_haar(state, rng)
    assert image.dtype == transpose(image).dtype == np.float32


def test_bad_input() -> None:
    rng = np.random.default_rng()
    with pytest.raises(ValueError, match="n <= d"):
        haar_image(np.ones((1, 4, 3)), rng)
    with pytest.raises(ValueError, match="positive semidefinite"):
        haar_columns(np.array([[1.0, 2.0], [2.0, 1.0]]), 5, rng)
    with pytest.raises(ValueError, match="finite"):
        haar_columns(np.array([[1.0, np.nan], [np.nan, 1.0]]), 5, rng)


@pytest.mark.parametrize("spread", [1.0, 1e-9])
def test_a_known_product_changes_no_bit(spread: float) -> None:
    """X X^T from the caller, also where rows nearly depend on each other and the factor comes from X itself."""
    x = np.random.default_rng(20).standard_normal((2, 3, 40))
    x[:, 2] = x[:, 1] + spread * x[:, 2]
    product = x @ x.swapaxes(1, 2)
    assert np.array_equal(row_factor(x), row_factor(x, product))
    for known in (None, product):
        rng = np.random.default_rng(21)
        images = gaussian_image(x, 50, rng, known), haar_image(x, rng, known)
        if known is None:
            plain = images
    assert all(np.array_equal(a, b) for a, b in zip(plain, images, strict=True))
