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
    "A32": (
        "proved",
        (
            "for every centred activation s, r in [0, 1): (rms(r) - r)/(1-r)^2 <= -(1-rms'(0)) r/(1-r)",
            "for every centred activation s, r in (-1, 0]: (rms(r) - r)/(1+r)^2 >= -(1-rms'(0)) r/(1+r)",
        ),
    ),
    "A33": (
        "certified",
        ("for t in [16.7, 1000]: exp(-t) < 2^(-24)", "for t in [0, 16.6]: exp(-t) > 2^(-24)"),
    ),
    "G1": (
        "certified",
        (
            "for s = celu: abs(12708434178501964761/10000000000000000000 - 1/sqrt(Var[s])) <= 1/10000000000000000000",
            "for s = elu: abs(12708434178501964761/10000000000000000000 - 1/sqrt(Var[s])) <= 1/10000000000000000000",
            "for s = gelu: abs(3401852486726666239/2000000000000000000 - 1/sqrt(Var[s])) <= 1/10000000000000000000",
            "for s = leaky_relu: abs(3409663254354673303/2000000000000000000 - 1/sqrt(Var[s])) <= 1/10000000000000000000",
            "for s = log_sigmoid: abs(3838251960215312807/2000000000000000000 - 1/sqrt(Var[s])) <= 1/10000000000000000000",
            "for s = relu: abs(1070536594031039191/625000000000000000 - 1/sqrt(Var[s])) <= 1/10000000000000000000",
            "for s = relu6: abs(4282146387430988159/2500000000000000000 - 1/sqrt(Var[s])) <= 1/10000000000000000000",
            "for s = selu: abs(1 - 1/sqrt(Var[s])) <= 1/10000000000000000000",
            "for s = sigmoid: abs(9602626744079924363/2000000000000000000 - 1/sqrt(Var[s])) <= 1/10000000000000000000",
            "for s = silu: abs(893593611050220991/500000000000000000 - 1/sqrt(Var[s])) <= 1/10000000000000000000",
            "for s = softplus: abs(3838251960215312807/2000000000000000000 - 1/sqrt(Var[s])) <= 1/10000000000000000000",
            "for s = softsign: abs(23375333631085396599/10000000000000000000 - 1/sqrt(Var[s])) <= 1/10000000000000000000",
            "for s = tanh: abs(7962687098614157139/5000000000000000000 - 1/sqrt(Var[s])) <= 1/10000000000000000000",
        ),
    ),
    "G2": (
        "certified",
        (
            "for s = selu(0.151768*x): 9*E[s^2]/16 > 359898841/15625000000",
            "for s = selu(0.151770*x): 9*E[s^2]/16 < 230341329/10000000000",
            "for s = selu(0.15176885*x): abs(225000000000000*raw'(1)/9213513532129 - 100367/100000) <= 1/1000000",
            "for s = selu: E[s^2] = 1 and abs(raw'(1) - 2143151/2000000) <= 1/1000000",
        ),
    ),
    "G3": (
        "certified",
        (
            "for s = tanh(1.085578*x): 25*E[s^2]/9 > 294619898521/250000000000",
            "for s = tanh(1.085579*x): 25*E[s^2]/9 < 1178481765241/1000000000000",
            "for s = tanh(1.0855784*x): abs(sqrt(E[s^2]) - 13027/20000) <= 1/100000",
            "for s = tanh(1.0855784*x): abs(39062500000000*raw'(1)/16572381504561 - 1209831/1000000) <= 1/1000000",
            "for s = tanh: abs(7962687098614157139/5000000000000000000 - 1/sqrt(E[s^2])) <= 1/10000000000000000000",
        ),
    ),
    "G4": (
        "certified",
        (
            "for s = gelu: abs(3401852486726666239/2000000000000000000 - 1/sqrt(Var[s])) <= 1/10000000000",
            "for s = silu: abs(893593611050220991/500000000000000000 - 1/sqrt(Var[s])) <= 1/10000000000",
            "for s = gelu: abs(185139301589/125000000000 - 1/sqrt(raw'(1))) <= 1/10000000000",
            "for s = silu: abs(32466405159/20000000000 - 1/sqrt(raw'(1))) <= 1/10000000000",
            "for s = silu: abs(167653247033/100000000000 - 1/sqrt(E[s^2])) <= 1/10000000000",
        ),
    ),
    "G5": (
        "certified",
        (
            "for s = relu: kappa'(1) = pi/(pi - 1)",
            "for s = relu: abs(kappa'(1) - 1466942206924260361/1000000000000000000) <= 1/1000000000000000",
        ),
    ),
    "G6": (
        "certified",
        (
            "sqrt(1 - 2*sqrt(2)*exp(-2)/(sqrt(pi)*erf(sqrt(2)))) - 87962566103423975041/100000000000000000000 <= 1/100000000000000000000",
            "43981283051711989/50000000000000000 - sqrt(1 - 2*sqrt(2)*exp(-2)/(sqrt(pi)*erf(sqrt(2)))) <= 1/20000000000000000",
            "2262587/10000000 - 2*sqrt(2)*exp(-2)/(sqrt(pi)*erf(sqrt(2))) <= 1/10000000",
        ),
    ),
    "G7": (
        "certified",
        (
            "for s = step(x-1): abs(1094827679037304157/400000000000000000 - 1/sqrt(Var[s])) <= 1/10000000000000000000",
            "for s = step(x-1): abs(137/50 - 1/sqrt(Var[s])) <= 1/200",
        ),
    ),
    "W9": (
        "proved",
        (
            "E_O(1)[O[1,1]^6] = 1",
            "E_O(2)[O[1,1]^6] = 5/16, E_O(2)[O[1,1]*O[2,2]] = 0, E_O(2)[O[1,1]*O[2,2]*O[1,2]*O[2,1]] = -1/8, "
            "E_O(2)[O[1,1]^2*O[1,2]^2*O[2,1]^2*O[2,2]^2] = 3/128",
            "E_U(1)[abs(U[1,1])^6] = 1",
            "E_U(2)[abs(U[1,1])^6] = 1/4, E_U(2)[abs(U[1,1]*U[2,2]*U[1,2])^2] = 1/12, "
            "E_U(2)[abs(U[1,1]*U[1,2]*U[2,1]*U[2,2])^2] = 1/30, E_U(2)[U[1,1]*U[2,2]*conj(U[1,2]*U[2,1])] = -1/6, "
            "E_U(2)[U[1,1]*U[2,2]] = 0",
            "E_Sp(2)[S[1,1]*S[2,2]] = 1/2, E_Sp(2)[S[1,2]*S[2,1]] = -1/2, E_Sp(2)[abs(S[1,1])^6] = 1/4",
        ),
    ),
    "W10": (
        "proved",
        (
            "for d >= 1: E_O(d)[tr(O)^2] = 1",
            "for d >= 2: E_O(d)[tr(O)^4] = 3",
            "for d >= 3: E_O(d)[tr(O)^6] = 15",
            "for d >= 2: E_U(d)[abs(tr(U))^4] = 2",
            "for d >= 3: E_U(d)[abs(tr(U))^6] = 6",
            "for d >= 4: E_U(d)[abs(tr(U))^8] = 24",
            "E_O(1)[tr(O)^4] = 1, E_O(1)[tr(O)^6] = 1, E_O(2)[tr(O)^6] = 10",
            "E_U(1)[abs(tr(U))^4] = 1, E_U(1)[abs(tr(U))^6] = 1, E_U(2)[abs(tr(U))^6] = 5, "
            "E_U(1)[abs(tr(U))^8] = 1, E_U(2)[abs(tr(U))^8] = 14, E_U(3)[abs(tr(U))^8] = 23",
        ),
    ),
    "N8": (
        "proved",
        (
            "for every homogeneous activation s: rms'(1) = 1",
            "for every homogeneous activation s, l >= 0, r in [-1, 1]: rms^(l + 1)(r) >= rms^l(r)",
        ),
    ),
    "N9": (
        "proved",
        (
            "for every centred activation s: rms'(1) >= 2 - w[1]",
            "for every centred nonlinear activation s: rms'(1) > 1",
            "for every odd activation s: rms'(1) >= 3 - 2*w[1]",
        ),
    ),
    "N10": (
        "proved",
        (
            "for every activation s, l >= 0, r in [rho*, 1]: rms^l(r) - rho* >= q^l*(r - rho*)",
            "for every activation s, l >= 0, r in [0, 1]: kappa^l(r) >= r*alpha^l",
        ),
    ),
    "N11": (
        "proved",
        (
            "for every activation s: kappa'(1) >= beta_0",
            "for every activation s: raw'(1) >= Var[s]",
            "for every nonlinear activation s: raw'(1) > Var[s]",
        ),
    ),
    "N12": (
        "proved",
        (
            "for every activation s, l >= 0, n >= 1, every Gram matrix G of size n: det(kappa^l(G)) >= det(G)",
            "for every activation s, l >= 0, n >= 1, every Gram matrix G of size n: gap(kappa^l(G)) <= gap(G)",
            "for every activation s, l >= 0, n >= 1, every Gram matrix G of size n: mineig(kappa^l(G)) >= mineig(G)",
            "for every activation s, l >= 0, n >= 1, every Gram matrix G of size n: maxeig(kappa^l(G)) <= maxeig(G)",
        ),
    ),
    "N13": (
        "proved",
        (
            "for every activation s, l >= 0, r in [rho*, 1]: rms^(l + 1)(r) <= rms^l(r)",
            "for every activation s, l >= 0, r in [-1, 1] with rms'(1) <= 1: rms^(l + 1)(r) >= rms^l(r)",
            "for every activation s, l >= 0, r in [0, 1]: kappa^(l + 1)(r) <= kappa^l(r)",
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


@pytest.mark.parametrize("claim", ledger(), ids=lambda claim: claim.id)
def test_every_task_of_a_claim_has_an_address_of_its_own(claim: Claim) -> None:
    """Findings come back from other processes by their address."""
    keys = [(*task.key, task.check.part) for task in (*plan([claim]), *audits(claim))]
    assert len(set(keys)) == len(keys)


def test_a_claim_of_every_activation_is_judged_on_forty_of_them() -> None:
    few = {identifier: len(claim.pinned) for identifier, claim in CLAIMS.items() if _is_about_activations(claim)}
    assert {identifier for identifier, count in few.items() if count < 40} == set()


def _is_about_activations(claim: Claim) -> bool:
    return any(" activation s" in line for line in claim.statement.lines)
