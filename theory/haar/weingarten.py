"""Weingarten functions of O(d), U(d) and Sp(d), d symbolic or any positive integer, from one Jack recursion.

    Wg(mu; d) = z_mu alpha^{l(mu)} sum_lambda theta^lambda_mu / (j_lambda P_lambda(d)),  alpha = 1: U(d), alpha = 2: O(d)   (1)

**Conventions.**
- Unitary: mu is the cycle type of a permutation; E[U_{i1 j1} ... conj(U_{i'1 j'1}) ...] = sum Wg(cycle type).
- Orthogonal: mu is the coset type of two pairings (half the lengths of the circuits of their union).
- Symplectic, matrices of size d = 2n: Wg(sigma; d) = (-1)^k sgn(sigma) Wg^O(mu; -d) with mu the coset type of sigma in
  S_{2k}. It depends on the permutation by its sign as well; here it is given for even sigma, as (-1)^k Wg^O(mu; -d).
- For an integer d below the order the Weingarten function is the *pseudo-inverse* of the Gram matrix. It is not the
  rational function evaluated at d: that one has poles there and, for a few classes, a finite but wrong value
  (orthogonal (1,1,1,1): -85/1152 at d = 2 in place of 11/1152). The functions returned here know that and give the
  pseudo-inverse when called at such a d; `formal(d)` and substitution into `as_sympy()` do not.

References
----------
[1] B. Collins, P. Sniady, Integration with respect to the Haar measure on unitary, orthogonal and symplectic group,
    Comm. Math. Phys. 264 (2006), 773-795.
[2] B. Collins, S. Matsumoto, On some properties of orthogonal Weingarten functions, J. Math. Phys. 50 (2009) 113516.
[3] S. Matsumoto, Weingarten calculus for matrix ensembles associated with compact symmetric spaces, Random Matrices
    Theory Appl. 2 (2013) 1350001.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from math import comb, factorial, isqrt, lcm, prod
from types import MappingProxyType
from typing import Any, overload

from flint import fmpz, fmpz_mat

from theory.haar.character import character_column
from theory.haar.content import (
    common_content_roots,
    content_product,
    content_roots,
    content_sum,
    content_sum_at,
    jack_norm,
    polynomial_with_roots,
)
from theory.haar.dimension import Group, checked_dimension, checked_group, checked_integer
from theory.haar.jack import jack_table
from theory.haar.memory import refuse_beyond_memory, refuse_beyond_reach
from theory.haar.partition import Partition, centraliser_order, checked_partition, number_of_partitions
from theory.haar.rational_function import RationalFunction

__all__ = ["class_sum", "jack_parameter", "weingarten", "weingarten_leading_term", "weingarten_table"]


_BYTES_PER_SHAPE = 2048
"""An upper guess: a class of identities took 500 bytes a shape at orders 30 and 36, dimension 50; symbolic ones more."""


def jack_parameter(group: Group) -> int:
    """Return alpha: 1 for the unitary group, 2 for the orthogonal and the symplectic group.

    Examples
    --------
    >>> jack_parameter("unitary")
    1
    """
    return 1 if group == "unitary" else 2


@overload
def weingarten(group: str, partition: Any, dimension: None = None) -> RationalFunction: ...
@overload
def weingarten(group: str, partition: Any, dimension: int) -> Fraction: ...
def weingarten(group: str, partition: Any, dimension: Any = None) -> RationalFunction | Fraction:
    """Return one Weingarten function Wg(mu; d), equation (1) of the module.

    Parameters
    ----------
    group : {'orthogonal', 'symplectic', 'unitary'}
        The group.
    partition : sequence of int
        mu, the cycle type (unitary) or coset type; positive parts in any order.
    dimension : int, optional
        d, the size of the matrices; None (default) is symbolic d.

    Returns
    -------
    RationalFunction or Fraction
        Symbolic d: the rational function in lowest terms, valid for every integer d >= |mu|. Integer d: the exact value, the
        entry of the pseudo-inverse if d < |mu|.

    Raises
    ------
    TypeError, ValueError
        Unknown group; parts that are not positive integers; dimension not a positive integer (even if symplectic); order
        beyond the memory.

    Notes
    -----
    **Accuracy.** Exact. Only the classes the recursion reaches from mu are computed.

    Examples
    --------
    >>> print(weingarten("unitary", (2, 1)))
    -1/((d - 2)*(d - 1)*(d + 1)*(d + 2))
    >>> print(weingarten("orthogonal", (1, 1)))
    (d + 1)/((d - 1)*d*(d + 2))
    >>> weingarten("unitary", (2, 1), 2)
    Fraction(1, 144)
    """
    name = checked_group(group, function="weingarten")
    mu = checked_partition(partition, function="weingarten")
    d = checked_dimension(dimension, name, function="weingarten")
    refuse_beyond_reach(sum(mu), _BYTES_PER_SHAPE)
    value = _weingarten(name, mu, d)
    return _ranged(name, mu, value) if isinstance(value, RationalFunction) else value


def _ranged(group: Group, mu: Partition, value: RationalFunction) -> RationalFunction:
    """Return the function with the dimension from which it holds; below, the pseudo-inverse is asked."""
    return value.valid_from(sum(mu) * (2 if group == "symplectic" else 1), lambda d: Fraction(weingarten(group, mu, d)))


@lru_cache(maxsize=4096)
def _weingarten(group: Group, mu: Partition, dimension: int | None) -> RationalFunction | Fraction:
    if group == "unitary":
        # One class needs one column of characters, theta z_mu / j = chi / H: fewer shapes than the Jack recursion visits.
        column = {shape: Fraction(chi, isqrt(jack_norm(shape, 1))) for shape, chi in character_column(mu).items()}
        return _sum_over_shapes(column, 1, dimension)
    return class_sum(group, {mu: Fraction(1)}, dimension)


def class_sum(
    group: Group, weights: Mapping[Partition, Fraction | int], dimension: int | None, *, labels: int | None = None
) -> RationalFunction | Fraction:
    """Return sum_mu F_mu Wg(mu; d).

    Parameters
    ----------
    group : {'orthogonal', 'symplectic', 'unitary'}
        The group.
    weights : mapping of Partition to Fraction or int
        F_mu, all of one order k >= 1, not empty.
    dimension : int or None
        d.
    labels : int, optional
        A number r such that only shapes with at most r rows contribute (symplectic: at most r columns). For the moment of a
        monomial r = min(number of different rows, of different columns): the projector onto a longer shape vanishes on
        tensors over r coordinates. None: all shapes.

    Returns
    -------
    RationalFunction or Fraction
    """
    alpha = jack_parameter(group)
    order = sum(next(iter(weights)))
    bound = {"max_part" if group == "symplectic" else "max_rows": labels}
    table = jack_table(alpha, order, classes=weights.keys(), **bound)
    scaled = [Fraction(weights[mu]) * (centraliser_order(mu) * alpha ** len(mu)) for mu in table.classes]
    scale = lcm(*(f.denominator for f in scaled))
    integers = [f.numerator * (scale // f.denominator) for f in scaled]
    coefficients = {
        shape: Fraction(sum(map(int.__mul__, row, integers)), scale * jack_norm(shape, alpha))
        for shape, row in zip(table.shapes, table.rows, strict=True)
    }
    if group != "symplectic":
        return _sum_over_shapes(coefficients, alpha, dimension)
    sign = (-1) ** order
    if dimension is not None:
        return sign * content_sum_at(coefficients, alpha, -dimension)
    return content_sum({shape: sign * c for shape, c in coefficients.items()}, alpha).reflected()


def _sum_over_shapes(
    coefficients: Mapping[Partition, Fraction], alpha: int, dimension: int | None
) -> RationalFunction | Fraction:
    return content_sum(coefficients, alpha) if dimension is None else content_sum_at(coefficients, alpha, dimension)


@overload
def weingarten_table(group: str, order: Any, dimension: None = None) -> Mapping[Partition, RationalFunction]: ...
@overload
def weingarten_table(group: str, order: Any, dimension: int) -> Mapping[Partition, Fraction]: ...
def weingarten_table(
    group: str, order: Any, dimension: Any = None
) -> Mapping[Partition, RationalFunction] | Mapping[Partition, Fraction]:
    """Return {mu: Wg(mu; d)} for every partition mu of the order.

    Parameters
    ----------
    group : {'orthogonal', 'symplectic', 'unitary'}
        The group.
    order : int
        k >= 1, half the degree of the moments.
    dimension : int, optional
        d; None (default) is symbolic d.

    Returns
    -------
    mapping of Partition to RationalFunction or Fraction
        Read-only, in reverse lexicographic order; see `weingarten`.

    Raises
    ------
    TypeError, ValueError
        As `weingarten`, and for an order that is not a positive integer.

    Notes
    -----
    **Accuracy.** Exact. **Cost.** One product of integer matrices, p(k) x p(k) by p(k) x (deg of the common denominator - k + 1).

    Examples
    --------
    The values add up to 1/(d (d + 1) ... (d + k - 1)) over the permutations (unitary group):

    >>> table = weingarten_table("unitary", 3, 7)
    >>> 1 * table[(1, 1, 1)] + 3 * table[(2, 1)] + 2 * table[(3,)] == Fraction(1, 7 * 8 * 9)
    True
    """
    name = checked_group(group, function="weingarten_table")
    k = checked_integer(order, function="weingarten_table", name="order", least=1)
    d = checked_dimension(dimension, name, function="weingarten_table")
    refuse_beyond_reach(k, number_of_partitions(min(k, 60)) * 8)  # a row of integers for every class
    return _table(name, k, d)


@lru_cache(maxsize=16)
def _table(
    group: Group, order: int, dimension: int | None
) -> Mapping[Partition, RationalFunction] | Mapping[Partition, Fraction]:
    alpha, sign = jack_parameter(group), (-1) ** order
    if dimension is None:
        functions = _functions(alpha, order)
        if group == "symplectic":
            functions = {mu: sign * f.reflected() for mu, f in functions.items()}
        return MappingProxyType({mu: _ranged(group, mu, f) for mu, f in functions.items()})
    if group == "symplectic":
        return MappingProxyType({mu: sign * value for mu, value in _values(alpha, order, -dimension).items()})
    return MappingProxyType(_values(alpha, order, dimension))


def _functions(alpha: int, order: int) -> dict[Partition, RationalFunction]:
    """Return the symbolic table: numerators over the common denominator by one matrix product, then lowest terms."""
    count = number_of_partitions(order)
    table = jack_table(alpha, order)
    common = common_content_roots(table.shapes, alpha)
    columns = common.total() - order + 1
    bits = (alpha**order * factorial(order)).bit_length() + 2 * order * order.bit_length()
    refuse_beyond_memory(3 * count * columns * (32 + bits // 8), "the Weingarten calculus", order)
    norms = [jack_norm(shape, alpha) for shape in table.shapes]
    scale = lcm(*norms)
    quotients: list[list[fmpz]] = []
    for shape, norm in zip(table.shapes, norms, strict=True):
        quotient = polynomial_with_roots(common - content_roots(shape, alpha)) * (scale // norm)
        quotients.append(quotient.coeffs())
    numerators = (_scaled_theta(table.rows, table.classes, alpha).transpose() * fmpz_mat(quotients)).tolist()
    roots = tuple(common.items())
    return {
        mu: RationalFunction(tuple(int(c) for c in numerator), scale, roots)
        for mu, numerator in zip(table.classes, numerators, strict=True)
    }


def _values(alpha: int, order: int, dimension: int) -> dict[Partition, Fraction]:
    """Return the table at one integer, of either sign, without the shapes whose content product vanishes."""
    table = jack_table(alpha, order)
    norms = [jack_norm(shape, alpha) * content_product(shape, alpha, dimension) for shape in table.shapes]
    scale = lcm(*(norm for norm in norms if norm))
    weights = fmpz_mat([[scale // norm if norm else 0 for norm in norms]])
    values = (weights * _scaled_theta(table.rows, table.classes, alpha)).tolist()[0]
    return {mu: Fraction(int(value), scale) for mu, value in zip(table.classes, values, strict=True)}


def _scaled_theta(rows: tuple[tuple[int, ...], ...], classes: tuple[Partition, ...], alpha: int) -> fmpz_mat:
    """Return the matrix z_mu alpha^{l(mu)} theta^lambda_mu, one row per lambda."""
    factors = [centraliser_order(mu) * alpha ** len(mu) for mu in classes]
    return fmpz_mat([[theta * factor for theta, factor in zip(row, factors, strict=True)] for row in rows])


def weingarten_leading_term(group: str, partition: Any) -> tuple[int, int]:
    """Return (c, s) with Wg(mu; d) = c d^{-s} (1 + O(1/d)): c = prod_i (-1)^{mu_i - 1} Cat(mu_i - 1), s = 2k - l(mu).

    Parameters
    ----------
    group : {'orthogonal', 'symplectic', 'unitary'}
        The group. For the symplectic group the sign is (-1)^{k - l(mu)} times this one, so c = prod_i Cat(mu_i - 1).
    partition : sequence of int
        mu.

    Returns
    -------
    (int, int)

    Raises
    ------
    TypeError, ValueError
        As `weingarten`.

    Notes
    -----
    **Source.** [1], Corollary 2.7 and Theorem 3.13. Cat(m) = binom(2m, m)/(m + 1).

    Examples
    --------
    >>> weingarten_leading_term("unitary", (3, 2))
    (-2, 8)
    >>> order, coefficients = weingarten("unitary", (3, 2)).expansion(1)
    >>> (coefficients[0], order) == (-2, 8)
    True
    """
    name = checked_group(group, function="weingarten_leading_term")
    mu = checked_partition(partition, function="weingarten_leading_term")
    size = prod(comb(2 * part - 2, part - 1) // part for part in mu)
    sign = 1 if name == "symplectic" else (-1) ** (sum(mu) - len(mu))
    return sign * size, 2 * sum(mu) - len(mu)
