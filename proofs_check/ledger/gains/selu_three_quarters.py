"""G2. selu at PyTorch's gain 3/4: the variance settles at .0230338, where chi_1 is 1.00367; at gain 1 it stays 1 and chi_1 is 1.07157.

q is fixed where 9/16 E s(sqrt(q) Z)^2 = q, that is where the deviation a = sqrt(q) has E[s(a Z)^2] = 16/9 a^2; the map is below the
diagonal on the right of it. Both choices are defended in the discussion that led to 3/4; they keep different things.
Source: PyTorch issue 24991, pull requests 50664 and 53694; torch.nn.init.calculate_gain("selu") = 3/4.
"""

from proofs_check.claim.sentence_claim import Wrong, sentence_claim
from proofs_check.ledger.papers import GAINS

claim = sentence_claim(
    "G2",
    "selu at gain 3/4 settles at variance .0230338 with chi_1 = 1.0037; gain 1 keeps variance 1 with chi_1 = 1.0716",
    {
        "below": "for s = selu(0.151768*x): 9/16*E[s^2] > 0.151768^2",
        "above": "for s = selu(0.151770*x): 9/16*E[s^2] < 0.151770^2",
        "chi": "for s = selu(0.15176885*x): abs(9/16*raw'(1)/0.15176885^2 - 1.003670) <= 10^-6",
        "unit gain": "for s = selu: E[s^2] = 1 and abs(raw'(1) - 1.0715755) <= 10^-6",
    },
    paper=GAINS,
    remarks=__doc__,
    wrong=[
        Wrong("for s = selu: 9/16*E[s^2] = 1", "gain 3/4 keeps variance 1", part="unit gain"),
        Wrong(
            "for s = selu(0.15176885*x): abs(9/16*raw'(1)/0.15176885^2 - 1) <= 1/1000",
            "chi_1 is 1 to a thousandth",
            part="chi",
        ),
        Wrong("for s = selu: raw'(1) <= 1", "gain 1 keeps gradients", part="unit gain"),
    ],
)
