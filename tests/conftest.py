"""What every test shares: hypothesis profiles, mpmath's precision restored, numbers of bits restored."""

from __future__ import annotations

import os
from collections.abc import Iterator

import mpmath
import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("quick", deadline=None, derandomize=True, max_examples=25)
settings.register_profile("deep", deadline=None, max_examples=1000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(autouse=True)
def _precision_is_restored() -> Iterator[None]:
    import flint

    decimal, bits = mpmath.mp.dps, flint.ctx.prec
    yield
    mpmath.mp.dps, flint.ctx.prec = decimal, bits
