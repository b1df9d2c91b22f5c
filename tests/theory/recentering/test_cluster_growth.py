"""Growth of a cluster with rescaling: closed form for three samples, the rate at small spreads, and bad input."""

from __future__ import annotations

from fractions import Fraction

import flint
import pytest

from theory.enclosure.ball import working_bits
from theory.recentering.cluster_growth import rescaled_growth, spread_growth


@pytest.mark.parametrize("spread", [Fraction(1, 3), Fraction(1, 12), Fraction(1, 10**8)])
def test_three_samples(spread: Fraction) -> None:
    """E[q X/(Y + q X)] = sqrt(q)/(1 + sqrt(q)) for two chi-squares of one degree of freedom (a Cauchy quotient), q = 3s/4."""
    with working_bits(120):
        root = flint.arb(flint.fmpq(3 * spread.numerator, 4 * spread.denominator)).sqrt()
        assert rescaled_growth(3, spread, 25).overlaps(1 / (root * (1 + root)))


@pytest.mark.parametrize("n", [3, 8, 40])
def test_growth_doubles_when_the_spread_is_quartered(n: int) -> None:
    """To leading order growth = sqrt(pi/q) Gamma((n+1)/2)/(Gamma(n/2) (n-1)); the next term is smaller by sqrt(q) times O(sqrt n)."""
    small = Fraction(1, 10**12)
    ratio = rescaled_growth(n, small / 4) / rescaled_growth(n, small)
    assert abs(float(ratio) - 2) < 1e-4
    q = float(small) * n / (2 * (n - 1))
    with working_bits(80):
        leading = (flint.arb.pi() / q).sqrt() * (flint.arb(n + 1) / 2).gamma() / (flint.arb(n) / 2).gamma() / (n - 1)
    assert abs(float(rescaled_growth(n, small) / leading) - 1) < 1e-4


def test_it_exceeds_every_finite_factor() -> None:
    assert float(rescaled_growth(8, Fraction(1, 10**6))) > 100 * float(spread_growth(8))


@pytest.mark.parametrize(
    ("n", "spread", "error", "match"),
    [
        (2, Fraction(1, 4), ValueError, "batch_size >= 3"),
        (2.0, Fraction(1, 4), TypeError, "integer batch size"),
        (5, Fraction(0), ValueError, "0 < spread <= 1/2"),
        (5, Fraction(3, 4), ValueError, "0 < spread <= 1/2"),
    ],
)
def test_bad_input(n: int, spread: Fraction, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        rescaled_growth(n, spread)
