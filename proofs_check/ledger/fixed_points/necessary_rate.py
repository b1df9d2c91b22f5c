"""A22. In Case 4 no rate below 1/kappa'(1) holds from every start, with the constant |rho_0 - rho*|/(1 - |rho_0|).

Proof: from rho_0 = 1 - e, 1 - rho_l <= kappa'(1)^l e (A17's inequality). At the first layer where that reaches
(1-rho*)/2 the distance to rho* is still at least (1-rho*)/2, while the bound is at most a^l/e; with
kappa'(1)^l ~ (1-rho*)/(2e) this needs a >= 1/kappa'(1) as e -> 0. The corrected rate of A21 obeys this, since
kappa'(1) >= 2 - q; the rate of [A'] does not: for kappa = 2/5 + 3/5 r^2 it is 4/5 < 5/6 = 1/kappa'(1), and from
1 - 1e-12 the bound is violated at layer 124. Source: this project, on [A'], Case 4.
"""

from proofs_check.claim.sentence_claim import Wrong, sentence_claim
from proofs_check.ledger.activation_cases import ACTIVATIONS
from proofs_check.ledger.fixed_points.case_four_rate import ERRATUM
from proofs_check.ledger.papers import FIXED_POINTS

claim = sentence_claim(
    "A22",
    "Case 4: the rate 1/(2 - q) is at least 1/kappa'(1)",
    "for every activation s with rho* < 1: 1/(2-q) >= 1/rms'(1)",
    paper=FIXED_POINTS,
    remarks=__doc__,
    cases={"s": ACTIVATIONS},
    wrong=[
        Wrong(
            "for s = sqrt(2/5) + sqrt(3/10)*(x^2-1): max(1-w[0], q, (1-rho*)/(2-q)) >= 1/rms'(1)",
            "a as printed",
            erratum=ERRATUM,
        ),
        Wrong("q >= 1/rms'(1)", "a = q"),
        Wrong("1/(2-q) >= 1.01/rms'(1)", "a hundredth more"),
    ],
)
