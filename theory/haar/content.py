"""Content products P_lambda(d) and norms j_lambda: the denominators of the Weingarten calculus.

    P_lambda(d) = prod_boxes (d + alpha j - i),    j_lambda = prod_boxes (alpha a + l + 1)(alpha a + l + alpha)

with box (i, j) counted from 0, arm a and leg l. P_lambda(d) = J_lambda(1, ..., 1) (d ones) and j_lambda = <J_lambda, J_lambda>,
so p_1^k = alpha^k k! sum_lambda J_lambda / j_lambda. At a positive integer d, P_lambda(d) = 0 exactly when lambda has more than
d rows; at d = -2n and alpha = 2 exactly when its first row is longer than n. Dropping those lambda turns the inverse of
the pairing Gram matrix into its Moore-Penrose pseudo-inverse.

References
----------
[1] B. Collins, S. Matsumoto, On some properties of orthogonal Weingarten functions, J. Math. Phys. 50 (2009) 113516.
[2] P. Zinn-Justin, Jucys-Murphy elements and Weingarten matrices, Lett. Math. Phys. 91 (2010), 119-127.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import lcm, prod

from flint import fmpz_poly

from theory.haar.partition import Partition
from theory.haar.rational_function import RationalFunction

__all__ = [
    "common_content_roots",
    "content_product",
    "content_roots",
    "content_sum",
    "content_sum_at",
    "jack_norm",
    "polynomial_with_roots",
]


def content_roots(shape: Partition, alpha: int) -> Counter[int]:
    """Return {root: multiplicity} of P_lambda(d), the roots i - alpha j.

    Parameters
    ----------
    shape : tuple of int
        lambda.
    alpha : int
        The Jack parameter.

    Returns
    -------
    Counter of int

    Examples
    --------
    P_(2,1)(d) = d (d + 2)(d - 1) for the orthogonal group:

    >>> sorted(content_roots((2, 1), 2).elements())
    [-2, 0, 1]
    """
    return Counter(i - alpha * j for i, part in enumerate(shape) for j in range(part))


def content_product(shape: Partition, alpha: int, dimension: int) -> int:
    """Return P_lambda(d) = prod_boxes (d + alpha j - i) at an integer d.

    Parameters
    ----------
    shape : tuple of int
        lambda.
    alpha : int
        The Jack parameter.
    dimension : int
        d; negative for the duality between O(-d) and Sp(d).

    Returns
    -------
    int

    Examples
    --------
    >>> content_product((1, 1, 1), 1, 2)
    0
    """
    return prod(dimension + alpha * j - i for i, part in enumerate(shape) for j in range(part))


def jack_norm(shape: Partition, alpha: int) -> int:
    """Return j_lambda = prod_boxes (alpha a + l + 1)(alpha a + l + alpha).

    Parameters
    ----------
    shape : tuple of int
        lambda.
    alpha : int
        The Jack parameter.

    Returns
    -------
    int
        The squared hook product for alpha = 1, the hook product of 2 lambda for alpha = 2.

    Examples
    --------
    >>> jack_norm((2, 1), 1), jack_norm((2, 1), 2)
    (9, 80)
    """
    legs = [sum(1 for part in shape if part > j) for j in range(shape[0] if shape else 0)]
    result = 1
    for i, part in enumerate(shape):
        for j in range(part):
            hook = alpha * (part - j - 1) + legs[j] - i - 1
            result *= (hook + 1) * (hook + alpha)
    return result


def common_content_roots(shapes: Iterable[Partition], alpha: int) -> Counter[int]:
    """Return {root: multiplicity} of the least common multiple of the P_lambda.

    Parameters
    ----------
    shapes : iterable of Partition
        The lambdas.
    alpha : int
        The Jack parameter.

    Returns
    -------
    Counter of int
    """
    common: Counter[int] = Counter()
    for shape in shapes:
        common |= content_roots(shape, alpha)
    return common


def polynomial_with_roots(roots: Mapping[int, int]) -> fmpz_poly:
    """Return prod_r (x - r)^{m_r}."""
    result = fmpz_poly([1])
    for root, multiplicity in roots.items():
        result *= fmpz_poly([-root, 1]) ** multiplicity
    return result


def content_sum(coefficients: Mapping[Partition, Fraction], alpha: int) -> RationalFunction:
    """Return sum_lambda c_lambda / P_lambda(d) in lowest terms.

    Parameters
    ----------
    coefficients : mapping of Partition to Fraction
        c_lambda.
    alpha : int
        The Jack parameter.

    Returns
    -------
    RationalFunction

    Examples
    --------
    >>> print(content_sum({(2,): Fraction(1, 2), (1, 1): Fraction(1, 2)}, 1))
    1/((d - 1)*(d + 1))
    """
    used = [(shape, c) for shape, c in coefficients.items() if c]
    scale = lcm(*(c.denominator for _, c in used))
    numerator, roots = _tree_sum([(c.numerator * (scale // c.denominator), shape) for shape, c in used], alpha)
    return RationalFunction(tuple(int(c) for c in numerator.coeffs()), scale, tuple(roots.items()))


def _tree_sum(terms: Sequence[tuple[int, Partition]], alpha: int) -> tuple[fmpz_poly, Counter[int]]:
    """Return numerator and denominator of sum n / P_lambda(d), neighbours first: they share most of their contents.

    Bringing every term to the common denominator at once costs the product of the number of shapes and its degree; in a tree the
    denominators of small groups stay small.
    """
    if not terms:
        return fmpz_poly([]), Counter()
    if len(terms) == 1:
        return fmpz_poly([terms[0][0]]), content_roots(terms[0][1], alpha)
    middle = len(terms) // 2
    left, mine = _tree_sum(terms[:middle], alpha)
    right, theirs = _tree_sum(terms[middle:], alpha)
    common = mine | theirs
    total = left * polynomial_with_roots(common - mine) + right * polynomial_with_roots(common - theirs)
    return total, common


def content_sum_at(coefficients: Mapping[Partition, Fraction], alpha: int, dimension: int) -> Fraction:
    """Return sum_lambda c_lambda / P_lambda(d) at an integer d over the lambda with P_lambda(d) != 0.

    Parameters
    ----------
    coefficients : mapping of Partition to Fraction
        c_lambda.
    alpha : int
        The Jack parameter.
    dimension : int
        d, of either sign.

    Returns
    -------
    Fraction

    Examples
    --------
    >>> content_sum_at({(2,): Fraction(1, 2), (1, 1): Fraction(1, 2)}, 1, 1)
    Fraction(1, 4)
    """
    total = Fraction(0)
    for shape, c in coefficients.items():
        product = content_product(shape, alpha, dimension) if c else 0
        if product:
            total += c / product
    return total
