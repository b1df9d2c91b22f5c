"""Certified inequalities: cells and time of the natural, mean value and Taylor forms, and the checker's time.

``python -m benchmarks.evidence_certified`` prints one line per claim and form: cells of the proof, milliseconds to prove
it (the whole call, the symbolic part included; and branch and bound alone), milliseconds to check it again. The median
of several calls in this process; "first" is the first call on that claim, when SymPy has not seen its terms. CPU time, for
the machine may be shared. Targets: at most 20 cells
and 20 ms to prove by the default form, 100 certificates checked again in at most 10 s.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import sympy

from proofs_check.interval.ball import arithmetic
from proofs_check.interval.cell_bound import SlackBounds
from proofs_check.interval.certificate import halves
from proofs_check.interval.prover import prove
from proofs_check.interval.recheck import recheck
from proofs_check.interval.statement import statement_of
from proofs_check.interval.substitution import suggest_substitution
from proofs_check.interval.zeros import Slack, face_zeros

FORMS = {"natural": 0, "mean value": 1, "Taylor 2": 2, "Taylor 4": 4, "Taylor 8": 8}
REPEATS = 7


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


def main() -> None:
    texts = []
    print(f"{'claim':28} {'form':11} {'cells':>5} {'first ms':>9} {'prove ms':>9} {'bounds ms':>9} {'recheck ms':>10}")
    for name, (slack, domain) in claims().items():
        for form, order in FORMS.items():

            def call(slack: sympy.Expr = slack, domain: dict = domain, order: int = order) -> object:
                return prove(sympy.Ge(slack, 0, evaluate=False), domain, order=order)

            start = time.process_time()
            proof = call()
            first = 1e3 * (time.process_time() - start)
            if proof.certificate is None:
                print(f"{name:28} {form:11} {proof.verdict}")
                continue
            warm = statistics.median(milliseconds(call) for _ in range(REPEATS))
            bounds = branch_and_bound(slack, domain, order)
            text = proof.certificate.text
            texts += [text] if order == 4 else []
            again = statistics.median(milliseconds(lambda text=text: recheck(text)) for _ in range(REPEATS))
            print(f"{name:28} {form:11} {proof.cells:5} {first:9.1f} {warm:9.1f} {bounds:9.2f} {again:10.1f}")
    start = time.process_time()
    accepted = sum(recheck(texts[i % len(texts)]).accepted for i in range(100))
    print(f"{accepted} of 100 certificates accepted again in {time.process_time() - start:.2f} s")


if __name__ == "__main__":
    main()
