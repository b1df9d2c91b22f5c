"""The one-step law against the definition on the circle, a Dirichlet sum, and a second series."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.batch_norm.one_step import (
    batch_spectrum,
    central_power_sum,
    centred_moment,
    centred_moment_by_binomial,
    isometry_gap,
    log_moment_series,
    one_step_change,
    row_covariance,
)

spectra = st.lists(st.integers(1, 30), min_size=2, max_size=7).map(lambda v: [Fraction(len(v) * x, sum(v)) for x in v])


@pytest.mark.parametrize("power", range(1, 7))
def test_two_derivations_of_centred_moments_agree(power: int) -> None:
    assert sp.cancel(centred_moment(power) - centred_moment_by_binomial(power)) == 0


def test_moments_of_one_direction_are_those_of_the_beta_law() -> None:
    """Q = d w_1^2 with w_1^2 ~ Beta(1/2, (d-1)/2): E Q^p = d^p (1/2)_p / (d/2)_p."""
    for d in (2, 3, 7):
        values = [Fraction(d), *[Fraction(0)] * (d - 1)]
        raw = [sp.Integer(d) ** p * sp.rf(sp.Rational(1, 2), p) / sp.rf(sp.Rational(d, 2), p) for p in range(5)]
        for power in (2, 3, 4):
            exact = sum((-1) ** (power - j) * sp.binomial(power, j) * raw[j] for j in range(power + 1))
            point = {sp.Symbol("d", positive=True): d}
            point |= {sp.Symbol(f"s{j}"): sp.Rational(central_power_sum(values, j)) for j in range(2, power + 1)}
            assert centred_moment(power).subs(point) == exact


def test_rows_of_a_haar_matrix_add_up_to_d() -> None:
    d = sp.Symbol("d", positive=True)
    assert sp.cancel(d * centred_moment(2) + d * (d - 1) * row_covariance()) == 0


@settings(deadline=None, max_examples=20)
@given(spectra)
def test_integral_and_series_overlap_and_are_negative(values: list[Fraction]) -> None:
    change = one_step_change(values).ball(20)
    assert change <= 0
    series = log_moment_series(values, 15)
    assert series is None or series.overlaps(change)


@pytest.mark.parametrize("share", [Fraction(1, 3), Fraction(9, 10), Fraction(999, 1000)])
def test_plane_has_a_closed_form(share: Fraction) -> None:
    with mpmath.workdps(40):
        s = mpmath.mpf(share.numerator) / share.denominator
        expected = mpmath.log((1 + mpmath.sqrt(1 - s**2)) / 2)
        assert mpmath.almosteq(
            one_step_change([1 + share, 1 - share]).value(30), expected, rel_eps=mpmath.mpf(10) ** -28
        )


def test_rank_one_has_a_digamma_form() -> None:
    with mpmath.workdps(30):
        for d in (2, 5, 10):
            expected = mpmath.psi(0, mpmath.mpf(1) / 2) - mpmath.psi(0, mpmath.mpf(d) / 2) + mpmath.log(d)
            change = one_step_change([d, *[0] * (d - 1)]).value(25)
            assert mpmath.almosteq(change, expected, rel_eps=mpmath.mpf(10) ** -22)


def test_the_identity_has_no_gap_and_no_change() -> None:
    assert isometry_gap([1, 1, 1]).exact == 0
    assert one_step_change([1, 1, 1]).exact == 0


@pytest.mark.parametrize(
    ("values", "error", "match"),
    [
        ([1, 2], ValueError, "trace d"),
        ([1], ValueError, "d >= 2"),
        ([3, -1], ValueError, "eigenvalues >= 0"),
        ([0.5, 1.5], TypeError, "rational"),
        ([], ValueError, "at least one"),
    ],
)
def test_bad_spectra_are_refused(values: list[object], error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        batch_spectrum(values)


def test_singular_batches_have_a_change_but_no_gap() -> None:
    assert one_step_change([2, 1, 0]).ball(10) < 0
    with pytest.raises(ValueError, match="singular batch has an infinite gap"):
        isometry_gap([2, 1, 0])
    with pytest.raises(ValueError, match="positive eigenvalues"):
        log_moment_series([2, 1, 0])


@pytest.mark.parametrize("power", [0, 9, 2.0])
def test_bad_powers_are_refused(power: object) -> None:
    with pytest.raises((TypeError, ValueError), match="power"):
        centred_moment(power)  # type: ignore[arg-type]
