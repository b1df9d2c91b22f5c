"""Domains of a sentence: what stands between `for` and the colon, and the network before it."""

from __future__ import annotations

import sympy as sp

from theory.activation.activation import Activation
from theory.statement.proposition import RELATIONS, Binder, Proposition
from theory.statement.quantity import REGISTRY
from theory.statement.sort import ACTIVATION_CLASSES, Activations, GramMatrices, Naturals, Networks, Reals
from theory.statement.term_parser import FUNCTIONS, KEYWORDS, MAPS, SPELLED, TermParser
from theory.statement.token import SentenceError, Token, nearest

_FIXED_NAMES = KEYWORDS | set(FUNCTIONS) | set(MAPS) | {"pi", "oo", "E", "Var", "P", "det", "tr"}


class DomainParser(TermParser):
    """Reads binders, their hypotheses, and networks; what a hypothesis says is read by the class that knows claims."""

    def _proposition(self) -> Proposition:
        raise NotImplementedError

    # --- binders -----------------------------------------------------------------------------------------------------

    def _read_binders(self, binders: list[Binder], hypotheses: list[Proposition], stop: str) -> None:
        conditioned = False
        while True:
            if not self._further_condition(hypotheses, conditioned):
                conditioned = self.at("with")
                if not conditioned:
                    self._binder(binders)
                if self.take("with"):
                    conditioned = True
                    hypotheses.append(self._proposition())
            if not self.take(","):
                break
        if stop and not self.at(stop):
            self.refuse("',' and another domain, or ':' and the claim")

    def _further_condition(self, hypotheses: list[Proposition], conditioned: bool) -> bool:
        """Read a hypothesis after a comma, if what stands there is about bound variables: without `with`, a relation of one."""
        known = self.scope.get(self.token.text)
        if not conditioned:
            if known is None or not isinstance(known.sort, Reals | Naturals) or self.peek().text not in RELATIONS:
                return False
            hypotheses.append(self._proposition())
            return True
        word = self._is_word(self.token.text) and self.peek().text in RELATIONS
        bound = known is not None or word or self.token.kind != "name" or self.peek().text in ("(", "[", "'", "^", "*")
        new = self.peek(2).kind == "name" and self.peek(2).text not in self.scope and self.peek(3).text in ("<", "<=")
        if not bound or (self.token.kind == "number" and new):
            return False
        hypotheses.append(self._proposition())
        return True

    def _is_word(self, name: str) -> bool:
        """Whether a name is a number of the activation that is bound, such as alpha."""
        name = SPELLED.get(name, name)
        return name in REGISTRY and REGISTRY[name].form == "name" and bool(self._activations())

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
            token = self.advance()
            try:
                self._bind(binders, token, Activations(tuple(classes)))
            except ValueError as error:
                if isinstance(error, SentenceError):
                    raise
                self.refuse(f"classes that some activation has (none is {' and '.join(classes)})", token)
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
        self._bind(binders, name, Activations(self._of_these(classes, text, piece[0]), text))

    def _of_these(self, classes: tuple[str, ...], text: str, token: Token) -> tuple[str, ...]:
        """Return the classes; refuse a named activation that is certainly not of one of them."""
        parity = Activation.from_text(text).parity
        for name in classes:
            if name in ("odd", "even") and parity in ("odd", "even") and parity != name:
                self.refuse(f"an activation that is {name} ({text} is {parity}; of none everything holds)", token)
        return classes

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
        if self.take("R", "reals"):
            return Reals()
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
