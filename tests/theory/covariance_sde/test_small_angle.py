"""Small angles of relu layers: two routes, an integral at width 2, expansions, and the published approximation."""

from __future__ import annotations

import mpmath
import pytest

from theory.covariance_sde.small_angle import log_sine_mean_by_sums, log_sine_moments, published_mean


@pytest.mark.parametrize("width", [2, 3, 7, 20, 64])
def test_two_routes_agree_to_thirty_digits(width: int) -> None:
    mean = log_sine_moments(width)[0]
    assert mean.overlaps(log_sine_mean_by_sums(width))
    assert mean.rad() < 1e-30


def test_width_two_is_the_cauchy_law() -> None:
    """K = 2: the ratio is chi^2_1/chi^2_2; -E ln = 2 ln 2 and Var ln = psi'(1/2) + psi'(1) = 2 pi^2/3."""
    mean, variance = log_sine_moments(2)
    with mpmath.workdps(30):
        assert mpmath.almosteq(mpmath.mpf(mean.str(30, radius=False)), 2 * mpmath.log(2), abs_eps=0, rel_eps=1e-25)
        assert mpmath.almosteq(
            mpmath.mpf(variance.str(30, radius=False)), 2 * mpmath.pi**2 / 3, abs_eps=0, rel_eps=1e-25
        )


@pytest.mark.parametrize("width", [100, 200, 400])
def test_expansions(width: int) -> None:
    """Mean 2/n + 8/n^2 + O(n^-3), variance 8/n + O(n^-2), published 2/n + 100/n^2 + O(n^-3)."""
    mean, variance = (float(part) for part in log_sine_moments(width))
    assert abs((mean - 2 / width) * width**2 - 8) < 60 / width
    assert abs(variance * width - 8) < 40 / width
    assert abs((float(published_mean(width)) - 2 / width) * width**2 - 100) < 2000 / width


@pytest.mark.parametrize("width", [1, 0, -3, True, 2.0, 10_001])
@pytest.mark.parametrize(
    "function", [log_sine_moments, log_sine_mean_by_sums, published_mean], ids=lambda f: f.__name__
)
def test_widths_out_of_range(function, width) -> None:
    with pytest.raises(ValueError, match="small angle needs a width from 2 to 10000"):
        function(width)
