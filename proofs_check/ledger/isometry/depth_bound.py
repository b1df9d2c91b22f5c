"""A10. Through l layers |rho_l| <= |rho_0| b/(1 - |rho_0| + |rho_0| b) with b = beta_0^-l.

Proof: the contraction of one layer (A7), l times, and x -> x/(1-x) inverted. The bound at layer l divides the potential
of layer 0 by beta_0^l; the authors' plotting code divides the potential measured *after* layer 1 by beta_0^l as well,
which is one factor too many. Source: [A]; the closed form is the Case 1 curve of [A'].
"""

from proofs_check.claim.sentence_claim import Wrong, sentence_claim
from proofs_check.ledger.activation_cases import ACTIVATIONS
from proofs_check.ledger.papers import ISOMETRY

claim = sentence_claim(
    "A10",
    "Through l layers a correlation is at most |rho_0| b/(1-|rho_0|+|rho_0| b) in size, b = beta_0^-l",
    "for every activation s, l >= 0, r in (-1, 1): |kappa^l(r)| <= |r| b/(1-|r|+|r| b), b = beta_0^-l",
    paper=ISOMETRY,
    remarks=__doc__,
    cases={"s": ACTIVATIONS},
    wrong=[
        Wrong("|kappa^l(r)| <= |r| b/(1-|r|+|r| b), b = alpha^l", "rate 1/alpha"),
        Wrong(
            "|kappa^l(r)| <= |r| b/(1-|r|+|r| b), b = beta_0^-(l+1)",
            "one factor too many",
            erratum="plotting code of [A]: the potential after layer 1 is divided by beta_0^l instead of beta_0^(l-1)",
        ),
        Wrong("|kappa^l(r)| <= |r| b/(1-|r|+|r| b), b = 2^-l", "rate 2"),
        Wrong("|kappa^l(r)| <= |r| b/(1-|r|+|r| b), b = (2.01 - alpha)^-l", "beta_0 + 1/100"),
    ],
)
