"""A32. The kernel ODE d rho/dt = kappa(rho) - rho of a centred activation: |rho|/(1-|rho|) decays at least at the rate 1 - kappa'(0).

u = rho/(1 - rho) has du/dt = (kappa - rho)/(1 - rho)^2, so the sentence below is du/dt <= -(1 - kappa'(0)) u on [0, 1), and by Gronwall
u(t) <= u(0) exp(-t (1 - kappa'(0))); for rho < 0 the same with |rho|. Equality for kappa = p_1 rho + p_2 rho^2. Compare A16, where a layer divides by
2 - kappa'(0) and not by exp(1 - kappa'(0)): e^x >= 1 + x. Source: [A'], section on the kernel ODE for centred activations, which derives the solution of
the slowest equation; restated here as the inequality that makes it a bound.
"""

from proofs_check.claim.sentence_claim import Wrong, sentence_claim
from proofs_check.ledger.activation_cases import ACTIVATIONS
from proofs_check.ledger.papers import FIXED_POINTS

POSITIVE, NEGATIVE = "positive range", "negative range"

claim = sentence_claim(
    "A32",
    "Kernel ODE, centred activation: |rho|/(1-|rho|) decays at least at the rate 1 - kappa'(0)",
    {
        POSITIVE: "for every centred activation s, r in [0, 1): (rms(r) - r)/(1-r)^2 <= -(1-rms'(0)) r/(1-r)",
        NEGATIVE: "for every centred activation s, r in (-1, 0]: (rms(r) - r)/(1+r)^2 >= -(1-rms'(0)) r/(1+r)",
    },
    paper=FIXED_POINTS,
    remarks=__doc__,
    cases={"s": ACTIVATIONS},
    wrong=[
        Wrong("(rms(r) - r)/(1-r)^2 <= -11/10*(1-rms'(0)) r/(1-r)", "rate 11/10 (1 - kappa'(0))", part=POSITIVE),
        Wrong(
            "(rms(r) - r)/(1+r)^2 >= -11/10*(1-rms'(0)) r/(1+r)", "rate 11/10 (1 - kappa'(0)) below 0", part=NEGATIVE
        ),
    ],
)
