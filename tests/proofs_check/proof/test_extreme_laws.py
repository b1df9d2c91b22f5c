"""Extreme laws by polar forms: theorems of the literature are affirmed, neighbours with a known counterexample are not."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs_check.proof.extreme_laws import by_polar_forms
from theory.statement.law import Law
from theory.statement.parse import parse

TRUE = (
    "for every activation s, r in [0, 1], t in [0, 1]: kappa(r) kappa(t) <= r t",
    "for every activation s, r in [0, 1], t in [0, 1]: kappa(r) kappa(t) <= kappa(r t)",  # Chebyshev
    "for every activation s, r in [0, 1]: kappa(r)^2 <= kappa(r^2)",  # Jensen
    "for every activation s, r in [0, 1], t in [0, 1]: kappa((r+t)/2) <= (kappa(r)+kappa(t))/2",
    "for every activation s, r in [0, 1]: kappa(-r) >= -kappa(r)",
    "for every activation s, r in [0, 1]: kappa(kappa(r)) <= kappa(r)",
    "for every activation s, r in (-1, 1): |kappa(r)|/(1-|kappa(r)|) <= |r|/(1-|r|)/(2-kappa'(0))",  # A7, A16
    "for every odd activation s with kappa'(0) >= 1/2, r in [0, 1): kappa(r)/(1-kappa(r)) <= kappa'(0) r/(1-r)",  # A9
    "for every activation s, r in [-1, 1]: 1 - rms(r) <= rms'(1) (1-r)",  # A17
    "for every activation s with rms'(1) <= 1, r in [-1, 1]: 1 - rms(r) <= (1-r)/(1+(1-w[0]-w[1])(1-r))",  # A18
    "for every activation s with rho* < 1, r in [rho*, 1): (rms(r)-rho*)/(1-rms(r)) <= (r-rho*)/(1-r)/(2-q)",  # A20
    "for every nonlinear activation s, r in (0, 1): kappa(r) < r",
    "for every even activation s, r in [0, 1]: kappa(r) = kappa(-r)",
)
FALSE = (
    "for every activation s, r in [0, 1], t in [0, 1]: kappa(r) kappa(t) >= kappa(r t)",  # x and x^2 - 1 mixed
    "for every activation s, r in (0, 1): kappa(r) < r",  # x
    "for every odd activation s with kappa'(0) >= 1/4, r in [0, 1): kappa(r)/(1-kappa(r)) <= kappa'(0) r/(1-r)",
    "for every activation s with kappa'(0) >= 1/2, r in [0, 1): kappa(r)/(1-kappa(r)) <= kappa'(0) r/(1-r)",
    "for every activation s, r in [-1, 1]: kappa(r) <= r",  # x^2 - 1 at -1
    "for every activation s, r in [0, 1]: kappa(r) <= kappa'(0) r + (1-kappa'(0)) r^3",
    "for every activation s, r in [-1, 1]: 1 - rms(r) <= rms'(0) (1-r)",
    "for every activation s with rms'(1) <= 1, r in [0, 1]: 1 - rms(r) <= (1-r)/(1+(1-w[0])(1-r))",
    "for every activation s with rho* < 1, r in [rho*, 1): (rms(r)-rho*)/(1-rms(r)) <= q (r-rho*)/(1-r)",
    "for every centred activation s with rms'(1) <= 1, r in [0, 1/2]: r + 1/2 <= kappa(r)",  # x alone meets it
    "for every odd activation s with rms'(1) <= 1, r in [0, 1/2]: r^2 rms(r) < 0",
    "for every activation s: rms(rho*) <= 1/2",  # the attractor may be 1: outside this rule
    "for every activation s: kappa''(1) >= kappa'(1)",  # x
    # nothing is claimed where a divisor vanishes, though it cancels
    "for every activation s, r in [0, 1]: kappa(r) <= (r^2 - 3/7 r)/(r - 3/7)",
    "for every activation s, r in [0, 1]: kappa(r) + |r - 3/7|/(r - 3/7) >= -1",
    "for every activation s with kappa'(1) <= 3/2, r in [0, 1]: kappa(r) >= (r^2 - 3/7 r)/(r - 3/7)/2",
    "for every activation s, r in [0, 1]: (kappa(r)^2 - kappa(r)/7)/(kappa(r) - 1/7) = kappa(r)",
    "for every activation s, r in [0, 1]: kappa(r)/(1 + 1/(r - 3/7)^2) <= 1",
)


@pytest.mark.parametrize("text", TRUE)
def test_a_theorem_is_affirmed(text: str) -> None:
    assert by_polar_forms(parse(text))


@pytest.mark.parametrize("text", FALSE)
def test_a_false_sentence_is_not(text: str) -> None:
    assert not by_polar_forms(parse(text))


SIDES = st.sampled_from(
    ("kappa(r)", "rms(r)", "r", "kappa'(0) r", "r^2", "w[1]", "rms(0)", "kappa(r)^2", "kappa(r^2)", "1")
)
LAWS = [Law.of({1: 1}), Law.of({2: 1}), Law.of({3: 1}), Law.of({40: 1}), Law.of({0: 1, 1: 1}), Law.of({0: 1, 2: 3})]
LAWS += [Law.of({1: 1, 2: 1}), Law.of({1: 3, 5: 1}), Law.of({0: 2, 1: 1, 4: 5})]


@given(SIDES, SIDES, SIDES, st.sampled_from("+-"))
@settings(max_examples=20)
def test_what_is_affirmed_holds_for_laws_computed_by_hand(left: str, right: str, more: str, sign: str) -> None:
    if not by_polar_forms(parse(f"for every activation s, r in [0, 1]: {left} <= {right} {sign} {more}")):
        return
    for law in LAWS:
        for r in (Fraction(0), Fraction(1, 10), Fraction(1, 2), Fraction(9, 10), Fraction(1)):
            value = {
                "kappa(r)": law.value(r), "rms(r)": law.value(r, centred=False), "r": r, "kappa'(0) r": law.weight(1, True) * r,
                "r^2": r * r, "w[1]": law.weight(1), "rms(0)": law.weight(0), "kappa(r)^2": law.value(r) ** 2,
                "kappa(r^2)": law.value(r * r), "1": Fraction(1),
            }  # fmt: skip
            assert value[left] <= value[right] + (1 if sign == "+" else -1) * value[more]
