"""Batch-normalised networks and certified contraction constants: `python -m benchmarks.batch_norm`.

Times are the best of three; sizes as printed. torch, if it is installed, runs the same linear network in float32 (orthogonal weights by its
own initialiser, gradients by autograd) in the same process; without it its column is empty. Both use one thread.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from numerics.batch_norm import BatchNormNetwork, gap_path, gradient_path
from theory.batch_norm.contraction import sharp_constant
from theory.batch_norm.table import contraction_text


def seconds(task: Callable[[], object], repetitions: int = 3) -> float:
    """Return the best wall time."""
    best = float("inf")
    for _ in range(repetitions):
        start = time.perf_counter()
        task()
        best = min(best, time.perf_counter() - start)
    return best


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


def main() -> None:
    """Print the table."""
    items = [
        ("c_37, 20 certified digits", constant, None, "<= 1 s"),
        ("contraction table, d = 2..100, 20 digits", table, None, "<= 60 s on 2 cores"),
        (
            "d = n = 100, depth 1000, gradients and log-volumes",
            deep,
            torch_network(100, 100, 1000, backward=True),
            "no slower",
        ),
        ("d = n = 100, depth 1000, gaps", gaps, torch_network(100, 100, 1000, backward=False), "no slower"),
        ("d = 1000, n = 10, depth 10, gaps", thin, torch_network(1000, 10, 10, backward=False), ">= 100x"),
    ]
    print(f"{'item':52} {'haarmite':>10} {'torch float32':>14} {'ratio':>8}  line to reach")
    for name, task, peer, line in items:
        mine = seconds(task, 1 if "table" in name else 3)
        other = seconds(peer) if peer is not None else None
        text = f"{other:.3f} s" if other is not None else "-"
        ratio = f"{other / mine:.1f}x" if other is not None else "-"
        print(f"{name:52} {mine:8.3f} s {text:>14} {ratio:>8}  {line}", flush=True)
    print(f"peak memory of the whole run {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
