"""Certificates of false claims, written by hand to look right: each is refused, for the reason that makes it false."""

from __future__ import annotations

from typing import Any

import pytest

from proofs_check.interval.certificate import Certificate
from proofs_check.interval.checker.document import SCHEMA
from proofs_check.interval.checker.statement import Claim
from proofs_check.interval.recheck import Recheck, recheck


def document(claim: str, kind: str, **entries: Any) -> dict[str, Any]:
    """A document with the right tape and box of its claim."""
    stated = Claim(claim)
    return {
        "schema": SCHEMA,
        "kind": kind,
        "claim": claim,
        "variables": stated.variables,
        "box": [["-oo" if a is None else str(a), "oo" if b is None else str(b)] for a, b in stated.box],
        "tape": [list(instruction) for instruction in stated.tape],
        "original": None,
        **entries,
    }


def answer(claim: str, kind: str, **entries: Any) -> Recheck:
    return recheck(Certificate.of(document(claim, kind, **entries)).text)


def cells(*methods: dict[str, Any], zeros: Any = (), corners: Any = (), **entries: Any) -> dict[str, Any]:
    return {"kind": "cells", "zeros": list(zeros), "corners": list(corners), "cells": list(methods), **entries}


def zero(at: str, order: int, variable: int = 0) -> dict[str, Any]:
    return {"variable": variable, "at": at, "order": order, "why": "so it is said"}


def by_derivative(derivative: str, end: str = "low") -> dict[str, Any]:
    return {"kind": "derivative_sign", "end": end, "derivative": derivative, "why": "so it is said"}


UNIT = {"lo": "0", "hi": "1"}
HUGE = "1" + "0" * 59  # 10^59 in digits, for a claim's numbers are integers
DERIVATIVES = {
    "a sine with the slope of its start": ("sin(4*pi*x) >= 0 for x in [0, 1]", "4*pi", "not that of the slack"),
    "a sine that vanishes at all samples": ("sin(16*pi*x) >= 0 for x in [0, 1]", "16*pi", "not that of the slack"),
    "a slope that agrees at sixteenths": (
        "x - 20*sin(8*pi*x)**2 >= 0 for x in [0, 1]", "1 + 0*x", "not that of the slack",
    ),
    "a step down": ("1 - 2*Heaviside(x - 1/3) >= 0 for x in [0, 1]", "0*x", "heaviside may jump"),
    "a jump of sign": ("-sign(x - 1/3) >= 0 for x in [0, 1]", "0*x", "sign may jump"),
    "a jump of sign, unbounded": ("-sign(x - 1/3) >= 0 for x in [0, oo]", "0*x", "sign may jump"),
    "a pole with a squared derivative": ("-1/(x - 1/2) - 2 >= 0 for x in [0, 1]", "1/(x - 1/2)**2", "div may jump"),
    "a pole, unbounded": ("-1/(x - 5) - 1/5 >= 0 for x in [0, oo]", "1/(x - 5)**2", "div may jump"),
    "a pole of the tangent": ("tan(x) >= 0 for x in [0, 3]", "1 + tan(x)**2", "tan may jump"),
    "jumps of atan(tan)": ("atan(tan(x)) >= 0 for x in [0, oo]", "1 + 0*x", "tan may jump"),
    "jumps of atan(tan), tilted": ("x/10 + atan(tan(x)) >= 0 for x in [0, oo]", "11/10 + 0*x", "tan may jump"),
    "jumps of atan(tan), bounded": ("atan(tan(x)) >= 0 for x in [0, 3]", "1 + 0*x", "tan may jump"),
    "a kink": ("1 - Abs(x - 1/3)*4 >= -1/3 for x in [0, 1]", "4 + 0*x", "abs may jump"),
    "a kink of Max": ("1/2 - Max(x, 1/3)*2 >= -1/6 for x in [0, 1]", "0*x", "max may jump"),
    "branches of asin(sin)": ("asin(sin(x)) >= 0 for x in [0, 5]", "1 + 0*x", "asin may jump"),
    "a start below zero": ("x - 1/10**12 >= 0 for x in [0, 1]", "1 + 0*x", "negative where it starts"),
    "a derivative with a hidden jump": ("x >= 0 for x in [0, oo]", "1 + 0*sign(x - 2)", "sign may jump"),
    "an injected domain": ("x - x**2 >= 0 for x in [0, 2]", "1 >= 0 for x in [0, 1], y", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", DERIVATIVES)
def test_a_false_derivative_is_refused(name):
    claim, derivative, reason = DERIVATIVES[name]
    result = answer(claim, **by_derivative(derivative))
    assert not result.accepted
    assert reason in result.reason


FALSE = {
    "a constant of 10^-40": (
        "x**2 + 1 >= 1 + 1/10**40 for x in [-1, 1]",
        cells({"lo": "-1", "hi": "1", "method": "zero", "zero": 0, "order": 2}, zeros=[zero("0", 2)]),
        "has not the order 2",
    ),
    "the zero of a sine that is exact": (
        "x**2 + sin(pi) >= 1/10**28 for x in [-1, 1]",
        cells({"lo": "-1", "hi": "1", "method": "zero", "zero": 0, "order": 2}, zeros=[zero("0", 2)]),
        "has not the order 2",
    ),
    "a slope that vanishes in the middle of the other variable": (
        "x*(y - 1/2) + 2*x**2 >= 0 for x in [0, 1], y in [0, 1]",
        {
            "kind": "tree", "zeros": [zero("0", 2)], "corners": [],
            "tree": [{"method": "zero", "zero": 0, "order": 2}],
        },
        "has not the order 2",
    ),
    "an order that the next term betrays": (
        "x**12*(1 - 100*x**4) >= 0 for x in [0, 1]",
        cells(UNIT | {"method": "zero", "zero": 0, "order": 12}, zeros=[zero("0", 12)]),
        "no non-negative bound",
    ),
    "a corner of 10^-40": (
        "x + y >= 1/10**40 for x in [0, 1], y in [0, 1]",
        {
            "kind": "tree", "zeros": [], "corners": [{"at": ["0", "0"], "zero": None, "why": "so it is said"}],
            "tree": [{"method": "corner", "corner": 0, "order": 1}],
        },
        "does not vanish at a declared corner",
    ),
    "a strict claim with a corner": (
        "x + y > 0 for x in [0, 1], y in [0, 1]",
        {
            "kind": "tree", "zeros": [], "corners": [{"at": ["0", "0"], "zero": None, "why": "so it is said"}],
            "tree": [{"method": "corner", "corner": 0, "order": 1}],
        },
        "strict claim cannot have corners",
    ),
    "a strict claim with a zero": (
        "x > 0 for x in [0, 1]",
        cells(UNIT | {"method": "zero", "zero": 0, "order": 1}, zeros=[zero("0", 1)]),
        "strict claim cannot have zeros",
    ),
    "a corner of a quotient": (
        "x*(x + y - 1/10**40) >= 0 for x in [0, 1], y in [0, 1]",
        {
            "kind": "tree", "zeros": [zero("0", 1)],
            "corners": [{"at": ["0", "0"], "zero": 0, "why": "so it is said"}],
            "tree": [{"method": "corner", "corner": 0, "order": 2}],
        },
        "does not vanish at a declared corner",
    ),
    "a zero at a kink": (
        "x - 2*Abs(x) >= 0 for x in [0, 1]",
        cells(UNIT | {"method": "zero", "zero": 0, "order": 1}, zeros=[zero("0", 1)]),
        "no Taylor series",
    ),
    "a zero at a pole": (
        "x/(x*x) - 1/x >= 1/10 for x in [0, 1]",
        cells(UNIT | {"method": "zero", "zero": 0, "order": 1}, zeros=[zero("0", 1)]),
        "no Taylor series",
    ),
    "exp above its tangent, scaled": (
        f"{HUGE}*(2251799813685271/2251799813685248 - exp(x)) >= -1 "
        "for x in [23/4503599627370496, 23/2251799813685248]",
        cells({"lo": "23/4503599627370496", "hi": "23/2251799813685248", "method": "natural"}),
        "no non-negative bound",
    ),
    "cosh below 1, scaled": (
        f"{HUGE}*(1 - cosh(x)) >= -1 for x in [23/4503599627370496, 23/2251799813685248]",
        cells({"lo": "23/4503599627370496", "hi": "23/2251799813685248", "method": "natural"}),
        "no non-negative bound",
    ),
    "log above its chord, scaled": (
        f"{HUGE}*(22517998136852455/10141204801825835211973625643008 - log(1 + x)) >= -1 "
        "for x in [5/4503599627370496, 5/2251799813685248]",
        cells({"lo": "5/4503599627370496", "hi": "5/2251799813685248", "method": "natural"}),
        "no non-negative bound",
    ),
    "E below its digits": (
        "E <= 2718281828459045235360287471352662497757/1000000000000000000000000000000000000000 for x in [0, 1]",
        cells(UNIT | {"method": "natural"}),
        "no non-negative bound",
    ),
    "a power with a rational exponent": (
        "(1 + x)**(1/3) <= 1 + x/3 - x**2/9 for x in [0, 1]",
        cells(UNIT | {"method": "zero", "zero": 0, "order": 3}, zeros=[zero("0", 3)]),
        "",
    ),
    "a strict claim that touches": (
        "x**2 > 0 for x in [-1, 1]", cells({"lo": "-1", "hi": "1", "method": "natural"}), "no non-negative bound",
    ),
    "a deep narrow dip": (
        "(x - 1/3)**2 >= 1/10**30 for x in [0, 1]", cells(UNIT | {"method": "natural"}), "no non-negative bound",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FALSE)
def test_a_false_claim_is_refused(name):
    claim, entries, reason = FALSE[name]
    result = answer(claim, **entries)
    assert not result.accepted
    assert reason in result.reason


HIDDEN = {
    "a wave behind Abs": (
        "x + 10*sin(8*pi*x) >= 0 for x in [0, 1]", "Abs(t)", "Abs(t) >= 0 for t in [0, 1]", "differ after the change",
    ),
    "a wave that vanishes at eighths": (
        "x - 3*sin(8*pi*x)**2 >= 0 for x in [0, 1]", "t", "t >= 0 for t in [0, 1]", "differ after the change",
    ),
    "a change that leaves half of the range out": (
        "1/2 - x >= 0 for x in [0, 1]", "t/2", "1/2 - t/2 >= 0 for t in [0, 1]", "does not reach the ends",
    ),
    "a change that almost meets the end": (
        "1 - x >= 0 for x in [0, 10000000000000000000000000000000000000001/10000000000000000000000000000000000000000]",
        "t", "1 - t >= 0 for t in [0, 1]", "does not reach the ends",
    ),
    "a change that jumps over the dip": (
        "(x - 1/2)**2 - 1/100 >= 0 for x in [0, 1]", "Heaviside(t - 1/2)",
        "(Heaviside(t - 1/2) - 1/2)**2 - 1/100 >= 0 for t in [0, 1]", "jumps",
    ),
    "a change with a pole": ("x >= 0 for x in [-1, 1]", "1/t", "1/t >= 0 for t in [-1, 1]", "no value"),
    "a root of the wrong sign": (
        "-sqrt(1 - x**2) >= 0 for x in [-1, 1]", "cos(pi*t)", "-sin(pi*t) >= 0 for t in [1, 2]", "",
    ),
    "acos beyond its branch": (
        "2 - acos(x) >= 0 for x in [-1, 1]", "cos(pi*t)", "2 - pi*t >= 0 for t in [0, 1]", "no non-negative bound",
    ),
    "another relation": ("x > 0 for x in [0, 1]", "t", "t >= 0 for t in [0, 1]", "the original differs"),
}  # fmt: skip


@pytest.mark.parametrize("name", HIDDEN)
def test_a_false_original_behind_a_true_claim_is_refused(name):
    original, by, inner, reason = HIDDEN[name]
    variable = Claim(original).variables[0]
    [(low, high)] = Claim(inner).box
    entries = cells({"lo": str(low), "hi": str(high), "method": "natural"})
    entries["original"] = {"claim": original, "variable": variable, "by": by}
    result = answer(inner, **entries)
    assert not result.accepted
    assert reason in result.reason


def derivatives(order: int, derivative: str, end: str = "low") -> dict[str, Any]:
    return {"kind": "derivatives", "end": end, "order": order, "derivative": derivative, "why": "so it is said"}


def identity(*factors: tuple[str, int], weight: str = "1") -> dict[str, Any]:
    entries = [{"factor": text, "power": power, "proof": None} for text, power in factors]
    return {"kind": "identity", "terms": [{"weight": weight, "factors": entries}]}


def inside(claim: str) -> dict[str, Any]:
    """A true certificate, to be put inside a false one."""
    from proofs_check.interval.prover import prove

    certificate = prove(claim).certificate
    assert certificate is not None
    return certificate.document


# Formally exp(log y) = y and sqrt(y)^2 = y, which shows a sign of y only where log y and sqrt y are defined.
ARGUMENTS = {
    "a sign from exp(log) of what is negative": ("-x - 1 >= 0 for x in [0, 1]", derivatives(0, "exp(log(-x - 1))"), "value on the whole"),
    "a sign from a squared root": ("-x - 1 >= 0 for x in [0, 1]", derivatives(0, "sqrt(-x - 1)**2"), "value on the whole"),
    "a slope from a squared root": ("1 - x**2 >= 0 for x in [0, 3]", derivatives(1, "2*sqrt(-x)**2"), "value on the whole"),
    "a slope from log(-1)": ("1 - x >= 0 for x in [0, oo]", derivatives(1, "exp(log(-1 + 0*x))"), "value on the whole"),
    "a slope with a pole": ("-1/(x - 5) - 1/5 >= 0 for x in [0, oo]", derivatives(1, "1/(x - 5)**2"), "evidently smooth"),
    "a second slope, the first one falling": ("x**2 - x >= 0 for x in [0, oo]", derivatives(2, "2 + 0*x"), "negative where it starts"),
    "a slope of another function": ("x**2 - 1 >= 0 for x in [1, oo]", derivatives(1, "x"), "not that of the slack"),
    "a slope whose sign changes": ("x - x**2 >= 0 for x in [0, 2]", derivatives(1, "1 - 2*x"), "not evident"),
    "a second slope of the wrong sign": ("x - x**2 >= 0 for x in [0, 2]", derivatives(2, "-2 + 0*x"), "not evident"),
    "a slope from the far end": ("x >= 0 for x in [-1, 1]", derivatives(1, "1 + 0*x", "high"), "not evident"),
    "an exponential of negative sides": (
        "-log(2) + 0*x >= 0 for x in [0, 1]",
        {
            "kind": "exponential",
            "left": "-1 - x",
            "right": "-2 - 2*x",
            "proof": Certificate.of(document(
                "-1 - x >= -2 - 2*x for x in [0, 1]", "cells", zeros=[], corners=[], cells=[UNIT | {"method": "natural"}]
            )).document,
        },
        "neither side is evidently positive",
    ),
    "a square of an undefined root": ("1 - x >= 0 for x in [0, 2]", identity(("sqrt(1 - x)", 2)), "value on the whole"),
    "a square that is another": ("x**2 - 1/10**40 >= 0 for x in [-1, 1]", identity(("x", 2)), "do not add up"),
    "a slack that has no value": ("x**2 + log(x) - log(x) >= 0 for x in [-1, 1]", identity(("x", 2)), "value on the whole"),
    "a slack without a value, two variables and no bounds": (
        "x**2 + log(1 + y) - log(1 + y) >= 0 for x in [0, oo], y in [-oo, oo]", identity(("x", 2)), "value on the whole",
    ),
    "a slack that jumps": ("x**2 + sign(x) - sign(x) >= 0 for x in [-1, 1]", identity(("x", 2)), "may jump"),
    "an odd power": ("x**3 >= 0 for x in [-1, 1]", identity(("x", 3)), "even positive power"),
    "a negative weight": ("-x**2 >= 0 for x in [-1, 1]", identity(("x", 2), weight="-1"), "weight is negative"),
    "a square over a pole": ("1/(x**2 + x) >= 0 for x in [-2, 2]", identity(("1/(x**2 + x)", 2)), "value on the whole"),
    "a proof of another factor": (
        "x - x**2 >= 0 for x in [0, 2]",
        {
            "kind": "identity",
            "terms": [
                {
                    "weight": "1",
                    "factors": [{"factor": "x - x**2", "power": 1, "proof": inside("x >= 0 for x in [0, 2]")}],
                }
            ],
        },
        "not one of 'x - x**2 >= 0'",
    ),
    "a proof on a smaller box": (
        "x - x**2 >= 0 for x in [0, 2]",
        {
            "kind": "identity",
            "terms": [
                {
                    "weight": "1",
                    "factors": [{"factor": "x - x**2", "power": 1, "proof": inside("x - x**2 >= 0 for x in [0, 1]")}],
                }
            ],
        },
        "not one of 'x - x**2 >= 0'",
    ),
    "a strict claim by a derivative": ("x**2 > 0 for x in [0, oo]", derivatives(1, "2*x"), "proves >="),
    "a strict claim by a sign": ("x**2 > 0 for x in [-1, 1]", derivatives(0, "x**2"), "proves >="),
    "a strict claim by an old derivative": ("x**2 > 0 for x in [0, oo]", by_derivative("2*x"), "proves >="),
    "a strict claim by an identity": ("x**2 > 0 for x in [-1, 1]", identity(("x", 2)), "proves >="),
    "a strict claim by an exponential": (
        "log(1 + x**2) > 0 for x in [-1, 1]",
        {"kind": "exponential", "left": "1 + x**2", "right": "1", "proof": inside("1 + x**2 >= 1 for x in [-1, 1]")},
        "proves >=",
    ),
    "a strict claim in parts of which one is not": (
        "x**2 > 0 for x in [0, 2]",
        {"kind": "parts", "parts": [inside("x**2 >= 0 for x in [0, 1]"), inside("x**2 > 0 for x in [1, 2]")]},
        "about another inequality",
    ),
    "two variables by a derivative": ("x*y >= 0 for x in [0, 1], y in [-1, 1]", derivatives(1, "y"), "one variable"),
    "parts in two variables": (
        "y + 0*x >= 0 for x in [0, 1], y in [-1, 1]",
        {"kind": "parts", "parts": [inside("y + 0*x >= 0 for x in [0, 1], y in [0, 1]")]},
        "one variable",
    ),
    "parts that leave a gap": (
        "x*(x - 1)*(x - 2) >= 0 for x in [0, 3]",
        {"kind": "parts", "parts": [inside("x*(x - 1)*(x - 2) >= 0 for x in [0, 1]"), inside("x*(x - 1)*(x - 2) >= 0 for x in [2, 3]")]},
        "do not meet",
    ),
    "parts that do not reach the end": (
        "1 - x >= 0 for x in [0, oo]", {"kind": "parts", "parts": [inside("1 - x >= 0 for x in [0, 1]")]}, "do not reach",
    ),
    "an exponential of another quotient": (
        "log(x) >= 0 for x in [1/2, 1]",
        {"kind": "exponential", "left": "1 + x", "right": "x", "proof": inside("1 + x >= x for x in [1/2, 1]")},
        "quotient exp(slack)",
    ),
    "an exponential of sides that may be negative": (
        "log(x - 3) - log(x - 3) - 1 >= 0 for x in [0, 1]",
        {"kind": "exponential", "left": "x - 3", "right": "E*(x - 3)", "proof": inside("x - 3 >= E*(x - 3) for x in [0, 1]")},
        "value on the whole",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_false_argument_is_refused(name):
    claim, entries, reason = ARGUMENTS[name]
    result = answer(claim, **entries)
    assert not result.accepted
    assert reason in result.reason


# (claim, derivative): what would be the derivative if exp(log y), sqrt(y)^2 or a quotient meant y where y is negative, or nothing.
FORMAL = {
    "exp(log(-1)) for -1": ("-x >= 0 for x in [0, 1]", "exp(log(-1))"),
    "exp(log(-1)) for -1, unbounded": ("-x >= 0 for x in [0, oo]", "exp(log(-1))"),
    "the square of a root of -1": ("-x >= 0 for x in [0, oo]", "sqrt(-1)**2"),
    "nothing over nothing": ("-x >= 0 for x in [0, oo]", "-1 + 0/0"),
    "roots of -1 over roots of -1": ("-x >= 0 for x in [0, oo]", "(-1)*(sqrt(-1)*sqrt(-1))**2/(sqrt(-1)**2)**2"),
    "sqrt(x^2) for x": ("x**2 - 1 >= 0 for x in [-1, 1]", "2*sqrt(x**2)"),
    "sqrt(x^2) for x, unbounded": ("x**2 - 1 >= 0 for x in [-1, oo]", "2*sqrt(x**2)"),
    "exp(log x) for x": ("x**2 - 1 >= 0 for x in [-1, oo]", "2*exp(log(x))"),
    "exp(log(x^2)/2) for x": ("x**2 - 1 >= 0 for x in [-1, oo]", "2*exp(log(x**2)/2)"),
    "exp(log(-exp x)) for -exp x": ("-exp(x) >= -1 for x in [0, oo]", "exp(log(-exp(x)))"),
    "a root for a sine": ("cos(x) >= 1 for x in [0, 6]", "sqrt(1 - cos(x)**2)"),
    "a root for a sine, unbounded": ("cos(x) >= 1 for x in [0, oo]", "sqrt(1 - cos(x)**2)"),
    "(-x)/x for -1": ("-x >= 0 for x in [0, oo]", "(-x)/x"),
    "a pole inside": ("tan(x) - x >= 0 for x in [0, 3]", "tan(x)**2"),
    "a tangent beyond its pole": ("-tan(x) >= 0 for x in [2, 3]", "1 + tan(x)**2"),
    "a logarithm at 0": ("-log(x) >= 0 for x in [0, 2]", "-1/x"),
    "a fractional power": ("x**(1/3) - x >= 0 for x in [0, 2]", "x**(-2/3)/3 - 1"),
    "acos(cos)": ("acos(cos(x)) - x >= 0 for x in [0, 5]", "0*x"),
    "asin(sin)": ("asin(sin(x)) - x >= 0 for x in [0, 5]", "0*x"),
    "a kink under a root": ("sqrt((x - 1)**2) - x + 1 >= 1 for x in [0, oo]", "0*x"),
    "a limit for a value": ("erf(x) - 1 >= 0 for x in [0, oo]", "2*exp(-x**2)/sqrt(pi)"),
}  # fmt: skip


@pytest.mark.parametrize("order", [None, 1])
@pytest.mark.parametrize("name", FORMAL)
def test_a_derivative_that_is_one_by_formal_algebra_only_is_refused(name, order):
    claim, derivative = FORMAL[name]
    by_order = {"kind": "derivatives", "end": "low", "order": order, "derivative": derivative, "why": "so it is said"}
    assert not answer(claim, **(by_derivative(derivative) if order is None else by_order)).accepted


# claim -> the factor whose square would be the slack, or None for a slack that would be written as 0
WRITTEN = {
    "-1 >= 0 for x in [-1, 1]": "sqrt(-1)",
    "x >= 0 for x in [-1, 1]": "sqrt(x)",
    "x >= 0 for x in [-1, oo]": "sqrt(x)",
    "x + 0*y >= 0 for x in [-1, 1], y in [0, 1]": "exp(log(x)/2)",
    "x**3 >= 0 for x in [-1, 1]": "Abs(x)*sqrt(x)",
    "-x**2 >= 0 for x in [-1, 1]": "x*sqrt(-1)",
    "1/x >= 0 for x in [-1, 1]": "1/sqrt(x)",
    "log(x) >= 0 for x in [0, 1]": "sqrt(log(x))",
    "Abs(x) - x <= 0 for x in [-1, 1]": None,
    "asin(sin(x)) >= x for x in [0, 5]": None,
    "acos(cos(x)) >= x for x in [0, 5]": None,
    "atan(tan(x)) >= x for x in [0, 3]": None,
    "atan(tan(x)) >= x for x in [0, oo]": None,
    "log(exp(x)) >= x + 1/10**40 for x in [0, 1]": None,
    "log(x*y) >= log(x) + log(y) for x in [-2, -1], y in [-2, -1]": None,
    "log(x**2) >= 2*log(x) for x in [-2, -1]": None,
    "x/x >= 1 for x in [0, 2]": None,
    "(x**2 - 1)/(x - 1) >= x + 1 for x in [0, 2]": None,
    "tan(x)*cos(x) >= sin(x) for x in [0, 3]": None,
    "sqrt(x*y) >= sqrt(x)*sqrt(y) for x in [-1, -1/2], y in [-1, -1/2]": None,
    "sign(x)**2 >= 1 for x in [-1, 1]": None,
    "Heaviside(x) + Heaviside(-x) >= 1 for x in [-1, 1]": None,
}


@pytest.mark.parametrize("claim", WRITTEN)
def test_an_identity_that_holds_on_paper_only_is_refused(claim):
    factor = WRITTEN[claim]
    terms = [] if factor is None else [{"weight": "1", "factors": [{"factor": factor, "power": 2, "proof": None}]}]
    assert not answer(claim, "identity", terms=terms).accepted


UNDEFINED = [
    ("x/x >= 1 for x in [0, 1]", "t"),
    ("(x - 1/3)/(x - 1/3) >= 1 for x in [0, 1]", "t"),
    ("exp(log(x)) >= x for x in [-1, 1]", "2*t - 1"),
    ("log(x) - log(x) >= 0 for x in [0, 1]", "t"),
    ("0*log(x) >= 0 for x in [-1, 1]", "2*t - 1"),
    ("0/x >= 0 for x in [-1, 1]", "2*t - 1"),
    ("tan(x) - sin(x)/cos(x) >= 0 for x in [0, 4]", "4*t"),
    ("gamma(x) - gamma(x) >= 0 for x in [0, 1]", "t"),
]


@pytest.mark.parametrize(("original", "by"), UNDEFINED)
def test_an_original_without_a_value_somewhere_is_refused(original, by):
    entries = cells(UNIT | {"method": "natural"}, original={"claim": original, "variable": "x", "by": by})
    assert not answer("0*t >= 0 for t in [0, 1]", **entries).accepted


TRUE = {
    "a derivative on a bounded range": (
        "x - sin(x) + 1 >= 0 for x in [0, 3]", cells({"lo": "0", "hi": "3", "method": "natural"}),
    ),
    "a tangent before its pole": ("tan(x) >= 0 for x in [0, 3/2]", by_derivative("1 + tan(x)**2")),
    "an interior zero of even order": (
        "x**2*(2 + sin(x)) >= 0 for x in [-1, 1]",
        cells({"lo": "-1", "hi": "1", "method": "zero", "zero": 0, "order": 6}, zeros=[zero("0", 2)]),
    ),
    "a change by Abs": (
        "Abs(t) >= 0 for t in [0, 1]",
        cells(UNIT | {"method": "natural"}, original={"claim": "x >= 0 for x in [0, 1]", "variable": "x", "by": "Abs(t)"}),
    ),
    "a change by a rational function": (
        "2/(1 + t) - 1 >= 0 for t in [0, 1]",
        cells(
            UNIT | {"method": "zero", "zero": 0, "order": 1}, zeros=[zero("1", 1)],
            original={"claim": "2*x - 1 >= 0 for x in [1/2, 1]", "variable": "x", "by": "1/(1 + t)"},
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TRUE)
def test_true_neighbours_are_accepted_with_nothing_on_trust(name):
    claim, entries = TRUE[name]
    result = answer(claim, **entries)
    assert result.accepted, result.reason
    assert result.relies_on == ()
