"""A18. Case 3 (kappa'(1) = 1): 1 - rho_l <= (1-rho_0)/(1 + A l (1-rho_0)), A = 1 - p_0 - p_1, for rho_0 in [-1, 1].

Proof: for d = 1 - rho in [0, 2] and integers k >= 2, (1-d)^k - 1 + k d >= d^2 (induction), so the next gap is at most
d - A d^2 <= d/(1 + A d); and d -> d/(1 + A d) composed l times is d/(1 + A l d). Equality in the first step for
p_k = 0 beyond k = 2. Source: [A'], Theorem 1, Case 3, as printed.
"""

from proofs_check.claim.sentence_claim import Wrong, sentence_claim
from proofs_check.ledger.activation_cases import ACTIVATIONS
from proofs_check.ledger.papers import FIXED_POINTS

claim = sentence_claim(
    "A18",
    "Case 3: 1 - rho decays at least like 1/(A l), A = 1 - p_0 - p_1, from every start",
    "for every activation s with rms'(1) = 1, l >= 0, r in [-1, 1]: 1 - rms^l(r) <= (1-r)/(1 + (1-w[0]-w[1])*l*(1-r))",
    paper=FIXED_POINTS,
    remarks=__doc__,
    cases={"s": ACTIVATIONS},
    wrong=[
        Wrong("1 - rms^l(r) <= (1-r)/(1 + (w[0]+w[1])*l*(1-r))", "A = p_0 + p_1"),
        Wrong(
            "for s = exp, l >= 0, r in [-1, 1]: 1 - rms^l(r) <= (1-r)/(1 + (w[0]+w[1])*l*(1-r))",
            "A = p_0 + p_1, exp",
            erratum="[A'], table of activations, row exp: 0.74 = p_0 + p_1 stands as the rate of Case 3; "
            "Theorem 1 has 1 - p_0 - p_1 = 1 - 2/e = 0.264",
        ),
        Wrong("1 - rms^l(r) <= (1-r)/(1 + 3/2*(1-w[0]-w[1])*l*(1-r))", "A = 3/2 (1 - p_0 - p_1)"),
    ],
)
