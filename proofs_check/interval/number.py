"""Closed numbers: ``log(3) - 1 >= 0``, an inequality without variables, by one ball and with a certificate.

The check of a single case often comes down to the sign of one number. Its text is the claim: the prover encloses it with Arb, with more
bits until the ball decides, and the checker builds the tape from the text and encloses it again in arithmetic of its own.
"""

from __future__ import annotations

import re

from flint import arb

from proofs_check.interval.ball import Program, arithmetic
from proofs_check.interval.certificate import Certificate
from proofs_check.interval.checker.document import SCHEMA
from proofs_check.interval.tape import Tape, TapeBuilder

KIND = "number"
_BITS = (64, 192)  # fewer than the checker tries, so that it does not fail where Arb just succeeded
_LONGEST_INTEGER, _LONGEST_TEXT = 59, 5_000  # what the checker reads, and well below its limit
_MOST_OPERATIONS = 150  # a sum is as deep as it has terms, and deep ones are not read


def is_writable(text: str) -> bool:
    """Return whether a text is short enough, its integers and sums too, for a certificate."""
    short = len(text) <= _LONGEST_TEXT and sum(map(text.count, "+-*/")) <= _MOST_OPERATIONS
    return short and all(len(digits) <= _LONGEST_INTEGER for digits in re.findall(r"\d+", text))


def number_certificate(text: str) -> Certificate | None:
    """Return the certificate of ``text >= 0``, or None if a ball of 192 bits does not show it.

    Parameters
    ----------
    text : str
        An expression in rationals, ``pi``, ``E`` and the functions of `tape.FUNCTIONS`, without variables.

    Returns
    -------
    Certificate or None

    Raises
    ------
    ValueError
        If the text is not such an expression.

    Examples
    --------
    >>> number_certificate("log(3) - 1").document["claim"]
    'log(3) - 1 >= 0'
    >>> number_certificate("1 - log(3)") is None
    True
    """
    tape = _tape(text)
    if not any(number_ball(text, bits).lower() >= 0 for bits in _BITS):
        return None
    return Certificate.of(
        {
            "schema": SCHEMA,
            "kind": KIND,
            "claim": f"{text} >= 0",
            "variables": [],
            "box": [],
            "tape": tape.to_json(),
            "original": None,
        }
    )


def number_ball(text: str, bits: int) -> arb:
    """Return a ball around a closed number; not finite where it has no value."""
    with arithmetic(bits):
        return Program(_tape(text))(())


def _tape(text: str) -> Tape:
    builder = TapeBuilder(())
    builder.read(text)
    return builder.tape()
