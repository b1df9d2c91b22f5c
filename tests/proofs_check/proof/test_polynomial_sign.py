"""Signs of polynomials on boxes: exact, and silent where the polynomial changes sign."""

from __future__ import annotations

import flint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofs_check.proof.polynomial_sign import Side, is_nonnegative

RING = flint.fmpq_mpoly_ctx.get(("x", "y"), flint.Ordering.lex)
X, Y = RING.gens()
BOX = {"x": Side(), "y": Side()}


@pytest.mark.parametrize(
    ("polynomial", "plain", "strict"),
    [
        (X**2 - X + flint.fmpq(3, 10), True, True),  # discriminant 1 - 6/5 < 0
        (X**2 - X + flint.fmpq(1, 4), True, False),  # a square, zero at 1/2
        (X**2 - X + flint.fmpq(1, 5), False, False),
        ((X - Y) ** 2, True, False),
        (X - Y, False, False),
        (1 - X * Y, True, False),
        (2 - X * Y, True, True),
    ],
)
def test_on_the_closed_square(polynomial: flint.fmpq_mpoly, plain: bool, strict: bool) -> None:
    assert is_nonnegative(polynomial, BOX) is plain
    assert is_nonnegative(polynomial, BOX, strict=True) is strict


def test_an_open_end_makes_a_sign_strict() -> None:
    assert is_nonnegative(1 - X * Y, {"x": Side(), "y": Side(high_open=True)}, strict=True)
    assert is_nonnegative(X, {"x": Side("ray", low_open=True)}, strict=True)
    assert not is_nonnegative(X, {"x": Side("ray")}, strict=True)


@given(st.lists(st.integers(-6, 6), min_size=1, max_size=5))
def test_a_sign_that_is_returned_holds_on_a_grid(coefficients: list[int]) -> None:
    polynomial = sum((c * X**k for k, c in enumerate(coefficients)), RING.constant(0))
    values = [polynomial(flint.fmpq(j, 40), flint.fmpq(0)) for j in range(41)]
    if is_nonnegative(polynomial, BOX):
        assert min(values) >= 0
    if is_nonnegative(polynomial, BOX, strict=True):
        assert min(values) > 0
