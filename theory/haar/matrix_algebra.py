"""What is known of the matrices under a trace, and the simplest form of a product of traces that follows.

**Random matrices** are independent: orthogonal, unitary, symplectic (Haar), normal (real N(0, 1) entries), complex normal (E|z|^2 = 1),
goe (symmetric, variance 1 off the diagonal and 2 on it), gue (Hermitian, E|x_ij|^2 = 1). **Fixed matrices** may be declared
symmetric, hermitian, real, skew, diagonal (all diagonal ones commute), projector(rank), rank one, state (rank one projector of trace 1),
traceless, identity, or of the shape matrix(m,n). Traces of words may have given values.

**Rules.** tr(w) is unchanged under rotation and transposition; W W* = 1 for Haar matrices, P P = P for projectors, A w A = tr(A w) A
for rank one, conj(A) = A^T for Hermitian A, and an m x n matrix absorbs the identities 1_m, 1_n of its spaces. Where a symplectic
matrix occurs, transposition is the dual A -> J A^T J^{-1} (J = [[0, 1], [-1, 0]]), under which traces and S S^D = 1 are unchanged as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby, pairwise

from theory.haar.trace_word import (
    Letter,
    Polynomial,
    Product,
    Word,
    collected,
    is_scalar,
    multiplied,
    product_of,
    scalar,
)

__all__ = ["HAAR_ENSEMBLES", "FixedMatrix", "MatrixAlgebra"]

HAAR_ENSEMBLES = ("orthogonal", "unitary", "symplectic")
_UNKNOWN_TRACE: Polynomial = {}


@dataclass(frozen=True, slots=True)
class FixedMatrix:
    """What is declared of one fixed matrix.

    Parameters
    ----------
    symmetric, hermitian, real, skew, diagonal, projector, rank_one : bool
        A.T = A; A.H = A; A.C = A; A.T = -A with A A = -1; diagonal; A A = A; of rank one.
    trace : dict or None
        Its trace as a polynomial in scalars, None if not known.
    left, right : str
        The names of its row and column space, empty for the d-dimensional one.
    """

    symmetric: bool = False
    hermitian: bool = False
    real: bool = False
    skew: bool = False
    diagonal: bool = False
    projector: bool = False
    rank_one: bool = False
    identity: bool = False
    trace: Polynomial | None = None
    left: str = ""
    right: str = ""


_PLAIN = FixedMatrix()


@dataclass(slots=True)
class MatrixAlgebra:
    """The matrices of one expression and the rules for their words.

    Parameters
    ----------
    random : dict of str to str
        The ensemble of every random matrix.
    fixed : dict of str to FixedMatrix
        The declared fixed matrices.
    real : bool
        Whether every matrix is real (no unitary or complex one occurs).
    dual : bool
        Whether transposition means the symplectic dual.
    traces : dict of Word to polynomial
        Given values of traces, by the word in simplest form.
    special : set of str
        The orthogonal and unitary random matrices of determinant 1.
    """

    random: dict[str, str] = field(default_factory=dict)
    fixed: dict[str, FixedMatrix] = field(default_factory=dict)
    real: bool = False
    dual: bool = False
    traces: dict[Word, Polynomial] = field(default_factory=dict)
    special: set[str] = field(default_factory=set)
    _known: dict[Word, Polynomial] = field(default_factory=dict, compare=False, repr=False)

    def copy_with(self, random: Mapping[str, str]) -> MatrixAlgebra:
        """Return the same declarations for expressions with other random matrices."""
        return MatrixAlgebra(dict(random), self.fixed, self.real, self.dual, self.traces, self.special)

    def letter(self, letter: Letter) -> tuple[int, Letter]:
        """Return the letter with the flags that its declaration makes superfluous cleared, and a sign."""
        kind, ensemble = self.fixed.get(letter.name, _PLAIN), self.random.get(letter.name)
        transposed, conjugated, sign = letter.transposed, letter.conjugated, 1
        if self.real or self.dual or kind.real or ensemble in ("orthogonal", "normal", "goe"):
            conjugated = False
        elif conjugated and (kind.hermitian or ensemble == "gue"):
            transposed, conjugated = not transposed, False
        real_hermitian = kind.hermitian and (self.real or kind.real)
        if transposed and (kind.symmetric or kind.diagonal or real_hermitian or ensemble == "goe"):
            transposed = False
        elif transposed and kind.skew:
            transposed, sign = False, -1
        return sign, Letter(letter.name, transposed, conjugated)

    def transposed(self, word: Word) -> Word:
        """Return the transposed word in normal letters (signs of skew letters are not lost: J is kept transposed)."""
        result = []
        for letter in reversed(word):
            kind = self.fixed.get(letter.name, _PLAIN)
            flipped = letter._replace(transposed=not letter.transposed)
            result.append(flipped if kind.skew else self.letter(flipped)[1])
        return tuple(result)

    def trace(self, word: Word) -> Polynomial:
        """Return tr(word) in simplest form, a polynomial in traces and scalars."""
        if word not in self._known:
            self._known[word] = self._trace(word)
        return self._known[word]

    def product(self, words: Product, coefficient: Fraction = Fraction(1)) -> Polynomial:
        """Return coefficient * prod tr(words) in simplest form; scalars among the words are kept."""
        result: Polynomial = {(): coefficient}
        plain: list[Word] = []
        for word in words:
            if is_scalar(word):
                plain.append(word)
                continue
            value = self.trace(word)
            if len(value) == 1:
                ((key, factor),) = value.items()
                plain.extend(key)
                if factor != 1:
                    result = {k: c * factor for k, c in result.items()}
            else:
                result = multiplied(result, value)
        start = product_of(plain)
        if len(result) == 1 and () in result:
            return {start: result[()]} if result[()] else {}
        return multiplied({start: Fraction(1)}, result)

    def polynomial(self, terms: Mapping[Product, Fraction]) -> Polynomial:
        """Return a polynomial in traces in simplest form."""
        return collected(pair for words, c in terms.items() for pair in self.product(words, c).items())

    def _trace(self, word: Word) -> Polynomial:
        sign, letters = 1, []
        for letter in word:
            factor, normal = self.letter(letter)
            sign *= factor
            letters.append(normal)
        factor, short = self._shortened(letters)
        sign *= factor
        if not short:
            return {scalar("d"): Fraction(sign)}
        split = self._split(short)
        if len(split) > 1:
            return self.product(tuple(split), Fraction(sign))
        smallest = self.smallest(tuple(short))
        if len(short) == 1:
            known = self.fixed.get(short[0].name, _PLAIN).trace
            if known is not None:
                return {key: c * sign for key, c in known.items() if c}
        if smallest in self.traces:
            return {key: c * sign for key, c in self.traces[smallest].items()}
        return {(smallest,): Fraction(sign)}

    def _shortened(self, letters: list[Letter]) -> tuple[int, list[Letter]]:
        """Cancel and absorb neighbours, around the circle too, and sort runs of commuting ones."""
        sign = 1
        stack: list[Letter] = []
        for letter in letters:
            stack.append(letter)
            while len(stack) > 1 and (met := self._meet(stack[-2], stack[-1])) is not None:
                sign *= met[0]
                stack[-2:] = met[1]
        if len(stack) > 1 and (met := self._meet(stack[-1], stack[0])) is not None:
            factor, rest = self._shortened([*met[1], *stack[1:-1]])
            return sign * met[0] * factor, rest
        in_order = self._runs_sorted(stack)
        if in_order != stack:
            factor, stack = self._shortened(in_order)
            sign *= factor
        return sign, stack

    def _runs_sorted(self, letters: list[Letter]) -> list[Letter]:
        """Return the letters, begun at one that is not diagonal, with every run of diagonal ones sorted."""
        diagonal = [self.fixed.get(x.name, _PLAIN).diagonal for x in letters]
        if not any(diagonal):
            return letters
        start = diagonal.index(False) if not all(diagonal) else 0
        turned = letters[start:] + letters[:start]
        result: list[Letter] = []
        for is_diagonal, run in groupby(turned, lambda x: self.fixed.get(x.name, _PLAIN).diagonal):
            listed = list(run)
            result += sorted(listed) if is_diagonal else listed
        return letters if result == turned else result

    def _meet(self, a: Letter, b: Letter) -> tuple[int, list[Letter]] | None:
        """Return sign and what a b becomes, None if it stays."""
        first, second = self.fixed.get(a.name, _PLAIN), self.fixed.get(b.name, _PLAIN)
        if a.name == b.name:
            ensemble = self.random.get(a.name)
            if ensemble in HAAR_ENSEMBLES and a.transposed != b.transposed:
                return (1, []) if ensemble != "unitary" or a.conjugated != b.conjugated else None
            if first.skew and a == b:
                return -1, []
            if first.projector and a == b:
                return 1, [a]
        if first.identity and first.left == self._space(b, second, left=True):
            return 1, [b]
        if second.identity and second.left == self._space(a, first, left=False):
            return 1, [a]
        return None

    @staticmethod
    def _space(letter: Letter, kind: FixedMatrix, *, left: bool) -> str | None:
        """Return the space on one side of the letter, None if it is the whole one."""
        return (kind.left if left != letter.transposed else kind.right) or None

    def _split(self, letters: list[Letter]) -> list[Word]:
        """Cut the circle at every two equal letters of rank one."""
        for letter in letters:
            if not self.fixed.get(letter.name, _PLAIN).rank_one:
                continue
            places = [i for i, other in enumerate(letters) if other == letter]
            if len(places) > 1:
                turned = letters[places[0] :] + letters[: places[0]]
                cuts = [p - places[0] for p in places] + [len(turned)]
                return [tuple(turned[a:b]) for a, b in pairwise(cuts)]
        return [tuple(letters)]

    def smallest(self, word: Word) -> Word:
        """Return the smallest rotation of the word or, without skew letters, of its transpose: they have the same trace."""
        forms = [word]
        if not any(self.fixed.get(x.name, _PLAIN).skew for x in word):
            forms.append(self.transposed(word))
        return min((form[i:] + form[:i] for form in forms for i in range(len(form))), default=())

    def text(self, word: Word) -> str:
        """Return `tr(A*B.T)`, the dual as .D, or the scalar."""
        if is_scalar(word):
            return str(word[0])
        letters = [str(x) for x in word]
        return f"tr({'*'.join(x.replace('.T', '.D') for x in letters) if self.dual else '*'.join(letters)})"
