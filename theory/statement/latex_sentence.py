r"""LaTeX -> the line of the sentence language: clauses apart, domains and hypotheses first, then the claim, then definitions.

| in the formula | in the sentence |
|---|---|
| ``\forall \rho \in [0, 1)``, ``\text{for all } \ell \geq 0``, a clause ``\rho \in (-1, 1)`` | a domain |
| ``\text{if } ...``, ``\text{with } ...``, ``\text{when } ...`` up to the next comma or ``\text{then}`` | a hypothesis |
| ``\alpha := ...`` or ``\alpha = ...`` after a comma | a definition; a name that is a word of the vocabulary gets another |
| every other clause | the claim |
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from theory.statement.latex_token import LatexError, LatexToken
from theory.statement.quantity import REGISTRY
from theory.statement.read_latex import _LETTERS, LatexReader, Pieces, joined
from theory.statement.sort import ACTIVATION_CLASSES
from theory.statement.term_parser import FUNCTIONS, KEYWORDS, MAPS
from theory.statement.token import SentenceError

_DOMAIN_WORDS = frozenset(["for all", "for every", "for any", "for", "for each", "uniformly for"])
_CONDITION_WORDS = frozenset(
    ["if", "with", "when", "whenever", "provided", "provided that", "assuming", "such that", "and if", "suppose"]
)
_NEXT_WORDS = frozenset(
    ["then", "where", "we have", "it holds", "it holds that", "for which we have", "with rate", "then with", "", "."]
)
_MAP_CHOICES = ("kappa", "rms", "raw")
_ACTIVATIONS = re.compile(
    rf"(?P<for>for (?:all|every|any|each) )?(?:every )?(?P<classes>(?:(?:{'|'.join(ACTIVATION_CLASSES)}) )*)activations?$"
)
_SIMPLE_DOMAIN = re.compile(r"^ *[A-Za-z][A-Za-z0-9]*(?: *, *[A-Za-z][A-Za-z0-9]*)* +in +[\[(].*[\])] *$")
_BINDS = re.compile(r"^ *(?:every |[A-Za-z][A-Za-z0-9]*(?: *, *[A-Za-z][A-Za-z0-9]*)* +(?:in|>=|>|<=|<|=) )")
_NATURAL = re.compile(r"^ *([lkmndi]) +(>=|>) +\d+ *$")
_CHAIN = re.compile(r"^ *-?[0-9./]+ +(?:<|<=) +[A-Za-z][A-Za-z0-9]* +(?:<|<=) +[0-9./]+ *$")


@dataclass(frozen=True, slots=True)
class ReadLatex:
    """A sentence's text, and for every character the column of the formula that it came from.

    Parameters
    ----------
    text : str
        The line of the sentence language.
    source : str
        The formula.
    columns : tuple of int
    """

    text: str
    source: str
    columns: tuple[int, ...]

    def placed(self, error: SentenceError) -> LatexError:
        """Return an error of the sentence's grammar as one of the formula, at the column that it came from."""
        wish, _, got = str(error).removeprefix("sentence needs ").rpartition(", got ")
        column = self.columns[min(error.position, len(self.columns) - 1)] if self.columns else 0
        remedy = got.partition("; ")[2].rstrip(".")
        return LatexError(wish or str(error), self.source, column, remedy)


def sentence_of_latex(text: str, kappa: str = "kappa", domain: bool = False) -> ReadLatex:
    r"""Return the line of the sentence language that a formula states, or the domains that it names.

    Parameters
    ----------
    text : str
        A formula or several with commas between, with or without dollars; words may stand outside the dollars or in ``\text``.
    kappa : {"kappa", "rms", "raw"}
        The word that ``\kappa`` stands for.
    domain : bool
        Whether the formula is a list of domains, as `--for` takes it.

    Raises
    ------
    TypeError
        If `text` is no string.
    ValueError
        If `kappa` is no map.
    LatexError
        If a part cannot be read; it names the column.

    Examples
    --------
    >>> sentence_of_latex(r"\kappa(\rho) \le \rho, \quad \forall \rho \in [0, 1]").text
    'for rho in [0, 1]: kappa(rho) <= rho'
    """
    if not isinstance(text, str):
        raise TypeError(f"sentence_of_latex needs text, got {type(text).__name__}.")
    if kappa not in _MAP_CHOICES:
        raise ValueError(f"sentence_of_latex needs a kernel map of {', '.join(_MAP_CHOICES)}, got kappa={kappa!r}.")
    reader = _ClauseReader(text, kappa)
    return reader.domains() if domain else reader.sentence()


class _ClauseReader(LatexReader):
    """Takes a formula apart into clauses."""

    def sentence(self) -> ReadLatex:
        """Return the sentence."""
        clauses = self._clauses()
        self._rename(clauses)
        domains: list[Pieces] = []
        conditions: list[Pieces] = []
        claims: list[Pieces] = []
        for mark, tokens in clauses:
            pieces = self._translated(tokens)
            text = joined(pieces)
            is_domain = mark != "if" and (_SIMPLE_DOMAIN.match(text) or _NATURAL.match(text) or _CHAIN.match(text))
            if is_domain or (mark == "for" and _BINDS.match(text)):
                domains.append(pieces)
            elif mark == "for":
                conditions.append(pieces)
            else:
                (conditions if mark == "if" else claims).append(pieces)
        if not claims:
            self.refuse("a claim besides domains and hypotheses", self.tokens[0])
        line = _separated(claims, ", ")
        head = _separated(domains, ", ")
        if conditions:
            head = [*(head or [("every activation s", 0)]), (" with ", 0), *_separated(conditions, " and ")]
        return _placed([*([("for ", 0), *head, (": ", 0)] if head else []), *line], self.text)

    def domains(self) -> ReadLatex:
        """Return a list of domains."""
        return _placed(_separated([self._translated(tokens) for _, tokens in self._clauses()], ", "), self.text)

    def _translated(self, tokens: list[LatexToken]) -> Pieces:
        self.tokens = [*tokens, LatexToken("end", "", tokens[-1].start + len(tokens[-1].text))]
        self.position = 0
        return self.until()

    # --- clauses -----------------------------------------------------------------------------------------------------------

    def _clauses(self) -> list[tuple[str, list[LatexToken]]]:
        """Return (mark, tokens) of every clause; the mark is "for", "if" or empty."""
        found: list[tuple[str, list[LatexToken]]] = []
        mark, depth = "", 0
        kept: list[LatexToken] = []

        def close() -> None:
            if not kept:
                return
            waits = (
                found
                and found[-1][0] == "for"
                and not any(t.text in (r"\in", r"\geq", r"\leq", "<", ">", "=") for t in found[-1][1])
            )
            if waits:
                found[-1][1].extend([LatexToken("sign", ",", kept[0].start), *kept])
            else:
                found.append((mark, list(kept)))
            kept.clear()

        tokens = self.tokens[:-1]
        while tokens and tokens[-1].text in (".", ",", ";"):
            tokens.pop()
        for token in tokens:
            depth += (token.text in ("(", "[", "{", r"\{")) - (token.text in (")", "]", "}", r"\}"))
            if token.kind == "words":
                mark = self._mark_of_words(token, mark, kept, close)
            elif depth == 0 and token.text == r"\forall":
                close()
                mark = "for"
            elif (depth == 0 and token.text in (",", ";")) or (
                depth == 0 and token.text in (r"\land",) and mark == "if"
            ):
                close()
                mark = mark if mark == "for" or token.text == r"\land" else ""
            elif depth == 0 and token.text == ":" and mark == "for":
                close()
                mark = ""
            else:
                kept.append(token)
        close()
        return found

    def _mark_of_words(self, token: LatexToken, mark: str, kept: list[LatexToken], close) -> str:  # type: ignore[no-untyped-def]
        words = " ".join(token.text.lower().replace(",", " ").replace(":", " ").rstrip(". ").split())
        if words == "and" and mark in ("if", "for"):
            close()
            return mark
        if words in ("and", "or", "implies"):
            kept.append(
                LatexToken("command", {"and": r"\land", "or": r"\lor", "implies": r"\implies"}[words], token.start)
            )
            return mark
        known = {
            **dict.fromkeys(_DOMAIN_WORDS, "for"),
            **dict.fromkeys(_CONDITION_WORDS, "if"),
            **dict.fromkeys(_NEXT_WORDS, ""),
        }
        activation = _ACTIVATIONS.match(words)
        if activation is not None and (activation["for"] or mark == "for"):
            if activation["for"]:
                close()
            kept.append(LatexToken("words", f"every {activation['classes'] or ''}activation", token.start))
            return "for"
        if words in ("gram matrices", "gram matrix", "every gram matrix", "for every gram matrix"):
            close()
            kept.append(LatexToken("words", "every Gram matrix", token.start))
            return "for"
        if kept and kept[-1].text == "=" and mark == "for":
            kept.append(token)
            return mark
        if words not in known:
            self.refuse("words such as 'for all', 'if', 'with', 'then', 'where'", token)
        close()
        return known[words]

    def _rename(self, clauses: list[tuple[str, list[LatexToken]]]) -> None:
        """Give every letter that a clause defines a name that is no word of the vocabulary."""
        used = {_LETTERS.get(token.text, token.text) for _, tokens in clauses for token in tokens}
        reserved = set(REGISTRY) | set(FUNCTIONS) | set(MAPS) | KEYWORDS | {"E", "P", "pi", "oo"}
        for mark, tokens in clauses:
            if mark or len(tokens) < 3 or tokens[1].text not in ("=", ":="):
                continue
            name = _LETTERS.get(tokens[0].text, tokens[0].text)
            if name in reserved and name != "rho":
                choices = [name[0], *(f"{name[0]}{k}" for k in range(1, 10))]
                self.renamed[name] = next(c for c in choices if c not in used and c not in reserved)


def _separated(parts: list[Pieces], sign: str) -> Pieces:
    found: Pieces = []
    for part in parts:
        found += [(sign, part[0][1] if part else 0)] if found else []
        found += part
    return found


def _placed(pieces: Pieces, source: str) -> ReadLatex:
    """Join pieces, without double spaces, keeping the column of every character."""
    text: list[str] = []
    columns: list[int] = []
    for piece, column in pieces:
        for character in piece:
            after = text[-1] if text else " "
            if character == " " and after in " ([":
                continue
            if character in "),:]" and after == " ":
                _drop(text, columns)
            text.append(character)
            columns.append(column)
    while text and text[-1] == " ":
        _drop(text, columns)
    return ReadLatex("".join(text), source, (*columns, len(source)))


def _drop(text: list[str], columns: list[int]) -> None:
    text.pop()
    columns.pop()
