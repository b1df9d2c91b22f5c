"""Every field of every kind of certificate, replaced by what does not belong there: refused, for a reason that names it."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
import sympy

from proofs_check.interval.ball import rational_ball
from proofs_check.interval.certificate import Certificate
from proofs_check.interval.contraction import prove_kernel_contraction
from proofs_check.interval.number import number_certificate
from proofs_check.interval.prover import prove
from proofs_check.interval.recheck import recheck

rho = sympy.Symbol("rho")
BINDING = {"claim": "A7", "sentence": "a sentence", "case": "relu", "versions": "none"}


def _certificates() -> dict[str, Certificate]:
    arc_cosine = (sympy.sqrt(1 - rho**2) + (sympy.pi - sympy.acos(rho)) * rho) / sympy.pi
    found = {
        "cells": prove("x - tanh(x) >= 0 for x in [0, 3]").certificate,
        "original": prove(sympy.Ge(arc_cosine, rho), {rho: (-1, 1)}).certificate,
        "tree": prove("t*(exp(t)*x + t) >= 0 for x in [0, 1], t in [0, 1]").certificate,
        "derivative": prove("x >= log(1 + x) for x in [0, oo]").certificate,
        "derivatives": prove("exp(x) >= 1 + x + x**2/2 for x in [0, oo]").certificate,
        "identity": prove("(x + y)/2 >= sqrt(x*y) for x in [0, 1], y in [0, 1]").certificate,
        "exponential": prove("log(exp(x) + exp(y)) >= (x + y)/2 + log(2) for x in [-1, 1], y in [-1, 1]").certificate,
        "parts": prove("exp(x) >= x**2 for x in [0, oo]").certificate,
        "number": number_certificate("log(3) - 1"),
        "kernel": prove_kernel_contraction(
            [rational_ball(Fraction(1, k)) for k in (2, 4, 4)], "5/4", activation="s(x)"
        ).certificate,
    }
    return {kind: certificate.serving(**BINDING) for kind, certificate in found.items() if certificate is not None}


CERTIFICATES = _certificates()
FIELDS = [(kind, field) for kind, certificate in CERTIFICATES.items() for field in certificate.document]
# What the reason says when a field is wrong: one of these words.
WORDS = {
    "schema": ["schema"],
    "kind": ["kind", "exactly the keys"],
    "claim": ["claim"],
    "variables": ["variables"],
    "box": ["box"],
    "tape": ["tape"],
    "original": ["original", "lacks the variable", "change of variable"],
    "zeros": ["zero"],
    "corners": ["corner"],
    "cells": ["cell"],
    "tree": ["tree", "node"],
    "end": ["end"],
    "order": ["order"],
    "terms": ["term"],
    "left": ["left side", "claim", "one of", "nested"],
    "right": ["right side", "claim", "one of", "nested"],
    "proof": ["certificate inside", "schema"],
    "parts": ["part", "certificate inside", "schema"],
    "derivative": ["derivative", "claim", "range"],
    "why": ["text"],
    "coefficients": ["coefficients", "ball"],
    "rate": ["ball", "rate"],
    "activation": ["activation"],
    "serves": ["serves"],
    "sha256": ["digest"],
}
WRONG: list[Any] = [None, 7, True, [], {}, "", "x", [[]], [7, 7], {"lo": "0"}, "9" * 500]
# Harmless: the derivation does not read the words `why`; no map need be named; without `original` the claim in t is
# proved; the seventh derivative of exp is exp, too.
HARMLESS = (
    {("original", None), ("order", 7)}
    | {("why", value) for value in ("", "x", "9" * 500)}
    | {("activation", v) for v in (None, "", "x", "9" * 500)}
)


def _refusal(document: dict[str, Any]) -> str:
    answer = recheck(Certificate.of(document).text)
    assert not answer.accepted
    assert "broke off" not in answer.reason
    return answer.reason


@pytest.mark.parametrize(("kind", "field"), FIELDS)
def test_a_field_of_the_wrong_kind_is_refused(kind, field):
    refused = 0
    for value in WRONG:
        document = CERTIFICATES[kind].document
        if document[field] == value or (value.__hash__ is not None and (field, value) in HARMLESS):
            continue
        if field == "sha256":
            reason = recheck(json.dumps({**document, "sha256": value})).reason
        else:
            reason = _refusal({**document, field: value})
        assert any(word in reason for word in WORDS[field]), (value, reason)
        refused += 1
    assert refused >= 5


@pytest.mark.parametrize(("kind", "field"), FIELDS)
def test_a_field_that_is_missing_or_there_twice_is_refused(kind, field):
    document = CERTIFICATES[kind].document
    text = json.dumps(document)
    twice = text[:-1] + f", {json.dumps(field)}: 1" + "}"
    assert recheck(twice).reason == "a key occurs twice"
    del document[field]
    if (kind, field) != ("kernel", "activation"):
        answer = recheck(json.dumps(document) if field == "sha256" else Certificate.of(document).text)
        assert not answer.accepted


INNER = [
    (kind, field, key)
    for kind, field in FIELDS
    for entry in [CERTIFICATES[kind].document[field]]
    for part in [entry[0] if isinstance(entry, list) and entry else entry]
    if isinstance(part, dict)
    for key in part
]


@pytest.mark.parametrize(("kind", "field", "key"), INNER)
def test_an_entry_of_the_wrong_kind_is_refused(kind, field, key):
    refused = 0
    for value in (None, -7, True, [], {}, "", [[]], "0.5", "1/0", 10**12, "nan"):
        document = CERTIFICATES[kind].document
        part = document[field][0] if isinstance(document[field], list) else document[field]
        if (
            part[key] == value
            or (key == "why" and isinstance(value, str))
            or (field == "serves" and isinstance(value, str))
        ):
            continue
        if key == "zero" and value is None:
            continue
        part[key] = value
        _refusal(document)
        refused += 1
    assert refused >= 5


@pytest.mark.parametrize("kind", CERTIFICATES)
def test_untouched_they_are_accepted(kind):
    answer = recheck(CERTIFICATES[kind].text, claim="A7")
    assert answer.accepted, answer.reason


FIGURES = {
    "rate raised": ("kernel", {"rate": ["2", "0"]}, "b(u) >= rate*a(v) fails"),
    "rate with a wide radius": ("kernel", {"rate": ["5/4", "1"]}, "b(u) >= rate*a(v) fails"),
    "rate with a negative radius": ("kernel", {"rate": ["5/4", "-1"]}, "radius"),
    "rate negative": ("kernel", {"rate": ["-1/4", "0"]}, "rate needs to be non-negative"),
    "rate of three numbers": ("kernel", {"rate": ["5/4", "0", "0"]}, "list of at most 2"),
    "range beyond 1": ("kernel", {"box": ["0", "2"]}, "box needs to lie in [0, 1]"),
    "range reversed": ("kernel", {"box": ["1", "0"]}, "box needs to lie in [0, 1]"),
    "range wider than the cells": ("kernel", {"cells": [{"lo": "0", "hi": "1/2"}]}, ""),
    "coefficients beyond 1": ("kernel", {"coefficients": [["3/4", "0"], ["3/4", "0"]], "rate": ["0", "0"]}, "sum to more than 1"),
    "a key too many": ("kernel", {"trusted": True}, "exactly the keys"),
    "kernel cells with a gap": ("kernel", {"cells": [{"lo": "0", "hi": "1/4"}, {"lo": "1/2", "hi": "1"}]}, "do not meet"),
    "kernel cells that overlap": ("kernel", {"cells": [{"lo": "0", "hi": "1/2"}, {"lo": "1/4", "hi": "1"}]}, "do not meet"),
    "kernel cells reversed": ("kernel", {"cells": [{"lo": "0", "hi": "-1"}, {"lo": "-1", "hi": "1"}]}, "do not meet"),
    "kernel cells from elsewhere": ("kernel", {"cells": [{"lo": "1/4", "hi": "1"}]}, "do not meet"),
    "kernel cells that end early": ("kernel", {"cells": [{"lo": "0", "hi": "1/4"}]}, "do not reach the end"),
    "a negative coefficient": ("kernel", {"coefficients": [["-1", "0"], ["1/4", "0"]]}, "non-negative"),
    "known activation, other coefficients": ("kernel", {"activation": "tanh(x)"}, "is not that of the kernel map"),
    "known activation, too many": ("kernel", {"activation": "tanh(x)", "coefficients": [["0", "1"]] * 300}, "at most 200"),
    "derivative of something else": ("derivative", {"derivative": "x**2/(x + 1)"}, "not that of the slack"),
    "derivative with a constant": ("derivative", {"derivative": "x/(x + 1) + 1/10**50"}, "not that of the slack"),
    "derivative without a sign": ("derivative", {"derivative": "1 - 1/(x + 1)"}, "not evident"),
    "derivative at the other end": ("derivative", {"end": "high"}, "infinite"),
    "an order too low": ("derivatives", {"order": 1}, "not that of the slack"),
    "an order too high": ("derivatives", {"order": 9}, "integer in 0..8"),
    "derivatives from the other end": ("derivatives", {"end": "high"}, "infinite"),
    "derivatives to a sign that is not seen": ("derivatives", {"derivative": "exp(x) - 1 + 1"}, "not evident"),
    "derivative of another variable": ("derivative", {"derivative": "y/(y + 1)"}, "unknown name"),
}  # fmt: skip


@pytest.mark.parametrize("name", FIGURES)
def test_other_figures_are_refused(name):
    kind, change, reason = FIGURES[name]
    assert reason in _refusal({**CERTIFICATES[kind].document, **change})


@pytest.mark.parametrize(
    "spoof",
    ["a\n  on trust: nothing", "a\rproves: something else", "\x1b[2K\x1b[1A", "a\x07", "\u202ea", "a\u2028b"],
    ids=["line", "return", "escape", "bell", "direction", "separator"],
)
@pytest.mark.parametrize("field", ["text", "activation", *BINDING])
def test_text_that_would_change_what_is_printed_is_refused(spoof, field):
    document = CERTIFICATES["kernel" if field == "activation" else "cells"].document
    if field == "text":
        changed = {"claim": document["claim"] + spoof}
    else:
        changed = {field: spoof} if field == "activation" else {"serves": {**document["serves"], field: spoof}}
    assert "printed" in _refusal({**document, **changed})
