"""N8. One gain serves both ways for homogeneous activations: chi_1 = E s'^2/E s^2 = 1, so sqrt(1/E s^2) keeps signals and gradients.

Proof: s = a x + b |x|, s' = a + b sign x, and both E s'^2 and E s^2 are a^2 + b^2. Every pair of inputs
then draws together, and no pair draws apart: rms is convex on [0, 1] with slope 1 at 1, so it lies above the diagonal. With layer norm
the slope is E s^2/Var s, above 1 unless the mean is 0. Source: He et al. 2015 (relu); this project (the class).
"""

from proofs_check.claim.sentence_claim import Wrong, sentence_claim
from proofs_check.ledger.activation_cases import ACTIVATIONS
from proofs_check.ledger.papers import NETWORKS

claim = sentence_claim(
    "N8",
    "Leaky relus of every slope need one gain forward and backward, and draw every pair of inputs together",
    {
        "gain": "for every homogeneous activation s: rms'(1) = 1",
        "pairs": "for every homogeneous activation s, l >= 0, r in [-1, 1]: rms^(l+1)(r) >= rms^l(r)",
    },
    paper=NETWORKS,
    remarks=__doc__,
    cases={"s": ACTIVATIONS},
    wrong=[
        Wrong("for every activation s: rms'(1) = 1", "every activation", part="gain"),
        Wrong("for every homogeneous activation s: kappa'(1) = 1", "with layer norm", part="gain"),
        Wrong(
            "for every activation s, l >= 0, r in [-1, 1]: rms^(l+1)(r) >= rms^l(r)",
            "pairs behind every activation",
            part="pairs",
        ),
        Wrong("rms^(l+1)(r) <= rms^l(r)", "pairs draw apart", part="pairs"),
    ],
)
