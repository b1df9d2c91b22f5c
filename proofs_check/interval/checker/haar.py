"""Weingarten functions and moments of the entries of Haar matrices: the equations that determine them, checked in integers.

A document holds the Weingarten functions of every order up to k as integer polynomials in d over one denominator an order. They are
not believed: the orthogonality relations, sum_j W_ij conj(W_i'j) = delta, say

    d W(mu) + sum over transpositions W(mu') = W(mu without its 1) if the last point is alone, else 0                         (1)

for every class mu and every place of the last point in it, and for d >= k they have one solution, since d + J is invertible: J, the
sum of the transpositions with the last point, has integer eigenvalues above -d. A moment is then the sum of W over the pairs of
pairings (unitary: of permutations) that its indices allow. Symplectic functions of even permutations are (-1)^k times orthogonal ones at -d.

References
----------
[1] B. Collins, S. Matsumoto, Weingarten calculus via orthogonality relations: new applications, ALEA 14 (2017), 631-656.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from .reading import Budget, Refused, entries_of, fraction, need, need_keys

_LARGEST_ORDER = 12
_MOST_CHARACTERS = 20_000
_CLASS = re.compile(r"Wg\((unitary|orthogonal|symplectic); ([0-9,]+)\) = (.+) for (integers d >=|d =) ([0-9]{1,9})")
_MOMENT = re.compile(r"E (.+) = (.+) for (integers d >=|d =) ([0-9]{1,9})")
Polynomial = list[int]
Entry = tuple[int, int, bool]
Terms = dict[tuple[Entry, ...], Fraction]


def add(left: Polynomial, right: Polynomial, factor: int = 1) -> Polynomial:
    """Return left + factor right, lowest power first, without zeros at the end."""
    size = max(len(left), len(right))
    total = [(left[i] if i < len(left) else 0) + factor * (right[i] if i < len(right) else 0) for i in range(size)]
    while total and not total[-1]:
        total.pop()
    return total


def multiply(left: Polynomial, right: Polynomial) -> Polynomial:
    """Return the product of two polynomials."""
    result = [0] * max(0, len(left) + len(right) - 1)
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            result[i + j] += a * b
    return add(result, [])


class HaarAnswer:
    """Checks one document of kind `haar`; `claim` is the text that was checked."""

    def __init__(self, document: dict[str, Any], budget: Budget) -> None:
        need_keys(document, "schema kind claim tables sha256", "a certificate of a Haar answer")
        claim = document["claim"]
        need(isinstance(claim, str) and len(claim) <= _MOST_CHARACTERS, "the claim needs to be text")
        need(claim.isprintable() and "#" not in claim, "the claim needs to be text that can be printed in one line")
        self.claim, self.tables, self.budget, self.cells = str(claim), document["tables"], budget, 0

    def check(self) -> None:
        """Check the claim.

        Raises
        ------
        Refused
            If the tables do not solve the relations, or do not give the value.
        """
        one, moment = _CLASS.fullmatch(self.claim), _MOMENT.fullmatch(self.claim)
        if one is not None:
            group, value, where = one[1], one[3], (one[4], int(one[5]))
            parts = [int(part or 0) for part in one[2].split(",")]
            need(all(parts) and parts == sorted(parts, reverse=True), "a class needs its parts in order")
            weights, largest = {tuple(parts): Fraction(1)}, 1
        else:
            need(moment is not None, "the claim is neither a Weingarten function nor a mean of entries")
            assert moment is not None
            value, where = moment[2], (moment[3], int(moment[4]))
            group, weights, largest = self._weights(moment[1])
        order = max((sum(mu) for mu in weights), default=0)
        need(order <= _LARGEST_ORDER, f"a Haar answer needs an order of at most {_LARGEST_ORDER}")
        factor = 2 if group == "symplectic" else 1
        need(where[1] >= max(1, order * factor, largest), "the relations determine the value from the order on only")
        need(factor == 1 or where[0] != "d =" or where[1] % 2 == 0, "a symplectic matrix has an even size")
        self.dimension: Polynomial = [0, 1] if where[0] != "d =" else [where[1]]
        above, below = self._value(value)
        tables = self._solved(group, order)
        total: Polynomial = []
        scale: Polynomial = [1]
        for mu, weight in weights.items():
            numerators, denominator = tables[sum(mu)]
            part, under = (
                multiply([weight.numerator], numerators[mu]),
                multiply([weight.denominator], denominator),
            )
            total, scale = add(multiply(total, under), multiply(part, scale)), multiply(scale, under)
        if group == "symplectic" and order % 2:
            total = add([], total, -1)
        need(multiply(total, below) == multiply(above, scale), "the tables give another value")

    # The relations

    def _solved(self, group: str, order: int) -> list[tuple[dict[tuple[int, ...], Polynomial], Polynomial]]:
        """Return the tables of the orders 0 to `order`, each checked against the one before."""
        entries = entries_of(self.tables, _LARGEST_ORDER, "the tables")
        need(len(entries) == order, f"the tables need to be of the orders 1 to {order}")
        size = add([], self.dimension, -1) if group == "symplectic" else self.dimension
        tables: list[tuple[dict[tuple[int, ...], Polynomial], Polynomial]] = [({(): [1]}, [1])]
        for k, entry in enumerate(entries, start=1):
            need_keys(entry, "denominator numerators", "a table")
            classes = list(partitions(k, k))
            numerators = entries_of(entry["numerators"], len(classes), "the numerators")
            need(len(numerators) == len(classes), f"the table of order {k} needs {len(classes)} numerators")
            table = dict(zip(classes, map(_read_polynomial, numerators), strict=True))
            denominator = _read_polynomial(entry["denominator"])
            need(denominator, "a denominator is zero")
            before, under = tables[-1]
            for mu in classes:
                for r in set(mu):
                    self.budget.spend(len(denominator) * len(under) * (k + 1))
                    self.cells += 1
                    total = multiply(size, table[mu])
                    for nu, count in neighbours(mu, r, group != "unitary").items():
                        total = add(total, table[nu], count)
                    known = before[_without(mu, 1)] if r == 1 else []
                    need(
                        multiply(total, under) == multiply(known, denominator),
                        f"the relation of the class {','.join(map(str, mu))} at its part {r} does not hold",
                    )
            tables.append((table, denominator))
        return tables

    # The moment

    def _weights(self, text: str) -> tuple[str, dict[tuple[int, ...], Fraction], int]:
        """Return the group, sum_mu weight W(mu) of a polynomial in entries, and the largest index."""
        names = set(re.findall(r"\b([A-Z][A-Za-z]*)\[", text))
        need(names in ({"O"}, {"U"}), "the mean needs the entries of O or U")
        unitary = names == {"U"}
        terms = _Entries("U" if unitary else "O", self.budget).read(_tree(text))
        weights: Counter[tuple[int, ...]] = Counter()
        largest = 1
        for monomial, coefficient in terms.items():
            largest = max(largest, *(max(i, j) for i, j, _ in monomial)) if monomial else largest
            for mu, count in self._classes(monomial, unitary).items():
                weights[mu] += coefficient * count  # type: ignore[assignment]
        return ("unitary" if unitary else "orthogonal"), dict(weights), largest  # type: ignore[arg-type]

    def _classes(self, monomial: tuple[Entry, ...], unitary: bool) -> Counter[tuple[int, ...]]:
        plain = [e for e in monomial if not e[2]]
        starred = [e for e in monomial if e[2]]
        if unitary:
            if len(plain) != len(starred):
                return Counter()
            sides = [_bijections([e[s] for e in plain], [e[s] for e in starred], self.budget) for s in (0, 1)]
        else:
            sides = [_pairings([e[s] for e in monomial], self.budget) for s in (0, 1)]
        rows, columns = sides
        times = 1
        for side, other in ((0, 1), (1, 0)):  # all labels of a side equal: every pairing of the other counts alike
            if len({e[side] for e in monomial}) == 1 and sides[other]:
                rows, columns, times = sides[side], sides[other][:1], len(sides[other])
                break
        self.budget.spend(len(rows) * len(columns) * max(1, len(monomial)))
        kind = _cycle_type if unitary else _coset_type
        result = Counter(kind(p, q) for p in rows for q in columns)
        return Counter({mu: count * times for mu, count in result.items()})

    def _value(self, text: str) -> tuple[Polynomial, Polynomial]:
        above, below = self._ratio(_tree(text))
        need(below, "the value divides by zero")
        return above, below

    def _ratio(self, node: ast.expr) -> tuple[Polynomial, Polynomial]:
        """Return numerator and denominator of a rational function of d."""
        match node:
            case ast.Constant(value=int() as number) if not isinstance(number, bool):
                return add([number], []), [1]
            case ast.Name(id="d"):
                return self.dimension, [1]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                above, below = self._ratio(operand)
                return add([], above, -1), below
            case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=int() as power)) if 0 <= power <= 100:
                base, result = self._ratio(left), ([1], [1])
                for _ in range(power):
                    result = multiply(result[0], base[0]), multiply(result[1], base[1])
                    self._bounded(result)
                return result
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() as op, right=right):
                (a, b), (c, e) = self._ratio(left), self._ratio(right)
                if isinstance(op, ast.Mult):
                    result = multiply(a, c), multiply(b, e)
                elif isinstance(op, ast.Div):
                    need(c, "the value divides by zero")
                    result = multiply(a, e), multiply(b, c)
                else:
                    sign = 1 if isinstance(op, ast.Add) else -1
                    result = add(multiply(a, e), multiply(c, b), sign), multiply(b, e)
                self._bounded(result)
                return result
        raise Refused("the value needs to be a rational function of d")

    def _bounded(self, ratio: tuple[Polynomial, Polynomial]) -> None:
        self.budget.spend(len(ratio[0]) + len(ratio[1]))
        need(all(len(p) <= 1000 and all(c.bit_length() <= 100_000 for c in p) for p in ratio), "the value is too large")


class _Entries:
    """The whitelist walk over a polynomial in the entries of one matrix."""

    def __init__(self, name: str, budget: Budget) -> None:
        self.name, self.budget = name, budget

    def read(self, node: ast.expr) -> Terms:
        match node:
            case ast.Constant(value=int() as number) if not isinstance(number, bool):
                return {(): Fraction(number)} if number else {}
            case ast.Subscript(
                value=ast.Name(id=name),
                slice=ast.Tuple(elts=[ast.Constant(value=int() as i), ast.Constant(value=int() as j)]),
            ) if name == self.name and min(i, j) >= 1 and bool not in (type(i), type(j)):
                return {((i, j, False),): Fraction(1)}
            case ast.Call(func=ast.Name(id="conj" | "conjugate"), args=[argument], keywords=[]):
                return self.conjugated(self.read(argument))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return {key: -c for key, c in self.read(operand).items()}
            case ast.BinOp(
                left=ast.Call(func=ast.Name(id="abs"), args=[argument], keywords=[]),
                op=ast.Pow(),
                right=ast.Constant(value=int() as power),
            ) if 0 <= power <= 40 and power % 2 == 0:
                inner = self.read(argument)
                return self.power(self.product(inner, self.conjugated(inner)), power // 2)
            case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=int() as power)) if 0 <= power <= 40:
                return self.power(self.read(left), power)
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return self.product(self.read(left), self.read(right))
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                below = self.read(right)
                need(set(below) == {()}, "a divisor needs to be a number")
                return {key: c / below[()] for key, c in self.read(left).items()}
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
                total = dict(self.read(left))
                for key, c in self.read(right).items():
                    total[key] = total.get(key, Fraction(0)) + (c if isinstance(op, ast.Add) else -c)
                return {key: c for key, c in total.items() if c}
        raise Refused("the mean needs a polynomial in entries")

    def conjugated(self, terms: Terms) -> Terms:
        if self.name == "O":
            return terms
        return {tuple(sorted((i, j, not starred) for i, j, starred in key)): c for key, c in terms.items()}

    def power(self, terms: Terms, power: int) -> Terms:
        result: Terms = {(): Fraction(1)}
        for _ in range(power):
            result = self.product(result, terms)
        return result

    def product(self, left: Terms, right: Terms) -> Terms:
        self.budget.spend(len(left) * len(right))
        result: Terms = {}
        for a, c in left.items():
            for b, e in right.items():
                key = tuple(sorted(a + b))
                need(len(key) <= 4 * _LARGEST_ORDER, "the degree is too large")
                result[key] = result.get(key, Fraction(0)) + c * e
                size = max(result[key].numerator.bit_length(), result[key].denominator.bit_length())
                need(size <= _MOST_CHARACTERS, "the coefficients are too large")
        return {key: c for key, c in result.items() if c}


def partitions(order: int, largest: int) -> Iterator[tuple[int, ...]]:
    """Yield the partitions of an order with parts up to `largest`, largest first."""
    if not order:
        yield ()
    for part in range(min(order, largest), 0, -1):
        for rest in partitions(order - part, part):
            yield (part, *rest)


def neighbours(mu: tuple[int, ...], r: int, pairings: bool) -> Counter[tuple[int, ...]]:
    """Return what transpositions with the last point, in a part r of mu, make of the class."""
    rest = _without(mu, r)
    result: Counter[tuple[int, ...]] = Counter()
    for s in range(1, r):
        result[tuple(sorted((*rest, s, r - s), reverse=True))] += 1
    if pairings and r > 1:
        result[mu] += r - 1
    for m in rest:
        result[tuple(sorted((*_without(rest, m), r + m), reverse=True))] += 2 * m if pairings else m
    return result


def _without(mu: tuple[int, ...], part: int) -> tuple[int, ...]:
    place = mu.index(part)
    return mu[:place] + mu[place + 1 :]


def _bijections(first: Sequence[int], second: Sequence[int], budget: Budget) -> list[tuple[int, ...]]:
    """Return the permutations s with second[s(i)] = first[i]."""
    found: list[tuple[int, ...]] = [()]
    if Counter(first) != Counter(second):
        return []
    for label in first:
        budget.spend(len(found) * len(second))
        found = [(*s, j) for s in found for j, other in enumerate(second) if other == label and j not in s]
    return found


def _pairings(labels: Sequence[int], budget: Budget) -> list[tuple[int, ...]]:
    """Return the pairings of places with equal labels, each as the partner of every place."""
    if any(count % 2 for count in Counter(labels).values()):
        return []
    found: list[dict[int, int]] = [{}]
    for place, label in enumerate(labels):
        budget.spend(len(found) * len(labels))
        following = []
        for pairing in found:
            if place in pairing:
                following.append(pairing)
                continue
            for other in range(place + 1, len(labels)):
                if labels[other] == label and other not in pairing:
                    following.append(pairing | {place: other, other: place})
        found = following
    return [tuple(pairing[i] for i in range(len(labels))) for pairing in found]


def _cycle_type(p: Sequence[int], q: Sequence[int]) -> tuple[int, ...]:
    inverse = {image: i for i, image in enumerate(q)}
    return _lengths([inverse[x] for x in p])


def _coset_type(p: Sequence[int], q: Sequence[int]) -> tuple[int, ...]:
    # p then q moves round a circuit two places at a time, once for each of its two classes of places
    lengths = _lengths([q[x] for x in p])
    return lengths[::2]


def _lengths(permutation: Sequence[int]) -> tuple[int, ...]:
    seen: set[int] = set()
    lengths = []
    for start in range(len(permutation)):
        length, place = 0, start
        while place not in seen:
            seen.add(place)
            place, length = permutation[place], length + 1
        if length:
            lengths.append(length)
    return tuple(sorted(lengths, reverse=True))


def _tree(text: str) -> ast.expr:
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        raise Refused("the claim is not a formula") from None
    return tree


def _read_polynomial(entries: Any) -> Polynomial:
    coefficients = [fraction(entry, "a coefficient") for entry in entries_of(entries, 500, "a polynomial")]
    need(all(c.denominator == 1 for c in coefficients), "a coefficient needs to be an integer")
    return add([c.numerator for c in coefficients], [])
