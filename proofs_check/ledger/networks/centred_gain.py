"""N9. A centred activation of unit gain is past the edge of chaos: chi_1 = E s'^2/E s^2 >= 2 - w_1 > 1 unless it is linear.

Proof: chi_1 = sum k w_k over k >= 1 with sum w_k = 1, so chi_1 - 1 >= sum_{k>=2} w_k = 1 - w_1. For odd activations k >= 3 instead of 2. So
gradients grow at the gain that keeps signals, whatever the activation; subtracting the mean of relu is paid in gradients. Source: this project.
"""

from proofs_check.claim.sentence_claim import Wrong, sentence_claim
from proofs_check.ledger.activation_cases import ACTIVATIONS
from proofs_check.ledger.papers import NETWORKS

claim = sentence_claim(
    "N9",
    "At the gain that keeps signals, gradients grow behind every centred activation that is not linear",
    {
        "rate": "for every centred activation s: rms'(1) >= 2 - w[1]",
        "growth": "for every nonlinear centred activation s: rms'(1) > 1",
        "odd": "for every odd activation s: rms'(1) >= 3 - 2 w[1]",
    },
    paper=NETWORKS,
    remarks=__doc__,
    cases={"s": ACTIVATIONS},
    wrong=[
        Wrong("for every activation s: rms'(1) >= 2 - w[1]", "activations with a mean", part="rate"),
        Wrong("rms'(1) >= 3 - 2 w[1]", "the rate of odd activations", part="rate"),
        Wrong("for every nonlinear activation s: rms'(1) > 1", "activations with a mean, growth", part="growth"),
        Wrong("rms'(1) > 1001/1000", "by a fixed factor", part="growth"),
        Wrong("rms'(1) >= 4 - 3 w[1]", "rate 4 - 3 w_1", part="odd"),
    ],
)
