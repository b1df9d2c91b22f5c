"""The proof script for 0 <= slack on an interval: bounds away from the zeros, signs of derivatives next to them.

At an end c where the slack has a zero of order p, the chain f, f', ..., f^(p-1) is defined one by one; each is 0 at c
(special values, then `field`), its derivative is the next one (`auto_derive`, then `field`), and the last derivative,
which Coq computes itself, has one sign on [c, c + delta] by interval arithmetic. delta is chosen by a look at values:
a bad choice makes coqc refuse the file, never accept a wrong one. A zero inside is an end of two intervals.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import mpmath
import sympy

from proofs_check.coq.expression import UnsupportedError
from proofs_check.coq.tape_text import coq_of_tape, rational
from proofs_check.coq.zero_value import vanishes
from proofs_check.interval.tape import Tape, tape_of, to_sympy

_SAMPLES = 64
_HALVINGS = 12


@dataclass(frozen=True, slots=True)
class EndZero:
    """The slack has a zero of this order at one end of an interval; `low` says which."""

    at: Fraction
    order: int
    low: bool


@dataclass(frozen=True, slots=True)
class SlackProof:
    """The preamble that defines ``<name>_slack`` and proves ``<name>_holds``: 0 <= slack on [low, high]."""

    name: str
    tape: Tape
    variable: str
    low: Fraction
    high: Fraction

    def preamble(self, zeros: Sequence[tuple[Fraction, int]]) -> str:
        """Return definitions and lemmas.

        Parameters
        ----------
        zeros : sequence of (at, order)
            Where the slack vanishes, ends of the interval or points inside it.

        Raises
        ------
        UnsupportedError
            If the tape cannot be written, or a derivative next to a zero has no sign.
        """
        inside = sorted({at for at, _ in zeros} - {self.low, self.high})
        ends = [self.low, *inside, self.high]
        orders = dict(zeros)
        lines = [self._definition(f"{self.name}_slack", self.tape)]
        for k, (a, b) in enumerate(itertools.pairwise(ends)):
            lines.append(self._piece(f"{self.name}_piece_{k}", a, b, orders))
        lines.append(self._cover(ends))
        return "\n\n".join(lines)

    @property
    def _has_erf(self) -> bool:
        return any(instruction[0] in ("erf", "erfc") for instruction in self.tape.instructions)

    def _cover(self, ends: Sequence[Fraction]) -> str:
        pieces = [f"{self.name}_piece_{k}" for k in range(len(ends) - 1)]
        script = f"exact {pieces[-1]}"
        for piece, end in reversed(list(zip(pieces[:-1], ends[1:-1], strict=True))):
            script = f"apply (two_cells _ _ ({rational(end)}) _); [exact {piece} | {script}]"
        return f"Lemma {self.name}_holds :\n  {self._on(self.low, self.high)} 0 <= {self.name}_slack {self.variable}.\nProof. {script}. Qed."

    def _on(self, low: Fraction, high: Fraction) -> str:
        return f"forall {self.variable} : R, {rational(low)} <= {self.variable} <= {rational(high)} ->"

    def _definition(self, name: str, tape: Tape) -> str:
        return f"Definition {name} ({self.variable} : R) : R :=\n  {coq_of_tape(tape, [self.variable])}."

    def _piece(self, name: str, low: Fraction, high: Fraction, orders: dict[Fraction, int]) -> str:
        """Return the lemma for one interval whose zeros are at its ends."""
        x, slack = self.variable, f"{self.name}_slack"
        blocks, cut = [], [low, high]
        for end, is_low in ((low, True), (high, False)):
            if end not in orders:
                continue
            zero = EndZero(end, orders[end], is_low)
            if self._has_erf and not {low, high} <= set(orders):
                # no bounds of erf itself: its derivative has to do on the whole interval
                return self._near_zero(name, zero, high if is_low else low)
            width = self._width(zero, (high - low) / 3)
            inner = end + width if is_low else end - width
            cut[0 if is_low else 1] = inner
            blocks.append(self._near_zero(f"{name}_{'low' if is_low else 'high'}", zero, inner))
        script = f"(intros {x} H{x}; unfold {slack}; bounded {x})"
        if high in orders:
            script = f"(apply (two_cells _ _ ({rational(cut[1])}) _); [{script} | exact {name}_high])"
        if low in orders:
            script = f"(apply (two_cells _ _ ({rational(cut[0])}) _); [exact {name}_low | {script}])"
        blocks.append(f"Lemma {name} :\n  {self._on(low, high)} 0 <= {slack} {x}.\nProof. {script}. Qed.")
        return "\n\n".join(blocks)

    def _near_zero(self, name: str, zero: EndZero, inner: Fraction) -> str:
        """Return the lemmas for the interval between a zero and `inner`."""
        x = self.variable
        low, high = (zero.at, inner) if zero.low else (inner, zero.at)
        rule, change = ("from_left_end", "rises") if zero.low else ("from_right_end", "falls")
        flip = "" if zero.low else "- "
        tapes = self._chain(zero, zero.order)
        names = [f"{self.name}_slack", *(f"{name}_slack_{k}" for k in range(1, zero.order))]
        blocks = [self._definition(n, t) for n, t in zip(names[1:], tapes[1:], strict=True)]
        for k in reversed(range(zero.order)):
            lemma = name if k == 0 else f"{name}_{k}"
            if k == zero.order - 1:
                sign = f"eexists; split; [unfold {names[k]}; auto_derive; [defined_here | reflexivity] | bounded {x}]"
            else:
                sign = (
                    f"exists ({flip}{names[k + 1]} {x}); split; [unfold {names[k]}, {names[k + 1]}; auto_derive; "
                    f"[defined_here | unfold Rdiv; field; defined_here] | pose proof ({name}_{k + 1} {x} H{x}); lra]"
                )
            blocks.append(
                f"Lemma {lemma} :\n  {self._on(low, high)} 0 <= {names[k]} {x}.\nProof.\n"
                f"  apply {rule}.\n  - {vanishes(names[k], tapes[k], zero.at)}\n"
                f"  - intros {x} H{x}. unfold {change}. {sign}.\nQed."
            )
        return "\n\n".join(blocks)

    def _chain(self, zero: EndZero, order: int) -> list[Tape]:
        """Return the tapes of f, f', ... (at a right end f, -f', f'', ...), `order` of them."""
        tapes = [self.tape]
        symbol = sympy.Symbol(self.tape.variables[0], real=True)
        while len(tapes) < order:
            derivative = to_sympy(tapes[-1], [symbol]).diff(symbol)
            tapes.append(tape_of(_text(derivative if zero.low else -derivative), self.tape.variables))
        return tapes

    def _width(self, zero: EndZero, widest: Fraction) -> Fraction:
        """Return a width beside a zero on which the order-th derivative seems to keep its sign."""
        symbol = sympy.Symbol(self.tape.variables[0], real=True)
        derivative = to_sympy(self.tape, [symbol]).diff(symbol, zero.order)
        direction = 1 if zero.low else -1
        values = sympy.lambdify(symbol, derivative * direction**zero.order, "mpmath")
        width = Fraction(widest).limit_denominator(64) or widest
        for _ in range(_HALVINGS):
            points = [zero.at + direction * width * Fraction(k, _SAMPLES) for k in range(1, _SAMPLES + 1)]
            if all(_positive(values, point) for point in points):
                return width * Fraction(1, 2)
            width /= 2
        raise UnsupportedError(f"no sign of the derivative of order {zero.order} next to {symbol} = {zero.at}")


def _text(expression: sympy.Expr) -> str:
    """Return an expression's text with exp(n u) as exp(u)**n: `field` sees no relation between the two."""
    names: dict[str, str] = {}

    def power(argument: sympy.Expr) -> sympy.Expr:
        number, rest = argument.as_coeff_Mul()
        if not number.is_Integer or abs(number) < 2:
            number, rest = sympy.Integer(1), argument
        unit = sympy.exp(sympy.sign(number) * rest)
        name = f"exponential_{len(names)}_"
        name = next((known for known, text in names.items() if text == f"({unit})"), name)
        names[name] = f"({unit})"
        return sympy.Symbol(name) ** abs(number)

    text = str(expression.replace(sympy.exp, power))
    for name, unit in names.items():
        text = text.replace(name, unit)
    return text


def _positive(values: object, point: Fraction) -> bool:
    try:
        return bool(values(mpmath.mpf(point.numerator) / point.denominator) > 0)  # type: ignore[operator]
    except (ValueError, ZeroDivisionError, TypeError):
        return False
