"""Networks without weight matrices beside full weight matrices in NumPy and torch on the CPU: `python -m benchmarks.networks`.

The peers write the textbook definition, one network at a time: draw W, multiply, normalise. Ours are the Gram chain
(`numerics.network.gram_chain`) and, where float32 or gradients are asked for, the samplers of a batch (`numerics.network.sampler`,
`numerics.network.backpropagation`); all take the same statistics at every layer.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from benchmarks.peers import peer_module
from benchmarks.row import Row, alone, cpu_seconds, in_turns
from numerics.campaign.random_streams import stream
from numerics.network.backpropagation import backpropagate
from numerics.network.gram_chain import correlation_potential, gram_chain, gram_matrix, isometry_gap
from numerics.network.layer import Elementwise, Gain, GaussianLinear, HaarLinear
from numerics.network.network import Network, layer_normalised_mlp
from numerics.network.normalisation import LayerNorm
from numerics.network.sampler import batch_of_gram, sample
from theory.activation import Activation, catalogue

WIDTH, SAMPLES, DEPTH, REPEATS = 1000, 10, 30, 10
START = 0.6 * np.eye(SAMPLES) + 0.4
(RELU,) = catalogue("relu")


def torch_or_none() -> Any:
    torch = peer_module("torch")
    if torch is not None:
        torch.set_num_threads(1)
    return torch


def statistics(gram: np.ndarray) -> np.ndarray:
    """Gap, largest correlation potential, mean square: the figures that papers plot at every layer."""
    return np.stack([isometry_gap(gram), correlation_potential(gram), np.trace(gram, axis1=1, axis2=2)], axis=1)


def of_state(state: np.ndarray) -> np.ndarray:
    """The same figures from states."""
    return statistics(gram_matrix(state))


def chain(network: Network, repeats: int) -> np.ndarray:
    """All statistics of some networks, float64."""
    return np.stack([statistics(gram) for gram in gram_chain(network, START, stream(1, "chain"), repeats=repeats)])


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
        of_state(state[None])


def dense_torch(torch: Any, depth: int, haar: bool) -> None:
    state = torch.asarray(batch_of_gram(START, WIDTH).astype(np.float32))
    for _ in range(depth):
        if haar:
            weights = torch.nn.init.orthogonal_(torch.empty(WIDTH, WIDTH))
        else:
            weights = torch.randn(WIDTH, WIDTH) / WIDTH**0.5
        state = torch.nn.functional.layer_norm(torch.relu(state @ weights), (WIDTH,), eps=0.0)
        of_state(state.numpy()[None])


def layer_normalised(torch: Any) -> Iterator[Row]:
    network, batch = layer_normalised_mlp(RELU, WIDTH, DEPTH), batch_of_gram(START, WIDTH)
    works: list[Callable[[], object]] = [
        lambda: chain(network, REPEATS),
        lambda: sample(network, batch, of_state, stream(1, "ln"), repeats=REPEATS, dtype="float32"),
    ]
    if torch is not None:
        works.append(lambda: dense_torch(torch, DEPTH, False))
    double, single, *theirs = in_turns(*works, calls=20)
    numpy = cpu_seconds(lambda: dense_numpy(DEPTH, False))
    what = f"layer-normed relu, d={WIDTH}, n={SAMPLES}, depth {DEPTH}, {REPEATS} networks"
    note = "statistics at every layer; the peer: 1 network, scaled"
    yield Row(f"{what}, float64", double, "NumPy float64, full W", REPEATS * numpy, note=note)
    scaled = REPEATS * theirs[0] if torch is not None else None
    yield Row(f"{what}, float64", double, "torch float32, full W", scaled, ratio=25, note=note)
    yield Row(f"{what}, float32", single, "torch float32, full W", scaled, ratio=25, note=note)


def haar(torch: Any) -> Iterator[Row]:
    network = Network((HaarLinear(), Elementwise(RELU), LayerNorm()), WIDTH, DEPTH)
    part = 3
    works: list[Callable[[], object]] = [
        lambda: chain(network, 1),
        lambda: chain(network, REPEATS),
    ]
    if torch is not None:
        works.append(lambda: dense_torch(torch, part, True))
    one, ten, *theirs = in_turns(*works, calls=15)
    numpy = cpu_seconds(lambda: dense_numpy(part, True))
    what = f"Haar, relu, layer norm, d={WIDTH}, n={SAMPLES}, {DEPTH} layers"
    note = f"statistics at every layer; the peer: {part} layers of 1 network, scaled"
    yield Row(f"{what}, one network", one, "NumPy float64, QR", DEPTH / part * numpy, note=note)
    torch_one = DEPTH / part * theirs[0] if torch is not None else None
    torch_ten = REPEATS * torch_one if torch_one is not None else None
    yield Row(f"{what}, one network", one, "torch float32, orthogonal_", torch_one, ratio=100, note=note)
    yield Row(f"{what}, {REPEATS} networks", ten, "torch float32, orthogonal_", torch_ten, ratio=100, note=note)


def covariance_chain() -> Iterator[Row]:
    width, depth, networks, done = 200, 200, 1000, 4
    plus, minus = 1 + 1 / width**0.5, 1 - 1 / width**0.5
    shaped = Activation.from_text(f"{plus:.15f}*max(x, 0) + {minus:.15f}*min(x, 0)")
    gain = (2 / (plus**2 + minus**2)) ** 0.5
    network = Network((GaussianLinear(), Elementwise(shaped), Gain(gain)), width, depth)
    pair = np.array([[1.0, 0.3], [0.3, 1.0]])
    start = batch_of_gram(pair, width)

    def full() -> None:
        rng = stream(1, "covariance")
        state = np.broadcast_to(start, (done, 2, width))
        for _ in range(depth):
            image = state @ rng.standard_normal((done, width, width)) * (gain / width**0.5)
            state = np.where(image > 0, plus * image, minus * image)
            gram_matrix(state)

    def own() -> None:
        for _ in gram_chain(network, pair, stream(1, "covariance"), repeats=networks):
            pass

    mine, theirs = in_turns(own, full, calls=2)
    yield Row(
        f"covariance chain of shaped relu, n=d={width}, m=2, {networks} networks",
        mine,
        "NumPy float64, full W",
        networks / done * theirs,
        ratio=30,
        note=f"covariance at every layer; the peer: {done} networks, scaled",
    )


def backward() -> Iterator[Row]:
    depth = 10
    network, batch = layer_normalised_mlp(catalogue("tanh")[0], WIDTH, depth), batch_of_gram(START, WIDTH)

    def gradients(sampler: Any) -> object:
        return backpropagate(network, batch, stream(1, "back"), sampler=sampler, memory=2**31)

    thin, full = in_turns(lambda: gradients("thin"), lambda: gradients("full"))
    yield Row(
        f"forward and backward, layer-normed tanh, d={WIDTH}, n={SAMPLES}, depth {depth}",
        thin,
        "NumPy float64, full W kept",
        full,
        note="norms of all weight and state gradients, one network",
    )


def cost_against_width() -> Iterator[Row]:
    widths = [100, 316, 1000, 3162, 10_000, 31_623, 100_000]
    networks = [layer_normalised_mlp(RELU, width, 3) for width in widths]
    works = [partial(lambda network: list(gram_chain(network, START, stream(1, "cost"))), n) for n in networks]
    times = in_turns(*works, calls=5)
    exponent = float(np.polyfit(np.log(widths), np.log(times), 1)[0])
    tail = float(np.polyfit(np.log(widths[2:]), np.log(times[2:]), 1)[0])
    note = ", ".join(f"d={width}: {1e3 * t:.3g} ms" for width, t in zip(widths, times, strict=True))
    what = f"exponent of cost against width, n={SAMPLES}, depth 3"
    yield Row(f"{what}, d = 100..100000", exponent, most=1.1, unit="", note=note)
    yield Row(f"{what}, d >= 1000", tail, most=1.1, unit="", note="where the fixed cost of a layer no longer counts")


def memory() -> Iterator[Row]:
    script = (
        "import numpy as np\n"
        "from numerics.network.gram_chain import gram_matrix\n"
        "from numerics.network.network import layer_normalised_mlp\n"
        "from numerics.network.sampler import batch_of_gram, sample\n"
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
        return  # this system keeps no figure per process
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    before, peak = (int(number) * 1024 / 1e6 for number in done.stdout.split())
    yield Row(
        f"peak memory of a fresh process, d=100000, n={SAMPLES}, depth 3",
        peak,
        "one weight matrix, float64",
        1e10 * 8 / 1e6,
        most=200,
        unit="MB",
        note=f"{before:.0f} MB of it before the first layer",
    )


def rows() -> Iterator[Row]:
    torch = torch_or_none()
    yield from layer_normalised(torch)
    yield from haar(torch)
    yield from covariance_chain()
    yield from backward()
    yield from cost_against_width()
    yield from memory()


if __name__ == "__main__":
    alone("networks", rows)
