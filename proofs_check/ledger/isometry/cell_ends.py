"""A26. The slack of A7 is r (1-r) H, H = b - beta a, and on a cell [u, v] H is at least b(u) - beta a(v): two point values.

a = kappa/r and b = (1-kappa)/(1-r) are power series with nonnegative coefficients, so they increase; a(0) = alpha, b(0) = 1,
a(1) = 1 and b(1) = kappa'(1) are values like any other, and no cell has a singular end. H(0) = (1-alpha)^2 > 0, and
H(1) = kappa'(1) - beta_0 > 0 unless kappa is quadratic, so finitely many cells close. That a and b increase is Mehler's
formula, the hypothesis of A7. Source: this project.
"""

from proofs_check.claim.sentence_claim import Wrong, sentence_claim
from proofs_check.ledger.activation_cases import ACTIVATIONS
from proofs_check.ledger.papers import ISOMETRY

claim = sentence_claim(
    "A26",
    "The contraction of a layer is decided by values at the ends of cells: H >= b(u) - beta_0 a(v) on [u, v]",
    {
        "a cell": "for every activation s, u in (0, 1), v in (u, 1), r in [u, v]: (1-kappa(r))/(1-r) - beta_0 kappa(r)/r "
        ">= (1-kappa(u))/(1-u) - beta_0 kappa(v)/v",
        "the slack of A7": "for every activation s, r in (0, 1): r (1-kappa(r)) - beta_0 kappa(r) (1-r) "
        "= r (1-r) ((1-kappa(r))/(1-r) - beta_0 kappa(r)/r)",
        "H at 0": "for every activation s: 1 - beta_0 alpha = (1-alpha)^2",
        "H at 1": "for every activation s: kappa'(1) - beta_0 >= 0",
    },
    paper=ISOMETRY,
    remarks=__doc__,
    cases={"s": ACTIVATIONS},
    wrong=[
        Wrong(
            "(1-kappa(r))/(1-r) - beta_0 kappa(r)/r >= (1-kappa(v))/(1-v) - beta_0 kappa(u)/u",
            "ends swapped",
            part="a cell",
        ),
        Wrong(
            "r (1-kappa(r)) - beta_0 kappa(r) (1-r) = r (1-r) ((1-kappa(r))/(1-r) - kappa(r)/r)",
            "without beta_0",
            part="the slack of A7",
        ),
        Wrong("1 - beta_0 alpha = 1 - alpha", "H(0) = 1 - alpha", part="H at 0"),
        Wrong("kappa'(1) - beta_0 >= 1/100", "H(1) at least 1/100", part="H at 1"),
    ],
)
