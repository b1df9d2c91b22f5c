"""Batch-normalised networks and certified contraction constants: `python -m benchmarks.batch_norm`.

CPU seconds, the best of three, taken in turn; sizes as printed. torch, if it is installed, runs the same linear network in float32 (orthogonal
weights by its own initialiser, gradients by autograd) in the same process; without it its column is empty. Both use one thread. Peak memory
is what arrays hold at once, by tracemalloc.

`python -m benchmarks.batch_norm wide` runs one network of width and depth 1000 instead (minutes).
"""

from __future__ import annotations

import os
import resource
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from benchmarks.peers import peer_module
from benchmarks.row import Row, alone
from numerics.batch_norm.gradient import GradientPath, gradient_path
from numerics.batch_norm.network import BatchNormNetwork, gap_path
from numerics.network.isometry_gap import isometry_gap
from theory.batch_norm.contraction import sharp_constant
from theory.tables.contraction import contraction_text


def seconds(*tasks: Callable[[], object], repetitions: int = 3) -> list[float]:
    """Return the best CPU time of each task; they take turns."""
    best = [float("inf")] * len(tasks)
    for _ in range(repetitions):
        for k, task in enumerate(tasks):
            start = time.process_time()
            task()
            best[k] = min(best[k], time.process_time() - start)
    return best


def peak(task: Callable[[], object]) -> float:
    """Return the largest number of megabytes that a task holds at once."""
    tracemalloc.start()
    task()
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return held / 2**20


def constant() -> None:
    sharp_constant.cache_clear()
    sharp_constant(37).constant.decimal(20)


def table() -> None:
    sharp_constant.cache_clear()
    contraction_text(range(2, 101), 20)


def deep() -> None:
    """All gradient norms and all gaps: gaps from the telescope of the log-volume."""
    rng = np.random.default_rng(0)
    gradient_path(BatchNormNetwork(100, 1000), rng.standard_normal((100, 100)), np.cos, rng)


def gaps() -> None:
    rng = np.random.default_rng(0)
    gap_path(BatchNormNetwork(100, 1000), rng.standard_normal((100, 100)), rng)


def thin() -> None:
    rng = np.random.default_rng(0)
    gap_path(BatchNormNetwork(1000, 10), rng.standard_normal((1000, 10)), rng)


def torch_network(width: int, samples: int, depth: int, *, backward: bool) -> Callable[[], object] | None:
    """Return the same network in torch, or None without torch."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)

    def run() -> object:
        weights = [torch.nn.init.orthogonal_(torch.empty(width, width)).requires_grad_(backward) for _ in range(depth)]
        state = torch.randn(width, samples)
        gaps = []
        for weight in weights:
            gaps.append(torch.linalg.svdvals(state.detach()).log().mean())
            state = torch.nn.functional.normalize(weight @ state, dim=1)
        if backward:
            (state * torch.randn_like(state)).sum().backward()
            return [weight.grad.norm() for weight in weights], gaps
        return gaps

    return run


def rows() -> Iterator[Row]:
    torch = peer_module("torch")
    if torch is not None:
        torch.set_num_threads(1)
    items: list[tuple[str, Callable[[], object], Callable[[], object] | None, float | None, float | None]] = [
        ("c_37, 20 certified digits", constant, None, None, 1),
        ("contraction table, d = 2..100, 20 digits", table, None, None, 60),
        (
            "d = n = 100, depth 1000, gradients and log-volumes",
            deep,
            torch_network(100, 100, 1000, backward=True),
            1,
            None,
        ),
        ("d = n = 100, depth 1000, gaps", gaps, torch_network(100, 100, 1000, backward=False), 1, None),
        ("d = 1000, n = 10, depth 10, gaps", thin, torch_network(1000, 10, 10, backward=False), 100, None),
    ]
    for name, task, peer, ratio, most in items:
        mine, *other = seconds(*filter(None, (task, peer)), repetitions=1 if "table" in name else 3)
        yield Row(name, mine, "torch float32" if ratio else "", other[0] if other else None, ratio, most)
    yield from memory()


def memory() -> Iterator[Row]:
    """Peaks of arrays at two depths: constant for gaps, linear for gradients within a limit, its root beyond."""
    batch = np.random.default_rng(0).standard_normal((100, 100))
    for name, task in (
        ("gaps", lambda depth: gap_path(BatchNormNetwork(100, depth), batch, np.random.default_rng(1))),
        ("all gradient norms, states kept", lambda depth: _gradients(100, depth, batch, 2**30)),
        ("all gradient norms, at most 16 MB of states asked", lambda depth: _gradients(100, depth, batch, 2**24)),
    ):
        shallow, deep_network = (peak(partial(task, depth)) for depth in (100, 1000))
        yield Row(f"peak memory at depth 1000, d = n = 100, {name}", deep_network, "depth 100", shallow, unit="MB")


def wide(size: int = 1000) -> None:
    """Gaps (by the telescope of log-volumes) and gradients of one network of width and depth 1000, and its input's gap."""
    batch = np.random.default_rng(0).standard_normal((size, size))
    start = time.perf_counter(), time.process_time()
    path = _gradients(size, size, batch, 2**30)
    wall, cpu = time.perf_counter() - start[0], time.process_time() - start[1]
    gaps = isometry_gap(batch) - np.cumsum(path.log_volume) / size
    print(
        f"width {size}, depth {size}: {wall:.0f} s wall, {cpu:.0f} CPU seconds, log-gradient from {path.weights[-1]:.4f} to "
        f"{path.weights[0]:.4f}, largest {path.weights.max():.4f}, smallest {path.weights.min():.4f}"
    )
    print(
        f"gap {isometry_gap(batch):.6f} at the input, {gaps[-1]:.3e} at the output by the telescope, finite everywhere: "
        f"{bool(np.isfinite(path.weights).all() and np.isfinite(path.states).all())}"
    )
    print(f"peak resident memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _gradients(width: int, depth: int, batch: np.ndarray, limit: int) -> GradientPath:
    rng = np.random.default_rng(1)

    def uniform(state: np.ndarray) -> np.ndarray:
        direction = rng.standard_normal(state.shape)
        return direction / np.linalg.norm(direction)

    return gradient_path(BatchNormNetwork(width, depth), batch, uniform, rng, memory=limit)


if __name__ == "__main__":
    wide() if "wide" in sys.argv[1:] else alone("batch_norm", rows)
