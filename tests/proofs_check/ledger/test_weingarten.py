"""The Weingarten ledger: claims hold, every mutant falls, and the enumerated second route is itself checked."""

from __future__ import annotations

import importlib.util
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from numerics.network.haar_matrix import haar_symplectic
from proofs_check.claim.claim import Claim, Mutant
from proofs_check.evidence.verdict import Rung, Verdict
from proofs_check.ledger import ledger
from proofs_check.ledger.weingarten import samplers, wrong_table
from proofs_check.ledger.weingarten.pairing_sum import class_counts, elements, gram_exponents, kind, products
from proofs_check.run.run_report import FALSE_ALARMS, ClaimReport
from proofs_check.run.runner import run
from proofs_check.run.selection import select_claims
from theory.haar.content import content_sum
from theory.haar.entry_expression import parse_entry_polynomial
from theory.haar.monomial import haar_moment
from theory.haar.partition import integer_partitions
from theory.haar.weingarten import jack_parameter, weingarten, weingarten_table

_SPEC = importlib.util.spec_from_file_location("haar_routes", Path(__file__).with_name("haar_routes.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
haar_routes = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(haar_routes)
integrate, words = haar_routes.integrate, haar_routes.words
longest_increasing, without_long_increase = haar_routes.longest_increasing, haar_routes.without_long_increase

CLAIMS = [claim for claim in ledger() if claim.paper.key == "W"]
MUTANTS = [(claim, mutant) for claim in CLAIMS for mutant in claim.mutants]


@pytest.fixture(scope="module")
def reports() -> dict[str, ClaimReport]:
    return {report.claim.id: report for report in run(CLAIMS, seed=3).claims}


def test_the_claims_are_there() -> None:
    assert [claim.id for claim in CLAIMS] == [f"W{i}" for i in range(1, 16)]
    assert select_claims(["W"]) == select_claims([f"W{i}" for i in range(1, 16)])


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_the_claim_holds_on_every_case(claim: Claim, reports: dict[str, ClaimReport]) -> None:
    report = reports[claim.id]
    assert not report.errors
    expected = Verdict.SUPPORTED if claim.id in ("W11", "W12", "W14") else Verdict.PROVED
    assert report.verdict is expected
    for label, found in report.by_case.items():
        assert all(f.evidence.verdict.is_positive or f.evidence.silent for f in found), label


@pytest.mark.parametrize(("claim", "mutant"), MUTANTS, ids=lambda item: getattr(item, "id", "") or item.name)
def test_the_mutant_is_refuted(claim: Claim, mutant: Mutant, reports: dict[str, ClaimReport]) -> None:
    finding = reports[claim.id].refuting(mutant)
    assert finding is not None
    assert finding.evidence.rung is mutant.by
    assert finding.evidence.witness


def test_error_probability_stays_in_its_budget(reports: dict[str, ClaimReport]) -> None:
    findings = [f for report in reports.values() for f in (*report.findings, *report.mutant_findings)]
    sampled = [f for f in findings if f.task.check.rung is Rung.SAMPLED]
    assert sampled
    assert sum(f.evidence.error_probability for f in sampled) <= FALSE_ALARMS * (1 + 1e-12)


# The second route itself, against explicit tensors and group elements.


@pytest.mark.parametrize("group", ["orthogonal", "symplectic"])
@pytest.mark.parametrize(("order", "dimension"), [(1, 2), (2, 2), (2, 4), (3, 2)])
def test_gram_signs_and_exponents_against_explicit_tensors(group: str, order: int, dimension: int) -> None:
    half = dimension // 2
    form = np.eye(dimension, dtype=int)
    if group == "symplectic":
        form = np.block([[form[:half, :half] * 0, form[:half, :half]], [-form[:half, :half], form[:half, :half] * 0]])
    every = elements(group, order)
    labels = list(product(range(dimension), repeat=2 * order))
    tensors = np.array([[np.prod([form[i[a], i[b]] for a, b in p]) for i in labels] for p in every])
    gram = tensors @ tensors.T
    exponents = gram_exponents(group, order)
    for i, first in enumerate(every):
        for j, second in enumerate(every):
            mu, sign = kind(group, first, second)
            factor, circuits = exponents[mu]
            assert gram[i, j] == sign * factor * dimension**circuits


@pytest.mark.parametrize("group", ["orthogonal", "symplectic", "unitary"])
def test_products_count_every_element_once(group: str) -> None:
    for order in (1, 2, 3):
        table = products(group, order)
        assert set(table) == set(integer_partitions(order))
        for counts in table.values():
            # the signs of (e, q), (q, r) and (e, r) cancel: permutations compose
            assert sum(counts.values()) == len(elements(group, order))
            assert all(count > 0 for count in counts.values())
            assert counts == {(nu, mu): count for (mu, nu), count in counts.items()}


@pytest.mark.parametrize(
    "text",
    ["O[1,1]**2*O[2,2]**2", "O[1,1]*O[1,2]", "U[1,1]*U[2,2]*conj(U[1,2]*U[2,1])", "U[1,1]**2", "S[1,2]*S[2,1]*conj(S[1,1]*S[2,2])"],
)  # fmt: skip
def test_the_pairing_sum_at_an_integer_dimension(text: str) -> None:
    polynomial = parse_entry_polynomial(text, 4)
    ((powers, sign),) = polynomial.terms
    counts = class_counts(polynomial.group, powers)
    total = sum((weingarten(polynomial.group, mu, 4) * count for mu, count in counts.items()), Fraction(0))
    assert total * int(sign) == haar_moment(text, 4)


@pytest.mark.parametrize(
    ("text", "dimension", "expected"),
    [
        # one angle or one point of the sphere of C^2 by hand
        ("O[1,1]**6", 2, Fraction(5, 16)),
        ("O[1,1]**2*O[2,2]**2*O[1,2]**2", 2, Fraction(1, 16)),
        ("O[1,1]*O[2,2]*O[1,2]*O[2,1]", 2, Fraction(-1, 8)),
        ("O[1,1]**2*O[1,2]**2*O[2,1]**2*O[2,2]**2", 2, Fraction(3, 128)),
        ("abs(U[1,1]*U[2,2]*U[1,2])**2", 2, Fraction(1, 12)),
        ("abs(U[1,1])**6", 2, Fraction(1, 4)),
        ("U[1,1]*U[2,2]*conj(U[1,2]*U[2,1])", 2, Fraction(-1, 6)),
        ("U[1,1]*U[2,2]", 2, Fraction(0)),
        ("S[1,1]*S[2,2]", 2, Fraction(1, 2)),
        ("S[1,2]*S[2,1]", 2, Fraction(-1, 2)),
        ("U[1,1]*conj(U[1,1])", 1, Fraction(1)),
        ("O[1,1]**3", 1, Fraction(0)),
    ],
)
def test_direct_integration(text: str, dimension: int, expected: Fraction) -> None:
    polynomial = parse_entry_polynomial(text, dimension)
    ((powers, sign),) = polynomial.terms
    assert integrate(polynomial.group, powers, dimension, False) * int(sign) == expected


def test_increasing_subsequences() -> None:
    assert [longest_increasing(word) for word in ((), (3, 2, 1), (1, 3, 2, 4), (2, 1, 4, 3))] == [0, 1, 3, 2]
    # Without increase of three terms: the Catalan numbers; E (2 cos t)^{2k} / 2 for O(2).
    assert [without_long_increase("unitary", k, 2) for k in (1, 2, 3, 4)] == [1, 2, 5, 14]
    assert [without_long_increase("orthogonal", k, 2) for k in (1, 2, 3)] == [1, 3, 10]
    assert all(word[word[i]] == i != word[i] for word in words("orthogonal", 3) for i in range(6))


# The mutants are wrong in one thing only.


@pytest.mark.parametrize("group", ["orthogonal", "unitary"])
def test_the_table_behind_the_mutants_is_right_with_the_right_alpha(group: str) -> None:
    alpha = jack_parameter(group)  # type: ignore[arg-type]
    right = wrong_table._coefficients(group, 4, alpha)
    assert {mu: content_sum(column, alpha) for mu, column in right.items()} == dict(weingarten_table(group, 4))
    assert wrong_table.transposed(group, 4) != weingarten_table(group, 4)


def test_finite_but_wrong_below_the_order() -> None:
    assert wrong_table.substituted("unitary", (2, 1, 1), 2) == Fraction(1, 30)
    assert weingarten("unitary", (2, 1, 1), 2) == Fraction(1, 180)
    assert wrong_table.substituted("orthogonal", (1, 1, 1, 1), 2) == Fraction(-85, 1152)
    assert weingarten("orthogonal", (1, 1, 1, 1), 2) == Fraction(11, 1152)
    assert wrong_table.substituted("unitary", (3,), 2) == weingarten("unitary", (3,), 2)  # a pole


def test_wrong_samplers_are_wrong_in_one_thing_only() -> None:
    rng = np.random.default_rng(5)
    for group in ("orthogonal", "unitary"):
        for sampler in (samplers.sign_fixed_qr, samplers.unfixed_qr, samplers.special):
            matrices = sampler(rng, group, 3, 50)
            # Householder QR of 3 x 3: orthogonality to a few units of rounding
            assert np.abs(matrices @ matrices.conj().swapaxes(1, 2) - np.eye(3)).max() < 1e-13
        assert np.abs(np.linalg.det(samplers.special(rng, group, 3, 50)) - 1).max() < 1e-13
        rows = samplers.independent_rows(rng, group, 3, 50)
        assert np.abs(np.linalg.norm(rows, axis=2) - 1).max() < 1e-13
        columns = samplers.independent_columns(rng, group, 3, 50)
        assert np.abs(np.linalg.norm(columns, axis=1) - 1).max() < 1e-13
    first = samplers.sign_fixed_qr(np.random.default_rng(1), "symplectic", 4, 2)
    assert np.array_equal(first, haar_symplectic(np.random.default_rng(1), 4, samples=2))
