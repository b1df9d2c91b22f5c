"""Claims of the ledger that are sentences: their text, their word, and that every wrong variant falls."""

from __future__ import annotations

import pytest

from proofs_check.claim.claim import Claim
from proofs_check.claim.sentence_claim import Stated
from proofs_check.evidence.trial import PROFILES, Trial
from proofs_check.ledger import ledger
from proofs_check.run.run_report import ClaimReport
from proofs_check.run.runner import audits, perform, plan
from theory.statement.parse import parse
from theory.statement.print_text import text

PINNED: dict[str, tuple[str, tuple[str, ...]]] = {
    "A9": (
        "proved",
        (
            "for every odd activation s with alpha >= 1/2, r in [0, 1): kappa(r)/(1-kappa(r)) <= alpha r/(1-r)",
            "for every odd activation s with alpha >= 1/2, l >= 0, r in (-1, 1): "
            "|kappa^l(r)|/(1-|kappa^l(r)|) <= alpha^l |r|/(1-|r|)",
        ),
    ),
    "A10": (
        "proved",
        ("for every activation s, l >= 0, r in (-1, 1): |kappa^l(r)| <= |r| b/(1-|r|+|r| b), b = beta_0^-l",),
    ),
    "A16": (
        "proved",
        (
            "for every centred activation s, l >= 0, r in (-1, 1): |rms^l(r)|/(1-|rms^l(r)|) <= (2-rms'(0))^-l |r|/(1-|r|)",
        ),
    ),
    "A17": (
        "proved",
        ("for every activation s with rms'(1) < 1, l >= 0, r in [-1, 1]: 1-rms^l(r) <= rms'(1)^l (1-r)",),
    ),
    "A18": (
        "proved",
        (
            "for every activation s with rms'(1) = 1, l >= 0, r in [-1, 1]: "
            "1-rms^l(r) <= (1-r)/(1+(1-w[0]-w[1]) l (1-r))",
        ),
    ),
    "A14": (
        "certified",
        (
            "for every even activation s: beta_0 = 2",
            "for s = relu, t = max(2*x, 0), u = max(x/2, 0): beta_0[s] = beta_0[t] and beta_0[s] = beta_0[u]",
            "for s = leaky_relu, t = max(2*x, 0) + min(2*x, 0)/100: beta_0[s] = beta_0[t]",
            "for s = tanh, t = tanh(2*x), u = tanh(x/2): beta_0[s] < beta_0[t] and beta_0[u] < beta_0[s]",
            "for s = sin, t = sin(2*x), u = sin(x/2): beta_0[s] < beta_0[t] and beta_0[u] < beta_0[s]",
            "for s = gelu, t = 2*x*Phi(2*x), u = x/2*Phi(x/2): beta_0[s] < beta_0[t] and beta_0[u] < beta_0[s]",
            "for s = exp, t = exp(2*x), u = exp(x/2): beta_0[s] < beta_0[t] and beta_0[u] < beta_0[s]",
        ),
    ),
    "A20": (
        "proved",
        (
            "for every activation s with rho* < 1, r in [rho*, 1): (rms(r)-rho*)/(1-rms(r)) <= (r-rho*)/((1-r)*(2-q))",
            "for every activation s with rho* < 1, l >= 0, r in [rho*, 1): "
            "(rms^l(r)-rho*)/(1-rms^l(r)) <= (2-q)^-l (r-rho*)/(1-r)",
        ),
    ),
    "A22": ("proved", ("for every activation s with rho* < 1: 1/(2-q) >= 1/rms'(1)",)),
    "A26": (
        "proved",
        (
            "for every activation s, u in (0, 1), v in (u, 1), r in [u, v]: "
            "(1-kappa(r))/(1-r) - beta_0 kappa(r)/r >= (1-kappa(u))/(1-u) - beta_0 kappa(v)/v",
            "for every activation s, r in (0, 1): "
            "r (1-kappa(r)) - beta_0 kappa(r) (1-r) = r (1-r) ((1-kappa(r))/(1-r) - beta_0 kappa(r)/r)",
            "for every activation s: 1 - beta_0 alpha = (1-alpha)^2",
            "for every activation s: kappa'(1) - beta_0 >= 0",
        ),
    ),
}
"""Word and sentences of each claim that is one."""

CLAIMS = {claim.id: claim for claim in ledger() if isinstance(claim.statement, Stated)}


def over_all(claim: Claim) -> ClaimReport:
    """Return what the checks that cover every case say of the claim and of its wrong variants."""
    tasks = [task for task in plan([claim]) if task.check.once]
    found = [perform(task, Trial(PROFILES["quick"], 0, task.key, 1e-9)) for task in tasks]
    exact = tuple(perform(t, Trial(PROFILES["quick"], 0, t.key, 1e-9)) for t in audits(claim) if t.check.once)
    true = tuple(finding for finding in found if finding.task.mutant is None)
    return ClaimReport(claim, true, tuple(finding for finding in found if finding.task.mutant is not None), exact)


def test_every_claim_that_is_a_sentence_is_pinned() -> None:
    assert set(CLAIMS) == set(PINNED)


@pytest.mark.parametrize("identifier", PINNED)
def test_the_sentence_is_the_one_that_was_reviewed(identifier: str) -> None:
    statement = CLAIMS[identifier].statement
    assert [parse(line) for line in statement.lines] == [parse(line) for line in PINNED[identifier][1]]
    assert [text(parse(line)) for line in statement.lines] == list(statement.lines)


@pytest.mark.parametrize("identifier", PINNED)
def test_the_judge_earns_the_word_and_every_wrong_variant_falls(identifier: str) -> None:
    report = over_all(CLAIMS[identifier])
    assert report.word == PINNED[identifier][0]
    assert [mutant.name for mutant in report.survivors] == []
    assert report.voids == []


def test_a_claim_of_every_activation_is_judged_on_forty_of_them() -> None:
    few = {identifier: len(claim.pinned) for identifier, claim in CLAIMS.items() if _is_about_activations(claim)}
    assert {identifier for identifier, count in few.items() if count < 40} == set()


def _is_about_activations(claim: Claim) -> bool:
    return any(" activation s" in line for line in claim.statement.lines)
