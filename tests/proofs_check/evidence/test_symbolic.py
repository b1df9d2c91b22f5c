"""The symbolic rung proves what is true, refutes only with an exact counterexample, and otherwise keeps silent."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from proofs_check.evidence.symbolic import Derivation, exact_evidence, is_identically_zero, nonnegative_on_box
from proofs_check.evidence.verdict import Verdict

x, y = sp.symbols("x y")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (sp.Integer(0), True),
        (1 / (x - 1) - (x + 1) / (x**2 - 1), True),
        ((x + y) ** 3 - x**3 - 3 * x**2 * y - 3 * x * y**2 - y**3, True),
        (x - y, False),
        (sp.Rational(1, 10**9) * x, False),
        (sp.sqrt(2) * x - sp.sqrt(2) * x, True),
        (sp.sin(x) ** 2 + sp.cos(x) ** 2 - 1, None),  # true, but not in this canonical form
        (sp.log(x) - sp.log(x), True),
        (sp.sqrt(2) * sp.pi * x / (x + 1) - sp.sqrt(2) * sp.pi * x / (1 + x), True),
        (1 / (sp.sqrt(2) * x + sp.pi) - 1 / (x + 1), None),
    ],
)
def test_zero_is_true_false_or_unknown(expression: sp.Expr, expected: bool | None) -> None:
    assert is_identically_zero(expression) is expected


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=5), st.sampled_from(["unit", "nonnegative"]))
def test_nonnegativity_is_never_wrong(coefficients: list[int], domain: str) -> None:
    """Second route: exact evaluation on a grid of the domain."""
    polynomial = sum(c * x**k for k, c in enumerate(coefficients))
    holds, point = nonnegative_on_box(sp.sympify(polynomial), {x: domain})  # type: ignore[dict-item]
    grid = [
        sp.Rational(k, 20) if domain == "unit" else sp.Rational(k, 5) for k in range(20 if domain == "unit" else 200)
    ]
    smallest = min(sp.sympify(polynomial).subs(x, q) for q in grid)
    if holds is True:
        assert smallest >= 0
    if holds is False:
        assert point != ""
    if smallest < 0:
        assert holds is not True


def test_counterexamples_are_exact_points_of_the_domain() -> None:
    holds, point = nonnegative_on_box(x - sp.Rational(1, 2), {x: "unit"})
    assert (holds, point) == (False, "x = 0: value -1/2")


def test_a_failing_lemma_does_not_refute_what_it_was_to_prove() -> None:
    lemma_fails = Derivation().equal("a lemma", x, y).evidence("chain")
    statement_fails = Derivation().equal("the statement", x, y, is_statement=True).evidence("chain")
    assert lemma_fails.verdict is Verdict.INCONCLUSIVE
    assert statement_fails.verdict is Verdict.REFUTED
    assert "the statement" in (statement_fails.witness or "")


def test_an_empty_chain_proves_nothing() -> None:
    assert Derivation().evidence("nothing").verdict is Verdict.INCONCLUSIVE


def test_cited_theorems_are_shown() -> None:
    evidence = Derivation().equal("zero", x - x, sp.Integer(0)).uses("Mehler's formula").evidence("chain")
    assert evidence.verdict is Verdict.PROVED
    assert any("Mehler" in figure.value for figure in evidence.figures)


def test_variables_need_domains() -> None:
    with pytest.raises(ValueError, match=r"domain for every variable, got \['y'\]"):
        nonnegative_on_box(x + y, {x: "unit"})


def test_exact_evidence_refutes_with_its_witness() -> None:
    assert exact_evidence(True, "fine", "unused").verdict is Verdict.PROVED
    refuted = exact_evidence(Fraction(1, 3) == Fraction(1, 2), "no", "1/3 is not 1/2")
    assert refuted.verdict is Verdict.REFUTED
    assert refuted.witness == "1/3 is not 1/2"


@pytest.mark.parametrize("is_statement", [True, False])
def test_a_step_that_fails_refutes_only_if_it_is_the_statement(is_statement: bool) -> None:
    r = sp.Symbol("r")
    for proof in (
        Derivation().nonnegative("a lemma", r**3 - r**2, {r: "unit"}, is_statement=is_statement),
        Derivation().equal("a lemma", r + 1, r, is_statement=is_statement),
    ):
        assert proof.evidence("x").verdict is (Verdict.REFUTED if is_statement else Verdict.INCONCLUSIVE)


def test_no_step_and_an_open_step_prove_nothing() -> None:
    assert Derivation().evidence("nothing").verdict is Verdict.INCONCLUSIVE
    assert Derivation().equal("1 = 1", 1, 1).holds("who knows", None).evidence("x").verdict is Verdict.INCONCLUSIVE
