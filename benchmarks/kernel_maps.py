"""Kernel maps beside NumPy's formulas, product quadrature, SciPy, mpmath and neural-tangents: `python -m benchmarks.kernel_maps`.

Times on 1e6 correlations in float64, the set-up of a map included where the line says so; errors are against certified values.
neural-tangents (0.6.5 with jax 0.5.3, the newest pair that works) is compiled beforehand and kept on one core.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import mpmath
import numpy as np

from benchmarks.peers import peer_module
from benchmarks.row import Row, alone, cpu_seconds, in_turns
from theory.activation.activation import Activation
from theory.enclosure.ball import working_bits
from theory.kernel_map.hermite import _compute
from theory.kernel_map.kernel_map import KernelMap

COUNT = 10**6


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


def worst_error(kernel: KernelMap, values: Callable[[np.ndarray], np.ndarray]) -> str:
    places = np.linspace(-0.96, 0.96, 13)
    errors = [abs(float(kernel.ball(float(p), 22) - float(v))) for p, v in zip(places, values(places), strict=True)]
    return f"worst absolute error {max(errors):.0e}"


def closed_forms(rho: np.ndarray) -> Iterator[Row]:
    plain = {
        "relu": lambda r: (np.sqrt(1 - r * r) + r * (np.pi / 2 + np.arcsin(r))) / np.pi,
        "erf": lambda r: np.arcsin(2 * r / 3) / np.arcsin(2 / 3),
    }
    tangents = neural_tangents()
    for name, function in plain.items():
        kernel, formula = normalised(name), chunked(function)
        works: list[Callable[[], object]] = [lambda k=kernel: k.float64(rho), lambda f=formula: f(rho)]  # type: ignore[misc]
        if tangents is not None:
            works.append(tangents(name, rho))
        own, numpy, *theirs = in_turns(*works, calls=7)
        note = worst_error(kernel, kernel.float64)
        yield Row(f"{name} map, 1e6 correlations", own, "NumPy formula, in chunks", numpy, note=note)
        found = theirs[0] if theirs else None
        yield Row(f"{name} map, 1e6 correlations", own, "neural-tangents, jit, float64", found, note=note)


def neural_tangents() -> Callable[[str, np.ndarray], Callable[[], object]] | None:
    """Return what makes a peer's call from an activation's name and correlations, compiled, or None."""
    if hasattr(os, "sched_setaffinity"):  # its threads are those of the cores it sees when it starts
        cores = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {min(cores)})
    module = peer_module("neural-tangents")
    if module is None:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, cores)
        return None
    import jax
    from neural_tangents import stax

    jax.config.update("jax_enable_x64", True)

    def call(name: str, rho: np.ndarray) -> Callable[[], object]:
        layer = {"relu": stax.Relu, "erf": stax.Erf}[name]()
        _, _, kernel = stax.serial(stax.Dense(1), layer)
        compiled: Any = jax.jit(lambda a, b: kernel(a, b, "nngp"))
        left = np.array([[1.0, 0.0]])
        right = np.stack([rho, np.sqrt(1 - rho * rho)], axis=1)
        compiled(left, right).block_until_ready()
        return lambda: compiled(left, right).block_until_ready()

    return call


def without_closed_form(rho: np.ndarray) -> Iterator[Row]:
    for name in ("gelu", "tanh", "sigmoid"):
        kernel = normalised(name)
        setup = cpu_seconds(lambda k=kernel: k.float64(rho[:2]), 1)  # type: ignore[misc]
        own = cpu_seconds(partial(kernel.float64, rho), 7)
        note = f"set-up {setup:.2f} s; {worst_error(kernel, kernel.float64)}"
        if name != "tanh":
            yield Row(f"{name} map, 1e6 correlations", own, note=note)
            continue
        for points in (25, 50):
            peer = gauss_hermite(points)
            part = 500
            scaled = cpu_seconds(partial(peer, rho[:part]), 2) * COUNT / part
            error = f"its {worst_error(kernel, peer)}; {part} correlations, scaled"
            yield Row(
                "tanh map, 1e6 correlations", own, f"Gauss-Hermite {points} x {points}", scaled, note=f"{note}; {error}"
            )


def gap_forms(rho: np.ndarray) -> Iterator[Row]:
    """1 - kappa near rho = 1, where correlations travel as gaps: its error is the matter, not its time."""
    deltas = np.array([1e-2, 1e-6, 1e-10, 1e-14])
    for name in ("relu", "erf", "tanh"):
        kernel = normalised(name)
        kernel.gap(rho[:2] + 1)
        with working_bits(300):
            truth = [1 - kernel.ball(1 - _exact(d), 34) for d in deltas]
            own, plain = (
                max(abs(float(_exact(v) / t - 1)) for v, t in zip(values, truth, strict=True))
                for values in (kernel.gap(deltas), 1 - kernel.float64(1 - deltas))
            )
        yield Row(
            f"{name}, 1 - kappa(1 - delta), worst relative error",
            own,
            "1 - map, float64",
            plain,
            unit="",
            note=f"delta = 1e-2 ... 1e-14; 1e6 of them in {1e3 * cpu_seconds(lambda k=kernel: k.gap(1 - rho)):.0f} ms",  # type: ignore[misc]
        )


def _exact(value: float) -> Any:
    import flint

    return flint.arb(float(value))


def certified() -> Iterator[Row]:
    def mpmath_coefficients() -> None:
        with mpmath.workdps(50):
            for k in range(1, 6, 2):
                mpmath.quad(
                    lambda x, k=k: mpmath.tanh(x) * mpmath.hermite(k, x / mpmath.sqrt(2)) * mpmath.npdf(x), [-18, 0, 18]
                )

    # 100 odd coefficients up to c_199; mpmath's grow with k, so the scaled figure is a lower bound
    theirs = cpu_seconds(mpmath_coefficients, 1) * 100 / 3
    for name in ("tanh", "sigmoid", "silu", "softplus", "mish", "relu"):
        own = cpu_seconds(partial(_compute, Activation.from_text(name), 201, 50), 2)
        what = f"c_0 ... c_200 of {name}, 50 certified digits"
        if name == "tanh":
            yield Row(
                what, own, "mpmath.quad, not proved", theirs, note="the peer: c_1, c_3, c_5, scaled to 100 of them"
            )
        else:
            yield Row(what, own)
    activation = Activation.from_text("tanh")
    yield Row("c_0 ... c_200 of tanh, 200 certified digits", cpu_seconds(partial(_compute, activation, 201, 200), 1))

    def dblquad_value() -> None:
        from scipy.integrate import dblquad

        r = 0.5
        norm = 2 * np.pi * np.sqrt(1 - r * r)
        dblquad(
            lambda y, x: np.tanh(x) * np.tanh(y) * np.exp(-(x * x - 2 * r * x * y + y * y) / (2 * (1 - r * r))) / norm,
            -9, 9, -9, 9,
        )  # fmt: skip

    kernel = KernelMap.raw(activation)
    kernel.ball(0.5, 50)
    own, theirs = in_turns(lambda: kernel.ball(0.5, 50), dblquad_value, calls=2)
    yield Row(
        "kappa(1/2) of tanh, 50 certified digits", own, "scipy dblquad, 8 digits", theirs, note="coefficients kept"
    )


def depth() -> Iterator[Row]:
    delta = np.linspace(0.01, 1.0, 1000)

    def iterated(kernel: KernelMap, layers: int) -> None:
        gap = delta
        for _ in range(layers):
            gap = np.minimum(kernel.gap(gap), 2.0)

    for name in ("relu", "tanh", "exp"):
        kernel = normalised(name)
        own = cpu_seconds(lambda k=kernel: k.gap_after(delta, 10**6), 1)  # type: ignore[misc]
        theirs = cpu_seconds(lambda k=kernel: iterated(k, 500)) * 2000 if name != "exp" else None  # type: ignore[misc]
        peer = "layer by layer, NumPy" if name != "exp" else ""
        note = "set-up of the composed interpolants included" + ("; the peer: 500 layers, scaled" if peer else "")
        yield Row(f"{name}, 1000 correlations through 1e6 layers", own, peer, theirs, note=note)


def rows() -> Iterator[Row]:
    rho = np.random.default_rng(0).uniform(-1, 1, COUNT)
    yield from closed_forms(rho)
    yield from without_closed_form(rho)
    yield from gap_forms(rho)
    yield from certified()
    yield from depth()


if __name__ == "__main__":
    alone("kernel_maps", rows)
