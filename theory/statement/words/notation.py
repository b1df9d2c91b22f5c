"""How the words of the vocabulary are written, for a list of them."""

from __future__ import annotations

from theory.statement.quantity import Quantity

_SPECIAL = {
    "E_O": "E_O(d)[...], E_U, E_Sp", "Wg_U": "Wg_U(2, 1; d), Wg_O, Wg_Sp", "E": "E[X]", "P": "P[X <= t]", "Var": "Var[X]",
    "kappa": "kappa(r), kappa'(r), kappa^l(r)", "G[i,j]": "G[i,j]", "gap_l": "gap_l", "rho_l": "rho_l", "norm_l": "norm_l",
}  # fmt: skip


def notation(word: type[Quantity]) -> str:
    """Return how a word is written.

    Examples
    --------
    >>> from theory.statement.words.gram import Gap
    >>> notation(Gap)
    'gap(G)'
    """
    if word.word in _SPECIAL:
        return _SPECIAL[word.word]
    suffix = {"call": "(r)", "index": "[k]", "matrix": "(G)"}.get(word.form, "")
    return word.word if word.word.endswith(")") else word.word + suffix
