"""Quantities: the words a sentence may use, as SymPy functions that never evaluate themselves.

A quantity is a class: its instances are terms that carry every argument (the activation, the Gram matrix, the
dimension), so that a term means the same wherever it stands. A class says how it is written, what it means, what it is
in simpler quantities, what a proof may use of it, and encloses its value at a case by a ball.

A user adds a quantity by a class of her own in a file of her own: `Quantity` as base, `@register` above it.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal, TypeAlias

import sympy as sp

Form: TypeAlias = Literal["call", "name", "index", "matrix", "mean", "haar", "layer", "function"]
"""How a quantity is written:

call      ``kappa(r)``, ``kappa'(r)``, ``kappa^l(r)``: of the activation in scope, at a term
name      ``alpha``: of the activation in scope
index     ``c[k]``: of the activation in scope, at a natural
matrix    ``gap(G)``, ``det G``: of a Gram matrix
mean      ``E[s^2]``, ``Var[s]``: a Gaussian mean over an activation
haar      ``E_O(d)[O[1,1]^4]``
layer     ``gap_20``: of the network in scope, after a layer
function  ``Wg_U(2, 1; d)``: of its own arguments
"""


class Undefined(ValueError):  # noqa: N818
    """A term that is certainly not defined at a case: a division by exactly 0, a root of a negative number."""


class Undecided(ValueError):  # noqa: N818
    """A term whose ball is too wide to say whether it is defined, or what it is."""


class Quantity(sp.Function):
    """Base of all words; a class attribute a word must set is named below.

    Attributes
    ----------
    word : str
        The name as it is written.
    form : Form
    meaning : str
        One line.
    example : str
        A sentence that uses the word.
    facts : tuple of str
        Sentences about the word that hold by its definition or by a theorem named after " -- ".
    is_always_positive : bool
        Whether the word is never 0, so that one may divide by it.
    """

    word: ClassVar[str]
    form: ClassVar[Form]
    meaning: ClassVar[str]
    example: ClassVar[str] = ""
    family: ClassVar[str] = ""
    latex_name: ClassVar[str] = ""
    facts: ClassVar[tuple[str, ...]] = ()

    is_always_positive: ClassVar[bool] = False

    is_real = True
    is_commutative = True

    @property
    def may_be_infinite(self) -> bool:
        """Whether the term is infinite at some cases (a slope at one, a gap)."""
        return False

    @classmethod
    def eval(cls, *arguments: Any) -> Any:  # noqa: ARG003  (SymPy calls it with them)
        """Leave the term as it is."""
        return None

    def definition(self) -> sp.Expr | None:
        """Return the term in simpler quantities, or None if it is not defined by others."""
        return None

    def enclose(self, values: Any, digits: int) -> Any:  # noqa: ARG002
        """Return a ball (flint.arb) that holds the quantity where its arguments have these values.

        Parameters
        ----------
        values : tuple
            One for each argument: Activation, ball, int, GramMatrix ...
        digits : int
            Digits of working precision.
        """
        raise Undecided(f"no ball for {self.word}")


REGISTRY: dict[str, type[Quantity]] = {}
"""Every registered word."""


def register(quantity: type[Quantity]) -> type[Quantity]:
    """Add a word to the vocabulary (a class decorator).

    Raises
    ------
    ValueError
        If another quantity has this name.
    """
    known = REGISTRY.setdefault(quantity.word, quantity)
    if known.__qualname__ != quantity.__qualname__:
        raise ValueError(f"register needs a new word, got {quantity.word!r}, which is {known.__qualname__}.")
    return quantity


def unfolded(term: sp.Expr) -> sp.Expr:
    """Return the term with every defined quantity replaced by its definition, until none is left.

    Examples
    --------
    >>> from theory.statement.words.activation import Alpha
    >>> unfolded(2 - Alpha(sp.Symbol("s")))
    2 - Kappa(s, 0, 1, 1)
    """
    for _ in range(20):
        found = {part: part.definition() for part in term.atoms(Quantity)}
        found = {part: value for part, value in found.items() if value is not None}
        if not found:
            return term
        term = term.xreplace(found)
    raise ValueError(f"unfolded needs definitions that end, got a circle in {term}.")
