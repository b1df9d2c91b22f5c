"""Kernel maps side by side with NumPy, SciPy, mpmath and, if it is importable, neural-tangents.

    python -m benchmarks.kernel_maps

Prints, measured in this run in processor time of one thread: time and error on 1e6 correlations, the accuracy of 1 - kappa near
rho = 1, the time of certified coefficients and values, and layers per second of an iterated map.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import types
from collections.abc import Callable
from time import process_time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import mpmath
import numpy as np

from theory.activation.activation import Activation
from theory.enclosure.ball import working_bits
from theory.hermite import _compute
from theory.kernel_map import KernelMap

COUNT = 10**6


def best(call: Callable[[], object], repeats: int = 7) -> float:
    times = []
    for _ in range(repeats):
        start = process_time()
        call()
        times.append(process_time() - start)
    return min(times)


def normalised(name: str) -> KernelMap:
    return KernelMap.normalised(Activation.from_text(name))


def chunked(function: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    def run(rho: np.ndarray) -> np.ndarray:
        out = np.empty_like(rho)
        for start in range(0, rho.size, 16384):
            out[start : start + 16384] = function(rho[start : start + 16384])
        return out

    return run


def gauss_hermite(points: int) -> Callable[[np.ndarray], np.ndarray]:
    """Product Gauss-Hermite quadrature of tanh, as libraries without closed form use it (1e3 correlations at a time)."""
    x, w = np.polynomial.hermite_e.hermegauss(points)
    w = w / np.sqrt(2 * np.pi)
    at_x = np.tanh(x) * w
    scale = float(np.sum(np.tanh(x) ** 2 * w))

    def run(rho: np.ndarray) -> np.ndarray:
        y = rho[:, None, None] * x[:, None] + np.sqrt(1 - rho**2)[:, None, None] * x[None, :]
        return np.einsum("i,nij,j->n", at_x, np.tanh(y), w) / scale

    return run


def worst_error(kernel: KernelMap, values: Callable[[np.ndarray], np.ndarray]) -> float:
    places = np.linspace(-0.96, 0.96, 13)
    return max(abs(float(kernel.ball(float(p), 22) - float(v))) for p, v in zip(places, values(places), strict=True))


def time_on_many(rho: np.ndarray) -> None:
    plain = {
        "relu": lambda r: (np.sqrt(1 - r * r) + r * (np.pi / 2 + np.arcsin(r))) / np.pi,
        "erf": lambda r: np.arcsin(2 * r / 3) / np.arcsin(2 / 3),
    }
    print(f"\n{COUNT} correlations, float64, one thread              ms   worst absolute error")
    for name in ("relu", "erf", "gelu", "tanh", "sigmoid"):
        kernel = normalised(name)
        start = process_time()
        kernel.float64(rho[:2])
        setup = process_time() - start
        own = best(lambda k=kernel: k.float64(rho))
        print(
            f"  {name:10} haarmite map (set-up {setup:5.2f} s)      {own * 1e3:9.1f}   {worst_error(kernel, kernel.float64):.1e}"
        )
        kernel.gap(rho[:2] + 1)
        print(f"  {'':10} haarmite gap form                   {best(lambda k=kernel: k.gap(1 - rho)) * 1e3:9.1f}")
        if name in plain:
            formula = chunked(plain[name])
            print(
                f"  {'':10} NumPy formula, chunked              {best(lambda f=formula: f(rho)) * 1e3:9.1f}   {worst_error(kernel, formula):.1e}"
            )
    kernel = normalised("tanh")
    for points in (25, 50):
        peer = gauss_hermite(points)
        scaled = best(lambda p=peer: p(rho[:500]), 2) * COUNT / 500
        print(
            f"  tanh       Gauss-Hermite {points} x {points} (scaled)        {scaled * 1e3:9.0f}   {worst_error(kernel, peer):.1e}"
        )


def accuracy_near_one() -> None:
    print("\nrelative error of 1 - kappa(1 - delta)     delta =   1e-2      1e-6      1e-10     1e-14")
    deltas = np.array([1e-2, 1e-6, 1e-10, 1e-14])
    for name in ("relu", "erf", "tanh"):
        kernel = normalised(name)
        with working_bits(300):
            truth = [1 - kernel.ball(1 - _exact(d), 34) for d in deltas]
            for label, values in (("gap form", kernel.gap(deltas)), ("1 - map", 1 - kernel.float64(1 - deltas))):
                errors = [abs(float(_exact(v) / t - 1)) for v, t in zip(values, truth, strict=True)]
                print(f"  {name:6} {label:10}                                " + "  ".join(f"{e:8.1e}" for e in errors))


def _exact(value: float):  # type: ignore[no-untyped-def]
    import flint

    return flint.arb(float(value))


def certified() -> None:
    print("\ncertified                                                        s")
    for name in ("tanh", "sigmoid", "silu", "softplus", "mish", "relu"):
        activation = Activation.from_text(name)
        print(
            f"  c_0..c_200 of {name:9} at 50 digits                     {best(lambda a=activation: _compute(a, 201, 50), 2):7.3f}"
        )
    activation = Activation.from_text("tanh")
    print(
        f"  c_0..c_200 of tanh      at 200 digits                    {best(lambda: _compute(activation, 201, 200), 1):7.3f}"
    )

    def mpmath_coefficients() -> None:
        with mpmath.workdps(50):
            for k in range(1, 6, 2):
                mpmath.quad(
                    lambda x, k=k: mpmath.tanh(x) * mpmath.hermite(k, x / mpmath.sqrt(2)) * mpmath.npdf(x), [-18, 0, 18]
                )

    print(f"  mpmath.quad, c_1 c_3 c_5 of tanh, 50 digits (not proved) {best(mpmath_coefficients, 1):7.3f}")
    from scipy.integrate import dblquad

    def dblquad_value() -> None:
        r = 0.5
        norm = 2 * np.pi * np.sqrt(1 - r * r)
        dblquad(
            lambda y, x: np.tanh(x) * np.tanh(y) * np.exp(-(x * x - 2 * r * x * y + y * y) / (2 * (1 - r * r))) / norm,
            -9, 9, -9, 9,
        )  # fmt: skip

    kernel = KernelMap.raw(activation)
    print(f"  kappa(1/2) of tanh, 50 digits (coefficients kept)        {best(lambda: kernel.ball(0.5, 50), 2):7.3f}")
    print(f"  scipy dblquad, kappa(1/2) of tanh, 8 digits              {best(dblquad_value, 1):7.3f}")


def depth() -> None:
    print("\n1000 correlations through 1e6 layers                              s")
    delta = np.linspace(0.01, 1.0, 1000)
    for name in ("relu", "tanh", "exp"):
        kernel = normalised(name)
        start = process_time()
        kernel.gap_after(delta, 10**6)
        print(f"  {name:6} composed interpolants, set-up included               {process_time() - start:7.3f}")
    print("\niterated layer by layer, 1000 correlations      layers per second")
    for name in ("relu", "tanh"):
        kernel = normalised(name)
        delta = np.linspace(0.01, 1.0, 1000)
        kernel.gap(delta)
        layers = 2000
        start = process_time()
        for _ in range(layers):
            delta = np.minimum(kernel.gap(delta), 2.0)
        print(f"  {name:6}                                      {layers / (process_time() - start):10.0f}")


def main() -> None:
    rho = np.random.default_rng(0).uniform(-1, 1, COUNT)
    time_on_many(rho)
    accuracy_near_one()
    certified()
    depth()
    if importlib.util.find_spec("neural_tangents") is None:
        print("\nneural-tangents is not installed: no side-by-side figures for it in this run.")
    else:
        _neural_tangents(rho)


def _neural_tangents(rho: np.ndarray) -> None:
    """Time its closed forms (0.6.5 with jax 0.5.3 is the newest pair that works); pin the process for one thread."""
    # Its `experimental` part imports TensorFlow, which no kernel needs.
    sys.modules.setdefault("neural_tangents.experimental", types.ModuleType("neural_tangents.experimental"))
    import jax
    from neural_tangents import stax

    jax.config.update("jax_enable_x64", True)
    angle = np.arccos(rho[:1000])
    left = np.array([[1.0, 0.0]])
    right = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    for name, layer in (("relu", stax.Relu()), ("erf", stax.Erf())):
        _, _, kernel = stax.serial(stax.Dense(1), layer)
        apply = jax.jit(lambda a, b, k=kernel: k(a, b, "nngp"))
        many = np.tile(right, (1000, 1))
        apply(left, many).block_until_ready()
        print(
            f"  neural-tangents jit {name}: {best(lambda f=apply, m=many: f(left, m).block_until_ready()) * 1e3:.1f} ms on 1e6"
        )


if __name__ == "__main__":
    main()
