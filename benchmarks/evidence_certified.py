"""Certified inequalities by the Taylor form beside the natural and mean value forms: `python -m benchmarks.evidence_certified`.

Cells of a proof; CPU time to prove it (the whole call, the symbolic part included), of branch and bound alone, and to check
the certificate again. The first call on a claim, when SymPy has not seen its terms, is not counted. Where a form does not
prove a claim it is left out.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import sympy

from benchmarks.row import Row, alone, cpu_seconds
from proofs_check.interval.ball import arithmetic
from proofs_check.interval.cell_bound import SlackBounds
from proofs_check.interval.certificate import halves
from proofs_check.interval.prover import prove
from proofs_check.interval.recheck import recheck
from proofs_check.interval.statement import statement_of
from proofs_check.interval.substitution import suggest_substitution
from proofs_check.interval.zeros import Slack, face_zeros

FORMS = {"natural": 0, "mean value": 1, "Taylor 2": 2, "Taylor 4": 4, "Taylor 8": 8}
REPEATS = 3


def claims() -> dict[str, tuple[sympy.Expr, dict[sympy.Symbol, tuple[str, str]]]]:
    rho, x = sympy.symbols("rho x")
    arc_cosine = (sympy.sqrt(1 - rho**2) + (sympy.pi - sympy.acos(rho)) * rho) / sympy.pi
    relu = (sympy.sqrt(1 - rho**2) + rho * (sympy.pi / 2 + sympy.asin(rho)) - 1) / (sympy.pi - 1)
    strength = 2 - sympy.pi / (2 * (sympy.pi - 1))
    logarithm = x - x**2 / 2 + x**3 / 3 - sympy.log(1 + x)
    return {
        "centred ReLU contracts (A7)": (rho * (1 - relu) - strength * relu * (1 - rho), {rho: ("0", "1")}),
        "arc-cosine kernel >= rho": (arc_cosine - rho, {rho: ("-1", "1")}),
        "log(1+x) on [0, 4]": (logarithm, {x: ("0", "4")}),
        "log(1+x) on [-15/16, 0]": (logarithm, {x: ("-15/16", "0")}),
        "x >= tanh(x) on [0, 3]": (x - sympy.tanh(x), {x: ("0", "3")}),
    }


def milliseconds(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return 1e3 * (time.process_time() - start)


def branch_and_bound(slack: sympy.Expr, domain: dict, order: int) -> float:
    """The milliseconds of a second proof's bounds: every cell of the tree once more, nothing symbolic."""
    statement = statement_of(sympy.Ge(slack, 0, evaluate=False), domain)
    change = suggest_substitution(statement)
    statement = statement if change is None else change.apply(statement)
    symbols = tuple(sympy.Symbol(name, real=True) for name in statement.variables)
    bounded = Slack(statement.slack(), symbols, statement.tape(), statement.box)
    zeros = face_zeros(bounded, None)

    def search() -> None:
        with arithmetic(64):
            bounds, open_cells = SlackBounds(bounded, zeros, (), order), [bounded.box]
            while open_cells:
                cell = open_cells.pop()
                if not bounds.best(cell).value >= 0:
                    open_cells += halves(cell, 0)

    return statistics.median(milliseconds(search) for _ in range(REPEATS))


def rows() -> Iterator[Row]:
    texts = []
    for name, (slack, domain) in claims().items():
        found: dict[str, tuple[float, float, int]] = {}
        for form, order in FORMS.items():

            def call(slack: sympy.Expr = slack, domain: dict = domain, order: int = order) -> Any:
                return prove(sympy.Ge(slack, 0, evaluate=False), domain, order=order)

            proof = call()
            if proof.certificate is None:
                continue
            seconds = cpu_seconds(call, REPEATS)
            text = proof.certificate.text
            found[form] = seconds, cpu_seconds(lambda text=text: recheck(text), REPEATS), proof.cells  # type: ignore[misc]
            texts += [text] if order == 4 else []
        own, again, cells = found["Taylor 4"]
        others = [form for form in found if form != "Taylor 4"]
        yield Row(f"prove {name}: cells", cells, most=20, unit="cells", note=_others(found, others, 2))
        bounds = branch_and_bound(slack, domain, 4)
        for form in others[:2]:
            yield Row(f"prove {name}", own, f"{form} form, {found[form][2]} cells", found[form][0], most=0.02,
                      note=f"bounds alone {bounds:.2f} ms, check again {1e3 * again:.1f} ms")  # fmt: skip
    accepted: list[bool] = []
    together = cpu_seconds(lambda: accepted.extend(recheck(texts[i % len(texts)]).accepted for i in range(100)), 1)
    yield Row("check 100 certificates again", together, most=10, note=f"{sum(accepted)} of 100 accepted")


def _others(found: dict[str, tuple[float, float, int]], forms: list[str], index: int) -> str:
    return ", ".join(f"{form}: {found[form][index]}" for form in forms)


if __name__ == "__main__":
    alone("evidence_certified", rows)
