"""Numbers of a Gram matrix G (n x n, positive semidefinite, unit diagonal), and the matrix one layer makes of it.

isometry(G) = det(G)^(1/n)/(tr(G)/n)     gap(G) = -log isometry(G) in nats     maxcorr(G) = max_{i<j} |G[i,j]|
kappa(G) is kappa entrywise
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.core.symbol import Str

from theory.statement.quantity import Quantity, register


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


@register
class Determinant(_OfGram):
    """det G."""

    word = "det"
    latex_name = r"\det"
    meaning = "determinant"
    example = "for every Gram matrix G of size 3: det G <= 1"


@register
class Trace(_OfGram):
    """tr G."""

    word = "tr"
    latex_name = r"\operatorname{tr}"
    meaning = "trace (the size, for a Gram matrix with unit diagonal)"
    example = "for every Gram matrix G of size 3: tr G = 3"


@register
class Isometry(_OfGram):
    """isometry(G)."""

    word = "isometry"
    latex_name = r"\mathcal I"
    meaning = "geometric over arithmetic mean of the eigenvalues: det(G)^(1/n)/(tr(G)/n)"
    example = "for every Gram matrix G of size 3: isometry(G) <= 1"


@register
class Gap(_OfGram):
    """gap(G)."""

    word = "gap"
    latex_name = r"\phi"
    meaning = "isometry gap -log isometry(G), in nats; infinite for a singular matrix"
    example = "for every Gram matrix G of size 3 with maxcorr(G) <= 1/4: gap(G) <= 2 maxcorr(G)^2"

    def definition(self) -> sp.Expr:
        """Return -log isometry(G)."""
        return -sp.log(Isometry(self.args[0]))


@register
class LargestCorrelation(_OfGram):
    """maxcorr(G)."""

    word = "maxcorr"
    latex_name = r"\operatorname{maxcorr}"
    meaning = "largest |G[i,j]| with i < j"
    example = "for every Gram matrix G of size 3: maxcorr(G) <= 1"


@register
class LeastEigenvalue(_OfGram):
    """mineig(G)."""

    word = "mineig"
    latex_name = r"\lambda_{\min}"
    meaning = "least eigenvalue"
    example = "for every Gram matrix G of size 3: mineig(G) >= 0"


@register
class LargestEigenvalue(_OfGram):
    """maxeig(G)."""

    word = "maxeig"
    latex_name = r"\lambda_{\max}"
    meaning = "largest eigenvalue"
    example = "for every Gram matrix G of size 3: maxeig(G) <= 3"


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
