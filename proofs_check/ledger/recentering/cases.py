"""The cases that claims about recentred batches are judged on: batch sizes with an activation, and batches of samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from theory.kernel_map.homogeneous import RELU, HomogeneousKernel
from theory.recentering.rank import RankedBatch

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclass(frozen=True, slots=True)
class RecentredCase:
    """A batch size n and a positively homogeneous activation."""

    batch_size: int
    kernel: HomogeneousKernel = RELU

    def __str__(self) -> str:
        return f"n={self.batch_size} {self.kernel}"


@dataclass(frozen=True, slots=True)
class WideCase:
    """A batch size n and a width d."""

    batch_size: int
    width: int

    def __str__(self) -> str:
        return f"n={self.batch_size} d={self.width}"


LEAKY = HomogeneousKernel.leaky(Fraction(1, 10))


def relu_sizes(*sizes: int) -> list[RecentredCase]:
    """Return ReLU cases of these batch sizes."""
    return [RecentredCase(n) for n in sizes]


def recentred_cases(
    least: int, largest: int = 256, *, only_relu: bool = False
) -> Callable[[], SearchStrategy[RecentredCase]]:
    """Return a builder of strategies for batch sizes in a range and leaky slopes k/10, 0 <= k <= 9."""

    def build() -> SearchStrategy[RecentredCase]:
        from hypothesis import strategies as st

        slopes = st.just(0) if only_relu else st.integers(0, 9)
        kernels = slopes.map(lambda k: HomogeneousKernel.leaky(Fraction(k, 10)))
        return st.builds(RecentredCase, st.integers(least, largest), kernels)

    return build


def wide_cases(largest_size: int, least_width: int, largest_width: int) -> Callable[[], SearchStrategy[WideCase]]:
    """Return a builder of strategies for batch sizes from 2 and widths in a range."""

    def build() -> SearchStrategy[WideCase]:
        from hypothesis import strategies as st

        return st.builds(WideCase, st.integers(2, largest_size), st.integers(least_width, largest_width))

    return build


def ranked_batches() -> SearchStrategy[RankedBatch]:
    """Return a strategy for small integer batches in which multiples, opposites and zeros are common."""
    from hypothesis import strategies as st

    def batches(dimension: int) -> SearchStrategy[list[tuple[int, ...]]]:
        return st.lists(st.tuples(*[st.integers(-2, 2)] * dimension), min_size=1, max_size=7)

    return st.integers(1, 3).flatmap(batches).map(RankedBatch.of)
