"""A14. The gains 1/2 and 2 (s(a x) for s(x)) keep beta_0 of even and of positively homogeneous s, and change four others.

If s(a x) = a^p s(x), every c_k is multiplied by a^p and the share alpha of c_1^2 stays. That holds for any degree p (relu
1, square 2, sign 0), and adding a constant changes c_0 only. If s is even, c_1 = 0 and beta_0 = 2 at every gain. Elsewhere
alpha is a function of the gain, for example a^2/sinh(a^2) for sin(a x), that may take one value twice; so a change is
claimed of four activations only. Source: [A], where beta_0 is tabulated without its gain.
"""

from proofs_check.claim.sentence_claim import Wrong, sentence_claim
from proofs_check.ledger.activation_cases import ACTIVATIONS
from proofs_check.ledger.papers import ISOMETRY

claim = sentence_claim(
    "A14",
    "The gains 1/2 and 2 keep beta_0 of even activations, relu and leaky relu, and change that of tanh, sin, gelu and exp",
    {
        "even": "for every even activation s: beta_0 = 2",
        "relu": "for s = relu, t = max(2*x, 0), u = max(x/2, 0): beta_0[s] = beta_0[t] and beta_0[s] = beta_0[u]",
        "leaky relu": "for s = leaky_relu, t = max(2*x, 0) + min(2*x, 0)/100: beta_0[s] = beta_0[t]",
        "tanh": "for s = tanh, t = tanh(2*x), u = tanh(x/2): beta_0[s] < beta_0[t] and beta_0[u] < beta_0[s]",
        "sin": "for s = sin, t = sin(2*x), u = sin(x/2): beta_0[s] < beta_0[t] and beta_0[u] < beta_0[s]",
        "gelu": "for s = gelu, t = 2*x*Phi(2*x), u = x/2*Phi(x/2): beta_0[s] < beta_0[t] and beta_0[u] < beta_0[s]",
        "exp": "for s = exp, t = exp(2*x), u = exp(x/2): beta_0[s] < beta_0[t] and beta_0[u] < beta_0[s]",
    },
    paper=ISOMETRY,
    remarks=__doc__,
    cases={"s": ACTIVATIONS},
    wrong=[
        Wrong("for every activation s: beta_0 = 2", "every activation", part="even"),
        Wrong("beta_0[s] = beta_0[t]", "a gain never matters", part="tanh"),
        Wrong("beta_0[s] <= beta_0[t] - 1/1000", "gain 2 raises it", part="relu"),
        Wrong("beta_0[s] < beta_0[t] and beta_0[s] < beta_0[u]", "both gains raise it", part="gelu"),
    ],
)
