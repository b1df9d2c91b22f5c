"""The script that shows 0 <= f(c) at a zero c of f: function values at c one by one, then `field`.

SymPy says what sin, log, sqrt... are at c, and the tactic `special` (lemmas.v) proves it; a value without a simpler form,
exp(1) say, stays, at a simplified argument. Square roots of rationals stay too, with r r = a for `field`.
"""

from __future__ import annotations

from fractions import Fraction

import sympy

from proofs_check.coq.expression import ATOM, Printer, UnsupportedError
from proofs_check.coq.tape_text import coq_of_tape, rational
from proofs_check.interval.tape import Tape, to_sympy

_ARITHMETIC = frozenset({"q", "v", "pi", "add", "sub", "mul", "div", "neg", "powi"})


def vanishes(name: str, tape: Tape, at: Fraction) -> str:
    """Return the script of ``0 <= name at``, by ``name at = 0``.

    Raises
    ------
    UnsupportedError
        If a function has no value at the point that can be written.

    Examples
    --------
    >>> from proofs_check.interval.tape import tape_of
    >>> vanishes("f", tape_of("1 - cos(x)", ["x"]), Fraction(0)).split(". ")[1]
    'replace (cos (0)) with (1) by (symmetry; special)'
    """
    literal = f"({rational(at)})"
    values: dict[int, str] = {}
    roots: dict[str, str] = {}
    steps = []
    for position, (function, *operands) in enumerate(tape.instructions):
        if function in _ARITHMETIC:
            continue
        value, argument = (_at(tape, last, at) for last in (position, int(operands[0])))
        if value.has(sympy.zoo, sympy.nan, sympy.oo):
            raise UnsupportedError(f"no exact value of {function} at {tape.variables[0]} = {at}")
        term = coq_of_tape(tape, [literal], values, position)
        if function == "sqrt" and not value.is_Rational:
            root, squared = _root(sympy.expand(value**2))
            roots[root] = squared
            values[position], proof = root, "(f_equal; field; defined_here)"
        elif value.has(sympy.Function) or value.has(sympy.E):
            values[position], proof = _kept(str(function), argument, tape, at), "kept_value"
        else:
            printer = Printer([value])
            values[position], proof = printer(value), "(symmetry; special)"
            roots.update(_root(radicand) for radicand in printer.roots)
        if term != values[position]:
            steps.append(f"replace ({term}) with ({values[position]}) by {proof}.")
    facts = [
        f"assert (root_{k} : {root} * {root} = {squared}) by (apply sqrt_sqrt; lra)."
        for k, (root, squared) in enumerate(roots.items())
    ]
    equations = f" [{' '.join(f'root_{k}' for k in range(len(facts)))}]" if facts else ""
    end = f"right. symmetry. first [field{equations}; defined_here | ring{equations} | lra]."
    return " ".join([f"unfold {name}.", *steps, *facts, end])


def _at(tape: Tape, last: int, at: Fraction) -> sympy.Expr:
    """Return the exact value of one instruction at a point."""
    part = Tape(tape.instructions[: last + 1], tape.variables)
    return sympy.simplify(to_sympy(part, [sympy.Rational(at.numerator, at.denominator)]))


def _root(radicand: sympy.Expr) -> tuple[str, str]:
    printer = Printer([radicand])
    return f"sqrt {printer(radicand, ATOM)}", printer(radicand)


def _kept(function: str, argument: sympy.Expr, tape: Tape, at: Fraction) -> str:
    """Return the term of a function value that has no simpler form."""
    if argument.has(sympy.Function):
        raise UnsupportedError(f"no exact value of {function} at {tape.variables[0]} = {at}")
    term = Printer([argument])(argument, ATOM)
    if function == "sinh" and argument == 1:
        return "(exp 1 - / exp 1) / 2"
    if function == "cosh" and argument == 1:
        return "(exp 1 + / exp 1) / 2"
    if function == "exp" and argument.is_Rational and (argument.is_Integer or argument < 0):
        size = abs(argument)
        power = f"exp 1 ^ {size}" if size.is_Integer else f"exp {Printer([size])(size, ATOM)}"
        return power if argument > 0 else f"/ {power}"
    written = Tape((("v", 0), (function, 0)), ("u",))
    return coq_of_tape(written, [term])
