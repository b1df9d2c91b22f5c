"""An integral stops at an interrupt or an error in its integrand, soon, at any precision."""

from __future__ import annotations

import os
import signal

import flint
import pytest

from theory.enclosure.adaptive import adaptive_integral
from theory.enclosure.effort import EffortError, effort, spend


@pytest.mark.parametrize("bits", [64, 2000])
def test_what_the_integrand_raises_is_raised_after_few_more_calls(bits):
    calls = []

    def integrand(z, _):
        calls.append(z)
        if len(calls) == 30:
            raise KeyError("here")
        return (z * z).sin()

    with flint.ctx.workprec(bits), pytest.raises(KeyError, match="here"):
        adaptive_integral(integrand, 0, 1000)
    assert len(calls) == 30  # later ones are answered without it


def test_an_interrupt_is_heard():
    calls = []

    def integrand(z, _):
        calls.append(z)
        if len(calls) == 40:
            os.kill(os.getpid(), signal.SIGINT)
        return (z * z).sin()

    with pytest.raises(KeyboardInterrupt):
        adaptive_integral(integrand, 0, 1000)
    assert len(calls) < 60


def test_effort_ends_an_integral_and_is_charged_to_the_outer_limit():
    def integrand(z, _):
        spend(1)
        return z.exp()

    with effort(1000):
        with pytest.raises(EffortError, match="ask for it by itself"), effort(5):
            adaptive_integral(integrand, 0, 1)
        assert adaptive_integral(integrand, 0, 1).real.overlaps(flint.arb(1).exp() - 1)
    spend(10**9)  # outside nothing is limited
