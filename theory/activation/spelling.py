"""How people write activations: Greek letters, bars, raised digits and signs become the words that the grammar reads.

``x*Φ(x)``, ``|x|``, ``x² − 1`` and ``2·π`` are read as ``x*Phi(x)``, ``abs(x)``, ``x**2 - 1`` and ``2*pi``. A letter for a parameter
is given its value first: ``tanh(a*x)`` with a = 2 is ``tanh((2)*x)``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from theory.syntax import shown

__all__ = ["plain", "with_values"]

_LETTERS = {"Φ": "Phi", "φ": "phi", "ϕ": "phi", "π": "pi", "·": "*", "×": "*", "−": "-", "∕": "/"}
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_OPENS = frozenset("+-*/(,|")
_WORDS = re.compile(r"(?<![A-Za-z0-9_.])[A-Za-z_][A-Za-z0-9_]*")


def plain(text: str) -> str:
    """Return the text in letters, digits and operators only, as far as its signs have one meaning.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        What no rule knows is left as it stands, for the parser to name.

    Raises
    ------
    ValueError
        If a bar has no partner, or for sigma, which is the sigmoid to some and any activation to others.

    Examples
    --------
    >>> plain("|x|·Φ(x) − x²")
    'abs(x)*Phi(x) - x**2'
    >>> plain("||x| - 1|")
    'abs(abs(x) - 1)'
    """
    if re.search(r"σ|\bsigma\b", text):
        raise ValueError(
            f"activation needs a name of one meaning (sigma stands for any activation in the papers), got {shown(text)}; "
            "write sigmoid(x) for 1/(1 + exp(-x))."
        )
    for sign, word in _LETTERS.items():
        text = text.replace(sign, word)
    text = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda found: f"**{found[0].translate(_RAISED)}", text)
    return _without_bars(text) if "|" in text else text


def has_word(text: str, name: str) -> bool:
    """Whether a name occurs in a text as a word of its own."""
    return name in _WORDS.findall(text)


def with_values(text: str, values: Mapping[str, str]) -> str:
    """Return the text with numbers in the place of parameters.

    Parameters
    ----------
    text : str
    values : mapping of str to str
        Name and value, the value an expression without x: ``{"a": "2"}``.

    Raises
    ------
    ValueError
        If a name is no word, is x, or does not occur in the text.

    Examples
    --------
    >>> with_values("tanh(a*x)", {"a": "3/2"})
    'tanh((3/2)*x)'
    """
    present = set(_WORDS.findall(text))
    for name in values:
        if not _WORDS.fullmatch(name) or name == "x" or name not in present:
            raise ValueError(
                f"activation needs parameters that it has (x is its variable), got {name!r} for {shown(text)}."
            )
    return _WORDS.sub(lambda found: f"({values[found[0]]})" if found[0] in values else found[0], text)


def _without_bars(text: str) -> str:
    """Return the text with each pair of bars as abs: a bar opens behind an operator or an opening bracket, else it closes."""
    written: list[str] = []
    opened, last = 0, "("
    for sign in text:
        if sign == "|" and last in _OPENS:
            written.append("abs(")
            opened += 1
            last = "|"
        elif sign == "|":
            if not opened:
                raise _unpaired(text)
            written.append(")")
            opened -= 1
            last = ")"
        else:
            written.append(sign)
            last = last if sign == " " else sign
    if opened:
        raise _unpaired(text)
    return "".join(written)


def _unpaired(text: str) -> ValueError:
    return ValueError(f"activation needs bars in pairs, got {shown(text)}; write abs(x).")
