"""A33. Corollary 2 in float32: 1 - rho is lost below 2^-24, after 24 ln 2/ln(1/kappa'(1)) = 16.6/ln(1/kappa'(1)) layers.

By A17 1 - rho_l <= kappa'(1)^l (1 - rho_0); with t = l ln(1/kappa'(1)) the factor is exp(-t), and two inputs are numerically the same once it is below a
precision eps: t >= ln(1/eps). A number next to 1 is resolved to 2^-24 in float32; 2^-128 is where numbers next to 0 underflow. Source: [A'], Corollary 2
and the paragraph after it.
"""

from proofs_check.claim.sentence_claim import Wrong, sentence_claim
from proofs_check.ledger.papers import FIXED_POINTS

LOST, RESOLVED = "lost beyond 16.7", "resolved up to 16.6"

claim = sentence_claim(
    "A33",
    "Below the slope-one case 1 - rho is lost to float32 after 16.6/ln(1/kappa'(1)) layers",
    {
        LOST: "for t in [16.7, 1000]: exp(-t) < 2^(-24)",
        RESOLVED: "for t in [0, 16.6]: exp(-t) > 2^(-24)",
    },
    paper=FIXED_POINTS,
    remarks=__doc__,
    wrong=[
        Wrong("for t in [16, 1000]: exp(-t) < 2^(-24)", "lost beyond 16", part=LOST),
        Wrong(
            "for t in [0, 88]: exp(-t) > 2^(-24)",
            "resolved up to 88",
            erratum="[A'], paragraph after Corollary 2: the float32 threshold 88/ln(1/kappa'(1)) is taken from 2^-128, where "
            "numbers underflow; 1 - rho is lost at 2^-24, after 16.6/ln(1/kappa'(1)) layers, 5.3 times earlier",
            part=RESOLVED,
        ),
    ],
)
