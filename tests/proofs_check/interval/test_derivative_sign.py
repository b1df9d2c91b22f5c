"""Unbounded domains by the sign of the derivative."""

from __future__ import annotations

import json

import pytest

from proofs_check.interval.certificate import Certificate
from proofs_check.interval.checker.evident_sign import evident_sign
from proofs_check.interval.checker.statement import Claim
from proofs_check.interval.derivative_sign import prove_by_derivative
from proofs_check.interval.prover import prove
from proofs_check.interval.recheck import recheck
from proofs_check.interval.statement import parse_statement

UNBOUNDED = [
    "x - x**2/2 + x**3/3 >= log(1 + x) for x in [0, oo]",
    "x >= log(1 + x) for x in [0, oo]",
    "x**3 >= 3*x - 2 for x in [1, oo]",
    "2*x**3 <= 3*x**2 for x in [-oo, 0]",
    "sinh(x) >= 0 for x in [0, oo]",
    "x + 1/(1 + x) >= 1 for x in [0, oo]",
]


@pytest.mark.parametrize("text", UNBOUNDED)
def test_unbounded_claims_are_certified_and_rechecked(text):
    proof = prove(text)
    assert proof.verdict == "certified", proof.reason
    assert proof.certificate.document["kind"] == "derivative_sign"
    answer = recheck(proof.certificate.text)
    assert answer.accepted, answer.reason
    assert answer.relies_on == ()


@pytest.mark.parametrize(
    "text", ["sin(x) >= x for x in [0, oo]", "x >= x**2 for x in [0, oo]", "x > 0 for x in [0, oo]"]
)
def test_false_or_strict_claims_are_not(text):
    assert prove(text).verdict == "inconclusive"
    assert prove_by_derivative(parse_statement(text)) is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("derivative", "x**2/(x + 1)"),  # another function
        ("derivative", "-x**3/(x + 1)"),
        ("derivative", "x**2 - x"),  # no evident sign
        ("end", "high"),
        ("end", "middle"),
    ],
)
def test_a_changed_argument_is_refused(key, value):
    document = prove(UNBOUNDED[0]).certificate.document
    assert recheck(Certificate.of(document | {key: value}).text).accepted is False


def test_a_start_below_zero_is_refused():
    text = prove(UNBOUNDED[0]).certificate.text
    document = json.loads(text)
    tampered = document["claim"].replace(">= 0", ">= 1/100")
    claim = Claim(tampered)
    document |= {"claim": tampered, "tape": [list(i) for i in claim.tape]}
    assert "negative where it starts" in recheck(Certificate.of(document).text).reason


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("x**2/(1 + x) for x in [0, oo]", 1),
        ("-x**3*exp(x) for x in [0, 1]", -1),
        ("(x - 2)**3 for x in [2, oo]", 1),
        ("(x - 2)**3 for x in [1, oo]", 0),
        ("1/(x - 2) for x in [2, oo]", 0),
        ("x*tanh(x) for x in [-oo, 0]", 1),
        ("x - x**2 for x in [0, 1]", 0),
        ("sin(x) for x in [0, 1]", 0),
        ("sqrt(x) + pi for x in [0, 1]", 1),
        ("x**(-2) for x in [-1, 1]", 0),
    ],
)
def test_evident_signs(text, sign):
    expression, domain = text.split(" for ")
    claim = Claim(f"{expression} >= 0 for {domain}")
    assert evident_sign(claim.tape, *claim.box[0]) == sign
