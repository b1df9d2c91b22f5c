"""Tokens of a sentence: text -> a list of (kind, text, position), with bounds on what hostile text may ask for."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_TEXT = 4000
MOST_TOKENS = 1500
DEEPEST = 60
LONGEST_NUMBER = 60

_UNICODE = {
    "≤": "<=", "≥": ">=", "≠": "!=", "→": "->", "⇒": "=>", "⇔": "<=>", "∞": "oo", "π": "pi", "α": "alpha", "β": "beta",
    "κ": "kappa", "ρ": "rho", "λ": "lambda", "γ": "gamma", "ε": "eps", "δ": "delta", "φ": "phi", "·": "*", "−": "-",
    "′": "'", "²": "^2", "³": "^3", "∈": " in ", "∀": " for all ", "∃": " exists ", "∧": " and ", "∨": " or ",
}  # fmt: skip
_PATTERN = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.(?!\.)[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+)"
    r"|(?P<name>[A-Za-z][A-Za-z0-9_]*)"
    r"|(?P<operator><=>|=>|<=|>=|!=|==|->|\.\.|\.[HT]\b|\*\*|[-+*/^()\[\]{}|,:;~=<>']))"
)


class SentenceError(ValueError):
    """What is wrong with the text of a sentence, in one line that names the column."""

    def __init__(self, wish: str, text: str, position: int, remedy: str = "") -> None:
        near = text[position : position + 24].strip() or "the end"
        tail = f"; {remedy}" if remedy else ""
        dot = "" if tail.endswith("?") else "."
        super().__init__(f"sentence needs {wish}, got {near!r} at column {position + 1}{tail}{dot}")
        self.position = position


@dataclass(frozen=True, slots=True)
class Token:
    """A number, a name, an operator or the end of the text, and where it begins and ends."""

    kind: str
    text: str
    start: int
    end: int


def readable(text: str) -> str:
    """Return the text with mathematical signs replaced by their ASCII spelling (columns are those of the result)."""
    return "".join(_UNICODE.get(character, character) for character in text)


def tokens(text: str) -> list[Token]:
    """Return the tokens of a text, an end token last.

    Raises
    ------
    SentenceError
        If a character belongs to no token, the text or a number is too long, or brackets are nested too deep.

    Examples
    --------
    >>> [token.text for token in tokens("kappa'(r) <= 2 rho*")]
    ['kappa', "'", '(', 'r', ')', '<=', '2', 'rho', '*', '']
    """
    if len(text) > LONGEST_TEXT:
        raise SentenceError(f"at most {LONGEST_TEXT} characters", text, LONGEST_TEXT)
    found: list[Token] = []
    position = depth = 0
    stop = len(text.rstrip())
    while position < stop:
        match = _PATTERN.match(text, position)
        if match is None:
            bad = position + len(text[position:]) - len(text[position:].lstrip())
            raise SentenceError("letters, digits and the signs of the grammar only", text, bad)
        kind = str(match.lastgroup)
        start, position = match.start(kind), match.end()
        if kind == "number":
            _check_number(match[kind], text, start)
        depth += (match[kind] in "([{") - (match[kind] in ")]}") if kind == "operator" else 0
        found.append(Token(kind, match[kind], start, position))
        if depth > DEEPEST or len(found) > MOST_TOKENS:
            raise SentenceError(f"at most {DEEPEST} nested brackets and {MOST_TOKENS} tokens", text, start)
    return [*found, Token("end", "", len(text), len(text))]


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a remedy: the names closest to this one, else all there are.

    Examples
    --------
    >>> nearest("kapa", ["kappa", "rms"])
    'did you mean kappa?'
    """
    names = sorted(set(known))
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.6)
    if close:
        return f"did you mean {' or '.join(close)}?"
    return f"names there are: {', '.join(names[:40])}"


def _check_number(literal: str, text: str, start: int) -> None:
    _, _, exponent = literal.lower().partition("e")
    if len(literal) > LONGEST_NUMBER or (exponent and abs(int(exponent)) > 99):
        raise SentenceError(f"numbers of at most {LONGEST_NUMBER} characters and exponents up to 99", text, start)
