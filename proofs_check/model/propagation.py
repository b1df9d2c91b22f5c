r"""Layer by layer: mean square, correlation, isometry gap and gradient of a real model, against what theory expects of its parts.

Given its input, the units of a linear layer (the channels of a convolution) with independent weights of mean square v are independent draws of N(0, K),

    K_ab = v <x_a, x_b> + mean square of the biases,

x_a what one unit sums over at row a. So ``sum of squares`` over m units and all rows is ``sum_i lambda_i chi^2_m`` with the eigenvalues of K, and

    P(sum - mean >= 2 |lambda|_2 sqrt(t) + 2 lambda_max t) <= e^-t,    P(sum - mean <= -2 |lambda|_2 sqrt(t)) <= e^-t            (Laurent, Massart [1]_)

is the band, at any width; biases are fixed shifts, whose squares count like variance (Birge [2]_). v is read off the N entries, so that what is bounded is a ratio of
two forms: the lower end goes further by 2 t mean/N, and |lambda|_2^2 grows by (deviation)^2/N above. The band is proved for normal weights, and they alone have a verdict; for uniform and
truncated ones, whose squares spread less, it is shown.

Of elementwise functions of such a state K' = E s(u_a) s(u_b) is expected, of norms of a Gaussian state K_ab/sqrt(K_aa K_bb), of sums the sum; these have no
band and no verdict. Gradients: a linear layer multiplies mean squares by v fan_out, an elementwise function by E s'^2.

*Theory* is the same recursion from the first recognised input on, without looking again, at infinite width; where something is not recognised it starts anew from
what is measured.

References
----------
.. [1] B. Laurent and P. Massart, Ann. Statist. 28 (2000) 1302-1338, lemma 1.
.. [2] L. Birge, "An alternative point of view on Lepski's method", IMS Lecture Notes 36 (2001) 113-133, lemma 8.1.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from proofs_check.model.finding import Finding
from proofs_check.model.weight import kind_of

if TYPE_CHECKING:
    from proofs_check.model.recorder import Operation

Array = NDArray[np.float64]
State = tuple[Array, Array, bool]
"""Kernel, means, and whether units are Gaussian."""

ROW_NORMS = frozenset({"layer_norm", "rms_norm"})
"""Norms of one row at a time."""

_REACH, _FINE, _COARSE = 8.0, 4001, 161


@dataclass(frozen=True, slots=True)
class LayerFinding:
    """One operation of the forward pass.

    Parameters
    ----------
    name, function, kind : str
        Where, what, and how it was recognised (``linear``, ``conv``, ``elementwise``, ``norm``, ``add``, ``other``: not recognised).
    units : int
    mean_square, correlation, gap : float
        Of the rows that are looked at: mean square over units and rows; mean correlation of two rows; isometry gap in nats (None: singular).
    expected : float or None
        Mean square that is expected given the measured input.
    low, high : float or None
        Band of it, where there is one.
    expected_correlation, expected_gap : float or None
    theory : float or None
        Mean square at infinite width, from the first input on.
    gradient, expected_gradient : float or None
        Mean square of the gradient at the output, and what it is expected to be given those of the operations that use it.
    status : {"right", "outside", "measured"}
        Within its band, outside, or not judged.
    """

    name: str
    function: str
    kind: str
    units: int
    mean_square: float
    correlation: float | None
    gap: float | None
    expected: float | None
    low: float | None
    high: float | None
    expected_correlation: float | None
    expected_gap: float | None
    theory: float | None
    gradient: float | None
    expected_gradient: float | None
    status: Literal["right", "outside", "measured"]

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


def judge_layers(operations: Sequence[Operation], findings: Sequence[Finding], alpha: float) -> list[LayerFinding]:
    """Judge every operation; bands together are left with probability at most alpha.

    Parameters
    ----------
    operations : sequence of Operation
        From `proofs_check.model.recorder.record`.
    findings : sequence of Finding
        Of the parameters: a layer whose weights are no independent draws, are tied, or serve twice has no band, and no verdict unless they are normal.
    alpha : float

    Returns
    -------
    list of LayerFinding
    """
    uses = Counter(one.weight for one in operations if one.weight)
    drawn = {f.name: f.family for f in findings if f.family in ("normal", "uniform", "truncated") and not f.shared}
    banded = {id(one): drawn[one.weight] for one in operations if one.weight in drawn and uses[one.weight] == 1}
    share = math.log(2 * max(len(banded), 1) / alpha)
    theory: dict[int, State] = {}
    near: dict[int, State] = {}
    found = []
    for one in operations:
        state = _state(one, near, one.source_kernels)
        near[id(one)] = state or (one.kernel, np.zeros(len(one.kernel)), _stays_gaussian(one, near))
        chain = _state(
            one, theory, [theory[id(s)][0] if s is not None and id(s) in theory else k for s, k in _pairs(one)]
        )
        if chain is not None:
            theory[id(one)] = chain
        band = _band(one, share) if id(one) in banded else None
        found.append(_finding(one, None if state is None else state[0], band, chain, banded.get(id(one)) == "normal"))
    return found


def _pairs(one: Operation) -> list[tuple[Operation | None, Array]]:
    sources = one.sources if one.keeps_rows else [None] * len(one.sources)
    return (
        list(zip(sources, one.source_kernels, strict=False))
        if one.kind != "conv"
        else [(None, k) for k in one.source_kernels]
    )


def _stays_gaussian(one: Operation, states: Mapping[int, State]) -> bool:
    """Whether units are still Gaussian after a norm whose size is not predicted (batch norm looks at the whole batch)."""
    source = states.get(id(one.sources[0])) if one.kind == "norm" and one.sources[0] is not None else None
    return source is not None and source[2]


def _state(one: Operation, states: Mapping[int, State], kernels: Sequence[Array]) -> State | None:
    """Return the state after an operation, from kernels of its inputs; None where it is not recognised."""
    before = [states.get(id(source)) if source is not None else None for source in one.sources]
    first = before[0] if before else None
    zero = np.zeros(len(one.kernel))
    if one.kind in ("linear", "conv"):
        total = np.sum(kernels, axis=0) * (one.entry_square * one.fan / len(kernels)) + one.bias_square
        return np.asarray(total), zero, True
    if one.kind == "norm":
        if first is None:
            return None
        return _normalised(one, kernels[0], first)
    if one.kind == "elementwise" and first is not None and first[2]:
        kernel, mean = _activated(one, kernels[0])
        return kernel, mean, False
    if one.kind == "add" and len(kernels) == 2 and any(state is not None for state in before):
        means = [zero if state is None else state[1] for state in before]
        cross = np.outer(means[0], means[1])
        gaussian = all(state is not None and state[2] for state in before)
        return kernels[0] + kernels[1] + cross + cross.T, means[0] + means[1], gaussian
    return None


def _normalised(one: Operation, kernel: Array, state: State) -> State | None:
    """Layer and RMS norm with their gain at one; others look at more than a row."""
    if one.function not in ROW_NORMS:
        return None
    centred = kernel - np.outer(state[1], state[1]) if one.function == "layer_norm" else kernel
    roots = np.sqrt(np.diag(centred))
    if not np.all(roots > 1e-3):  # the eps of the norm is no longer small
        return None
    mean = np.zeros(len(roots)) if one.function == "layer_norm" else state[1] / roots
    return centred / np.outer(roots, roots), mean, state[2]


def _activated(one: Operation, kernel: Array) -> tuple[Array, Array]:
    """Return E s(u_a) s(u_b) and E s(u_a), u ~ N(0, K), of the function as it is called: trapezoid rule, 1e-6 on the diagonal, 1e-3 off it."""
    import torch

    def values(x: Array) -> Array:
        with torch.no_grad():
            return np.asarray(one.apply(torch.from_numpy(x)).numpy())

    roots = np.sqrt(np.maximum(np.diag(kernel), 0))
    fine, weight = _nodes(_FINE)
    along = values(roots[:, None] * fine)
    found, mean = np.diag((along**2) @ weight), along @ weight
    coarse, light = _nodes(_COARSE)
    for a in range(len(roots)):
        first = values(roots[a] * coarse) * light
        for b in range(a):
            rho = np.clip(kernel[a, b] / max(roots[a] * roots[b], 1e-300), -1, 1)
            inner = values(roots[b] * (rho * coarse[:, None] + math.sqrt(1 - rho**2) * coarse)) @ light
            found[a, b] = found[b, a] = first @ inner
    return found, mean


def mean_square_slope(one: Operation, kernel: Array) -> float:
    """Return the mean over rows of E s'(u_a)^2, by the function's own gradient."""
    import torch

    nodes, weight = _nodes(_FINE)
    places = torch.from_numpy(np.sqrt(np.maximum(np.diag(kernel), 0))[:, None] * nodes).requires_grad_()
    with torch.enable_grad():
        (slope,) = torch.autograd.grad(one.apply(places).sum(), places)
    return float((slope.numpy() ** 2 @ weight).mean())


def _nodes(number: int) -> tuple[Array, Array]:
    nodes = np.linspace(-_REACH, _REACH, number)
    weight = np.exp(-(nodes**2) / 2)
    return nodes, weight / weight.sum()


def _band(one: Operation, t: float) -> tuple[float, float] | None:
    """Return the band of the mean square over units and rows, Laurent-Massart."""
    scale = one.entry_square * one.fan
    each = one.units / len(one.source_kernels)
    spectra = np.concatenate([np.linalg.eigvalsh(k * scale + one.bias_square) for k in one.source_kernels]).clip(0)
    total, square, largest = each * spectra.sum(), each * float((spectra**2).sum()), float(spectra.max())
    if not total > 0:
        return None
    count, root = one.units * len(one.kernel), math.sqrt(t)
    below = 2 * math.sqrt(square) * root + 2 * t * total / one.entries
    above = 2 * math.sqrt(square) * root + 2 * largest * t
    for _ in range(20):  # the deviation stands on both sides; it settles unless there are fewer than 4 t entries
        above = 2 * math.sqrt(square + above**2 / one.entries) * root + 2 * largest * t
    return max(total - below, 0.0) / count, (total + above) / count


def _finding(
    one: Operation, expected: Array | None, band: tuple[float, float] | None, chain: State | None, judged: bool
) -> LayerFinding:
    mean_square = float(np.diag(one.kernel).mean())
    status: Literal["right", "outside", "measured"] = "measured"
    if band is not None and judged:
        status = "right" if band[0] * (1 - 1e-5) <= mean_square <= band[1] * (1 + 1e-5) else "outside"
    return LayerFinding(
        one.name,
        one.function,
        one.kind,
        one.units,
        mean_square,
        correlation(one.kernel),
        gap(one.kernel),
        None if expected is None else float(np.diag(expected).mean()),
        None if band is None else band[0],
        None if band is None else band[1],
        None if expected is None else correlation(expected),
        None if expected is None else gap(expected),
        None if chain is None else float(np.diag(chain[0]).mean()),
        one.gradient,
        _expected_gradient(one),
        status,
    )


def _expected_gradient(one: Operation) -> float | None:
    """Return the sum of what the operations that use an output hand back; None where one of them is not recognised."""
    total = 0.0
    for user in one.consumers:
        if user.gradient is None or user.kind == "other" or (user.kind == "norm" and user.function not in ROW_NORMS):
            return None
        if user.kind == "norm":
            total += user.gradient * float((1 / np.maximum(np.diag(one.kernel), 1e-300)).mean())
        elif user.kind in ("linear", "conv"):
            total += user.gradient * user.back
        elif user.kind == "add":
            total += user.gradient
        else:
            total += user.gradient * mean_square_slope(user, one.kernel)
    return total if one.consumers else None


def layer_readings(layers: Sequence[LayerFinding]) -> list[str]:
    """Return what the layers show, a line each: bands that are left, signals and gradients that vanish or explode, what is not recognised."""
    said = [
        f"{one.name} ({one.function}): mean square {one.mean_square:.3g} is outside [{one.low:.3g}, {one.high:.3g}]"
        for one in layers
        if one.status == "outside"
    ]
    sums = [one for one in layers if one.kind in ("linear", "conv")]
    alike: dict[str, list[LayerFinding]] = defaultdict(list)
    for one in sums[:-1]:
        alike[kind_of(one.name)].append(one)
    for hidden in alike.values():
        said += _growth("mean square", [one.mean_square for one in hidden], hidden)
        said += _growth("mean squared gradient", [one.gradient or 0.0 for one in reversed(hidden)], hidden[::-1])
    last = next((one for one in reversed(layers) if one.correlation is not None), None)
    if last is not None and last.correlation is not None and last.correlation > 0.99:
        said.append(
            f"{last.name} ({last.function}): correlation of two rows is {last.correlation:.4f}: inputs are hardly told apart"
        )
    unknown = Counter(
        one.function for one in layers if one.kind == "other" and one.function not in ("embedding", "add")
    )
    if unknown:
        names = ", ".join(f"{name} ({times})" if times > 1 else name for name, times in unknown.items())
        said.append(f"not recognised, measured input goes on: {names}")
    return said


def _growth(what: str, values: list[float], layers: Sequence[LayerFinding]) -> list[str]:
    """Return a line where a quantity changes by more than a thousand from one end to the other."""
    if len(values) < 2 or values[0] <= 0 or values[-1] <= 0 or 1e-3 < values[-1] / values[0] < 1e3:
        return []
    step = (values[-1] / values[0]) ** (1 / (len(values) - 1))
    grows = "explodes" if step > 1 else "vanishes"
    return [
        f"{what} {grows}: {values[0]:.3g} at {layers[0].name}, {values[-1]:.3g} at {layers[-1].name}, times {step:.3g} a layer"
    ]


def correlation(kernel: Array) -> float | None:
    """Return the mean correlation of two different rows; None with one row, or a row of zeros."""
    roots = np.sqrt(np.diag(kernel))
    if len(roots) < 2 or not np.all(roots > 0):
        return None
    rho = kernel / np.outer(roots, roots)
    return float((rho.sum() - np.trace(rho)) / (len(rho) * (len(rho) - 1)))


def gap(kernel: Array) -> float | None:
    """Return -log of geometric over arithmetic mean of the eigenvalues, in nats; None when singular to rounding."""
    values = np.linalg.eigvalsh(kernel)
    if len(values) < 2 or not values[0] > 1e-10 * values[-1] > 0:
        return None
    return float(max(0.0, math.log(values.mean()) - np.log(values).mean()))
