"""Terms of a sentence, by recursive descent over tokens: text never reaches an evaluator.

Products may be written by juxtaposition (``2 r kappa(r)``); ``a/b c`` is refused where it could mean two things.
``^`` and ``**`` are powers, bind to the right and stronger than a sign; bars are absolute values; decimals are exact.
A product is multiplied out once, over all its factors, so that the printed form of a term reads back as the term.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NoReturn

import sympy as sp

from theory.statement.definedness import lost, wish
from theory.statement.proposition import Binder
from theory.statement.quantity import REGISTRY, Quantity
from theory.statement.sort import Activations, GramMatrices, Naturals, Networks
from theory.statement.token import SentenceError, Token, nearest, tokens
from theory.statement.words import activation as activation_words
from theory.statement.words import attractor, gram, haar, kernel_map, network

LARGEST_POWER = 1000
LARGEST_GAMMA = 1000

FUNCTIONS: dict[str, Callable[..., sp.Expr]] = {
    "sqrt": sp.sqrt, "exp": sp.exp, "log": sp.log, "ln": sp.log, "sin": sp.sin, "cos": sp.cos, "tan": sp.tan,
    "sinh": sp.sinh, "cosh": sp.cosh, "tanh": sp.tanh, "asin": sp.asin, "acos": sp.acos, "atan": sp.atan,
    "asinh": sp.asinh, "erf": sp.erf, "erfc": sp.erfc, "gamma": sp.gamma, "loggamma": sp.loggamma,
    "digamma": sp.digamma, "abs": sp.Abs, "max": sp.Max, "min": sp.Min, "factorial": lambda n: sp.gamma(n + 1),
    "Phi": lambda x: sp.erfc(-x / sp.sqrt(2)) / 2,
}  # fmt: skip
"""Functions of real numbers, by the name they have in text."""

MAPS: dict[str, type[kernel_map.KernelTerm]] = {
    "kappa": kernel_map.Kappa, "rms": kernel_map.Rms, "raw": kernel_map.Raw,
}  # fmt: skip
LAYERS: dict[str, type[Quantity]] = {
    "gap": network.LayerGap, "rho": network.LayerCorrelation, "norm": network.LayerNorm,
}  # fmt: skip
STARRED = {"rho": attractor.Attractor, "beta": attractor.BestContraction}
SPELLED = {"rho_star": "rho*", "beta_star": "beta*", "beta0": "beta_0"}
KEYWORDS = frozenset(
    [
        "for",
        "all",
        "every",
        "exists",
        "with",
        "and",
        "or",
        "not",
        "implies",
        "iff",
        "in",
        "lim",
        "as",
        "law",
        "where",
        "best",
        "network",
        "true",
        "false",
    ]
)
_RANDOM: dict[str, type[Quantity]] = {"E": network.Expectation, "Var": network.RandomVariance}


class TermParser:
    """Reads terms; `scope` holds the variables bound so far, `implied` the activation a sentence leaves unsaid."""

    def __init__(self, text: str, found: list[Token] | None = None) -> None:
        self.text = text
        self.tokens = tokens(text) if found is None else found
        self.position = 0
        self.scope: dict[str, Binder] = {}
        self.definitions: dict[str, sp.Expr] = {}
        self.implied: Binder | None = None
        self.bars = 0
        self.depth = 0

    # --- tokens ------------------------------------------------------------------------------------------------

    @property
    def token(self) -> Token:
        """The token that is read next."""
        return self.tokens[self.position]

    def peek(self, ahead: int = 1) -> Token:
        """Return a token further on."""
        return self.tokens[min(self.position + ahead, len(self.tokens) - 1)]

    def advance(self) -> Token:
        """Return the next token and step over it."""
        found = self.token
        self.position = min(self.position + 1, len(self.tokens) - 1)
        return found

    def at(self, *texts: str) -> bool:
        """Whether the next token is one of these."""
        return self.token.kind != "end" and self.token.text in texts

    def take(self, *texts: str) -> bool:
        """Step over the next token if it is one of these."""
        if self.at(*texts):
            self.advance()
            return True
        return False

    def expect(self, text: str, why: str = "") -> Token:
        """Step over this token, or say that it is missing."""
        if not self.at(text):
            self.refuse(f"{text!r}{f' ({why})' if why else ''}")
        return self.advance()

    def refuse(self, wish: str, token: Token | None = None, remedy: str = "") -> NoReturn:
        """Raise the error that names the column of a token."""
        raise SentenceError(wish, self.text, (token or self.token).start, remedy)

    # --- sums, products, powers -----------------------------------------------------------------------------------

    def term(self) -> sp.Expr:
        """Read a sum."""
        return sp.Mul(*self._sum())

    def _sum(self) -> list[sp.Expr]:
        """Return the factors of a sum: more than one only if it is a single product."""
        self.depth += 1
        if self.depth > 80:
            self.refuse("nesting of at most 80")
        start = self.token
        sign = self._sign()
        factors = self._product()
        summands: list[sp.Expr] = []
        if self.at("+", "-"):
            summands.append(sp.Mul(sign, *factors))
            while self.at("+", "-"):
                sign = self._sign()
                summands.append(sp.Mul(sign, *self._product()))
            factors = [self._keeping(summands, sp.Add(*summands), start)]
        elif sign != 1:
            factors = [sign, *factors]
        self.depth -= 1
        self._check(sp.Mul(*factors), start)
        return factors

    def _sign(self) -> sp.Integer:
        sign = 1
        while self.at("+", "-"):
            sign = -sign if self.advance().text == "-" else sign
        return sp.Integer(sign)

    def _product(self) -> list[sp.Expr]:
        first = self.token
        factors = self._power()
        read = list(factors)
        divided = False
        while True:
            if self.at("*") or self.at("/"):
                divides = self.advance().text == "/"
                start = self.token
                sign = self._sign()
                found = self._power()
                if divides and sp.Mul(*found).is_zero:
                    self.refuse("a divisor that is not 0", start)
                factors.extend([sign, *(1 / f for f in found)] if divides else [sign, *found])
                read.extend([*found, *factors[-len(found) :]] if divides else found)
                divided = divides and not sp.Mul(*found).is_number
            elif self._starts_operand():
                if divided:
                    self.refuse("a sign here (a/b c can mean two things)", remedy="write a/(b c) or a/b*c")
                found = self._power()
                factors.extend(found)
                read.extend(found)
            else:
                if len(factors) > 1:
                    self._keeping(read, sp.Mul(*factors), first)
                return [f for f in factors if f != 1] or [sp.Integer(1)]

    def _starts_operand(self) -> bool:
        token = self.token
        if token.kind == "name":
            return token.text not in KEYWORDS
        return token.kind == "operator" and (token.text == "(" or (token.text == "|" and self.bars == 0))

    def _power(self) -> list[sp.Expr]:
        start = self.token
        base = self._primary()
        if not self.take("^", "**"):
            return base
        exponent = self._sign() * sp.Mul(*self._power())
        raised = self._check(self._raised(sp.Mul(*base), exponent, start), start)
        return [self._keeping((*base, exponent), raised, start)]

    def _raised(self, base: sp.Expr, exponent: sp.Expr, start: Token) -> sp.Expr:
        if exponent.is_Number and abs(exponent) > LARGEST_POWER:
            self.refuse(f"exponents of at most {LARGEST_POWER}", start)
        if base.is_Rational and exponent.is_Rational:
            bits = max(int(base.p).bit_length(), int(base.q).bit_length())
            if bits * abs(exponent) > 20_000:
                self.refuse("powers of numbers of at most 6000 digits", start)
        return sp.Pow(base, exponent)

    def _keeping(self, parts: Sequence[sp.Expr], value: sp.Expr, start: Token) -> sp.Expr:
        """Return a term made of parts, unless it has cancelled a place at which they are not defined."""
        found = lost(parts, value, {binder.symbol: binder.sort for binder in self.scope.values()})
        if found is not None:
            self.refuse(f"{wish(found, self.scope.values())} (it cancels, and nothing is claimed where it fails)", start, "write the cancelled form, or a domain that leaves the place out")  # fmt: skip
        return value

    def _check(self, value: sp.Expr, start: Token) -> sp.Expr:
        if value.has(sp.zoo, sp.nan):
            self.refuse("a term that is defined (a division by 0, or oo - oo)", start)
        if value.has(sp.I):
            self.refuse("real terms (a root or logarithm of a negative number)", start)
        return value

    # --- operands ---------------------------------------------------------------------------------------------------

    def _primary(self) -> list[sp.Expr]:
        token = self.token
        if token.kind == "number":
            self.advance()
            value = Fraction(token.text)
            return [sp.Rational(value.numerator, value.denominator)]
        if self.take("("):
            bars, self.bars = self.bars, 0
            factors = self._sum()
            self.expect(")")
            self.bars = bars
            return factors
        if self.at("|"):
            self.advance()
            self.bars += 1
            value = self.term()
            self.expect("|", "the bar that closes an absolute value")
            self.bars -= 1
            return [sp.Abs(value)]
        if token.kind != "name" or token.text in KEYWORDS:
            self.refuse("a term")
        return [self._check(self._named(self.advance()), token)]

    def _named(self, token: Token) -> sp.Expr:
        """Return what a name stands for: a variable first, then a word, a function, a constant."""
        name = SPELLED.get(token.text, token.text)
        if name in self.definitions:
            return self.definitions[name]
        if name in self.scope and not self._is_explicit_word(name):
            return self._variable(self.scope[name], token)
        if name in STARRED and self.at("*") and self.token.start == token.end:
            self.advance()
            name = f"{name}*"
        for reader in (
            self._constant,
            self._map_value,
            self._matrix_number,
            self._mean,
            self._probability,
            self._haar,
            self._layer,
        ):
            found = reader(name, token)
            if found is not None:
                return found
        if name in REGISTRY and REGISTRY[name].form in ("name", "index"):
            return self._activation_word(REGISTRY[name], token)
        if name in FUNCTIONS:
            return self._function(name, token)
        return self._unknown(token)

    def _is_explicit_word(self, name: str) -> bool:
        """Whether a bound name that is also a word is meant as the word: ``q[s]``."""
        return (
            self.at("[") and name in REGISTRY and REGISTRY[name].form == "name" and self.peek().text in self._activations()
        )  # fmt: skip

    def known_names(self) -> set[str]:
        """Return every name a term may use here."""
        words = {w for w, q in REGISTRY.items() if q.form in ("call", "name", "index", "matrix") and "(" not in w}
        return set(self.scope) | set(self.definitions) | set(FUNCTIONS) | words | {"pi", "oo", "E_O", "E_U", "E_Sp"}

    def _unknown(self, token: Token) -> NoReturn:
        known = self.known_names()
        bound = ", ".join(self.scope) or "none"
        remedy = nearest(token.text, known)
        if len(token.text) <= 2:
            remedy = f"bound are: {bound}; give it a domain, such as 'for {token.text} in [0, 1]: ...'"
        if remedy.startswith("names"):
            remedy = f"bound are: {bound}; `haarmite words` lists the vocabulary"
        self.refuse(f"a bound variable or a word of the vocabulary (the name {token.text!r} is free)", token, remedy)

    def _variable(self, binder: Binder, token: Token) -> sp.Expr:
        if isinstance(binder.sort, GramMatrices):
            if not self.at("["):
                self.refuse(f"a number ({binder.name} is a Gram matrix)", token, f"write {binder.name}[i,j] or gap({binder.name})")  # fmt: skip
            return gram.Entry(binder.symbol, *self._indices(2))
        if isinstance(binder.sort, Activations | Networks):
            kind = "an activation" if isinstance(binder.sort, Activations) else "a network"
            self.refuse(
                f"a number ({binder.name} is {kind})", token, "write kappa(r), c[k], E[s^2] ... for its numbers"
            )
        return binder.symbol

    def _constant(self, name: str, _: Token) -> sp.Expr | None:
        return {"pi": sp.pi, "oo": sp.oo}.get(name)

    def _function(self, name: str, token: Token) -> sp.Expr:
        if not self.at("("):
            self.refuse(f"the argument of {name} in brackets")
        arguments = self._arguments()
        if len(arguments) != 1 and name not in ("max", "min"):
            self.refuse(f"one argument of {name}", token)
        if name in ("gamma", "loggamma", "digamma", "factorial") and any(
            a.is_Number and abs(a) > LARGEST_GAMMA for a in arguments
        ):
            self.refuse(f"arguments of {name} of at most {LARGEST_GAMMA}", token)
        return self._keeping(arguments, FUNCTIONS[name](*arguments), token)

    def _arguments(self, opening: str = "(", closing: str = ")") -> list[sp.Expr]:
        self.expect(opening)
        bars, self.bars = self.bars, 0
        found = [self.term()]
        while self.take(","):
            found.append(self.term())
        self.expect(closing)
        self.bars = bars
        return found

    def _indices(self, count: int) -> list[sp.Expr]:
        start = self.token
        found = self._arguments("[", "]")
        if len(found) != count or not all(index.is_integer for index in found):
            self.refuse(f"{count} natural ind{'ices' if count > 1 else 'ex'} in brackets", start)
        return found

    # --- words ------------------------------------------------------------------------------------------------------

    def _activations(self) -> list[str]:
        return [name for name, binder in self.scope.items() if isinstance(binder.sort, Activations)]

    def activation(self, token: Token) -> sp.Symbol:
        """Return the activation in scope, reading ``[s]`` if it is said; a sentence may leave 'every activation s' unsaid."""
        if (
            self.at("[")
            and self.peek().kind == "name"
            and self.peek().text in self._activations()
            and self.peek(2).text == "]"
        ):
            self.advance()
            name = self.advance().text
            self.expect("]")
            return self.scope[name].symbol
        known = self._activations()
        if len(known) > 1:
            self.refuse("the activation in brackets (there are several)", token, f"write {token.text}[{known[0]}]")
        return self.scope[known[0]].symbol if known else self.imply().symbol

    def imply(self) -> Binder:
        """Bind s to every activation, as a sentence without an activation means."""
        if "s" in self.scope:
            self.refuse("an activation (s is bound to something else)", remedy="add 'for every activation f'")
        self.implied = Binder("s", Activations())
        self.scope["s"] = self.implied
        return self.implied

    def _map_value(self, name: str, token: Token) -> sp.Expr | None:
        """kappa(r), kappa'(r), kappa^l(r), kappa[s](r)."""
        if name not in MAPS:
            return None
        symbol = self.activation(token)
        order, iterate = self._primes_and_iterate()
        if not self.at("("):
            self.refuse(f"the argument of {name} in brackets")
        if self._is_matrix_ahead():
            self.refuse(f"a number ({name} of a matrix is a matrix)", token, f"write gap({name}(G)) or det({name}(G))")
        arguments = self._arguments()
        if len(arguments) != 1:
            self.refuse(f"one argument of {name}", token)
        return MAPS[name](symbol, arguments[0], order, iterate)

    def _primes_and_iterate(self) -> tuple[int, sp.Expr]:
        order, iterate = 0, sp.Integer(1)
        while self.at("'", "^", "**"):
            token = self.advance()
            if token.text == "'":
                order += 1
                continue
            if self.at("-"):
                self.refuse("how often the map is applied (a natural number)", remedy="1/kappa(r) is a reciprocal")
            iterate = sp.Mul(*self._primary())
            if not iterate.is_integer:
                self.refuse(
                    "how often the map is applied (a natural number or variable)", token, "a power is kappa(r)^2"
                )
        return order, iterate

    def _is_matrix_ahead(self) -> bool:
        binder = self.scope.get(self.peek().text)
        return binder is not None and isinstance(binder.sort, GramMatrices) and self.peek(2).text == ")"

    def _matrix(self) -> sp.Expr:
        """Read a matrix: G, kappa(G), kappa^l(G)."""
        token = self.advance()
        binder = self.scope.get(token.text)
        if binder is not None and isinstance(binder.sort, GramMatrices):
            return binder.symbol
        if token.text in MAPS and token.text != "raw":
            symbol = self.activation(token)
            order, iterate = self._primes_and_iterate()
            self.expect("(")
            inner = self._matrix()
            self.expect(")")
            if order:
                self.refuse("a kernel map without a derivative here", token)
            return gram.GramMap(token.text, symbol, inner, iterate)
        known = [name for name, b in self.scope.items() if isinstance(b.sort, GramMatrices)]
        return self.refuse("a Gram matrix", token, f"bound Gram matrices: {', '.join(known) or 'none'}")

    def _matrix_number(self, name: str, token: Token) -> sp.Expr | None:
        """gap(G), det G, tr G."""
        word = REGISTRY.get(name)
        if word is None or word.form != "matrix" or "(" in name:
            return None
        del token
        if self.take("("):
            found = self._matrix()
            self.expect(")")
            return word(found)
        return word(self._matrix())

    def _mean(self, name: str, token: Token) -> sp.Expr | None:
        """E[s], E[s^2], Var[s] of an activation; E[X], Var[X] of a network's random quantity."""
        if name not in _RANDOM or not self.at("["):
            return None
        inner = self.peek()
        is_activation = inner.text in self._activations() or (
            inner.text == "s" and "s" not in self.scope and not self._activations() and self.peek(2).text in ("]", "^", "**")
        )  # fmt: skip
        if not is_activation:
            (value,) = self._arguments("[", "]")
            if not value.atoms(*LAYERS.values()):
                self.refuse(f"a random quantity of a network or a power of the activation in {name}[...]", inner)
            return _RANDOM[name](value)
        self.expect("[")
        symbol = (self.scope.get(self.advance().text) or self.imply()).symbol
        power = sp.Integer(1)
        if self.take("^", "**"):
            power = sp.Mul(*self._primary())
        self.expect("]")
        words = {
            ("E", 1): activation_words.Mean,
            ("E", 2): activation_words.SecondMoment,
            ("Var", 1): activation_words.Variance,
        }
        if (name, power) not in words:
            self.refuse("E[s], E[s^2] or Var[s]", token)
        return words[name, power](symbol)

    def _probability(self, name: str, token: Token) -> sp.Expr | None:
        """P[gap_20 <= 1/10] of a network's random quantities."""
        if name != "P" or not self.take("["):
            return None
        bars, self.bars = self.bars, 0
        left = self.term()
        if not self.at("<", "<=", ">", ">="):
            self.refuse("a relation < <= > >= in P[...]")
        relation = self.advance().text
        right = self.term()
        self.expect("]")
        self.bars = bars
        if not (left - right).atoms(*LAYERS.values()):
            self.refuse("a random quantity of a network in P[...]", token)
        return network.Probability(left, right, relation)

    def _haar(self, name: str, token: Token) -> sp.Expr | None:
        """E_O(d)[O[1,1]^4] and Wg_U(2, 1; d)."""
        kind, _, group = name.partition("_")
        if kind not in ("E", "Wg") or group not in haar.GROUPS or not self.at("("):
            return None
        if kind == "Wg":
            self.advance()
            parts = [self._natural()]
            while self.take(","):
                parts.append(self._natural())
            self.expect(";", "partition; dimension")
            dimension = self._dimension()
            self.expect(")")
            return haar.Weingarten(group, ",".join(map(str, parts)), dimension)
        self.advance()
        dimension = self._dimension()
        self.expect(")")
        return haar.HaarMean(group, dimension, self._integrand(token))

    def _natural(self) -> int:
        token = self.advance()
        if token.kind != "number" or not token.text.isdigit():
            self.refuse("a natural number", token)
        return int(token.text)

    def _dimension(self) -> sp.Expr:
        start = self.token
        found = self.term()
        factor, variable = found.as_coeff_Mul()
        if not (found.is_Integer and found >= 1) and not (variable.is_Symbol and found.is_integer and factor > 0):
            self.refuse("a dimension: a natural variable (or a multiple, E_Sp(2 n)) or a positive integer", start)
        return found

    def _integrand(self, token: Token) -> str:
        """Return the canonical text between brackets: ``*`` between factors, ``**`` for powers, ``abs()`` for bars."""
        self.expect("[", "what is averaged")
        depth, pieces, bars = 1, [], False
        previous = None
        while True:
            found = self.advance()
            if found.kind == "end":
                self.refuse("']' after what is averaged", found)
            depth += (found.text in "[(") - (found.text in "])") if found.kind == "operator" else 0
            if depth == 0:
                break
            if found.text == "|":
                bars = not bars
                found = Token(*(("name", "abs") if bars else ("operator", ")")), found.start, found.end)
            if previous is not None and _juxtaposed(previous, found):
                pieces.append("*")
            pieces.append({"^": "**", "abs": "abs(" if bars else "abs"}.get(found.text, found.text))
            previous = Token("operator", "(", found.start, found.end) if pieces[-1] == "abs(" else found
        text = "".join(pieces)
        try:
            haar.check_integrand(text)
        except (ValueError, TypeError) as error:
            self.refuse(f"a polynomial in entries or traces of one Haar matrix ({error})", token)
        return text

    def _layer(self, name: str, token: Token) -> sp.Expr | None:
        """gap_20, rho_l of the network in scope."""
        kind, _, index = name.partition("_")
        if kind not in LAYERS or not index:
            return None
        networks = [binder for binder in self.scope.values() if isinstance(binder.sort, Networks)]
        if not networks:
            self.refuse(
                f"a network for {name}", token, "begin with 'network relu, layernorm; width 200, depth 20; ...'"
            )
        binder = networks[-1]
        assert isinstance(binder.sort, Networks)
        if index.isdigit():
            layer: sp.Expr = sp.Integer(int(index))
            if layer > binder.sort.depth:
                self.refuse(f"a layer up to the depth {binder.sort.depth}", token)
        elif index in self.scope and isinstance(self.scope[index].sort, Naturals):
            layer = self.scope[index].symbol
        else:
            self.refuse("a layer: a number or a natural variable", token)
        return LAYERS[kind](binder.symbol, layer)

    def _activation_word(self, word: type[Quantity], token: Token) -> sp.Expr:
        """alpha, c[k], p[k]; explicitly alpha[s], c[s][k]."""
        symbol = self.activation(token)
        if word.form == "name":
            return word(symbol)
        if not self.at("["):
            self.refuse(f"the degree in brackets, {word.word}[k]")
        return word(symbol, *self._indices(1))


def _juxtaposed(left: Token, right: Token) -> bool:
    """Whether a product sign is left out between two tokens of an integrand."""
    ends = left.kind in ("name", "number") or left.text in ")]"
    begins = right.kind in ("name", "number") or right.text == "("
    if right.text == "(" and left.kind == "name":
        return False  # abs(...), tr(...), conj(...)
    return ends and begins
