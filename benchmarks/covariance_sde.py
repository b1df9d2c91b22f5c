"""The covariance SDE: exact-in-law chain against a full-weight simulation, Euler paths, Fokker-Planck, a symbolic derivation.

Run ``python -m benchmarks.covariance_sde``. Everything is measured in one process, one thing after the other; the plain
simulation draws every weight matrix with NumPy, for fewer networks, and both are given per network.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from numerics.covariance_paths import (
    artanh_drift,
    correlations,
    euler_unit_noise,
    final_covariances,
    shaped_relu_map,
)
from numerics.fokker_planck import transition_law
from numerics.random_streams import stream

WIDTH = DEPTH = 100
PAIR = [[1.0, 0.3], [0.3, 1.0]]


def timed(work: Callable[[], object]) -> tuple[float, object]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


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


def chain_and_peer() -> None:
    phi = shaped_relu_map(1.0, -1.0, WIDTH)
    seconds, last = timed(lambda: final_covariances(phi, PAIR, WIDTH, DEPTH, stream(0, "chain"), repeats=10_000))
    peer_seconds, plain = timed(lambda: full_weights(300, stream(0, "weights")))
    own, peer = seconds / 10_000, peer_seconds / 300
    print(f"  exact-in-law chain, 10,000 networks n = d = 100, two inputs: {seconds:.2f} s  (target <= 20)")
    print(f"  per network {own * 1e3:.3f} ms, full weights in NumPy {peer * 1e3:.2f} ms: ratio {peer / own:.0f}")
    rho = correlations(np.asarray(last))
    print(
        f"  E rho_1: {rho.mean():.4f} +- {rho.std() / 100:.4f}; weights {np.mean(plain):.3f} +- {np.std(plain) / 300**0.5:.3f}"
    )


def paths() -> None:
    drift = artanh_drift(4.0)
    seconds, end = timed(
        lambda: euler_unit_noise(drift, float(np.arctanh(0.3)), 1.0, 1_000, stream(0, "paths"), paths=10_000)
    )
    print(
        f"  Euler-Maruyama, 10,000 paths x 1,000 steps: {seconds:.2f} s  (target <= 3); E rho_1 {np.tanh(end).mean():.4f}"
    )


def law() -> None:
    drift = artanh_drift(4.0)
    timed(lambda: transition_law(drift, 0.3, 1.0, cells=32, steps=16))  # SciPy's import is not the solver's time
    seconds, found = timed(lambda: transition_law(drift, float(np.arctanh(0.3)), 1.0, cells=2400, steps=800))
    print(f"  Fokker-Planck: {seconds:.2f} s at estimated error {found.error:.1e}  (target <= 5 s at 1e-6)")


def derivation() -> None:
    from theory.activation import Activation
    from theory.covariance_sde.card import sde_card
    from theory.covariance_sde.smooth import drift_series

    seconds, _ = timed(lambda: (sde_card(Activation.from_text("x*exp(-x**2/4) + x*tanh(x)/3")), drift_series(1)))
    print(
        f"  derivatives, b, verdict, stationary law and 1/n correction of a new activation: {seconds:.2f} s  (target <= 5)"
    )


def main() -> None:
    for title, part in (
        ("Networks", chain_and_peer),
        ("Euler paths", paths),
        ("Law of rho_T", law),
        ("Symbolic derivation", derivation),
    ):
        print(f"{title}:")
        part()


if __name__ == "__main__":
    main()
