"""N10. The depth scale -1/log q is reached and not passed: above its attractor a correlation keeps at least q^l of its distance.

Proof: rms is convex on [0, 1], so rms(r) - rho* >= q (r - rho*) for r >= rho*, and l such layers multiply. With layer norm the attractor is 0
and q = alpha. A20 is the bound from above, (2-q)^-l: between the two lies every network of one activation. Source: Schoenholz et al., ICLR 2017
(the depth scale, to first order); this project (the bound at every depth).
"""

from proofs_check.claim.sentence_claim import Wrong, sentence_claim
from proofs_check.ledger.activation_cases import ACTIVATIONS
from proofs_check.ledger.papers import NETWORKS

claim = sentence_claim(
    "N10",
    "No network forgets faster than its depth scale: a layer keeps at least q of the distance to the attractor",
    {
        "RMS norm": "for every activation s, l >= 0, r in [rho*, 1]: rms^l(r) - rho* >= q^l (r - rho*)",
        "layer norm": "for every activation s, l >= 0, r in [0, 1]: kappa^l(r) >= alpha^l r",
    },
    paper=NETWORKS,
    remarks=__doc__,
    cases={"s": ACTIVATIONS},
    wrong=[
        Wrong("rms^l(r) - rho* <= q^l (r - rho*)", "exactly q", part="RMS norm"),
        Wrong("kappa^l(r) <= alpha^l r", "exactly alpha", part="layer norm"),
        Wrong("kappa^l(r) >= r", "nothing is forgotten", part="layer norm"),
    ],
)
