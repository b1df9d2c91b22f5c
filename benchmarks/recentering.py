"""Recentred batches: certified fixed points, the mean-field recursion and finite networks, each with its obvious peer.

    python -m benchmarks.recentering

Prints, measured in this run: certified fixed points with spectrum beside power iteration of the recursion in double
precision; the vectorised recursion beside a loop over starts; networks from Gram matrices beside full weight matrices.
"""

from __future__ import annotations

import os
from time import perf_counter, process_time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from numerics.gram_chain import gram_chain
from numerics.recentering import MeanField, clustered_grams, generic_grams, odd_state, recentred_network
from theory.recentering.family_fixed_point import family_fixed_points
from theory.recentering.linearisation import spectrum_at


def fixed_points() -> None:
    print("\nfixed points                                                        s")
    for n in (8, 64, 256):
        start = process_time()
        points = family_fixed_points(n)
        radii = [spectrum_at(point).radius.str(8, radius=False) for point in points]
        seconds = process_time() - start
        print(
            f"  n = {n:3}, all of them certified, spectra at 30 digits      {seconds:9.3f}   spectral radii {', '.join(radii)}"
        )
    start = process_time()
    end = MeanField().iterate(clustered_grams(64, 1e-2, np.random.default_rng(0)), 3000)
    state = odd_state(end)
    text = f"norm ratio {state.norm_ratio[0]:.6f}"
    print(f"  n =  64, 3000 layers of the recursion, nothing proved      {process_time() - start:9.3f}   {text}")


def recursion() -> None:
    print("\nmean-field recursion, n = 32                                        s")
    grams = generic_grams(1000, 32, 64, np.random.default_rng(1))
    start = process_time()
    MeanField().iterate(grams, 500)
    print(f"  1000 starts, 500 layers                                    {process_time() - start:9.2f}")
    start = process_time()
    for gram in grams[:20]:
        _plain_recursion(gram, 500)
    print(f"  1000 starts, 500 layers, one start at a time (scaled)      {(process_time() - start) * 50:9.2f}")


def _plain_recursion(gram: np.ndarray, layers: int) -> np.ndarray:
    centring = np.eye(len(gram)) - 1 / len(gram)
    for _ in range(layers):
        gram = centring @ gram @ centring
        norms = np.sqrt(np.diag(gram))
        cosine = np.clip(gram / np.outer(norms, norms), -1, 1)
        gram = np.outer(norms, norms) * (np.sqrt(1 - cosine**2) + (np.pi - np.arccos(cosine)) * cosine) / np.pi
        gram /= np.trace(gram)
    return gram


def networks() -> None:
    print("\nnetworks, n = 32, width 1000, 120 layers, 2 draws                   s")
    rng = np.random.default_rng(2)
    gram = generic_grams(1, 32, 64, rng)[0]
    network = recentred_network(1000, 120)
    for name, net in (("Gram matrices, exact in law", network), ("full weight matrices", network.with_full_matrices())):
        start = perf_counter()
        *_, last = gram_chain(net, (gram + gram.T) / 2, rng, repeats=2)
        state = odd_state(last)
        seconds = perf_counter() - start
        text = f"norm ratios {state.norm_ratio.round(1).tolist()}, angles {state.cluster_angle.round(1).tolist()}"
        print(f"  {name:56}   {seconds:9.2f}   {text}")


if __name__ == "__main__":
    fixed_points()
    recursion()
    networks()
