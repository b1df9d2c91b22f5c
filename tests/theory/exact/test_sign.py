"""Signs and order of exact constants: near misses to 10^-60, zeros that only algebra shows, and what is refused."""

from __future__ import annotations

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from theory.activation.activation import Activation
from theory.exact.sign import (
    UndecidedSignError,
    ascending,
    bits_to_separate,
    is_less,
    rational_between,
    sign_of,
)
from theory.kernel_map.hermite import HermiteExpansion
from theory.kernel_map.kernel_map import KernelMap

TINY = sp.Rational(1, 10**60)
QUINTIC = sp.real_roots(sp.Poly(sp.Symbol("x") ** 5 - sp.Symbol("x") - 1))[0]
ZEROS = [
    sp.sqrt(2) + sp.sqrt(3) - sp.sqrt(5 + 2 * sp.sqrt(6)),
    sp.log(6) - sp.log(2) - sp.log(3),
    sp.atan(1) - sp.pi / 4,
    sp.erfc(1) + sp.erf(1) - 1,
    QUINTIC**5 - QUINTIC - 1,
]


@pytest.mark.parametrize("zero", ZEROS, ids=str)
def test_zeros_are_zero_and_near_misses_have_their_sign(zero):
    assert sign_of(zero) == 0
    assert sign_of(zero + TINY) == 1
    assert sign_of(zero - TINY) == -1
    assert is_less(sp.Integer(1), 1 + zero + TINY)
    assert not is_less(sp.Integer(1), 1 + zero)


def test_what_cannot_be_decided_is_refused(monkeypatch):
    monkeypatch.setattr("theory.exact.sign._PRECISIONS", (64, 256))
    with pytest.raises(UndecidedSignError, match="tell from 0 or algebra shows"):
        sign_of(sp.exp(sp.Rational(1, 10**200)) - 1)


@given(st.lists(st.fractions(-3, 3, max_denominator=9), min_size=1, max_size=5))
def test_order(values):
    exact = [sp.Rational(v.numerator, v.denominator) + sp.sqrt(2) for v in values]
    assert ascending(exact) == sorted(dict.fromkeys(exact), key=lambda e: e - sp.sqrt(2))


@given(st.integers(0, 70), st.sampled_from([sp.Integer(1), sp.pi, -sp.sqrt(2)]))
def test_a_rational_lies_between(k, low):
    high = low + sp.Rational(1, 10**k)
    place = rational_between(low, high)
    assert is_less(low, place)
    assert is_less(place, high)
    assert bits_to_separate([low, high]) >= 3.3 * k


def test_a_window_of_1e_minus_45():
    """s = 1 outside (1, 1 + 10^-45), -1 inside: c_0 = 1 - 2 P(1 < Z < 1 + 10^-45), and c_1 = -2 phi(1) 10^-45 near enough."""
    hermite = HermiteExpansion(Activation.from_text("sign((x-1)*(x-1-1e-45))"))
    assert hermite.coefficient(0).exact is not None
    assert (1 - hermite.coefficient(0).ball(60)).str(8, radius=False) == "4.8394145e-46"  # 2 phi(1) 10^-45
    assert hermite.coefficient(1).ball(60).str(8, radius=False) == "-4.8394145e-46"


@pytest.mark.parametrize("text", ["x**2", "cos(x)", "abs(x)", "x*tanh(x)", "exp(-x**2)"])
def test_an_even_activation_has_beta_exactly_two(text):
    assert KernelMap.centred(Activation.from_text(text)).nonlinearity_strength.exact == 2
