"""Certificates through coqc: zeros of several orders, substitutions, both ends; tampered ones are refused."""

from __future__ import annotations

from typing import Any

import pytest

from proofs_check.coq.expression import UnsupportedError
from proofs_check.coq.run import Workshop
from proofs_check.coq.source import Source
from proofs_check.coq.translate import source_of_certificate, source_of_refutation
from proofs_check.evidence.step import Refutation
from proofs_check.interval.contraction import prove_kernel_contraction
from proofs_check.interval.prover import prove

QUICK = {
    "order_3": "sin(t) - t*cos(t) >= 0 for t in [0, 314159/100000]",
    "two_ends": "sin(pi*x) >= 2*x*(1 - x) for x in [0, 1]",
    "two_roots": "x*(1 - x)*exp(x) >= 0 for x in [0, 1]",
    "ray": "x - x**2/2 + x**3/3 >= log(1 + x) for x in [0, oo]",
}
WRONG = "sin(x) <= 99*x/100 for x in [0, 2]"
SLOW = {
    "sigmoid_tangent": "sigmoid(x) <= 1/2 + x/4 for x in [0, 4]",
    "tan_above": "tan(x) >= x for x in [0, 1]",
    "erf_below": "2*x >= erf(x) for x in [0, 3]",
    "two_variables": "exp(x*y) + 1/10 >= 1 + x*y for x in [0, 1], y in [-1, 1]",
    "arc_cosine": "(sqrt(1 - r**2) + (pi - acos(r))*r)/pi >= r for r in [-1, 1]",
}


def _document(claim: str) -> dict[str, Any]:
    certificate = prove(claim).certificate
    assert certificate is not None
    return certificate.document


def _refusal(workshop: Workshop, sources: list[Source]) -> str:
    """Return why coqc refuses all theorems in one file: loading its libraries costs more than most of the proofs."""
    theorems = tuple(theorem for source in sources for theorem in source.theorems)
    assert len(theorems) >= len(sources)
    return workshop.refusal(Source(f"{sources[0].name}_and_others", "", "lemmas", theorems))


def test_claims_go_through(workshop: Workshop) -> None:
    sources = [source_of_certificate(_document(claim), name, claim) for name, claim in QUICK.items()]
    sources.append(source_of_certificate(_kernel_document("5/4"), "kernel_map", ""))
    sources.append(source_of_refutation(Refutation(WRONG, ("1/10",)), "counterexample", ""))
    assert _refusal(workshop, sources) == ""


@pytest.mark.slow
def test_more_functions_go_through(workshop: Workshop) -> None:
    sources = [source_of_certificate(_document(claim), name, "") for name, claim in SLOW.items()]
    assert _refusal(workshop, sources) == ""


def test_both_variables_of_a_substitution_are_theorems() -> None:
    source = source_of_certificate(_document(SLOW["arc_cosine"]), "arc_cosine", "")
    assert [theorem.name for theorem in source.theorems] == ["arc_cosine", "arc_cosine_in_r"]
    assert source.theorems[1].statement.startswith("  forall r : R, - 1 <= r <= 1 ->")


@pytest.mark.parametrize(
    ("claim", "wrong"),
    [
        ("sin(x) <= x for x in [0, 2]", WRONG),
        ("sin(x) <= x for x in [0, 2]", "sin(x) <= x for x in [-1, 2]"),
        ("exp(x) >= 1 + x/2 for x in [0, 1]", "exp(x) >= 1 + 2*x for x in [0, 1]"),
    ],
)
def test_a_tampered_claim_is_refused(workshop: Workshop, claim: str, wrong: str) -> None:
    try:
        source = source_of_certificate({**_document(claim), "claim": wrong}, "tampered", "")
    except UnsupportedError:
        return  # no derivative of one sign next to the zero: nothing is even handed to coqc
    check = workshop.check(source)
    assert not check.checked
    assert "Syntax" not in check.reason


HALF = "1/2", "1/4", "1/4"


def _kernel_document(rate: str) -> dict[str, Any]:
    from fractions import Fraction

    from proofs_check.interval.ball import arithmetic, rational_ball

    with arithmetic(128):
        certificate = prove_kernel_contraction([rational_ball(Fraction(q)) for q in HALF], rate).certificate
    assert certificate is not None
    return certificate.document


def test_a_kernel_map_is_stated_for_its_series() -> None:
    source = source_of_certificate(_kernel_document("5/4"), "kernel_map", "")
    statement = source.theorems[0].statement
    assert "rate * PSeries p r / r <= (1 - PSeries p r) / (1 - r)" in statement
    assert "(forall j, 0 <= p j) -> p 0%nat = 0 -> is_series p 1 ->" in statement


def test_a_kernel_map_with_too_large_a_rate_is_not_written() -> None:
    with pytest.raises(UnsupportedError, match="no polynomial bound"):
        source_of_certificate({**_kernel_document("5/4"), "rate": ["2", "0"]}, "kernel_map", "")


def test_a_point_that_is_no_counterexample_is_refused(workshop: Workshop) -> None:
    assert not workshop.check(source_of_refutation(Refutation(WRONG, ("1",)), "no_counterexample", "")).checked


@pytest.mark.parametrize(
    "claim",
    ["gamma(x) >= 1/2 for x in [1, 2]", "lowergamma(1/3, x) >= 0 for x in [1, 2]"],
)
def test_functions_the_kernel_does_not_know_are_named(claim: str) -> None:
    with pytest.raises(UnsupportedError, match=r"the kernel's tactics do not know: (lower)?gamma"):
        source_of_certificate(_document(claim), "unknown", "")
