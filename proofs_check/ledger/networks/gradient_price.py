"""N11. What layer norm gains in isometry it pays in gradients: kappa'(1) >= beta_0 = 2 - alpha.

beta_0 divides |rho|/(1-|rho|) a layer (A7); kappa'(1) is the factor by which the squared gradient of a normalised layer grows between inputs that
are nearly the same. Proof: kappa'(1) = sum k p_k >= p_1 + 2 (1 - p_1). Equality for two terms, p_1 + p_2 = 1: neither can be had without the
other. Also E s'^2 >= Var s (Poincare's inequality for the normal law), with equality for affine activations alone. Source: this project.
"""

from proofs_check.claim.sentence_claim import Wrong, sentence_claim
from proofs_check.ledger.activation_cases import ACTIVATIONS
from proofs_check.ledger.papers import NETWORKS

claim = sentence_claim(
    "N11",
    "The slope at 1 of a layer-normalised layer is at least its contraction beta_0: isometry is paid in gradients",
    {
        "price": "for every activation s: kappa'(1) >= beta_0",
        "Poincare": "for every activation s: raw'(1) >= Var[s]",
        "strict": "for every nonlinear activation s: raw'(1) > Var[s]",
    },
    paper=NETWORKS,
    remarks=__doc__,
    cases={"s": ACTIVATIONS},
    wrong=[
        Wrong("kappa'(1) >= beta_0 + 1/100", "more by a hundredth", part="price"),
        Wrong("kappa'(1) >= 2", "twice", part="price"),
        Wrong("kappa'(1) <= beta_0", "at most", part="price"),
        Wrong("raw'(1) >= E[s^2]", "the mean counted", part="Poincare"),
        Wrong("for every activation s: raw'(1) > Var[s]", "strict for affine activations", part="strict"),
    ],
)
