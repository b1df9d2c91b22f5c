"""Certificates that are arguments: tampered ones are refused for the right reason."""

from __future__ import annotations

import copy
import re

import pytest

from proofs_check.interval.certificate import Certificate
from proofs_check.interval.checker.statement import Claim
from proofs_check.interval.prover import prove
from proofs_check.interval.recheck import recheck

CLAIMS = {
    "identity": "(x + y)/2 >= sqrt(x*y) for x in [0, 1], y in [0, 1]",
    "product": "sqrt(x) + x**2 >= x + x**2*sqrt(x) for x in [0, 1]",
    "quotient": "(x**2 + y**2)/(1 + x**2) >= 2*x*y/(1 + x**2) for x in [-1, 1], y in [-1, 1]",
    "exponential": "log(exp(x) + exp(y)) >= (x + y)/2 + log(2) for x in [-1, 1], y in [-1, 1]",
    "parts": "exp(x) >= x**2 for x in [0, oo]",
}


@pytest.fixture(scope="module")
def documents():
    return {name: prove(text).certificate.document for name, text in CLAIMS.items()}


def resealed(document):
    """The document with every certificate inside sealed anew, and its tape made again."""
    document = copy.deepcopy(document)
    document["tape"] = [list(i) for i in Claim(document["claim"]).tape]
    return Certificate.of(document).document


def answer(document):
    return recheck(Certificate.of(resealed(document)).text)


def edited(document, path, value):
    document = copy.deepcopy(document)
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return document


def test_untouched_ones_are_accepted_and_rely_on_nothing(documents):
    for document in documents.values():
        got = answer(document)
        assert got.accepted, got.reason
    assert answer(documents["identity"]).relies_on == answer(documents["exponential"]).relies_on == ()


SQUARE = {"factor": "sqrt(x) - sqrt(y)", "power": 2, "proof": None}


@pytest.mark.parametrize(
    ("name", "path", "value", "reason"),
    [
        ("identity", ("terms", 0, "weight"), "1/3", "do not add up"),
        ("identity", ("terms", 0, "weight"), "-1/2", "weight is negative"),
        ("identity", ("terms", 0, "factors", 0, "power"), 1, "even positive power"),
        ("identity", ("terms", 0, "factors", 0, "power"), -2, "even positive power"),
        ("identity", ("terms", 0, "factors", 0, "factor"), "sqrt(x) + sqrt(y)", "do not add up"),
        ("identity", ("terms", 0, "factors", 0, "factor"), "sqrt(x) - sqrt(y) + 0*log(x)", "have a value"),
        ("identity", ("terms",), [], "do not add up"),
        ("identity", ("terms", 0, "factors"), [SQUARE, SQUARE], "do not add up"),
        ("identity", ("claim",), "(x + y)/2 > sqrt(x*y) for x in [0, 1], y in [0, 1]", "proves >= only"),
        ("identity", ("claim",), CLAIMS["identity"].replace("/2", "*49/100"), "do not add up"),
        ("product", ("terms", 0, "factors", 0, "proof"), None, "even positive power"),
        ("product", ("terms", 0, "factors", 0, "factor"), "sqrt(x) - 1", "not one of|do not add up"),
        ("quotient", ("terms", 0, "factors", 1, "proof"), None, "even positive power"),
        ("exponential", ("left",), "exp(x) + exp(y) + 1", "not one of"),
        ("exponential", ("right",), "exp(x/2 + y/2)", "not one of"),
        ("exponential", ("claim",), CLAIMS["exponential"].replace("log(2)", "log(3)"), "quotient exp"),
        ("parts", ("claim",), "exp(x) >= x**2 for x in [-1, oo]", "do not meet"),
        ("parts", ("claim",), "exp(x) >= 2*x**2 for x in [0, oo]", "another inequality"),
        ("parts", ("claim",), "exp(x) > x**2 for x in [0, oo]", "another inequality"),
        ("parts", ("parts",), [], "do not reach"),
    ],
)
def test_tampered_ones_are_refused(documents, name, path, value, reason):
    document = edited(documents[name], path, value)
    if path == ("claim",):
        claim = Claim(value)
        document["box"] = [["-oo" if a is None else str(a), "oo" if b is None else str(b)] for a, b in claim.box]
    got = answer(document)
    assert not got.accepted
    assert re.search(reason, got.reason), got.reason


def test_parts_left_out_swapped_or_taken_twice_are_refused(documents):
    first, second = documents["parts"]["parts"]
    for parts in ([first], [second], [second, first], [first, first, second]):
        got = answer(documents["parts"] | {"parts": parts})
        assert not got.accepted
        assert re.search("do not (meet|reach)", got.reason)


def test_a_certificate_inside_itself_is_refused(documents):
    document = documents["parts"]
    for _ in range(9):
        document = resealed(document | {"parts": [document]})
    assert recheck(Certificate.of(document).text).accepted is False


@pytest.mark.parametrize(
    ("claim", "term"),
    [
        ("x >= 0 for x in [-1, 1]", {"factor": "sqrt(x)", "power": 2, "proof": None}),
        ("x**3 >= 0 for x in [-1, 1]", {"factor": "x**(3/2)", "power": 2, "proof": None}),
        ("x >= 0 for x in [-oo, oo]", {"factor": "exp(log(x)/2)", "power": 2, "proof": None}),
        ("1/x >= 0 for x in [-1, 1]", {"factor": "x/x**(3/2)", "power": 2, "proof": None}),
    ],
)
def test_an_identity_with_something_undefined_proves_nothing(claim, term):
    document = prove("x**2 + y**2 >= 2*x*y for x in [-1, 1], y in [-1, 1]").certificate.document
    read = Claim(claim)
    document |= {
        "claim": claim,
        "variables": read.variables,
        "box": [["-oo" if a is None else str(a), "oo" if b is None else str(b)] for a, b in read.box],
        "terms": [{"weight": "1", "factors": [term]}],
    }
    assert "have a value" in answer(document).reason
