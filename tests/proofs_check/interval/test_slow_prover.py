"""The prover against a second, slower one without zeros or tricks, on inequalities whose truth is known from their making.

The second one halves the box and tries, on each cell, the natural and the mean value form in the checker's own intervals. Run as
``python tests/proofs_check/interval/test_slow_prover.py 5000`` it compares both on that many inequalities.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from fractions import Fraction

import pytest

from proofs_check.interval.checker.forms import Forms
from proofs_check.interval.checker.intervals import NoBound, precision
from proofs_check.interval.checker.reading import Budget
from proofs_check.interval.checker.statement import Claim
from proofs_check.interval.prover import prove
from proofs_check.interval.recheck import recheck


def slow_verdict(text, most_cells=400):
    """True, False or None (open) for a claim on a bounded box."""
    claim = Claim(text)
    forms = Forms(claim, Budget(10**9))
    cells, looked_at = [[(low, high) for low, high in claim.box]], 0
    with precision(200):
        while cells:
            cell = cells.pop()
            looked_at += 1
            if looked_at > most_cells:
                return None
            middle = [((low + high) / 2,) * 2 for low, high in cell]
            value = _bound(forms.natural, middle)
            if value is not None and value.hi < 0:
                return False
            bounds = (_bound(form, cell) for form in (forms.natural, forms.mean_value))
            if any(bound is not None and bound.lo >= 0 for bound in bounds):
                continue
            widest = max(range(len(cell)), key=lambda i: cell[i][1] - cell[i][0])
            low, high = cell[widest]
            for ends in ((low, (low + high) / 2), ((low + high) / 2, high)):
                cells.append([*cell[:widest], ends, *cell[widest + 1 :]])
    return True


def _bound(form, cell):
    try:
        return form(cell)
    except NoBound:
        return None


def inequality(rng):
    """(text, truth): the truth is known from how the text is made."""
    kind = rng.choice([_narrow, _high_order, _near_miss, _jump, _product, _two_variables])
    return kind(rng)


def _rational(rng, largest=20):
    q = rng.randint(2, largest)
    return Fraction(rng.randint(1, q - 1), q)


def _factor(rng):
    """A function certainly > 0 on [0, 1]."""
    return rng.choice(["1", "exp(x)", "(1 + x)", "cosh(x)", "(2 - x**2)", "(2 + sin(9*x))", "1/(1 + x**2)"])


def _narrow(rng):
    """(x - c)^2 - eps, eps = 10^-k or less than nothing: a violation of width 10^(-k/2) at a place that halving misses."""
    c, k, sign = _rational(rng), rng.randint(4, 40), rng.choice([1, -1, 0])
    return f"{_factor(rng)}*((x - {c})**2 + ({sign})/{10**k}) >= 0 for x in [0, 1]", sign >= 0


def _high_order(rng):
    """y^p (1 - a y^q) on [0, 1], y = x or 1 - x: false iff a > 1."""
    p, q, y = rng.randint(1, 16), rng.randint(1, 8), rng.choice(["x", "(1 - x)"])
    a = rng.choice([Fraction(1), Fraction(9, 10), Fraction(11, 10), Fraction(2), Fraction(100), 1 + Fraction(1, 10**9)])
    return f"{_factor(rng)}*{y}**{p}*(1 - {a}*{y}**{q}) >= 0 for x in [0, 1]", a <= 1


def _near_miss(rng):
    """Known inequalities with equality inside or at an end, moved by 10^-12 to 10^-40."""
    left, domain = rng.choice(
        [
            ("exp(x) - 1 - x", "[-1, 2]"),
            ("x - log(x) - 1", "[1/3, 3]"),
            ("x - tanh(x)", "[0, 3]"),
            ("cosh(x) - 1 - x**2/2", "[-2, 1]"),
            ("x - sin(x)", "[0, 2]"),
            ("x*tanh(x) - log(cosh(x))", "[-1, 2]"),
            ("sqrt(x) - x", "[0, 1]"),
        ]
    )
    sign, k = rng.choice([1, -1, 0]), rng.randint(12, 40)
    return f"{left} + ({sign})/{10**k} >= 0 for x in {domain}", sign >= 0


def _jump(rng):
    """x - k Heaviside(x - c) on [0, 2]: true iff k <= c; x/10 + atan(tan(x)) is false beyond pi/2."""
    c, k = 1 + _rational(rng), rng.choice([Fraction(1, 2), Fraction(1), Fraction(2), Fraction(5, 2)])
    if rng.random() < 0.3:
        return "x/10 + atan(tan(x)) >= 0 for x in [0, 3]", False
    return f"x - {k}*Heaviside(x - {c}) >= 0 for x in [0, 2]", k <= c


def _product(rng):
    """(x - a)^2 (x - b)^2 + margin, and its negative neighbour."""
    a, b, sign = _rational(rng, 9), _rational(rng, 9), rng.choice([1, 0, -1])
    margin = f"({sign})/{10 ** rng.randint(6, 30)}"
    return f"(x - {a})**2*(x - {b})**2 + {margin} >= 0 for x in [0, 1]", sign >= 0


def _two_variables(rng):
    """x^2 + y^2 - 2 t x y + margin on [-1, 1]^2: true iff |t| <= 1 (margin 0) or the least value is >= 0."""
    t = rng.choice([Fraction(1), Fraction(-1), Fraction(1, 2), Fraction(11, 10), Fraction(-101, 100)])
    return f"x**2 + y**2 - 2*({t})*x*y >= 0 for x in [-1, 1], y in [-1, 1]", abs(t) <= 1


def compare(count, seed=1):
    """What both provers say of `count` inequalities, as a count by (truth, first, second); a wrong word is an error."""
    rng, seen = random.Random(seed), Counter()
    for _ in range(count):
        text, truth = inequality(rng)
        proof = prove(text, max_cells=1500)
        second = slow_verdict(text)
        assert proof.verdict != "certified" or truth, f"certified and false: {text}"
        assert proof.verdict != "refuted" or not truth, f"refuted and true: {text}"
        assert second is None or second == truth, f"the second prover errs: {text}"
        if proof.certificate is not None:
            answer = recheck(proof.certificate.text)
            assert answer.accepted, f"certified and not accepted: {text}: {answer.reason}"
        seen[truth, proof.verdict, second] += 1
    return seen


def test_both_provers_agree_with_the_truth():
    seen = compare(12)
    assert sum(number for (_, verdict, _), number in seen.items() if verdict != "inconclusive") > 7


@pytest.mark.slow
def test_both_provers_agree_on_more():
    compare(25, seed=2)


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("x**2 + 1/100 >= 0 for x in [-1, 1]", True),
        ("x**12*(1 - 100*x**4) >= 0 for x in [0, 1]", False),
        ("x - 2*Heaviside(x - 1) >= 0 for x in [0, 2]", False),
        ("(x - 1/3)**2 >= 0 for x in [0, 1]", True),
    ],
)
def test_the_second_prover(text, truth):
    assert slow_verdict(text) in (truth, None)


if __name__ == "__main__":
    total: Counter = Counter()
    for part in range(-(-int(sys.argv[1]) // 100)):
        total += compare(100, seed=part)
        print(100 * (part + 1), dict(total), flush=True)
