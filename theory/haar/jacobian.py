"""Singular values of a product of layers at every width and depth: J = D_L W_L ... D_1 W_1, exactly.

W_l are independent Haar matrices (or Gaussian ones of variance 1/d), D_l diagonal. With J_lambda the Jack polynomial (alpha = 2: zonal,
orthogonal W; alpha = 1: Schur, unitary W) and P_lambda(d) = J_lambda(1_d),

    E J_lambda(J J*) = P_lambda(d) prod_l r_lambda(D_l),    r_lambda(D) = E J_lambda(D^2) / P_lambda(d),                  (1)

times (P_lambda(d) / d^k)^L for Gaussian W. Hence E p_mu(J J*) = sum_lambda w_lambda(d) r_lambda(d)^L, symbolic in d and in L: equal
layers enter by a power.

**Masks.** D may be random, independent of the W and between layers, with independent entries; only the moments m_j = E D_ii^{2j}
are used. For a network x_l = s(W_l x_{l-1}) without biases, Haar W_l and s'(x) a function of sign(x) (relu, leaky relu), J J* at any
input has the law of such masks, fair coins: W_l = S W_l with independent signs S makes the signs of W_l x independent fair coins that
W_l* D_l W_l does not see otherwise, and the next Haar matrix forgets the rest.

**Large width.** (1/d) E tr (J J*)^k tends to the moments of the free multiplicative convolution of the laws of D^2 (and of
Marchenko-Pastur laws for Gaussian W), by S-transforms: `free_jacobian_moment`.

References
----------
[1] A. T. James, Distributions of matrix variates and latent roots derived from normal samples, Ann. Math. Statist. 35 (1964), 475-501.
[2] J. Pennington, S. Schoenholz, S. Ganguli, The emergence of spectral universality in deep networks, AISTATS 2018.
[3] D. Voiculescu, Multiplication of certain noncommuting random variables, J. Operator Theory 18 (1987), 223-235.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

from flint import fmpq, fmpq_series
from sympy import Expr, Integer, Symbol

from theory.haar.content import content_product, content_roots, jack_norm, polynomial_with_roots
from theory.haar.dimension import checked_dimension, checked_integer, exact_rational
from theory.haar.jack import jack_table
from theory.haar.partition import Partition, centraliser_order, checked_partition
from theory.haar.rational_function import RationalFunction
from theory.haar.sphere import checked_spectrum

__all__ = [
    "JacobianMoment",
    "fixed_spectrum",
    "free_jacobian_moment",
    "independent_mask",
    "jacobian_moment",
    "relu_mask",
]

_Value = RationalFunction | Fraction


@dataclass(frozen=True, slots=True)
class Mask:
    """The law of the diagonal D^2 of a layer.

    Parameters
    ----------
    moments : tuple of Fraction
        m_1, m_2, ...: E D_ii^{2j} (independent) or (1/d) sum_i D_ii^{2j} (fixed).
    independent : bool
        Whether the entries are independent and identically distributed; else D is fixed.
    dimension : int or None
        The width, if the spectrum was given.
    """

    moments: tuple[Fraction, ...]
    independent: bool
    dimension: int | None = None


def independent_mask(moments: Iterable[Any]) -> Mask:
    """Return independent diagonal entries with E D_ii^{2j} = m_j, j = 1, 2, ....

    Examples
    --------
    >>> independent_mask([1, 2]).moments
    (Fraction(1, 1), Fraction(2, 1))
    """
    values = tuple(exact_rational(m, function="independent_mask", name="moments") for m in moments)
    return Mask(values, True)


def relu_mask(order: Any, *, slope: Any = 0, scale: Any = 2) -> Mask:
    """Return the mask of relu (or leaky relu of this slope): D_ii^2 = scale or scale slope^2, each with probability 1/2.

    Parameters
    ----------
    order : int
        How many moments, >= 1.
    slope : rational number
        Of the negative half; 0 is relu.
    scale : rational number
        The squared gain: 2 keeps the norm for relu.

    Returns
    -------
    Mask

    Examples
    --------
    >>> [int(m) for m in relu_mask(3).moments]
    [1, 2, 4]
    """
    k = checked_integer(order, function="relu_mask", name="order", least=1)
    a = exact_rational(slope, function="relu_mask", name="slope")
    c = exact_rational(scale, function="relu_mask", name="scale")
    return Mask(tuple(c**j * (1 + a ** (2 * j)) / 2 for j in range(1, k + 1)), True)


def fixed_spectrum(spectrum: Any, order: Any) -> Mask:
    """Return the same fixed D in every layer, D^2 with these d eigenvalues.

    Examples
    --------
    >>> fixed_spectrum([1, 3], 2).moments
    (Fraction(2, 1), Fraction(5, 1))
    """
    values = checked_spectrum(spectrum, function="fixed_spectrum")
    k = checked_integer(order, function="fixed_spectrum", name="order", least=1)
    d = len(values)
    return Mask(tuple(sum((v**j for v in values), Fraction(0)) / d for j in range(1, k + 1)), False, d)


@dataclass(frozen=True, slots=True)
class JacobianMoment:
    """E p_mu(J J*) = sum_lambda w_lambda(d) r_lambda(d)^L, for every depth L.

    Parameters
    ----------
    terms : tuple of (Partition, value, value)
        lambda, w_lambda, r_lambda.
    dimension : int or None
        d; None if symbolic.
    """

    terms: tuple[tuple[Partition, _Value, _Value], ...]
    dimension: int | None

    def at(self, layers: Any) -> Any:
        """Return the moment at a depth, a rational function of d or a number.

        Raises
        ------
        TypeError, ValueError
            If the depth is no integer >= 0.

        Examples
        --------
        >>> print(jacobian_moment(2, relu_mask(2)).at(1))
        2*d
        """
        count = checked_integer(layers, function="JacobianMoment.at", name="layers", least=0)
        zero: _Value = RationalFunction(()) if self.dimension is None else Fraction(0)
        return sum((w * r**count for _, w, r in self.terms), zero)

    def as_sympy(self, layers: Any = None) -> Expr:
        """Return the expression in d and L.

        Examples
        --------
        >>> print(jacobian_moment(1, relu_mask(1, scale=1)).as_sympy())
        d/2**L
        """
        depth = Symbol("L") if layers is None else layers
        total: Expr = Integer(0)
        for _, w, r in self.terms:
            w_, r_ = (RationalFunction.constant(x) if isinstance(x, Fraction) else x for x in (w, r))
            total += w_.as_sympy() * r_.as_sympy() ** depth
        return total


def jacobian_moment(
    partition: Any, mask: Mask, *, group: str = "orthogonal", gaussian: bool = False, dimension: Any = None
) -> JacobianMoment:
    """Return E p_mu(J J*) of J = D_L W_L ... D_1 W_1, equation (1) of the module.

    Parameters
    ----------
    partition : int or sequence of int
        k for tr (J J*)^k, or mu for prod tr (J J*)^{mu_i}.
    mask : Mask
        The law of the diagonals: `relu_mask`, `independent_mask`, `fixed_spectrum`.
    group : {'orthogonal', 'unitary'}
        Haar matrices of O(d) or U(d); with `gaussian` real or complex Gaussian ones, E |W_ij|^2 = 1/d.
    gaussian : bool
        Gaussian weights in place of Haar ones.
    dimension : int, optional
        d; None (default) is symbolic, unless the mask has a fixed spectrum.

    Returns
    -------
    JacobianMoment
        Right at every d >= 1: shapes with more than d rows have r_lambda = 0 and are dropped at an integer d; symbolic results hold
        from d = k on.

    Raises
    ------
    TypeError, ValueError
        Wrong partition or group; fewer moments than the order; another dimension than that of the spectrum.

    Notes
    -----
    **Accuracy.** Exact. The relu masks are exact for Haar layers without biases at every width, see the module.

    Examples
    --------
    Two moments of an orthogonal relu network of depth L; the variance of the squared singular values grows by 1 per layer at large d:

    >>> second = jacobian_moment(2, relu_mask(2))
    >>> [str(second.at(L)) for L in (1, 2)]
    ['2*d', '3*d*(d + 3)/(d + 2)']
    >>> [int(free_jacobian_moment(2, relu_mask(2), L)) for L in (1, 2, 3)]
    [2, 3, 4]
    """
    mu = checked_partition([partition] if isinstance(partition, int) else partition, function="jacobian_moment")
    if group not in ("orthogonal", "unitary"):
        raise ValueError(f"jacobian_moment needs the orthogonal or the unitary group, got group={group!r}.")
    alpha, order = (2 if group == "orthogonal" else 1), sum(mu)
    if len(mask.moments) < order:
        raise ValueError(f"jacobian_moment needs {order} moments of the mask, got {len(mask.moments)}.")
    d = checked_dimension(dimension if dimension is not None else mask.dimension, "unitary", function="jacobian_moment")
    if mask.dimension is not None and d != mask.dimension:
        raise ValueError(f"jacobian_moment needs the dimension of the spectrum, {mask.dimension}, got dimension={d}.")
    table = jack_table(alpha, order)
    column = table.classes.index(mu)
    power_sums = [_power_sum_polynomial(nu, mask) for nu in table.classes]
    terms = []
    for shape, row in zip(table.shapes, table.rows, strict=True):
        factor = Fraction(centraliser_order(mu) * alpha ** len(mu) * row[column], jack_norm(shape, alpha))
        if not factor or (d is not None and not content_product(shape, alpha, d)):
            continue
        numerator = _summed(row, power_sums)
        terms.append((shape, *_weight_and_ratio(shape, alpha, factor, numerator, d, gaussian)))
    return JacobianMoment(tuple(terms), d)


def _weight_and_ratio(
    shape: Partition, alpha: int, factor: Fraction, numerator: Sequence[Fraction], d: int | None, gaussian: bool
) -> tuple[_Value, _Value]:
    """Return w_lambda and r_lambda."""
    order = sum(shape)
    if d is not None:
        below = content_product(shape, alpha, d)
        value = sum((c * d**i for i, c in enumerate(numerator)), Fraction(0))
        return factor * below, value / d**order if gaussian else value / below
    roots = content_roots(shape, alpha)
    scale = prod({c.denominator for c in numerator})
    integers = tuple(int(c * scale) for c in numerator)
    product = RationalFunction(tuple(int(c) for c in polynomial_with_roots(roots).coeffs()))
    ratio = RationalFunction(integers, scale, ((0, order),) if gaussian else tuple(roots.items()))
    return (product * factor).valid_from(order), ratio


def _power_sum_polynomial(mu: Partition, mask: Mask) -> list[Fraction]:
    """Return E p_mu(D^2) as a polynomial in d."""
    if not mask.independent:
        return [Fraction(0)] * len(mu) + [prod((mask.moments[j - 1] for j in mu), start=Fraction(1))]
    total = [Fraction(0)] * (len(mu) + 1)
    for blocks in _set_partitions(mu):
        weight = prod((mask.moments[sum(block) - 1] for block in blocks), start=Fraction(1))
        falling = polynomial_with_roots(dict.fromkeys(range(len(blocks)), 1))
        for i, c in enumerate(falling.coeffs()):
            total[i] += weight * int(c)
    return total


def _set_partitions(items: Sequence[int]) -> Iterable[list[list[int]]]:
    if not items:
        yield []
        return
    for rest in _set_partitions(items[1:]):
        yield [[items[0]], *rest]
        for i, block in enumerate(rest):
            yield [*rest[:i], [items[0], *block], *rest[i + 1 :]]


def _summed(row: Sequence[int], polynomials: Sequence[Sequence[Fraction]]) -> list[Fraction]:
    total = [Fraction(0)] * max(map(len, polynomials))
    for theta, polynomial in zip(row, polynomials, strict=True):
        for i, c in enumerate(polynomial):
            total[i] += theta * c
    return total


def free_jacobian_moment(power: Any, mask: Mask, layers: Any, *, gaussian: bool = False) -> Fraction:
    """Return the limit of (1/d) E tr (J J*)^k as d grows, by free multiplicative convolution.

    Parameters
    ----------
    power : int
        k >= 1.
    mask : Mask
        The law of the diagonals, its moments taken as those of the limit.
    layers : int
        L >= 1.
    gaussian : bool
        Gaussian weights: a Marchenko-Pastur factor of S-transform 1/(1 + z) per layer.

    Returns
    -------
    Fraction

    Raises
    ------
    TypeError, ValueError
        If k or L is no positive integer, or m_1 = 0.

    Examples
    --------
    Gaussian layers without activation have the Fuss-Catalan moments:

    >>> [int(free_jacobian_moment(k, independent_mask([1, 1, 1]), 2, gaussian=True)) for k in (1, 2, 3)]
    [1, 3, 12]
    """
    k = checked_integer(power, function="free_jacobian_moment", name="power", least=1)
    depth = checked_integer(layers, function="free_jacobian_moment", name="layers", least=1)
    if len(mask.moments) < k or not mask.moments[0]:
        raise ValueError(
            f"free_jacobian_moment needs {k} moments, the first not zero, got {len(mask.moments)} moments."
        )
    # One spare term: the coefficients up to z^k do not see the moment k + 1, which is taken as 0.
    size = k + 2
    psi = fmpq_series([0, *(fmpq(m.numerator, m.denominator) for m in mask.moments[:k])], prec=size)
    one, z = fmpq_series([1], prec=size), fmpq_series([0, 1], prec=size)
    inverse = psi.reversion()
    s_transform = fmpq_series([inverse[i + 1] for i in range(k + 1)], prec=size - 1) * (one + z)
    if gaussian:
        s_transform = s_transform / (one + z)
    total = one
    for _ in range(depth):
        total = total * s_transform
    chi = fmpq_series([0, *((total / (one + z))[i] for i in range(k))], prec=k + 1)
    moment = chi.reversion()[k]
    return Fraction(int(moment.p), int(moment.q))
