from __future__ import annotations

import flint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.activation.activation import Activation
from theory.enclosure.ball import is_accurate, working_bits
from theory.kernel_map.plane import plane_value
from theory.kernel_map.value import _series_value, raw_expression, raw_slope, raw_value


def closed(name: str, rho: flint.arb) -> flint.arb:
    """Textbook kernel maps, written out."""
    pi = flint.arb.pi()
    angle = rho.asin()
    return {
        "relu": ((1 - rho) * (1 + rho)).sqrt() / (2 * pi) + rho * (pi / 2 + angle) / (2 * pi),
        "step": flint.arb(0.25) + angle / (2 * pi),
        "abs": 2 / pi * (((1 - rho) * (1 + rho)).sqrt() + rho * angle),
        "exp": (1 + rho).exp(),
        "gelu": rho / 4 + rho * (rho / 2).asin() / (2 * pi) + 1 / (2 * pi * (4 - rho**2).sqrt()),
        "erf": 2 / pi * (2 * rho / 3).asin(),
    }[name]


CLOSED = ["relu", "step", "abs", "exp", "gelu", "erf"]


@pytest.mark.parametrize("name", CLOSED)
@pytest.mark.parametrize("place", [0.5, -0.75])
def test_every_route_meets_the_textbook(name: str, place: float) -> None:
    activation, rho = Activation.from_text(name), flint.arb(place)
    with working_bits(200):
        truth = closed(name, rho)
    assert raw_expression(activation) is not None
    assert raw_value(activation, rho, 40).overlaps(truth)
    assert place > 0 or plane_value(activation, rho, 12).overlaps(truth)
    series = _series_value(activation, rho, 15)
    assert series is not None
    assert series.overlaps(truth)


@pytest.mark.parametrize("name", ["tanh", "max(x,0)*tanh(x)", "tanh(x)*step(x-1)", "sigmoid"])
@pytest.mark.parametrize("place", [0.5, -0.75])
def test_series_and_plane_overlap_without_closed_form(name: str, place: float) -> None:
    activation, rho = Activation.from_text(name), flint.arb(place)
    assert raw_expression(activation) is None
    series = _series_value(activation, rho, 25)
    assert series is not None
    assert is_accurate(series, 25)
    assert plane_value(activation, rho, 20).overlaps(series)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("exponent", [20, 90, 200])
def test_plane_is_not_troubled_by_correlation_near_one(sign: int, exponent: int) -> None:
    # sqrt(1 - rho^2) and asin at 1 - 2^-200 in plain balls: the working precision makes up for the cancellation
    with working_bits(1000):
        rho = sign * (1 - flint.arb(2) ** -exponent)
        value = plane_value(Activation.from_text("relu"), rho, 20)
        assert value.overlaps(closed("relu", rho))
    assert is_accurate(value, 20)


def test_plane_with_several_break_points_orders_its_lines() -> None:
    activation = Activation.from_text("hardtanh")
    for place in (0.25, 0.9990234375, -0.9990234375):
        rho = flint.arb(place)
        assert plane_value(activation, rho, 20).overlaps(raw_value(activation, rho, 30))


def test_end_points() -> None:
    for name in ("tanh", "sigmoid", "relu", "max(x,0)*tanh(x)"):
        activation = Activation.from_text(name)
        with working_bits(200):
            at_one, at_minus_one = (raw_value(activation, flint.arb(s), 30) for s in (1, -1))
            near, near_minus = (raw_value(activation, s * (1 - flint.arb(2) ** -100), 20) for s in (1, -1))
        # |kappa'| <= 1 for these, so the values differ by at most 2^-100 < 1e-30
        assert near.overlaps(at_one + flint.arb(0, 1) * flint.arb("1e-30"))
        assert near_minus.overlaps(at_minus_one + flint.arb(0, 1) * flint.arb("1e-30"))


@given(st.floats(-1, 1), st.floats(0, 0.5))
@settings(deadline=None, max_examples=40)
def test_a_ball_of_correlations_holds_all_values(centre: float, radius: float) -> None:
    activation = Activation.from_text("exp")
    value = raw_value(activation, flint.arb(centre, radius), 15)
    for step in (-1.0, -0.5, 0.0, 0.25, 1.0):
        place = min(1.0, max(-1.0, centre + step * radius))
        if abs(place - centre) <= radius:
            assert value.overlaps(closed("exp", flint.arb(place)))


def test_a_ball_on_the_positive_side_is_tight() -> None:
    value = raw_value(Activation.from_text("tanh"), flint.arb(0.5, 0.25), 20)
    low, high = (raw_value(Activation.from_text("tanh"), flint.arb(r), 20) for r in (0.25, 0.75))
    assert abs(value.lower() - low) < flint.arb("1e-8")
    assert abs(value.upper() - high) < flint.arb("1e-8")


@pytest.mark.parametrize("name", ["relu", "tanh", "gelu", "softplus", "sin"])
def test_slope_is_the_limit_of_differences(name: str) -> None:
    activation, rho, step = Activation.from_text(name), flint.arb(0.375), flint.arb(2) ** -40
    with working_bits(300):
        # convex on [0, 1]: the slope lies between the one-sided difference quotients
        middle = raw_value(activation, rho, 50)
        ahead = (raw_value(activation, rho + step, 50) - middle) / step
        behind = (middle - raw_value(activation, rho - step, 50)) / step
        slope = raw_slope(activation, rho, 30)
    assert behind <= slope <= ahead or (behind.overlaps(slope) and ahead.overlaps(slope))
    assert ahead - behind < flint.arb("1e-8")


def test_slope_of_a_jump() -> None:
    # kappa' = 1/(2 pi sqrt(1 - rho^2)) for the step; its series route agrees
    slope = raw_slope(Activation.from_text("step"), flint.arb(0.5), 30)
    with working_bits(200):
        assert slope.overlaps(1 / (2 * flint.arb.pi() * flint.arb(0.75).sqrt()))
    with pytest.raises(ValueError, match=r"needs a correlation further from"):
        raw_slope(Activation.from_text("tanh(x)*step(x-1)"), flint.arb(1), 10)


@pytest.mark.parametrize("rho", [flint.arb(1.5), flint.arb("nan"), flint.arb(-2, 0.5)])
def test_outside_is_refused(rho: flint.arb) -> None:
    with pytest.raises(ValueError, match=r"needs a correlation in \[-1, 1\]"):
        raw_value(Activation.from_text("relu"), rho, 10)


def test_unknown_break_points_near_one_are_refused() -> None:
    with pytest.raises(ValueError, match=r"needs exact break points"):
        raw_value(Activation.from_text("max(x, cos(x))"), flint.arb(0.9990234375), 20)


def test_a_cell_is_bounded_by_the_integrand_that_is_summed() -> None:
    """The ball function used for bounds and the row used for sums are the same function of (q, tau)."""
    from theory.enclosure.quadrature import Integrand
    from theory.kernel_map.plane import _cells, _row

    parts = Integrand.of(Activation.from_text("silu")).parts
    a, b = flint.arb(0.8), flint.arb(0.6)
    for symmetric in (True, False):
        (cell,) = _cells(parts, parts, [], a, b, flint.arb(5), flint.arb(1), symmetric)
        for q, tau in ((0.5, 0.25), (2.0, 0.75)):
            assert cell(flint.acb(q), flint.acb(tau), False).overlaps(_row(cell, flint.arb(q))(flint.acb(tau)))
