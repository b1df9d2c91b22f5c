"""G7. A spike 1{Z > 1} has forward std gain 1/sqrt(p (1 - p)) = 2.7370691975932603925, p = 1 - Phi(1); 2.74 is its rounding.

Source: pkuxmq/OTTT-SNN, scaled weight standardisation with gain 2.74, and its issue 3, which asks where the number is from.
"""

from proofs_check.claim.sentence_claim import Wrong, sentence_claim
from proofs_check.ledger.papers import GAINS

claim = sentence_claim(
    "G7",
    "A spike at threshold 1 has gain 1/sqrt(p (1-p)) = 2.7370691975932603925",
    {
        "value": "for s = step(x-1): abs(1/sqrt(Var[s]) - 2.7370691975932603925) <= 10^-19",
        "printed": "for s = step(x-1): abs(1/sqrt(Var[s]) - 2.74) <= 5*10^-3",
    },
    paper=GAINS,
    remarks=__doc__,
    wrong=[
        Wrong("for s = step(x-1): abs(1/sqrt(Var[s]) - 2.74) <= 10^-3", "2.74 to three decimals", part="printed"),
        Wrong("for s = step(x-1): 1/sqrt(E[s^2]) = 1/sqrt(Var[s])", "mean square for variance", part="value"),
    ],
)
