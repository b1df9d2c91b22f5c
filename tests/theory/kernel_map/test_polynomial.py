"""Polynomial kernel maps: against the kernel map of the activation they belong to, and Schur's theorem."""

from __future__ import annotations

from fractions import Fraction

import flint
import pytest
from hypothesis import given, settings

from proofs_check.strategies import mean_field_steps, polynomial_kernels
from theory.activation import Activation
from theory.isometry.gram_matrix import GramMatrix
from theory.kernel_map.kernel_map import KernelMap
from theory.kernel_map.polynomial import MeanFieldStep, PolynomialKernel


@pytest.mark.parametrize("r", [Fraction(-1), Fraction(-2, 7), Fraction(0), Fraction(3, 5), Fraction(1)])
def test_values_agree_with_the_map_of_an_activation(r: Fraction) -> None:
    """s = 1 + 2x + x^2 = 2 + 2 he_1 + sqrt(2) he_2: squares 4, 4, 2."""
    kernel = PolynomialKernel.of("2/5", "2/5", "1/5")
    value = kernel(r)
    ball = KernelMap.normalised(Activation.from_text("1 + 2*x + x**2")).ball(r, 20)
    assert ball.overlaps(flint.arb(flint.fmpq(value.numerator, value.denominator)))
    assert (kernel.constant, kernel.linear_share) == (Fraction(2, 5), Fraction(2, 5))


@settings(deadline=None, max_examples=50)
@given(polynomial_kernels(centred=False))
def test_weights_give_a_map_with_value_one_at_one(kernel: PolynomialKernel) -> None:
    assert kernel(Fraction(1)) == 1
    assert abs(kernel(Fraction(-1))) <= 1


@settings(deadline=None, max_examples=50)
@given(mean_field_steps(4))
def test_the_image_of_a_gram_matrix_is_one(step: MeanFieldStep) -> None:
    """Schur: `GramMatrix` refuses what is not positive semidefinite, so this builds only if the theorem holds."""
    image = step.kernel.on_matrix(step.gram)
    assert image.diagonal == (1,) * step.gram.size
    assert step.after == image.determinant >= step.before > 0


def test_text_names_every_term() -> None:
    assert str(PolynomialKernel.of(0, 0, 0, 1)) == "r^3"
    assert str(PolynomialKernel.of("1/4", "1/2", 0, "1/4")) == "1/4 + 1/2 r + 1/4 r^3"
    assert str(PolynomialKernel.of(1)) == "1"
    assert PolynomialKernel.of(1).linear_share == 0


@pytest.mark.parametrize("coefficients", [("1/2", "1/4"), ("3/2", "-1/2"), ()])
def test_coefficients_that_are_no_map_are_refused(coefficients: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="sum 1"):
        PolynomialKernel.of(*coefficients)


def test_a_matrix_without_unit_diagonal_is_refused() -> None:
    gram = GramMatrix.of_batch("two", [[1, 1], [0, 2]])
    with pytest.raises(ValueError, match="unit diagonal"):
        PolynomialKernel.of(0, 1).on_matrix(gram)
