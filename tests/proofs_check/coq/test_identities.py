"""Steps as theorems: right ones go through coqc, wrong ones do not, and the statement comes from the step alone."""

from __future__ import annotations

import pytest
import sympy as sp

from proofs_check.coq.identities import theorem_of
from proofs_check.coq.run import Workshop
from proofs_check.coq.source import Source
from proofs_check.evidence.step import Equality, Obligation, Refutation, Sign

x, y, r = sp.symbols("x y r")
p = sp.Symbol("p", positive=True)
k = sp.Symbol("k", integer=True, nonnegative=True)

TRUE: list[Obligation] = [
    Equality((x + y) ** 2 - 4 * x * y, (x - y) ** 2),
    Equality(1 / (x - 1) - 1 / (x + 1), 2 / (x**2 - 1)),
    Equality(1 / (1 - x / y), y / (y - x)),
    Equality(p**2 * (1 - p**k), p**2 - p ** (k + 2)),
    Equality(sp.log(1 + x) / (2 * x) + sp.log(1 + x) / (2 * x), sp.log(1 + x) / x),
    Equality(1 / (sp.sqrt(2) - x), (sp.sqrt(2) + x) / (2 - x**2)),
    Sign(r**2 - r**3, ((r, "unit"),)),
    Sign(x**2 + y, ((x, "nonnegative"), (y, "nonnegative"))),
    Sign(r / (1 - r) - r, ((r, "unit"),)),
    Sign(x**2 - 2 * x + 1, ((x, "nonnegative"),)),
    Sign(1 / (1 + x) - 1 / (2 + x), ((x, "nonnegative"),)),
    Sign(x - x, ((x, "nonnegative"),)),
]
FALSE: list[Obligation] = [
    Equality((x + y) ** 2 - 3 * x * y, (x - y) ** 2),
    Equality(1 / (x - 1) - 1 / (x + 1), 1 / (x**2 - 1)),
    Equality(p**2 * (1 - p**k), p**2 - p ** (k + 1)),
    Sign(r**3 - r**2, ((r, "unit"),)),
    Sign(r / (1 - r) - 2 * r, ((r, "unit"),)),
    Sign(x**2 - 2 * x + sp.Rational(99, 100), ((x, "nonnegative"),)),
]


def _source(name: str, steps: list[Obligation]) -> Source:
    theorems = tuple(theorem_of(step, f"{name}_{i}", "") for i, step in enumerate(steps))
    return Source(name, "", "algebra", theorems)


def test_true_steps_go_through(workshop: Workshop) -> None:
    check = workshop.check(_source("true_steps", TRUE))
    assert check.checked, check.reason
    assert len(check.theorems) == len(TRUE)
    assert "ClassicalDedekindReals.sig_forall_dec" in check.assumptions


@pytest.mark.parametrize("number", range(len(FALSE)))
def test_wrong_steps_do_not(workshop: Workshop, number: int) -> None:
    check = workshop.check(_source(f"wrong_step_{number}", [FALSE[number]]))
    assert not check.checked
    assert check.reason.startswith(f"wrong_step_{number}_0: ")  # the proof fails, not the statement's syntax
    assert not any(word in check.reason for word in ("Syntax", "not found", "expected to have type"))


def test_the_statement_names_every_hypothesis() -> None:
    theorem = theorem_of(Equality(1 / (x - 1), 1 / (x - 1)), "t", "")
    assert theorem.statement == "  forall (x : R),\n  x - 1 <> 0 ->\n  / (x - 1) = / (x - 1)"
    assert "0 <= r < 1 ->" in theorem_of(Sign(r, ((r, "unit"),)), "t", "").statement


def test_a_refutation_is_no_step() -> None:
    with pytest.raises(ValueError, match="neither an identity nor a sign"):
        theorem_of(Refutation("x >= 0 for x in [0, 1]", ("0",)), "t", "")
