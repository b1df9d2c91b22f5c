"""`--let NAME=NUMBER`: the values of parameters in an activation's text, for every command that takes one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

Let = Annotated[
    list[str] | None,
    typer.Option("--let", metavar="NAME=NUMBER", help='Give a parameter its value: "tanh(a*x)" --let a=3/2.'),
]


def with_parameters(expressions: Sequence[str], let: Sequence[str] | None, command: str) -> list[str]:
    """Return the texts with the values that were given to their parameters, each where it occurs.

    Raises
    ------
    ValueError
        If an entry is not ``NAME=NUMBER``, a name is given twice, or it occurs in none of the texts.

    Examples
    --------
    >>> with_parameters(["tanh(a*x)", "relu"], ["a=2"], "compare")
    ['tanh((2)*x)', 'relu']
    """
    from theory.activation.spelling import has_word, with_values

    values: dict[str, str] = {}
    for text in let or ():
        name, sign, value = (part.strip() for part in text.partition("="))
        if not sign or not value or name in values:
            raise ValueError(f"{command} needs --let NAME=NUMBER, once for each name, got {text!r}; write --let a=3/2.")
        values[name] = value
    nowhere = [name for name in values if not any(has_word(text, name) for text in expressions)]
    if nowhere:
        with_values(expressions[0], {nowhere[0]: values[nowhere[0]]})  # says what is wrong
    return [with_values(text, {n: v for n, v in values.items() if has_word(text, n)}) for text in expressions]
