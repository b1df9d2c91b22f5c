"""Traces of W A W* B by characters and zonal polynomials: one sum over shapes in place of pairs of pairings.

With J_lambda the Jack polynomial (alpha = 1: unitary, 2: orthogonal, A and B symmetric), theta^lambda_mu its power sum coefficients, j_lambda
its norm and P_lambda its content product,

    E p_mu(W A W* B)    = z_mu alpha^{l(mu)} sum_lambda theta_mu J_lambda(A) J_lambda(B) / (j_lambda P_lambda(d)),            (1)
    E (W A W*)^{(x) k}  = sum_p c_{type(e, p)} p,    c_tau = z_tau alpha^{l(tau)} sum_lambda theta_tau J_lambda(A) / (j_lambda P_lambda(d)), (2)

p over the pairings of the 2k outer legs (unitary: of plain with conjugate ones), e the pairing by the inner matrices. (2) serves words where
only one side is the same matrix throughout. Without any fixed matrix the trace of W^m is a class function:

    E p_mu(W) = sum of the characters chi_lambda(mu) over lambda with at most d rows, all even (orthogonal), or all columns even (symplectic),
    E p_mu(U) conj(p_nu(U)) = sum chi_lambda(mu) chi_lambda(nu) over at most d rows,                                          (3)

which from d = k on (symplectic 2k) are moments of independent Gaussians sqrt(j) g_j + eta_j: eta_j = 1, -1 for even j, or complex ones.

References
----------
[1] I. G. Macdonald, *Symmetric functions and Hall polynomials*, 2nd ed., Oxford 1995, sections VII.2-5.
[2] P. Diaconis, M. Shahshahani, On the eigenvalues of random matrices, J. Appl. Probab. 31A (1994), 49-62.
[3] E. M. Rains, Increasing subsequences and the classical groups, Electron. J. Combin. 5 (1998) R12.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import comb, factorial, lcm, prod

from flint import fmpz_mat

from theory.haar.character import character_column
from theory.haar.content import (
    common_content_roots,
    content_product,
    content_roots,
    jack_norm,
    polynomial_with_roots,
)
from theory.haar.dimension import Group
from theory.haar.jack import jack_table
from theory.haar.memory import refuse_beyond_memory
from theory.haar.partition import Partition, centraliser_order, integer_partitions, number_of_partitions
from theory.haar.rational_function import RationalFunction

__all__ = ["block_average", "class_function_moment", "class_function_of_determinant_one", "two_sided_average"]

_Value = RationalFunction | Fraction
_BYTES_PER_PAIR = 400


def _sums(alpha: int, order: int, vectors: Sequence[Sequence[int]], dimension: int | None) -> list[_Value]:
    """Return sum_lambda v_lambda / (j_lambda P_lambda(d)) for every vector v; d may be negative."""
    shapes = jack_table(alpha, order).shapes
    norms = [jack_norm(shape, alpha) for shape in shapes]
    if dimension is not None:
        below = [n * content_product(shape, alpha, dimension) for n, shape in zip(norms, shapes, strict=True)]
        scale = lcm(*(n for n in below if n))
        weights = [scale // n if n else 0 for n in below]
        return [Fraction(sum(map(int.__mul__, vector, weights)), scale) for vector in vectors]
    common = common_content_roots(shapes, alpha)
    scale = lcm(*norms)
    width = common.total() - order + 1
    rows = []
    for shape, norm in zip(shapes, norms, strict=True):
        quotient = (polynomial_with_roots(common - content_roots(shape, alpha)) * (scale // norm)).coeffs()
        rows.append([*quotient, *[0] * (width - len(quotient))])
    product = (fmpz_mat([list(v) for v in vectors]) * fmpz_mat(rows)).tolist()
    roots = tuple(common.items())
    return [RationalFunction(tuple(int(c) for c in numerator), scale, roots) for numerator in product]


@lru_cache(maxsize=64)
def two_sided_average(alpha: int, mu: Partition, dimension: int | None) -> Mapping[tuple[Partition, Partition], _Value]:
    """Return {(rho, sigma): c} with E p_mu(W A W* B) = sum c p_rho(A) p_sigma(B), equation (1).

    Parameters
    ----------
    alpha : int
        1 for U(d), 2 for O(d) and symmetric A, B.
    mu : tuple of int
        The type of the product of traces.
    dimension : int or None
        d, of either sign; None is symbolic.

    Returns
    -------
    mapping of (Partition, Partition) to RationalFunction or Fraction
        Without zeros.

    Examples
    --------
    E tr(U A U* B) = tr A tr B / d:

    >>> [(key, str(c)) for key, c in two_sided_average(1, (1,), None).items()]
    [(((1,), (1,)), '1/d')]
    """
    order = sum(mu)
    count = number_of_partitions(order)
    refuse_beyond_memory(_BYTES_PER_PAIR * count * count * (order + 10), "trace_moment", order)
    table = jack_table(alpha, order)
    columns = dict(zip(table.classes, zip(*table.rows, strict=True), strict=True))
    factor = centraliser_order(mu) * alpha ** len(mu)
    own = [factor * theta for theta in columns[mu]]
    pairs, vectors = [], []
    for i, rho in enumerate(table.classes):
        left = list(map(int.__mul__, own, columns[rho]))
        for sigma in table.classes[i:]:
            pairs.append((rho, sigma))
            vectors.append(list(map(int.__mul__, left, columns[sigma])))
    result: dict[tuple[Partition, Partition], _Value] = {}
    for (rho, sigma), value in zip(pairs, _sums(alpha, order, vectors, dimension), strict=True):
        if value:
            result[rho, sigma] = value
            result[sigma, rho] = value
    return result


@lru_cache(maxsize=256)
def block_average(alpha: int, tau: Partition, dimension: int | None) -> Mapping[Partition, _Value]:
    """Return {rho: c} with c_tau = sum c p_rho(A), equation (2).

    Examples
    --------
    >>> {rho: str(c) for rho, c in block_average(2, (1, 1), None).items()}
    {(2,): '-2/((d - 1)*d*(d + 2))', (1, 1): '(d + 1)/((d - 1)*d*(d + 2))'}
    """
    table = jack_table(alpha, sum(tau))
    columns = dict(zip(table.classes, zip(*table.rows, strict=True), strict=True))
    factor = centraliser_order(tau) * alpha ** len(tau)
    own = [factor * theta for theta in columns[tau]]
    vectors = [list(map(int.__mul__, own, column)) for column in columns.values()]
    values = _sums(alpha, sum(tau), vectors, dimension)
    return {rho: value for rho, value in zip(columns, values, strict=True) if value}


@lru_cache(maxsize=1024)
def class_function_moment(group: Group, plain: Partition, conjugate: Partition, dimension: int | None) -> Fraction:
    """Return E p_mu(W) conj(p_nu(W)) of power sums of the eigenvalues, equation (3).

    Parameters
    ----------
    group : {'orthogonal', 'symplectic', 'unitary'}
        The group.
    plain, conjugate : tuple of int
        mu and nu; nu is empty unless the group is unitary.
    dimension : int or None
        d; None is any d >= k, k half the degree (symplectic: d >= 2k).

    Returns
    -------
    Fraction
        An integer.

    Raises
    ------
    ValueError
        If the characters would not fit into the memory.

    Examples
    --------
    E (tr O)^4 is 3, on O(1) it is 1; E |tr U|^100 = 50! for d >= 50:

    >>> int(class_function_moment("orthogonal", (1, 1, 1, 1), (), None)), int(class_function_moment("orthogonal", (1, 1, 1, 1), (), 1))
    (3, 1)
    >>> class_function_moment("unitary", (1,) * 50, (1,) * 50, None) == factorial(50)
    True
    """
    degree = sum(plain)
    if group == "unitary":
        if degree != sum(conjugate):
            return Fraction(0)
        if dimension is None or dimension >= degree:
            return Fraction(centraliser_order(plain) if plain == conjugate else 0)
        return _unitary_sum(plain, conjugate, dimension)
    if degree % 2:
        return Fraction(0)
    enough = degree if group == "symplectic" else degree // 2
    if dimension is None or dimension >= enough:
        sign = -1 if group == "symplectic" else 1
        return Fraction(prod(_shifted_gaussian(j, count, sign) for j, count in Counter(plain).items()))
    return _even_sum(group, plain, dimension)


def class_function_of_determinant_one(group: Group, plain: Partition, conjugate: Partition, dimension: int) -> Fraction:
    """Return E p_mu(W) conj(p_nu(W)) over SO(d) or SU(d).

    Parameters
    ----------
    group : {'orthogonal', 'unitary'}
        The whole group.
    plain, conjugate : tuple of int
        mu and nu; nu is empty for SO(d).
    dimension : int

    Returns
    -------
    Fraction
        An integer: with lambda of at most d rows the sum of chi_lambda(mu) over all rows even, or d rows all odd (SO); of
        chi_lambda(mu) chi_kappa(nu) over lambda and kappa that differ by whole columns of d boxes (SU).

    Raises
    ------
    ValueError
        If the characters would not fit into the memory.

    Examples
    --------
    E (tr W)^3 over SO(3) counts the invariant of three vectors, their determinant; over SU(2) traces are real.

    >>> int(class_function_of_determinant_one("orthogonal", (1, 1, 1), (), 3))
    1
    >>> [int(class_function_of_determinant_one("unitary", (1,) * k, (), 2)) for k in (2, 4, 6)]
    [1, 2, 5]
    """
    if group == "orthogonal":
        column = character_column(plain)
        return Fraction(sum(value for shape, value in column.items() if _has_invariant(shape, dimension)))
    columns = [character_column(mu) for mu in (plain, conjugate)]
    if sum(plain) < sum(conjugate):
        columns.reverse()
    more = abs(sum(plain) - sum(conjugate)) // dimension
    total = 0
    for shape, value in columns[1].items():
        if len(shape) <= dimension:
            wider = tuple(part + more for part in (*shape, *[0] * (dimension - len(shape))))
            total += value * columns[0].get(tuple(part for part in wider if part), 0)
    return Fraction(total)


def _has_invariant(shape: Partition, dimension: int) -> bool:
    """Whether the representation of O(d) on this shape holds the trivial one or the determinant."""
    even = len(shape) <= dimension and all(part % 2 == 0 for part in shape)
    return even or (len(shape) == dimension and all(part % 2 for part in shape))


def _shifted_gaussian(j: int, power: int, sign: int) -> int:
    """Return E (sqrt(j) g + eta)^power, eta = sign for even j, else 0."""
    eta = 0 if j % 2 else sign
    return sum(
        comb(power, 2 * i) * j**i * prod(range(1, 2 * i, 2)) * eta ** (power - 2 * i) for i in range(power // 2 + 1)
    )


def _unitary_sum(plain: Partition, conjugate: Partition, dimension: int) -> Fraction:
    order = sum(plain)
    if plain == conjugate == (1,) * order:
        # The side with fewer shapes: at most d rows, or more than d, whose complement is k!.
        few, all_ = number_of_partitions(order, dimension), number_of_partitions(order)
        if 2 * few <= all_:
            return Fraction(sum(_degree(s) ** 2 for s in integer_partitions(order, max_rows=dimension)))
        long = (s for s in integer_partitions(order) if len(s) > dimension)
        return Fraction(factorial(order) - sum(_degree(s) ** 2 for s in long))
    first, second = character_column(plain), character_column(conjugate)
    return Fraction(sum(chi * second.get(shape, 0) for shape, chi in first.items() if len(shape) <= dimension))


def _even_sum(group: Group, plain: Partition, dimension: int) -> Fraction:
    order = sum(plain)
    shapes: Iterable[Partition]
    if set(plain) == {1}:
        if group == "orthogonal":
            shapes = (tuple(2 * part for part in s) for s in integer_partitions(order // 2, max_rows=dimension))
        else:
            halves = integer_partitions(order // 2, max_rows=dimension // 2)
            shapes = (tuple(part for part in s for _ in range(2)) for s in halves)
        return Fraction(sum(map(_degree, shapes)))
    column = character_column(plain)
    if group == "orthogonal":
        kept = (chi for s, chi in column.items() if len(s) <= dimension and all(part % 2 == 0 for part in s))
    else:
        kept = (
            chi for s, chi in column.items() if len(s) <= dimension and all(c % 2 == 0 for c in Counter(s).values())
        )
    return Fraction(sum(kept))


def _degree(shape: Partition) -> int:
    """Return f_lambda = k! prod_{i<j} (l_i - l_j) / prod l_i!, l_i = lambda_i + rows - i."""
    rows = len(shape)
    beads = [part + rows - 1 - i for i, part in enumerate(shape)]
    above = factorial(sum(shape)) * prod(a - b for i, a in enumerate(beads) for b in beads[i + 1 :])
    return above // prod(map(factorial, beads))
