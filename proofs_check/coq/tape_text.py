"""A tape as a Coq term: what a certificate states, written without the help of any algebra system.

Instruction by instruction, so the term has the shape of the claim's text. `values` replaces function values that are
known exactly, which is how a slack is evaluated at one of its zeros.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from proofs_check.coq.expression import ATOM, COQ_FUNCTIONS, POWER, PRODUCT, SUM, UnsupportedError
from proofs_check.interval.tape import Tape

_OPERATORS = {
    "add": ("+", SUM, PRODUCT),
    "sub": ("-", SUM, PRODUCT),
    "mul": ("*", PRODUCT, POWER),
    "div": ("/", PRODUCT, POWER),
}
_FUNCTIONS = {**COQ_FUNCTIONS, "sqrt": "sqrt", "abs": "Rabs", "erf": "erf"}
_PAIRS = {"max": "Rmax", "min": "Rmin"}


def rational(value: Fraction) -> str:
    """Return a rational as a term.

    Examples
    --------
    >>> rational(Fraction(-1, 3))
    '- 1 / 3'
    """
    text = str(abs(value.numerator)) + ("" if value.denominator == 1 else f" / {value.denominator}")
    return f"- {text}" if value < 0 else text


def coq_of_tape(
    tape: Tape, names: Sequence[str], values: Mapping[int, str] | None = None, last: int | None = None
) -> str:
    """Return the term of a tape's value, or of its instruction `last`.

    Parameters
    ----------
    tape : Tape
    names : sequence of str
        The terms that stand for the variables: identifiers, or numbers in parentheses.
    values : mapping of int to str, optional
        Positions on the tape whose value is written by this term instead.
    last : int, optional
        The position that is written; the last one if not given.

    Raises
    ------
    UnsupportedError
        If the tape holds a function that the kernel's tactics do not know.

    Examples
    --------
    >>> from proofs_check.interval.tape import tape_of
    >>> coq_of_tape(tape_of("x - tanh(x)/3", ["x"]), ["x"])
    'x - tanh x / 3'
    """
    terms: list[tuple[str, int]] = []
    for position, (name, *operands) in enumerate(tape.instructions):
        known = (values or {}).get(position)
        terms.append((f"({known})", ATOM) if known is not None else _term(str(name), operands, names, terms))
    return terms[-1 if last is None else last][0]


def _term(
    name: str, operands: Sequence[str | int], names: Sequence[str], terms: list[tuple[str, int]]
) -> tuple[str, int]:
    def at(k: int, level: int) -> str:
        text, own = terms[int(operands[k])]
        return text if own >= level else f"({text})"

    if name == "q":
        value = Fraction(operands[0])
        return rational(value), SUM if value < 0 else ATOM if value.denominator == 1 else PRODUCT
    if name == "v":
        return names[int(operands[0])], ATOM
    if name == "pi":
        return "PI", ATOM
    if name == "neg":
        return f"- {at(0, PRODUCT)}", SUM
    if name in _OPERATORS:
        sign, left, right = _OPERATORS[name]
        return f"{at(0, left)} {sign} {at(1, right)}", left
    if name == "powi":
        return _power(at(0, ATOM), int(operands[1]))
    if name in _PAIRS:
        return f"{_PAIRS[name]} {at(0, ATOM)} {at(1, ATOM)}", POWER
    if name == "erfc":
        return f"1 - erf {at(0, ATOM)}", SUM
    if name not in _FUNCTIONS:
        raise UnsupportedError(f"a function that the kernel's tactics do not know: {name}")
    return f"{_FUNCTIONS[name]} {at(0, ATOM)}", POWER


def _power(base: str, exponent: int) -> tuple[str, int]:
    if exponent < 0:
        return f"/ {base} ^ {-exponent}", PRODUCT
    return f"{base} ^ {exponent}", POWER
