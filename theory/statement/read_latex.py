r"""Terms of LaTeX mathematics, as papers print them, in the words of the sentence language.

``\kappa`` is the word that the caller names (`kappa`, `rms` or `raw`: papers differ), ``\rho_\ell`` its l-th iterate at ``\rho_0``, ``\phi`` the
activation, ``c_k`` its Hermite coefficients; a series ``\sum_{k \geq m} c_k^2 \rho^k`` is the raw map without its first terms. Every piece of the
translation remembers the column that it came from, so that an error of the sentence's own grammar is shown in the formula.
"""

from __future__ import annotations

from typing import NoReturn

from theory.statement.latex_token import LatexError, LatexToken, latex_tokens

Pieces = list[tuple[str, int]]
"""Text, and the column of the formula it came from."""

MOST_SUMMANDS = 50
_SIGNS = {
    r"\leq": " <= ", r"\geq": " >= ", r"\neq": " != ", "<": " < ", ">": " > ", "=": " = ", ":=": " = ", "+": " + ", "-": " - ",
    r"\cdot": " * ", r"\times": " * ", "*": " * ", "/": "/", r"\to": " -> ", r"\in": " in ", r"\implies": " implies ",
    r"\iff": " iff ", r"\land": " and ", r"\lor": " or ", r"\lnot": " not ", r"\neg": " not ", r"\sim": " ~ ", ",": ", ",
    r"\exists": " exists ", ":": ": ",
}  # fmt: skip
_OPERATORS = frozenset(sign.strip() for sign in _SIGNS.values())
_CONSTANTS = {r"\infty": "oo", r"\pi": "pi"}
_LETTERS = {
    r"\alpha": "alpha", r"\beta": "beta", r"\gamma": "g", r"\delta": "delta", r"\epsilon": "eps", r"\eta": "eta", r"\theta": "theta",
    r"\lambda": "lam", r"\mu": "mu", r"\nu": "nu", r"\xi": "xi", r"\tau": "tau", r"\omega": "omega", r"\rho": "rho", r"\ell": "l",
    r"\phi": "s", r"\sigma": "s", r"\kappa": "kappa", r"\Phi": "Phi",
}  # fmt: skip
_FUNCTIONS = {rf"\{name}": name for name in ["exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "max", "min", "det"]} | {
    r"\arccos": "acos", r"\arcsin": "asin", r"\arctan": "atan",
}  # fmt: skip
_NAMES = {
    "tr": "tr", "Tr": "tr", "det": "det", "maxcorr": "maxcorr", "erf": "erf", "arccos": "acos", "arcsin": "asin", "I": "isometry",
}  # fmt: skip
_CLOSING = {"(": ")", "[": "]", r"\{": r"\}"}
_RELATIONS = frozenset(
    [
        r"\leq",
        r"\geq",
        r"\neq",
        r"<",
        r">",
        r"=",
        r":=",
        r"\implies",
        r"\iff",
        r"\land",
        r"\lor",
        r"\in",
        r"\to",
        r"\sim",
        r",",
        r":",
    ]
)
_WORDS_OF_DEGREE = ("c", "p", "w")
_MARKS_OF_MAPS = {"RMS": "rms", "rms": "rms", "raw": "raw", "s": ""}


def joined(pieces: Pieces) -> str:
    """Return the text of pieces."""
    return "".join(text for text, _ in pieces)


class LatexReader:
    """Reads tokens of LaTeX from `position`; `renamed` holds the names that letters get, `values` summation indices at their values."""

    def __init__(self, text: str, kappa: str = "kappa", tokens: list[LatexToken] | None = None) -> None:
        self.text, self.kappa = text, kappa
        self.tokens = latex_tokens(text) if tokens is None else tokens
        self.position = 0
        self.renamed: dict[str, str] = {}
        self.values: dict[str, int] = {}
        self.depth = 0

    @property
    def token(self) -> LatexToken:
        """The token that is read next."""
        return self.tokens[self.position]

    def peek(self, ahead: int = 1) -> LatexToken:
        """Return a token further on."""
        return self.tokens[min(self.position + ahead, len(self.tokens) - 1)]

    def advance(self) -> LatexToken:
        """Return the next token and step over it."""
        found = self.token
        self.position = min(self.position + 1, len(self.tokens) - 1)
        return found

    def at(self, *texts: str) -> bool:
        """Whether the next token is one of these signs or commands."""
        return self.token.kind in ("sign", "command") and self.token.text in texts

    def refuse(self, wish: str, token: LatexToken | None = None, remedy: str = "") -> NoReturn:
        """Raise the error that names the column of a token."""
        raise LatexError(wish, self.text, (token or self.token).start, remedy)

    # --- runs of tokens ------------------------------------------------------------------------------------------------

    def until(self, *closers: str) -> Pieces:
        """Read up to a closing sign (or the end, if none is named) and step over it."""
        self.depth += 1
        start = self.tokens[max(self.position - 1, 0)]
        if self.depth > 60:
            self.refuse("nesting of at most 60")
        found: Pieces = []
        while not self._closes(found, closers):
            if self.token.kind == "end":
                if closers:
                    self.refuse(f"{' or '.join(closers)} after this", start)
                break
            found += self.unit()
        self.advance()
        self.depth -= 1
        return found

    def _closes(self, found: Pieces, closers: tuple[str, ...]) -> bool:
        """Whether the next sign closes; a bar after an operator, or before anything else, opens instead."""
        if not self.at(*closers):
            return False
        return self.token.text != "|" or bool(found and found[-1][0].strip() not in _OPERATORS)

    def group(self) -> Pieces:
        """Read what a command takes as its argument: braces, or one token."""
        if self.at("{"):
            self.advance()
            return self.until("}")
        if self.token.kind == "end":
            self.refuse("an argument")
        if self.token.kind == "number" and self.token.text.isdigit() and len(self.token.text) > 1:
            token = self.token
            self.tokens[self.position : self.position + 1] = [
                LatexToken("number", digit, token.start + place) for place, digit in enumerate(token.text)
            ]
        return self.unit(scripts=False)

    def unit(self, scripts: bool = True) -> Pieces:
        """Read one operand with its scripts, or one sign."""
        token = self.advance()
        start = token.start
        if token.kind == "number":
            return self._raised([(token.text, start)], start) if scripts else [(token.text, start)]
        if token.kind == "words":
            return [(f" {token.text} ", start)]
        if token.kind == "name":
            return self._named(token)
        if token.text in _CONSTANTS:
            return self._raised([(f" {_CONSTANTS[token.text]} ", start)], start)
        if token.text in _FUNCTIONS:
            return self._function(_FUNCTIONS[token.text], start)
        if token.kind == "letter" or token.text in _LETTERS:
            return self._letter(token, scripts)
        if token.text == r"\in" and self.token.kind == "name":
            return self._space(start)
        if token.text in _SIGNS:
            return [(_SIGNS[token.text], start)]
        if token.text in ("|", r"\|"):
            return self._bars(token)
        if token.text in _CLOSING or token.text == "{":
            return self._brackets(token)
        return self._command(token)

    def _command(self, token: LatexToken) -> Pieces:
        start = token.start
        match token.text:
            case r"\frac":
                above, below = self.group(), self.group()
                return self._raised([("((", start), *above, (")/(", start), *below, ("))", start)], start)
            case r"\sqrt":
                degree = None
                if self.at("["):
                    self.advance()
                    degree = joined(self.until("]"))
                inside = self.group()
                if degree is None:
                    return self._raised([("sqrt(", start), *inside, (")", start)], start)
                return [("((", start), *inside, (f")^(1/({degree})))", start)]
            case r"\sum":
                return self._sum(start)
            case r"\lim":
                return self._limit(start)
            case r"\forall":
                self.refuse("'for all' at the end of the formula or before its claim, after a comma", token)
            case r"\int" | r"\prod" | r"\langle" | r"\partial" | r"\nabla":
                self.refuse("no integral, product, inner product or gradient (the language has no word for it)", token)
        return self.refuse(
            "a word, letter or sign that the language knows", token, "`haarmite words` lists the vocabulary"
        )

    # --- brackets and scripts ---------------------------------------------------------------------------------------------

    def _bars(self, token: LatexToken) -> Pieces:
        if token.text == r"\|":
            self.refuse("a number between bars (norms of vectors are no words of the language)", token)
        inside = self.until("|")
        return self._raised([("abs(", token.start), *inside, (")", token.start)], token.start)

    def _brackets(self, token: LatexToken) -> Pieces:
        closers = ("}",) if token.text == "{" else (")", "]") if token.text in "([" else (_CLOSING[token.text],)
        start = self.position
        inside = self.until(*closers)
        closed = self.tokens[self.position - 1].text
        if not inside:
            self.refuse("something between brackets", self.tokens[start])
        is_interval = token.text in "([" and any(text == ", " for text, _ in inside)
        if is_interval:
            return [(token.text, token.start), *inside, (closed, token.start)]
        return self._raised([("(", token.start), *inside, (")", token.start)], token.start)

    def script(self) -> Pieces:
        """Step over ``^`` or ``_`` and read what it carries."""
        self.advance()
        return self.group()

    def _raised(self, base: Pieces, start: int) -> Pieces:
        """Return an operand with the power that follows it."""
        if not self.at("^"):
            return base
        return [*base, *_power(self.script(), start)]

    def scripts(self) -> tuple[Pieces | None, int, Pieces | None, bool]:
        """Return subscript, number of primes, superscript and whether there is a star, in any order."""
        below: Pieces | None = None
        above: Pieces | None = None
        primes, star = 0, False
        while True:
            if self.at("'"):
                self.advance()
                primes += 1
            elif self.at("_") and below is None:
                star_below = self.peek().text == "*" or (self.peek().text == "{" and self.peek(2).text == "*")
                if star_below:
                    star = True
                    self._skip_star()
                else:
                    below = self.script()
            elif self.at("^") and above is None and self._marks(1):
                star_or_primes = self._skip_star()
                star = star or star_or_primes == "*"
                primes += star_or_primes.count("'")
            elif self.at("^") and above is None:
                above = self.script()
            else:
                return below, primes, above, star

    def _marks(self, ahead: int) -> bool:
        """Whether a star or primes are all that a script carries."""
        if self.peek(ahead).text == "{":
            ahead += 1
            while self.peek(ahead).text in ("'", "*"):
                ahead += 1
            return self.peek(ahead).text == "}"
        return self.peek(ahead).text in ("'", "*")

    def _skip_star(self) -> str:
        self.advance()
        found = ""
        if self.at("{"):
            self.advance()
            while not self.at("}"):
                found += self.advance().text
            self.advance()
            return found
        return self.advance().text

    # --- letters -----------------------------------------------------------------------------------------------------------

    def _letter(self, token: LatexToken, scripts: bool) -> Pieces:
        letter, start = token.text, token.start
        name = _LETTERS.get(letter, letter)
        if letter in self.values:
            return (
                self._raised([(str(self.values[letter]), start)], start)
                if scripts
                else [(str(self.values[letter]), start)]
            )
        if not scripts:
            return [(f" {self.renamed.get(name, name)} ", start)]
        if letter == r"\kappa":
            return self._map(token)
        below, primes, above, star = self.scripts()
        power = _power(above, start)
        index = "" if below is None else joined(below).strip()
        if primes:
            self.refuse("a derivative of kappa only", token)
        if letter == r"\rho":
            return self._correlation(token, below, index, star, power)
        if letter == r"\beta" and (star or index == "0"):
            return [(" beta* " if star else " beta_0 ", start), *power]
        if star:
            self.refuse("a star on rho or beta only", token)
        if name == "c" and below is not None and self.kappa == "rms":
            return self._share(token, below, joined(power))
        if name in _WORDS_OF_DEGREE and below is not None:
            return [(f"{name}[", start), *below, ("]", start), *power]
        if letter in "OUSG" and below is not None:
            return [(f"{letter}[{_two_indices(index)}]", start), *power]
        if letter == "e" and above is not None and below is None:
            return [("exp(", start), *above, (")", start)]
        if below is not None:
            if not index.isalnum():
                self.refuse("an index that is a number or a letter", token)
            return [(f" {name}{index} ", start), *power]
        return [(f" {self.renamed.get(name, name)} ", start), *power]

    def _share(self, token: LatexToken, below: Pieces, power: str) -> Pieces:
        """c_k^2 of an activation of second moment 1, whose kernel map is the normalised one, is the share w[k]."""
        if power != "^2":
            self.refuse("c_k^2 only, of an activation with E phi(X)^2 = 1 (kappa is the normalised map)", token)
        return [("w[", token.start), *below, ("]", token.start)]

    def _correlation(self, token: LatexToken, below: Pieces | None, index: str, star: bool, power: Pieces) -> Pieces:
        """rho* is the attractor, rho_0 the start, rho_l the iterate of the map at the start."""
        start = token.start
        if star:
            return [(" rho* ", start), *power]
        if below is None:
            return [(" rho ", start), *power]
        if index == "0":
            return [(" rho0 ", start), *power]
        return [(self.kappa, start), *_power(below, start), ("(rho0)", start), *power]

    def _map(self, token: LatexToken) -> Pieces:
        start = token.start
        if self.at("^") and self.peek().text == "{" and self.peek(2).text == r"\circ":
            del self.tokens[self.position + 2]
        below, primes, above, star = self.scripts()
        mark = "s" if below is None else joined(below).strip()
        if star or mark not in _MARKS_OF_MAPS:
            self.refuse("kappa without this mark", token)
        word = _MARKS_OF_MAPS[mark] or self.kappa
        iterate = _power(above, start)
        if not self.at("("):
            self.refuse("the argument of kappa in brackets", token)
        return [(word + "'" * primes, start), *iterate, *self._brackets(self.advance())]

    # --- functions, means, sums, limits --------------------------------------------------------------------------------------

    def _function(self, name: str, start: int) -> Pieces:
        above = self.script() if self.at("^") else None
        power = _power(above, start)
        if self.at("(", "[", r"\{", "{"):
            opening = self.advance()
            inside = self.until("}" if opening.text == "{" else ")" if opening.text == "(" else _CLOSING[opening.text])
        else:
            inside = self.unit()
        return [(f"{name}(", start), *inside, (")", start), *power]

    def _named(self, token: LatexToken) -> Pieces:
        if token.text == "E":
            return self._mean(token)
        if token.text == "Var":
            return self._mean(token, "Var")
        if token.text in _MARKS_OF_MAPS:
            return [(token.text, token.start)]
        if token.text in _NAMES:
            return self._function(_NAMES[token.text], token.start)
        return self.refuse("a name that the language knows", token, "`haarmite words` lists the vocabulary")

    def _mean(self, token: LatexToken, word: str = "E") -> Pieces:
        """E phi(X), E phi(X)^2, E phi(X) phi(Y), Var phi(X), or a mean over a group."""
        start = token.start
        below = joined(self.script()).replace(" ", "") if self.at("_") else ""
        if below[:1] in ("O", "U") or below[:2] == "Sp":
            if not self.at("["):
                self.refuse("what is averaged, in square brackets")
            self.advance()
            return [(f"E_{below}[", start), *self.until("]"), ("]", start)]
        closing = _CLOSING[self.advance().text] if self.at("(", "[") else ""
        powers = [self._activation_value(token)]
        while (not closing and self._activation_follows()) or (closing and not self.at(closing)):
            powers.append(self._activation_value(token))
        if closing:
            self.advance()
        if word == "Var" and [power for _, power in powers] == [1] and self.kappa != "rms":
            return [("Var[s]", start)]
        if self.kappa == "rms" and [power for _, power in powers] not in ([2], [1, 1]):
            self.refuse("E phi(X)^2 or E phi(X) phi(Y), of an activation with E phi(X)^2 = 1", token)
        if word == "E" and self.kappa == "rms" and len(powers) == 1:
            return [("1", start)]
        if word == "E" and len(powers) == 1 and powers[0][1] in (1, 2):
            return [("E[s]" if powers[0][1] == 1 else "E[s^2]", start)]
        if word == "E" and [power for _, power in powers] == [1, 1] and powers[0][0] != powers[1][0]:
            return [("rms(rho)" if self.kappa == "rms" else "raw(rho)", start)]
        return self.refuse("E phi(X), E phi(X)^2, E phi(X) phi(Y) or Var phi(X)", token)

    def _activation_follows(self) -> bool:
        return self.at(r"\phi", r"\sigma") or (
            self.token.kind == "letter" and self.token.text in "sf" and self.peek().text == "("
        )

    def _activation_value(self, token: LatexToken) -> tuple[str, int]:
        if not self._activation_follows():
            self.refuse("the activation phi at a Gaussian variable", token)
        self.advance()
        if not self.at("("):
            self.refuse("the activation phi at a Gaussian variable, phi(X)", token)
        self.advance()
        variable = joined(self.until(")")).strip()
        power = joined(self.script()).strip() if self.at("^") else "1"
        if not power.isdigit():
            self.refuse("a power that is a number", token)
        return variable, int(power)

    def _space(self, start: int) -> Pieces:
        """The reals, or matrices of a size, after an 'in'."""
        token = self.advance()
        if token.text != "R":
            self.refuse("an interval, or the reals (natural numbers begin at 0 or at 1: say \\ell \\geq 1)", token)
        if not self.at("^"):
            return [(" in (-oo, oo)", start)]
        self.advance()
        self.advance()
        return [(" of size ", start), *self.until(r"\times"), *_without(self.until("}"))]

    def _sum(self, start: int) -> Pieces:
        """A finite sum term by term, or a series of c_k^2 rho^k."""
        first = self.tokens[self.position - 1]
        if not self.at("_"):
            self.refuse("where the sum begins", first)
        self.advance()
        bounds = self.tokens[self.position :]
        if not self.at("{") or len(bounds) < 5 or bounds[1].kind != "letter" or bounds[2].text not in ("=", r"\geq"):
            self.refuse("where the sum begins, {k=1}", first)
        variable, endless = bounds[1].text, bounds[2].text == r"\geq"
        self.position += 3
        low = joined(self.until("}")).strip()
        high = joined(self.script()).strip() if self.at("^") else "oo" if endless else ""
        if not low.isdigit() or not (high.isdigit() or high == "oo"):
            self.refuse("a sum from a number to a number or to infinity", first)
        if high == "oo":
            return self._series(first, variable, int(low))
        if int(high) - int(low) >= MOST_SUMMANDS:
            self.refuse(f"at most {MOST_SUMMANDS} summands", first)
        found: Pieces = [("(", start)]
        place = self.position
        for value in range(int(low), int(high) + 1):
            self.position = place
            self.values[variable] = value
            found += [(" + ", start)] if value > int(low) else []
            found += self._product(first)
        del self.values[variable]
        return [*found, (")", start)] if len(found) > 1 else [("0", start)]

    def _product(self, first: LatexToken) -> Pieces:
        found: Pieces = []
        while self.token.kind not in ("end", "words") and self.token.text not in _RELATIONS | {
            "+",
            "-",
            "}",
            ")",
            "]",
            r"\}",
        }:
            found += self.unit()
        return found or self.refuse("what is summed", first)

    def _series(self, first: LatexToken, variable: str, low: int) -> Pieces:
        coefficient = joined(self.unit()).replace(" ", "")
        normalised = self.kappa == "rms"
        if coefficient != (f"w[{variable}]" if normalised else f"c[{variable}]^2"):
            self.refuse("a series of c_k^2 or c_k^2 rho^k (the language has no other)", first)
        place = self.position
        power: Pieces | None = None
        if self.token.text not in _RELATIONS | {"+", "-", "}", ")", "]", r"\}", "/"} and self.token.kind != "end":
            power = self.unit()
            if self.at("^", "_"):
                power = None
        ending = f"^{variable}"
        text = "" if power is None else joined(power).replace(f" {variable} ", variable)
        if not text.endswith(ending):
            self.position, text = place, ""
        base = text.removesuffix(ending).strip() if text else "1"
        whole = f"{'rms' if normalised else 'raw'}({base})" if text else "1" if normalised else "E[s^2]"
        shares = [f"w[{k}]" if normalised else f"c[{k}]^2" for k in range(low)]
        terms = [share if k == 0 or not text else f"{share} * ({base})^{k}" for k, share in enumerate(shares)]
        return [(f"({' - '.join([whole, *terms])})", first.start)]

    def _limit(self, start: int) -> Pieces:
        if not self.at("_"):
            self.refuse("where the limit is taken")
        return [("lim ", start), *self.script(), (": ", start)]


def _without(_: Pieces) -> Pieces:
    """The second size of a square matrix, which is the first."""
    return []


def _power(above: Pieces | None, start: int) -> Pieces:
    """Return the power of an exponent, in brackets unless it is a number or a letter."""
    if above is None:
        return []
    text = joined(above).strip()
    return [(f"^{text}", start)] if text.isalnum() else [("^(", start), *above, (")", start)]


def _two_indices(index: str) -> str:
    """``12`` is row 1, column 2; ``1, 2`` says so."""
    return index if "," in index else ",".join(index) if len(index) == 2 else index
