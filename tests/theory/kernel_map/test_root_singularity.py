"""Roots at a break point: where E s'^2 is infinite the slope at one says so, and everything else is still there."""

from __future__ import annotations

import pytest
import sympy as sp

from theory.activation.activation import Activation
from theory.kernel_map.behaviour_at_one import slope_at_one
from theory.kernel_map.root_singularity import has_infinite_slope
from theory.profile import derive

# |x - b|^p near b: s'^2 ~ |x - b|^(2 p - 2) is integrable iff p > 1/2
INFINITE = ["sqrt(abs(x))", "sign(x)*sqrt(abs(x))", "erf(sqrt(abs(x)))", "abs(x)**(1/3)*sign(x)", "sqrt(max(x,0))"]
FINITE = ["abs(x)**(3/2)", "sqrt(1+x**2)", "sqrt(abs(x))*x", "cos(sqrt(abs(x)))", "abs(x)**(2/3)", "sqrt(x**2)"]


@pytest.mark.parametrize("text", [*INFINITE, "sqrt(abs(x-sqrt(2)))", "max(x-1,0)**(1/4)"])
def test_steep_roots(text):
    assert has_infinite_slope(Activation.from_text(text))
    assert slope_at_one(Activation.from_text(text)).exact == sp.oo


@pytest.mark.parametrize("text", FINITE)
def test_tame_roots(text):
    assert not has_infinite_slope(Activation.from_text(text))


def test_the_rest_of_a_steep_root_is_known():
    """E|Z|^(1/2) = 2^(1/4) Gamma(3/4)/sqrt(pi), E|Z| = sqrt(2/pi)."""
    card = derive("sqrt(abs(x))").to_json(12, 3)
    mean = sp.Rational(2) ** sp.Rational(1, 4) * sp.gamma(sp.Rational(3, 4)) / sp.sqrt(sp.pi)
    assert card["mean"]["value"][:13] == str(mean.evalf(20))[:13]
    assert card["second_moment"]["value"][:13] == str(sp.sqrt(2 / sp.pi).evalf(20))[:13]
    assert card["slopes"]["raw"]["at_one"]["value"] == "oo"
    assert card["nonlinearity_strength"]["value"] == "2"
