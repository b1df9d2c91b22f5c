"""Descriptions of networks at initialisation, as every sampler takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from numerics.network.network import Network, network_in_order
from proofs_check.strategies.kernel import activations
from proofs_check.strategies.number import check_at_least

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

NORMS = ("layer_norm", "rms_norm", "batch_norm", "rescale", "recentre")
"""The normalisations a block may hold: within a sample (the first two) or over the batch."""


def networks(largest_width: int = 32, largest_depth: int = 8) -> SearchStrategy[Network]:
    """Return a strategy for networks whose block is a linear layer, then an activation and a normalisation in either order.

    Parameters
    ----------
    largest_width, largest_depth : int
        At least 2 and 1.

    Returns
    -------
    SearchStrategy of numerics.network.network.Network
        Gaussian or Haar weights; the activation or the normalisation may be missing. They shrink to one Gaussian layer.

    Raises
    ------
    ValueError
        If a number is below its least.

    Examples
    --------
    >>> from hypothesis import Phase, find, settings
    >>> net = find(networks(), lambda net: len(net.block) > 1, settings=settings(phases=[Phase.generate]))
    >>> net.width > 0 and net.depth > 0
    True
    """
    from hypothesis import strategies as st

    check_at_least("networks", 2, largest_width=largest_width)
    check_at_least("networks", 1, largest_depth=largest_depth)
    orders: list[tuple[str, ...]] = [(linear,) for linear in ("linear", "haar")]
    for linear in ("linear", "haar"):
        orders += [(linear, "activation"), *((linear, norm) for norm in NORMS)]
        orders += [(linear, "activation", norm) for norm in NORMS]
        orders += [(linear, norm, "activation") for norm in NORMS]

    def drawn(order: tuple[str, ...]) -> SearchStrategy[Network]:
        sizes = st.integers(2, largest_width), st.integers(1, largest_depth)
        if "activation" not in order:
            return st.builds(lambda width, depth: network_in_order(order, width, depth), *sizes)
        return st.builds(
            lambda width, depth, activation: network_in_order(order, width, depth, activation), *sizes, activations()
        )

    return st.sampled_from(sorted(orders, key=len)).flatmap(drawn)
