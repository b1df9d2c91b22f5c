"""The papers whose statements the ledger holds."""

from proofs_check.claim import Paper

ISOMETRY = Paper(
    "A",
    "Joudaki, Daneshmand, Bach: On the impact of activation and normalization in obtaining isometric embeddings at "
    "initialization. NeurIPS 2023, arXiv 2305.18399",
)
FIXED_POINTS = Paper(
    "A'",
    "Joudaki, Hofmann: Emergence of globally attracting fixed points in deep neural networks with nonlinear "
    "activations. arXiv 2410.20107",
)
WEINGARTEN = Paper(
    "W",
    "Collins, Sniady: Integration with respect to the Haar measure on unitary, orthogonal and symplectic group. "
    "Comm. Math. Phys. 264 (2006) 773-795; Collins, Matsumoto: On some properties of orthogonal Weingarten functions. "
    "J. Math. Phys. 50 (2009) 113516",
)
