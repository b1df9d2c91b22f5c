"""Sums of monomials in numbered generators with rational coefficients: the text in which exact values are compared.

A monomial is a tuple of (generator, exponent) in increasing order of the generator, exponents rational and not 0; a
polynomial maps monomials to coefficients that are not 0, so two equal sums are equal dictionaries. What a generator means,
and which products of generators are replaced, is the business of `exact.py`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TypeAlias

from .reading import need

Monomial: TypeAlias = tuple[tuple[int, Fraction], ...]
Polynomial: TypeAlias = dict[Monomial, Fraction]

MOST_TERMS = 4000
ONE: Polynomial = {(): Fraction(1)}


def constant(value: Fraction) -> Polynomial:
    """Return a rational as a polynomial."""
    return {(): value} if value else {}


def add(x: Polynomial, y: Polynomial, factor: Fraction | int = 1) -> Polynomial:
    """Return x + factor*y."""
    total = dict(x)
    for monomial, c in y.items():
        accumulate(total, monomial, factor * c)
    need(len(total) <= MOST_TERMS, "an exact expression has too many terms")
    return total


def accumulate(total: Polynomial, monomial: Monomial, c: Fraction) -> None:
    """Add a term to a polynomial, in place."""
    value = total.get(monomial, 0) + c
    if value:
        total[monomial] = Fraction(value)
    else:
        total.pop(monomial, None)


def scaled(x: Polynomial, factor: Fraction) -> Polynomial:
    """Return factor*x, for a factor other than 0."""
    return {monomial: factor * c for monomial, c in x.items()}


def merged(x: Monomial, y: Monomial) -> Monomial:
    """Return the product of two monomials."""
    exponents = dict(x)
    for generator, k in y:
        exponents[generator] = exponents.get(generator, Fraction(0)) + k
    return tuple(sorted((generator, k) for generator, k in exponents.items() if k))


def raised(x: Monomial, n: Fraction) -> Monomial:
    """Return the n-th power of a monomial, n not 0."""
    return tuple((generator, k * n) for generator, k in x)


def leading(x: Polynomial) -> Monomial:
    """Return the monomial by whose coefficient a polynomial is made canonical."""
    return max(x)


def the_rational(x: Polynomial) -> Fraction | None:
    """Return the value of a constant polynomial, else None."""
    if not x:
        return Fraction(0)
    return x[()] if len(x) == 1 and () in x else None
