"""The covariance SDE: exact-in-law chain against a full-weight simulation, Euler paths, Fokker-Planck, a symbolic derivation.

Run ``python -m benchmarks.covariance_sde``. Everything is measured in one process, one thing after the other; the plain
simulation draws every weight matrix with NumPy, for fewer networks, and both are given per network.

The chain draws m n normals per layer instead of n^2, a ratio n/m = 50 here; its time is less than fifty times shorter because
activation and Gram matrix of the m n numbers cost nearly half of drawing them, which is nothing beside n^2 normals.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from benchmarks.row import Row, alone
from numerics.campaign.random_streams import stream
from numerics.covariance_sde.chain import correlations, final_covariances
from numerics.covariance_sde.fokker_planck import transition_law
from numerics.covariance_sde.paths import artanh_drift, euler_unit_noise
from numerics.covariance_sde.shaped_activation import shaped_relu_map

WIDTH = DEPTH = 100
PAIR = [[1.0, 0.3], [0.3, 1.0]]


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the CPU time of a call, and its result."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def full_weights(networks: int, rng: np.random.Generator) -> np.ndarray:
    """Correlations after DEPTH layers of explicit weight matrices, float64, one network at a time."""
    phi = shaped_relu_map(1.0, -1.0, WIDTH)
    inputs = np.zeros((WIDTH, 2))
    inputs[0, 0], inputs[:2, 1] = 1.0, (0.3, np.sqrt(1 - 0.09))
    found = np.empty(networks)
    for k in range(networks):
        state = inputs * np.sqrt(WIDTH)
        for _ in range(DEPTH):
            state = phi(rng.standard_normal((WIDTH, WIDTH)) @ state / np.sqrt(WIDTH))
        gram = state.T @ state
        found[k] = gram[0, 1] / np.sqrt(gram[0, 0] * gram[1, 1])
    return found


def chain_and_peer() -> Iterator[Row]:
    phi = shaped_relu_map(1.0, -1.0, WIDTH)
    seconds, last = timed(lambda: final_covariances(phi, PAIR, WIDTH, DEPTH, stream(0, "chain"), repeats=10_000))
    peer_seconds, plain = timed(lambda: full_weights(300, stream(0, "weights")))
    rho = correlations(np.asarray(last))
    yield Row(
        "exact-in-law chain, 10,000 networks n = d = 100, two inputs",
        seconds,
        "NumPy float64, full W",
        peer_seconds * 10_000 / 300,
        most=20,
        note=f"E rho_1 {rho.mean():.4f} +- {rho.std() / 100:.4f}; the peer: {np.mean(plain):.3f} +- "
        f"{np.std(plain) / 300**0.5:.3f}, 300 networks, scaled",
    )


def paths() -> Iterator[Row]:
    drift = artanh_drift(4.0)
    seconds, end = timed(
        lambda: euler_unit_noise(drift, float(np.arctanh(0.3)), 1.0, 1_000, stream(0, "paths"), paths=10_000)
    )
    yield Row("Euler-Maruyama, 10,000 paths x 1,000 steps", seconds, most=3, note=f"E rho_1 {np.tanh(end).mean():.4f}")


def law() -> Iterator[Row]:
    drift = artanh_drift(4.0)
    timed(lambda: transition_law(drift, 0.3, 1.0, cells=32, steps=16))  # SciPy's import is not the solver's time
    seconds, found = timed(lambda: transition_law(drift, float(np.arctanh(0.3)), 1.0, cells=2400, steps=800))
    yield Row("Fokker-Planck, law of rho_T", seconds, most=5, note=f"estimated error {found.error:.1e}")
    yield Row("Fokker-Planck, estimated error", found.error, most=1e-6, unit="")


def derivation() -> Iterator[Row]:
    from theory.activation import Activation
    from theory.covariance_sde.card import sde_card
    from theory.covariance_sde.smooth import drift_series

    seconds, _ = timed(lambda: (sde_card(Activation.from_text("x*exp(-x**2/4) + x*tanh(x)/3")), drift_series(1)))
    yield Row("derivatives, b, verdict, stationary law and 1/n correction of a new activation", seconds, most=5)


def rows() -> Iterator[Row]:
    for part in (chain_and_peer, paths, law, derivation):
        yield from part()


if __name__ == "__main__":
    alone("covariance_sde", rows)
