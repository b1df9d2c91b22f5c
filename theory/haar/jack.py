"""Jack polynomials in power sums: J_lambda = sum_mu theta^lambda_mu p_mu, by one recursion in alpha.

**Convention.** J_lambda is the integral form: the coefficient of p_1^k is 1, and every theta is an integer for integer
alpha >= 1. alpha = 1 gives Schur functions, theta^lambda_mu = H_lambda chi_lambda(mu) / z_mu with the hook product H;
alpha = 2 gives zonal polynomials. A box in row i and column j, counted from 0, has the content alpha j - i.

**Method.** Only the removal of one box is needed. With x_a the contents of the addable boxes, c_b those of the removable
ones and y_b = c_b + alpha - 1 (corner points of the anisotropic diagram), the co-transition weights are

    w_b = -(1/alpha) prod_a (y_b - x_a) / prod_{b' != b} (y_b - y_b'),    d/dp_1 J_lambda = sum_b w_b J_{lambda - b}   (1)

so a class mu with a part 1 is read off:  m_1(mu) theta^lambda_mu = sum_b w_b theta^{lambda-b}_{mu - 1}.
For a class whose least part is r > 1, take nu = mu with one r replaced by r - 1. The same weights, each times the content
of its box, give the operator sum_i (i + 1) p_i d/dp_{i+1} (a commutator of d/dp_1 with the Laplace-Beltrami operator):

    sum_{i in nu} (i + 1) m_{i+1}(nu_i) theta^lambda_{nu_i} = sum_b w_b c_b theta^{lambda-b}_nu,   nu_i = nu - {i} + {i+1}   (2)

over the distinct parts i of nu; i = r - 1 is the unknown, the others have least part r - 1 and are known. Both steps are
exact divisions. Shapes with at most r rows (or parts at most c) are closed under removal of a box, and so are the classes
reached from one class: a single column costs far less than the table.

References
----------
[1] M. Lassalle, A positivity conjecture for Jack polynomials, Math. Res. Lett. 15 (2008), 661-681.
[2] I. G. Macdonald, *Symmetric functions and Hall polynomials*, 2nd ed., Oxford 1995, sections VI.10 and VII.2.
[3] S. V. Kerov, Anisotropic Young diagrams and Jack symmetric functions, Funct. Anal. Appl. 34 (2000), 41-51.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import factorial, lcm, prod
from operator import mul

from theory.haar.memory import refuse_beyond_memory
from theory.haar.partition import Partition, integer_partitions, number_of_partitions

__all__ = ["JackTable", "cotransition_weights", "jack_table"]


@dataclass(frozen=True, slots=True)
class JackTable:
    """The coefficients theta^lambda_mu of p_mu in J_lambda, for some shapes lambda and classes mu of one order.

    Parameters
    ----------
    alpha : int
        The Jack parameter.
    shapes : tuple of Partition
        The lambdas, one per row.
    classes : tuple of Partition
        The mus, one per column.
    rows : tuple of tuple of int, shape (len(shapes), len(classes))
        The coefficients.
    """

    alpha: int
    shapes: tuple[Partition, ...]
    classes: tuple[Partition, ...]
    rows: tuple[tuple[int, ...], ...]


def cotransition_weights(shape: Partition, alpha: int) -> Iterator[tuple[Partition, int, Fraction]]:
    """Yield (lambda - b, content of b, w_b) over the removable boxes b of lambda, equation (1).

    Parameters
    ----------
    shape : tuple of int
        lambda, at least one box.
    alpha : int
        The Jack parameter, >= 1.

    Yields
    ------
    (Partition, int, Fraction)
        The weights add up to |lambda|.

    Examples
    --------
    >>> [(smaller, int(w)) for smaller, _, w in cotransition_weights((2, 2), 1)]
    [((2, 1), 4)]
    """
    ends = [i for i in range(len(shape)) if i + 1 == len(shape) or shape[i + 1] < shape[i]]
    starts = [0] + [i + 1 for i in ends]
    addable = [alpha * (shape[i] if i < len(shape) else 0) - i for i in starts]
    contents = [alpha * (shape[i] - 1) - i for i in ends]
    for row, content in zip(ends, contents, strict=True):
        corner = content + alpha - 1
        above = prod(corner - x for x in addable)
        below = alpha * prod(content - other for other in contents if other != content)
        smaller = shape[:row] + ((shape[row] - 1,) if shape[row] > 1 else ()) + shape[row + 1 :]
        yield smaller, content, Fraction(-above, below)


def jack_table(
    alpha: int,
    order: int,
    *,
    classes: Iterable[Partition] | None = None,
    max_rows: int | None = None,
    max_part: int | None = None,
) -> JackTable:
    """Return theta^lambda_mu for lambda |- k within the bounds and mu in `classes`.

    Parameters
    ----------
    alpha : int
        The Jack parameter, >= 1.
    order : int
        k >= 1.
    classes : iterable of Partition, optional
        The columns wanted; None means all.
    max_rows, max_part : int, optional
        Bounds on the number of rows and the first row of lambda.

    Returns
    -------
    JackTable

    Raises
    ------
    ValueError
        If the table would not fit into the memory limit (the message has the estimate).

    Notes
    -----
    **Accuracy.** Exact. **Cost.** About p(k)^2 small steps for a whole table, p(k) partitions of k.

    Examples
    --------
    The zonal polynomials of order 2 are 2 p_2 + p_1^2 and -p_2 + p_1^2:

    >>> table = jack_table(2, 2)
    >>> table.shapes, table.classes, table.rows
    (((2,), (1, 1)), ((2,), (1, 1)), ((2, 1), (-1, 1)))
    """
    rows, part = max_rows or order, max_part or order
    rows, part = min(rows, order), min(part, order)
    if classes is None:
        refuse_beyond_memory(
            _table_bytes(alpha, order, number_of_partitions(order), rows, part), "the Weingarten calculus", order
        )
        return _whole_table(alpha, order, rows, part)
    return _columns(alpha, order, tuple(dict.fromkeys(classes)), rows, part)


@lru_cache(maxsize=8)
def _whole_table(alpha: int, order: int, max_rows: int, max_part: int) -> JackTable:
    return _columns(alpha, order, tuple(integer_partitions(order)), max_rows, max_part)


def _columns(alpha: int, order: int, classes: tuple[Partition, ...], max_rows: int, max_part: int) -> JackTable:
    """Run the recursion from order 1 up, over the classes it needs."""
    levels = _needed_classes(alpha, order, classes, max_rows, max_part)
    table = JackTable(alpha, ((1,),), ((1,),), ((1,),))
    for level in range(2, order + 1):
        table = _next_table(table, level, levels[level], max_rows, max_part)
    column = {mu: j for j, mu in enumerate(table.classes)}
    wanted = [column[mu] for mu in classes]
    if wanted == list(range(len(table.classes))):
        return table
    return JackTable(alpha, table.shapes, classes, tuple(tuple(row[j] for j in wanted) for row in table.rows))


def _table_bytes(alpha: int, order: int, classes: int, max_rows: int, max_part: int) -> int:
    """Return the size of one level: Python ints of up to alpha^k k! in tuples, old level and copy included."""
    bits = (alpha**order * factorial(order)).bit_length()
    return 2 * classes * number_of_partitions(order, max_rows, max_part) * (36 + bits // 16)


def _predecessor(mu: Partition) -> Partition:
    """Return mu with its least part lowered by one (dropped if it was 1)."""
    return mu[:-1] if mu[-1] == 1 else (*mu[:-1], mu[-1] - 1)


def _raised_classes(nu: Partition) -> Iterator[tuple[int, Partition]]:
    """Yield ((i+1) m_{i+1}(nu_i), nu_i) over the distinct parts i of nu, the least part last; see equation (2)."""
    for position, i in enumerate(nu):
        if position and nu[position - 1] == i:
            continue
        raised = (*nu[:position], i + 1, *nu[position + 1 :])
        yield (i + 1) * raised.count(i + 1), raised


def _needed_classes(
    alpha: int, order: int, classes: tuple[Partition, ...], max_rows: int, max_part: int
) -> list[tuple[Partition, ...]]:
    """Return, for every level, the classes the recursion needs; those of one level in the order of computation."""
    needed: list[set[Partition]] = [set() for _ in range(order + 1)]
    needed[order] = set(classes)
    for level in range(order, 1, -1):
        pending = list(needed[level])
        while pending:
            mu = pending.pop()
            needed[level - 1].add(_predecessor(mu))
            if mu[-1] > 1:
                new = {raised for _, raised in _raised_classes(_predecessor(mu))} - needed[level]
                needed[level] |= new
                pending.extend(new)
        if len(classes) < number_of_partitions(order):
            refuse_beyond_memory(
                _table_bytes(alpha, level, len(needed[level]), max_rows, max_part), "the Weingarten calculus", order
            )
    # By least part upwards: equation (2) for least part r asks for classes of least part r - 1. The wanted order first.
    return [tuple(sorted(level, reverse=True)) for level in needed]


def _next_table(
    table: JackTable, order: int, classes: tuple[Partition, ...], max_rows: int, max_part: int
) -> JackTable:
    """Return the table of the next order from the table of order - 1."""
    old_column = {nu: j for j, nu in enumerate(table.classes)}
    column = {mu: j for j, mu in enumerate(classes)}
    with_ones = [(column[mu], old_column[mu[:-1]], mu.count(1)) for mu in classes if mu[-1] == 1]
    others = []
    for mu in sorted((mu for mu in classes if mu[-1] > 1), key=lambda mu: mu[-1]):
        nu = _predecessor(mu)
        *known, (divisor, _) = [(factor, column[raised]) for factor, raised in _raised_classes(nu)]
        others.append((column[mu], old_column[nu], known, divisor))
    old_row = dict(zip(table.shapes, table.rows, strict=True))
    shapes = tuple(integer_partitions(order, max_rows=max_rows, max_part=max_part))
    rows = []
    for shape in shapes:
        removals = list(cotransition_weights(shape, table.alpha))
        scale = lcm(*(weight.denominator for _, _, weight in removals))
        weights = [weight.numerator * (scale // weight.denominator) for _, _, weight in removals]
        contents = [content * weight for (_, content, _), weight in zip(removals, weights, strict=True)]
        columns = list(zip(*(old_row[smaller] for smaller, _, _ in removals), strict=True))
        row = [0] * len(classes)
        for j, old, ones in with_ones:
            row[j] = sum(map(mul, weights, columns[old])) // (scale * ones)
        for j, old, known, divisor in others:
            total = sum(map(mul, contents, columns[old])) // scale
            for factor, i in known:
                total -= factor * row[i]
            row[j] = total // divisor
        rows.append(tuple(row))
    return JackTable(table.alpha, shapes, classes, tuple(rows))
