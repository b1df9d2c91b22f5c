"""The kernel: the rules in this file are the only functions that make a `Theorem`. It is the one file to be trusted.

A theorem holds its conclusion (a closed sentence), the textbook theorems it assumes, the oracles it rests on, and the
rule and premises that made it. The data lie in a table of this module that only `_derive` writes, and `_derive` serves no
caller but the rules below: an object made by any other road (constructor, copy, pickle, subclass, ``object.__new__``) has
no entry and is no theorem. Python cannot stop code that rewrites this module in memory; it stops every ordinary mistake.

Each rule checks its premises itself and raises `ProofError` where the inference does not apply. `COQ` names its lemma.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar
from weakref import WeakKeyDictionary

import sympy as sp

from proofs_check.proof.algebra import is_zero, refused_divisor, sign
from proofs_check.proof.assumptions import TEXTBOOK
from proofs_check.proof.domain import contains, folded, is_inside
from proofs_check.proof.oracles import ORACLES
from theory.statement.definedness import lost_between_sides, wish
from theory.statement.print_text import text
from theory.statement.proposition import (
    And,
    Asymptotic,
    Binder,
    Implies,
    Limit,
    Proposition,
    Relation,
    conjuncts,
    free_symbols,
    map_terms,
    sort_symbols,
    terms,
)
from theory.statement.quantity import unfolded
from theory.statement.sentence import Sentence
from theory.statement.sort import Activations, Naturals, Reals


class ProofError(ValueError):
    """Why a rule does not apply: one line."""


@dataclass(frozen=True, slots=True)
class _Data:
    conclusion: Sentence
    rule: str
    premises: tuple[Theorem, ...]
    assumptions: frozenset[str]
    oracles: frozenset[str]
    note: str


class Theorem:
    """A sentence that rules of this module derived; see `conclusion`, `assumptions`, `oracles`, `rule`, `premises`.

    Examples
    --------
    >>> from theory.statement.parse import parse
    >>> theorem = sign_of_polynomial(parse("for x in [0, 1]: x^2 <= x"))
    >>> theorem.rule, sorted(theorem.assumptions)
    ('sign of a polynomial', [])
    """

    __slots__ = ("__weakref__",)

    def __new__(cls, *_: object, **__: object) -> Theorem:
        """Refuse: only rules make theorems."""
        raise ProofError("Theorem needs a rule to make it, got a call of its constructor.")

    def __init_subclass__(cls, **_: object) -> None:
        """Refuse: a subclass could state something else."""
        raise ProofError("Theorem needs to stay the only class of theorems, got a subclass.")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        """Refuse: a theorem does not change."""
        raise ProofError(f"Theorem needs to stay as it was derived, got {name}={value!r}.")

    def __reduce_ex__(self, _: object) -> NoReturn:
        """Refuse: a theorem is derived here and now, never read in."""
        raise ProofError("Theorem needs to be derived, it is neither pickled nor read in; keep its sentence and rerun.")

    def __copy__(self) -> Theorem:
        """Return the theorem itself."""
        return self

    def __deepcopy__(self, _: object) -> Theorem:
        """Return the theorem itself."""
        return self

    @property
    def conclusion(self) -> Sentence:
        """What is proved."""
        return _data(self).conclusion

    @property
    def rule(self) -> str:
        """The last inference."""
        return _data(self).rule

    @property
    def premises(self) -> tuple[Theorem, ...]:
        """What the last inference was applied to."""
        return _data(self).premises

    @property
    def assumptions(self) -> frozenset[str]:
        """Names of the textbook theorems in the whole tree."""
        return _data(self).assumptions

    @property
    def oracles(self) -> frozenset[str]:
        """Names of the engines in the whole tree."""
        return _data(self).oracles

    @property
    def note(self) -> str:
        """What the rule wants a reader to know."""
        return _data(self).note

    def __repr__(self) -> str:
        return f"<Theorem {text(self.conclusion)}>"


def _vault() -> tuple[Callable[..., Theorem], Callable[[object], _Data], Callable[[Any], None], Callable[[], None]]:
    """Return (derive, data, admit a rule, close): the table of theorems lives in this closure."""
    table: WeakKeyDictionary[Theorem, _Data] = WeakKeyDictionary()
    rules: set[Any] = set()
    closed = False

    def derive(conclusion: Sentence, rule: str, premises: tuple[Theorem, ...] = (), **more: Any) -> Theorem:
        if sys._getframe(1).f_code not in rules:
            raise ProofError("a theorem needs a rule of the kernel to make it, got another caller.")
        below = [data(premise) for premise in premises]
        assumed = frozenset(more.get("assumes", ())).union(*(d.assumptions for d in below))
        oracles = frozenset(more.get("oracles", ())).union(*(d.oracles for d in below))
        theorem = object.__new__(Theorem)
        table[theorem] = _Data(conclusion, rule, premises, assumed, oracles, str(more.get("note", "")))
        return theorem

    def data(theorem: object) -> _Data:
        if type(theorem) is not Theorem or theorem not in table:
            raise ProofError(f"a proof needs theorems that rules made, got {type(theorem).__name__}.")
        return table[theorem]

    def admit(function: Any) -> None:
        if closed:
            raise ProofError("the kernel needs its rules in its own file, got one from outside.")
        rules.add(function.__code__)

    def close() -> None:
        nonlocal closed
        closed = True

    return derive, data, admit, close


_derive, _data, _admit, _close = _vault()
RULES: dict[str, Callable[..., Theorem]] = {}
"""The rules, by the name that theorems carry; for reading (docs/proof.md is made from it)."""
COQ: dict[str, str] = {}
"""The lemma in Coq of each rule, or "not exported"."""
_Rule = TypeVar("_Rule", bound=Callable[..., Theorem])


def _rule(name: str, coq: str = "not exported") -> Callable[[_Rule], _Rule]:
    """Admit a function of this file as a rule; `coq` names its lemma, or says that it has none."""

    def admitted(function: _Rule) -> _Rule:
        _admit(function)
        RULES[name], COQ[name] = function, coq
        return function

    return admitted


def is_theorem(thing: object) -> bool:
    """Whether a rule of the kernel made this."""
    try:
        _data(thing)
    except ProofError:
        return False
    return True


def _need(condition: bool, why: str) -> None:
    if not condition:
        raise ProofError(why)


def _divisors(sentence: Sentence, *terms: sp.Expr) -> None:
    _defined(sentence)
    for term in terms:
        why = refused_divisor(term, sentence)
        _need(why is None, f"algebra needs {why}.")


def _defined(sentence: Sentence) -> None:
    """Refuse a sentence whose slack says more than its sides: a divisor that cancels between them, or infinity."""
    found = lost_between_sides(sentence.body, sentence.binders)
    _need(found is None, f"a proof needs {wish(found or ('', sp.S.Zero))} (it cancels between the sides).")
    _need(not any(term.has(sp.oo, -sp.oo) for term in terms(sentence.body)), "a proof needs finite terms, got oo.")


def _relation(sentence: Sentence, rule: str) -> Relation:
    if not isinstance(sentence.body, Relation):
        raise ProofError(f"{rule} needs a single relation as the claim, got {type(sentence.body).__name__}.")
    return sentence.body


# --- algebra ------------------------------------------------------------------------------------------------------------


@_rule("equality in canonical form", coq="not exported (Weingarten identities are: proofs_check/coq/identities.py)")
def equality(sentence: Sentence) -> Theorem:
    """Infer ``lhs = rhs`` where lhs - rhs cancels to 0 as a rational function of its variables and words.

    The words are indeterminates. Every divisor in the sentence has to be of one sign on the domain by `sign_of_polynomial`.
    """
    claim = _relation(sentence, "equality")
    _need(claim.op == "=", f"equality needs '=', got {claim.op!r}.")
    _divisors(sentence, claim.lhs, claim.rhs)
    _need(is_zero(claim.lhs - claim.rhs), "equality needs sides that cancel, got a difference that does not.")
    return _derive(sentence, "equality in canonical form")


@_rule("sign of a polynomial", coq="nonneg_coefficients (lemmas.v) for [0, oo)^n")
def sign_of_polynomial(sentence: Sentence) -> Theorem:
    """Infer an inequality between rational functions from one-signed coefficients after the domain is mapped to a cone.

    [a, b]: x = (a u + b v)/(u + v); [a, oo): x = a + v; (-oo, b]: x = b - v; the line: both half lines from 0. The slack's
    numerator and denominator, homogenised, have to have coefficients of one sign; a strict claim needs on every face of
    the domain a coefficient that is not 0. Hypotheses are not used.
    """
    claim = _relation(sentence, "sign of a polynomial")
    _need(claim.op != "=", "sign of a polynomial needs an inequality, got '='.")
    _divisors(sentence, claim.lhs, claim.rhs)
    found = sign(claim.slack, sentence)
    meets = {"!=": found in (1, -1), "<": found == 1, ">": found == 1}.get(claim.op, found in (0, 1))
    _need(meets, "sign of a polynomial needs coefficients of one sign, got both (or a zero where < is claimed).")
    return _derive(sentence, "sign of a polynomial")


# --- logic ----------------------------------------------------------------------------------------------------------------


@_rule("weakening")
def weakened(theorem: Theorem, op: str) -> Theorem:
    """Infer ``a <= b`` from ``a < b`` or ``a = b`` (and >= , != likewise); or turn ``a <= b`` into ``b >= a``."""
    sentence = theorem.conclusion
    claim = _relation(sentence, "weakening")
    allowed = {"<": ("<=", "!="), ">": (">=", "!="), "=": ("<=", ">=")}.get(claim.op, ())
    if op in allowed:
        return _derive(sentence.replace_body(Relation(op, claim.lhs, claim.rhs)), "weakening", (theorem,))
    _need(op == claim.mirrored.op, f"weakening needs an op that {claim.op!r} implies, got {op!r}.")
    return _derive(sentence.replace_body(claim.mirrored), "weakening", (theorem,))


@_rule("rearrangement")
def rearranged(theorem: Theorem, claim: Relation) -> Theorem:
    """Infer a relation with the same slack: ``a <= b`` from ``a + c <= b + c``, divisors as in `equality`."""
    sentence = theorem.conclusion
    known = _relation(sentence, "rearrangement")
    target = sentence.replace_body(claim)
    _divisors(target, claim.lhs, claim.rhs, known.lhs, known.rhs)
    same = claim.op == known.op and is_zero(claim.slack - known.slack)
    turned = claim.op == known.mirrored.op and is_zero(claim.slack - known.mirrored.slack)
    _need(same or turned, "rearrangement needs the same relation and the same slack, got others.")
    return _derive(target, "rearrangement", (theorem,))


@_rule("definition")
def by_definition(theorem: Theorem, sentence: Sentence) -> Theorem:
    """Infer a sentence that is the theorem's once every word is replaced by its definition."""
    _need(
        _unfolded(sentence) == _unfolded(theorem.conclusion), "definition needs sentences that unfold to one, got two."
    )
    return _derive(sentence, "definition", (theorem,))


def _unfolded(sentence: Sentence) -> Sentence:
    changed = [map_terms(p, unfolded) for p in (*sentence.hypotheses, sentence.body)]
    return Sentence(sentence.binders, tuple(changed[:-1]), changed[-1])


@_rule("conjunction")
def conjunction(*theorems: Theorem) -> Theorem:
    """Infer ``P and Q`` for all x from ``P`` for all x and ``Q`` for all x (same domains, same hypotheses)."""
    _need(len(theorems) >= 2, f"conjunction needs at least two theorems, got {len(theorems)}.")
    first = theorems[0].conclusion
    for theorem in theorems[1:]:
        other = theorem.conclusion
        _need(
            (other.binders, other.hypotheses) == (first.binders, first.hypotheses),
            "conjunction needs one domain, got two.",
        )
    found = tuple(part for theorem in theorems for part in conjuncts(theorem.conclusion.body))
    return _derive(first.replace_body(And(found)), "conjunction", theorems)


@_rule("part of a conjunction")
def conjunct(theorem: Theorem, index: int) -> Theorem:
    """Infer one part from ``P and Q``."""
    found = conjuncts(theorem.conclusion.body)
    _need(0 <= index < len(found), f"conjunct needs an index below {len(found)}, got {index}.")
    return _derive(theorem.conclusion.replace_body(found[index]), "part of a conjunction", (theorem,))


@_rule("modus ponens")
def modus_ponens(implication: Theorem, premise: Theorem) -> Theorem:
    """Infer ``Q`` for all x from ``P implies Q`` for all x and ``P`` for all x."""
    left, right = implication.conclusion, premise.conclusion
    body = left.body
    if not isinstance(body, Implies) or body.left != right.body:
        raise ProofError("modus ponens needs an implication from the premise's claim, got another.")
    _need(
        (left.binders, left.hypotheses) == (right.binders, right.hypotheses), "modus ponens needs one domain, got two."
    )
    return _derive(left.replace_body(body.right), "modus ponens", (implication, premise))


@_rule("hypothesis")
def supposed(theorem: Theorem, *hypotheses: Proposition) -> Theorem:
    """Infer ``P`` for all x with H from ``P`` for all x."""
    known = theorem.conclusion
    return _derive(Sentence(known.binders, (*known.hypotheses, *hypotheses), known.body), "hypothesis", (theorem,))


@_rule("implication")
def implication(theorem: Theorem) -> Theorem:
    """Infer ``H implies P`` for all x from ``P`` for all x with H, H being the only hypothesis."""
    known = theorem.conclusion
    _need(len(known.hypotheses) == 1, f"implication needs one hypothesis, got {len(known.hypotheses)}.")
    body = Implies(known.hypotheses[0], known.body)
    return _derive(Sentence(known.binders, (), body), "implication", (theorem,))


@_rule("hypothesis met")
def discharged(theorem: Theorem, met: Theorem) -> Theorem:
    """Infer ``P`` for all x with the other hypotheses from ``P`` for all x with H, and H for all x."""
    known, other = theorem.conclusion, met.conclusion
    rest = tuple(h for h in known.hypotheses if h not in conjuncts(other.body))
    _need(known.binders == other.binders, "hypothesis met needs one domain, got two.")
    _need(
        len(rest) < len(known.hypotheses) and set(other.hypotheses) <= set(rest),
        "hypothesis met needs H itself, got other.",
    )
    return _derive(Sentence(known.binders, rest, known.body), "hypothesis met", (theorem, met))


@_rule("unused variable")
def generalised(theorem: Theorem, binder: Binder, position: int) -> Theorem:
    """Infer ``P`` for all x and y from ``P`` for all x, y being new."""
    known = theorem.conclusion
    binders = (*known.binders[:position], binder, *known.binders[position:])
    return _derive(Sentence(binders, known.hypotheses, known.body), "unused variable", (theorem,))


@_rule("instance")
def instance(theorem: Theorem, name: str, value: Any) -> Theorem:
    """Infer the sentence at one value of a variable: a number in its domain, or a named activation.

    A class of activations is kept: the named one has to be of the class for the sentence to say anything.
    """
    known = theorem.conclusion
    sort = known.sort_of(name)
    if not isinstance(sort, Activations):
        _need(contains(sort, sp.sympify(value)), f"instance needs a value of the domain, got {name}={value}.")
    return _derive(known.pinned({name: value}), "instance", (theorem,))


@_rule("smaller domain")
def restricted(theorem: Theorem, name: str, sort: Any) -> Theorem:
    """Infer ``P`` on a part of the domain: an interval or range inside, more classes of activations, a named one."""
    known = theorem.conclusion
    old = known.sort_of(name)
    _need(is_inside(sort, old), f"smaller domain needs a part of the domain of {name}, got {sort}.")
    binders = tuple(Binder(b.name, sort) if b.name == name else b for b in known.binders)
    return _derive(Sentence(binders, known.hypotheses, known.body), "smaller domain", (theorem,))


@_rule("bound as a domain")
def bounded(theorem: Theorem, sentence: Sentence) -> Theorem:
    """Infer ``P`` for all x with x <= c, x > d ... (numbers c, d) from ``P`` on the domain that these bounds leave."""
    _need(folded(sentence) == theorem.conclusion, "bound as a domain needs the theorem on what the bounds leave.")
    return _derive(sentence, "bound as a domain", (theorem,))


@_rule("case split")
def case_split(first: Theorem, second: Theorem, name: str) -> Theorem:
    """Infer ``P`` on [a, c] from ``P`` on [a, b] and on [b, c], b belonging to one of them (naturals: b and b + 1)."""
    one, two = first.conclusion, second.conclusion
    left, right = one.sort_of(name), two.sort_of(name)
    joined: Any
    if isinstance(left, Naturals) and isinstance(right, Naturals):
        follows = left.most is not None and left.least <= right.least <= left.most + 1
        _need(follows, "case split needs no gap, got one.")
        joined = Naturals(left.least, None if right.most is None else max(right.most, left.most or 0))
    elif isinstance(left, Reals) and isinstance(right, Reals):
        _need(left.high == right.low and not (left.high_open and right.low_open), "case split needs no gap, got one.")
        joined = Reals(left.low, right.high, left.low_open, right.high_open)
    else:
        raise ProofError("case split needs two parts of one real or natural domain, got others.")
    binders = [tuple(Binder(b.name, joined) if b.name == name else b for b in s.binders) for s in (one, two)]
    same = (binders[0], one.hypotheses, one.body) == (binders[1], two.hypotheses, two.body)
    _need(same, "case split needs one sentence on two parts of a domain, got two sentences.")
    return _derive(Sentence(binders[0], one.hypotheses, one.body), "case split", (first, second))


@_rule("transitivity")
def chained(first: Theorem, second: Theorem) -> Theorem:
    """Infer ``a <= c`` from ``a <= b`` and ``b <= c`` on one domain (strict if one of them is)."""
    one, two = first.conclusion, second.conclusion
    a, b = _relation(one, "transitivity"), _relation(two, "transitivity")
    _need((one.binders, one.hypotheses) == (two.binders, two.hypotheses), "transitivity needs one domain, got two.")
    _need(a.rhs == b.lhs, "transitivity needs a common middle term, got two.")
    for way in (("=", "<=", "<"), ("=", ">=", ">")):
        if a.op in way and b.op in way:
            op = max(a.op, b.op, key=way.index)
            return _derive(one.replace_body(Relation(op, a.lhs, b.rhs)), "transitivity", (first, second))
    raise ProofError(f"transitivity needs relations that point one way, got {a.op!r} and {b.op!r}.")


@_rule("substitution")
def substituted(theorem: Theorem, equal: Theorem) -> Theorem:
    """Infer the claim with a term replaced by an equal one, on one domain."""
    known, other = theorem.conclusion, equal.conclusion
    same = _relation(other, "substitution")
    _need(same.op == "=", f"substitution needs an equality, got {same.op!r}.")
    _need(known.binders == other.binders, "substitution needs one domain, got two.")
    _need(set(other.hypotheses) <= set(known.hypotheses), "substitution needs no further hypotheses, got some.")
    inner = {binder.symbol for binder in known.binders}
    _need(free_symbols(known.body) <= inner, "substitution needs a claim without other variables, got some.")
    body = map_terms(known.body, lambda term: term.xreplace({same.lhs: same.rhs}))
    return _derive(known.replace_body(body), "substitution", (theorem, equal))


@_rule("induction")
def induction(base: Theorem, step: Theorem, name: str) -> Theorem:
    """Infer ``P(l)`` for all l >= m from ``P(m)``, and ``P(l) implies P(l + 1)`` for all l >= m.

    The other domains and the hypotheses do not depend on l.
    """
    sentence = step.conclusion
    sort, body = sentence.sort_of(name), sentence.body
    if not isinstance(sort, Naturals) or sort.most is not None or not isinstance(body, Implies):
        raise ProofError(f"induction needs 'P(l) implies P(l + 1)' for naturals {name} without end, got another step.")
    variable = next(binder.symbol for binder in sentence.binders if binder.name == name)
    after = map_terms(body.left, lambda term: term.xreplace({variable: variable + 1}))
    _need(body.right == after, "induction needs the claim at l + 1 on the right of its step, got another.")
    used = set().union(
        *(free_symbols(h) for h in sentence.hypotheses), *(sort_symbols(b.sort) for b in sentence.binders)
    )
    _need(variable not in used, f"induction needs hypotheses and domains without {name}, got one with it.")
    whole = sentence.replace_body(body.left)
    _need(
        whole.pinned({name: sort.least}) == base.conclusion, "induction needs its base at the least value, got another."
    )
    return _derive(whole, "induction", (base, step))


@_rule("textbook", coq="an axiom of the exported file")
def textbook(name: str) -> Theorem:
    """Assume a theorem of the reviewed list `proofs_check.proof.assumptions`; it is printed beside every conclusion."""
    _need(name in TEXTBOOK, f"textbook needs a theorem of the list, got {name!r}.")
    return _derive(TEXTBOOK[name].sentence, "textbook", assumes=(name,))


@_rule(
    "oracle", coq="certificates and Weingarten identities are exported (proofs_check/coq); the other engines are not"
)
def by_oracle(name: str, sentence: Sentence, hints: Mapping[str, Any] | None = None, note: str = "") -> Theorem:
    """Take an engine's word for a sentence: the engine, not the caller, derives it; its name stays in the theorem."""
    _need(name in ORACLES, f"oracle needs an engine of the table, got {name!r}.")
    if not isinstance(sentence.body, Limit | Asymptotic):
        _defined(sentence)
    _need(ORACLES[name].affirms(sentence, dict(hints or {})), f"oracle {name!r} does not derive the sentence.")
    return _derive(sentence, f"oracle: {name}", oracles=(name,), note=note)


_close()
__all__ = ["COQ", "RULES", "ProofError", "Theorem", "is_theorem", *(rule.__name__ for rule in RULES.values())]
