"""Rungs of evidence, and the verdict each of them may give.

| rung      | how                                                               | may say                           |
|-----------|-------------------------------------------------------------------|-----------------------------------|
| symbolic  | a residual in one canonical form, a SymPy-checked chain of steps  | proved, refuted, inconclusive     |
| certified | enclosures over the whole domain, re-checkable certificate        | certified, refuted, inconclusive  |
| sampled   | networks, with stated error probability and power                 | supported, refuted, inconclusive  |

Of a claim that is not of the ledger every rung says *checked* instead of its positive word: that its check is about its sentence is
known of the author's code alone.
"""

from __future__ import annotations

from enum import StrEnum


class Rung(StrEnum):
    """A kind of evidence, strongest first."""

    SYMBOLIC = "symbolic"
    CERTIFIED = "certified"
    SAMPLED = "sampled"


class Verdict(StrEnum):
    """What evidence says of a statement; `advice` tells the reader how to take it."""

    PROVED = "proved"
    CERTIFIED = "certified"
    SUPPORTED = "supported"
    CHECKED = "checked"
    INCONCLUSIVE = "inconclusive"
    REFUTED = "refuted"

    @property
    def is_positive(self) -> bool:
        """Whether the statement was found to hold, by whatever rung."""
        return self in POSITIVE

    @property
    def advice(self) -> str:
        """One sentence on what the verdict does and does not mean."""
        return _ADVICE[self]


POSITIVE = (Verdict.PROVED, Verdict.CERTIFIED, Verdict.SUPPORTED, Verdict.CHECKED)
"""The positive verdicts, strongest first."""

_ADVICE = {
    Verdict.PROVED: "The program carried out a proof; each step was checked symbolically.",
    Verdict.CERTIFIED: "Proved by enclosures on the cases named; the certificates can be re-checked by separate code.",
    Verdict.SUPPORTED: "Samples agree to the stated width at the stated error probability; this is not a proof.",
    Verdict.CHECKED: "Checked by its author's code: nothing but that code ties the checks to the sentence.",
    Verdict.INCONCLUSIVE: "Neither shown nor refuted; the reason says what would decide.",
    Verdict.REFUTED: "A witness contradicts the statement.",
}

_EVERY_RUNG = (Verdict.CHECKED, Verdict.REFUTED, Verdict.INCONCLUSIVE)

MAY_SAY: dict[Rung, frozenset[Verdict]] = {
    Rung.SYMBOLIC: frozenset({Verdict.PROVED, *_EVERY_RUNG}),
    Rung.CERTIFIED: frozenset({Verdict.CERTIFIED, *_EVERY_RUNG}),
    Rung.SAMPLED: frozenset({Verdict.SUPPORTED, *_EVERY_RUNG}),
}


def strongest(verdicts: list[Verdict]) -> Verdict:
    """Return the verdict of one case: refuted if any rung refutes, else the strongest positive, else inconclusive.

    Examples
    --------
    >>> strongest([Verdict.SUPPORTED, Verdict.PROVED]).value
    'proved'
    >>> strongest([Verdict.PROVED, Verdict.REFUTED]).value
    'refuted'
    """
    if Verdict.REFUTED in verdicts:
        return Verdict.REFUTED
    return next((positive for positive in POSITIVE if positive in verdicts), Verdict.INCONCLUSIVE)


def weakest(verdicts: list[Verdict]) -> Verdict:
    """Return the verdict of a claim over several cases: it holds only as firmly as on the least firm of them.

    Examples
    --------
    >>> weakest([Verdict.PROVED, Verdict.CERTIFIED]).value
    'certified'
    """
    order = list(Verdict)
    return max(verdicts, key=order.index) if verdicts else Verdict.INCONCLUSIVE
