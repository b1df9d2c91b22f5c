"""G3. tanh at PyTorch's gain 5/3: pre-activations settle at variance 1.178480, activities at deviation .65135, chi_1 is 1.2098.

q = 25/9 E tanh(sqrt(q) Z)^2, so that activities have mean square q 9/25; a printed simulation has .6518. The gain that keeps variance 1 is
1.592537, which is also the forward std gain. Source: torch.nn.init.calculate_gain("tanh") = 5/3; discuss.pytorch.org/t/20854.
"""

from proofs_check.claim.sentence_claim import Wrong, sentence_claim
from proofs_check.ledger.papers import GAINS

claim = sentence_claim(
    "G3",
    "tanh at gain 5/3 settles at variance 1.178480 with chi_1 = 1.2098; the gain for variance 1 is 1.592537",
    {
        "below": "for s = tanh(1.085578*x): 25/9*E[s^2] > 1.085578^2",
        "above": "for s = tanh(1.085579*x): 25/9*E[s^2] < 1.085579^2",
        "activities": "for s = tanh(1.0855784*x): abs(sqrt(E[s^2]) - 0.65135) <= 10^-5",
        "chi": "for s = tanh(1.0855784*x): abs(25/9*raw'(1)/1.0855784^2 - 1.209831) <= 10^-6",
        "unit gain": "for s = tanh: abs(1/sqrt(E[s^2]) - 1.5925374197228314278) <= 10^-19",
    },
    paper=GAINS,
    remarks=__doc__,
    wrong=[
        Wrong("for s = tanh: 25/9*E[s^2] = 1", "gain 5/3 keeps variance 1", part="unit gain"),
        Wrong(
            "for s = tanh(1.0855784*x): abs(sqrt(E[s^2]) - 0.6518) <= 10^-4",
            "activities at .6518",
            erratum="discuss.pytorch.org/t/20854: .6518, from one simulation; in the limit of width it is .65135",
            part="activities",
        ),
        Wrong(
            "for s = tanh(1.0855784*x): 25/9*raw'(1)/1.0855784^2 <= 1",
            "gradients keep their size at gain 5/3",
            part="chi",
        ),
    ],
)
