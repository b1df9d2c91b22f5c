"""A9. An odd activation with alpha >= 1/2 divides |rho|/(1-|rho|) by at least 1/alpha a layer.

Proof by hand, of more: if p_j = 0 for 2 <= j < m and alpha >= 1/(m-1), then kappa <= alpha r + (1-alpha) r^m, and 1 - that =
(1-r)(1 + (1-alpha)(r + ... + r^(m-1))), so the factor is (alpha + (1-alpha) r^(m-1))/(1 + (1-alpha)(r + ... + r^(m-1))), at most
alpha iff r^(m-2) <= alpha (1 + ... + r^(m-2)); the right side over the left is least at r = 1. An odd activation has m = 3. Without
p_2 = 0 it fails: kappa = (4r + r^2)/5 has the factor 5/6 > 4/5 near r = 1. No smaller factor holds: kappa'(0) = alpha.
Source: this project.
"""

from proofs_check.claim.sentence_claim import Wrong, sentence_claim
from proofs_check.ledger.activation_cases import ACTIVATIONS
from proofs_check.ledger.papers import ISOMETRY

claim = sentence_claim(
    "A9",
    "An odd activation with alpha >= 1/2 contracts |rho|/(1-|rho|) by alpha a layer, through every depth",
    {
        "one layer": "for every odd activation s with alpha >= 1/2, r in [0, 1): kappa(r)/(1-kappa(r)) <= alpha r/(1-r)",
        "every depth": "for every odd activation s with alpha >= 1/2, l >= 0, r in (-1, 1): "
        "|kappa^l(r)|/(1-|kappa^l(r)|) <= alpha^l |r|/(1-|r|)",
    },
    paper=ISOMETRY,
    remarks=__doc__,
    cases={"s": ACTIVATIONS},
    wrong=[
        Wrong(
            "for every activation s with alpha >= 1/2, r in [0, 1): kappa(r)/(1-kappa(r)) <= alpha r/(1-r)",
            "every activation, not only odd ones",
            part="one layer",
        ),
        Wrong(
            "for every odd activation s with alpha >= 1/4, r in [0, 1): kappa(r)/(1-kappa(r)) <= alpha r/(1-r)",
            "odd with alpha >= 1/4",
            part="one layer",
        ),
        Wrong("kappa(r)/(1-kappa(r)) <= alpha^2 r/(1-r)", "factor alpha^2", part="one layer"),
        Wrong("|kappa^l(r)|/(1-|kappa^l(r)|) <= alpha^(2*l) |r|/(1-|r|)", "factor alpha^2 a layer", part="every depth"),
    ],
)
