from __future__ import annotations

from math import factorial

import flint
import numpy as np
import pytest
from numpy.polynomial import hermite_e

from theory.activation import CATALOGUE, Activation, catalogue
from theory.activation.evaluation import ball_of_constant
from theory.activation.expression import X, normal_cdf, number, selu


@pytest.mark.parametrize(("name", "parity"), [("tanh", "odd"), ("sin", "odd"), ("erf", "odd"), ("hardtanh", "odd"), ("cube", "odd"), ("sign", "odd"), ("identity", "odd"), ("abs", "even"), ("cos", "even"), ("gaussian", "even"), ("square", "even"), ("relu", None), ("gelu", None), ("sigmoid", None), ("exp", None), ("He_3", "odd"), ("He_4", "even")])  # fmt: skip
def test_parity(name: str, parity: str | None) -> None:
    assert catalogue(name)[0].parity == parity


@pytest.mark.parametrize(("text", "affine"), [("x", True), ("2*x-1", True), ("max(x,0)+min(x,0)", True), ("max(x,0)-max(-x,0)", True), ("relu(x)", False), ("x**2", False), ("tanh(x)", False), ("x+0.0001*sin(x)", False)])  # fmt: skip
def test_affine_is_decided(text: str, affine: bool) -> None:
    assert Activation.from_text(text).is_affine == affine


@pytest.mark.parametrize("degree", [1, 2, 3, 7, 20, 60])
def test_hermite_polynomials_against_numpy(degree: int) -> None:
    (activation,) = catalogue(f"He_{degree}")
    x = np.array([-1.3, 0.2, 0.9])
    coefficients = np.zeros(degree + 1)
    coefficients[degree] = 1 / np.sqrt(float(factorial(degree)))
    # the expanded form loses digits by cancellation between its terms, at most their sum at |x|
    terms = hermite_e.hermeval(1j * np.abs(x), coefficients).real, hermite_e.hermeval(1j * np.abs(x), coefficients).imag
    size = np.abs(terms[0]) + np.abs(terms[1])
    assert np.all(np.abs(activation(x) - hermite_e.hermeval(x, coefficients)) <= 1e-13 * (1 + size))


def test_selu_constants_agree_with_the_published_decimals() -> None:
    """Klambauer, Unterthiner, Mayr, Hochreiter, "Self-Normalizing Neural Networks", NIPS 2017: lambda and alpha."""
    slope = ball_of_constant(selu(number(1)))
    floor = ball_of_constant(selu(number(-1000)))
    assert slope.str(15, radius=False) == "1.05070098735548"
    assert float(-floor) == pytest.approx(1.0507009873554805 * 1.6732632423543772, abs=1e-15)


def test_catalogue_knows_every_name_and_suggests_the_list() -> None:
    assert len(catalogue()) == len(CATALOGUE) == 25
    with pytest.raises(ValueError, match="relu, leaky_relu"):
        catalogue("rellu")
    with pytest.raises(ValueError, match=r"listed functions|known names"):
        Activation.from_text("He_0")


def test_gelu_is_exact_and_its_approximation_is_named_so() -> None:
    exact, approximate = catalogue("gelu", "gelu_tanh")
    assert exact.expression == X * normal_cdf(X)
    x = np.linspace(-4, 4, 81)
    difference = np.abs(exact(x) - approximate(x)).max()
    assert 1e-4 < difference < 5e-4  # Hendrycks and Gimpel's formula is close, not equal


def test_ball_and_vectorised_values_agree() -> None:
    for activation in catalogue():
        z = flint.acb(flint.arb(3) / 7)
        assert float(activation.ball(z).real) == pytest.approx(float(activation(np.array([3 / 7]))[0]), abs=1e-14)
