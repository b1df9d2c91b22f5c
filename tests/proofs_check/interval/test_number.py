"""Certificates of closed numbers: what is certified, what the checker accepts, and what it refuses."""

from __future__ import annotations

import flint
import mpmath
import pytest

from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.verdict import Verdict
from proofs_check.interval.certificate import Certificate
from proofs_check.interval.checker.document import SCHEMA
from proofs_check.interval.checker.statement import Claim
from proofs_check.interval.number import is_writable, number_ball, number_certificate
from proofs_check.interval.recheck import recheck


def by_hand(claim: str) -> str:
    """A document with the right tape of its claim, true or not."""
    tape = [list(instruction) for instruction in Claim(claim, closed=True).tape]
    entries = {"claim": claim, "variables": [], "box": [], "tape": tape, "original": None}
    return Certificate.of({"schema": SCHEMA, "kind": "number", **entries}).text


# each is >= 0; the last ones by 10^-39, exactly, and by an exact zero
POSITIVE = [
    "log(3) - 1",
    "E**pi - pi**E",
    "pi**2/6 - 8/5",
    "polygamma(0, 5) + 11/100 - log(5)",
    "Min(sqrt(2) - 7/5, erf(1) - 4/5)",
    "1/10**20 - (exp(pi*sqrt(163)) - 262537412640768744)*0",
    "sqrt(1 + 1/10**38) - 1",
    "1/2 + 1/4 + 1/4 - 1",
    "0",
]


@pytest.mark.parametrize("text", POSITIVE)
def test_a_nonnegative_number_has_a_certificate_that_is_accepted(text):
    certificate = number_certificate(text)
    assert certificate is not None
    answer = recheck(certificate.text)
    assert (answer.accepted, answer.claim, answer.relies_on) == (True, f"{text} >= 0", ())


@pytest.mark.parametrize("text", ["1 - log(3)", "pi**E - E**pi", "-1/10**40", "sqrt(2)**2 - 2", "log(-1)", "1/(1 - 1)"])
def test_what_is_negative_or_undecided_or_has_no_value_has_none(text):
    assert number_certificate(text) is None


FALSE = {
    "negative": ("1 - log(3) >= 0", "not enclosed on the side"),
    "by 10^-40": ("sqrt(2)*sqrt(3) - sqrt(6) >= 1/10**40", "not enclosed on the side"),
    "Ramanujan's near integer": ("262537412640768744 >= exp(pi*sqrt(163)) + 1/10**12", "not enclosed on the side"),
    "strict at equality": ("1/3 + 2/3 > 1", "not enclosed on the side"),
    "without a value": ("log(-1)*0 >= 0", "not enclosed on the side"),
    "nothing over nothing": ("(1 - 1)/(1 - 1) >= 0", "not enclosed on the side"),
    "a pole": ("gamma(0) >= 0", "not enclosed on the side"),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_false_number_is_refused(name):
    claim, reason = FALSE[name]
    answer = recheck(by_hand(claim))
    assert not answer.accepted
    assert reason in answer.reason


@pytest.mark.parametrize(
    ("kind", "claim", "reason"),
    [
        ("number", "x >= 0 for x in [0, 1]", "form 'left >= right'"),
        ("number", "x >= 0", "unknown name"),
        ("cells", "1 >= 0", "form 'left >= right for x in"),
        ("identity", "1 >= 0", "form 'left >= right for x in"),
    ],
)
def test_numbers_and_boxes_are_not_mixed(kind, claim, reason):
    more = {"cells": {"zeros": [], "corners": [], "cells": []}, "identity": {"terms": []}}.get(kind, {})
    entries = {"claim": claim, "variables": [], "box": [], "tape": [["q", "1"]], "original": None, **more}
    answer = recheck(Certificate.of({"schema": SCHEMA, "kind": kind, **entries}).text)
    assert not answer.accepted
    assert reason in answer.reason


@pytest.mark.parametrize("text", POSITIVE[:5])
def test_the_ball_holds_what_mpmath_finds(text):
    names = {"log": mpmath.log, "E": mpmath.e, "pi": mpmath.pi, "erf": mpmath.erf, "sqrt": mpmath.sqrt, "Min": min}
    with mpmath.workdps(60):
        value = eval(text, {"__builtins__": {}, "polygamma": mpmath.psi, **names})
        distance = abs(number_ball(text, 160) - flint.arb(mpmath.nstr(value, 55)))
    assert distance < flint.arb("1e-15")  # quotients of Python's integers are doubles


def test_a_slack_with_its_closed_form_has_a_certificate():
    slack = flint.arb(3).log() - 1
    assert from_slack(slack, "log 3", "").certificates == ()
    found = from_slack(slack, "log 3", "", number="log(3) - 1")
    assert (found.verdict, len(found.certificates)) == (Verdict.CERTIFIED, 1)
    assert from_slack(-slack, "log 3", "here", number="1 - log(3)").verdict is Verdict.REFUTED
    with pytest.raises(ArithmeticError, match="closed form of its slack"):
        from_slack(slack, "log 3", "", number="log(2) - 1/2")


def test_a_number_too_long_to_be_written_has_no_certificate():
    long = f"1/{10**70}"
    assert not is_writable(long)
    assert is_writable("9" * 59)
    assert not is_writable("9" * 60)
    assert is_writable("x" * 5000)
    assert not is_writable("x" * 5001)
    assert not is_writable("1" + "+1" * 151)
    assert recheck(number_certificate("1" + "+1" * 150).text).accepted
    found = from_slack(flint.arb(1), "a long number", "", number=long)
    assert (found.verdict, found.certificates) == (Verdict.CERTIFIED, ())
