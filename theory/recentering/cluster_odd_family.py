r"""One layer on batches of n - 1 exchangeable samples and one odd sample: a map of one angle, the tilt.

Mean field, recentring and then a positively homogeneous activation: G = H K H with H = I - 11^T/n, and
K'_ij = sqrt(G_ii G_jj) kappa(rho_ij). Recentred Gram matrices that are invariant under permuting the n - 1 samples of the
cluster form a plane, G = alpha P + beta v v^T/|v|^2 with P the projection on cluster differences and v = (1, .., 1, -(n-1));
up to scale they are one number, the **tilt** f in [0, pi/2]: the cosine between odd and cluster sample is -cos f. With
m = n - 1 and units such that the odd sample has squared norm m/n:

    cos(cluster, cluster) = cos t,   sin(t/2) = sqrt(m/(2(m-1))) sin f,      |odd|/|cluster| = m cos f

    f = 0: the cluster is one point   f = arccos(1/m): all samples exchangeable   f = pi/2: the odd sample is the mean

**The balance.** Write kappa(cos t) = cos t + kink J(t). The linear part keeps G, so one layer multiplies alpha by
1 - kink bend(t), and beta by that minus kink balance(f)/(n cos f)^2. The tilt is fixed exactly where

    balance(f) = (2m/pi) cos f (sin f + (pi - f) cos f) - bend(t) (n^2 cos^2 f + sin^2 f) = 0;

it grows where the balance is positive. The balance does not contain the kink: **every leaky ReLU has the fixed points of
ReLU**; only the rates of approach depend on it. Enclosures: both products are of monotone factors, so that the balance on
an interval of tilts needs its end points only.

Source: the recursion is that of the paper "Batch Normalization Decomposed" (Nachum, Bondaschi, Gastpar, Khina,
arXiv 2412.02843) in the infinite-width limit; the reduction to one angle and the balance are this project's.
"""

from __future__ import annotations

from dataclasses import dataclass

import flint

from theory.enclosure.ball import ball_of
from theory.kernel_map.homogeneous import HomogeneousKernel, bend, bend_slope


@dataclass(frozen=True, slots=True)
class ClusterOddFamily:
    """The recentred batches of `batch_size` samples, all but one of them exchangeable.

    Parameters
    ----------
    batch_size : int
        n >= 3.

    Raises
    ------
    TypeError, ValueError
        If the batch size is no integer, or below 3.

    Examples
    --------
    >>> family = ClusterOddFamily(10)
    >>> bool(family.balance(flint.arb(0)).contains(18))  # (n^2 - 1 - (n-1)^2) at the collapsed cluster: it opens
    True
    >>> bool(family.balance(family.symmetric_tilt).contains(0))
    True
    """

    batch_size: int

    def __post_init__(self) -> None:
        check_batch_size("ClusterOddFamily", self.batch_size, 3)

    @property
    def cluster_size(self) -> int:
        """m = n - 1."""
        return self.batch_size - 1

    @property
    def symmetric_tilt(self) -> flint.arb:
        """arccos(1/(n-1)), where all n samples are exchangeable."""
        return (flint.arb(1) / self.cluster_size).acos()

    def angle(self, tilt: flint.arb) -> flint.arb:
        """Return the angle t between recentred cluster samples, sin(t/2) = sqrt(m/(2(m-1))) sin(tilt)."""
        low, high = (2 * flint.arb.atan2(self._half_sine(end), self._half_cosine(end)) for end in _ends(tilt))
        return low.union(high)

    def balance(self, tilt: flint.arb) -> flint.arb:
        """Return a ball of the balance at every tilt of a ball in [0, pi/2]; positive where the tilt grows."""
        if not tilt.is_exact():
            low, high = _ends(tilt)
            gain = self._gain(high).union(self._gain(low))
            loss = (self._bend(low) * self._reach(high)).union(self._bend(high) * self._reach(low))
            return gain - loss
        return self._gain(tilt) - self._bend(tilt) * self._reach(tilt)

    def balance_slope(self, tilt: flint.arb) -> flint.arb:
        """Return a ball of the derivative of the balance at every tilt of a ball in (0, pi/2); not finite at the ends."""
        m, n = self.cluster_size, self.batch_size
        low, high = _ends(tilt)
        sine, double = tilt.sin(), (2 * tilt).sin()
        angle_slope = 2 * self._squeeze() * tilt.cos() / self._half_cosine(tilt)
        reach = self._reach(high).union(self._reach(low))
        gain_slope = -flint.arb(2 * m) / flint.arb.pi() * (sine**2 + (flint.arb.pi() - tilt) * double)
        steepness = bend_slope(self.angle(tilt))
        bends = self._bend(low).union(self._bend(high))
        return gain_slope - steepness * angle_slope * reach + bends * (n * n - 1) * double

    def factors(self, tilt: flint.arb, kernel: HomogeneousKernel) -> tuple[flint.arb, flint.arb]:
        """Return the factors by which one layer multiplies alpha and beta, tilt in [0, pi/2)."""
        kink = ball_of(kernel.kink)
        spread = 1 - kink * self._bend(tilt)
        return spread, spread - kink * self.balance(tilt) / (self.batch_size * tilt.cos()) ** 2

    def norm_ratio(self, tilt: flint.arb) -> flint.arb:
        """Return |odd|/|cluster| = (n - 1) cos(tilt), the same before and after the activation."""
        return self.cluster_size * tilt.cos()

    def odd_cosine(self, tilt: flint.arb, kernel: HomogeneousKernel) -> flint.arb:
        """Return the cosine between odd and cluster sample after the activation, kappa(-cos(tilt))."""
        return kernel.value(flint.arb.pi() - tilt)

    def cluster_angle(self, tilt: flint.arb, kernel: HomogeneousKernel) -> flint.arb:
        """Return the angle between two cluster samples after the activation, arccos kappa(cos t)."""
        # 1 - kappa = (1 - cos t)(1 - kink bend) keeps its digits for a narrow cluster
        angle = self.angle(tilt)
        kink = ball_of(kernel.kink)
        half = (angle / 2).sin() * (1 - kink * bend(angle)).sqrt()
        return 2 * half.asin()

    def _squeeze(self) -> flint.arb:
        return (flint.arb(self.cluster_size) / (2 * (self.cluster_size - 1))).sqrt()

    def _half_sine(self, tilt: flint.arb) -> flint.arb:
        return self._squeeze() * tilt.sin()

    def _half_cosine(self, tilt: flint.arb) -> flint.arb:
        m = self.cluster_size
        square = (m - 2 + m * tilt.cos() ** 2) / (2 * (m - 1))
        # n = 3 at tilt pi/2: zero up to rounding, which may fall below it
        return square.sqrt() if square > 0 else flint.arb(0).union(square.upper().max(flint.arb(0)).sqrt().upper())

    def _bend(self, tilt: flint.arb) -> flint.arb:
        return bend(self.angle(tilt))

    def _gain(self, tilt: flint.arb) -> flint.arb:
        """Return (2m/pi) cos f (sin f + (pi-f) cos f), which decreases: its slope is -(sin^2 f + (pi-f) sin 2f) 2m/pi."""
        opposite = tilt.cos() * (tilt.sin() + (flint.arb.pi() - tilt) * tilt.cos())
        return 2 * self.cluster_size * opposite / flint.arb.pi()

    def _reach(self, tilt: flint.arb) -> flint.arb:
        """Return n^2 cos^2 f + sin^2 f, which decreases."""
        return 1 + (self.batch_size**2 - 1) * tilt.cos() ** 2


def check_batch_size(function: str, batch_size: object, least: int) -> int:
    """Return a batch size that is an integer of at least `least`, or raise in the name of `function`."""
    if isinstance(batch_size, bool) or not isinstance(batch_size, int):
        raise TypeError(f"{function} needs an integer batch size, got batch_size={batch_size!r}.")
    if batch_size < least:
        why = {2: "one sample recentred is zero", 3: "a cluster needs two samples beside the odd one"}[least]
        raise ValueError(f"{function} needs batch_size >= {least} ({why}), got batch_size={batch_size}.")
    return batch_size


def _ends(tilt: flint.arb) -> tuple[flint.arb, flint.arb]:
    return tilt.lower().max(flint.arb(0)), tilt.upper().min(flint.arb.pi() / 2)
