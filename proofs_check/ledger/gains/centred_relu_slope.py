"""G5. The slope at 1 of the centred relu map is pi/(pi - 1) = 1.46694220692425986; the constant of DKS is this number to 16 digits.

E relu'^2 / Var relu = (1/2)/((pi - 1)/(2 pi)); DKS holds it as the largest slope at 1 of a relu shifted to the right. Its constant
1.466942206924260361 was printed with 19 digits out of double arithmetic: off by 5.0e-16.
Source: google-deepmind/dks, dks/base/activation_transform.py.
"""

from proofs_check.claim.sentence_claim import Wrong, sentence_claim
from proofs_check.ledger.papers import GAINS

claim = sentence_claim(
    "G5",
    "The centred relu map has slope pi/(pi - 1) at 1; the constant of DKS is right to 16 of its 19 digits",
    {
        "closed form": "for s = relu: kappa'(1) = pi/(pi-1)",
        "printed, 16 digits": "for s = relu: abs(kappa'(1) - 1.466942206924260361) <= 10^-15",
    },
    paper=GAINS,
    remarks=__doc__,
    wrong=[
        Wrong("for s = relu: kappa'(1) = pi/(pi-1.01)", "pi - 1.01", part="closed form"),
        Wrong(
            "for s = relu: abs(kappa'(1) - 1.466942206924260361) <= 10^-16",
            "the printed constant to 17 digits",
            erratum="dks/base/activation_transform.py: 1.466942206924260361; pi/(pi - 1) = 1.466942206924259860",
            part="printed, 16 digits",
        ),
    ],
)
