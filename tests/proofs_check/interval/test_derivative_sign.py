"""Unbounded domains by the sign of the derivative."""

from __future__ import annotations

import json
import re
from fractions import Fraction

import pytest

from proofs_check.interval.certificate import Certificate
from proofs_check.interval.checker.evident_sign import evident_sign, known_signs
from proofs_check.interval.checker.statement import Claim
from proofs_check.interval.derivative_sign import prove_by_derivative
from proofs_check.interval.evident import signs
from proofs_check.interval.prover import prove
from proofs_check.interval.recheck import recheck
from proofs_check.interval.statement import parse_statement
from proofs_check.interval.tape import tape_of

UNBOUNDED = [
    "x - x**2/2 + x**3/3 >= log(1 + x) for x in [0, oo]",
    "x >= log(1 + x) for x in [0, oo]",
    "x**3 >= 3*x - 2 for x in [1, oo]",
    "2*x**3 <= 3*x**2 for x in [-oo, 0]",
    "sinh(x) >= 0 for x in [0, oo]",
    "x + 1/(1 + x) >= 1 for x in [0, oo]",
    "log(x) <= 2*(sqrt(x) - 1) for x in [1, oo]",
    "log(x) >= 2 - 2/sqrt(x) for x in [1, oo]",
    "x >= sqrt(x) for x in [1, oo]",
]


@pytest.mark.parametrize("text", UNBOUNDED)
def test_unbounded_claims_are_certified_and_rechecked(text):
    proof = prove(text)
    assert proof.verdict == "certified", proof.reason
    assert proof.certificate.document["kind"] in ("derivative_sign", "derivatives")
    answer = recheck(proof.certificate.text)
    assert answer.accepted, answer.reason


@pytest.mark.parametrize(
    "text",
    [
        "sin(x) >= x for x in [0, oo]",
        "x >= x**2 for x in [0, oo]",
        "atan(tan(x)) >= 0 for x in [0, oo]",  # derivative 1 where it has one, and jumps
        "x/10 + atan(tan(x)) >= 0 for x in [0, oo]",
        "x - 5*Heaviside(x - 2) >= 0 for x in [0, oo]",
        "x*sign(3 - x) >= 0 for x in [0, oo]",
        "x + 1/(2 - x) >= 0 for x in [0, oo]",
        "x + log((x - 2)**2)/9 >= 0 for x in [0, oo]",
        "x + 1 - 1/gamma(2 - x)**2 >= 0 for x in [0, oo]",
    ],
)
def test_false_claims_have_no_evident_derivative(text):
    assert prove_by_derivative(parse_statement(text)) is None
    assert prove(text).verdict in ("refuted", "inconclusive")


@pytest.mark.parametrize(
    "text",
    [
        "x > 0 for x in [0, oo]",  # strict
        "x/x >= 1 for x in [0, oo]",  # no value at 0
        "log(x) - log(x) >= 0 for x in [-1, oo]",
        "sqrt(x)**2 - x >= 0 for x in [-1, oo]",
    ],
)
def test_claims_without_a_value_or_strict_are_open(text):
    assert prove(text).verdict == "inconclusive"


HIGHER = [
    ("exp(x) >= 1 + x + x**2/2 for x in [0, oo]", "low", 3),
    ("exp(x) >= 1 + x for x in [-oo, 0]", "high", 2),
    ("cosh(x) >= 1 + x**2/2 + x**4/24 for x in [0, oo]", "low", 5),
    ("sqrt(x) <= x for x in [1, oo]", "low", 0),
    ("1/(1 + x**2) >= 0 for x in [0, oo]", "low", 0),
]


@pytest.mark.parametrize(("text", "end", "order"), HIGHER)
def test_higher_derivatives(text, end, order):
    found = prove_by_derivative(parse_statement(text))
    assert (found.end, found.order) == (end, order)
    answer = recheck(prove(text).certificate.text)
    assert answer.accepted, answer.reason
    assert answer.relies_on == ()


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("order", 2, "not evident|not that of the slack"),
        ("order", 1, "not that of the slack"),
        ("order", 9, "order"),
        ("end", "high", "infinite"),
        ("derivative", "exp(x) + x", "not that of the slack"),
        ("derivative", "exp(x) - 1", "not evident"),
        ("claim", "exp(x) >= 1 + x + 2*x**2/3 for x in [0, oo]", "derivative 2|tape"),
        ("claim", "exp(x) >= 101/100 + x + x**2/2 for x in [0, oo]", "derivative 0|tape"),
    ],
)
def test_a_changed_higher_derivative_is_refused(key, value, reason):
    document = prove(HIGHER[0][0]).certificate.document | {key: value}
    document["tape"] = [list(i) for i in Claim(document["claim"]).tape]
    answer = recheck(Certificate.of(document).text)
    assert not answer.accepted
    assert re.search(reason, answer.reason), answer.reason


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
    assert document["kind"] == "derivative_sign"
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


@pytest.mark.parametrize(
    ("text", "low", "high", "known"),
    [  # (>= 0, <= 0, != 0) of sqrt(x + q) - c: the sign of x + q - c^2 for c >= 0
        ("sqrt(x) - 2", "4", "oo", (True, False, False)),
        ("sqrt(x) - 2", "5", "oo", (True, False, True)),
        ("sqrt(x) - 2", "3", "oo", (False, False, False)),
        ("sqrt(x) - 2", "0", "4", (False, True, False)),
        ("sqrt(x) - 2", "0", "3", (False, True, True)),
        ("sqrt(x) + 2", "0", "oo", (True, False, True)),
        ("sqrt(x) - (-2)", "0", "oo", (True, False, True)),
        ("sqrt(x) + (-2)", "4", "oo", (True, False, False)),
        ("sqrt((x - 1) + 1) - 1", "1", "oo", (True, False, False)),
        ("sqrt((x - 1) + 1) - 1", "1/2", "oo", (False, False, False)),
        ("sqrt(x - 1) - 1", "1", "2", (False, True, False)),
        ("sqrt(x + 3) - 2", "1", "2", (True, False, False)),
        ("sqrt(2*x) - 2", "8", "9", (False, False, False)),
    ],
)
def test_signs_of_roots_beside_numbers(text, low, high, known):
    ends = tuple(None if end == "oo" else Fraction(end) for end in (low, high))
    assert known_signs(Claim(f"{text} >= 0 for x in [{low}, {high}]").tape, *ends)[-1] == known
    own = signs(tape_of(text, ["x"]), (ends,))[-1]
    assert (own.nonnegative, own.nonpositive, own.nonzero) == known
