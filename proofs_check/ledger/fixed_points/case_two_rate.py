"""A17. Case 2 (kappa'(1) < 1): 1 - rho_l <= kappa'(1)^l (1 - rho_0) for every rho_0 in [-1, 1].

Proof: 1 - r^k <= k (1 - r) for |r| <= 1 and integers k >= 1 (induction: the difference grows by (1-r)(1-r^k)), so
1 - kappa(r) = sum p_k (1 - r^k) <= sum k p_k (1 - r); then l times. Source: [A'], Theorem 1, Case 2, as printed. The gap 1 - rho falls below the
rounding of double precision within some tens of layers, where naive checks report violations of any size.
"""

from proofs_check.claim.sentence_claim import Wrong, sentence_claim
from proofs_check.ledger.activation_cases import ACTIVATIONS
from proofs_check.ledger.papers import FIXED_POINTS

claim = sentence_claim(
    "A17",
    "Case 2: 1 - rho decays at least by the slope at one a layer, from every start",
    "for every activation s with rms'(1) < 1, l >= 0, r in [-1, 1]: 1 - rms^l(r) <= rms'(1)^l (1-r)",
    paper=FIXED_POINTS,
    remarks=__doc__,
    cases={"s": ACTIVATIONS},
    wrong=[
        Wrong("1 - rms^l(r) <= rms'(0)^l (1-r)", "kappa'(0)^l"),
        Wrong("1 - rms^l(r) <= (0.99*rms'(1))^l (1-r)", "99/100 of the slope"),
    ],
)
