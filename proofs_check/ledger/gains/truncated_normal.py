"""G6. A standard normal cut at +-2 has deviation sqrt(1 - 4 phi(2)/(2 Phi(2) - 1)) = .87962566103423975; the printed constant ends in 78.

Keras, TensorFlow and jax divide by .87962566103423978, which is this number as a double prints it: right to 16 digits, not to 17. Without the
division the variance is .7737 of what was asked. Source: keras/initializers, jax/_src/nn/initializers.py; tfjs issue 8594 (the missing division).
"""

from proofs_check.claim.sentence_claim import Wrong, sentence_claim
from proofs_check.ledger.papers import GAINS

_DEVIATION = "sqrt(1-4*exp(-2)/(sqrt(2*pi)*erf(sqrt(2))))"

claim = sentence_claim(
    "G6",
    "The deviation of a normal cut at two deviations is .87962566103423975; printed constants are right to 16 digits",
    {
        "deviation": f"abs({_DEVIATION} - 0.87962566103423975041) <= 10^-20",
        "printed, 16 digits": f"abs({_DEVIATION} - 0.87962566103423978) <= 5*10^-17",
        "variance": "abs(1-4*exp(-2)/(sqrt(2*pi)*erf(sqrt(2))) - 0.7737413) <= 10^-7",
    },
    paper=GAINS,
    remarks=__doc__,
    wrong=[
        Wrong(
            f"abs({_DEVIATION} - 0.87962566103423978) <= 10^-17",
            "the printed constant to 17 digits",
            erratum="keras, tensorflow, jax: .87962566103423978 is the double nearest to .87962566103423975041, printed with 17 digits",
            part="deviation",
        ),
        Wrong(
            "abs(1-4*exp(-2)/(sqrt(2*pi)*erf(sqrt(2))) - 1) <= 1/10",
            "cutting does not change the variance",
            erratum="tfjs leCunNormal (issue 8594) draws a truncated normal without the division: variance .7737 of what is asked",
            part="variance",
        ),
    ],
)
