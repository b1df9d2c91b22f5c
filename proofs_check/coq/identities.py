"""Steps of a symbolic derivation as theorems over the reals: rational identities by `field`, signs on boxes by Polya.

The statement is written from the step alone; the proof script may use more. A sign 0 <= e, e = N/D, is proved by
e = N D/D^2 and a factorisation of N D in which every factor is an even power or has coefficients of one sign in the
variables and in 1 - r for those in [0, 1): Coq checks the factorisation by `ring`, the signs by `nonneg` (algebra.v).
Where no such form is found the script tries `nra`, and Coq decides.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp
from sympy import Expr, Symbol

from proofs_check.coq.expression import PRODUCT, Printer, UnsupportedError
from proofs_check.coq.source import Theorem
from proofs_check.evidence.step import Equality, Obligation, Sign


def theorem_of(obligation: Obligation, name: str, words: str) -> Theorem:
    """Return the theorem that states one step.

    Raises
    ------
    UnsupportedError
        If the step holds something that cannot be written.

    Examples
    --------
    >>> import sympy as sp
    >>> a = sp.Symbol("a")
    >>> theorem = theorem_of(Equality(1 / a - 1, (1 - a) / a), "step", "")
    >>> theorem.statement
    '  forall (a : R),\\n  a <> 0 ->\\n  - 1 + / a = (1 - a) / a'
    """
    if isinstance(obligation, Equality):
        return _equality(obligation, name, words)
    if isinstance(obligation, Sign):
        return _sign(obligation, name, words)
    raise UnsupportedError(f"a step that is neither an identity nor a sign: {type(obligation).__name__}")


def _equality(step: Equality, name: str, words: str) -> Theorem:
    left, right = sp.sympify(step.left), sp.sympify(step.right)
    printer = Printer([left, right])
    conclusion = f"{printer(left)} = {printer(right)}"
    positive = [symbol for symbol in printer.names if symbol.is_positive]
    hypotheses = [*_known(printer), *_definedness(printer, positive)]
    return Theorem(name, words, _statement(printer, hypotheses, conclusion), _field_proof(printer))


def _sign(step: Sign, name: str, words: str) -> Theorem:
    expression, domains = sp.sympify(step.expression), dict(step.domains)
    printer = Printer([expression, *domains])
    conclusion = f"0 <= {printer(expression, PRODUCT)}"
    box = [
        f"0 <= {printer(symbol)} < 1" if domain == "unit" else f"0 <= {printer(symbol)}"
        for symbol, domain in domains.items()
    ]
    below_one = [symbol - 1 for symbol, domain in domains.items() if domain == "unit"]
    hypotheses = [*box, *_definedness(printer, below_one)]
    script = _polya(expression, domains, printer) or "  intros; nra."
    return Theorem(name, words, _statement(printer, hypotheses, conclusion), script)


def _statement(printer: Printer, hypotheses: Sequence[str], conclusion: str) -> str:
    naturals = [printer.names[s] for s in printer.names if s in printer.naturals]
    reals = [name for symbol, name in printer.names.items() if symbol not in printer.naturals]
    binders = "".join(f" ({' '.join(names)} : {kind})" for names, kind in ((reals, "R"), (naturals, "nat")) if names)
    lines = [f"forall{binders},"] if binders else []
    lines += [f"{hypothesis} ->" for hypothesis in dict.fromkeys(hypotheses)]
    return "\n".join(f"  {line}" for line in [*lines, conclusion])


def _known(printer: Printer) -> list[str]:
    """Return what SymPy was told about the variables, which its simplifications may have used."""
    known = []
    for symbol, name in printer.names.items():
        if symbol in printer.naturals:
            continue
        if symbol.is_positive:
            known.append(f"0 < {name}")
        elif symbol.is_nonnegative:
            known.append(f"0 <= {name}")
    return known


def _definedness(printer: Printer, nonzero: Sequence[Expr]) -> list[str]:
    """Return the hypotheses that no denominator vanishes, irreducible factor by factor, and that roots are real.

    `nonzero` holds factors that other hypotheses keep away from 0.
    """
    hypotheses = []
    for denominator in list(printer.denominators):
        numerator = sp.fraction(sp.together(denominator))[0]
        if numerator == 0:
            raise UnsupportedError(f"a denominator that is zero: {denominator}")
        for factor, _ in sp.factor_list(numerator)[1]:
            if not factor.is_number and factor not in nonzero and -factor not in nonzero:
                hypotheses.append(f"{printer(factor)} <> 0")
    hypotheses += [f"0 <= {printer(root)}" for root in printer.roots if not root.is_number]
    return list(dict.fromkeys(hypotheses))


def _field_proof(printer: Printer) -> str:
    lines = ["  intros.", *_products(printer)]
    roots = list(dict.fromkeys(printer(root) for root in printer.roots))
    for k, root in enumerate(roots):
        lines.append(
            f"  assert (root_{k} : sqrt ({root}) * sqrt ({root}) = {root}) by (apply sqrt_sqrt; pose proof PI_RGT_0; lra)."
        )
    equations = " ".join(f"root_{k}" for k in range(len(roots)))
    if roots:
        lines.append(f"  first [reflexivity | ring [{equations}] | field [{equations}]; conditions].")
    else:
        lines.append("  by_field.")
    return "\n".join(lines)


def _products(printer: Printer) -> list[str]:
    """Return the facts that expanded denominators do not vanish, from those on their factors."""
    facts = []
    for denominator in dict.fromkeys(printer.denominators):
        is_polynomial = denominator.is_polynomial(*denominator.free_symbols)
        numerator = denominator if is_polynomial else sp.fraction(sp.together(denominator))[0]
        constant, factors = sp.factor_list(numerator)
        if not numerator.is_Add or sum(power for _, power in factors) < 2:
            continue
        product = " * ".join([f"({printer(constant)})", *(f"({printer(f)}) ^ {n}" for f, n in factors)])
        written = printer(numerator)
        facts.append(f"  assert ({written} <> 0) by (replace ({written}) with ({product}) by ring; nonzero).")
    return facts


def _polya(expression: Expr, domains: dict[Symbol, str], printer: Printer) -> str | None:
    """Return the proof by a factorisation with evident signs, or None if there is none of this form."""
    numerator, denominator = sp.fraction(sp.together(expression))
    if printer.roots or not (numerator * denominator).is_polynomial(*domains):
        return None
    lines = ["  intros."]
    lines += [f"  assert (0 <= 1 - {printer(s)}) by lra." for s, domain in domains.items() if domain == "unit"]
    if sp.expand(numerator) == 0:
        return "\n".join([*lines, _replaced("0", "by_field"), "  lra."])
    squared = 1 if denominator.is_number else denominator**2
    product = sp.expand(numerator / denominator * squared)
    factored = _evident(sp.factor_list(product, *domains), domains, printer)
    if factored is None:
        return None
    if not denominator.is_number:
        bottom = printer(denominator)
        lines += [
            f"  assert (defined : {bottom} <> 0) by nonzero.",
            _replaced(f"({printer(product)}) / ({bottom}) ^ 2", "(field; conditions)"),
            "  apply quotient_nonneg; [| exact defined].",
        ]
    return "\n".join([*lines, _replaced(factored, "(ring || field)"), "  nonneg."])


def _replaced(term: str, tactic: str) -> str:
    return f"  match goal with |- 0 <= ?the_slack => replace the_slack with ({term}) by {tactic} end."


def _evident(factors: tuple[Expr, list[tuple[Expr, int]]], domains: dict[Symbol, str], printer: Printer) -> str | None:
    """Return the product written so that its sign is evident: squares, and sums of nonnegative terms."""
    constant, powers = factors
    parts = []
    for factor, power in powers:
        if power > 1:
            parts.append(f"(({printer(factor)}) ^ {power // 2}) ^ 2")
        if power % 2:
            terms, sign = _homogeneous(factor, domains, printer)
            if sign == 0:
                return None
            constant *= sign
            parts.append(f"({terms})")
    if not constant.is_Rational or constant < 0:
        return None
    return " * ".join([printer(sp.Rational(constant), 2), *parts])


def _homogeneous(factor: Expr, domains: dict[Symbol, str], printer: Printer) -> tuple[str, int]:
    """Return |factor| as a sum of monomials in the variables and in 1 - r, with the factor's sign; sign 0: no such form."""
    units = [symbol for symbol, domain in domains.items() if domain == "unit"]
    complements = {symbol: sp.Symbol(f"complement_{symbol}") for symbol in units}
    lifted = factor
    for symbol in units:
        degree = sp.degree(factor, symbol)
        total = symbol + complements[symbol]
        lifted = sp.cancel(sp.together(lifted.subs(symbol, symbol / total) * total**degree))
    variables = [*domains, *complements.values()]
    terms = sp.Poly(sp.expand(lifted), *variables).terms()
    signs = {1 if c > 0 else -1 for _, c in terms}
    if len(signs) != 1 or not all(c.is_Rational for _, c in terms):
        return "", 0
    written = [printer(symbol) for symbol in domains] + [f"(1 - {printer(symbol)})" for symbol in units]
    pieces = []
    for exponents, coefficient in terms:
        monomial = [f"{v} ^ {n}" if n > 1 else v for v, n in zip(written, exponents, strict=True) if n]
        number = printer(abs(coefficient), 2)
        pieces.append(" * ".join([number, *monomial]))
    return " + ".join(pieces), signs.pop()
