"""W9. Moments below the order are those of the groups themselves: O(1), O(2), U(1), U(2), Sp(2).

O(1) = {1, -1}. O(2) is half rotations, half reflections by a uniform angle. U(1) is a uniform phase. U(2) is [[a, b],
[-w conj(b), w conj(a)]] with (a, b) uniform on the sphere of C^2 and w a uniform phase independent of it; Sp(2) = SU(2)
has w = 1. So every moment is a Beta integral, by which the tests find these numbers again. Here d is far below the order, where Wg is a
pseudo-inverse: the rational functions of d, where they are finite, give other numbers. Source: this project.
"""

from proofs_check.claim.sentence_claim import Wrong, sentence_claim
from proofs_check.ledger.papers import WEINGARTEN

claim = sentence_claim(
    "W9",
    "At integer d below the order the moments are those of O(1), O(2), U(1), U(2) and Sp(2): fourteen of them",
    {
        "O(1)": "E_O(1)[O[1,1]^6] = 1",
        "O(2)": "E_O(2)[O[1,1]^6] = 5/16, E_O(2)[O[1,1]*O[2,2]] = 0, E_O(2)[O[1,1]*O[2,2]*O[1,2]*O[2,1]] = -1/8, "
        "E_O(2)[O[1,1]^2*O[1,2]^2*O[2,1]^2*O[2,2]^2] = 3/128",
        "U(1)": "E_U(1)[abs(U[1,1])^6] = 1",
        "U(2)": "E_U(2)[abs(U[1,1])^6] = 1/4, E_U(2)[abs(U[1,1]*U[2,2]*U[1,2])^2] = 1/12, "
        "E_U(2)[abs(U[1,1]*U[1,2]*U[2,1]*U[2,2])^2] = 1/30, E_U(2)[U[1,1]*U[2,2]*conj(U[1,2]*U[2,1])] = -1/6, "
        "E_U(2)[U[1,1]*U[2,2]] = 0",
        "Sp(2)": "E_Sp(2)[S[1,1]*S[2,2]] = 1/2, E_Sp(2)[S[1,2]*S[2,1]] = -1/2, E_Sp(2)[abs(S[1,1])^6] = 1/4",
    },
    paper=WEINGARTEN,
    remarks=__doc__,
    wrong=[
        Wrong("E_O(2)[O[1,1]*O[2,2]] = 1/2", "SO(2) for O(2)", part="O(2)"),
        Wrong("E_U(2)[U[1,1]*U[2,2]] = 1/2", "SU(2) for U(2)", part="U(2)"),
        Wrong(
            "E_O(2)[O[1,1]^2*O[1,2]^2*O[2,1]^2*O[2,2]^2] = -23/384",
            "rational function below the degree, O",
            part="O(2)",
        ),
        Wrong(
            "E_U(2)[abs(U[1,1]*U[1,2]*U[2,1]*U[2,2])^2] = 13/90", "rational function below the degree, U", part="U(2)"
        ),
        Wrong("E_Sp(2)[abs(S[1,1])^6] = 2/5", "the moment of a real row", part="Sp(2)"),
        Wrong("E_U(1)[abs(U[1,1])^6] = 6", "the Gaussian moment", part="U(1)"),
        Wrong("E_O(1)[O[1,1]^6] = 15", "the Gaussian moment, O", part="O(1)"),
    ],
)
