"""The prover: an inequality on a box is certified with a certificate, refuted with a point, or left open.

Failing to prove is not disproving: a claim with neither proof nor point is inconclusive, and the result names the
cell that resisted.

Order of business (each step only if the one before did not decide): a cosine substitution for branch points at +-1, zeros
on the faces of the box, branch and bound (`branch_and_bound.py`), zeros inside the box where it got stuck, the sign of a
derivative (one variable, also unbounded), an identity with squares and one-signed factors or functions of single
variables, both sides exponentiated, x = exp(t) where log(x) stands, a cut of an unbounded interval.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, Literal, TypeAlias

import sympy
from sympy.core.relational import Relational

from proofs_check.interval.ball import arithmetic
from proofs_check.interval.branch_and_bound import PRECISIONS, branch_and_bound
from proofs_check.interval.cell_bound import Cell, SlackBounds
from proofs_check.interval.derivative_sign import prove_by_derivative
from proofs_check.interval.exponential import exponentiate
from proofs_check.interval.identity import has_value, prove_by_identity
from proofs_check.interval.interior_zeros import simple_points_near, zeros_near
from proofs_check.interval.parts import beginning, cuts
from proofs_check.interval.search import Proof, Search, Witness
from proofs_check.interval.statement import Rational, Statement, exact_end, parse_statement, statement_of
from proofs_check.interval.substitution import Substitution, logarithmic_substitution, suggest_substitution
from proofs_check.interval.tape import UnknownFunctionError, tape_text
from proofs_check.interval.zeros import Slack, Zero, face_zeros

Domain: TypeAlias = Mapping[sympy.Symbol, tuple[Rational, Rational]]

_NARROWEST = Fraction(1, 2**40)
_NARROW = Fraction(1, 2**14)
_QUICK_CELLS = 1_000
_FEW_CELLS = 200
_MOST_ZEROS = 8
_MOST_CUTS = 2


def prove(
    claim: Relational | str,
    domain: Domain | None = None,
    *,
    zeros: Sequence[Zero] | None = None,
    substitution: Substitution | Literal["auto"] | None = "auto",
    order: int = 4,
    max_cells: int = 20_000,
    sharpness: bool = False,
) -> Proof:
    """Prove an inequality on a box: certified with a certificate, refuted with a point, or inconclusive.

    Parameters
    ----------
    claim : SymPy relational or str
        ``left >= right`` (also ``>``, ``<=``, ``<``) in 1-3 real variables; text as `parse_statement` reads it, with
        its domain (then `domain` is None).
    domain : mapping of Symbol to (low, high), optional
        Exact rational ends. An infinite end is reached by the sign of the derivative only.
    zeros : sequence of Zero, optional
        Where the claim is an equality. None looks at all faces of the box; interior zeros have to be declared. Each
        is proved before it is used, and one that cannot be proved is ignored.
    substitution : Substitution, "auto" or None
        "auto" puts rho = cos(pi*t) where asin, acos or sqrt(1 - rho^2) have a branch point.
    order : int
        Taylor order of the bounds: 0 natural, 1 mean value, 2..8.
    max_cells : int
        Cells to look at before giving up.
    sharpness : bool
        Also enclose the smallest slack away from the zeros (`Proof.slack`).

    Returns
    -------
    Proof

    Raises
    ------
    TypeError
        If the claim is not an inequality, or an end of the box is not exact.
    ValueError
        If the claim has a function that tapes do not know, a variable without a range, more than 3 variables, an
        empty range; if `order` is not in 0..8 or `max_cells` < 1; if a zero lies outside the box, or a substitution
        does not map onto the range.

    Examples
    --------
    >>> rho = sympy.Symbol("rho")
    >>> arc_cosine = (sympy.sqrt(1 - rho**2) + (sympy.pi - sympy.acos(rho)) * rho) / sympy.pi
    >>> proof = prove(sympy.Ge(arc_cosine, rho), {rho: (-1, 1)})
    >>> proof.verdict, proof.cells
    ('certified', 2)
    >>> prove("sin(x) >= x for x in [0, 1]").verdict
    'refuted'
    """
    if not isinstance(order, int) or not 0 <= order <= 8:
        raise ValueError(f"prove needs a Taylor order in 0..8, got order={order!r}.")
    if not isinstance(max_cells, int) or max_cells < 1:
        raise ValueError(f"prove needs max_cells >= 1, got max_cells={max_cells!r}.")
    original = _statement(claim, domain)
    change = suggest_substitution(original) if substitution == "auto" else substitution
    statement = original if change is None else change.apply(original)
    places = None if zeros is None else [_moved(zero, change) for zero in zeros]
    search = Search(statement, original, change, places, order, max_cells, sharpness)
    return _in_original_variables(_judged(search), original, change)


def _judged(search: Search) -> Proof:
    """Try what decides, the cheapest first; the last open answer tells what resisted."""
    proof = Proof(
        "inconclusive", search.statement.text, "the domain is unbounded and no derivative has an evident sign"
    )
    if search.is_bounded and search.statement.slack() != 0:
        # Along a line of zeros cells never close: an identity and the like are tried before the long search.
        few = _QUICK_CELLS if len(search.statement.variables) > 1 else _FEW_CELLS
        quick = search.attempts and search.max_cells > few
        proof = _with_zeros_found(replace(search, max_cells=few) if quick else search)
    for attempt in (_by_derivative, _by_identity, _by_exponential, _by_logarithm, _by_parts):
        if proof.verdict == "inconclusive":
            proof = attempt(search) or proof
    if proof.verdict == "inconclusive" and search.is_bounded and 0 < proof.evaluations < search.max_cells:
        proof = _with_zeros_found(search)
    return proof


def _by_derivative(search: Search) -> Proof | None:
    found = prove_by_derivative(search.statement)
    if found is None or (found.order != 1 and search.change is not None):
        return None
    what = f"derivative of order {found.order}" if found.order > 1 else "derivative" if found.order else "value"
    reason = f"the slack starts at or above 0 and its {what} {found.derivative} has one sign"
    return search.certified(found.kind, found.entry(), reason)


def _by_identity(search: Search) -> Proof | None:
    original = search.original
    if search.change is not None and search.statement.slack() == 0 and not original.strict:
        plain = replace(search, statement=original, change=None)
        same = has_value(original.tape(), original.box)
        return plain.certified("identity", {"terms": []}, "both sides are the same") if same else None
    if not search.attempts or search.change is not None:
        return None

    def judge(statement: Statement) -> dict[str, Any] | None:
        certificate = _judged(search.of(statement, attempts=False, max_cells=_QUICK_CELLS)).certificate
        return None if certificate is None else certificate.document

    terms = prove_by_identity(search.statement, judge)
    if terms is None:
        return None
    entries = {"terms": [term.entry() for term in terms]}
    return search.certified("identity", entries, f"the slack is a sum of {len(terms)} products that are not negative")


def _by_exponential(search: Search) -> Proof | None:
    raised = exponentiate(search.statement) if search.attempts and search.change is None else None
    if raised is None:
        return None
    certificate = _judged(
        search.of(raised.statement(search.statement), attempts=True, max_cells=_QUICK_CELLS)
    ).certificate
    if certificate is None:
        return None
    entries = {"left": raised.left, "right": raised.right, "proof": certificate.document}
    return search.certified("exponential", entries, f"its exponential is {raised.left} >= {raised.right}")


def _by_logarithm(search: Search) -> Proof | None:
    change = logarithmic_substitution(search.statement) if search.attempts and search.change is None else None
    if change is None:
        return None
    statement = change.apply(search.statement)
    moved = replace(search, statement=statement, change=change, zeros=None, attempts=False, max_cells=_QUICK_CELLS)
    proof = _judged(moved)
    return proof if proof.certificate is not None else None


def _by_parts(search: Search) -> Proof | None:
    if not search.attempts or search.change is not None or len(search.statement.variables) > 1 or search.is_bounded:
        return None
    near = _with_zeros_found(search.of(beginning(search.statement), attempts=False, max_cells=_QUICK_CELLS))
    if near.witness is not None:
        return replace(near, claim=search.statement.text, witness=replace(near.witness, claim=search.statement.text))
    for parts in itertools.islice(cuts(search.statement), _MOST_CUTS):
        proofs = [_judged(search.of(statement, attempts=True, max_cells=4 * _QUICK_CELLS)) for statement in parts]
        documents = [proof.certificate.document for proof in proofs if proof.certificate is not None]
        if len(documents) == len(parts):
            return search.certified("parts", {"parts": documents}, f"proved on {len(parts)} parts of the domain")
    return None


def _with_zeros_found(search: Search) -> Proof:
    """Branch and bound; where a cell resists, a zero inside the box near it is looked for and the search begins anew.

    The first searches stop at the first cell that is small and still open: that is where a zero shows.
    """
    slack = _slack(search.statement)
    zeros = () if search.statement.strict else face_zeros(slack, search.zeros)
    narrowest = (_NARROWEST,) if search.statement.strict or search.zeros is not None else (_NARROW, _NARROWEST)
    for least in narrowest:
        while True:
            proof = branch_and_bound(search, slack, zeros, least, is_last=least == narrowest[-1])
            if proof.resisting is None or len(narrowest) == 1 or len(zeros) > _MOST_ZEROS:
                break
            found = zeros_near(slack, proof.resisting, zeros)
            if not found:
                proof = _refuted_near(search, slack, proof.resisting) or proof
                break
            zeros += found
        if proof.verdict != "inconclusive" or proof.evaluations >= search.max_cells:
            break
    return proof


def _refuted_near(search: Search, slack: Slack, cell: Cell) -> Proof | None:
    """Refute at a simple point near a cell that resists, where a claim that misses by 10^-40 has its smallest slack."""
    with arithmetic(2 * PRECISIONS[-1]):
        bounds = SlackBounds(slack, (), (), 0)
        for point in simple_points_near(slack.box, cell):
            value = bounds.at(point)
            if value < 0:
                names = search.statement.variables
                witness = Witness(tuple(zip(names, point, strict=True)), str(value), search.statement.text)
                reason = "the slack is certainly negative at a point"
                return Proof("refuted", search.statement.text, reason, witness=witness)
    return None


def prove_nonnegative(expression: sympy.Expr, domain: Domain, **options: object) -> Proof:
    """Prove expression >= 0 on a box; the options are those of `prove`. Inconclusive where it has an unknown function.

    Examples
    --------
    >>> x = sympy.Symbol("x")
    >>> prove_nonnegative(x - sympy.log(1 + x), {x: ("-15/16", 4)}, zeros=[Zero(x, 0)]).verdict
    'certified'
    """
    return _prove_if_known(sympy.GreaterThan(expression, 0, evaluate=False), domain, **options)


def prove_positive(expression: sympy.Expr, domain: Domain, **options: object) -> Proof:
    """Prove expression > 0 on a box; the options are those of `prove`. Inconclusive where it has an unknown function.

    Examples
    --------
    >>> x = sympy.Symbol("x")
    >>> prove_positive(sympy.exp(x) - x - sympy.Rational(99, 100), {x: (-1, 1)}).verdict
    'certified'
    """
    return _prove_if_known(sympy.StrictGreaterThan(expression, 0, evaluate=False), domain, **options)


def _prove_if_known(claim: Relational, domain: Domain, **options: object) -> Proof:
    """Prove a claim of a check, open where it has a function that no tape has: drawn cases may bring any."""
    try:
        return prove(claim, domain, **options)  # type: ignore[arg-type]
    except UnknownFunctionError as error:
        return Proof("inconclusive", str(claim), str(error))


def _statement(claim: Relational | str, domain: Domain | None) -> Statement:
    if isinstance(claim, str):
        if domain is not None:
            raise TypeError("prove needs the domain of a textual claim inside its text, got a domain as well.")
        stated = parse_statement(claim)
        # The spoken functions (Phi, softplus) are written out in the certificate; not through SymPy, which drops
        # what it can simplify (x/x, log(x) - log(x)) and with it the places where the claim has no value.
        written = tape_text(stated.tape())
        if written is not None:
            return replace(stated, left=written, right="0", relation=">" if stated.strict else ">=")
        symbols = [sympy.Symbol(name, real=True) for name in stated.variables]
        relation = sympy.StrictGreaterThan if stated.strict else sympy.GreaterThan
        ends = [(-sympy.oo if a is None else a, sympy.oo if b is None else b) for a, b in stated.box]
        return statement_of(relation(stated.slack(), 0, evaluate=False), dict(zip(symbols, ends, strict=True)))
    if domain is None:
        raise TypeError("prove needs a domain {symbol: (low, high)} with a SymPy inequality, got None.")
    return statement_of(claim, domain)


def _slack(statement: Statement) -> Slack:
    box = tuple((low, high) for low, high in statement.box if low is not None and high is not None)
    symbols = tuple(sympy.Symbol(name, real=True) for name in statement.variables)
    return Slack(statement.slack(), symbols, statement.tape(), box)


def _moved(zero: Zero, change: Substitution | None) -> Zero:
    """Return a zero stated in the old variable in the new one."""
    if change is None or str(zero.variable) != change.variable.name:
        return zero
    at = exact_end(zero.at)
    place = None if at is None else change.place_of(at)
    if place is None:
        raise ValueError(f"prove needs zeros with a rational place in {change.new}, got {zero.variable} = {zero.at}.")
    return Zero(change.new, place, None)


def _in_original_variables(proof: Proof, original: Statement, change: Substitution | None) -> Proof:
    """Return a refutation with a rational point of the claim as it was stated, if one lies near enough."""
    if change is None or proof.witness is None:
        return proof
    point = dict(proof.witness.point)
    t = sympy.Rational(str(point.pop(change.new.name)))
    slack = _slack(original)
    for bits in (8, 16, 32, 64):
        value = int(sympy.floor(change.by.subs(change.new, t) * 2**bits + sympy.Rational(1, 2)))
        near = {**point, change.variable.name: Fraction(value, 2**bits)}
        place = [near[name] for name in original.variables]
        with arithmetic(128):
            ball = SlackBounds(slack, (), (), 0).at(place)
        inside = all(low <= x <= high for x, (low, high) in zip(place, slack.box, strict=True))
        if inside and (ball < 0 or (original.strict and ball <= 0)):
            witness = Witness(tuple(zip(original.variables, place, strict=True)), str(ball), original.text)
            return replace(proof, witness=witness)
    return proof
