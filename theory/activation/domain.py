"""Is this expression an activation: finite on the real line, square-integrable for the Gaussian, not constant?

Each answer is proved or the expression is refused with the place: ranges over panels of the line show that divisors
do not vanish and logarithms have positive arguments; a structural bound |s(x)| <= P(|x|) exp(b|x| + a x^2) with
a < 1/4 shows E s(Z)^2 < oo for Z ~ N(0, 1), and serves as the proved tail of every integral later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import flint
import sympy
import sympy as sp

from theory.activation.evaluation import ball_of_constant, to_sympy
from theory.activation.expression import Expression, number
from theory.activation.pieces import smooth_pieces
from theory.activation.real_range import Range, panels, range_of, range_on_line
from theory.exact.sign import rational_between
from theory.syntax import shown


@dataclass(frozen=True, slots=True)
class GrowthBound:
    """The bound |s(x)| <= P(|x|) exp(linear |x| + quadratic x^2), for every real x.

    `polynomial` holds the coefficients of P, ascending, all nonnegative. All numbers are exact rationals.

    Examples
    --------
    >>> from theory.activation.parser import parse_expression
    >>> growth_bound(parse_expression("x*Phi(x)"))
    GrowthBound(polynomial=(Fraction(0, 1), Fraction(1, 1)), linear=Fraction(0, 1), quadratic=Fraction(0, 1))
    """

    polynomial: tuple[Fraction, ...]
    linear: Fraction = Fraction(0)
    quadratic: Fraction = Fraction(0)

    def __add__(self, other: GrowthBound) -> GrowthBound:
        length = max(len(self.polynomial), len(other.polynomial))
        total = [Fraction(0)] * length
        for coefficients in (self.polynomial, other.polynomial):
            for k, c in enumerate(coefficients):
                total[k] += c
        return GrowthBound(tuple(total), max(self.linear, other.linear), max(self.quadratic, other.quadratic))

    def __mul__(self, other: GrowthBound) -> GrowthBound:
        total = [Fraction(0)] * (len(self.polynomial) + len(other.polynomial) - 1)
        for j, a in enumerate(self.polynomial):
            for k, b in enumerate(other.polynomial):
                total[j + k] += a * b
        return GrowthBound(tuple(total), self.linear + other.linear, self.quadratic + other.quadratic)

    def power(self, q: Fraction) -> GrowthBound:
        """Return a bound for |s|^q, q >= 0; for a fraction through P^q <= (1 + P)^ceil(q)."""
        base = self.polynomial if q.denominator == 1 else (1 + self.polynomial[0], *self.polynomial[1:])
        total = GrowthBound((Fraction(1),))
        for _ in range(ceil(q)):
            total *= GrowthBound(base)
        return GrowthBound(total.polynomial, self.linear * q, self.quadratic * q)

    def at(self, mean: Fraction, deviation: Fraction) -> GrowthBound:
        """Return a bound of |s(mean + deviation x)|, mean >= 0: P(m + d|x|) exp(b(m + d|x|) + a(m + d|x|)^2).

        The constant factor exp(b m + a m^2) is rounded up to a power of 3 > e.
        """
        total = [Fraction(0)] * len(self.polynomial)
        power = [Fraction(1)]
        for coefficient in self.polynomial:
            for k, c in enumerate(power):
                total[k] += coefficient * c
            power = [
                mean * c + deviation * b for c, b in zip([*power, Fraction(0)], [Fraction(0), *power], strict=True)
            ]
        factor = 3 ** ceil(self.linear * mean + self.quadratic * mean**2)
        linear = (self.linear + 2 * self.quadratic * mean) * deviation
        return GrowthBound(tuple(factor * c for c in total), linear, self.quadratic * deviation**2)

    @property
    def is_square_integrable(self) -> bool:
        """Whether the bound shows E s(Z)^2 < oo."""
        return self.quadratic < Fraction(1, 4)


def check_activation(expression: Expression) -> GrowthBound:
    """Return the growth bound of an expression that is an activation; refuse any other.

    Raises
    ------
    ValueError
        If it is not finite (or not shown to be) somewhere on the real line, if no bound shows E s(Z)^2 < oo, or if it
        cannot be told from a constant.
    """
    _check_finite(expression)
    _check_not_constant(expression)
    growth = growth_bound(expression)
    if growth is None or not growth.is_square_integrable:
        rate = (
            "for which no such bound was found" if growth is None else f"which grows like exp({growth.quadratic}*x**2)"
        )
        raise ValueError(
            f"activation needs to be square-integrable for the Gaussian (|s(x)| <= C exp(a x^2), a < 1/4), "
            f"got {shown(str(expression))}, {rate}."
        )
    return growth


def growth_bound(expression: Expression) -> GrowthBound | None:
    """Return a proved bound of |s(x)| on the real line, or None if the rules find none.

    Parameters
    ----------
    expression : Expression
        Finite on the real line.
    """
    bounds: dict[Expression, GrowthBound | None] = {}
    for node in expression.nodes():
        bounds[node] = _node_bound(node, bounds)
    return bounds[expression]


_BOUNDED_BY_ONE = frozenset({"sin", "cos", "tanh", "erf", "Phi", "sigmoid", "sign", "step"})
_AT_MOST_IDENTITY = frozenset({"abs", "negate", "atan", "asinh"})


def _node_bound(node: Expression, bounds: dict[Expression, GrowthBound | None]) -> GrowthBound | None:
    operands = [bounds[o] for o in node.operands]
    if node.head == "x":
        return GrowthBound((Fraction(0), Fraction(1)))
    if node.is_constant:
        return GrowthBound((_upper(abs(ball_of_constant(node))),))
    if node.head in _BOUNDED_BY_ONE:
        return GrowthBound((Fraction(1),))
    if node.head == "erfc":
        return GrowthBound((Fraction(2),))
    if node.head in {"exp", "sinh", "cosh"}:
        return _exponential_bound(node, operands[0])
    if node.head == "tan":
        whole = range_on_line(node)
        return None if whole is None else _bounded(whole)
    if any(o is None for o in operands):
        return None
    known = [o for o in operands if o is not None]
    if node.head in _AT_MOST_IDENTITY:
        return known[0]
    if node.head in {"add", "subtract", "max", "min"}:
        return known[0] + known[1]
    if node.head == "multiply":
        return known[0] * known[1]
    if node.head == "softplus":  # log(1 + e^u) <= log 2 + |u|
        return GrowthBound((Fraction(7, 10),)) + known[0]
    if node.head == "sqrt":
        return known[0].power(Fraction(1, 2))
    if node.head == "log":
        return _logarithm_bound(node, known[0])
    if node.head == "divide":
        inverse = _reciprocal_bound(node.operands[1])
        return None if inverse is None else known[0] * inverse
    if node.head == "power" and node.value is not None:
        if node.value >= 0:
            return known[0].power(node.value)
        inverse = _reciprocal_bound(node.operands[0])
        return None if inverse is None else inverse.power(-node.value)
    return None


def _exponential_bound(node: Expression, argument_bound: GrowthBound | None) -> GrowthBound | None:
    """Return a bound of exp(u) from above by exp(sup u), or by the quadratic that bounds u."""
    argument = node.operands[0]
    if node.head in {"sinh", "cosh"}:
        positive, negative = (
            _exponential_bound(Expression("exp", (u,)), argument_bound) for u in (argument, -argument)
        )
        return None if positive is None or negative is None else positive + negative
    quadratic = _polynomial_coefficients(argument)
    if quadratic is not None and len(quadratic) <= 3:
        c0, c1, c2 = (*quadratic, *(Fraction(0),) * (3 - len(quadratic)))
        return GrowthBound((_upper_exp(c0),), abs(c1), c2)
    whole = range_on_line(argument)
    if whole is not None and whole.upper.is_finite():
        return GrowthBound((_upper_exp(_upper(whole.upper)),))
    if (
        argument_bound is None
        or argument_bound.linear > 0
        or argument_bound.quadratic > 0
        or len(argument_bound.polynomial) > 3
    ):
        return None
    c0, c1, c2 = (*argument_bound.polynomial, *(Fraction(0),) * (3 - len(argument_bound.polynomial)))
    return GrowthBound((_upper_exp(c0),), c1, c2)


def _logarithm_bound(node: Expression, argument_bound: GrowthBound) -> GrowthBound | None:
    """Return a bound of |log v|: from above by the growth of v, from below by inf v."""
    inverse = _reciprocal_bound(node.operands[0])
    if inverse is None:
        return None
    total = GrowthBound((Fraction(0),))
    for bound in (argument_bound, inverse):
        # log(P(t) e^{bt + a t^2}) <= P(t) + |b| t + |a| t^2, as log y <= y
        total += GrowthBound(bound.polynomial) + GrowthBound((Fraction(0), abs(bound.linear), abs(bound.quadratic)))
    return total


def _reciprocal_bound(divisor: Expression) -> GrowthBound | None:
    """Return a bound of 1/|v|."""
    if divisor.is_constant:
        return GrowthBound((_upper(1 / abs(ball_of_constant(divisor))),))
    if divisor.head == "sigmoid":  # 1/sigmoid(u) = 1 + exp(-u)
        return growth_bound(1 + Expression("exp", (-divisor.operands[0],)))
    if divisor.head == "exp":
        return growth_bound(Expression("exp", (-divisor.operands[0],)))
    if divisor.head == "multiply":
        left, right = (_reciprocal_bound(o) for o in divisor.operands)
        return None if left is None or right is None else left * right
    if divisor.head == "power" and divisor.value is not None and divisor.value > 0:
        base = _reciprocal_bound(divisor.operands[0])
        return None if base is None else base.power(divisor.value)
    whole = range_on_line(divisor)
    if whole is not None and whole.lower > 0:
        return GrowthBound((_upper(1 / whole.lower),))
    if whole is not None and whole.upper < 0:
        return GrowthBound((_upper(-1 / whole.upper),))
    floor = _polynomial_floor(divisor)
    return None if floor is None else GrowthBound((1 / floor,))


def _polynomial_floor(expression: Expression) -> Fraction | None:
    """Return m > 0 with p >= m on the real line for a positive polynomial p: p - m has no real root either."""
    polynomial = _as_polynomial(expression)
    if polynomial is None or polynomial.count_roots() > 0 or polynomial.eval(0) <= 0:
        return None
    floor = sp.Rational(polynomial.eval(0))
    for _ in range(64):
        floor /= 2
        if (polynomial - floor).count_roots() == 0:
            return Fraction(int(floor.p), int(floor.q))
    return None


def _bounded(whole: Range) -> GrowthBound | None:
    if not (whole.lower.is_finite() and whole.upper.is_finite()):
        return None
    return GrowthBound((max(_upper(-whole.lower), _upper(whole.upper)),))


def _upper(ball: flint.arb) -> Fraction:
    """Return a short rational at least as large as every number in the ball."""
    numerator, exponent = ball.upper().mid().man_exp()
    exact = Fraction(int(numerator)) * Fraction(2) ** int(exponent)
    scaled = exact * 2**20
    return exact if exact.denominator <= 2**20 else Fraction(ceil(scaled), 2**20)


def _upper_exp(exponent: Fraction) -> Fraction:
    return _upper(flint.arb(flint.fmpq(exponent.numerator, exponent.denominator)).exp())


def _as_polynomial(expression: Expression) -> sympy.Poly | None:
    """Return a polynomial with rational coefficients as such, else None."""
    x = sp.Symbol("x", real=True)
    form = to_sympy(expression, x)
    if not form.is_polynomial(x):
        return None
    polynomial = sp.Poly(form, x)
    return polynomial if polynomial.domain in (sp.ZZ, sp.QQ) else None


def _polynomial_coefficients(expression: Expression) -> list[Fraction] | None:
    """Return rational coefficients, ascending, of a polynomial with rational coefficients, else None."""
    polynomial = _as_polynomial(expression)
    return None if polynomial is None else [Fraction(int(c.p), int(c.q)) for c in reversed(polynomial.all_coeffs())]


def _check_finite(expression: Expression) -> None:
    """Refuse an expression with an operation that is undefined somewhere on the real line."""
    for node in expression.nodes():
        if node.is_constant:
            continue
        if node.head == "divide" or (node.head == "power" and node.value is not None and node.value < 0):
            _check_sign(node, node.operands[-1], "the divisor vanishes", lambda r: bool(r.lower > 0 or r.upper < 0))
        if node.head == "log":
            _check_sign(node, node.operands[0], "the logarithm's argument is not positive", lambda r: r.is_positive)
        if node.head == "sqrt" or (node.head == "power" and node.value is not None and node.value.denominator > 1):
            _check_sign(node, node.operands[0], "the root's argument is negative", lambda r: r.is_nonnegative)
        if node.head == "tan":
            cosine = Expression("cos", node.operands)
            _check_sign(node, cosine, "the tangent has a pole", lambda r: r.is_positive)


def _check_sign(node: Expression, argument: Expression, trouble: str, holds: Callable[[Range], bool]) -> None:
    """Show that `argument` keeps the sign it needs, by structure or on panels, or name a place where it does not."""
    if _is_structurally_positive(argument):
        return
    open_panels = [(panel, 0) for panel in sorted(panels(), key=_distance_from_zero, reverse=True)]
    while open_panels:
        panel, depth = open_panels.pop()
        part = range_of(argument, panel)
        if part is not None and holds(part):
            continue
        if depth < 6 and panel.lower.is_finite() and panel.upper.is_finite():
            middle = (panel.lower + panel.upper) / 2
            open_panels += [(Range(panel.lower, middle), depth + 1), (Range(middle, panel.upper), depth + 1)]
            continue
        if _polynomial_floor(argument) is not None:
            return
        raise ValueError(
            f"activation needs to be finite on the whole real line, got {shown(str(node))}, where {trouble} "
            f"{_place(argument, panel)}."
        )


def _distance_from_zero(panel: Range) -> Fraction:
    return min(_upper(abs(end)) if end.is_finite() else Fraction(10**6) for end in (panel.lower, panel.upper))


_POSITIVE = frozenset({"exp", "cosh", "sigmoid", "Phi", "softplus", "erfc"})


def _is_structurally_positive(expression: Expression) -> bool:
    """Whether the form alone shows a value above 0 everywhere, also where the infimum is 0."""
    if expression.is_constant:
        return bool(ball_of_constant(expression) > 0)
    if expression.head in _POSITIVE:
        return True
    if expression.head in {"add", "multiply", "divide", "min"}:
        return all(_is_structurally_positive(o) for o in expression.operands)
    return expression.head in {"power", "sqrt"} and _is_structurally_positive(expression.operands[0])


def _place(argument: Expression, panel: Range) -> str:
    """Return where the trouble is: an exact root of a polynomial, else the panel that resisted."""
    polynomial = _as_polynomial(argument)
    if polynomial is not None:
        roots = sp.real_roots(polynomial)
        if roots:
            return f"at x = {roots[0]}" if roots[0].is_rational else f"near x = {sp.N(roots[0], 6)}"
        return "everywhere"
    if panel.lower.is_finite() and panel.upper.is_finite():
        return f"(or cannot be excluded to) near x = {((panel.lower + panel.upper) / 2).mid().str(3, radius=False)}"
    return f"(or cannot be excluded to) towards {'oo' if panel.lower.is_finite() else '-oo'}"


def _check_not_constant(expression: Expression) -> None:
    """Accept when two values are certainly different; every smooth piece gets a sample."""
    samples = [Fraction(k, 7) for k in range(-30, 31)]
    if not expression.is_constant:
        for piece in smooth_pieces(expression) or ():
            inside = rational_between(piece.lower, piece.upper)
            samples.append(Fraction(int(inside.p), int(inside.q)))
    x, values = Expression("x"), []
    for sample in samples if not expression.is_constant else samples[:1]:
        values.append(ball_of_constant(expression.replace(x, number(sample))))
        if any(not values[-1].overlaps(v) for v in values[:-1]):
            return
    raise ValueError(
        f"activation needs two different values (a constant carries no signal), got {shown(str(expression))}."
    )
