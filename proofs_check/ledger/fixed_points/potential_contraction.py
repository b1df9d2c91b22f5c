"""A20. Case 4, between rho* and 1: one layer divides (rho - rho*)/(1 - rho) by at least 2 - q, q = kappa'(rho*).

Proof: all derivatives of kappa at rho* >= 0 are nonnegative, so in x = (rho - rho*)/(1 - rho*) the layer is
x -> sum_{k>=1} q_k x^k with q_k >= 0, sum 1 and q_1 = q: the contraction of A7 with alpha = q. Below rho*: on [0, rho*] the
distance shrinks by q (convexity), and where rho < 0 and kappa(rho) <= rho* by 1 - p_0, since rho^k >= rho there and
rho*^k <= rho*. Source: this project; [A'] has other constants, see A21 and A22.
"""

from proofs_check.claim.sentence_claim import Wrong, sentence_claim
from proofs_check.ledger.activation_cases import ACTIVATIONS
from proofs_check.ledger.papers import FIXED_POINTS

claim = sentence_claim(
    "A20",
    "Case 4: above rho* one layer divides (rho - rho*)/(1 - rho) by at least 2 - kappa'(rho*)",
    {
        "one layer": "for every activation s with rho* < 1, r in [rho*, 1): "
        "(rms(r)-rho*)/(1-rms(r)) <= (r-rho*)/((1-r)*(2-q))",
        "every depth": "for every activation s with rho* < 1, l >= 0, r in [rho*, 1): "
        "(rms^l(r)-rho*)/(1-rms^l(r)) <= (2-q)^-l (r-rho*)/(1-r)",
    },
    paper=FIXED_POINTS,
    remarks=__doc__,
    cases={"s": ACTIVATIONS},
    wrong=[
        Wrong("(rms(r)-rho*)/(1-rms(r)) <= q*(r-rho*)/(1-r)", "rate 1/q", part="one layer"),
        Wrong("(rms(r)-rho*)/(1-rms(r)) <= (r-rho*)/((1-r)*(3-q))", "rate 3 - q", part="one layer"),
        Wrong(
            "for s = x^2 + 2*x - 1, l >= 0, r in [0, 1): (rms^l(r)-rho*)/(1-rms^l(r)) <= (2.1-q)^-l (r-rho*)/(1-r)",
            "rate 2.1 - q",
            part="every depth",
        ),
    ],
)
