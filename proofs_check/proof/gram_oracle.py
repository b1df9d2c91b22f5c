"""The oracle "Gram matrices": inequalities between numbers of G and of kappa(G), at every size, from classical facts.

Let G be positive semidefinite of size n with unit diagonal, m = maxcorr(G), and K = kappa(G), kappa = sum_{k>=1} p_k r^k with
p_k >= 0 of sum 1. Facts, each for every such G and n >= 1:

1. tr G = n; 0 <= det G <= 1 - m^2 (Hadamard, Fischer: a block of two samples and the other diagonal entries).
2. 0 <= mineig(G) <= 1 - m, and mineig(G) >= 1 - (n-1) m; 1 + m <= maxeig(G) <= 1 + (n-1) m (blocks of two; Gershgorin).
3. isometry(G) = det(G)^(1/n), as tr G = n; gap(G) = -log isometry(G), infinite for a singular G.
4. K is a Gram matrix with unit diagonal (Schur), and so is rms(G); facts 1 to 3 hold of them.
5. det K >= det G, mineig(K) >= mineig(G), maxeig(K) <= maxeig(G), maxcorr(K) <= m. For the powers A = G^(k) entrywise, k >= 1:
   det A >= det G (Oppenheim), mineig(A) >= mineig(G), maxeig(A) <= maxeig(G) (Schur); K is their mean with weights p_k, det^(1/n) is
   concave (Minkowski), mineig concave and maxeig convex. Iterates follow by induction.

Every number is written with parameters in [0, 1] (or [0, oo)) so that its facts hold; the claim then has to be an
inequality between rational functions on that box, whose sign is decided exactly. The converse fails: "not shown" is no no.

References
----------
1. R. A. Horn, C. R. Johnson, "Matrix Analysis", 2nd ed., 2013, theorems 6.1.1, 7.5.3, 7.8.1, 7.8.5, 7.8.16, 7.8.21.
2. I. Schur, J. reine angew. Math. 140 (1911), theorems VI, VII.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import sympy as sp

from proofs_check.proof.algebra import is_zero, refused_divisor, sign
from theory.statement.proposition import Binder, Relation
from theory.statement.quantity import Quantity
from theory.statement.sentence import Sentence
from theory.statement.sort import Activations, GramMatrices, Naturals, Reals
from theory.statement.words.gram import (
    Determinant,
    Entry,
    Gap,
    GramMap,
    Isometry,
    LargestCorrelation,
    LargestEigenvalue,
    LeastEigenvalue,
    Trace,
)

_WORDS = (Determinant, Entry, Gap, Isometry, LargestCorrelation, LargestEigenvalue, LeastEigenvalue, Trace)
_UNIT, _RAY = Reals(sp.Integer(0), sp.Integer(1)), Reals(sp.Integer(0), sp.oo)


def affirms(sentence: Sentence) -> bool:
    """Whether a relation follows from the facts, for every Gram matrix of the sentence's size.

    Examples
    --------
    >>> from theory.statement.parse import parse
    >>> affirms(parse("for every activation s, n >= 1, every Gram matrix G of size n: det(kappa(G)) >= det G"))
    True
    >>> affirms(parse("for every activation s, n >= 2, every Gram matrix G of size n: det(rms(G)) >= det G"))
    False
    """
    body, matrices = sentence.body, sentence.binders_of(GramMatrices)
    if not isinstance(body, Relation) or len(matrices) != 1:
        return False
    others = [binder for binder in sentence.binders if not isinstance(binder.sort, GramMatrices | Activations)]
    if not all(isinstance(binder.sort, Reals | Naturals) for binder in others):
        return False
    assert isinstance(matrices[0].sort, GramMatrices)
    most = _most(sentence, matrices[0].symbol)
    words = set().union(*(term.atoms(Quantity) for term in (body.lhs, body.rhs))) if most is not None else set()
    words = {word for word in words if not isinstance(word, GramMap)}
    if not words or not all(_is_of(word, matrices[0]) for word in words) or not _gaps_are_defined(body):
        return False
    for lower, above in product((False, True), repeat=2):
        values = _Values(matrices[0].symbol, matrices[0].sort.size, sp.sympify(most), lower, above)
        claim = Relation(body.op, *(side.xreplace({w: values.of(w) for w in words}) for side in (body.lhs, body.rhs)))
        box = Sentence((*others, *values.binders()), (), claim)
        if any(refused_divisor(side, box) is not None for side in (claim.lhs, claim.rhs)):
            continue
        if claim.op == "=":
            shown = is_zero(claim.lhs - claim.rhs)
        else:
            shown = sign(claim.slack, box) in {"!=": (1, -1), "<": (1,), ">": (1,)}.get(claim.op, (0, 1))
        if shown:
            return True
    return False


def _most(sentence: Sentence, matrix: sp.Symbol) -> sp.Rational | None:
    """Return the bound of maxcorr(G) that the hypotheses give (1 without any), or None if they say anything else."""
    word, most = LargestCorrelation(matrix), sp.Integer(1)
    for hypothesis in sentence.hypotheses:
        if not isinstance(hypothesis, Relation):
            return None
        relation = hypothesis if hypothesis.lhs == word else hypothesis.mirrored
        if relation.lhs != word or relation.op not in ("<", "<=") or not relation.rhs.is_Rational:
            return None
        most = sp.Min(most, relation.rhs)
    return most if most >= 0 else None


def _is_of(word: Quantity, matrix: Binder) -> bool:
    """Whether a word is one that the facts speak of, of G or of the image of G itself under a map."""
    if not isinstance(word, _WORDS):
        return False
    inner, *indices = word.args
    assert isinstance(matrix.sort, GramMatrices)
    size = matrix.sort.size
    if not all(index.is_Integer and size.is_Integer and 1 <= index <= size for index in indices):
        return False
    if isinstance(inner, GramMap):
        inner = inner.args[2]
    return bool(inner == matrix.symbol)


def _gaps_are_defined(body: Relation) -> bool:
    """Whether the relation makes sense with infinite gaps: a multiple of one gap, or a number, on each side."""
    if not any(side.has(Gap) for side in (body.lhs, body.rhs)):
        return True
    for side in (body.lhs, body.rhs):
        factor, rest = side.as_coeff_Mul()
        if not (side.is_Rational or (factor > 0 and isinstance(rest, Gap))):
            return False
    return body.op in ("<=", ">=")


class _Values:
    """The words as functions of parameters: of each fact, one bound is kept by construction.

    `lower` keeps 1 - (n-1) m <= mineig(G) and 1 <= maxeig(G), and not 0 and 1 + m; `above` keeps, of the image, that it is no worse than G and
    not the bounds by its own largest correlation.
    """

    def __init__(self, matrix: sp.Symbol, size: sp.Expr, most: sp.Expr, lower: bool, above: bool) -> None:
        self.matrix, self.size, self.most, self.lower, self.above = matrix, size, most, lower, above
        self.parameters: dict[tuple[str, sp.Basic], Binder] = {}

    def binders(self) -> Iterator[Binder]:
        """Yield the parameters that were used."""
        yield from self.parameters.values()

    def _free(self, name: str, of: sp.Basic, sort: Reals = _UNIT) -> sp.Symbol:
        """Return the parameter of this name of a matrix."""
        key = (name, of)
        if key not in self.parameters:
            self.parameters[key] = Binder(f"_{name}{len(self.parameters)}", sort)
        return self.parameters[key].symbol

    def of(self, word: Quantity) -> sp.Expr:
        """Return the value of a word."""
        inner = word.args[0]
        match word:
            case Trace():
                return self.size
            case LargestCorrelation():
                return self._correlation(inner)
            case Entry():
                if word.args[1] == word.args[2]:
                    return sp.Integer(1)  # of G itself it is 1 already
                return self._correlation(inner) * (2 * self._free(f"entry{word.args[1:]}", inner) - 1)
            case Isometry():
                return self._at_least("isometry", inner, sp.Integer(0), sp.Integer(1))
            case Determinant():
                return self._determinant(inner)
            case LeastEigenvalue():
                return self._least(inner)
            case LargestEigenvalue():
                return self._largest(inner)
            case Gap():
                return self._gap(inner)
        raise AssertionError(word)

    def _better(self, inner: sp.Basic) -> bool:
        """Whether the matrix is kappa(G), and facts of the fifth kind are to be kept."""
        return self.above and isinstance(inner, GramMap) and inner.args[0].name == "kappa"

    def _correlation(self, inner: sp.Basic) -> sp.Expr:
        if inner == self.matrix:
            return self.most * self._free("m", inner)
        if inner.args[0].name == "kappa":
            return self._correlation(self.matrix) * self._free("m", inner)
        return self._free("m", inner)

    def _at_least(self, name: str, inner: sp.Basic, low: sp.Expr, high: sp.Expr) -> sp.Expr:
        """Return a number between its bounds, the lower one that of G where it is better."""
        if self._better(inner):
            low = self._at_least(name, self.matrix, low, high)
        return low + (high - low) * self._free(name, inner)

    def _determinant(self, inner: sp.Basic) -> sp.Expr:
        high = sp.Integer(1) if self.above else 1 - self._correlation(inner) ** 2
        return self._at_least("det", inner, sp.Integer(0), high)

    def _least(self, inner: sp.Basic) -> sp.Expr:
        m = self._correlation(self.matrix if self._better(inner) else inner)
        low = 1 - (self.size - 1) * m if self.lower else sp.Integer(0)
        high = sp.Integer(1) if self.above else 1 - m
        return self._at_least("mineig", inner, low, high)

    def _largest(self, inner: sp.Basic) -> sp.Expr:
        if self._better(inner):
            return 1 + (self._largest(self.matrix) - 1) * self._free("maxeig", inner)
        m, share = self._correlation(inner), self._free("maxeig", inner)
        return 1 + (self.size - 1) * m * share if self.lower else 1 + m + (self.size - 2) * m * share

    def _gap(self, inner: sp.Basic) -> sp.Expr:
        if self._better(inner):
            return self._gap(self.matrix) * self._free("gap", inner)
        return self._free("gap", inner, _RAY)
