"""G4. Unit scaling's factors for gelu and silu, in closed form or to ten digits; its fitted ones are off by up to 3.9 %.

The library fits one empirical model to samples. Forward factors are 1/sqrt(Var s), backward ones 1/sqrt(E s'^2). A gated unit
x1 silu(x2) of independent inputs has E = E silu^2. Source: graphcore-research/unit-scaling, unit_scaling/functional.py at a7b5b3c.
"""

from proofs_check.claim.sentence_claim import Wrong, sentence_claim
from proofs_check.ledger.papers import GAINS

TRUE = {
    "gelu": ("for s = gelu: abs(1/sqrt(Var[s]) - {}) <= {}", "1.7009262433633331195", "1.76678"),
    "silu": ("for s = silu: abs(1/sqrt(Var[s]) - {}) <= {}", "1.7871872221004419820", "1.76678"),
    "gelu backward": ("for s = gelu: abs(1/sqrt(raw'(1)) - {}) <= {}", "1.481114412712", "1.51572"),
    "silu backward": ("for s = silu: abs(1/sqrt(raw'(1)) - {}) <= {}", "1.62332025795", "1.68179"),
    "silu_glu": ("for s = silu: abs(1/sqrt(E[s^2]) - {}) <= {}", "1.67653247033", "1.68179"),
}

claim = sentence_claim(
    "G4",
    "Scaling factors of gelu, silu and the gated silu to ten digits; unit scaling's fits are off by up to 3.9 %",
    {part: line.format(true, "10^-10") for part, (line, true, _) in TRUE.items()},
    paper=GAINS,
    remarks=__doc__,
    wrong=[
        Wrong(
            line.format(fitted, "10^-3"),
            f"{part} as fitted, to three decimals",
            erratum=f"unit_scaling/functional.py: {part} {fitted}; {true}",
            part=part,
        )
        for part, (line, true, fitted) in TRUE.items()
    ],
)
