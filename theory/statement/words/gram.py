"""Numbers of a Gram matrix G (n x n, positive semidefinite, unit diagonal), and the matrix one layer makes of it.

isometry(G) = det(G)^(1/n)/(tr(G)/n)     gap(G) = -log isometry(G) in nats     maxcorr(G) = max_{i<j} |G[i,j]|
kappa(G) is kappa entrywise
"""

from __future__ import annotations

from functools import reduce
from typing import Any

import flint
import sympy as sp
from sympy.core.symbol import Str

from theory.isometry.gram_matrix import GramMatrix
from theory.kernel_map.value import as_ball
from theory.statement.quantity import Quantity, Undecided, Undefined, register
from theory.statement.words.kernel_map import Kappa, Rms


class _OfGram(Quantity):
    form = "matrix"
    family = "Gram matrix"
    nargs = 1


@register
class Entry(Quantity):
    """G[i,j]."""

    word = "G[i,j]"
    form = "index"
    family = "Gram matrix"
    nargs = 3
    meaning = "entry of a Gram matrix (rows and columns from 1)"
    example = "for every Gram matrix G of size 2: G[1,2]^2 <= 1"

    @classmethod
    def eval(cls, *arguments: Any) -> Any:
        """Put the indices in order (G is symmetric), and 1 on the diagonal of a Gram matrix."""
        matrix, row, column = arguments
        if row.is_Integer and column.is_Integer:
            if row > column:
                return cls(matrix, column, row)
            if row == column and isinstance(matrix, sp.Symbol):
                return sp.Integer(1)
        return None

    def enclose(self, values: tuple[Any, ...], digits: int) -> flint.arb:  # noqa: ARG002
        """Return the entry."""
        matrix, row, column = values
        table = _table(matrix)
        if not (1 <= row <= table.nrows() and 1 <= column <= table.ncols()):
            raise Undefined(f"indices of a Gram matrix in 1..{table.nrows()}, not [{row}, {column}]")
        return table[row - 1, column - 1]


@register
class Determinant(_OfGram):
    """det G."""

    word = "det"
    latex_name = r"\det"
    meaning = "determinant"
    example = "for every Gram matrix G of size 3: det G <= 1"

    def enclose(self, values: tuple[Any, ...], digits: int) -> flint.arb:  # noqa: ARG002
        """Return a ball of the determinant."""
        return _determinant(values[0])


@register
class Trace(_OfGram):
    """tr G."""

    word = "tr"
    latex_name = r"\operatorname{tr}"
    meaning = "trace (the size, for a Gram matrix with unit diagonal)"
    example = "for every Gram matrix G of size 3: tr G = 3"

    def enclose(self, values: tuple[Any, ...], digits: int) -> flint.arb:  # noqa: ARG002
        """Return the trace."""
        table = _table(values[0])
        return sum((table[i, i] for i in range(table.nrows())), flint.arb(0))


@register
class Isometry(_OfGram):
    """isometry(G)."""

    word = "isometry"
    latex_name = r"\mathcal I"
    meaning = "geometric over arithmetic mean of the eigenvalues: det(G)^(1/n)/(tr(G)/n)"
    example = "for every Gram matrix G of size 3: isometry(G) <= 1"

    def enclose(self, values: tuple[Any, ...], digits: int) -> flint.arb:  # noqa: ARG002
        """Return a ball of the isometry; 0 for a singular matrix."""
        table = _table(values[0])
        size = table.nrows()
        trace = sum((table[i, i] for i in range(size)), flint.arb(0))
        determinant = _determinant(values[0])
        return determinant if determinant == 0 else determinant.nonnegative_part().root(size) * size / trace


@register
class Gap(_OfGram):
    """gap(G)."""

    word = "gap"
    latex_name = r"\phi"
    meaning = "isometry gap -log isometry(G), in nats; infinite for a singular matrix"
    example = "for every Gram matrix G of size 3 with maxcorr(G) <= 1/4: gap(G) <= 2 maxcorr(G)^2"

    @property
    def may_be_infinite(self) -> bool:
        """True: the gap of a singular matrix is infinite."""
        return True

    def definition(self) -> sp.Expr:
        """Return -log isometry(G)."""
        return -sp.log(Isometry(self.args[0]))

    def enclose(self, values: tuple[Any, ...], digits: int) -> flint.arb:
        """Return a ball of the gap; infinite for a singular matrix."""
        isometry = Isometry(sp.Symbol("G")).enclose(values, digits)
        if isometry == 0:
            return flint.arb("inf")
        if not isometry > 0:
            raise Undecided("a determinant that may be 0")
        return -isometry.log()


@register
class LargestCorrelation(_OfGram):
    """maxcorr(G)."""

    word = "maxcorr"
    latex_name = r"\operatorname{maxcorr}"
    meaning = "largest |G[i,j]| with i < j"
    example = "for every Gram matrix G of size 3: maxcorr(G) <= 1"

    def enclose(self, values: tuple[Any, ...], digits: int) -> flint.arb:  # noqa: ARG002
        """Return a ball of the largest |G[i,j]| with i < j."""
        table = _table(values[0])
        found = flint.arb(0)
        for i in range(table.nrows()):
            for j in range(i):
                found = found.max(abs(table[i, j]))
        return found


@register
class LeastEigenvalue(_OfGram):
    """mineig(G)."""

    word = "mineig"
    latex_name = r"\lambda_{\min}"
    meaning = "least eigenvalue"
    example = "for every Gram matrix G of size 3: mineig(G) >= 0"

    def enclose(self, values: tuple[Any, ...], digits: int) -> flint.arb:  # noqa: ARG002
        """Return a ball of the eigenvalue."""
        return reduce(flint.arb.min, _eigenvalues(values[0]))


@register
class LargestEigenvalue(_OfGram):
    """maxeig(G)."""

    word = "maxeig"
    latex_name = r"\lambda_{\max}"
    meaning = "largest eigenvalue"
    example = "for every Gram matrix G of size 3: maxeig(G) <= 3"

    def enclose(self, values: tuple[Any, ...], digits: int) -> flint.arb:  # noqa: ARG002
        """Return a ball of the eigenvalue."""
        return reduce(flint.arb.max, _eigenvalues(values[0]))


@register
class GramMap(Quantity):
    """kappa(G) entrywise: (name of the map, activation, matrix, iterate); a matrix, an argument of the words above."""

    word = "kappa(G)"
    form = "matrix"
    family = "Gram matrix"
    nargs = 4
    meaning = "the kernel map of every entry of a Gram matrix, itself a matrix"
    example = "for s = tanh, every Gram matrix G of size 2: det(kappa(G)) >= det G"

    def __new__(cls, kind: Any, activation: Any, matrix: Any, iterate: Any = 1, **options: Any) -> Any:
        """Keep the map's name as a SymPy string."""
        kind = kind if isinstance(kind, Str) else Str(str(kind))
        return super().__new__(cls, kind, activation, matrix, sp.sympify(iterate), **options)

    def matrix(self, values: tuple[Any, ...], digits: int) -> flint.arb_mat:
        """Return balls of the entries of the mapped matrix."""
        kind, source, inner, iterate = values
        table = _table(inner)
        size = table.nrows()
        word = {"kappa": Kappa, "rms": Rms}[kind.name]
        term = word(sp.Symbol("s"), sp.Symbol("r", real=True))
        found = flint.arb_mat(size, size)
        for i in range(size):
            for j in range(i + 1):
                exact = inner.entries[i][j] if isinstance(inner, GramMatrix) else table[i, j]
                entry = flint.arb(1) if i == j else as_ball(term.enclose((source, exact, 0, iterate), digits))
                found[i, j] = found[j, i] = entry
        return found


def _table(matrix: Any) -> flint.arb_mat:
    """Return a Gram matrix as balls."""
    return flint.arb_mat(matrix.matrix) if isinstance(matrix, GramMatrix) else matrix


def _determinant(matrix: Any) -> flint.arb:
    """Return the determinant: exact 0 stays 0 for a matrix of rationals."""
    return as_ball(matrix.determinant) if isinstance(matrix, GramMatrix) else matrix.det()


def _eigenvalues(matrix: Any) -> list[flint.arb]:
    """Return balls of the eigenvalues."""
    try:
        return [value.real for value in flint.acb_mat(_table(matrix)).eig(multiple=True)]
    except (ValueError, ZeroDivisionError) as error:
        raise Undecided(f"no balls for eigenvalues ({error})") from None
