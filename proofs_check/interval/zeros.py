"""Places where the slack of an inequality vanishes, found and proved symbolically.

An interval argument alone never closes a cell in which the claim is an equality. It closes there once the order of the
zero is known: with a_0 = ... = a_{p-1} = 0 at x = c, the slack is (x - c)^p q and q has an enclosure that stays away
from 0 (`cell_bound.py`). Two kinds are used:

- a *face zero*: the slack vanishes to exact order p at x_i = c for all values of the other variables;
- a *corner*: at one vertex of the box the quotient q of a face zero (or the slack itself) vanishes once more.

That the coefficients are zero is proved by SymPy (an exact zero after ``expand`` or ``simplify``), so it is the
symbolic part of a certificate, and the checker names it among what it relies on.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import sympy
from flint import arb

from proofs_check.interval.ball import Program, arithmetic, rational_ball
from proofs_check.interval.statement import Rational, exact_end
from proofs_check.interval.tape import Tape

_LARGEST_SIMPLIFIED = 300
"""Operations of an expression that SymPy is asked to simplify."""

HIGHEST_ORDER = 12


@dataclass(frozen=True, slots=True)
class Zero:
    """A place ``variable == at`` where the claim is an equality; the order is found when it is not given.

    Parameters
    ----------
    variable : sympy.Symbol or str
    at : exact rational
        An end of the variable's range, or a point inside it (then the order has to be even).
    order : int, optional
        No coefficient from this order on is proved zero.
    """

    variable: sympy.Symbol | str
    at: Rational
    order: int | None = None


@dataclass(frozen=True, slots=True)
class FaceZero:
    """The slack is (x_variable - at)^order times a quotient that does not vanish identically on the face."""

    variable: int
    at: Fraction
    order: int
    why: str


@dataclass(frozen=True, slots=True)
class Corner:
    """At the vertex `at` the quotient of face zero `zero` (the slack itself if None) is zero."""

    at: tuple[Fraction, ...]
    zero: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Slack:
    """A slack to be bounded below: its expression, symbols, tape and bounded box."""

    expression: sympy.Expr
    symbols: tuple[sympy.Symbol, ...]
    tape: Tape
    box: tuple[tuple[Fraction, Fraction], ...]

    def middle(self) -> list[Fraction]:
        """Return the centre of the box."""
        return [(low + high) / 2 for low, high in self.box]


def face_zeros(slack: Slack, declared: Sequence[Zero] | None) -> tuple[FaceZero, ...]:
    """Return the proved face zeros among the declared places, or among all faces of the box if none is declared.

    A declared place at which the slack is not proved zero is left out: what is claimed there is then no equality, and
    the ordinary bounds decide.

    Raises
    ------
    ValueError
        If a declared zero names another variable or lies outside the box.
    """
    places: list[tuple[int, Fraction, int | None]]
    if declared is None:
        places = [(i, end, None) for i, ends in enumerate(slack.box) for end in ends]
    else:
        places = [_place(slack, zero) for zero in declared]
    found = []
    for variable, at, limit in places:
        order = order_of_zero(slack, variable, at, limit)
        if order:
            found.append(FaceZero(variable, at, order, f"SymPy: Taylor coefficients 0..{order - 1} are zero"))
    return tuple(found)


def order_of_zero(slack: Slack, variable: int, at: Fraction, limit: int | None = None) -> int:
    """Return the number of Taylor coefficients at x_variable = at proved to vanish identically on that face.

    Examples
    --------
    >>> from proofs_check.interval.tape import tape_of
    >>> x = sympy.Symbol("x", real=True)
    >>> f = x - sympy.tanh(x)
    >>> slack = Slack(f, (x,), tape_of(f, ["x"]), ((Fraction(0), Fraction(1)),))
    >>> order_of_zero(slack, 0, Fraction(0))
    3
    """
    highest = HIGHEST_ORDER if limit is None else min(limit, HIGHEST_ORDER)
    point = slack.middle()
    point[variable] = at
    with arithmetic(128, highest + 2):
        numerical = Program(slack.tape).coefficients([rational_ball(x) for x in point], variable, highest)
    derivative, place = slack.expression, sympy.Rational(at.numerator, at.denominator)
    for order in range(highest):
        # The ball decides in microseconds that a coefficient is not zero; only a likely zero is worth a proof.
        if not numerical[order].is_finite():
            return 0  # no Taylor series here
        if not numerical[order].contains(arb(0)):
            return order
        if not is_proved_zero(derivative.subs(slack.symbols[variable], place)):
            return order
        derivative = derivative.diff(slack.symbols[variable])
    return highest


def corners(slack: Slack, zeros: Sequence[FaceZero]) -> tuple[Corner, ...]:
    """Return the vertices of the box where a face zero's quotient, or the slack off the zero faces, is proved zero."""
    if len(slack.box) == 1:
        return ()
    found = []
    for vertex in itertools.product(*slack.box):
        on_faces = [k for k, zero in enumerate(zeros) if vertex[zero.variable] == zero.at]
        candidates: list[int | None] = [*on_faces] if on_faces else [None]
        for k in candidates:
            if _vanishes_at(slack, vertex, None if k is None else zeros[k]):
                found.append(Corner(vertex, k, "SymPy: the first non-zero coefficient of the face is zero here"))
    return tuple(found)


def is_proved_zero(value: sympy.Expr) -> bool:
    """Return whether SymPy proves an expression identically zero; False says nothing.

    Examples
    --------
    >>> x = sympy.Symbol("x")
    >>> is_proved_zero(2 * sympy.sinh(1) - sympy.E + sympy.exp(-1)), is_proved_zero(sympy.sinh(x) - x)
    (True, False)
    """
    if value == 0:
        return True
    if value.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo):
        return False
    if value.has(sympy.sinh, sympy.cosh, sympy.tanh):
        # Neither expand nor simplify brings hyperbolic functions and exponentials to one form.
        value = sympy.together(value.rewrite(sympy.exp))
    if sympy.expand(value) == 0:
        return True
    # Beyond some size simplify factors polynomials in many generators for minutes; it then says nothing.
    return value.count_ops() <= _LARGEST_SIMPLIFIED and sympy.simplify(value) == 0


def _place(slack: Slack, zero: Zero) -> tuple[int, Fraction, int | None]:
    names = [symbol.name for symbol in slack.symbols]
    if str(zero.variable) not in names:
        raise ValueError(f"prove needs zeros in the variables {', '.join(names)}, got {zero.variable!r}.")
    variable, at = names.index(str(zero.variable)), exact_end(zero.at)
    low, high = slack.box[variable]
    if at is None or not low <= at <= high:
        raise ValueError(f"prove needs zeros inside the box [{low}, {high}], got {zero.variable} = {zero.at}.")
    return variable, at, zero.order


def _vanishes_at(slack: Slack, vertex: Sequence[Fraction], zero: FaceZero | None) -> bool:
    variable, order = (0, 0) if zero is None else (zero.variable, zero.order)
    with arithmetic(128, order + 2):
        value = Program(slack.tape).coefficients([rational_ball(x) for x in vertex], variable, order)[order]
    if not value.is_finite() or not value.contains(arb(0)):
        return False
    derivative = slack.expression.diff(slack.symbols[variable], order) if order else slack.expression
    places = {s: sympy.Rational(x.numerator, x.denominator) for s, x in zip(slack.symbols, vertex, strict=True)}
    return is_proved_zero(derivative.subs(places))
