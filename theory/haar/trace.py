"""Averages of products of traces: E prod tr(words in random and fixed matrices), as traces of fixed words.

The random matrices are independent, so they are averaged one after the other, each time over products of traces in which the others
stand as if fixed. A Gaussian matrix is paired off (`theory.haar.wick`). For a Haar matrix W

    E prod tr = sum_{p, q} Wg(type of p and q; d) prod_loops tr(matrices along the loop),                                   (1)

over the pairings p of the row indices and q of the column indices of W (unitary: of plain with conjugate ones), see
`theory.haar.trace_closure`. Where W stands as W A W* with the same A throughout, or alone, characters and zonal polynomials replace
one or both sums (`theory.haar.spherical_average`). The symplectic group is O(-d): with transposition the dual and every trace
times -1 the formulas of O(d) hold at -d.

References
----------
[1] B. Collins, P. Sniady, Integration with respect to the Haar measure on unitary, orthogonal and symplectic group,
    Comm. Math. Phys. 264 (2006), 773-795.
[2] M. Fukuda, R. Koenig, I. Nechita, RTNI: a symbolic integrator for Haar-random tensor networks, J. Phys. A 52 (2019) 425303.
[3] R. L. Mkrtchyan, The equivalence of Sp(2N) and SO(-2N) gauge theories, Phys. Lett. B 105 (1981), 174-176.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

from theory.haar.dimension import Group, checked_dimension
from theory.haar.matrix_algebra import HAAR_ENSEMBLES, MatrixAlgebra
from theory.haar.partition import Partition
from theory.haar.rational_function import RationalFunction
from theory.haar.spherical_average import (
    block_average,
    class_function_moment,
    class_function_of_determinant_one,
    two_sided_average,
)
from theory.haar.trace_closure import Closing, all_matchings, closures, links_of, matching_type
from theory.haar.trace_expression import TraceExpression, parse_trace_expression
from theory.haar.trace_polynomial import Coefficient, TracePolynomial
from theory.haar.trace_word import Product, Word, is_scalar, product_of
from theory.haar.weingarten import class_sum
from theory.haar.wick import gaussian_average

__all__ = ["TracePolynomial", "trace_moment"]

_Average = dict[Product, Coefficient]


def trace_moment(
    expression: str | TraceExpression,
    dimension: Any = None,
    *,
    symmetric: Collection[str] = (),
    let: Mapping[str, Any] | None = None,
) -> TracePolynomial:
    """Return E of a polynomial in traces of words in independent random matrices and fixed ones.

    Parameters
    ----------
    expression : str or TraceExpression
        For example `tr(O*A*O.T*B)**2`, `tr(U*A*V*B*U.H*V.H)`, `tr((G*G.T)**3)/d`, `abs(tr(U))**4`: see `theory.haar.trace_expression`.
    dimension : int, optional
        d; None (default) is symbolic. An integer d may be below the order.
    symmetric : collection of str
        Names of fixed matrices with A.T = A.
    let : mapping of str to str or number, optional
        Declarations such as {"P": "projector(n)", "G": "normal(m,n)", "tr(A**2)": 1}: see `theory.haar.declaration`.

    Returns
    -------
    TracePolynomial
        A symbolic result holds for d >= its `least_dimension`: the order k, half the number of occurrences of a Haar matrix in a
        term (symplectic: 2k). Below, it is computed anew when it is evaluated.

    Raises
    ------
    TypeError, ValueError
        Malformed text; dimension not a positive integer; more than 200 000 pairings or 1.2 million pairs of pairings in one
        term after its symmetry is used (k = 5 orthogonal and k = 6 unitary always pass).

    Notes
    -----
    **Accuracy.** Exact. **Cost.** p(k)^3 for W A W* B with A and B the same throughout (orthogonal: symmetric), (2k - 1)!! or k! where
    only A is, the square of that in general.

    Examples
    --------
    >>> print(trace_moment("tr(O*A*O.T*B)"))
    (1/d)*tr(A)*tr(B)

    E tr(U)^2 tr(U*)^2 = 2! for every d >= 2 (Diaconis and Shahshahani), and 1 at d = 1:

    >>> print(trace_moment("tr(U)**2*tr(U.H)**2"), trace_moment("abs(tr(U))**4", 1))
    (2) (1)

    The commutator of two Haar unitaries, and the third moment of a Wishart matrix:

    >>> print(trace_moment("tr(U*V*U.H*V.H)"))
    (1/d)
    >>> print(trace_moment("tr((G*G.T)**2)", let={"G": "normal(m,n)"}))
    (1)*m*n + (1)*m*n**2 + (1)*m**2*n
    """
    if not isinstance(expression, TraceExpression):
        return _moment_of_text(
            expression, dimension, tuple(symmetric) if not isinstance(symmetric, str) else symmetric, let
        )
    return _moment(expression, dimension)


def _moment_of_text(
    text: str, dimension: Any, symmetric: Collection[str], let: Mapping[str, Any] | None
) -> TracePolynomial:
    if isinstance(text, str) and not let and isinstance(symmetric, tuple):
        return _cached(text, None if dimension is None else _integer(dimension), symmetric)
    return _moment(parse_trace_expression(text, symmetric, let), dimension)


def _integer(dimension: Any) -> int | None:
    return checked_dimension(dimension, "unitary", function="trace_moment")


@lru_cache(maxsize=256)
def _cached(text: str, dimension: int | None, symmetric: tuple[str, ...]) -> TracePolynomial:
    return _moment(parse_trace_expression(text, symmetric), dimension)


def _moment(expression: TraceExpression, dimension: Any) -> TracePolynomial:
    algebra = expression.algebra
    d = checked_dimension(dimension, "symplectic" if algebra.dual else "unitary", function="trace_moment")
    average = _Averager(algebra, d)
    total: _Average = {}
    for words, coefficient in expression.terms:
        for key, value in average.term(words).items():
            _add(total, key, value if coefficient == 1 else value * coefficient)
    least = average.least if d is None else 1
    terms = []
    for words, value in sorted(total.items(), key=lambda term: (-len(term[0]), term[0])):
        if value:
            symbolic = RationalFunction.constant(value) if d is None and isinstance(value, Fraction) else value
            terms.append((words, symbolic.valid_from(least) if isinstance(symbolic, RationalFunction) else symbolic))
    return TracePolynomial(tuple(terms), d, algebra, least, lambda n: _moment(expression, n))


class _Averager:
    """Averages products of traces over one random matrix after the other, each different product once."""

    def __init__(self, algebra: MatrixAlgebra, dimension: int | None) -> None:
        self.algebra, self.dimension = algebra, dimension
        self.least = 1
        self.known: dict[Product, _Average] = {}

    def term(self, words: Product) -> _Average:
        """Return the average of a product of traces, scalars d taken into the coefficients."""
        pending: _Average = self.settled({words: Fraction(1)})
        done: _Average = {}
        while pending:
            following: _Average = {}
            for product, coefficient in pending.items():
                random = Counter(
                    x.name for word in product for x in word if not x.power and x.name in self.algebra.random
                )
                if not random:
                    _add(done, product, coefficient)
                    continue
                name = min(random, key=lambda n: (random[n], n))
                with_it = tuple(word for word in product if any(x.name == name and not x.power for x in word))
                rest = tuple(word for word in product if word not in with_it)
                for key, value in self.average(with_it, name).items():
                    whole = product_of((*key, *rest)) if rest else key
                    _add(following, whole, value if _is_one(coefficient) else coefficient * value)
            pending = {key: value for key, value in following.items() if value}
        return done

    def settled(self, terms: Mapping[Product, Coefficient]) -> _Average:
        """Return the terms with the scalar d moved into the coefficients."""
        result: _Average = {}
        for words, coefficient in terms.items():
            power = sum(word[0].power for word in words if is_scalar(word) and word[0].name == "d")
            kept = tuple(word for word in words if not (is_scalar(word) and word[0].name == "d"))
            factor: Coefficient = Fraction(1)
            if power:
                factor = (
                    RationalFunction.dimension_power(power)
                    if self.dimension is None
                    else Fraction(self.dimension) ** power
                )
            _add(result, kept, factor * coefficient if power else coefficient)
        return result

    def average(self, words: Product, name: str) -> _Average:
        """Return the average over one matrix of words that all hold it."""
        if words not in self.known:
            ensemble = self.algebra.random[name]
            self.known[words] = self.settled(
                self.haar(words, name) if ensemble in HAAR_ENSEMBLES else gaussian_average(words, name, self.algebra)
            )
        return self.known[words]

    def haar(self, words: Product, name: str) -> _Average:
        group: Group = self.algebra.random[name]  # type: ignore[assignment]
        letters = [x for word in words for x in word if x.name == name]
        conjugates = sum(x.conjugated for x in letters)
        if name in self.algebra.special:
            extra = self.of_determinant(group, words, name, len(letters), conjugates)
            if extra is not None:
                return extra
        if 2 * conjugates != len(letters) if group == "unitary" else len(letters) % 2:
            return {}
        self.least = max(self.least, len(letters) // 2 * (2 if group == "symplectic" else 1))
        if all(len(set(word)) == 1 and word[0].name == name for word in words):
            return self.class_function(group, words)
        sign = (-1) ** len(words) if group == "symplectic" else 1
        result: _Average = {}
        for (loops, fixed), value in self.closed(group, words, name).items():
            size = sign * (-1) ** fixed if group == "symplectic" else 1
            for key, factor in self.algebra.product(loops).items():
                _add(result, key, value if factor * size == 1 else value * (factor * size))
        return result

    def class_function(self, group: Group, words: Product) -> _Average:
        value = class_function_moment(group, *_cycle_types(words), self.dimension)
        return {(): value} if value else {}

    def of_determinant(self, group: Group, words: Product, name: str, degree: int, conjugates: int) -> _Average | None:
        """Return the average over matrices of determinant 1 where it differs from that of the whole group, else None.

        The density of SO(d) is 1 + det, so degree d + 2j brings a second term; over SU(d) words of m d more plain than
        conjugate factors have a mean.
        """
        excess = degree if group == "orthogonal" else abs(degree - 2 * conjugates)
        if self.dimension is None:
            self.least = max(self.least, excess + 1)
            return None
        d = self.dimension
        differs = excess >= d and (excess - d) % (2 if group == "orthogonal" else d) == 0
        if not differs or not excess:
            return None
        if not all(len(set(word)) == 1 and word[0].name == name for word in words):
            raise ValueError(
                f"trace expression needs d > {excess} where {name} stands beside other matrices "
                f"(its determinant enters from degree d on), got dimension={d}; entries such as {name}[1,1] have every d."
            )
        plain, conjugate = _cycle_types(words)
        value = class_function_of_determinant_one(group, plain, conjugate, d)
        return {(): value} if value else {}

    def closed(self, group: Group, words: Product, name: str) -> dict[tuple[Product, int], Coefficient]:
        """Return {(traces of loops, how many): coefficient}, without simplifying the words."""
        blocks = _Blocks.of(group, words, name, self.algebra)
        if blocks is not None:
            return blocks.average(self)
        kind: Group = "unitary" if group == "unitary" else "orthogonal"
        weights: dict[Product, dict[Partition, int]] = defaultdict(lambda: defaultdict(int))
        for (loops, mu), count in closures(kind, words, name, self.algebra).items():
            weights[loops][mu] += count
        values: dict[tuple[Any, ...], Coefficient] = {}
        result: dict[tuple[Product, int], Coefficient] = {}
        for loops, by_type in weights.items():
            # Thousands of different traces share a few weights: every sum over types is done once.
            key = tuple(sorted(by_type.items()))
            if key not in values:
                values[key] = self.reflected(group, class_sum(kind, dict(by_type), self.signed(group)))
            if values[key]:
                result[loops, len(loops)] = values[key]
        return result

    def signed(self, group: Group) -> int | None:
        """Return d, or -d for the symplectic group."""
        return -self.dimension if group == "symplectic" and self.dimension is not None else self.dimension

    def reflected(self, group: Group, value: Coefficient) -> Coefficient:
        return value.reflected() if group == "symplectic" and isinstance(value, RationalFunction) else value


class _Blocks:
    """Words made of W A W* with the same A throughout (orthogonal: symmetric), whichever side that is."""

    def __init__(self, group: Group, links: Sequence[Any], conjugated: Sequence[bool], algebra: MatrixAlgebra) -> None:
        self.group, self.links, self.conjugated, self.algebra = group, links, conjugated, algebra
        self.side = 0
        self.inner: Word = ()

    @classmethod
    def of(cls, group: Group, words: Product, name: str, algebra: MatrixAlgebra) -> _Blocks | None:
        """Return the blocks, None if the words are not of this kind."""
        links, conjugated, _ = links_of(words, name)
        if any(start & 1 != end & 1 for start, end, _ in links):
            return None
        blocks = cls(group, links, conjugated, algebra)
        for side in (1, 0):
            word = blocks.uniform(side)
            if word is not None:
                blocks.side, blocks.inner = side, word
                return blocks
        return None

    def uniform(self, side: int) -> Word | None:
        """Return the matrix that joins all legs of one side, None if there are several."""
        words = set()
        for start, end, word in self.links:
            if start & 1 != side:
                continue
            if self.group == "unitary":
                if self.conjugated[start >> 1] == self.conjugated[end >> 1]:
                    return None
                words.add(self.algebra.transposed(word) if self.conjugated[start >> 1] else self._normal(word))
            else:
                words |= {self._normal(word), self.algebra.transposed(word)}
        return words.pop() if len(words) == 1 else None

    def _normal(self, word: Word) -> Word:
        return self.algebra.transposed(self.algebra.transposed(word))

    def matching(self, side: int) -> tuple[int, ...]:
        partner = [0] * len(self.conjugated)
        for start, end, _ in self.links:
            if start & 1 == side:
                partner[start >> 1], partner[end >> 1] = end >> 1, start >> 1
        return tuple(partner)

    def average(self, owner: _Averager) -> dict[tuple[Product, int], Coefficient]:
        alpha, d = (1 if self.group == "unitary" else 2), owner.signed(self.group)
        inner, outer = self.matching(self.side), self.uniform(1 - self.side)
        result: dict[tuple[Product, int], Coefficient] = {}
        if outer is not None:
            mu = matching_type(inner, self.matching(1 - self.side))
            for (rho, sigma), value in two_sided_average(alpha, mu, d).items():
                loops = product_of((*_powers(self.inner, rho), *_powers(outer, sigma)))
                _add(result, (loops, len(loops)), owner.reflected(self.group, value))
            return result
        counts: Counter[tuple[tuple[Word, ...], Partition]] = Counter()
        closing = Closing(self.links, self.algebra)
        kind: Group = "unitary" if self.group == "unitary" else "orthogonal"
        for matching in all_matchings(kind, self.conjugated):
            # The inner legs are joined by themselves: only loops of outer links are asked for.
            counts[tuple(closing.one_side(matching, 1 - self.side)), matching_type(inner, matching)] += 1
        for (closed, tau), count in counts.items():
            for rho, value in block_average(alpha, tau, d).items():
                key = product_of((*closed, *_powers(self.inner, rho)))
                _add(result, (key, len(key)), owner.reflected(self.group, value) * count)
        return result


def _cycle_types(words: Product) -> tuple[Partition, Partition]:
    """Return the powers of W and of its conjugate under the traces, largest first."""
    plain = sorted((len(w) for w in words if not w[0].conjugated), reverse=True)
    conjugate = sorted((len(w) for w in words if w[0].conjugated), reverse=True)
    return tuple(plain), tuple(conjugate)


def _powers(word: Word, parts: Partition) -> list[Word]:
    return [word * part for part in parts]


def _is_one(value: Coefficient) -> bool:
    return isinstance(value, Fraction) and value == 1


def _add(total: dict[Any, Coefficient], key: Any, value: Coefficient) -> None:
    total[key] = total[key] + value if key in total else value
