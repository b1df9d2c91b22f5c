"""Text -> Sentence. The grammar, in the order it is read::

    sentence  ::=  [network ... ; ... ;] [for BINDERS :] BODY [for BINDERS]      [best NAME :] before it: a question
    binder    ::=  every [classes] activation s | [classes] s = TEXT | every Gram matrix G of size n
                |  r in [0, 1) | r, t in [0, 1] | 0 <= x <= 1 | l >= 1 | l in 2..5 | real x       each [with CONDITION]
    body      ::=  claims with commas between; ``b = TERM`` with a free name b defines b (as does ``where b = TERM``)
    claim     ::=  TERM relation TERM [relation TERM ...] | TERM in [a, b] | f ~ g as l -> oo | lim l -> oo: t = v
                |  law(X) = normal(0, 1) | not, and, or, implies, iff | for all BINDERS: P | exists BINDERS: P

``NAME >= INTEGER`` binds a natural number; write ``x in [0, oo)`` for a real one. A sentence that uses the activation
without binding one is about every activation. Nothing is evaluated by Python; every error names its column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp

from theory.statement.definedness import lost_between_sides, wish
from theory.statement.domain_parser import DomainParser
from theory.statement.proposition import (
    And,
    Asymptotic,
    Binder,
    Exists,
    ForAll,
    Iff,
    Implies,
    LawEquality,
    Limit,
    Not,
    Or,
    Proposition,
    Relation,
    conjuncts,
)
from theory.statement.sentence import Sentence
from theory.statement.sort import Activations, Constants, Naturals, Reals
from theory.statement.term_parser import KEYWORDS
from theory.statement.token import SentenceError, Token, nearest, readable

_RELATIONS = {"=": "=", "==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


@dataclass(frozen=True, slots=True)
class Question:
    """A sentence, and the constant in it whose best value is asked for (None: the sentence is judged as it stands)."""

    sentence: Sentence
    best: str | None = None


def parse(text: str) -> Sentence:
    """Return the sentence that a line of text states.

    Raises
    ------
    TypeError
        If `text` is no string.
    SentenceError
        If it is outside the grammar, uses a free name or a word of the wrong sort; the message names the column.

    Examples
    --------
    >>> sentence = parse("for every odd activation s with kappa'(0) >= 1/2, r in [0, 1): kappa(r) <= r")
    >>> [binder.name for binder in sentence.binders], len(sentence.hypotheses)
    (['s', 'r'], 1)
    >>> parse("kappa(r) <= r")
    Traceback (most recent call last):
    ...
    theory.statement.token.SentenceError: sentence needs a bound variable or a word of the vocabulary (the name 'r' is free), got 'r) <= r' at column 7; bound are: s; give it a domain, such as 'for r in [0, 1]: ...'.
    """
    question = parse_question(text)
    if question.best is not None:
        raise SentenceError("a sentence without 'best'", text, 0, "ask `haarmite judge` for a best constant")
    return question.sentence


def parse_question(
    text: str, domain: Sequence[str] = (), activation: str | None = None, best: str | None = None
) -> Question:
    """Return the sentence of a text completed by domains, an activation, and the name of a constant that is asked for.

    Parameters
    ----------
    text : str
    domain : sequence of str
        Further binders (``r in [0, 1]``), as `--for` gives them.
    activation : str or None
        The activation the sentence is about, in place of every activation.
    best : str or None
        Name of the constant.
    """
    if not isinstance(text, str):
        raise TypeError(f"parse_question needs text, got {type(text).__name__}.")
    parser = _SentenceParser(readable(text))
    return parser.question(domain, activation, best)


class _SentenceParser(DomainParser):
    """Reads propositions, binders and whole sentences."""

    def question(self, domain: Sequence[str], activation: str | None, best: str | None) -> Question:
        if self.token.kind == "end":
            self.refuse("a claim")
        binders, hypotheses = self._headers(best)
        best = next((binder.name for binder in binders if isinstance(binder.sort, Constants)), None)
        suffix = self._suffix()
        if self.take("for"):
            self._read_binders(binders, hypotheses, stop=":")
            self.expect(":", "after the domains comes the claim")
        for extra in domain:
            self._borrowed(extra, binders, hypotheses)
        start, end = self.position, suffix or len(self.tokens) - 1
        if suffix is not None:
            self.position = suffix + 1
            self._read_binders(binders, hypotheses, stop="")
            self._expect_end()
            self.position = start
            self.tokens = [*self.tokens[:end], Token("end", "", self.tokens[end].start, self.tokens[end].start)]
        body = self._body()
        if self.implied is not None:
            binders.insert(0, self.implied)
        sentence = Sentence(tuple(binders), tuple(hypotheses), body)
        for part in (*sentence.hypotheses, body):
            found = lost_between_sides(part, sentence.binders)
            if found is not None:
                self.refuse(f"{wish(found, binders)} (it cancels between two sides, and nothing is claimed where it fails)", self.tokens[start], "write the cancelled form, or a domain that leaves the place out")  # fmt: skip
        return Question(self._with_activation(sentence, activation), best)

    def _with_activation(self, sentence: Sentence, activation: str | None) -> Sentence:
        if activation is None:
            return sentence
        known = sentence.binders_of(Activations)
        if len(known) == 1:
            return sentence.pinned({known[0].name: activation})
        return self.refuse("exactly one activation in the sentence for --activation", self.tokens[0])

    # --- before and after the claim --------------------------------------------------------------------------------

    def _headers(self, best: str | None) -> tuple[list[Binder], list[Proposition]]:
        binders: list[Binder] = []
        if self.take("best"):
            token = self.advance()
            self._bind(binders, token, Constants())
            self.expect(":", "best NAME: claim")
        elif best is not None:
            self._bind(binders, Token("name", best, 0, 0), Constants())
        if self.at("network"):
            self._bind_network(binders)
        return binders, []

    def _suffix(self) -> int | None:
        """Return where a trailing 'for BINDERS' begins, if there is one."""
        depth, quantified = 0, False
        for index in range(self.position, len(self.tokens) - 1):
            token = self.tokens[index]
            depth += (token.text in "([{") - (token.text in ")]}") if token.kind == "operator" else 0
            if depth == 0 and token.text == "for" and index > self.position:
                if self.tokens[index + 1].text == "all" and quantified is False and self._colon_after(index):
                    continue
                return None if self._colon_after(index) else index
        return None

    def _colon_after(self, index: int) -> bool:
        return any(token.text == ":" for token in self.tokens[index:])

    def _borrowed(self, text: str, binders: list[Binder], hypotheses: list[Proposition]) -> None:
        """Read binders from another text (`--for`), in this scope."""
        other = _SentenceParser(readable(text))
        other.scope, other.implied = self.scope, self.implied
        other.take("for")
        other._read_binders(binders, hypotheses, stop="")
        other._expect_end()
        self.implied = other.implied

    def _expect_end(self) -> None:
        if self.token.kind != "end":
            self.refuse("the end of the sentence here")

    # --- the claim -------------------------------------------------------------------------------------------------------

    def _body(self) -> Proposition:
        self._read_definitions()
        found: list[Proposition] = []
        while True:
            if not self._skip_definition():
                found.append(self._proposition())
            if not self.take(",", "where"):
                break
        self._expect_end()
        if not found:
            self.refuse("a claim besides the definitions")
        found = [part for claim in found for part in conjuncts(claim)]
        return found[0] if len(found) == 1 else And(tuple(found))

    def _is_definition(self) -> bool:
        name = self.token
        return (
            name.kind == "name"
            and self.peek().text == "="
            and name.text not in self.scope
            and name.text not in self.known_names()
            and name.text not in KEYWORDS
            and "_" not in name.text
        )

    def _read_definitions(self) -> None:
        """Read every top-level ``b = TERM`` with a free name b, wherever in the claim it stands."""
        start, depth = self.position, 0
        pending = [start]
        for index in range(start, len(self.tokens)):
            token = self.tokens[index]
            depth += (token.text in "([{") - (token.text in ")]}") if token.kind == "operator" else 0
            if depth == 0 and token.text in (",", "where"):
                pending.append(index + 1)
        places = []
        for place in pending[1:]:
            self.position = place
            if self._is_definition():
                places.append(place)
        for _ in places:
            for place in list(places):
                self.position = place
                name = self.advance().text
                self.advance()
                waits_for = {self.tokens[p].text for p in places}
                if waits_for & {t.text for t in self.tokens[place + 2 : self._piece_end(place)]}:
                    continue
                self.definitions[name] = self.term()
                places.remove(place)
        self.position = start

    def _piece_end(self, place: int) -> int:
        depth = 0
        for index in range(place, len(self.tokens)):
            token = self.tokens[index]
            depth += (token.text in "([{") - (token.text in ")]}") if token.kind == "operator" else 0
            if token.kind == "end" or (depth == 0 and token.text in (",", "where")):
                return index
        return len(self.tokens) - 1

    def _skip_definition(self) -> bool:
        if self.token.text in self.definitions and self.peek().text == "=":
            self.position = self._piece_end(self.position)
            return True
        return False

    def _proposition(self) -> Proposition:
        left = self._implication()
        while self.take("iff", "<=>"):
            left = Iff(left, self._implication())
        return left

    def _implication(self) -> Proposition:
        left = self._joined("or", Or)
        if self.take("implies", "=>"):
            return Implies(left, self._implication())
        return left

    def _joined(self, word: str, kind: type[And] | type[Or]) -> Proposition:
        def read() -> Proposition:
            return self._joined("and", And) if word == "or" else self._negation()

        found = [read()]
        while self.take(word):
            found.append(read())
        return found[0] if len(found) == 1 else kind(tuple(found))

    def _negation(self) -> Proposition:
        self.depth += 1
        if self.depth > 80:
            self.refuse("nesting of at most 80")
        try:
            if self.take("not"):
                return Not(self._negation())
            return self._atom()
        finally:
            self.depth -= 1

    def _atom(self) -> Proposition:
        if self.at("for") and self.peek().text in ("all", "every"):
            return self._quantified(ForAll)
        if self.at("exists"):
            return self._quantified(Exists)
        if self.take("lim"):
            return self._limit()
        if self.at("law") and self.peek().text == "(":
            return self._law()
        start, depth = self.position, self.depth
        try:
            return self._relation()
        except SentenceError as error:
            if self.tokens[start].text != "(":
                raise
            self.position, self.depth, self.bars = start, depth, 0
            self.advance()
            try:
                inner = self._proposition()
                self.expect(")")
            except SentenceError as other:
                raise (error if error.position >= other.position else other) from None
            if self.at("+", "-", "*", "/", "^", "**", *_RELATIONS):
                raise error from None
            return inner

    def _quantified(self, kind: type[ForAll] | type[Exists]) -> Proposition:
        self.advance()
        outer = dict(self.scope)
        binders: list[Binder] = []
        hypotheses: list[Proposition] = []
        self._read_binders(binders, hypotheses, stop=":")
        self.expect(":")
        body = self._proposition()
        kept = self.implied
        self.scope = outer if kept is None else {**outer, kept.name: kept}
        return kind(tuple(binders), tuple(hypotheses), body)

    def _limit(self) -> Limit:
        outer = dict(self.scope)
        binder, point = self._approach()
        self.expect(":", "lim l -> oo: term = value")
        term = self.term()
        if not self.take("=", "=="):
            self.refuse("'=' and the value of the limit")
        self.scope = outer
        value = self.term()
        return Limit(binder, point, term, value)

    def _approach(self) -> tuple[Binder, sp.Expr]:
        """``l -> oo``, ``r in [0, 1) -> 1``, ``l >= 1 -> oo``: a variable of its own, or the one in scope."""
        token = self.advance()
        if token.kind != "name":
            self.refuse("the variable that tends to a point", token)
        sort: Reals | Naturals | None = None
        if self.at("in"):
            sort = self._interval()
        elif self.take(">="):
            sort = Naturals(self._natural())
        self.expect("->", "where the variable tends to")
        if sort is None and token.text in self.scope and isinstance(self.scope[token.text].sort, Reals | Naturals):
            sort = self.scope[token.text].sort  # type: ignore[assignment]
        saved = self.scope.pop(token.text, None)
        point = self.term()
        if sort is None:
            sort = Naturals(1) if point == sp.oo else Reals()
        binder = Binder(token.text, sort)
        self.scope[token.text] = binder
        del saved
        return binder, point

    def _law(self) -> LawEquality:
        self.advance()
        (term,) = self._arguments()
        if not self.take("=", "=="):
            self.refuse("'=' and the name of a law")
        name = self.advance()
        if name.kind != "name":
            self.refuse("the name of a law such as normal(0, 1)", name)
        return LawEquality(term, name.text, tuple(self._arguments()))

    def _relation(self) -> Proposition:
        start = self.position
        as_place = self._asymptotic_place()
        if as_place is not None:
            return self._asymptotic(as_place)
        self.position = start
        terms, found = [self.term()], []
        while self.token.text in _RELATIONS and self.token.kind == "operator":
            op = _RELATIONS[self.advance().text]
            terms.append(self.term())
            found.append(Relation(op, terms[-2], terms[-1]))
        if self.at("in") and not found:
            return self._membership(terms[0])
        if not found:
            remedy = "" if self.token.kind != "name" else nearest(self.token.text, KEYWORDS)
            self.refuse("a relation = != < <= > >= (a term alone says nothing)", remedy=remedy if remedy.startswith("did") else "")  # fmt: skip
        return found[0] if len(found) == 1 else And(tuple(found))

    def _membership(self, term: sp.Expr) -> Proposition:
        domain = self._interval()
        if isinstance(domain, Naturals):
            self.refuse("an interval of real numbers after 'in'")
        found: list[Proposition] = []
        if domain.low != -sp.oo:
            found.append(Relation(">" if domain.low_open else ">=", term, domain.low))
        if domain.high != sp.oo:
            found.append(Relation("<" if domain.high_open else "<=", term, domain.high))
        if not found:
            self.refuse("an interval that says something")
        return found[0] if len(found) == 1 else And(tuple(found))

    def _asymptotic_place(self) -> int | None:
        """Return where 'as' stands if this claim is ``f ~ g as l -> oo``."""
        seen, depth = False, 0
        for index in range(self.position, len(self.tokens)):
            token = self.tokens[index]
            depth += (token.text in "([{") - (token.text in ")]}") if token.kind == "operator" else 0
            if depth < 0 or (depth == 0 and token.text in (",", "and", "or", "implies", "iff", "with", ":")):
                return None
            seen = seen or (depth == 0 and token.text == "~")
            if depth == 0 and token.text == "as":
                return index if seen else None
        if seen:
            self.refuse("'as l -> oo' after f ~ g")
        return None

    def _asymptotic(self, as_place: int) -> Asymptotic:
        start = self.position
        outer = dict(self.scope)
        self.position = as_place + 1
        binder, point = self._approach()
        end = self.position
        self.position = start
        left = self.term()
        self.expect("~")
        right = self.term()
        if self.position != as_place:
            self.refuse("'as' after f ~ g")
        self.position, self.scope = end, outer
        return Asymptotic(binder, point, left, right)
