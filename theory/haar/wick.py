"""Gaussian matrices in products of traces, by pairing one letter with every other (Wick).

Independent entries give, for tr(X u) tr(Y v) and tr(X u Y v) with the same normal matrix,

    X X^T (and Z Z*):  E X_ij (X^T)_kl = delta_il delta_jk,  a product tr(u v), respectively tr(u) tr(v),
    X X   (and Z Z^C): E X_ij X_kl = delta_ik delta_jl,      a product tr(u^T v), in both cases.

A GOE matrix has both terms, a GUE matrix the first. Equal products of traces are merged after every pairing, so the cost is the
number of different products, not of pairings.

References
----------
[1] A. Zvonkin, Matrix integrals and map enumeration: an accessible introduction, Math. Comput. Modelling 26 (1997), 281-304.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from theory.haar.matrix_algebra import MatrixAlgebra
from theory.haar.trace_word import Letter, Polynomial, Product, Word, collected, is_scalar, product_of

__all__ = ["gaussian_average"]

_MOST_PRODUCTS = 200_000


def gaussian_average(words: Product, name: str, algebra: MatrixAlgebra) -> Polynomial:
    """Return the average of a product of traces over one Gaussian matrix, a polynomial in traces and scalars.

    Parameters
    ----------
    words : tuple of Word
        The words.
    name : str
        The Gaussian matrix, of the ensemble that the algebra names.
    algebra : MatrixAlgebra
        The rules.

    Returns
    -------
    dict of product to Fraction

    Raises
    ------
    ValueError
        If more than 200 000 different products of traces occur.
    """
    pending: Polynomial = {words: Fraction(1)}
    done: Polynomial = {}
    while pending:
        following: list[tuple[Product, Fraction]] = []
        for product, coefficient in pending.items():
            place = next(
                (
                    (i, j)
                    for i, word in enumerate(product)
                    for j, x in enumerate(word)
                    if x.name == name and not x.power
                ),
                None,
            )
            if place is None:
                done[product] = done.get(product, Fraction(0)) + coefficient
                continue
            for contracted in _contractions(product, place, algebra):
                following.extend((key, coefficient * c) for key, c in algebra.product(contracted).items())
        pending = collected(following)
        if len(pending) > _MOST_PRODUCTS:
            raise ValueError(
                f"trace_moment needs fewer Gaussian matrices per term (at most {_MOST_PRODUCTS} different products of traces), "
                f"got {len(pending)} after some pairings of {name}."
            )
    return {key: c for key, c in done.items() if c}


def _contractions(product: Product, place: tuple[int, int], algebra: MatrixAlgebra) -> Iterator[Product]:
    i, j = place
    word = product[i]
    first, u = word[j], word[j + 1 :] + word[:j]
    ensemble = algebra.random[first.name]
    others = [w for n, w in enumerate(product) if n != i]
    for k, x in enumerate(u):
        if _is(x, first):
            left, right = u[:k], u[k + 1 :]
            for opposite in _kinds(first, x, ensemble):
                yield _joined(others, (left, right) if opposite else (algebra.transposed(left) + right,))
    for n, other in enumerate(others):
        rest = others[:n] + others[n + 1 :]
        if is_scalar(other):
            continue
        for k, x in enumerate(other):
            if _is(x, first):
                v = other[k + 1 :] + other[:k]
                for opposite in _kinds(first, x, ensemble):
                    yield _joined(rest, ((u + v) if opposite else algebra.transposed(u) + v,))


def _is(x: Letter, first: Letter) -> bool:
    return x.name == first.name and not x.power


def _kinds(first: Letter, second: Letter, ensemble: str) -> tuple[bool, ...]:
    """Return, for every term of the covariance, whether it is that of X with X^T."""
    if ensemble == "goe":
        return (True, False)
    if ensemble == "complex normal" and first.conjugated == second.conjugated:
        return ()
    if ensemble == "gue":
        return (first.transposed == second.transposed,)
    return (first.transposed != second.transposed,)


def _joined(others: list[Word], new: tuple[Word, ...]) -> Product:
    unit: Word = (Letter("d", power=1),)
    return product_of([*others, *(word or unit for word in new)])
