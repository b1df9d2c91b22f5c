"""A16. Case 1 (p_0 = 0): |rho_l|/(1-|rho_l|) <= a^l |rho_0|/(1-|rho_0|) with a = 1/(2 - kappa'(0)).

Proof: one layer is the contraction of A7 with alpha = kappa'(0) = p_1, which asks of the map only p_k >= 0, p_0 = 0 and
sum 1; then l times. The slope kappa'(0) itself is no valid factor, although it is the asymptotic one: half a layer away
from 0 other powers count. Source: [A'], Theorem 1, Case 1, as printed (also the centred map's remark). The authors' note on
complex analysis has the factor (1 + kappa'(0))/2 and calls it weaker: it holds too, since (1 + p)(2 - p) >= 2 on [0, 1].
"""

from proofs_check.claim.sentence_claim import Wrong, sentence_claim
from proofs_check.ledger.activation_cases import ACTIVATIONS
from proofs_check.ledger.papers import FIXED_POINTS

claim = sentence_claim(
    "A16",
    "Case 1: |rho|/(1-|rho|) decays at least by 1/(2 - kappa'(0)) a layer",
    "for every centred activation s, l >= 0, r in (-1, 1): |rms^l(r)|/(1-|rms^l(r)|) <= (2-rms'(0))^-l |r|/(1-|r|)",
    paper=FIXED_POINTS,
    remarks=__doc__,
    cases={"s": ACTIVATIONS},
    wrong=[
        Wrong("|rms^l(r)|/(1-|rms^l(r)|) <= rms'(0)^l |r|/(1-|r|)", "factor kappa'(0)"),
        Wrong("|rms^l(r)|/(1-|rms^l(r)|) <= (3-rms'(0))^-l |r|/(1-|r|)", "factor 1/(3 - kappa'(0))"),
        Wrong(
            "for every activation s, l >= 0, r in (-1, 1): |rms^l(r)|/(1-|rms^l(r)|) <= (2-rms'(0))^-l |r|/(1-|r|)",
            "every activation",
        ),
    ],
)
