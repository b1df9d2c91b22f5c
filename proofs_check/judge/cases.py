"""Cases of a sentence: values of its variables, the simple ones first; numbers are exact rationals.

Numbers: ends of the domain, simple fractions, then a van der Corput sequence. Activations: laws with few atoms (the class
and the constants of the sentence choose the weights). Gram matrices: equicorrelated ones, one correlated pair, products.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import sympy as sp

from theory.activation.activation import Activation
from theory.activation.evaluation import to_sympy
from theory.isometry.gram_matrix import GramMatrix
from theory.kernel_map.correlation_map import fixes_zero
from theory.kernel_map.kernel_map import KernelMap
from theory.statement.law import Law
from theory.statement.proposition import Binder
from theory.statement.quantity import Quantity, Undecided, Undefined
from theory.statement.sentence import Sentence
from theory.statement.sort import Activations, GramMatrices, Naturals, Reals, Sort
from theory.statement.value import Case, enclose
from theory.statement.words.activation import Coefficient, Mean, SecondMoment, Variance
from theory.statement.words.kernel_map import Raw

_SIMPLE = tuple(
    Fraction(n, d) for n, d in ((0, 1), (1, 1), (1, 2), (1, 4), (3, 4), (1, 10), (9, 10), (1, 3), (99, 100), (1, 100))
)
_LARGEST_MATRIX = 12
_GRID = 1000
"""An end that is no rational gives way to the next multiple of 1/1000 inside."""
_NATURALS = (0, 1, 2, 3, 5, 8, 13, 30, 100)
_ALL_NATURALS = 400
"""A range of naturals no longer than this is gone through whole."""


def cases(sentence: Sentence, most: int = 600) -> Iterator[dict[sp.Symbol, Any]]:
    """Yield cases, one for each choice of activations and matrices at each of up to `most` choices of numbers.

    The order goes through all activations at the simplest numbers first.
    """
    scaled = any(term.has(Coefficient, SecondMoment, Mean, Variance, Raw) for term in sentence.terms)
    return cases_of(sentence.binders, {}, _constants(sentence), most, scaled)


def cases_of(
    binders: tuple[Binder, ...], given: Case, weights: tuple[Fraction, ...] = (), most: int = 600, scaled: bool = False
) -> Iterator[dict[sp.Symbol, Any]]:
    """Yield cases of these binders on top of a given one (for quantifiers inside a sentence)."""
    late = [b for b in binders if isinstance(b.sort, Reals) and b.sort.is_set_by_words]
    numbers = [b for b in binders if isinstance(b.sort, Reals | Naturals) and b not in late]
    others = [b for b in binders if isinstance(b.sort, Activations | GramMatrices)]
    if len(numbers) + len(late) + len(others) < len(binders):
        return
    for chosen in itertools.islice(_choices(len(numbers) + len(late)), most):
        case = _with_numbers(numbers, chosen[: len(numbers)], given)
        if case is None:
            continue
        pools = [list(_pool(b.sort, case, weights, scaled)) for b in others]
        for picked in itertools.product(*pools):
            whole = case | {b.symbol: value for b, value in zip(others, picked, strict=True)}
            found = _with_numbers(late, chosen[len(numbers) :], whole) if late else whole
            if found is not None:
                yield found


def _with_numbers(binders: list[Binder], chosen: tuple[int, ...], given: Case) -> dict[sp.Symbol, Any] | None:
    """Return the case with the chosen values of domains of numbers; None if one of them has no such value."""
    case = dict(given)
    for binder, t in zip(binders, chosen, strict=True):
        value = number(binder.sort, t, case)
        if value is None:
            return None
        case[binder.symbol] = value
    return case


def number(sort: Sort, t: int, case: Case) -> Fraction | int | None:
    """Return the t-th value of a domain of numbers; None where there is none, or an end is not rational."""
    if isinstance(sort, Naturals):
        if sort.most is not None and sort.most - sort.least <= _ALL_NATURALS:  # both ends, then those between
            value = sort.most if t == 1 else sort.least + max(t - 1, 0)
            return value if t < 2 or value < sort.most else None
        value = sort.least + _NATURALS[t] if t < len(_NATURALS) else sort.least + 4 * t
        return value if sort.most is None or value <= sort.most else None
    assert isinstance(sort, Reals)
    low, high = end(sort.low, case), end(sort.high, case, 1)
    if (low is None and sort.low != -sp.oo) or (high is None and sort.high != sp.oo):
        return None
    share = _SIMPLE[t] if t < len(_SIMPLE) else _van_der_corput(t - len(_SIMPLE) + 1)
    if (share == 0 and sort.low_open and low is not None) or (share == 1 and sort.high_open and high is not None):
        return None
    if low is not None and high is not None:
        return None if high < low else low + share * (high - low)
    if share == 1:
        share = Fraction(19, 20)
    if low is None and high is None:
        return 4 * (2 * share - 1) / (1 - (2 * share - 1) ** 2) if share else Fraction(0)
    reach = 2 * share / (1 - share)
    return (low + reach) if low is not None else high - reach if high is not None else None


def end(term: sp.Expr, case: Case, side: int = 0) -> Fraction | None:
    """Return an end of a domain at a case: exactly, or where a word sets it a number just inside; None if there is none.

    Parameters
    ----------
    side : int
        0 for a low end (the number is at or above it), 1 for a high end.
    """
    values = {s: sp.Rational(v.numerator, v.denominator) for s, v in case.items() if isinstance(v, int | Fraction)}
    found = term.xreplace(values)
    if isinstance(found, sp.Rational):
        return Fraction(int(found.p), int(found.q))
    if not found.has(Quantity) or not found.free_symbols <= set(case):
        return None
    try:
        ball = enclose(found, case)
    except (Undefined, Undecided):
        return None
    if not ball.is_finite():
        return None
    if ball.is_exact():
        return Fraction(int(ball.fmpq().p), int(ball.fmpq().q))
    edge = (ball.lower() if side else ball.upper()).fmpq() * _GRID
    return Fraction(int(edge.floor() if side else edge.ceil()), _GRID)


def shown(value: Any) -> str:
    """Return a case's value as a reader can check it."""
    if isinstance(value, Law):
        return f"{value} = {value.polynomial}" if value.weights[-1][0] <= 6 else str(value)
    if isinstance(value, GramMatrix):
        return "[" + "; ".join(", ".join(str(x) for x in row) for row in value.entries) + "]"
    return str(value)


def _van_der_corput(n: int) -> Fraction:
    total, place = Fraction(0), Fraction(1, 2)
    while n:
        total += place * (n & 1)
        n >>= 1
        place /= 2
    return total


def _choices(count: int) -> Iterator[tuple[int, ...]]:
    """Yield tuples of indices, those with a small sum first."""
    if count == 0:
        yield ()
        return
    for total in itertools.count():
        for bars in itertools.combinations(range(total + count - 1), count - 1):
            edges = (-1, *bars, total + count - 1)
            yield tuple(b - a - 1 for a, b in itertools.pairwise(edges))


def _constants(sentence: Sentence) -> tuple[Fraction, ...]:
    """Return weights to try: those of the sentence's own constants, and some simple ones."""
    own = {
        Fraction(int(q.p), int(q.q)) for term in sentence.terms for q in term.atoms(sp.Rational) if 0 < q < 1
    }  # fmt: skip
    simple = [Fraction(1, 2), Fraction(1, 5), Fraction(4, 5), Fraction(19, 20)]
    return tuple(dict.fromkeys([*sorted(own)[:4], *simple]))


def _pool(sort: Sort, case: Case, weights: tuple[Fraction, ...], scaled: bool) -> Iterator[Any]:
    if isinstance(sort, GramMatrices):
        size = end(sort.size, case)
        yield from () if size is None or size.denominator != 1 else _matrices(int(size))
        return
    assert isinstance(sort, Activations)
    if sort.pinned is not None:
        yield Activation.from_text(sort.pinned)
    elif "homogeneous" in sort.classes:
        found = {"identity", "relu", "leaky_relu", "abs"}
        found -= {"relu", "leaky_relu", "abs"} if "odd" in sort.classes else set()
        found -= {"relu", "leaky_relu", "identity"} if "even" in sort.classes else set()
        found -= {"identity"} if "nonlinear" in sort.classes else set()
        found -= {"relu", "leaky_relu", "abs"} if "centred" in sort.classes else set()
        yield from (Activation.from_text(name) for name in sorted(found))
    else:
        plain = [law for law in laws(weights) if in_classes(law, sort.classes)]
        yield from plain
        if scaled:
            few = [*plain[:3], *[law for law in plain if law.weight(0)][:3]]
            yield from (law.times(factor) for factor in (Fraction(-1), Fraction(3), Fraction(-1, 3)) for law in few)


def in_classes(law: Law, classes: tuple[str, ...]) -> bool:
    """Whether the activation of a law is of every one of the classes."""
    degrees = {k for k, _ in law.weights}
    checks = {
        "odd": all(k % 2 for k in degrees),
        "even": not any(k % 2 for k in degrees),
        "centred": 0 not in degrees,
        "nonlinear": max(degrees) > 1,
        "homogeneous": degrees == {1},
    }
    return all(checks[name] for name in classes)


def why_not_of_class(activation: Activation, classes: tuple[str, ...]) -> str | None:
    """Return why an activation is not shown to be of every one of the classes, or None if it is."""
    checks: dict[str, Callable[[], bool | None]] = {
        "odd": lambda: activation.parity == "odd",
        "even": lambda: activation.parity == "even",
        "centred": lambda: fixes_zero(KernelMap.normalised(activation)),
        "nonlinear": lambda: not activation.is_affine,
        "homogeneous": lambda: is_homogeneous(activation),
    }
    missing = next((name for name in classes if checks[name]() is not True), None)
    return None if missing is None else f"it is not shown to be {missing}"


def is_homogeneous(activation: Activation) -> bool:
    """Return whether s(a x) = a s(x) for a > 0 is seen on the pieces: multiples of x, one on each side of 0."""
    x = sp.Symbol("x", positive=True)
    pieces = activation.pieces
    if pieces is None or any(piece.upper != 0 for piece in pieces[:-1]):
        return False
    sides = (-x, x) if len(pieces) == 2 else (x,)
    slopes = (sp.cancel(to_sympy(piece.expression, at) / x) for piece, at in zip(pieces, sides, strict=True))
    return all(not slope.free_symbols for slope in slopes)


def laws(weights: tuple[Fraction, ...]) -> Iterator[Law]:
    """Yield laws with one atom, then with two, the low degrees first, then some with a mean and two more."""
    for degree in (1, 2, 3, 4, 5, 9, 40):
        yield Law.of({degree: 1})
    for first, second in ((1, 2), (1, 3), (0, 1), (0, 2), (2, 3), (2, 4), (1, 9), (1, 5), (3, 5), (1, 40), (0, 40)):
        for weight in weights:
            yield Law.of({first: weight, second: 1 - weight})
    for first, second, third in ((2, 1, 1), (1, 1, 1), (8, 1, 1), (1, 1, 8)):
        yield Law.of({0: first, 1: second, 2: third})


def _matrices(size: int) -> Iterator[GramMatrix]:
    """Yield Gram matrices with unit diagonal."""
    correlations = [Fraction(0), Fraction(1, 4), Fraction(1, 2), Fraction(1, 10), Fraction(9, 10), Fraction(1)]
    if not 1 < size <= _LARGEST_MATRIX:
        return
    correlations += [-c / (size - 1) for c in correlations[1:]]
    for rho in correlations:
        yield GramMatrix.equicorrelated(size, rho)
    for rho in (Fraction(1, 4), Fraction(1, 2), Fraction(-1, 2), Fraction(9, 10), Fraction(1)):
        entries = [[Fraction(int(i == j)) for j in range(size)] for i in range(size)]
        entries[0][1] = entries[1][0] = rho
        yield GramMatrix("pair", tuple(map(tuple, entries)))
    if size > 2:
        path = [[Fraction(1, 2) ** abs(i - j) for j in range(size)] for i in range(size)]
        yield GramMatrix("powers", tuple(map(tuple, path)))
        signs = [
            [Fraction((-1) ** ((i + j) % 2), 4) if i != j else Fraction(1) for j in range(size)] for i in range(size)
        ]
        yield GramMatrix("alternating", tuple(map(tuple, signs)))
