"""What a tape shows of itself term by term: signs, continuity on a closed box, and derivatives inside it.

An argument from the sign of a derivative needs all three. Each position of the tape carries what is known of it, and
"not known" is always a right answer:

- *sign*: >= 0, <= 0, != 0, from the signs of the operands, and of x - c from the ends of the box;
- *continuous*: sums, products and entire functions of continuous things are; a quotient and a negative power where the
  divisor is not 0, a logarithm and the gamma functions where the argument is positive, a square root where it is not
  negative. tan, sign and Heaviside are refused (atan(tan x) has derivative 1 wherever it has one, and jumps);
- *smooth*: the same, and square roots, absolute values, maxima and minima only where the argument is not 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from proofs_check.interval.statement import Box
from proofs_check.interval.tape import Instruction, Tape, operand_count

_ENTIRE = frozenset(
    {"q", "v", "pi", "add", "sub", "mul", "neg", "exp", "sin", "cos", "sinh", "cosh", "tanh", "asinh", "atan"}
    | {"erf", "erfc"}
)
_ODD = frozenset({"sinh", "tanh", "asinh", "atan", "erf"})
_ON_POSITIVE = frozenset({"log", "gamma", "loggamma", "polygamma", "lowergamma", "uppergamma"})


@dataclass(frozen=True, slots=True)
class Known:
    """What holds at every point of the box; False says nothing."""

    nonnegative: bool = False
    nonpositive: bool = False
    nonzero: bool = False

    @property
    def positive(self) -> bool:
        """Whether it is > 0."""
        return self.nonnegative and self.nonzero

    def negated(self) -> Known:
        """Return what is known of the negative."""
        return Known(self.nonpositive, self.nonnegative, self.nonzero)


def signs(tape: Tape, box: Box, *, inside: bool = False) -> list[Known]:
    """Return what is known of every position of a tape on a box (None is an infinite end), or on its interior.

    Examples
    --------
    >>> from proofs_check.interval.tape import tape_of
    >>> signs(tape_of("x*exp(x)/(1 + x)", ["x"]), ((Fraction(0), None),))[-1]
    Known(nonnegative=True, nonpositive=False, nonzero=False)
    """
    known: list[Known] = []
    for instruction in tape.instructions:
        known.append(_sign(instruction, known, tape.instructions, box, inside))
    return known


def is_continuous(tape: Tape, box: Box) -> bool:
    """Whether every operation of the tape is evidently defined and continuous on the closed box.

    Examples
    --------
    >>> from proofs_check.interval.tape import tape_of
    >>> is_continuous(tape_of("log(1 + x)", ["x"]), ((Fraction(0), None),))
    True
    >>> is_continuous(tape_of("atan(tan(x))", ["x"]), ((Fraction(0), None),))
    False
    """
    known = signs(tape, box)
    return all(_is_defined(instruction, known, smooth=False) for instruction in tape.instructions)


def is_smooth(tape: Tape, box: Box, *, inside: bool = False) -> bool:
    """Whether every operation evidently has all derivatives on the closed box, or on its interior only."""
    known = signs(tape, box, inside=inside)
    return all(_is_defined(instruction, known, smooth=True) for instruction in tape.instructions)


def _is_defined(instruction: Instruction, known: list[Known], *, smooth: bool) -> bool:
    name, *operands = instruction
    if name in _ENTIRE:
        return True
    argument = known[int(operands[-1] if name == "div" else operands[0])]
    if name == "div":
        return argument.nonzero
    if name == "powi":
        return int(operands[1]) >= 0 or argument.nonzero
    if name in _ON_POSITIVE:
        return argument.positive
    if name == "sqrt":
        return argument.positive if smooth else argument.nonnegative
    return name in ("abs", "max", "min") and not smooth


def _sign(
    instruction: Instruction,
    known: list[Known],
    before: tuple[Instruction, ...],
    box: Box,
    inside: bool,
) -> Known:
    name, *operands = instruction
    if name == "q":
        value = Fraction(operands[0])
        return Known(value >= 0, value <= 0, value != 0)
    if name == "v":
        return _between(*box[int(operands[0])], inside)
    x = [known[int(i)] for i in operands[: operand_count(str(name))]]
    if name in ("pi", "exp", "cosh", "erfc") or (name == "gamma" and x[0].positive):
        return Known(nonnegative=True, nonzero=True)
    if name in _ODD:
        return x[0]
    if name == "neg":
        return x[0].negated()
    if name == "mul" and operands[0] == operands[1]:
        return Known(nonnegative=True, nonzero=x[0].nonzero)
    if name == "mul" or (name == "div" and x[1].nonzero):
        return _product(x[0], x[1])
    if name in ("add", "sub"):
        first, second = before[int(operands[0])], before[int(operands[1])]
        if first[0] == "v" and second[0] == "q":  # x - c, the distance from c
            shift = Fraction(second[1]) if name == "add" else -Fraction(second[1])
            return _shifted(box[int(first[1])], shift, inside)
        if first[0] == "q" and second[0] == "v":  # c + x, c - x
            c, ends = Fraction(first[1]), box[int(second[1])]
            return _shifted(ends, c, inside) if name == "add" else _shifted(ends, -c, inside).negated()
        if first[0] == "sqrt" and second[0] == "q":  # sqrt(x + q) - c has the sign of x + q - c^2
            c, under = Fraction(second[1]) * (-1 if name == "add" else 1), _moved(before, int(first[1]))
            if c >= 0 and under is not None:
                return _shifted(box[under[0]], under[1] - c**2, inside)
        return _sum(x[0], x[1] if name == "add" else x[1].negated())
    if name == "powi" and (int(operands[1]) >= 0 or x[0].nonzero):
        return x[0] if int(operands[1]) % 2 else Known(nonnegative=True, nonzero=x[0].nonzero)
    if name in ("sqrt", "abs"):
        return Known(nonnegative=True, nonzero=x[0].nonzero)
    return Known()


def _moved(before: tuple[Instruction, ...], position: int) -> tuple[int, Fraction] | None:
    """Return (variable, q) if a position holds a variable plus q."""
    name, *operands = before[position]
    if name == "v":
        return int(operands[0]), Fraction(0)
    if name in ("add", "sub") and before[int(operands[1])][0] == "q":
        inner, own = _moved(before, int(operands[0])), Fraction(before[int(operands[1])][1])
        return None if inner is None else (inner[0], inner[1] + (own if name == "add" else -own))
    return None


def _shifted(ends: tuple[Fraction | None, Fraction | None], shift: Fraction, inside: bool) -> Known:
    low, high = (None if end is None else end + shift for end in ends)
    return _between(low, high, inside)


def _between(low: Fraction | None, high: Fraction | None, inside: bool) -> Known:
    above, below = low is not None and low >= 0, high is not None and high <= 0
    apart = (low is not None and low > 0) or (high is not None and high < 0)
    return Known(above, below, apart or (inside and (above or below)))


def _product(x: Known, y: Known) -> Known:
    return Known(
        (x.nonnegative and y.nonnegative) or (x.nonpositive and y.nonpositive),
        (x.nonnegative and y.nonpositive) or (x.nonpositive and y.nonnegative),
        x.nonzero and y.nonzero,
    )


def _sum(x: Known, y: Known) -> Known:
    above, below = x.nonnegative and y.nonnegative, x.nonpositive and y.nonpositive
    return Known(above, below, (above or below) and (x.nonzero or y.nonzero))
