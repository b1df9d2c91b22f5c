"""Certificates of a run name what they serve and were accepted; one of something else is found out."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import pytest
import sympy

from proofs_check import strategies
from proofs_check.claim.claim import CERTIFIED, Claim, Mutant
from proofs_check.evidence.certified import from_proof
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.verdict import Verdict
from proofs_check.interval.certificate import Certificate, proposition
from proofs_check.interval.prover import prove
from proofs_check.interval.recheck import recheck
from proofs_check.ledger.isometry.layer_contraction import claim as contraction
from proofs_check.ledger.papers import ISOMETRY
from proofs_check.run import rechecked
from proofs_check.run.rechecked import bind, why_not_serving
from proofs_check.run.run_report import Task
from proofs_check.run.runner import run

x = sympy.Symbol("x")


@dataclass(frozen=True)
class Below:
    """tanh(x) <= factor x on [0, 3]."""

    factor: int = 1


def judged(statement: Below, _: Any, __: Any) -> Evidence:
    return from_proof(prove(sympy.Ge(statement.factor * x, sympy.tanh(x)), {x: (0, 3)}), "tanh")


def claim_with(check: Any) -> Claim:
    """A claim about one activation and its mutant, judged by one certified check."""
    claim = Claim(
        id="T1",
        title="tanh lies below the diagonal",
        paper=ISOMETRY,
        statement=Below(),
        pinned=[contraction.pinned[0]],
        cases=strategies.activations,
        mutants=[Mutant("nothing", Below(0), on=str(contraction.pinned[0]), by=CERTIFIED)],
    )
    claim.certified(check)
    return claim


@pytest.fixture(scope="module")
def relu_certificate() -> Certificate:
    """A7's own certificate on relu."""
    task = Task(
        contraction,
        next(check for check in contraction.checks if check.rung is CERTIFIED and not check.once),
        contraction.case("relu"),
    )
    return rechecked.rechecked(_evidence(task), task).certificates[0]


def _evidence(task: Task) -> Evidence:
    from proofs_check.evidence.trial import PROFILES, Trial

    return task.check.function(task.claim.statement, task.case, Trial(PROFILES["quick"], 0, task.key, 0.0))


def test_a_run_binds_and_rechecks_its_certificates():
    report = run([claim_with(judged)])
    [finding] = report.claims[0].findings
    [certificate] = finding.evidence.certificates
    answer = recheck(certificate.text, claim="T1")
    assert answer.accepted
    assert answer.serves is not None
    assert (answer.serves.claim, answer.serves.sentence) == ("T1", "tanh lies below the diagonal")
    assert answer.serves.case == str(contraction.pinned[0])
    assert "sympy" in answer.serves.versions
    assert report.claims[0].verdict is Verdict.CHECKED  # no claim of the ledger


def test_a_certificate_that_the_checker_refuses_costs_the_word():
    def cheating(statement: Below, case: Any, trial: Any) -> Evidence:
        evidence = judged(statement, case, trial)
        if not evidence.certificates:
            return evidence
        document = evidence.certificates[0].document
        document["cells"] = document["cells"][1:]
        return replace(evidence, certificates=(Certificate.of(document),))

    report = run([claim_with(cheating)])
    [finding] = report.claims[0].findings
    assert finding.evidence.verdict is Verdict.INCONCLUSIVE
    assert "the independent checker refuses its certificate: the cells do not meet" in finding.evidence.summary
    assert finding.evidence.certificates == ()
    assert report.exit_code == 3


def test_every_part_of_a_proof_is_rechecked():
    def half_cheating(statement: Below, case: Any, trial: Any) -> Evidence:
        evidence = judged(statement, case, trial)
        return (
            replace(evidence, certificates=(*evidence.certificates, Certificate.of({"schema": "mine"})))
            if evidence.certificates
            else evidence
        )

    [finding] = run([claim_with(half_cheating)]).claims[0].findings
    assert finding.evidence.verdict is Verdict.INCONCLUSIVE


def test_a_claims_own_certificate_serves_it(relu_certificate):
    assert recheck(relu_certificate.text, claim="A7").accepted
    assert why_not_serving(relu_certificate.text, contraction) == ""


def serving_a7(claim: str, case: str = "relu") -> str:
    certificate = prove(claim).certificate
    assert certificate is not None
    return certificate.serving(claim="A7", sentence="as if", case=case, versions="none").text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (serving_a7("x >= 0 for x in [0, 1]"), "no certified check of A7 on relu proves this"),
        (serving_a7("rho*(1 - rho) >= 0 for rho in [0, 1]", "tanh"), "no certified check of A7 on tanh proves this"),
        (serving_a7("x >= 0 for x in [0, 1]", "every case"), "no certified check of A7 on every case proves this"),
        (serving_a7("x >= 0 for x in [0, 1]", "no such activation"), "no such activation"),
    ],
    ids=range(4),
)
def test_a_certificate_of_something_else_does_not_serve(text, reason):
    assert recheck(text, claim="A7").accepted  # on its own merits, and by what it says of itself
    assert reason in why_not_serving(text, contraction)


def test_a_smaller_range_or_another_case_does_not_serve(relu_certificate):
    document = relu_certificate.document
    narrow = document["claim"]
    for change in (
        {"serves": {**document["serves"], "case": "gelu"}},
        {"original": None, "claim": narrow},
    ):
        text = Certificate.of({**document, **change}).text
        assert why_not_serving(text, contraction) != ""


def test_what_is_on_trust_belongs_to_what_is_proved():
    """Coefficients that the checker derives are a hint; those it has to believe are a part of the sentence."""
    kernel = {"kind": "kernel", "claim": "c", "rate": ["1", "0"], "box": ["0", "1"], "coefficients": [["1", "0"]]}
    other = {**kernel, "coefficients": [["1/2", "0"]]}
    for activation, same in (("tanh(x)", True), ("cos(exp(x))", False), (None, False)):
        assert (
            proposition(kernel | {"activation": activation}) == proposition(other | {"activation": activation})
        ) == same


@pytest.mark.parametrize(
    ("serves", "reason"),
    [
        (None, "serves no claim"),
        ({"claim": "A5", "sentence": "s", "case": "c", "versions": "v"}, "serves the claim A5, and A7 was asked"),
        ({"claim": "A7", "sentence": "s", "case": "c"}, "exactly the keys"),
        (
            {"claim": "A7", "sentence": "s", "case": "c", "versions": {"sympy": "1"}},
            "versions that a certificate serves",
        ),
        ({"claim": "A7", "sentence": "s" * 5000, "case": "c", "versions": "v"}, "sentence that a certificate serves"),
        ({"claim": ["A7"], "sentence": "s", "case": "c", "versions": "v"}, "claim that a certificate serves"),
        ("A7", "needs to be an object"),
    ],
    ids=range(7),
)
def test_a_binding_that_is_missing_or_wrong_is_refused(serves, reason):
    document = json.loads(serving_a7("x >= 0 for x in [0, 1]"))
    if serves is None:
        del document["serves"]
        document["schema"] = "haarmite-certificate/1"
    else:
        document["serves"] = serves
    answer = recheck(Certificate.of(document).text, claim="A7")
    assert not answer.accepted
    assert reason in answer.reason


def test_binding_keeps_the_proof():
    task = Task(contraction, contraction.checks[0], contraction.pinned[0])
    certificate = prove("x >= 0 for x in [0, 1]").certificate
    bound = bind(certificate, task).document
    assert {k: v for k, v in bound.items() if k not in ("serves", "schema", "sha256")} == {
        k: v for k, v in certificate.document.items() if k not in ("schema", "sha256")
    }
