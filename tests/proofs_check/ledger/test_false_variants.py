"""False variants of the ledger's statements, true at the pinned cases or close by: no check of every case says proved of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from fractions import Fraction
from typing import Any

import pytest
import sympy as sp

from proofs_check.claim.claim import Claim, Mutant
from proofs_check.evidence.trial import PROFILES, Trial
from proofs_check.evidence.verdict import Rung
from proofs_check.ledger import ledger
from proofs_check.ledger.isometry.best_rate import ALPHA, SLOPE
from proofs_check.run.run_report import ClaimReport, Task
from proofs_check.run.runner import perform
from theory.isometry.gap_bound import isometry_gap_bound

CLAIMS = {claim.id: claim for claim in ledger()}


def _wrong_at_five(norms: list[sp.Expr]) -> sp.Expr:
    mean = sum(norms) / sp.Integer(len(norms))
    return mean * (2 if len(norms) == 5 else 1)


VARIANTS: list[tuple[str, str, dict[str, Any]]] = [
    ("A2", "another mean for five samples", {"numerator": _wrong_at_five}),
    ("A4", "twice the bound that is attained", {"bound": lambda n, r: 2 * isometry_gap_bound(n, r)}),
    ("A8", "beta* <= 3 - 2 alpha (false for 3/10 r + 7/10 r^9)", {"upper": (3 - 2 * ALPHA, SLOPE)}),
    ("A12", "other powers from k = 6 on", {"power": lambda k: k if k < 6 else k + 1}),
    ("A12", "the gap shrinks", {"gap_factor": Fraction(99, 100)}),
    ("A25", "the sign of integration by parts", {"by_parts": lambda k: -1 / sp.sqrt(k)}),
    ("A25", "the sign of the recurrence", {"times_x": lambda k: (sp.sqrt(k), -sp.sqrt(k + 1))}),
    ("B11", "a row without its square root", {"linear": 0}),
    ("C1", "cosines of order 1/d", {"overlap": lambda d: sp.Integer(1) / d}),
    ("D8", "the sign of the 1/n^2 term", {"correction": Fraction(1, 3)}),
    ("D9", "rho^3 + arcsin rho is conserved", {"function": lambda rho: sp.asin(rho) + rho**3}),
    ("D14", "odd activations contract like shaped relu", {"strength": 1}),
    ("D21", "the sign of the root", {"inverse_root": -sp.sqrt(2) / (3 * sp.pi)}),
    ("D21", "another extra drift", {"extra": 3}),
]


def of_every_case(claim: Claim, statement: Any) -> ClaimReport:
    """Return what the exact checks that cover every case say of a statement."""
    checks = [check for check in claim.checks if check.once and check.rung is Rung.SYMBOLIC]
    tasks = [
        Task(claim, check, None, Mutant("variant", statement, "", check.rung, part=check.part)) for check in checks
    ]
    found = tuple(perform(task, Trial(PROFILES["quick"], 0, task.key, 1e-9)) for task in tasks)
    return ClaimReport(claim, (), found)


@pytest.mark.parametrize(
    ("identifier", "name", "change"), VARIANTS, ids=[f"{identifier} {name}" for identifier, name, _ in VARIANTS]
)
def test_no_check_proves_a_false_variant(identifier: str, name: str, change: dict[str, Any]) -> None:
    claim = CLAIMS[identifier]
    report = of_every_case(claim, replace(claim.statement, **change))
    assert [f"{void.task.check.name} proves: {name}" for void in report.voids] == []


def moved(value: Any, factor: Fraction) -> Any:
    """Return a constant or a function a hundredth off, or None where that has no meaning."""
    if isinstance(value, bool) or not isinstance(value, (int, Fraction, sp.Expr)):
        return scaled(value, factor) if callable(value) else None
    return value + (1 if factor > 1 else -1) if isinstance(value, int) else value * sp.Rational(str(factor))


def scaled(function: Callable[..., Any], factor: Fraction) -> Callable[..., Any]:
    def other(*arguments: Any) -> Any:
        value = function(*arguments)
        if isinstance(value, sp.Basic):
            return value * sp.Rational(factor.numerator, factor.denominator)
        return value if isinstance(value, (bool, str)) else value * factor

    return other


QUICK = [
    "A1",
    "A3",
    "A7",
    "B1",
    "B3",
    "B5",
    "B10",
    "C2",
    "C5",
    "D5",
    "D10",
    "D12",
    "D17",
    "D18",
    "D22",
    "P1",
]


@pytest.mark.parametrize("identifier", QUICK)
def test_every_constant_and_function_of_a_statement_is_read(identifier: str) -> None:
    """Both a hundredth up and down cannot be true of an equation, nor of an inequality that is sharp."""
    claim = CLAIMS[identifier]
    for field in fields(claim.statement):
        value = getattr(claim.statement, field.name)
        variants = [moved(value, factor) for factor in (Fraction(101, 100), Fraction(99, 100))]
        if None in variants:
            continue
        both = [of_every_case(claim, replace(claim.statement, **{field.name: variant})).voids for variant in variants]
        blind = {v.task.check.name for v in both[0]} & {v.task.check.name for v in both[1]}
        assert not {name for name in blind if not _partial(claim, name)}, field.name


def _partial(claim: Claim, name: str) -> bool:
    """Whether a check is about one part of a statement only, so that it need not read what belongs to another."""
    return any(check.name == name and check.part for check in claim.checks)
