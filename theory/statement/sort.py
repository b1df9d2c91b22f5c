"""Sorts: what a bound variable of a sentence ranges over.

A sort is data only. The ends of an interval are exact SymPy expressions and may use variables bound before it
(``t in [0, r]``); `None` stands for no bound. Whether a domain is empty is decided where its ends are known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import sympy as sp

ACTIVATION_CLASSES: dict[str, str] = {
    "odd": "s(-x) = -s(x): c_k = 0 for even k",
    "even": "s(-x) = s(x): c_k = 0 for odd k",
    "nonlinear": "c_k is not 0 for some k >= 2",
    "centred": "E s(Z) = 0: c_0 = 0",
    "homogeneous": "s(t x) = t s(x) for t > 0: a multiple of leaky relu with some slope",
}
"""The classes of activations a binder may ask for."""
_EMPTY = ({"even", "odd"}, {"even", "homogeneous", "centred"}, {"odd", "homogeneous", "nonlinear"}, {"centred", "homogeneous", "nonlinear"})  # fmt: skip
"""Classes that no activation has all of: an odd one that is even is 0, a centred homogeneous one is x, ..."""


@dataclass(frozen=True, slots=True)
class Reals:
    """An interval of real numbers, each end open or closed; infinite ends are open.

    Examples
    --------
    >>> print(Reals(sp.Integer(0), sp.Integer(1), high_open=True))
    [0, 1)
    """

    low: sp.Expr = sp.S.NegativeInfinity
    high: sp.Expr = sp.S.Infinity
    low_open: bool = False
    high_open: bool = False

    def __post_init__(self) -> None:
        for side in ("low", "high"):
            end = sp.sympify(getattr(self, side))
            if not isinstance(end, sp.Expr) or end.has(sp.Float):
                raise TypeError(f"Reals needs exact ends (no decimal survives a proof), got {side}={end!r}.")
            object.__setattr__(self, side, end)
            if end in (sp.oo, -sp.oo):
                object.__setattr__(self, f"{side}_open", True)

    @property
    def is_point(self) -> bool:
        """Whether both ends are the same expression."""
        return self.low == self.high

    @property
    def is_set_by_words(self) -> bool:
        """Whether an end is a term of words, such as rho*."""
        return bool(self.low.has(sp.Function) or self.high.has(sp.Function))

    def __str__(self) -> str:
        return f"{'(' if self.low_open else '['}{self.low}, {self.high}{')' if self.high_open else ']'}"


@dataclass(frozen=True, slots=True)
class Naturals:
    """The integers from `least` on, up to `most` (None: all)."""

    least: int = 0
    most: int | None = None

    def __post_init__(self) -> None:
        for name in ("least", "most"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
                raise TypeError(f"Naturals needs integers, got {name}={value!r}.")
        if self.least < 0:
            raise ValueError(f"Naturals needs a least value of at least 0, got least={self.least!r}.")

    @property
    def is_empty(self) -> bool:
        """Whether no integer lies between the ends."""
        return self.most is not None and self.most < self.least


@dataclass(frozen=True, slots=True)
class Activations:
    """Square-integrable activations that are not constant: all of some classes, or one that is named.

    Parameters
    ----------
    classes : tuple of str
        Names out of `ACTIVATION_CLASSES`, sorted and without repetition.
    pinned : str or None
        The text of the one activation meant (``tanh``, ``x*Phi(x)``).
    """

    classes: tuple[str, ...] = ()
    pinned: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "classes", tuple(sorted(set(self.classes))))
        for name in self.classes:
            if name not in ACTIVATION_CLASSES:
                known = ", ".join(ACTIVATION_CLASSES)
                raise ValueError(f"Activations needs classes out of {known}, got {name!r}.")
        if any(empty <= set(self.classes) for empty in _EMPTY):
            raise ValueError(f"Activations needs classes that some activation has (of none everything holds), got {' '.join(self.classes)}.")  # fmt: skip


@dataclass(frozen=True, slots=True)
class GramMatrices:
    """Positive semidefinite matrices of size n x n with unit diagonal; n is an integer or a natural bound before."""

    size: sp.Expr

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", sp.sympify(self.size))
        if self.size.is_Integer and self.size < 1:
            raise ValueError(f"GramMatrices needs a size of at least 1, got size={self.size!r}.")


@dataclass(frozen=True, slots=True)
class Spectra:
    """Tuples of d nonnegative eigenvalues, not all 0, of a batch that enters batch normalisation."""

    size: sp.Expr

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", sp.sympify(self.size))


@dataclass(frozen=True, slots=True)
class Networks:
    """One random network: its blocks in the order they act, its width, depth and inputs.

    Parameters
    ----------
    blocks : tuple of str
        ``gauss``, ``orthogonal``, an activation's text, ``layernorm``, ``rmsnorm``, ``batchnorm``, ``centre``.
    width, depth, batch : int
    correlation : Expr
        The correlation of any two of the `batch` inputs.
    """

    blocks: tuple[str, ...]
    width: int
    depth: int
    batch: int = 10
    correlation: sp.Expr = sp.S.Half

    def __post_init__(self) -> None:
        object.__setattr__(self, "correlation", sp.sympify(self.correlation))
        if not self.blocks:
            raise ValueError("Networks needs at least one block, got blocks=().")
        for name, least in (("width", 2), ("depth", 1), ("batch", 2)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise ValueError(f"Networks needs {name} as an integer of at least {least}, got {name}={value!r}.")


@dataclass(frozen=True, slots=True)
class Constants:
    """The one real number that a question for the best constant asks for."""


Sort: TypeAlias = Reals | Naturals | Activations | GramMatrices | Spectra | Networks | Constants
