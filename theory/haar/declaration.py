"""Declarations in words: `P = projector(n)`, `V = unitary`, `A, B = diagonal`, `tr(A**2) = 3`.

| kind | meaning |
|---|---|
| orthogonal, unitary, symplectic | a Haar matrix |
| special orthogonal, special unitary | of determinant 1; from degree d on their moments differ, and are known of their own traces |
| normal, normal(m,n) | independent N(0, 1) entries, d x d or m x n; complex normal(m,n): E\\|z\\|^2 = 1 |
| goe, gue | symmetric Gaussian, variance 1 off and 2 on the diagonal; Hermitian Gaussian, E\\|x_ij\\|^2 = 1 |
| wishart(n), complex wishart(n) | G G.T, G G.H with d x n normal entries |
| frame(n), complex frame(n) | the first n columns of a Haar matrix, d x n |
| coe, cse | U U.T and U U.D with U Haar: circular ensembles |
| symmetric, hermitian, real, diagonal | of a fixed matrix |
| projector(n), rank one, state, identity, traceless | P P = P = P.H of trace n; rank one; rank one projector; 1; trace 0 |
| matrix(m,n) | a fixed matrix of this shape |

O, O1, ..., are orthogonal, U, U1, ..., V, V1, ... unitary, S, S1, ..., Sp, ... symplectic, SO, SU of determinant 1, G, G1, ... normal, Z, Z1, ... complex normal, GOE, GUE, COE,
CSE (also numbered) what they say, I the identity, all without being declared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction

from theory.haar.matrix_algebra import FixedMatrix, MatrixAlgebra
from theory.haar.trace_word import Letter, Polynomial, Word, scalar

__all__ = ["DEFAULT_ENSEMBLE", "Declared", "declared_matrix", "ensemble_of_name", "space_size"]

DEFAULT_ENSEMBLE = (
    (re.compile(r"O\d*"), "orthogonal"),
    (re.compile(r"[UV]\d*"), "unitary"),
    (re.compile(r"Sp?\d*"), "symplectic"),
    (re.compile(r"SO\d*"), "special orthogonal"),
    (re.compile(r"SU\d*"), "special unitary"),
    (re.compile(r"G\d*"), "normal"),
    (re.compile(r"Z\d*"), "complex normal"),
    (re.compile(r"GOE\d*"), "goe"),
    (re.compile(r"GUE\d*"), "gue"),
    (re.compile(r"COE\d*"), "coe"),
    (re.compile(r"CSE\d*"), "cse"),
)
_KIND = re.compile(r"([a-z ]+?)\s*(?:\(([A-Za-z0-9_, ]*)\))?")
_SIZE = re.compile(r"[A-Za-z][A-Za-z0-9_]*|[1-9][0-9]{0,8}")
_FLAGS = ("symmetric", "hermitian", "real", "diagonal")
_RANDOM = ("orthogonal", "unitary", "symplectic", "special orthogonal", "special unitary", "goe", "gue")
_WORDS_OF = "orthogonal, unitary, symplectic, normal, goe, gue, wishart(n), frame(n), coe, cse, symmetric, hermitian, real, diagonal, "
_KINDS = _WORDS_OF + "projector(n), rank one, state, identity, traceless, matrix(m,n)"

Declared = Mapping[Word, Fraction]
"""A matrix as a sum of words in primitive letters."""


def ensemble_of_name(name: str) -> str | None:
    """Return the ensemble that a name has without declaration."""
    return next((ensemble for pattern, ensemble in DEFAULT_ENSEMBLE if pattern.fullmatch(name)), None)


def space_size(text: str) -> Polynomial:
    """Return the size of a space, a name or a number, as a polynomial in scalars."""
    return {(): Fraction(int(text))} if text.isdigit() else {scalar(text): Fraction(1)}


def declared_matrix(name: str, kinds: str, algebra: MatrixAlgebra) -> Declared:
    """Enter what is said of a name into the algebra and return the words that the name stands for.

    Parameters
    ----------
    name : str
        The matrix.
    kinds : str
        One kind or several with commas outside brackets, see the table of the module.
    algebra : MatrixAlgebra
        Gets the primitive letters.

    Returns
    -------
    dict of Word to Fraction

    Raises
    ------
    ValueError
        For a kind that there is not, or a wrong size.
    """
    properties: dict[str, object] = {}
    plain: Declared = {(Letter(name),): Fraction(1)}
    for kind in re.split(r",(?![^(]*\))", kinds):
        match = _KIND.fullmatch(kind.strip())
        if match is None:
            raise _unknown(name, kind)
        word, sizes = match[1], [size.strip() for size in (match[2] or "").split(",") if size.strip()]
        if not all(_SIZE.fullmatch(size) for size in sizes):
            raise ValueError(f"declaration needs sizes that are names or positive integers, got {kind.strip()!r}.")
        if word in _FLAGS and not sizes:
            properties[word] = True
        elif word in _RANDOM and not sizes:
            algebra.random[name] = word.removeprefix("special ")
            if word.startswith("special "):
                algebra.special.add(name)
        elif word in _COMPOSITE and len(sizes) in _COMPOSITE[word][0]:
            plain = _COMPOSITE[word][1](name, sizes, algebra)
        elif word in _FIXED and len(sizes) in _FIXED[word][0]:
            properties |= _FIXED[word][1](sizes)
        else:
            raise _unknown(name, kind)
    if properties:
        algebra.fixed[name] = FixedMatrix(**properties)  # type: ignore[arg-type]
    if algebra.fixed.get(name, FixedMatrix()).identity and properties.get("left") == "":
        return {(): Fraction(1)}
    return plain


def _unknown(name: str, kind: str) -> ValueError:
    return ValueError(f"declaration needs a kind out of {_KINDS}, got {name} = {kind.strip()!r}.")


def _identity(size: str, algebra: MatrixAlgebra) -> Word:
    """Return the word of the identity of a space, () for the whole one."""
    if size == "d":
        return ()
    letter = Letter(f"1_{size}")
    algebra.fixed[letter.name] = FixedMatrix(
        symmetric=True, real=True, projector=True, identity=True, trace=space_size(size), left=size, right=size
    )
    return (letter,)


def _normal(ensemble: str) -> Callable[[str, list[str], MatrixAlgebra], Declared]:
    def words(name: str, sizes: list[str], algebra: MatrixAlgebra) -> Declared:
        algebra.random[name] = ensemble
        left, right = (_identity(size, algebra) for size in sizes or ("d", "d"))
        return {(*left, Letter(name), *right): Fraction(1)}

    return words


def _wishart(ensemble: str) -> Callable[[str, list[str], MatrixAlgebra], Declared]:
    def words(name: str, sizes: list[str], algebra: MatrixAlgebra) -> Declared:
        algebra.random[name] = ensemble
        adjoint = Letter(name, True, ensemble == "complex normal")
        return {(Letter(name), *_identity(sizes[0], algebra), adjoint): Fraction(1)}

    return words


def _frame(ensemble: str) -> Callable[[str, list[str], MatrixAlgebra], Declared]:
    def words(name: str, sizes: list[str], algebra: MatrixAlgebra) -> Declared:
        algebra.random[name] = ensemble
        return {(Letter(name), *_identity(sizes[0], algebra)): Fraction(1)}

    return words


def _coe(name: str, _: list[str], algebra: MatrixAlgebra) -> Declared:
    algebra.random[name] = "unitary"
    return {(Letter(name), Letter(name, transposed=True)): Fraction(1)}


def _cse(name: str, _: list[str], algebra: MatrixAlgebra) -> Declared:
    """U U^D = U J U^T J^{-1}, J^{-1} = -J."""
    algebra.random[name] = "unitary"
    algebra.fixed["J_"] = FixedMatrix(real=True, skew=True, trace={})
    j = Letter("J_")
    return {(Letter(name), j, Letter(name, transposed=True), j): Fraction(-1)}


_COMPOSITE: dict[str, tuple[tuple[int, ...], Callable[[str, list[str], MatrixAlgebra], Declared]]] = {
    "normal": ((0, 2), _normal("normal")),
    "complex normal": ((0, 2), _normal("complex normal")),
    "wishart": ((1,), _wishart("normal")),
    "complex wishart": ((1,), _wishart("complex normal")),
    "frame": ((1,), _frame("orthogonal")),
    "complex frame": ((1,), _frame("unitary")),
    "coe": ((0,), _coe),
    "cse": ((0,), _cse),
}
_ONE: Polynomial = {(): Fraction(1)}
_FIXED: dict[str, tuple[tuple[int, ...], Callable[[list[str]], dict[str, object]]]] = {
    "projector": ((0, 1), lambda s: {"hermitian": True, "projector": True, "trace": space_size(s[0]) if s else None}),
    "rank one": ((0,), lambda _: {"rank_one": True}),
    "state": ((0,), lambda _: {"hermitian": True, "projector": True, "rank_one": True, "trace": _ONE}),
    "identity": ((0,), lambda _: {"identity": True, "left": ""}),
    "traceless": ((0,), lambda _: {"trace": {}}),
    "matrix": ((2,), lambda s: {"left": "" if s[0] == "d" else s[0], "right": "" if s[1] == "d" else s[1]}),
}
