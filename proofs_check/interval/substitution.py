"""Changes of variable: rho = cos(angle), so that sqrt(1 - rho^2) becomes sin(angle), and x = exp(t), so that log(x) becomes t.

Kernel maps hold sqrt(1 - rho^2), asin and acos, whose derivatives are infinite at rho = +-1: no Taylor form reaches the
end of the interval, and ordinary bisection needs twice as many cells for each halving of the distance to it. With
angle = pi*t the function is analytic and the ends stay rational in t.

With x = exp(t) a zero at a power of e, such as that of x log(x) + 1/e, becomes rational. The interval of t reaches a
little beyond that of x, where the claim has to hold too.

The three rewrites of the cosine hold for an angle in [0, pi], which is checked: acos(cos a) = a, asin(cos a) = pi/2 - a,
sqrt(1 - cos(a)^2) = sin a.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import sympy

from proofs_check.interval.ball import Program, arithmetic, hull
from proofs_check.interval.statement import Rational, Statement, exact_end, statement_of
from proofs_check.interval.tape import tape_of

_LOGARITHM_BITS = 20
"""The ends of t = log(x) are rounded outward to multiples of 2^-20."""


@dataclass(frozen=True, slots=True)
class Substitution:
    """Put ``variable = by`` for ``new`` in [low, high]; `by` has to map this interval onto the variable's range or beyond it.

    Examples
    --------
    >>> rho, t = sympy.symbols("rho t")
    >>> claim = sympy.Ge(sympy.sqrt(1 - rho**2) - rho * sympy.acos(rho), 0)
    >>> Substitution(rho, sympy.cos(sympy.pi * t), t, 0, 1).apply(statement_of(claim, {rho: (-1, 1)})).text
    '-pi*t*cos(pi*t) + sin(pi*t) >= 0 for t in [0, 1]'
    """

    variable: sympy.Symbol
    by: sympy.Expr
    new: sympy.Symbol
    low: Rational
    high: Rational

    def apply(self, statement: Statement) -> Statement:
        """Return the statement in the new variable.

        Raises
        ------
        ValueError
            If the variable is not the statement's, `by` is not continuous on [low, high], or its ends are not those of the
            variable's range, nor beyond them.
        """
        if self.variable.name not in statement.variables:
            raise ValueError(f"apply needs a variable of {statement.text!r}, got {self.variable}.")
        low, high = exact_end(self.low), exact_end(self.high)
        if low is None or high is None or not low < high:
            raise ValueError(f"apply needs a bounded range low < high of {self.new}, got [{self.low}, {self.high}].")
        place = statement.variables.index(self.variable.name)
        self._check_onto((low, high), statement.box[place])
        symbols = {name: sympy.Symbol(name, real=True) for name in (*statement.variables, self.new.name)}
        old, new = symbols[self.variable.name], symbols[self.new.name]
        by = self.by.subs(self.new, new)
        slack = _rewritten(statement.slack(), old, by, (low, high), new).subs(old, by)
        domain = {
            (new if i == place else symbols[name]): ((low, high) if i == place else ends)
            for i, (name, ends) in enumerate(zip(statement.variables, statement.box, strict=True))
        }
        relation = sympy.StrictGreaterThan if statement.strict else sympy.GreaterThan
        return statement_of(relation(slack, 0, evaluate=False), _with_infinities(domain))

    def place_of(self, value: Fraction) -> Fraction | None:
        """Return the rational t at which a cosine substitution has a value; None if there is none or it is no cosine."""
        if not isinstance(self.by, sympy.cos):
            return None
        angle = self.by.args[0]
        slope = sympy.diff(angle, self.new)
        turned = (sympy.acos(sympy.Rational(value.numerator, value.denominator)) - angle.subs(self.new, 0)) / slope
        return Fraction(int(turned.p), int(turned.q)) if turned.is_Rational else None

    def _check_onto(self, new: tuple[Fraction, Fraction], old: tuple[Fraction | None, Fraction | None]) -> None:
        tape = tape_of(self.by, [self.new.name])
        with arithmetic(64):
            finite = Program(tape)([hull(*new)]).is_finite()
        if not finite or any(name in ("sign", "heaviside") for name, *_ in tape.instructions):
            raise ValueError(
                f"apply needs {self.by} continuous on [{new[0]}, {new[1]}] (so that no value is left out)."
            )
        images = [sympy.simplify(self.by.subs(self.new, sympy.Rational(x.numerator, x.denominator))) for x in new]
        ends = [None if x is None else sympy.Rational(x.numerator, x.denominator) for x in old]
        if None in ends or not any(
            (a - ends[0]).is_nonpositive and (b - ends[1]).is_nonnegative for a, b in (images, images[::-1])
        ):
            raise ValueError(f"apply needs {self.by} to map the ends {new} onto the ends {old}, got {images}.")


def logarithmic_substitution(statement: Statement) -> Substitution | None:
    """Return x = exp(t) for a statement in one variable x with a logarithm of it, on a bounded range above 0.

    Examples
    --------
    >>> from proofs_check.interval.statement import parse_statement
    >>> logarithmic_substitution(parse_statement("log(x) <= x for x in [1, 2]"))
    Substitution(variable=x, by=exp(t), new=t, low=Fraction(0, 1), high=Fraction(363409, 524288))
    """
    [name, *others], (low, high) = statement.variables, statement.box[0]
    x = sympy.Symbol(name, real=True)
    if others or low is None or high is None or low <= 0 or sympy.log(x) not in statement.slack().atoms(sympy.log):
        return None
    t = _fresh("t", statement.variables)
    scale = 2**_LOGARITHM_BITS
    below = Fraction(int(sympy.floor(sympy.log(sympy.Rational(low.numerator, low.denominator)) * scale)), scale)
    above = Fraction(int(sympy.ceiling(sympy.log(sympy.Rational(high.numerator, high.denominator)) * scale)), scale)
    return Substitution(sympy.Symbol(name), sympy.exp(t), t, below, above)


def suggest_substitution(statement: Statement) -> Substitution | None:
    """Return rho = cos(pi*t) if a variable has branch points at +-1 and its ends are cosines of rational angles.

    Examples
    --------
    >>> from proofs_check.interval.statement import parse_statement
    >>> suggest_substitution(parse_statement("acos(rho) >= 0 for rho in [0, 1]"))
    Substitution(variable=rho, by=cos(pi*t), new=t, low=0, high=1/2)
    """
    slack = statement.slack()
    for name, (low, high) in zip(statement.variables, statement.box, strict=True):
        rho = sympy.Symbol(name, real=True)
        if low is None or high is None or low < -1 or high > 1 or not _has_branch_points(slack, rho):
            continue
        turns = [sympy.acos(sympy.Rational(x.numerator, x.denominator)) / sympy.pi for x in (high, low)]
        if all(turn.is_Rational for turn in turns):
            t = _fresh("t", statement.variables)
            return Substitution(sympy.Symbol(name), sympy.cos(sympy.pi * t), t, *turns)
    return None


def _fresh(name: str, taken: tuple[str, ...]) -> sympy.Symbol:
    while name in taken:
        name += "_"
    return sympy.Symbol(name)


def _has_branch_points(slack: sympy.Expr, rho: sympy.Symbol) -> bool:
    inverse = any(f.args[0] in (rho, -rho) for f in slack.atoms(sympy.acos, sympy.asin))
    return inverse or any(_sine_power(p, rho, sympy.Integer(1)) is not None for p in slack.atoms(sympy.Pow))


def _rewritten(
    slack: sympy.Expr, rho: sympy.Symbol, by: sympy.Expr, ends: tuple[Fraction, Fraction], new: sympy.Symbol
) -> sympy.Expr:
    """Return the slack with its branch points in rho expressed by the angle, if `by` is the cosine of one in [0, pi]."""
    if not isinstance(by, sympy.cos):
        return slack
    angle = by.args[0]
    turns = [(angle / sympy.pi).subs(new, sympy.Rational(x.numerator, x.denominator)) for x in ends]
    monotone = sympy.diff(angle, new, 2) == 0
    if not monotone or not all(turn.is_Rational and 0 <= turn <= 1 for turn in turns):
        return slack
    slack = slack.replace(
        lambda e: isinstance(e, sympy.acos | sympy.asin) and e.args[0] in (rho, -rho),
        lambda e: _inverse_cosine(e, rho, angle),
    )
    return slack.replace(
        lambda e: isinstance(e, sympy.Pow) and _sine_power(e, rho, angle) is not None,
        lambda e: _sine_power(e, rho, angle),
    )


def _inverse_cosine(value: sympy.Expr, rho: sympy.Symbol, angle: sympy.Expr) -> sympy.Expr:
    turned = angle if value.args[0] == rho else sympy.pi - angle
    return turned if isinstance(value, sympy.acos) else sympy.pi / 2 - turned


def _sine_power(power: sympy.Pow, rho: sympy.Symbol, angle: sympy.Expr) -> sympy.Expr | None:
    """Return c^e sin(angle)^(2e) for a power (c (1 - rho^2))^e, c > 0 and 2e odd; else None."""
    base, exponent = power.as_base_exp()
    if not (exponent.is_Rational and exponent.q == 2 and base.is_polynomial(rho) and base.has(rho)):
        return None
    factor = sympy.cancel(base / (1 - rho**2))
    if factor.has(rho) or not factor.is_positive:
        return None
    return factor**exponent * sympy.sin(angle) ** (2 * exponent)


def _with_infinities(
    domain: Mapping[sympy.Symbol, tuple[Fraction | None, Fraction | None]],
) -> dict[sympy.Symbol, tuple[Rational, Rational]]:
    return {
        symbol: (-sympy.oo if low is None else low, sympy.oo if high is None else high)
        for symbol, (low, high) in domain.items()
    }
