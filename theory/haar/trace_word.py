"""Words of matrices under a trace, and polynomials in traces as dictionaries.

A **word** is a tuple of letters; a letter is a matrix name with two flags, transposed and conjugated. A scalar name stands in a
product of traces as a word of one letter with a power: n^2 is (Letter("n", power=2),), and the dimension is the scalar d.
A **product** is a sorted tuple of words, every scalar name once; a **polynomial** maps products to coefficients.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

__all__ = ["Letter", "Product", "Word", "collected", "multiplied", "product_of", "scalar", "transposed_word"]


class Letter(NamedTuple):
    """One matrix of a word: its name, and whether it is transposed and conjugated; with a power it is a scalar name."""

    name: str
    transposed: bool = False
    conjugated: bool = False
    power: int = 0

    def __str__(self) -> str:
        if self.power:
            return self.name if self.power == 1 else f"{self.name}**{self.power}"
        return self.name + ("", ".C", ".T", ".H")[2 * self.transposed + self.conjugated]


Word = tuple[Letter, ...]
Product = tuple[Word, ...]
Polynomial = dict[Product, Fraction]


def scalar(name: str, power: int = 1) -> Product:
    """Return the product that is one scalar name to a power.

    Examples
    --------
    >>> [str(letter) for (letter,) in scalar("n", -2)]
    ['n**-2']
    """
    return ((Letter(name, power=power),),) if power else ()


def is_scalar(word: Word) -> bool:
    """Return whether a word is a scalar name."""
    return len(word) == 1 and word[0].power != 0


def product_of(words: Iterable[Word]) -> Product:
    """Return the words sorted, with the powers of every scalar name added up."""
    powers: dict[str, int] = {}
    others = []
    for word in words:
        if is_scalar(word):
            powers[word[0].name] = powers.get(word[0].name, 0) + word[0].power
        else:
            others.append(word)
    if powers:
        others.extend((Letter(name, power=power),) for name, power in powers.items() if power)
    return tuple(sorted(others))


def collected(pairs: Iterable[tuple[Product, Fraction]]) -> Polynomial:
    """Return the sum of the pairs with equal products added up and zeros dropped."""
    result: Polynomial = {}
    for key, coefficient in pairs:
        result[key] = result[key] + coefficient if key in result else coefficient
    return {key: coefficient for key, coefficient in result.items() if coefficient}


def multiplied(left: Mapping[Product, Fraction], right: Mapping[Product, Fraction]) -> Polynomial:
    """Return the product of two polynomials in traces."""
    return collected((product_of(a + b), c * e) for a, c in left.items() for b, e in right.items())


def transposed_word(word: Word) -> Word:
    """Return the word read backwards with every letter transposed."""
    return tuple(letter._replace(transposed=not letter.transposed) for letter in reversed(word))
