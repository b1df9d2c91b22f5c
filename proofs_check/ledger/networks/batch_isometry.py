"""N12. Behind layer norm, at infinite width, no depth makes a batch less isometric: det, gap and both extreme eigenvalues at every n.

Proof: kappa(G) = sum_{k>=1} p_k G^(k), the powers taken entry by entry. det G^(k) >= det G (Oppenheim), the eigenvalues of G^(k) lie between those of G
(Schur), and det^(1/n), mineig and maxeig are concave or convex in the mean with weights p_k; then induction on the depth. A12 is the sharper bound
of one layer. Under RMS norm it fails at once, as the constant term pulls all entries to 1. Source: [A] (gap, large depth); this project.
"""

from proofs_check.claim.sentence_claim import Wrong, sentence_claim
from proofs_check.ledger.activation_cases import ACTIVATIONS
from proofs_check.ledger.papers import NETWORKS

_ALL = "for every activation s, l >= 0, n >= 1, every Gram matrix G of size n: "

claim = sentence_claim(
    "N12",
    "Layer norm makes no batch less isometric at any depth: determinant, gap, smallest and largest eigenvalue",
    {
        "determinant": _ALL + "det(kappa^l(G)) >= det G",
        "gap": _ALL + "gap(kappa^l(G)) <= gap(G)",
        "smallest": _ALL + "mineig(kappa^l(G)) >= mineig(G)",
        "largest": _ALL + "maxeig(kappa^l(G)) <= maxeig(G)",
    },
    paper=NETWORKS,
    remarks=__doc__,
    cases={"s": ACTIVATIONS},
    wrong=[
        Wrong(
            "for every activation s, n >= 1, every Gram matrix G of size n: det(rms(G)) >= det G",
            "with RMS norm",
            part="determinant",
        ),
        Wrong("for every activation s, every Gram matrix G of size 3: gap(kappa(G)) <= gap(G)/2", "halved", part="gap"),
        Wrong(
            "for every activation s, n >= 2, every Gram matrix G of size n: mineig(rms(G)) >= mineig(G)",
            "smallest, with RMS norm",
            part="smallest",
        ),
        Wrong(
            "for every activation s, n >= 2, every Gram matrix G of size n: maxeig(rms(G)) <= maxeig(G)",
            "largest, with RMS norm",
            part="largest",
        ),
    ],
)
