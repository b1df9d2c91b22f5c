r"""Spectrum of one layer at a fixed point of the cluster-plus-odd family, complete, as proved balls.

The layer acts on recentred Gram matrices, a space of dimension n(n-1)/2, and commutes with permutations of the cluster of
m = n - 1 samples. That space is the sum of (multiplicity in brackets, x a vector with sum 0)

    trivial [2]          the plane alpha P + beta v v^T; one direction is the scale, the other the tilt
    standard [m - 1]     G_ii += a x_i, G_ij += b (x_i + x_j), G_i0 += c x_i with a + (m-2) b + c = 0: two blocks
    pairs [m(m-3)/2]     zero diagonal and row sums inside the cluster

so two numbers, one 2 x 2 matrix and one number make up the spectrum. The kernel is linear in the kink, and so is every
block: (1 + kink e)/(1 - kink bend(t)) with e independent of the kink. Eigenvalues are relative to the scale's, which is
one: a fixed *direction* is stable if the others are below 1 in modulus.

Derivative of an entry: d K_ij = kappa' d G_ij + (kappa - rho kappa')/2 (sqrt(G_jj/G_ii) d G_ii + sqrt(G_ii/G_jj) d G_jj),
with kappa' = 1 - kink t/pi and kappa - rho kappa' = kink sin t/pi.
"""

from __future__ import annotations

from dataclasses import dataclass

import flint

from theory.enclosure.ball import ball_of, check_digits, enclose_to
from theory.kernel_map.homogeneous import RELU, HomogeneousKernel, bend
from theory.recentering.cluster_odd_family import ClusterOddFamily
from theory.recentering.family_fixed_point import FamilyFixedPoint


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Eigenvalues of one layer relative to the growth of the scale, each with its multiplicity.

    Parameters
    ----------
    growth : flint.arb
        1 - kink bend(t), by which the layer multiplies the fixed Gram matrix.
    tilt : flint.arb
        The motion inside the family, once.
    standard : tuple of flint.arb
        n - 2 times each; larger one first. Two of them, but one for n = 3, whose cluster has a single pair.
    pairs : flint.arb or None
        (n-1)(n-4)/2 times; None where that is 0.
    batch_size : int

    Examples
    --------
    >>> from theory.recentering.family_fixed_point import family_fixed_points
    >>> spectrum = spectrum_at(family_fixed_points(7)[0])
    >>> spectrum.radius.str(5, radius=False), spectrum.is_stable
    ('0.94483', True)
    >>> sum(multiplicity for _, multiplicity in spectrum.eigenvalues) + 1 == 7 * 6 // 2
    True
    """

    growth: flint.arb
    tilt: flint.arb
    standard: tuple[flint.arb, ...]
    pairs: flint.arb | None
    batch_size: int

    @property
    def eigenvalues(self) -> tuple[tuple[flint.arb, int], ...]:
        """All eigenvalues but the scale's with their multiplicities, n(n-1)/2 - 1 in number."""
        n = self.batch_size
        found = [(self.tilt, 1), *((value, n - 2) for value in self.standard)]
        if self.pairs is not None:
            found.append((self.pairs, (n - 1) * (n - 4) // 2))
        return tuple(found)

    @property
    def radius(self) -> flint.arb:
        """The largest modulus."""
        largest = flint.arb(0)
        for value, _ in self.eigenvalues:
            largest = largest.max(abs(value))
        return largest

    @property
    def is_stable(self) -> bool | None:
        """Whether every modulus is proved below 1 (True), some above 1 (False), or balls cannot tell (None)."""
        if self.radius < 1:
            return True
        return False if self.radius > 1 else None


def spectrum_at(point: FamilyFixedPoint, kernel: HomogeneousKernel = RELU, digits: int = 30) -> Spectrum:
    """Return the spectrum of one layer at a fixed point, to `digits` digits.

    Parameters
    ----------
    point : FamilyFixedPoint
    kernel : HomogeneousKernel
    digits : int

    Raises
    ------
    ValueError
        If `digits` is out of range, or an eigenvalue does not converge.
    """
    check_digits(digits, "spectrum_at")
    return enclose_to(
        digits,
        lambda wanted: _spectrum(point.family, point.tilt.ball(wanted), kernel),
        caller="spectrum_at (its eigenvalues)",
        balls=lambda spectrum: (value for value, _ in spectrum.eigenvalues),
    )


def _spectrum(family: ClusterOddFamily, tilt: flint.arb, kernel: HomogeneousKernel) -> Spectrum:
    kink = ball_of(kernel.kink)
    angle = family.angle(tilt)
    growth = 1 - kink * bend(angle)

    def relative(exponent: flint.arb) -> flint.arb:
        return (1 + kink * exponent) / growth

    (aa, ba), (ab, bb) = _standard_block(family, tilt, angle)
    root = ((aa - bb) ** 2 / 4 + ab * ba).sqrt()
    blocks = [(aa + bb) / 2 + root, (aa + bb) / 2 - root] if family.batch_size > 3 else [aa]
    # the plane's other eigenvector is the scale, with eigenvalue -bend
    tilting = _plane_trace(family, tilt, angle) + bend(angle)
    pairs = relative(-angle / flint.arb.pi()) if family.batch_size > 4 else None
    return Spectrum(growth, relative(tilting), tuple(map(relative, blocks)), pairs, family.batch_size)


def _standard_block(family: ClusterOddFamily, tilt: flint.arb, angle: flint.arb) -> list[tuple[flint.arb, flint.arb]]:
    """Return the columns of the 2 x 2 block in (a, b), c = -a - (m-2) b; for m = 2 b moves nothing."""
    m, n, pi = family.cluster_size, family.batch_size, flint.arb.pi()
    columns = []
    for a, b in ((1, 0), (0, 1)):
        c = -a - (m - 2) * b
        inside = -angle / pi * b + angle.sin() / (2 * pi) * a
        across = -(pi - tilt) / pi * c + tilt.sin() / (2 * pi) * m * tilt.cos() * a
        row_sum = (m - 2) * inside + across  # what the recentring takes out: 2/n of it on the diagonal, 1/n beside it
        columns.append((-2 * row_sum / n, inside - row_sum / n))
    return columns


def _plane_trace(family: ClusterOddFamily, tilt: flint.arb, angle: flint.arb) -> flint.arb:
    """Return the trace of the 2 x 2 block in (alpha, beta), in units where beta = 1."""
    m, n, pi = family.cluster_size, family.batch_size, flint.arb.pi()
    ratio = m * tilt.cos()  # |odd|/|cluster|
    total = flint.arb(0)
    for alpha, beta in ((1, 0), (0, 1)):
        diagonal = alpha * flint.arb(m - 1) / m + beta * flint.arb(1) / (m * n)
        beside = -alpha * flint.arb(1) / m + beta * flint.arb(1) / (m * n)
        across, odd = -beta * flint.arb(1) / n, beta * flint.arb(m) / n
        inner = -angle / pi * beside + angle.sin() / pi * diagonal
        outer = -(pi - tilt) / pi * across + tilt.sin() / (2 * pi) * (ratio * diagonal + odd / ratio)
        total += -inner if alpha else ((m - 1) * inner - 2 * m * outer) / n
    return total
