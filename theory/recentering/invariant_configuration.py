r"""n - 1 equal samples and one odd sample: the configuration that recentring and an activation never leave.

After recentring, a neuron whose weight sees the difference u = w.(x - y)/n gives u to each cluster sample and -(n-1)u to
the odd one. ReLU keeps one of the two: **the supports of the two images are disjoint, whatever the weights**, so they are
orthogonal exactly, at every draw and width, and the configuration is kept for ever unless all u share one sign. A leaky
ReLU keeps the configuration but not the orthogonality: its images have cosine kink - 1 on average.

Rescaling (dividing a neuron's batch by its standard deviation, the biased one) divides by |u| sqrt(n-1): values
sign(u)/sqrt(n-1) and -sign(u) sqrt(n-1), of which only the sign is random. With ReLU the state is binary, and
|x'|^2 = N/(n-1), |y'|^2 = (n-1)(d - N) with N ~ Binomial(d, 1/2).

Conventions: Gram matrices [[xx, xy], [xy, yy]] of one cluster sample x and the odd y. Without rescaling in units of
|x - y|^2 and with E s^2 = 1 (for ReLU: weights of variance 2/d); with rescaling per neuron, and E s^2 = 1 likewise.

Source: arXiv 2412.02843 (invariant representations); the Gram matrices and probabilities are this project's.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from theory.kernel_map.homogeneous import RELU, HomogeneousKernel
from theory.recentering.cluster_odd_family import check_batch_size


@dataclass(frozen=True, slots=True)
class InvariantConfiguration:
    """The images of n - 1 equal samples and an odd one after recentring, rescaling if asked, and the activation.

    Parameters
    ----------
    batch_size : int
        n >= 2.
    rescaled : bool
        Whether every neuron's batch is divided by its standard deviation first.
    kernel : HomogeneousKernel

    Raises
    ------
    TypeError, ValueError
        If the batch size is no integer, or below 2.

    Examples
    --------
    Orthogonal, and the odd sample n - 1 times as long, with and without rescaling:

    >>> plain, rescaled = (InvariantConfiguration(5, rescaled) for rescaled in (False, True))
    >>> plain.gram[0][1], plain.squared_norm_ratio, rescaled.gram[0][1], rescaled.squared_norm_ratio
    (Fraction(0, 1), Fraction(16, 1), Fraction(0, 1), Fraction(16, 1))
    """

    batch_size: int
    rescaled: bool = False
    kernel: HomogeneousKernel = RELU

    def __post_init__(self) -> None:
        check_batch_size("InvariantConfiguration", self.batch_size, 2)

    @property
    def gram(self) -> tuple[tuple[Fraction, Fraction], tuple[Fraction, Fraction]]:
        """The expected Gram matrix of (cluster, odd); the cross entry is exact, not only expected, for ReLU."""
        m, n = self.cluster_size, self.batch_size
        unit = Fraction(1, m) if self.rescaled else Fraction(1, n * n)
        cross = unit * m * self.kernel.at_opposite
        return (unit, cross), (cross, unit * m * m)

    @property
    def cluster_size(self) -> int:
        """m = n - 1."""
        return self.batch_size - 1

    @property
    def squared_norm_ratio(self) -> Fraction:
        """E |odd|^2 / E |cluster|^2 = (n-1)^2."""
        return self.gram[1][1] / self.gram[0][0]

    @property
    def squared_distance_factor(self) -> Fraction:
        """E |x' - y'|^2 in the units of the Gram matrix: for ReLU without rescaling (1 + (n-1)^2)/n^2."""
        (xx, xy), (_, yy) = self.gram
        return xx + yy - 2 * xy


def degenerate_probability(width: int) -> Fraction:
    """Return 2^(1-d), the probability that all d neurons see a difference of one sign, so that an image is zero.

    Parameters
    ----------
    width : int
        d >= 1 neurons with a symmetric law.

    Raises
    ------
    ValueError
        If the width is below 1.

    Examples
    --------
    >>> degenerate_probability(10)
    Fraction(1, 512)
    """
    if isinstance(width, bool) or not isinstance(width, int) or width < 1:
        raise ValueError(f"degenerate_probability needs an integer width >= 1 (neurons), got width={width!r}.")
    return Fraction(2, 2**width)


def squared_norm_variance(width: int) -> Fraction:
    """Return the relative variance 5/d of |x'|^2 for ReLU and Gaussian weights, without rescaling.

    E relu(u)^4/(E relu(u)^2)^2 - 1 = (3/2)/(1/4) - 1 = 5 for each of d independent neurons.
    """
    degenerate_probability(width)
    return Fraction(5, width)
