"""A batch in words: what it is, what centring does to it, and what theory says of it through a network."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from numerics.batch_file import BatchFile
from numerics.batch_summary import NEAR, BatchSummary, summarise
from proofs_check.run.selection import EXACT_SAMPLES
from theory.activation.activation import Activation
from theory.kernel_map.kernel_map import KernelMap
from theory.signal_propagation.depth_to_reach import depth_to_reach

__all__ = ["batch_lines"]

DEFAULT = ("relu", "tanh")
"""Networks that a batch is sent through if the user names none."""

DISTANCE = Fraction(1, 1000)


def batch_lines(batch: BatchFile, activations: Sequence[str] = ()) -> list[str]:
    """Return what is said of a batch before any claim, a line each.

    Parameters
    ----------
    batch : BatchFile
    activations : sequence of str
        The networks to send it through; relu and tanh if there is none.

    Raises
    ------
    ValueError
        If a text is no activation.
    """
    found = summarise(batch.samples)
    lines = [
        f"batch            {found.size} samples of {found.features} features, rank {found.rank}",
        f"norms            {found.norms[0]:.4g} to {found.norms[2]:.4g}, median {found.norms[1]:.4g}",
        f"correlations     {_correlations(batch, found)}",
        f"isometry         {_isometry(found)}",
        f"near-duplicates  {_near(batch, found)}",
        f"centring         {_centred(batch)}",
    ]
    lines += [f"read             {note}" for note in batch.notes]
    if batch.header:
        lines.append(f"header           {', '.join(batch.header[:6])}{', ...' if len(batch.header) > 6 else ''}")
    if batch.zero:
        lines.append(f"set aside        rows of zeros only: {_rows(batch.zero)}")
    if batch.equal:
        lines.append(f"set aside        duplicates: {_rows([f'{later} = {first}' for first, later in batch.equal])}")
    lines += [f"through          {_through(text, found)}" for text in activations or DEFAULT]
    if found.size > EXACT_SAMPLES:
        lines.append(f"claims           are judged on the first {EXACT_SAMPLES} samples, exactly")
    return [*lines, ""]


def _correlations(batch: BatchFile, found: BatchSummary) -> str:
    first, second = (int(batch.rows[place]) for place in found.pair)
    return f"largest {found.largest:.6g} (rows {first} and {second}), typical {found.typical:.3g}, in absolute value"


def _isometry(found: BatchSummary) -> str:
    if found.size > found.features:
        return "0, gap infinite: more samples than features, so the Gram matrix is singular"
    if math.isinf(found.gap):
        return f"0 up to rounding: the samples have rank {found.rank}"
    return f"{found.isometry:.4g}, gap {found.gap:.4g} nats"


def _near(batch: BatchFile, found: BatchSummary) -> str:
    if not found.near:
        return f"none (no correlation beyond {NEAR})"
    pairs = [f"{batch.rows[i]} and {batch.rows[j]}" for i, j in found.near]
    counted = "1 pair" if found.near_count == 1 else f"{found.near_count} pairs"
    return f"{counted} beyond {NEAR}: rows {_rows(pairs, found.near_count)}"


def _centred(batch: BatchFile) -> str:
    centred = batch.samples - batch.samples.mean(axis=0)
    scale = np.abs(batch.samples).max()
    if not (np.abs(centred).max(axis=1) > 1e-12 * scale).all():
        return "a sample is the mean of the batch, and would have no direction left"
    after = summarise(centred)
    return (
        f"subtracting the mean sample leaves a largest correlation of {after.largest:.6g}, typical {after.typical:.3g}"
    )


def _through(text: str, found: BatchSummary) -> str:
    name = f"{text} + layer norm"
    start = Fraction(found.typical).limit_denominator(10**6)
    if not start < 1:
        return f"{name}: its samples are parallel up to rounding"
    try:
        depth = depth_to_reach(KernelMap.centred(Activation.from_text(text)), DISTANCE, start)
    except ValueError as error:
        return f"{name}: not known ({error})"
    if depth is None:
        return f"{name}: a typical correlation stays where it is, or needs more than 10^7 layers"
    return f"{name}: {depth} layers bring a typical correlation of {found.typical:.3g} within {DISTANCE} of its limit"


def _rows(items: Sequence[object], count: int | None = None) -> str:
    total = len(items) if count is None else count
    shown = ", ".join(map(str, items[:10]))
    return shown + (f", and {total - 10} more" if total > 10 else "")
