"""Inequalities from an identity after cos^2 + sin^2 = 1 or cosh^2 - sinh^2 = 1, on boxes without an end."""

from __future__ import annotations

import pytest

from proofs_check.interval.prover import prove
from proofs_check.interval.recheck import recheck


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1 - tanh(x)**2 >= 0 for x in [-oo, oo]", "identity"),
        ("tanh(x)**2 <= 1 for x in [0, oo]", "identity"),
        ("1 - sin(x)**2 >= 0 for x in [-oo, oo]", "identity"),
        ("1 - cos(x)**2 >= 0 for x in [-oo, oo]", "identity"),
        ("cosh(x)**2 >= 1 for x in [-oo, oo]", "identity"),
        ("x**2/(1 + x**2)**2 <= 1/4 for x in [-oo, oo]", "identity"),
        ("1/(1 + x**2)**2 >= 0 for x in [-oo, oo]", "identity"),
    ],
)
def test_what_is_a_square_by_a_pythagorean_identity_is_certified(text, kind):
    proof = prove(text)
    assert proof.verdict == "certified", proof.reason
    assert proof.certificate.document["kind"] == kind
    answer = recheck(proof.certificate.text)
    assert answer.accepted, answer.reason
    assert answer.relies_on == ()


@pytest.mark.parametrize(
    "text",
    [
        "1 - tanh(x)**2 >= 1/10**6 for x in [-oo, oo]",
        "sin(x)**2 >= 1 for x in [-oo, oo]",
        "1 - 1001/1000*tanh(x)**2 >= 0 for x in [-oo, oo]",
        "1 - tan(x)**2 >= 0 for x in [-oo, oo]",
        "1 + tan(x)**2 >= 0 for x in [-oo, oo]",  # true wherever it has a value, and it has none at pi/2
        "1/(x - 1)**2 >= 0 for x in [-oo, oo]",
    ],
)
def test_neighbours_that_are_false_or_without_a_value_are_not(text):
    assert prove(text).verdict != "certified"
