"""Laws of entries: moments by quadrature, tails against exact laws and against simulation-free special cases."""

import math

import numpy as np
import pytest
from scipy import stats

from numerics.initialisation.entry_law import EntryLaw, cut_variance, log_tail_squares, log_tail_sum

BOUNDED = [EntryLaw("uniform", 1.0), EntryLaw("truncated", 1.0), EntryLaw("truncated", 1.0, cut=0.7)]
IDS = ["uniform", "cut at 2", "cut at 0.7"]


def density(law):
    y = np.linspace(-law.bound, law.bound, 200_001)
    weight = np.ones_like(y) if law.family == "uniform" else np.exp(-((y / law.parent) ** 2) / 2)
    return y, weight / np.trapezoid(weight, y)


@pytest.mark.parametrize("law", BOUNDED, ids=IDS)
def test_standardised_law_has_unit_variance_and_the_stated_moments(law):
    y, p = density(law)
    assert np.trapezoid(p * y * y, y) == pytest.approx(1, rel=1e-8)
    lam = np.array([-5.0, -0.4, 0.3, 2.0])
    assert law.log_mgf(lam) == pytest.approx([math.log(np.trapezoid(p * np.exp(t * y), y)) for t in lam], rel=1e-7)
    squares = [math.log(np.trapezoid(p * np.exp(t * y * y), y)) for t in lam]
    assert law.log_mgf_square(lam) == pytest.approx(squares, rel=1e-7)
    mean, variance = law.cosine()
    assert mean == pytest.approx(np.trapezoid(p * np.cos(2 * y), y), abs=1e-8)
    assert variance == pytest.approx(np.trapezoid(p * np.cos(2 * y) ** 2, y) - mean**2, abs=1e-8)


@pytest.mark.parametrize("cut", [1e-3, 0.04999, 0.05001, 1.0, 2.0, 9.0])
def test_cut_variance_is_scipys(cut):
    assert cut_variance(cut) == pytest.approx(stats.truncnorm(-cut, cut).var(), rel=1e-5)


def test_cut_law_far_out_is_normal():
    far, normal = EntryLaw("truncated", 1.0, cut=12.0), EntryLaw("normal", 1.0)
    y = np.linspace(-4, 4, 33)
    assert far.distribution(y) == pytest.approx(normal.distribution(y), abs=1e-12)
    assert far.cosine() == pytest.approx(normal.cosine(), abs=1e-12)
    assert far.log_inside(1.5) == pytest.approx(normal.log_inside(1.5), rel=1e-10)


def test_tails_of_the_normal_law_are_exact():
    normal = EntryLaw("normal", 1.0)
    assert log_tail_squares(normal, 50, 1.9, above=True) == pytest.approx(stats.chi2(50).logsf(95), rel=1e-9)
    assert log_tail_squares(normal, 50, 0.4, above=False) == pytest.approx(stats.chi2(50).logcdf(20), rel=1e-9)
    assert log_tail_sum(normal, 50, 30.0) == pytest.approx(stats.norm.logsf(30 / 50**0.5), rel=1e-9)


@pytest.mark.parametrize("n", [1, 2])
def test_bounds_lie_above_exact_tails_of_few_uniform_entries(n):
    """One entry: P(Y^2 >= s) and P(Y >= t) are lengths; two: P(sum >= t) is the area of a triangle."""
    law, edge = EntryLaw("uniform", 1.0), math.sqrt(3)
    for t in (0.5, 1.2, 1.7):
        tail = (edge - t) / (2 * edge) if n == 1 else (2 * edge - t) ** 2 / (8 * edge**2)
        assert log_tail_sum(law, n, t) >= math.log(tail)
    if n == 1:
        assert log_tail_squares(law, 1, 2.5, above=True) >= math.log(1 - math.sqrt(2.5 / 3))
        assert log_tail_squares(law, 1, 0.2, above=False) >= math.log(math.sqrt(0.2 / 3))


@pytest.mark.parametrize("law", BOUNDED, ids=IDS)
def test_bound_of_squares_has_the_rate_of_large_deviations(law):
    """n times the rate at 1 + e is n e^2/(2 Var Y^2) for small e, from either side."""
    y, p = density(law)
    spread = np.trapezoid(p * y**4, y) - 1
    n, e = 10_000_000, 0.003
    for above in (True, False):
        bound = log_tail_squares(law, n, 1 + e if above else 1 - e, above=above)
        assert bound == pytest.approx(-n * e * e / (2 * spread), rel=0.02)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (("cauchy", 1.0), "family='cauchy'"),
        (("normal", 0.0), r"std=0\.0"),
        (("normal", math.nan), "std=nan"),
        (("truncated", 1.0, 0.0, -1.0), r"cut=-1\.0"),
        (("normal", 1.0, math.inf), "mean=inf"),
    ],
    ids=["family", "zero", "nan", "cut", "mean"],
)
def test_bad_input(arguments, match):
    with pytest.raises(ValueError, match=match):
        EntryLaw(*arguments)
