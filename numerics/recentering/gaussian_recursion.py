r"""The mean-field recursion of recentring and any activation: the norms of the samples take part.

At infinite width pre-activations are Gaussian; recentring makes their covariance G = sigma_w^2 H K H, and

    K'_ij = E s(U_i) s(U_j),   (U_i, U_j) centred normal with covariance ((G_ii, G_ij), (G_ij, G_jj)).

**What changes without homogeneity.** For s(cx) = c s(x) the norms factor out, K is meant up to scale, and one angle per pair is
enough (`numerics.recentering.angle_recursion.MeanField`). For any other activation recentring still leaves the norms free, and the activation
sees them: Gram matrices have a scale, the weight variance is a parameter, and a layer needs n variances besides the angles.

**Numbers.** erf and the positively homogeneous activations have closed forms. Else s(sqrt(q) z) = sum_k c_k(q) he_k(z) for each variance
q by Gauss-Hermite quadrature, and K'_ij = sum_k c_k(G_ii) c_k(G_jj) rho^k. What is left of E s^2 after the terms kept bounds the
rest of the series by |rho|^K sqrt(rest_i rest_j), and a second quadrature with fewer nodes shows the error of the coefficients;
where either exceeds 1e-6 of the norms (kinks away from 0, very large variances) the recursion refuses to guess.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from numerics.recentering.batch import checked_recentred
from theory.activation.activation import Activation
from theory.kernel_map.homogeneous import HomogeneousKernel

__all__ = ["GaussianMeanField"]

_NODES = (200, 150)
_TERMS = 120
_ERROR = 1e-6


@dataclass(frozen=True, slots=True)
class GaussianMeanField:
    """The infinite-width recursion of recentring and an activation, for the Gram matrices of many batches.

    Parameters
    ----------
    activation : Activation
    weight_variance : float
        sigma_w^2: variance of a weight times the fan-in; positive, finite.

    Raises
    ------
    ValueError
        If the weight variance is not positive and finite.

    Notes
    -----
    **Accuracy**: about 1e-12 in closed form; of the series, 1e-6 of the norms is checked at every layer, smooth activations have far less.

    Examples
    --------
    Two samples become opposite for an odd activation, not orthogonal as for ReLU:

    >>> field = GaussianMeanField(Activation.from_text("erf"), 2.0)
    >>> gram = field.layer(np.array([[[2.0, 0.5], [0.5, 1.0]]]))[0]
    >>> bool(np.isclose(gram[0, 1], -gram[0, 0]))
    True
    """

    activation: Activation
    weight_variance: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.weight_variance < np.inf:
            raise ValueError(
                "GaussianMeanField needs a positive finite weight variance (a scale that only homogeneous activations do not "
                f"notice), got weight_variance={self.weight_variance!r}."
            )

    def layer(self, gram: np.ndarray) -> np.ndarray:
        """Return the Gram matrices after one layer, with their scale.

        Parameters
        ----------
        gram : ndarray, shape (starts, n, n)
            Mean squares: X X^T / width.

        Returns
        -------
        ndarray, shape (starts, n, n)

        Raises
        ------
        ValueError
            If n < 2, an entry is not finite, all samples of some start are equal, or the series does not resolve the activation
            (see the module).
        """
        matrices = checked_recentred("GaussianMeanField", gram)
        means = matrices.mean(axis=-1)
        centred = matrices - means[:, :, None] - means[:, None, :] + means.mean(axis=-1)[:, None, None]
        return self._moments(self.weight_variance * centred)

    def iterate(self, gram: np.ndarray, layers: int) -> np.ndarray:
        """Return the Gram matrices after `layers` layers; parameters as for `layer`."""
        for _ in range(layers):
            gram = self.layer(gram)
        return gram

    def trajectory(self, gram: np.ndarray, layers: int) -> Iterator[np.ndarray]:
        """Yield the Gram matrices after 1, ..., `layers` layers."""
        for _ in range(layers):
            gram = self.layer(gram)
            yield gram

    def _moments(self, covariance: np.ndarray) -> np.ndarray:
        """Return E s(U_i) s(U_j) for normal vectors of these covariances."""
        variances = np.maximum(np.einsum("rii->ri", covariance), 0.0)
        if self.activation.text == "erf":
            scale = np.sqrt(1 + 2 * variances)
            cosine = 2 * covariance / (scale[:, :, None] * scale[:, None, :])
            return np.asarray(2 / np.pi * np.arcsin(np.clip(cosine, -1.0, 1.0)))
        norms = np.sqrt(variances[:, :, None] * variances[:, None, :])
        rho = np.clip(covariance / np.where(norms > 0, norms, 1.0), -1.0, 1.0)
        kernel = _homogeneous(self.activation)
        if kernel is not None:
            kink, square = kernel
            bent = np.sqrt(1 - rho * rho) - np.arccos(rho) * rho
            return np.asarray(square * norms * (rho + kink / np.pi * bent))
        return self._by_series(np.sqrt(variances), rho)

    def _by_series(self, deviations: np.ndarray, rho: np.ndarray) -> np.ndarray:
        """Return sum_k c_k c_k rho^k, after checking both of its errors."""
        (fine, squares), (coarse, _) = (self._coefficients(deviations, nodes) for nodes in _NODES)
        total, other = (_power_series(c, rho) for c in (fine, coarse))
        rest = np.sqrt(np.maximum(squares - np.square(fine).sum(axis=-1), 0.0))
        off = ~np.eye(rho.shape[-1], dtype=bool)
        unknown = np.abs(rho) ** _TERMS * rest[:, :, None] * rest[:, None, :] + np.abs(total - other)
        size = np.sqrt(squares[:, :, None] * squares[:, None, :])
        error = float(np.max((unknown / np.where(size > 0, size, 1.0))[:, off]))
        if not error <= _ERROR:
            raise ValueError(
                f"GaussianMeanField needs a Hermite series that resolves {self.activation} (kinks away from 0 and very large "
                f"variances take more than {_TERMS} terms), got an error of {error:.1g}; networks of finite width "
                "(recentred_chain) need no series."
            )
        np.einsum("rii->ri", total)[:] = squares
        return total

    def _coefficients(self, deviations: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Return c_0, ..., c_{K-1} of s(deviation z), shape (starts, n, K), and E s^2."""
        nodes, weights, polynomials = _quadrature(count)
        values = self.activation(deviations[..., None] * nodes)
        return (values * weights) @ polynomials.T, (values * values) @ weights


def _power_series(coefficients: np.ndarray, rho: np.ndarray) -> np.ndarray:
    """Return sum_k c_ik c_jk rho_ij^k by Horner's rule."""
    total = np.zeros_like(rho)
    for k in reversed(range(coefficients.shape[-1])):
        total = total * rho + coefficients[:, :, None, k] * coefficients[:, None, :, k]
    return total


@cache
def _homogeneous(activation: Activation) -> tuple[float, float] | None:
    """Return the kink and E s(Z)^2 of a positively homogeneous activation, None of another."""
    try:
        kink = float(HomogeneousKernel.of(activation).kink)
    except ValueError:
        return None
    return kink, float(np.mean(activation(np.array([1.0, -1.0])) ** 2))


@cache
def _quadrature(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return Gauss-Hermite nodes and weights for the standard normal law, and he_k at the nodes, shape (K, nodes)."""
    from scipy.special import roots_hermitenorm

    nodes, weights = roots_hermitenorm(count)
    rows = [np.ones_like(nodes), nodes]
    for k in range(1, _TERMS - 1):
        rows.append((nodes * rows[k] - np.sqrt(k) * rows[k - 1]) / np.sqrt(k + 1))
    return nodes, weights / weights.sum(), np.array(rows)
