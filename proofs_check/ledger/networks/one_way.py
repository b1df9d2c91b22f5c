"""N13. Through depth a correlation goes one way: down to the attractor from above it, up where the slope at 1 is at most 1, down behind layer norm.

Proof: rms(r) - r is convex on [0, 1] and 0 at rho* and 1, so it is nonpositive on [rho*, 1]; where chi_1 <= 1 it is nonnegative on [-1, 1]. kappa(r) <= r on
[0, 1], as p_k r^k <= p_k r. Both intervals are mapped into themselves, so each layer repeats the last one. Below 0 layer norm may raise a
correlation and lower it again. Source: this project.
"""

from proofs_check.claim.sentence_claim import Wrong, sentence_claim
from proofs_check.ledger.activation_cases import ACTIVATIONS
from proofs_check.ledger.papers import NETWORKS

claim = sentence_claim(
    "N13",
    "Layer after layer a correlation moves one way, and never turns back",
    {
        "from above": "for every activation s, l >= 0, r in [rho*, 1]: rms^(l+1)(r) <= rms^l(r)",
        "to one": "for every activation s with rms'(1) <= 1, l >= 0, r in [-1, 1]: rms^(l+1)(r) >= rms^l(r)",
        "layer norm": "for every activation s, l >= 0, r in [0, 1]: kappa^(l+1)(r) <= kappa^l(r)",
    },
    paper=NETWORKS,
    remarks=__doc__,
    cases={"s": ACTIVATIONS},
    wrong=[
        Wrong(
            "for every activation s, l >= 0, r in [0, 1]: rms^(l+1)(r) <= rms^l(r)", "from below too", part="from above"
        ),
        Wrong(
            "for every activation s, l >= 0, r in [-1, 1]: rms^(l+1)(r) >= rms^l(r)", "any slope at 1", part="to one"
        ),
        Wrong(
            "for every activation s, l >= 0, r in [-1, 1]: kappa^(l+1)(r) <= kappa^l(r)",
            "negative too",
            part="layer norm",
        ),
    ],
)
