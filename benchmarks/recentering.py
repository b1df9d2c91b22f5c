"""Recentred batches: certified fixed points, the mean-field recursion and finite networks, each with its obvious peer.

    python -m benchmarks.recentering

Measured in this run: certified fixed points with spectrum beside power iteration of the recursion in double
precision; the vectorised recursion beside a loop over starts; networks from Gram matrices beside full weight matrices.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import process_time

import numpy as np

from benchmarks.row import Row, alone
from numerics.network.gram_chain import gram_chain
from numerics.recentering.angle_recursion import MeanField
from numerics.recentering.batch import clustered_grams, generic_grams, odd_state
from numerics.recentering.network import recentred_network
from theory.recentering.family_fixed_point import family_fixed_points
from theory.recentering.linearisation import spectrum_at


def fixed_points() -> Iterator[Row]:
    start = process_time()
    end = MeanField().iterate(clustered_grams(64, 1e-2, np.random.default_rng(0)), 3000)
    plain = process_time() - start
    ratio = f"norm ratio {odd_state(end).norm_ratio[0]:.6f}"
    for n in (8, 64, 256):
        start = process_time()
        points = family_fixed_points(n)
        radii = [spectrum_at(point).radius.str(8, radius=False) for point in points]
        seconds = process_time() - start
        yield Row(
            f"certified fixed points with spectra, n = {n}, 30 digits",
            seconds,
            "3000 layers in NumPy, not proved" if n == 64 else "",
            plain if n == 64 else None,
            most=5 if n == 64 else None,
            note=f"spectral radii {', '.join(radii)}" + (f"; the peer: {ratio}" if n == 64 else ""),
        )


def recursion() -> Iterator[Row]:
    grams = generic_grams(1000, 32, 64, np.random.default_rng(1))
    start = process_time()
    MeanField().iterate(grams, 500)
    own = process_time() - start
    start = process_time()
    for gram in grams[:20]:
        _plain_recursion(gram, 500)
    theirs = (process_time() - start) * 50
    what = "mean-field recursion, n = 32, 1000 starts, 500 layers"
    yield Row(what, own, "one start at a time, NumPy", theirs, most=10, note="the peer: 20 starts, scaled")


def _plain_recursion(gram: np.ndarray, layers: int) -> np.ndarray:
    centring = np.eye(len(gram)) - 1 / len(gram)
    for _ in range(layers):
        gram = centring @ gram @ centring
        norms = np.sqrt(np.diag(gram))
        cosine = np.clip(gram / np.outer(norms, norms), -1, 1)
        gram = np.outer(norms, norms) * (np.sqrt(1 - cosine**2) + (np.pi - np.arccos(cosine)) * cosine) / np.pi
        gram /= np.trace(gram)
    return gram


def networks() -> Iterator[Row]:
    rng = np.random.default_rng(2)
    gram = generic_grams(1, 32, 64, rng)[0]
    network = recentred_network(1000, 120)
    seconds, texts = [], []
    for net in (network, network.with_full_matrices()):
        start = process_time()
        *_, last = gram_chain(net, (gram + gram.T) / 2, rng, repeats=2)
        state = odd_state(last)
        seconds.append(process_time() - start)
        texts.append(f"norm ratios {state.norm_ratio.round(1).tolist()}")
    what = "recentred networks, n = 32, width 1000, 120 layers, 2 draws"
    note = f"{texts[0]}; the peer: {texts[1]}"
    yield Row(what, seconds[0], "NumPy float64, full W", seconds[1], most=20, note=note)


def rows() -> Iterator[Row]:
    yield from fixed_points()
    yield from recursion()
    yield from networks()


if __name__ == "__main__":
    alone("recentering", rows)
