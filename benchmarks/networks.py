"""Networks without weight matrices, side by side with full weight matrices in NumPy and, where installed, torch on the CPU.

Run ``python -m benchmarks.networks``: one process, one thread, one
thing after the other; times are CPU seconds (of all threads, so more threads help nobody), the best of some calls. Peers that would take minutes are run on a stated part of the work, and their time is
scaled up to all of it, which the line says. The peers write the textbook definition: draw W, multiply, normalise.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from numerics.backpropagation import backpropagate
from numerics.gram_chain import correlation_potential, gram_matrix, isometry_gap
from numerics.layer import Elementwise, Gain, GaussianLinear, HaarLinear, LayerNorm
from numerics.network import Network, layer_normalised_mlp
from numerics.random_streams import stream
from numerics.sampler import batch_of_gram, sample
from theory.activation import Activation, catalogue

WIDTH, SAMPLES, DEPTH, REPEATS = 1000, 10, 30, 10
START = 0.6 * np.eye(SAMPLES) + 0.4
(RELU,) = catalogue("relu")


def cpu_seconds(work: Callable[[], object], calls: int = 3) -> float:
    """Least CPU time of some calls."""
    times = []
    for _ in range(calls):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def torch_or_none() -> Any:
    try:
        import torch
    except ImportError:
        print("  torch cannot be imported here: no figures for it")
        return None
    torch.set_num_threads(1)
    return torch


def line(what: str, own: float, peer: str, theirs: float, goal: float | None = None, part: str = "") -> None:
    wanted = "" if goal is None else f"  (goal {goal:g}x: {'met' if theirs / own >= goal else 'MISSED'})"
    print(f"  {what:34s} {own:9.3f} s   {peer:24s} {theirs:9.3f} s   {theirs / own:7.1f}x{wanted}{part}")


def statistics(state: np.ndarray) -> np.ndarray:
    """Gap, largest correlation potential, mean square: the figures that papers plot at every layer."""
    gram = gram_matrix(state)
    return np.stack([isometry_gap(gram), correlation_potential(gram), np.trace(gram, axis1=1, axis2=2)], axis=1)


def dense_numpy(depth: int, haar: bool, dtype: Any = np.float64) -> None:
    rng = stream(1, "dense")
    state = batch_of_gram(START, WIDTH).astype(dtype)
    for _ in range(depth):
        weights = rng.standard_normal((WIDTH, WIDTH), dtype=dtype)
        if haar:
            weights, triangle = np.linalg.qr(weights)
            weights *= np.sign(np.diagonal(triangle))
        else:
            weights /= np.sqrt(WIDTH)
        state = np.maximum(state @ weights, 0)
        state -= state.mean(1, keepdims=True)
        state /= np.sqrt((state * state).mean(1, keepdims=True))
        statistics(state[None])


def dense_torch(torch: Any, depth: int, haar: bool) -> None:
    state = torch.asarray(batch_of_gram(START, WIDTH).astype(np.float32))
    for _ in range(depth):
        if haar:
            weights = torch.nn.init.orthogonal_(torch.empty(WIDTH, WIDTH))
        else:
            weights = torch.randn(WIDTH, WIDTH) / WIDTH**0.5
        state = torch.nn.functional.layer_norm(torch.relu(state @ weights), (WIDTH,), eps=0.0)
        statistics(state.numpy()[None])


def layer_normalised(torch: Any) -> None:
    network, batch = layer_normalised_mlp(RELU, WIDTH, DEPTH), batch_of_gram(START, WIDTH)
    own = cpu_seconds(lambda: sample(network, batch, statistics, stream(1, "ln"), repeats=REPEATS), 5)
    print(
        f"layer-normalised relu MLP, d={WIDTH}, n={SAMPLES}, depth {DEPTH}, {REPEATS} networks, statistics at every layer"
    )
    part = "  [1 network, scaled]"
    numpy64 = REPEATS * cpu_seconds(lambda: dense_numpy(DEPTH, False), 2)
    line("this package, float64", own, "NumPy float64, full W", numpy64, None, part)
    numpy32 = REPEATS * cpu_seconds(lambda: dense_numpy(DEPTH, False, np.float32), 2)
    single = cpu_seconds(
        lambda: sample(network, batch, statistics, stream(1, "ln"), repeats=REPEATS, dtype="float32"), 5
    )
    line("this package, float32", single, "NumPy float32, full W", numpy32, None, part)
    if torch is not None:
        theirs = REPEATS * cpu_seconds(lambda: dense_torch(torch, DEPTH, False), 5)
        line("this package, float64", own, "torch float32, full W", theirs, 25, part)
        line("this package, float32", single, "torch float32, full W", theirs, 25, part)


def haar(torch: Any) -> None:
    network = Network((HaarLinear(), Elementwise(RELU), LayerNorm()), WIDTH, DEPTH)
    batch = batch_of_gram(START, WIDTH)
    own = cpu_seconds(lambda: sample(network, batch, statistics, stream(1, "haar")), 10)
    print(f"Haar orthogonal, relu, layer norm, d={WIDTH}, n={SAMPLES}, {DEPTH} layers, one network")
    part = f"  [3 of {DEPTH} layers, scaled]"
    line(
        "this package, float64",
        own,
        "NumPy float64, QR",
        DEPTH / 3 * cpu_seconds(lambda: dense_numpy(3, True), 2),
        None,
        part,
    )
    if torch is not None:
        line("this package, float64", own, "torch float32, orthogonal_",
             DEPTH / 3 * cpu_seconds(lambda: dense_torch(torch, 3, True), 3), 100, part)  # fmt: skip


def covariance_chain() -> None:
    width, depth, networks, done = 200, 200, 1000, 4
    plus, minus = 1 + 1 / width**0.5, 1 - 1 / width**0.5
    shaped = Activation.from_text(f"{plus:.15f}*max(x, 0) + {minus:.15f}*min(x, 0)")
    gain = (2 / (plus**2 + minus**2)) ** 0.5
    network = Network((GaussianLinear(), Elementwise(shaped), Gain(gain)), width, depth)
    start = batch_of_gram(np.array([[1.0, 0.3], [0.3, 1.0]]), width)

    def full() -> None:
        rng = stream(1, "covariance")
        state = np.broadcast_to(start, (done, 2, width))
        for _ in range(depth):
            image = state @ rng.standard_normal((done, width, width)) * (gain / width**0.5)
            state = np.where(image > 0, plus * image, minus * image)
            gram_matrix(state)

    own = cpu_seconds(lambda: sample(network, start, gram_matrix, stream(1, "covariance"), repeats=networks), 2)
    print(f"covariance chain of shaped relu, n=d={width}, m=2, {networks} networks, covariance at every layer")
    line("this package, float64", own, "NumPy float64, full W", networks / done * cpu_seconds(full, 2), 30,
         f"  [{done} networks, scaled]")  # fmt: skip


def backward() -> None:
    depth = 10
    network, batch = layer_normalised_mlp(catalogue("tanh")[0], WIDTH, depth), batch_of_gram(START, WIDTH)
    thin, full = (
        cpu_seconds(lambda kind=kind: backpropagate(network, batch, stream(1, "back"), sampler=kind, memory=2**31), 3)  # type: ignore[misc]
        for kind in ("thin", "full")
    )
    print(f"forward and backward, layer-normalised tanh, d={WIDTH}, n={SAMPLES}, depth {depth}, one network")
    line("this package, float64", thin, "full W, kept for the way back", full)


def cost_against_width() -> None:
    widths = [100, 316, 1000, 3162, 10_000, 31_623, 100_000]
    times = []
    for width in widths:
        network, batch = layer_normalised_mlp(RELU, width, 3), batch_of_gram(START, width)
        times.append(cpu_seconds(lambda n=network, b=batch: sample(n, b, statistics, stream(1, "cost")), 4))  # type: ignore[misc]
    exponent = float(np.polyfit(np.log(widths), np.log(times), 1)[0])
    tail = float(np.polyfit(np.log(widths[2:]), np.log(times[2:]), 1)[0])
    print("cost against width, n=10, depth 3, one network")
    print("  " + "  ".join(f"d={w}: {1e3 * t:.2f} ms" for w, t in zip(widths, times, strict=True)))
    verdict = "met" if max(exponent, tail) <= 1.1 else "MISSED"
    print(f"  fitted exponent {exponent:.2f} (all), {tail:.2f} (d >= 1000)  (goal <= 1.1: {verdict})")


def memory() -> None:
    script = (
        "import numpy as np\n"
        "from numerics.gram_chain import gram_matrix\n"
        "from numerics.network import layer_normalised_mlp\n"
        "from numerics.sampler import batch_of_gram, sample\n"
        "from theory.activation import catalogue\n"
        "net = layer_normalised_mlp(catalogue('relu')[0], 100_000, 3)\n"
        "batch = batch_of_gram(0.6 * np.eye(10) + 0.4, 100_000)\n"
        # not ru_maxrss: it remembers the process that started this one
        "peak = lambda: next(int(x.split()[1]) for x in open('/proc/self/status') if x.startswith('VmHWM'))\n"
        "before = peak()\n"
        "sample(net, batch, gram_matrix, np.random.default_rng(0))\n"
        "print(before, peak())\n"
    )
    if not os.path.exists("/proc/self/status"):
        print("peak memory: no figure (this system keeps none per process)")
        return
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    before, peak = (int(number) * 1024 / 1e6 for number in done.stdout.split())
    verdict = "met" if peak <= 200 else "MISSED"
    print("peak memory of a fresh process, d=100000, n=10, depth 3")
    print(f"  {peak:.0f} MB, of which {before:.0f} MB before the first layer  (goal <= 200 MB: {verdict})")
    print(f"  one weight matrix would take {1e10 * 8 / 1e9:.0f} GB")


def shard(index: int) -> tuple[float, np.ndarray]:
    """A quarter of a second of work, as campaigns hand it out, with its CPU time."""
    network, batch = layer_normalised_mlp(RELU, WIDTH, DEPTH), batch_of_gram(START, WIDTH)
    start = time.process_time()
    found = sample(network, batch, statistics, stream(2, "shard", index), repeats=40, memory=2**23)
    return time.process_time() - start, found


def processes(scheduler: str | None = None, count: int = 60) -> None:
    """Run shards in this process, in two workers and, where an address is given, on a Dask cluster.

    Wall time tells of the machine's other users too; CPU time per shard, and this process's own, tell what distributing costs.
    """
    from numerics.executor import Executor, ProcessExecutor, SerialExecutor, available_cores, choose_executor

    def run(name: str, executor: Executor) -> dict[int, np.ndarray]:
        list(executor.map(shard, range(4)))  # workers start and import
        load, wall, own = os.getloadavg()[0], time.perf_counter(), time.process_time()
        found = dict(executor.map(shard, range(count)))
        wall, own = time.perf_counter() - wall, time.process_time() - own
        inside = sum(cpu for cpu, _ in found.values())
        outside = own - inside if isinstance(executor, SerialExecutor) else own
        print(
            f"  {name:16s} wall {wall:6.2f} s, CPU inside shards {inside:6.2f} s, outside {1e3 * outside / count:5.2f} ms a shard, "
            f"cores at work {inside / wall:4.2f}  (load {load:.1f})"
        )
        return {index: array for index, (_, array) in found.items()}

    print(f"{count} shards of 40 networks on {available_cores()} cores")
    results = [run("one process", SerialExecutor()), run("--jobs 2", ProcessExecutor(2))]
    if scheduler is not None:
        results.append(run("--scheduler", choose_executor(scheduler=scheduler)))
    same = all(np.array_equal(results[0][index], other[index]) for other in results for index in range(count))
    print(f"  same bits: {'yes' if same else 'NO'}")


if __name__ == "__main__":
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":  # is read when NumPy is imported
        one = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        sys.exit(subprocess.call([sys.executable, "-m", "benchmarks.networks"], env=os.environ | one))
    found = torch_or_none()
    layer_normalised(found)
    haar(found)
    covariance_chain()
    backward()
    cost_against_width()
    memory()
    processes()
