r"""Tailored activations: gamma (s(alpha x + beta) + delta) whose maps have what a method asks of them, certified.

The local maps at q = 1 are Q(q) = E a(sqrt(q) Z)^2 and C(c) = E a(U) a(V), c = E U V. *DKS* asks Q(1) = 1, Q'(1) = 1, C(0) = 0 and
C'(1) = zeta. With u = alpha Z + beta, delta = -E s(u) and gamma^2 = 1/Var s(u) meet the first and the third; what is left is

    F_1 = E (s(u) - E s(u))^2 Z^2 - 3 Var s(u) = 0,        F_2 = alpha^2 E s'(u)^2 - zeta Var s(u) = 0,

for Q'(1) = gamma^2 E (s(u) + delta)^2 (Z^2 - 1)/2. All derivatives in alpha and beta are moments too:
d/dbeta E f(u) Z^j = E f(u) (Z^(j+1) - j Z^(j-1))/alpha and d/dalpha E f(u) Z^j = E f(u) (Z^(j+2) - (j+1) Z^j)/alpha. A box in which the Krawczyk operator
K = x - Y F(x) + (1 - Y J(box)) (box - x) stays inside holds exactly one solution.

A relu scaled at its input is scaled at its output, so alpha = 1 and Q'(1) = 1 cannot be asked besides; C'(1) = Phi(b)/Var relu(Z + b) falls from oo to 1
in b = beta, which is shown by the sign of its derivative on [-3, 6].

Since C(0) = 0 gives C'(1) = sum k p_k >= 1 with equality for linear activations alone, zeta <= 1 cannot be met by any nonlinear one.

*TAT* for leaky relus asks C^L(0) = eta of L layers, with Q(q) = q. For s_a(x) = max(x, 0) + a min(x, 0), scaled by sqrt(2/(1 + a^2)),

    C_a(c) = c + (1 - a)^2/(1 + a^2) h(c),        h(c) = (sqrt(1 - c^2) - c arccos c)/pi >= 0,

increases in c and falls in a on [0, 1]: there is one a if eta is between 0 and C_0^L(0), and none otherwise.

Accuracy: certified. Uniqueness is shown on the box that is stated, not beyond.

References
----------
1. J. Martens et al., "Rapid training of deep neural networks without skip connections or normalization layers using deep kernel
   shaping", arXiv 2110.01765 (DKS).
2. G. Zhang, A. Botev, J. Martens, "Deep learning without shortcuts: shaping the kernel with tailored rectifiers", ICLR 2022 (TAT).
3. R. Krawczyk, "Newton-Algorithmen zur Bestimmung von Nullstellen mit Fehlerschranken", Computing 4 (1969).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import flint

from theory.activation.activation import Activation
from theory.activation.domain import GrowthBound
from theory.activation.expression import Expression, X, maximum, minimum, number
from theory.enclosure.adaptive import adaptive_integral
from theory.enclosure.ball import ball_of, bits_of, enclose_to, working_bits
from theory.enclosure.derivative import derivative
from theory.enclosure.quadrature import Integrand, cut, density, tail_bound
from theory.number import Number

Matrix = tuple[tuple[flint.arb, flint.arb], tuple[flint.arb, flint.arb]]
_STARTS = (
    (1, 0),
    (1, 1),
    (1, -1),
    (Fraction(1, 2), Fraction(1, 2)),
    (Fraction(1, 2), Fraction(-1, 2)),
    (Fraction(1, 4), 1),
)
_RADII = tuple(Fraction(1, k) for k in (30, 100, 300, 1000, 3000, 10**4, 30_000, 10**5, 10**6))
_STEPS = 25
_SHIFTS = (Fraction(-3), Fraction(6))
"""Of a relu: C'(1) falls from 6.6 to 1 + 1e-8 between them."""
_POWERS = 5


class UnreachableTargetError(ValueError):
    """The target certainly cannot be met."""


@dataclass(frozen=True, slots=True)
class Tailored:
    """gamma (s(alpha x + beta) + delta), or a leaky relu of slope a, and where it is the only one.

    Parameters
    ----------
    activation : str
        Name of s.
    target : str
    parameters : dict of str to Number
        alpha, beta, gamma, delta; slope and gamma for a leaky relu.
    box : dict of str to (Fraction, Fraction)
        The ranges of the free parameters within which no other choice meets the target.
    why : str
        How existence and uniqueness were shown.
    tree : Expression
        The activation, with constants of 40 digits.
    """

    activation: str
    target: str
    parameters: dict[str, Number]
    box: dict[str, tuple[Fraction, Fraction]]
    why: str
    tree: Expression

    def as_activation(self) -> Activation:
        """Return it as an activation (its constants rational, within 1e-40)."""
        return Activation(f"tailored {self.activation}", self.tree)

    def to_json(self, digits: int = 20) -> dict[str, object]:
        """Return ``{"activation", "target", "parameters", "box", "why", "expression"}``."""
        return {
            "schema": 1,
            "activation": self.activation,
            "target": self.target,
            "parameters": {name: value.to_json(digits) for name, value in self.parameters.items()},
            "box": {name: [str(low), str(high)] for name, (low, high) in self.box.items()},
            "why": self.why,
            "expression": str(self.tree),
        }


def tailor(
    activation: str | Activation,
    target: str = "dks",
    *,
    zeta: Fraction | None = None,
    eta: Fraction | None = None,
    depth: int = 1,
) -> Tailored:
    """Return the tailored activation that meets a target, with a proof that it is the only one in a stated box.

    Parameters
    ----------
    activation : str or Activation
        For dks: relu, or one that is analytic on the line; for tat: leaky_relu or relu.
    target : {"dks", "tat", "unit"}
        dks: Q(1) = Q'(1) = 1, C(0) = 0, C'(1)^depth = zeta (3/2 if not given). tat: C^depth(0) = eta (9/10 if not given). unit: Q(1) = 1 and
        C(0) = 0 by scale and shift of the output alone.
    zeta, eta : Fraction
    depth : int
        Layers L of a plain network.

    Raises
    ------
    UnreachableTargetError
        If the target certainly cannot be met.
    ValueError
        If an argument is out of range, or no solution was found.

    Examples
    --------
    >>> shaped = tailor("tanh", "dks", depth=10)
    >>> shaped.parameters["alpha"].decimal(5)
    '0.29665'
    >>> tailor("leaky_relu", "tat", depth=20).parameters["slope"].decimal(5)
    '0.18138'
    >>> tailor("relu", "dks", zeta=Fraction(1))
    Traceback (most recent call last):
    ...
    theory.signal_propagation.tailor.UnreachableTargetError: tailor needs zeta > 1 (C(0) = 0 gives C'(1) >= 1, with equality for linear activations alone), got zeta=1.
    """
    found = activation if isinstance(activation, Activation) else Activation.from_text(activation)
    if isinstance(depth, bool) or not isinstance(depth, int) or not 1 <= depth <= 10_000:
        raise ValueError(f"tailor needs a depth in 1..10000, got depth={depth!r}.")
    if target not in ("dks", "tat", "unit"):
        raise ValueError(f"tailor needs a target of dks, tat, unit, got target={target!r}.")
    if (zeta is not None and target != "dks") or (eta is not None and target != "tat"):
        raise ValueError(
            f"tailor needs zeta for dks and eta for tat alone, got target={target!r}, zeta={zeta}, eta={eta}."
        )
    if target == "unit":
        return _unit(found)
    if target == "tat":
        return _leaky(found, Fraction(9, 10) if eta is None else Fraction(eta), depth)
    goal = Fraction(3, 2) if zeta is None else Fraction(zeta)
    if goal <= 1:
        raise UnreachableTargetError(
            "tailor needs zeta > 1 (C(0) = 0 gives C'(1) >= 1, with equality for linear activations alone), "
            f"got zeta={goal}."
        )
    slope = Number.of(goal) if depth == 1 else Number.of(goal) ** Fraction(1, depth)
    text = f"DKS: Q(1) = Q'(1) = 1, C(0) = 0, C'(1) = {f'({goal})^(1/{depth})' if depth > 1 else goal}"
    if found.name == "relu":
        return _shifted_relu(slope, text.replace("Q(1) = Q'(1) = 1", "Q(1) = 1"))
    return _smooth(found, slope, text)


# one activation alone: scale and shift of the output


def _unit(activation: Activation) -> Tailored:
    from theory.kernel_map.hermite import HermiteExpansion

    expansion = HermiteExpansion(activation)
    if expansion.variance.ball(10).contains(0):
        raise UnreachableTargetError(f"tailor needs an activation that is not constant, got {activation.name!r}.")
    gamma, delta = expansion.variance ** Fraction(-1, 2), -expansion.coefficient(0)
    tree = _rational(gamma) * (activation.expression + _rational(delta))
    return Tailored(activation.name, "Q(1) = 1, C(0) = 0", {"gamma": gamma, "delta": delta}, {}, "closed formula", tree)


# leaky relus of L layers


def _leaky(activation: Activation, eta: Fraction, depth: int) -> Tailored:
    if activation.name not in ("relu", "leaky_relu"):
        raise ValueError(f"tailor needs relu or leaky_relu for tat, got {activation.name!r}.")
    if not 0 < eta < 1:
        raise UnreachableTargetError(
            f"tailor needs 0 < eta < 1 (C^L(0) is a correlation of distinct inputs), got eta={eta}."
        )

    def excess(slope: Fraction, digits: int) -> flint.arb:
        with working_bits(bits_of(digits + 10) + depth // 4):
            a = ball_of(slope)
            share, c, pi = (1 - a) * (1 - a) / (1 + a * a), flint.arb(0), flint.arb.pi()
            for _ in range(depth):
                c += share * ((1 - c * c).sqrt() - c * c.acos()) / pi
            return c - ball_of(eta)

    if excess(Fraction(0), 30) < 0:
        raise UnreachableTargetError(
            f"tailor needs eta <= C_0^L(0), the value of the relu (C_a^L(0) falls in a), got eta={eta} at depth={depth}; take "
            "more layers."
        )

    @cache
    def ends(digits: int) -> tuple[Fraction, Fraction]:
        low, high = Fraction(0), Fraction(1)
        while high - low > Fraction(1, 10**digits):
            middle = (low + high) / 2
            value = excess(middle, digits + 5)
            if value.contains(0):
                value = excess(middle, 2 * digits + 20)
            if value > 0:
                low = middle
            elif value < 0:
                high = middle
            else:
                return middle - Fraction(1, 10 ** (digits + 1)), middle + Fraction(1, 10 ** (digits + 1))
        return low, high

    def slope(digits: int) -> flint.arb:
        with working_bits(bits_of(digits + 5)):
            low, high = ends(digits + 2)
            return ball_of(low).union(ball_of(high))

    a = Number.certified(slope)
    gamma = Number.combine(lambda s: (2 / (1 + s * s)) ** flint.arb(0.5), a)
    leaky = maximum(X, 0) + _rational(a) * minimum(X, 0)
    return Tailored(
        activation.name,
        f"TAT: Q(q) = q, C^{depth}(0) = {eta}",
        {"slope": a, "gamma": gamma},
        {"slope": (Fraction(0), Fraction(1))},
        "C_a(c) = c + (1-a)^2/(1+a^2) h(c), h >= 0, falls in a: one sign change",
        _rational(gamma) * leaky,
    )


# a relu with a shifted input


def _shifted_relu(slope: Number, text: str) -> Tailored:
    def parts(b: flint.arb) -> tuple[flint.arb, flint.arb, flint.arb, flint.arb, flint.arb]:
        """Phi(b), 1 - Phi(b), phi(b), mean and variance of relu(Z + b)."""
        half = flint.arb(2).sqrt()
        above, below = (-b / half).erfc() / 2, (b / half).erfc() / 2
        height = (-b * b / 2).exp() / (2 * flint.arb.pi()).sqrt()
        mean = b * above + height
        return above, below, height, mean, (1 + b * b) * above + b * height - mean * mean

    def excess(place: Fraction, digits: int) -> flint.arb:
        with working_bits(bits_of(digits + 30)):
            above, _, _, _, variance = parts(ball_of(place))
            return above / variance - slope.ball(digits + 10)

    low, high = _SHIFTS
    _check_falling(parts, low, high)
    if not (excess(low, 20) > 0 and excess(high, 20) < 0):
        with working_bits(64):
            reach = [parts(ball_of(end)) for end in (low, high)]
            most, least = (float(part[0] / part[4]) for part in reach)
        raise UnreachableTargetError(
            f"tailor needs C'(1) within ({least:.9f}, {most:.4f}) (a relu shifted by {low} to {high} has no other), got {slope}."
        )

    @cache
    def ends(digits: int) -> tuple[Fraction, Fraction]:
        a, b = low, high
        while b - a > Fraction(1, 10**digits):
            middle = (a + b) / 2
            value = excess(middle, digits + 5)
            if value.contains(0):
                return middle - Fraction(1, 10 ** (digits + 1)), middle + Fraction(1, 10 ** (digits + 1))
            a, b = (middle, b) if value > 0 else (a, middle)
        return a, b

    def shift(digits: int) -> flint.arb:
        with working_bits(bits_of(digits + 5)):
            a, b = ends(digits + 2)
            return ball_of(a).union(ball_of(b))

    beta = Number.certified(shift)
    gamma = Number.certified(
        lambda digits: enclose_to(digits, lambda more: 1 / parts(beta.ball(more))[4].sqrt(), caller="tailor")
    )
    delta = Number.certified(
        lambda digits: enclose_to(digits, lambda more: -parts(beta.ball(more))[3], caller="tailor")
    )
    tree = _rational(gamma) * (maximum(X + _rational(beta), 0) + _rational(delta))
    numbers = {"alpha": Number.of(1), "beta": beta, "gamma": gamma, "delta": delta}
    box = {"alpha": (Fraction(1), Fraction(1)), "beta": (low, high)}
    return Tailored(
        "relu", text, numbers, box, "C'(1) falls in beta on the box: the sign of its derivative on cells", tree
    )


def _check_falling(parts: object, low: Fraction, high: Fraction) -> None:
    """Check phi V < 2 Phi (1 - Phi) M on cells of [low, high], by halving: the derivative of Phi/V is negative there."""
    stack = [(low, high)]
    with working_bits(200):
        while stack:
            a, b = stack.pop()
            above, below, height, mean, variance = parts(ball_of(a).union(ball_of(b)))  # type: ignore[operator]
            if height * variance < 2 * above * below * mean:
                continue
            if b - a < Fraction(1, 2**16):
                raise ValueError(f"tailor needs a slope that certainly falls, got none shown at shift {float(a)}.")
            middle = (a + b) / 2
            stack += [(a, middle), (middle, b)]


# two unknowns: Krawczyk


def _smooth(activation: Activation, slope: Number, text: str) -> Tailored:
    if len(Integrand.of(activation).parts) != 1 or activation.pieces is None:
        raise ValueError(
            f"tailor needs relu or an activation that is analytic on the line for dks, got {activation.name!r}."
        )
    if activation.expression.is_constant or str(derivative(derivative(activation.expression))) == "0":
        raise UnreachableTargetError(f"tailor needs a nonlinear activation (zeta > 1), got {activation.name!r}.")
    system = _System(activation, slope)
    for start in _STARTS:
        place = system.newton((Fraction(start[0]), Fraction(start[1])), 12)
        radius = None if place is None else next((r for r in _RADII if system.is_unique(place, r, 12)), None)
        if place is not None and radius is not None:
            break
    else:
        raise ValueError(
            f"tailor needs a solution that Newton finds from its starts, got none for {activation.name!r} and {text}."
        )

    @cache
    def solution(digits: int) -> tuple[flint.arb, flint.arb]:
        near = system.newton(place, digits + 4)
        size = Fraction(1, 10 ** (digits + 1))
        if near is None or not system.is_unique(near, size, digits + 4):
            raise ValueError(f"tailor needs a solution that is certified at {digits} digits, got none.")
        with working_bits(bits_of(digits + 6)):
            return _widened(near[0], size), _widened(near[1], size)

    alpha, beta = (Number.certified(lambda digits, k=k: solution(digits)[k]) for k in (0, 1))  # type: ignore[misc]

    def from_moments(digits: int) -> tuple[flint.arb, flint.arb]:
        a, b = solution(digits + 6)
        (mean,), (square,) = system.moments(0, a, b, digits + 6, 1), system.moments(1, a, b, digits + 6, 1)
        return 1 / (square - mean * mean).sqrt(), -mean

    gamma = Number.certified(lambda digits: enclose_to(digits, lambda more: from_moments(more)[0], caller="tailor"))
    delta = Number.certified(lambda digits: enclose_to(digits, lambda more: from_moments(more)[1], caller="tailor"))
    inner = activation.expression.replace(X, _rational(alpha) * X + _rational(beta))
    return Tailored(
        activation.name,
        text,
        {"alpha": alpha, "beta": beta, "gamma": gamma, "delta": delta},
        {name: (place[k] - radius, place[k] + radius) for k, name in enumerate(("alpha", "beta"))},
        "Krawczyk's operator maps the box into its interior: one solution there",
        _rational(gamma) * (inner + _rational(delta)),
    )


class _System:
    """F_1 and F_2 with their Jacobian, at points and on boxes."""

    def __init__(self, activation: Activation, slope: Number) -> None:
        plain = Integrand.of(activation)
        self.integrands = (plain, plain.squared(), Integrand.of_expression(derivative(activation.expression)).squared())
        self.slope = slope

    def moments(self, which: int, alpha: flint.arb, beta: flint.arb, digits: int, count: int) -> list[flint.arb]:
        """Return balls of E f(alpha Z + beta) Z^j, j < count, f = s, s^2 or s'^2, for all alpha and beta in two balls."""
        integrand = self.integrands[which]
        function = integrand.parts[0].function
        scale, place = _fraction(abs(alpha).upper()), _fraction(abs(beta).upper())
        growth = integrand.growth.at(place, scale) * GrowthBound((*[Fraction(0)] * (count - 1), Fraction(1)))
        growth = growth if count == 1 else growth * GrowthBound((Fraction(1), Fraction(1)))
        length = cut(growth, digits + 2)
        tail = flint.arb(0, 1) * tail_bound(growth, flint.arb(length))
        goal = flint.arb(10) ** (-digits - 2)

        def weighted(power: int) -> flint.arb:
            def value(z: flint.acb, analytic: bool) -> flint.acb:
                return function(z * alpha + beta, analytic) * density(z) * z**power

            return adaptive_integral(value, flint.arb(-length), flint.arb(length), abs_tol=goal).real + tail

        with working_bits(bits_of(digits + 4)):
            return [weighted(power) for power in range(count)]

    def values(self, alpha: flint.arb, beta: flint.arb, digits: int) -> tuple[flint.arb, flint.arb, Matrix]:
        """Return balls of F_1, F_2 and the Jacobian."""
        a, b, d = (self.moments(k, alpha, beta, digits, count) for k, count in enumerate((_POWERS, _POWERS, 3)))
        zeta = self.slope.ball(digits)
        first = b[2] - 2 * a[0] * a[2] + 4 * a[0] * a[0] - 3 * b[0]
        second = alpha * alpha * d[0] - zeta * (b[0] - a[0] * a[0])

        def by_shift(m: list[flint.arb], j: int) -> flint.arb:
            return (m[j + 1] - (j * m[j - 1] if j else 0)) / alpha

        def by_scale(m: list[flint.arb], j: int) -> flint.arb:
            return (m[j + 2] - (j + 1) * m[j]) / alpha

        rows = []
        for by in (by_scale, by_shift):
            mean = by(a, 0)
            rows.append(
                (
                    by(b, 2) - 2 * (mean * a[2] + a[0] * by(a, 2)) + 8 * a[0] * mean - 3 * by(b, 0),
                    alpha * alpha * by(d, 0) - zeta * (by(b, 0) - 2 * a[0] * mean),
                )
            )
        return first, second, ((rows[0][0], rows[1][0]), (rows[0][1] + 2 * alpha * d[0], rows[1][1]))

    def newton(self, start: tuple[Fraction, Fraction], digits: int) -> tuple[Fraction, Fraction] | None:
        """Return a place near a solution by Newton steps with midpoints, or None."""
        alpha, beta = start
        for _ in range(_STEPS):
            with working_bits(bits_of(digits + 4)):
                first, second, jacobian = self.values(ball_of(alpha), ball_of(beta), digits)
                inverse = _inverse(jacobian)
                if inverse is None:
                    return None
                steps = [(row[0] * first + row[1] * second).mid() for row in inverse]
                size = max(abs(float(step)) for step in steps)
                if not size < 10:
                    return None
                damping = Fraction(1) if size < 0.5 else Fraction(1, 2)
                alpha, beta = (
                    _rounded(x - damping * _fraction(step), digits + 4)
                    for x, step in zip((alpha, beta), steps, strict=True)
                )
            if not Fraction(1, 50) < alpha < 20 or abs(beta) > 20:
                return None
            if size < 10.0 ** (-digits + 2):
                return alpha, beta
        return None

    def is_unique(self, place: tuple[Fraction, Fraction], radius: Fraction, digits: int) -> bool:
        """Whether Krawczyk's operator maps the box around `place` into its interior."""
        with working_bits(bits_of(digits + 4)):
            alpha, beta = map(ball_of, place)
            first, second, jacobian = self.values(alpha, beta, digits)
            inverse = _inverse(jacobian)
            if inverse is None or not radius < place[0]:
                return False
            y = [[entry.mid() for entry in row] for row in inverse]
            _, _, box = self.values(_widened(place[0], radius), _widened(place[1], radius), digits)
            spread = flint.arb(0, 1) * ball_of(radius)
            for k in range(2):
                moved = y[k][0] * first + y[k][1] * second
                rest = flint.arb(0)
                for j in range(2):
                    entry = (1 if j == k else 0) - (y[k][0] * box[0][j] + y[k][1] * box[1][j])
                    rest += entry * spread
                if not abs(rest - moved) < ball_of(radius):
                    return False
            return True


def _inverse(matrix: Matrix) -> Matrix | None:
    (a, b), (c, d) = matrix
    determinant = a * d - b * c
    if determinant.contains(0):
        return None
    return (d / determinant, -b / determinant), (-c / determinant, a / determinant)


def _widened(place: Fraction, radius: Fraction) -> flint.arb:
    return ball_of(place - radius).union(ball_of(place + radius))


def _fraction(ball: flint.arb) -> Fraction:
    mantissa, exponent = ball.mid().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _rounded(value: Fraction, digits: int) -> Fraction:
    return Fraction(round(value * 10**digits), 10**digits)


def _rational(value: Number) -> Expression:
    """Return a number as a constant of 40 digits."""
    if value.exact is not None and value.exact.is_Rational:
        return number(Fraction(int(value.exact.p), int(value.exact.q)))
    with working_bits(160):
        return number(_rounded(_fraction(value.ball(40)), 40))
