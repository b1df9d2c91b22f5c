"""The card of an activation is JSON-able, and says what is known of tanh, a cubic, relu and sigmoid."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from theory.activation import CATALOGUE, Activation, catalogue
from theory.covariance_sde.card import kink_slopes, sde_card


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_activation_has_a_card(name: str) -> None:
    card = sde_card(catalogue(name)[0])
    assert json.loads(json.dumps(card)) == card
    assert card["applies"] or card["reason"]


def test_cubic_explodes_with_the_probability_of_a_poisson_variable() -> None:
    """b = 1 for x + x^3/6: P(Poisson(1) > 1) = 1 - 2/e."""
    card = sde_card(Activation.from_text("x + x**3/6"), digits=10)
    assert card["explosion"]["possible"]
    assert card["explosion"]["probability_from_one"]["value"] == "0.2642411177"
    assert card["stationary"] is None


def test_tanh_at_scale_one_half_has_a_stationary_gamma_law() -> None:
    card = sde_card(catalogue("tanh")[0], Fraction(1, 2))
    assert (card["b"]["value"], card["stationary"]["shape"]["value"], card["stationary"]["mean"]["value"]) == (
        "-8",
        "7",
        "0.875",
    )


def test_b_as_a_function_of_the_scale_does_not_depend_on_it() -> None:
    """tanh: phi'' = 0, phi''' = -2, so b(a) = -2/a^2 whatever the scale that the numbers are given at."""
    cards = [sde_card(catalogue("tanh")[0], scale) for scale in (1, Fraction(1, 2))]
    assert {card["b_formula"] for card in cards} == {"(-2)/a**2"}


def test_kinks_elsewhere_are_no_shaped_relu() -> None:
    assert kink_slopes(catalogue("elu")[0]) is None
    assert kink_slopes(catalogue("hardtanh")[0]) is None
    assert kink_slopes(catalogue("relu")[0]) == (1, 0)
    assert sde_card(catalogue("relu")[0])["family"] == "shaped relu"


def test_scale_must_be_positive() -> None:
    with pytest.raises(ValueError, match="scale > 0"):
        sde_card(catalogue("tanh")[0], 0)
