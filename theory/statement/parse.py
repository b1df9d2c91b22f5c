"""Text -> Sentence. The grammar, in the order it is read:

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

from theory.activation.activation import Activation
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
from theory.statement.sort import ACTIVATION_CLASSES, Activations, Constants, GramMatrices, Naturals, Networks, Reals
from theory.statement.term_parser import FUNCTIONS, KEYWORDS, MAPS, TermParser
from theory.statement.token import SentenceError, Token, nearest, readable

_RELATIONS = {"=": "=", "==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_FIXED_NAMES = KEYWORDS | set(FUNCTIONS) | set(MAPS) | {"pi", "oo", "E", "Var", "P", "det", "tr"}


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


class _SentenceParser(TermParser):
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

    # --- binders -----------------------------------------------------------------------------------------------------

    def _read_binders(self, binders: list[Binder], hypotheses: list[Proposition], stop: str) -> None:
        while True:
            self._binder(binders)
            if self.take("with"):
                hypotheses.extend([self._proposition()])
            if not self.take(","):
                break
        if stop and not self.at(stop):
            self.refuse("',' and another domain, or ':' and the claim")

    def _bind(self, binders: list[Binder], token: Token, sort: object) -> Binder:
        name = token.text
        if token.kind != "name" or name in _FIXED_NAMES:
            self.refuse("a name for the variable that is no word of the grammar", token)
        if name in self.scope:
            self.refuse(f"each name bound once ({name!r} is bound already)", token)
        binder = Binder(name, sort)  # type: ignore[arg-type]
        self.scope[name] = binder
        binders.append(binder)
        return binder

    def _binder(self, binders: list[Binder]) -> None:
        self.take("all")
        every = self.take("every")
        classes = []
        while self.token.text in ACTIVATION_CLASSES:
            classes.append(self.advance().text)
        if self.take("activation", "activations"):
            self._bind(binders, self.advance(), Activations(tuple(classes)))
        elif self.at("Gram"):
            self._bind_gram(binders)
        elif self.peek().text == "=" and self.token.kind == "name":
            self._bind_equal(binders, tuple(classes))
        elif classes:
            self.refuse("'activation' after the classes")
        elif self.take("real"):
            self._bind_real_kind(binders)
        else:
            if every:
                self.refuse("'activation s' or 'Gram matrix G of size n' after 'every'", remedy=nearest(self.token.text, [*ACTIVATION_CLASSES, "activation"]))  # fmt: skip
            self._bind_number(binders)

    def _bind_gram(self, binders: list[Binder]) -> None:
        self.advance()
        if not self.take("matrix", "matrices"):
            self.refuse("'Gram matrix NAME of size n'")
        token = self.advance()
        for word in ("of", "size"):
            self.expect(word, "Gram matrix NAME of size n")
        start = self.token
        size = self.term()
        if not size.is_integer:
            self.refuse("the size as a natural number or variable", start)
        try:
            self._bind(binders, token, GramMatrices(size))
        except ValueError as error:
            if isinstance(error, SentenceError):
                raise
            self.refuse("a size of at least 1", start)

    def _bind_equal(self, binders: list[Binder], classes: tuple[str, ...]) -> None:
        """``s = tanh`` names an activation; ``n = 3`` a number."""
        name = self.advance()
        self.expect("=")
        start = self.position
        depth = 0
        while self.token.kind != "end":
            token = self.token
            depth += (token.text in "([") - (token.text in ")]") if token.kind == "operator" else 0
            if depth < 0 or (depth == 0 and token.text in (",", ":", "with", "for")):
                break
            self.advance()
        piece = self.tokens[start : self.position]
        if not piece:
            self.refuse("an activation or a number after '='")
        if all(token.kind != "name" for token in piece):
            value = TermParser(self.text, [*piece, Token("end", "", piece[-1].end, piece[-1].end)]).term()
            sort = Naturals(int(value), int(value)) if value.is_Integer and value >= 0 else Reals(value, value)
            self._bind(binders, name, sort)
            return
        text = " ".join(self.text[piece[0].start : piece[-1].end].split())
        try:
            text = text.replace("^", "**")
            Activation.from_text(text)
        except (ValueError, TypeError) as error:
            self.refuse(f"an activation after {name.text} = ({str(error).rstrip('.')})", piece[0])
        self._bind(binders, name, Activations(classes, text))

    def _bind_real_kind(self, binders: list[Binder]) -> None:
        tokens = self._names()
        if self.at(">=", ">", "in", "<", "<="):
            for sort in [self._half_line() if not self.at("in") else self._interval()]:
                for token in tokens:
                    self._bind(binders, token, sort)
            return
        for token in tokens:
            self._bind(binders, token, Reals())

    def _half_line(self) -> Reals:
        op = self.advance().text
        end = self.term()
        strict = op in ("<", ">")
        return Reals(low=end, low_open=strict) if op.startswith(">") else Reals(high=end, high_open=strict)

    def _names(self) -> list[Token]:
        found = [self.advance()]
        while self.at(",") and self._names_go_on():
            self.advance()
            found.append(self.advance())
        return found

    def _names_go_on(self) -> bool:
        """Whether after a comma comes a further name of the same domain: ``r, t in [0, 1]``."""
        index = self.position
        while self.tokens[index].text == "," and self.tokens[index + 1].kind == "name":
            index += 2
            if self.tokens[index].text == "in":
                return True
        return False

    def _bind_number(self, binders: list[Binder]) -> None:
        if self.token.kind != "name":
            self._bind_between(binders)
            return
        names = self._names()
        if self.at("in"):
            sort = self._interval()
            for token in names:
                self._bind(binders, token, sort)
        elif self.at(">=", ">"):
            strict = self.advance().text == ">"
            start = self.token
            least = self.term()
            if not least.is_Integer or least < 0:
                self.refuse("a natural number as the least value", start, "write 'x in [a, oo)' for a real number")
            for token in names:
                self._bind(binders, token, Naturals(int(least) + strict))
        else:
            remedy = (
                "write 'r in [0, 1]', 'l >= 1', 's = tanh', 'every activation s' or 'every Gram matrix G of size 3'"
            )
            self.refuse(f"a domain for {names[-1].text}", remedy=remedy)

    def _bind_between(self, binders: list[Binder]) -> None:
        """``0 <= x < 1``: a real number."""
        low = self.term()
        first = self.advance()
        name = self.advance()
        second = self.advance()
        if first.text not in ("<", "<=") or second.text not in ("<", "<=") or name.kind != "name":
            self.refuse("a domain such as 0 <= x <= 1 or x in [0, 1]", first)
        high = self.term()
        self._bind(binders, name, self._reals(low, high, first.text == "<", second.text == "<", first))

    def _interval(self) -> Reals | Naturals:
        self.expect("in")
        start = self.token
        if start.kind == "number" and self.peek().text == "..":
            low = self._natural()
            self.expect("..")
            high = self._natural()
            if high < low:
                self.refuse("a domain that is not empty (of an empty one everything holds)", start)
            return Naturals(low, high)
        if not self.at("[", "("):
            self.refuse("an interval such as [0, 1), or naturals such as 2..5")
        low_open = self.advance().text == "("
        low = self.term()
        self.expect(",", "between the ends of the interval")
        high = self.term()
        if not self.at("]", ")"):
            self.refuse("the bracket that closes the interval")
        return self._reals(low, high, low_open, self.advance().text == ")", start)

    def _reals(self, low: sp.Expr, high: sp.Expr, low_open: bool, high_open: bool, start: Token) -> Reals:
        found = Reals(low, high, low_open, high_open)
        size = high - low
        if low == sp.oo or high == -sp.oo or size.is_negative or (size.is_zero and (low_open or high_open)):
            self.refuse("a domain that is not empty (of an empty one everything holds)", start)
        return found

    # --- the network ---------------------------------------------------------------------------------------------------

    def _bind_network(self, binders: list[Binder]) -> None:
        """network relu, layernorm; width 200, depth 20; inputs equicorrelated 0.5, n = 10; ..."""
        start = self.advance()
        self.take(":")
        blocks = self._texts()
        facts: dict[str, sp.Expr] = {}
        while self.take(";"):
            if not self.at("width", "depth", "inputs", "n", "equicorrelated"):
                break
            while True:
                name = self.advance()
                if name.text == "inputs":
                    continue
                if name.text not in ("width", "depth", "n", "equicorrelated"):
                    self.refuse("width, depth, inputs equicorrelated, n", name)
                self.take("=")
                facts[name.text] = self.term()
                if not self.take(","):
                    break
        for needed in ("width", "depth"):
            if needed not in facts:
                self.refuse(
                    f"the {needed} of the network", start, "write 'network relu, layernorm; width 200, depth 20; claim'"
                )
        whole = {k: int(v) for k, v in facts.items() if v.is_Integer and k != "equicorrelated"}
        try:
            sort = Networks(
                blocks, whole["width"], whole["depth"], whole.get("n", 10), facts.get("equicorrelated", sp.S.Half)
            )
        except (ValueError, KeyError) as error:
            self.refuse(f"a network that can be built ({error})", start)
        binder = Binder("network", sort)
        self.scope["network"] = binder
        binders.append(binder)

    def _texts(self) -> tuple[str, ...]:
        """Return the pieces between commas up to ';', as text."""
        pieces: list[str] = []
        first = self.token
        depth = 0
        while self.token.kind != "end":
            token = self.token
            depth += (token.text in "([") - (token.text in ")]") if token.kind == "operator" else 0
            if depth == 0 and token.text in (",", ";"):
                pieces.append(self.text[first.start : token.start].strip().replace("^", "**"))
                if token.text == ";":
                    return tuple(pieces)
                first = self.peek()
            self.advance()
        return self.refuse("';' after the blocks of the network")

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
