"""The precision at which these tests compare balls."""

from __future__ import annotations

import flint
import pytest


@pytest.fixture(autouse=True)
def _precision():
    with flint.ctx.workprec(200):
        yield


@pytest.fixture
def close():
    """Whether two balls overlap with radii below 1e-40 relative to max(1, size)."""

    def compare(left: flint.arb, right: flint.arb, digits: int = 40) -> bool:
        small = flint.arb(10) ** -digits * (1 + abs(right))
        return bool(left.overlaps(right)) and bool(left.rad() < small) and bool(right.rad() < small)

    return compare
