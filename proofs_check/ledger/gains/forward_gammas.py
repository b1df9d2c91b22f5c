"""G1. Forward std gains 1/sqrt(Var s) of thirteen activations, to twenty digits; the gammas in print are right to three.

The printed table was sampled and is copied from product to product (NFNets, timm, others). That celu at alpha 1 is elu, log_sigmoid(x) is
-softplus(-x) and selu was made for variance 1 are three identities that it misses. Source of the printed values: `_nonlin_gamma` of
deepmind-research/nfnets and pytorch-image-models, timm/models/nfnet.py.
"""

from proofs_check.claim.sentence_claim import Wrong, sentence_claim
from proofs_check.ledger.papers import GAINS

PRINTED = {
    "celu": "1.270926833152771",
    "elu": "1.2716004848480225",
    "gelu": "1.7015043497085571",
    "leaky_relu": "1.70590341091156",
    "log_sigmoid": "1.9193484783172607",
    "relu": "1.7139588594436646",
    "relu6": "1.7131484746932983",
    "selu": "1.0008515119552612",
    "sigmoid": "4.803835391998291",
    "silu": "1.7881293296813965",
    "softplus": "1.9203323125839233",
    "softsign": "2.338853120803833",
    "tanh": "1.5939117670059204",
}
TRUE = {
    "celu": "1.2708434178501964761",
    "elu": "1.2708434178501964761",
    "gelu": "1.7009262433633331195",
    "leaky_relu": "1.7048316271773366515",
    "log_sigmoid": "1.9191259801076564035",
    "relu": "1.7128585504496627056",
    "relu6": "1.7128585549723952636",
    "selu": "1",
    "sigmoid": "4.8013133720399621815",
    "silu": "1.7871872221004419820",
    "softplus": "1.9191259801076564035",
    "softsign": "2.3375333631085396599",
    "tanh": "1.5925374197228314278",
}


def _near(name: str, value: str, error: str) -> str:
    return f"for s = {name}: abs(1/sqrt(Var[s]) - {value}) <= {error}"


claim = sentence_claim(
    "G1",
    "Forward std gains of thirteen activations to twenty digits; printed gammas are right to three",
    {name: _near(name, value, "10^-19") for name, value in TRUE.items()},
    paper=GAINS,
    remarks=__doc__,
    wrong=[
        Wrong(
            _near(name, value, "10^-5"),
            f"gamma of {name} as printed, to five decimals",
            erratum=f"timm/models/nfnet.py and deepmind-research/nfnets, _nonlin_gamma: {name} = {value} is sampled; {TRUE[name]}",
            part=name,
        )
        for name, value in PRINTED.items()
    ],
)
