"""The text of an inequality on a box: what a person reads, and what fixes the tape.

    <expression> (>= | > | <= | <) <expression> for <variable> in [<rational>, <rational>], ...

``x - tanh(x) >= 0 for x in [0, 3]``. An end may be ``oo`` or ``-oo``. The claim is about one function, the *slack*:
left minus right, or right minus left, whichever is claimed to be non-negative (a right-hand side ``0`` is dropped).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias

import sympy
from sympy.core.relational import GreaterThan, LessThan, Relational, StrictGreaterThan, StrictLessThan

from proofs_check.interval.tape import Tape, TapeBuilder, to_sympy

# None is an infinite end.
Interval: TypeAlias = tuple[Fraction | None, Fraction | None]
Box: TypeAlias = tuple[Interval, ...]
Rational: TypeAlias = int | Fraction | sympy.Rational | str

_RELATIONS = {GreaterThan: ">=", StrictGreaterThan: ">", LessThan: "<=", StrictLessThan: "<"}
_SIDES = re.compile(r"^(?P<left>[^<>=]+)(?P<relation>>=|>|<=|<)(?P<right>[^<>=]+)$")
_RANGE = re.compile(r"^\s*(?P<name>[A-Za-z_][A-Za-z_0-9]*) in \[(?P<low>[^\[\],]+),(?P<high>[^\[\],]+)\]\s*$")
_RESERVED = frozenset({"pi", "E", "I", "oo", "in", "for"})


@dataclass(frozen=True, slots=True)
class Statement:
    """An inequality with its domain: ``left relation right`` for each variable in its closed interval."""

    left: str
    relation: str
    right: str
    variables: tuple[str, ...]
    box: Box

    @property
    def strict(self) -> bool:
        """Whether equality is excluded."""
        return self.relation in (">", "<")

    @property
    def text(self) -> str:
        """The claim as a line of text, from which `parse_statement` gives an equal statement back."""
        ranges = (f"{name} in [{_end(low, '-oo')}, {_end(high, 'oo')}]" for name, (low, high) in self._ranges())
        return f"{self.left} {self.relation} {self.right} for {', '.join(ranges)}"

    def tape(self) -> Tape:
        """Return the tape of the slack, which the claim says is non-negative (positive if strict)."""
        return _tape(self)

    def slack(self) -> sympy.Expr:
        """Return the slack as a SymPy expression in real symbols of the variables' names."""
        return _slack(self)

    def _ranges(self) -> list[tuple[str, Interval]]:
        return list(zip(self.variables, self.box, strict=True))


@lru_cache(maxsize=256)
def _tape(statement: Statement) -> Tape:
    builder = TapeBuilder(statement.variables)
    left = builder.read(statement.left)
    if statement.right != "0":
        right = builder.read(statement.right)
        builder.put("sub", *((left, right) if statement.relation.startswith(">") else (right, left)))
    elif statement.relation.startswith("<"):
        builder.put("neg", left)
    return builder.tape()


@lru_cache(maxsize=256)
def _slack(statement: Statement) -> sympy.Expr:
    return to_sympy(_tape(statement), [sympy.Symbol(name, real=True) for name in statement.variables])


def parse_statement(text: str) -> Statement:
    """Return the statement that a line of text makes.

    Raises
    ------
    TypeError
        If `text` is not a string.
    ValueError
        If it has not the form ``left >= right for x in [a, b], ...``, or an end is not rational.

    Examples
    --------
    >>> parse_statement("x - tanh(x) >= 0 for x in [0, 1/2]").text
    'x - tanh(x) >= 0 for x in [0, 1/2]'
    """
    if not isinstance(text, str):
        raise TypeError(f"parse_statement needs a line of text, got {type(text).__name__}.")
    claim, separator, domain = text.partition(" for ")
    sides = _SIDES.match(claim.strip())
    if not separator or sides is None:
        raise ValueError(f"parse_statement needs 'left >= right for x in [a, b]', got {text[:80]!r}.")
    ranges: dict[str, Interval] = {}
    for piece in re.split(r"(?<=\])\s*,", domain):
        match = _RANGE.match(piece)
        if match is None or match["name"] in ranges:
            raise ValueError(f"parse_statement needs ranges 'x in [a, b]' of different variables, got {piece[:80]!r}.")
        ranges[match["name"]] = (_parse_end(match["low"]), _parse_end(match["high"]))
    return _statement(sides["left"].strip(), sides["relation"], sides["right"].strip(), ranges)


def statement_of(relation: Relational, domain: Mapping[sympy.Symbol, tuple[Rational, Rational]]) -> Statement:
    """Return the statement of a SymPy inequality on a domain.

    Parameters
    ----------
    relation : sympy.core.relational.Relational
        ``>=``, ``>``, ``<=`` or ``<`` between real expressions.
    domain : mapping of Symbol to (low, high)
        1-3 variables with exact ends: int, Fraction, SymPy rational, text like "1/3", or SymPy's infinities.

    Returns
    -------
    Statement

    Raises
    ------
    TypeError
        If the relation is not an inequality, or an end is not exact.
    ValueError
        If the domain is empty, reversed or of more than 3 variables, or lacks a variable of the relation.

    Examples
    --------
    >>> x = sympy.Symbol("x")
    >>> statement_of(sympy.Le(sympy.tanh(x), x), {x: (0, 3)}).text
    'tanh(x) <= x for x in [0, 3]'
    """
    if type(relation) not in _RELATIONS:
        raise TypeError(f"statement_of needs an inequality between expressions, got {relation!r}.")
    missing = relation.free_symbols - set(domain)
    if missing:
        raise ValueError(f"statement_of needs a range for every variable, got none for {sorted(map(str, missing))}.")
    ranges = {symbol.name: (exact_end(low), exact_end(high)) for symbol, (low, high) in domain.items()}
    if len(ranges) != len(domain):
        raise ValueError(f"statement_of needs variables of different names, got {[s.name for s in domain]}.")
    left, right = (sympy.sstr(side) for side in relation.args)
    return _statement(left, _RELATIONS[type(relation)], right, ranges)


def exact_end(end: Rational) -> Fraction | None:
    """Return a rational end as a Fraction, and an infinite one as None.

    Raises
    ------
    TypeError
        If `end` is a float or anything else that is not exact.
    """
    if end in (sympy.oo, -sympy.oo):
        return None
    if isinstance(end, str):
        return _parse_end(end)
    if isinstance(end, bool) or not isinstance(end, int | Fraction | sympy.Rational):
        raise TypeError(f"a box needs exact rational ends (a certificate holds no floats), got {end!r}.")
    return Fraction(int(end.numerator), int(end.denominator))


def _statement(left: str, relation: str, right: str, ranges: Mapping[str, Interval]) -> Statement:
    if not 1 <= len(ranges) <= 3:
        raise ValueError(f"a certified claim needs 1 to 3 variables, got {len(ranges)}.")
    for name, (low, high) in ranges.items():
        if not name.isidentifier() or not name.isascii() or name in _RESERVED:
            raise ValueError(f"a certified claim needs variables named by ASCII identifiers, got {name!r}.")
        if low is not None and high is not None and not low < high:
            raise ValueError(f"a certified claim needs low < high for {name}, got [{low}, {high}].")
    return Statement(left, relation, right, tuple(ranges), tuple(ranges.values()))


def _parse_end(text: str) -> Fraction | None:
    text = text.strip()
    if text in ("oo", "-oo"):
        return None
    if not re.fullmatch(r"-?[0-9]{1,400}(/[0-9]{1,400})?", text) or re.search(r"/0+$", text):
        raise ValueError(f"a box needs rational ends like -1 or 1/3 (or oo), got {text[:40]!r}.")
    return Fraction(text)


def _end(end: Fraction | None, infinite: str) -> str:
    return infinite if end is None else str(end)
