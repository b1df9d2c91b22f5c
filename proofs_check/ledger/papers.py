"""The papers whose statements the ledger holds."""

from proofs_check.claim.claim import Paper

ISOMETRY = Paper(
    "A",
    "Joudaki, Daneshmand, Bach: On the impact of activation and normalization in obtaining isometric embeddings at "
    "initialization. NeurIPS 2023, arXiv 2305.18399",
)
FIXED_POINTS = Paper(
    "A'",
    "Joudaki, Hofmann: Emergence of globally attracting fixed points in deep neural networks with nonlinear "
    "activations. AISTATS 2025, arXiv 2410.20107",
)
WEINGARTEN = Paper(
    "W",
    "Collins, Sniady: Integration with respect to the Haar measure on unitary, orthogonal and symplectic group. "
    "Comm. Math. Phys. 264 (2006) 773-795; Collins, Matsumoto: On some properties of orthogonal Weingarten functions. "
    "J. Math. Phys. 50 (2009) 113516",
)
BATCH_NORM = Paper(
    "B",
    "Meterez, Joudaki, Orabona, Immer, Raetsch, Daneshmand: Towards training without depth limits: batch normalization "
    "without gradient explosion. ICLR 2024, arXiv 2310.02012",
)
COVARIANCE_SDE = Paper(
    "D",
    "Li, Nica, Roy: The neural covariance SDE: shaped infinite depth-and-width networks at initialization. "
    "NeurIPS 2022, arXiv 2206.02768; Li, Nica: Differential equation scaling limits of shaped and unshaped neural "
    "networks. TMLR, arXiv 2310.12079",
)
RECENTERING = Paper(
    "C",
    "Nachum, Bondaschi, Gastpar, Khina: Batch normalization decomposed. arXiv 2412.02843",
)
ORTHOGONALIZATION = Paper(
    "P",
    "Daneshmand, Joudaki, Bach: Batch normalization orthogonalizes representations in deep random networks. "
    "NeurIPS 2021, arXiv 2106.03970",
)
NETWORKS = Paper(
    "N",
    "Networks as words: Pennington, Schoenholz, Ganguli, NeurIPS 2017 (Jacobians); Jacot, Gabriel, Hongler, NeurIPS 2018, and "
    "Hayou, Doucet, Rousseau, arXiv 1905.13654 (tangent kernels); Hanin, Nica, CMP 376 (2020) (finite width); Kedia et al., "
    "arXiv 2403.09635 (DeepScaleLM); statements as derived in each claim",
)
