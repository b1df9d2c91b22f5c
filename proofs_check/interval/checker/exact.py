"""Exact values: ratios of polynomials in pi, e, roots, logarithms, the variables, and functions of such ratios.

A value is written as numerator over denominator in *generators*; a function's value is a generator of its own unless an
identity below gives it in others. Only true identities are used, so a numerator without terms is a proof that the value
is 0, at every point of the box where the expression is defined. The converse may fail, and then the checker refuses: a value that
is 0 without being written so is never believed to be 0.

Identities: exp(x + y) = exp(x) exp(y), exp(q log n) = n^q; log of products of positive things; sqrt(x)^2 = x, sqrt(x^2) = |x|
where the sign of x is known; sin^2 + cos^2 = 1, values at multiples of pi/6 and pi/4, shifts by pi/2, parity; acos(cos x) = x on
[0, pi] and asin likewise; the hyperbolic functions by exp; erfc = 1 - erf; Gamma at positive integers.

Each value carries an interval that encloses it on the whole box. Divisions, logarithms and roots happen only where that
interval shows that they are defined, and a kink is passed only on a side that it decides; otherwise `NoBound` is raised. In a
`formal` field, for unbounded boxes, there are no intervals, and who uses it has to know that all is defined.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from . import polynomial as poly
from .functions import INTERVAL_FUNCTIONS
from .intervals import Interval, NoBound, interval, join, point
from .polynomial import ONE, Monomial, Polynomial
from .reading import Budget, need

Key: TypeAlias = tuple[frozenset[tuple[Monomial, Fraction]], frozenset[tuple[Monomial, Fraction]]]
_HALF = Fraction(1, 2)
_MOST_GENERATORS = 400
_LARGEST_POWER = 60
_MOST_BITS = 40_000
# A product of two terms in units of one product of intervals, roughly.
_PRODUCT = 40


@dataclass(frozen=True, slots=True)
class Generator:
    """What a generator stands for: a name, its argument, whether it is positive, and its range on the box."""

    name: str
    argument: Any
    positive: bool
    range: Interval | None


class Exact:
    """A value of a field: numerator over denominator, and an interval around it on the box (None if formal)."""

    __slots__ = ("den", "field", "num", "range")

    def __init__(self, field: Field, num: Polynomial, den: Polynomial, range_: Interval | None) -> None:
        if den is not ONE and len(den) == 1:
            [(monomial, c)] = den.items()
            num, den = field.product(num, {poly.raised(monomial, Fraction(-1)): 1 / c}), ONE
        self.field, self.num, self.den = field, num, den
        rational = poly.the_rational(num) if den is ONE else None
        if not num:
            self.den, range_ = ONE, Interval(0, 0, 0)
        elif rational is not None:
            range_ = point(rational)
        self.range: Interval | None = range_

    @property
    def is_zero(self) -> bool:
        """Whether the value is written as 0, which proves that it is 0."""
        return not self.num or not self.field.cleared(self.num)

    @property
    def rational(self) -> Fraction | None:
        """The value if it is written as a rational, else None."""
        return poly.the_rational(self.num) if self.den is ONE else None

    @property
    def sign(self) -> int:
        """1 or -1 where the interval decides it; 0 if the value is written as 0.

        Raises
        ------
        NoBound
            If neither is so.
        """
        if self.is_zero:
            return 0
        if self.range is None or self.range.has_zero:
            raise NoBound("the sign of an exact value is not decided")
        return 1 if self.range.lo > 0 else -1

    def key(self) -> Key:
        """The value as a hashable thing, equal for equal writings."""
        num, den = self.num, self.den
        if den is not ONE:
            factor = 1 / den[poly.leading(den)]
            num, den = poly.scaled(num, factor), poly.scaled(den, factor)
        return frozenset(num.items()), frozenset(den.items())

    def _of(self, other: Exact | int | Fraction) -> Exact:
        return other if isinstance(other, Exact) else self.field.rational(Fraction(other))

    def __neg__(self) -> Exact:
        return Exact(self.field, poly.scaled(self.num, Fraction(-1)), self.den, _try(lambda: -_range(self)))

    def __add__(self, other: Exact | int | Fraction) -> Exact:
        y = self._of(other)
        range_ = _try(lambda: _range(self) + _range(y))
        if self.den == y.den:
            return Exact(self.field, poly.add(self.num, y.num), self.den, range_)
        times = self.field.product
        num = poly.add(times(self.num, y.den), times(y.num, self.den))
        return Exact(self.field, num, times(self.den, y.den), range_)

    __radd__ = __add__

    def __sub__(self, other: Exact | int | Fraction) -> Exact:
        return self + -self._of(other)

    def __rsub__(self, other: Exact | int | Fraction) -> Exact:
        return -self + other

    def __mul__(self, other: Exact | int | Fraction) -> Exact:
        y, times = self._of(other), self.field.product
        range_ = _try(lambda: _range(self) * _range(y))
        den = y.den if self.den is ONE else self.den if y.den is ONE else times(self.den, y.den)
        return Exact(self.field, times(self.num, y.num), den, range_)

    __rmul__ = __mul__

    def __truediv__(self, other: Exact | int | Fraction) -> Exact:
        return self * self._of(other).inverse()

    def __rtruediv__(self, other: Exact | int | Fraction) -> Exact:
        return self._of(other) * self.inverse()

    def inverse(self) -> Exact:
        """Return 1/x where the interval excludes 0."""
        if self.is_zero or not (self.field.formal or (self.range is not None and not self.range.has_zero)):
            raise NoBound("a divisor may be 0")
        range_ = _try(lambda: 1 / _range(self))
        if len(self.num) == 1:
            [(monomial, c)] = self.num.items()
            inverse = self.field.reduced({poly.raised(monomial, Fraction(-1)): 1 / c})
            return Exact(self.field, self.field.product(self.den, inverse), ONE, range_)
        return Exact(self.field, self.den, self.num, range_)

    def power(self, n: int) -> Exact:
        """Return x^n."""
        if n < 0:
            return self.inverse().power(-n)
        need(n <= _LARGEST_POWER, f"an exact value is raised to a power above {_LARGEST_POWER}")
        result = self.field.rational(Fraction(1))
        for _ in range(n):
            result = result * self
        return Exact(self.field, result.num, result.den, _try(lambda: _range(self).power(n)))

    def apply(self, name: str, *parameters: Any) -> Exact:
        """Return the value of a function of the tape."""
        if name in _RULES:
            return _RULES[name](self, *parameters)
        return self.field.function(name, self, *parameters)


def _range(x: Exact) -> Interval:
    if x.range is None:
        raise NoBound("there is no range")
    return x.range


def _try(compute: Callable[[], Interval]) -> Interval | None:
    try:
        return compute()
    except NoBound:
        return None


class Field:
    """The generators of one computation on one box; `formal` does without intervals.

    Parameters
    ----------
    box : sequence of (low, high)
        The ranges of the variables 0, 1, ...; None is an infinite end, for formal fields.
    budget : Budget, optional
        Pays for products of terms.
    """

    def __init__(self, box: Any, *, formal: bool = False, budget: Budget | None = None) -> None:
        self.formal = formal
        self._box, self._budget = box, budget
        self.generators: list[Generator] = []
        self._numbers: dict[Any, int] = {}
        self.the_pi = self.number("pi", None, positive=True, range_=INTERVAL_FUNCTIONS["pi"]())

    # Generators and polynomials

    def number(self, name: str, argument: Any, *, positive: bool = False, range_: Interval | None = None) -> int:
        """Return the number of a generator, a new one if it was not met before."""
        key = (name, argument.key() if isinstance(argument, Exact) else argument)
        if key not in self._numbers:
            need(len(self.generators) < _MOST_GENERATORS, "an exact expression has too many parts")
            self._numbers[key] = len(self.generators)
            self.generators.append(Generator(name, argument, positive, range_))
        return self._numbers[key]

    def monomial(self, number: int, exponent: Fraction = Fraction(1)) -> Exact:
        """Return a power of a generator."""
        range_ = self.generators[number].range
        if exponent != 1 or self.formal:
            range_ = None
        return Exact(self, self.reduced({((number, exponent),): Fraction(1)}), ONE, range_)

    def rational(self, value: Fraction) -> Exact:
        """Return a rational."""
        return Exact(self, poly.constant(value), ONE, None)

    def variable(self, index: int) -> Exact:
        """Return a variable; its range is its side of the box."""
        low, high = self._box[index]
        if low is not None and low == high:
            return self.rational(low)
        bounded = low is not None and high is not None
        positive = low is not None and low > 0
        range_ = interval(low, high) if bounded else None
        return self.monomial(self.number("v", index, positive=positive, range_=range_))

    def pi(self) -> Exact:
        """Return pi."""
        return self.monomial(self.the_pi)

    def function(self, name: str, argument: Exact, *parameters: Any) -> Exact:
        """Return a function's value as a generator; where it is defined is decided by its range, except formally."""
        range_ = None
        if not self.formal:
            range_ = INTERVAL_FUNCTIONS[name](_range(argument), *parameters)
        label = " ".join([name, *map(str, parameters)])
        positive = range_ is not None and range_.lo > 0
        return self.monomial(self.number(label, argument, positive=positive, range_=range_))

    def enclosure(self, x: Polynomial) -> Interval | None:
        """Return an interval around a polynomial on the box, from the ranges of its generators."""
        total = Interval(0, 0, 0)
        for monomial, c in x.items():
            term = point(c)
            for number, k in monomial:
                range_ = self.generators[number].range
                if range_ is None or k.denominator != 1:
                    return None
                term = term * range_.power(int(k))
            total = total + term
        return total

    def cleared(self, x: Polynomial) -> Polynomial:
        """Return a polynomial times what stands in its denominators (and is not 0, therefore), reduced."""
        least: dict[int, Fraction] = {}
        for monomial in x:
            for number, k in monomial:
                if k < 0 and self.generators[number].name in ("root", "cos"):
                    least[number] = min(k, least.get(number, k))
        factor = tuple(sorted((number, -k) for number, k in least.items()))
        return self.reduced({poly.merged(monomial, factor): c for monomial, c in x.items()}) if least else x

    def product(self, x: Polynomial, y: Polynomial) -> Polynomial:
        """Return the product of two polynomials, reduced."""
        if x is ONE or y is ONE:
            return y if x is ONE else x
        need(len(x) * len(y) <= 50 * poly.MOST_TERMS, "an exact expression has too many terms")
        if self._budget is not None:
            self._budget.spend(_PRODUCT * len(x) * len(y))
        total: Polynomial = {}
        for a, c in x.items():
            for b, d in y.items():
                monomial = poly.merged(a, b)
                total[monomial] = total.get(monomial, Fraction(0)) + c * d
        most = max((c.numerator.bit_length() + c.denominator.bit_length() for c in total.values()), default=0)
        need(most <= _MOST_BITS, "an exact value is too large")
        return self.reduced({monomial: c for monomial, c in total.items() if c})

    def reduced(self, x: Polynomial) -> Polynomial:
        """Replace n^q by its integer part times n^(q mod 1), squares of roots by what is under them, cos^2 by 1 - sin^2."""
        total: Polynomial = {}
        todo = x
        while todo:
            rest: Polynomial = {}
            for monomial, c in todo.items():
                step = self._step(monomial, c)
                if step is None:
                    poly.accumulate(total, monomial, c)
                else:
                    for part, factor in step.items():
                        poly.accumulate(rest, part, factor)
            todo = rest
        need(len(total) <= poly.MOST_TERMS, "an exact expression has too many terms")
        return total

    def _step(self, monomial: Monomial, c: Fraction) -> Polynomial | None:
        for index, (number, k) in enumerate(monomial):
            generator = self.generators[number]
            others = monomial[:index] + monomial[index + 1 :]
            if generator.name == "base" and not 0 < k < 1:
                whole, part = divmod(k, 1)
                need(abs(whole) * generator.argument.bit_length() <= _MOST_BITS, "an exact value is too large")
                kept = poly.merged(others, ((number, part),)) if part else others
                return {kept: c * Fraction(generator.argument) ** int(whole)}
            if generator.name in ("root", "cos") and k >= 2:
                kept = poly.merged(others, ((number, k - 2),)) if k > 2 else others
                square = self._square(generator)
                return None if square is None else self._times({kept: c}, square)
        return None

    def _square(self, generator: Generator) -> Polynomial | None:
        if generator.name == "root":
            return generator.argument.num if generator.argument.den is ONE else None
        _circular(generator.argument, 0)  # so that the generator has its range
        sine = self.number("sin", generator.argument)
        return {(): Fraction(1), ((sine, Fraction(2)),): Fraction(-1)}

    def _times(self, x: Polynomial, y: Polynomial) -> Polynomial:
        total: Polynomial = {}
        for a, c in x.items():
            for b, d in y.items():
                poly.accumulate(total, poly.merged(a, b), c * d)
        return total


# Identities


def _exp(x: Exact) -> Exact:
    """exp of a sum as a product of powers: of e, of an integer (exp(q log n) = n^q), of exp of a monomial."""
    field = x.field
    range_ = None if field.formal else INTERVAL_FUNCTIONS["exp"](_range(x))
    if x.den is not ONE:
        return field.monomial(field.number("exp", x, positive=True, range_=range_))
    product: Monomial = ()
    factor = field.rational(Fraction(1))
    for monomial, c in x.num.items():
        undone = _exponential_of_logarithm(field, monomial, c)
        if undone is None:
            product = poly.merged(product, ((_base(field, monomial), c),))
        else:
            factor = factor * undone
    value = Exact(field, field.reduced({product: Fraction(1)}), ONE, range_) * factor
    return Exact(field, value.num, value.den, range_)


def _exponential_of_logarithm(field: Field, monomial: Monomial, c: Fraction) -> Exact | None:
    """exp(c log y) = y^c for an integer c."""
    if len(monomial) != 1 or monomial[0][1] != 1 or c.denominator != 1 or abs(c) > _LARGEST_POWER:
        return None
    generator = field.generators[monomial[0][0]]
    return generator.argument.power(int(c)) if generator.name == "log" else None


def _base(field: Field, monomial: Monomial) -> int:
    """The generator exp(monomial)."""
    if len(monomial) == 1 and monomial[0][1] == 1:
        generator = field.generators[monomial[0][0]]
        if generator.name == "log generator":
            return generator.argument
        if generator.name == "log of":
            return field.number("base", generator.argument, positive=True)
    return field.number("exp of", monomial, positive=True)


def _integer_powers(n: int) -> dict[int, int]:
    """n >= 1 as a product of integers, primes as long as they are small."""
    powers: dict[int, int] = {}
    divisor = 2
    while divisor * divisor <= n and divisor < 1000:
        while n % divisor == 0:
            powers[divisor] = powers.get(divisor, 0) + 1
            n //= divisor
        divisor += 1
    if n > 1:
        powers[n] = powers.get(n, 0) + 1
    return powers


def _rational_powers(value: Fraction) -> list[tuple[int, int]]:
    up, down = _integer_powers(value.numerator), _integer_powers(value.denominator)
    return [*up.items(), *((n, -k) for n, k in down.items())]


def _log(x: Exact) -> Exact:
    """log of a product of positive generators as a sum, else a generator."""
    field = x.field
    if x.rational is not None and x.rational <= 0:
        raise NoBound("a logarithm of what is not positive")
    range_ = None if field.formal else INTERVAL_FUNCTIONS["log"](_range(x))
    monomials = list(x.num.items())
    if x.den is ONE and len(monomials) == 1:
        [(monomial, c)] = monomials
        if c > 0 and all(field.generators[number].positive for number, _ in monomial):
            total: Polynomial = {}
            for n, k in _rational_powers(c):
                total = poly.add(total, {((field.number("log of", n), Fraction(1)),): Fraction(k)})
            for number, exponent in monomial:
                total = poly.add(total, {_logarithm(field, number): exponent})
            return Exact(field, total, ONE, range_)
    return field.monomial(field.number("log", x, range_=range_))


def _logarithm(field: Field, number: int) -> Monomial:
    generator = field.generators[number]
    if generator.name == "exp of":
        return generator.argument
    if generator.name == "base":
        return ((field.number("log of", generator.argument), Fraction(1)),)
    return ((field.number("log generator", number), Fraction(1)),)


def _sqrt(x: Exact) -> Exact:
    """sqrt of a product generator by generator; of anything else a generator, its leading coefficient taken out."""
    field = x.field
    if x.is_zero:
        return x
    if x.rational is not None and x.rational < 0:
        raise NoBound("a root of what is negative")
    range_ = None
    split = _split_root(x) if x.den is ONE and len(x.num) == 1 else None
    if split is None:
        if not field.formal:
            range_ = INTERVAL_FUNCTIONS["sqrt"](_range(x))
        leading = abs(x.num[poly.leading(x.num)])
        inner = Exact(field, poly.scaled(x.num, 1 / leading), x.den, _try(lambda: _range(x) / leading))
        root = field.number("root", inner, range_=_try(lambda: _range(inner).square_root()))
        split = poly.merged(_root_of_rational(field, leading), ((root, Fraction(1)),)), 1
    elif x.range is not None and x.range.hi >= 0:
        # the value is >= 0 wherever it is defined, whatever the rounding says
        range_ = join(Interval(max(x.range.lo, 0), max(x.range.lo, 0), x.range.e), x.range.upper()).square_root()
    monomial, sign = split
    return Exact(field, field.reduced({monomial: Fraction(sign)}), ONE, range_)


def _root_of_rational(field: Field, value: Fraction) -> Monomial:
    return tuple(sorted((field.number("base", n, positive=True), Fraction(k, 2)) for n, k in _rational_powers(value)))


def _split_root(x: Exact) -> tuple[Monomial, int] | None:
    """The root of a single term: half exponents of positive generators, |g|^(k/2) for even k where g has a known sign."""
    field = x.field
    [(monomial, c)] = x.num.items()
    if c < 0:
        return None
    root, sign = _root_of_rational(field, c), 1
    for number, k in monomial:
        generator = field.generators[number]
        if not generator.positive:
            if k.denominator != 1 or k % 2:
                return None
            side = _side(generator)
            sign = sign * side if k % 4 else sign
        root = poly.merged(root, ((number, k / 2),))
    return root, sign


def _side(generator: Generator) -> int:
    """1 if a generator is >= 0 on the box, -1 if it is <= 0."""
    if generator.range is None or (generator.range.lo < 0 < generator.range.hi):
        raise NoBound("the sign under a root is not decided")
    return 1 if generator.range.lo >= 0 else -1


def _turn(x: Exact) -> Exact | None:
    """x/pi if every term of x holds pi once, else None."""
    pi = x.field.the_pi
    if x.den is not ONE or not all((pi, Fraction(1)) in monomial for monomial in x.num):
        return None
    num = {tuple(part for part in monomial if part[0] != pi): c for monomial, c in x.num.items()}
    value = Exact(x.field, num, ONE, None)
    if value.rational is None and not x.field.formal:
        value.range = x.field.enclosure(num)
    return value


def _negative_lead(x: Exact) -> bool:
    return x.num[poly.leading(x.num)] < 0


# sin(pi q) for q in [0, 1/2]: (coefficient, number under the root)
_SINES = {
    Fraction(0): (Fraction(0), 1),
    Fraction(1, 6): (_HALF, 1),
    Fraction(1, 4): (_HALF, 2),
    Fraction(1, 3): (_HALF, 3),
    Fraction(1, 2): (Fraction(1), 1),
}


def _root(field: Field, coefficient: Fraction, n: int) -> Exact:
    return field.rational(Fraction(n)).apply("sqrt") * coefficient


def _circular(x: Exact, quarter: int) -> Exact:
    """sin(x + quarter pi/2)."""
    field = x.field
    turn = _turn(x)
    if turn is not None and turn.rational is not None:
        known = _sine_of_turn(field, turn.rational + Fraction(quarter, 2))
        if known is not None:
            return known
    whole = x.num.get(((field.the_pi, Fraction(1)),), Fraction(0)) if x.den is ONE else Fraction(0)
    if whole and (2 * whole).denominator == 1:
        return _circular(x - field.pi() * whole, (quarter + int(2 * whole)) % 4)
    if quarter >= 2:
        return -_circular(x, quarter - 2)
    if x.is_zero:
        return field.rational(Fraction(quarter))
    if _negative_lead(x):
        return _circular(-x, quarter) * (1 if quarter else -1)
    name = "cos" if quarter else "sin"
    range_ = None if field.formal else INTERVAL_FUNCTIONS[name](_range(x))
    if range_ is not None and turn is not None and turn.range is not None:
        range_ = _by_turn(range_, turn.range + Fraction(quarter, 2))
    return field.monomial(field.number(name, x, range_=range_))


def _by_turn(range_: Interval, turn: Interval) -> Interval:
    """sin(pi r) is >= 0 for r in [0, 1] and <= 0 for r in [-1, 0] and [1, 2]."""
    for shift, sign in ((0, 1), (-1, -1), (1, -1)):
        if (turn - shift).lo >= 0 and (1 + shift - turn).lo >= 0:
            if sign > 0:
                return join(Interval(0, 0, 0), range_.upper()) if range_.lo < 0 else range_
            return join(range_.lower(), Interval(0, 0, 0)) if range_.hi > 0 else range_
    return range_


def _sine_of_turn(field: Field, turn: Fraction) -> Exact | None:
    """sin(pi turn) if it is written with a square root at most."""
    turn %= 2
    sign = 1
    if turn >= 1:
        turn, sign = turn - 1, -1
    turn = min(turn, 1 - turn)
    if turn not in _SINES:
        return None
    coefficient, n = _SINES[turn]
    return _root(field, sign * coefficient, n)


def _asin(x: Exact) -> Exact:
    """asin at known values, of sin and cos on their monotone ranges, odd; else a generator."""
    field = x.field
    for turn, (coefficient, n) in _SINES.items():
        for sign in (1, -1):
            if (x - _root(field, sign * coefficient, n)).is_zero:
                return field.pi() * (sign * turn)
    undone = _undone(x)
    if undone is not None:
        return undone
    return -field.function("asin", -x) if _negative_lead(x) else field.function("asin", x)


def _undone(x: Exact) -> Exact | None:
    """asin(+-sin v) = +-v for v in [-pi/2, pi/2], asin(+-cos v) = +-(pi/2 - v) for v in [0, pi]."""
    if x.den is not ONE or len(x.num) != 1:
        return None
    [(monomial, c)] = x.num.items()
    if abs(c) != 1 or len(monomial) != 1 or monomial[0][1] != 1:
        return None
    generator = x.field.generators[monomial[0][0]]
    turn = _turn(generator.argument) if generator.name in ("sin", "cos") else None
    if turn is None or turn.range is None:
        return None
    low, high = (-_HALF, _HALF) if generator.name == "sin" else (Fraction(0), Fraction(1))
    if (turn.range - low).lo < 0 or (high - turn.range).lo < 0:
        return None
    value = generator.argument if generator.name == "sin" else x.field.pi() / 2 - generator.argument
    return value * c


# atan at roots: (value, turn)
_TANGENTS = ((Fraction(0), 1, Fraction(0)), (Fraction(1), 1, Fraction(1, 4)),
             (Fraction(1), 3, Fraction(1, 3)), (Fraction(1, 3), 3, Fraction(1, 6)))  # fmt: skip


def _atan(x: Exact) -> Exact:
    field = x.field
    for coefficient, n, turn in _TANGENTS:
        for sign in (1, -1):
            if (x - _root(field, sign * coefficient, n)).is_zero:
                return field.pi() * (sign * turn)
    return _odd("atan")(x)


def _odd(name: str) -> Callable[[Exact], Exact]:
    def rule(x: Exact) -> Exact:
        if x.is_zero:
            return x
        return -x.field.function(name, -x) if _negative_lead(x) else x.field.function(name, x)

    return rule


def _sinh(x: Exact) -> Exact:
    return (_exp(x) - _exp(-x)) / 2


def _cosh(x: Exact) -> Exact:
    return (_exp(x) + _exp(-x)) / 2


def _loggamma(x: Exact) -> Exact:
    n = x.rational
    if n is not None and n.denominator == 1 and 1 <= n <= 30:
        return _log(x.field.rational(Fraction(math.factorial(int(n) - 1))))
    return x.field.function("loggamma", x)


def _lowergamma(x: Exact, parameter: str) -> Exact:
    return x if x.is_zero else x.field.function("lowergamma", x, parameter)


def _uppergamma(x: Exact, parameter: str) -> Exact:
    return _exp(_loggamma(x.field.rational(Fraction(parameter)))) - _lowergamma(x, parameter)


def _abs(x: Exact) -> Exact:
    if x.range is not None and x.range.lo >= 0:
        return x
    return -x if x.range is not None and x.range.hi <= 0 else x * x.sign


def _heaviside(x: Exact) -> Exact:
    if x.is_zero:
        raise NoBound("a step is asked at its jump")
    return x.field.rational(Fraction((1 + x.sign) // 2))


_RULES: dict[str, Callable[..., Exact]] = {
    "exp": _exp,
    "log": _log,
    "sqrt": _sqrt,
    "sin": lambda x: _circular(x, 0),
    "cos": lambda x: _circular(x, 1),
    "tan": lambda x: _circular(x, 0) / _circular(x, 1),
    "asin": _asin,
    "acos": lambda x: x.field.pi() / 2 - _asin(x),
    "atan": _atan,
    "asinh": _odd("asinh"),
    "erf": _odd("erf"),
    "erfc": lambda x: 1 - _odd("erf")(x),
    "sinh": _sinh,
    "cosh": _cosh,
    "tanh": lambda x: _sinh(x) / _cosh(x),
    "abs": _abs,
    "sign": lambda x: x.field.rational(Fraction(x.sign)),
    "heaviside": _heaviside,
    "loggamma": _loggamma,
    "gamma": lambda x: _exp(_loggamma(x)),
    "lowergamma": _lowergamma,
    "uppergamma": _uppergamma,
}
