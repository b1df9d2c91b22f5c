"""A weight of a model with what the tests need of it, each worked out once."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any

import numpy as np

from numerics.initialisation.entry_law import FAMILIES, EntryLaw, Family
from numerics.initialisation.entry_test import EntrySummary, judge_entries
from numerics.initialisation.haar_test import HaarEvidence, judge_haar, orthonormality_allowance
from proofs_check.model.finding import Finding
from proofs_check.model.weight import Weight, matrices

_LARGEST_HAAR = 1100
"""Largest side of a matrix whose Haar law is tested; it costs the cube of it."""


class Judged:
    """A weight with what the tests need of it, each worked out once."""

    def __init__(self, weight: Weight, alpha: float) -> None:
        self.weight, self.alpha = weight, alpha
        self.summary = EntrySummary.of(weight.array, unit=weight.unit)
        self._agreed: dict[tuple[float, tuple[Family, ...]], tuple[Family, float] | None] = {}

    def agrees(self, std: float, families: tuple[Family, ...] = FAMILIES) -> tuple[Family, float] | None:
        """Return the first family, with the logarithm of its p-value, that is not refuted at a standard deviation."""
        key = (std, families)
        if key not in self._agreed:
            self._agreed[key] = self._agreement(std, families)
        return self._agreed[key]

    def _agreement(self, std: float, families: tuple[Family, ...]) -> tuple[Family, float] | None:
        found = self.summary
        if abs(math.log(max(found.root_mean_square, 1e-300) / std)) > 12 / math.sqrt(found.size) + 8 * found.unit:
            return None  # chi-square beyond 12 standard deviations of the logarithm: no law of this size is near
        for family in families:
            evidence = judge_entries(found, EntryLaw(family, std), self.alpha)
            if not evidence.refuted:
                return family, evidence.log_p
        return None

    @cached_property
    def frames(self) -> list[HaarEvidence]:
        """What is orthogonal: the whole matrix, or each gate's; empty when nothing is."""
        whole, *gates = matrices(self.weight)
        for parts in (gates, [whole]):
            found = [_frame(part, self.weight.unit, self.alpha / max(len(parts), 1)) for part in parts]
            if found and all(frame is not None for frame in found):
                return [frame for frame in found if frame is not None]
        return []

    @cached_property
    def family(self) -> str:
        """The family that fits best by itself, whatever its size."""
        fit = (
            family for family in FAMILIES if not judge_entries(self.summary, self.summary.guess(family), 1e-4).refuted
        )
        return next(fit, "")

    def finding(
        self, rule: str, status: Any, *, family: str | None = None, std: float | None = None, **rest: Any
    ) -> Finding:
        """Return a finding of this weight."""
        weight = self.weight
        return Finding(
            weight.name,
            weight.shared,
            weight.layer,
            weight.role,
            tuple(weight.array.shape),
            self.family if family is None else family,
            self.summary.root_mean_square if std is None else std,
            rule,
            status,
            **rest,
        )

    def unnamed(self) -> Finding:
        """Return the finding that no rule of the catalogue has it: no fault."""
        size = f"std {self.summary.root_mean_square:.4g}"
        reading = f"{size}: no independent draws of one law; trained, loaded or made by hand?"
        if self.family:
            reading = f"{self.family}, {size}: no rule of the catalogue has it; declare it to have it judged"
        return self.finding("", "unnamed", reading=reading)


def _frame(matrix: np.ndarray, unit: float, alpha: float) -> HaarEvidence | None:
    """Return the evidence of Haar law of a matrix with orthonormal rows or columns; None if they are not."""
    wide = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    if wide.shape[0] < 2:
        return None
    few = wide[:4].astype(np.float64)
    gram = few @ few.T
    if not gram[0, 0] or np.abs(gram / gram[0, 0] - np.eye(len(few))).max() > 1e-4 + orthonormality_allowance(
        unit, wide.shape[1]
    ):
        return None
    if wide.shape[1] > _LARGEST_HAAR:
        wide = wide[: max(2, min(len(wide), 256))]
        evidence = judge_haar(wide.T, alpha=alpha, unit=unit) if wide.shape[1] <= 8 * _LARGEST_HAAR else None
    else:
        evidence = judge_haar(wide.T, alpha=alpha, unit=unit)
    return evidence if evidence is not None and evidence.is_orthonormal else None
