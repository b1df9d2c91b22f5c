"""Every dimension: claims about naturals and Haar means, proved by exact rational functions of the dimension."""

from __future__ import annotations

import sympy as sp

from proofs_check.judge.outcome import Open, Outcome, Proved, Witness
from proofs_check.judge.strategy import Clock
from proofs_check.proof import kernel
from proofs_check.proof.haar_oracle import limit_of
from proofs_check.proof.kernel import ProofError
from theory.statement.proposition import Asymptotic, Limit, Relation
from theory.statement.sentence import Sentence
from theory.statement.sort import Naturals
from theory.statement.words.haar import HaarMean, Weingarten


def every_dimension(sentence: Sentence, clock: Clock) -> Outcome | None:
    """Return a theorem for a claim in naturals and Haar means, or what is missing."""
    body = sentence.body
    if not isinstance(body, Relation | Limit | Asymptotic):
        return None
    has_means = any(term.has(HaarMean, Weingarten) for term in sentence.replace_body(body).terms)
    if not has_means and (isinstance(body, Relation) or not isinstance(body.binder.sort, Naturals)):
        return None
    clock.report("deriving the means as rational functions of the dimension")
    try:
        theorem = kernel.by_oracle("Haar moments", sentence)
    except ProofError:
        if isinstance(body, Limit | Asymptotic):
            return _wrong_limit(body)
        return Open("comparing rational functions of the dimension", "a larger least dimension")
    except (ValueError, TypeError) as error:
        return Open(f"deriving the means ({error})", "a dimension at which every entry exists")
    return Proved(
        theorem, "exact means, every dimension of the domain" if has_means else "limit of a rational function"
    )


def _wrong_limit(body: Limit | Asymptotic) -> Outcome | None:
    """Return the true limit as a witness against the claimed one."""
    found = limit_of(body)
    wanted = body.value if isinstance(body, Limit) else sp.Integer(1)
    if found is None or wanted.free_symbols or (not (found - wanted).is_nonzero and found.is_finite):
        return None
    what = "the limit is" if isinstance(body, Limit) else "the ratio tends to"
    return Witness((), f"{what} {found}, not {wanted}", "exact")
