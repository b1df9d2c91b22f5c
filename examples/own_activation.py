"""An activation of one's own, end to end: what is known of it, which rate is proved, how deep a network may be.

python examples/own_activation.py "max(x,0)+0.1*min(x,0)"
"""

from __future__ import annotations

import sys
from fractions import Fraction

from haarmite import depth_to_reach, derive


def report(text: str) -> dict[str, str]:
    """Return what a text writes down, as name -> value; every digit is proved."""
    profile = derive(text)
    rms, layer_norm, bound = profile.rms_norm, profile.layer_norm, profile.rms_norm.rate
    found = {
        "activation": profile.activation.text,
        "c_0 .. c_3": ", ".join(profile.hermite.coefficient(k).decimal(12) for k in range(4)),
        "kernel map": str(rms.kernel.expression),
        "beta_0": layer_norm.kernel.nonlinearity_strength.decimal(20),
        "slope at one": rms.kernel.slope_at_one.decimal(20),
    }
    if bound is not None:
        milli, half = Fraction(1, 1000), Fraction(1, 2)
        found |= {
            "case": f"{bound.case}: {bound.statement}",
            "rho*": bound.limit.decimal(20),
            "layers to within 1/1000 of rho*, proved": str(bound.depth_to_reach(milli, half)),
            "layers to within 1/1000 of rho*, taken": str(depth_to_reach(rms.kernel, milli, half, rms.points)),
        }
    return found


def main() -> None:
    """Print the report of the text on the command line."""
    for name, value in report(sys.argv[1] if len(sys.argv) > 1 else "max(x,0) + 0.1*min(x,0)").items():
        print(f"{name:42} {value}")


if __name__ == "__main__":
    main()
