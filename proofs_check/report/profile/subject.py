"""What a card is about: an activation with its maps, and the user's width, depth and batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from theory.activation import Activation
from theory.enclosure.ball import check_digits
from theory.kernel_map.kernel_map import KernelMap
from theory.profile import Profile

LARGEST_NETWORK = 10**9
"""Width and depth a card speaks of at most."""
LARGEST_DEPTH = 10**5
"""Depth up to which the recursion of a finite-width band is run."""


@dataclass(frozen=True)
class Subject:
    """An activation and a network that uses it.

    Parameters
    ----------
    activation : Activation
    digits : int
        Decimal digits of every number.
    terms : int
        Hermite coefficients shown.
    width, depth, batch : int
        Units of a layer, layers, samples of a batch.
    seed : int
        Of the sampled networks.

    Raises
    ------
    ValueError
        If a size is out of range.

    Examples
    --------
    >>> from theory.activation import catalogue
    >>> Subject(catalogue("relu")[0]).profile.rms_norm.points.case
    3
    """

    activation: Activation
    digits: int = 20
    terms: int = 9
    width: int = 256
    depth: int = 32
    batch: int = 8
    seed: int = 0

    def __post_init__(self) -> None:
        check_digits(self.digits, "the card")
        for name, least, most in (
            ("width", 2, LARGEST_NETWORK),
            ("depth", 1, LARGEST_DEPTH),
            ("batch", 2, LARGEST_NETWORK),
        ):
            size = getattr(self, name)
            if isinstance(size, bool) or not isinstance(size, int) or not least <= size <= most:
                raise ValueError(f"the card needs a {name} in {least}..{most} (a network has units, layers and pairs), got {name}={size!r}.")  # fmt: skip

    @cached_property
    def profile(self) -> Profile:
        """What is known of the activation."""
        return Profile(self.activation)

    @property
    def layer_norm_map(self) -> KernelMap:
        """The centred map, by the interpolant of the normalised one where they agree."""
        return self.profile.rms_norm.kernel if self.profile.mean_is_zero else self.profile.layer_norm.kernel

    def values(self, kernel: KernelMap) -> Callable[[np.ndarray], np.ndarray]:
        """Return the map in double precision, through its gap: one interpolant serves all plots."""
        chosen = self.profile.rms_norm.kernel if self.profile.mean_is_zero else kernel
        return lambda rho: 1 - chosen.gap(1 - rho)
