"""The papers whose statements the ledger holds."""

from proofs_check.claim.claim import Paper

ISOMETRY = Paper(
    "A",
    "Joudaki, Daneshmand, Bach: On the impact of activation and normalization in obtaining isometric embeddings at "
    "initialization. NeurIPS 2023, arXiv 2305.18399",
    """@inproceedings{joudaki2023isometry,
  author = {Joudaki, Amir and Daneshmand, Hadi and Bach, Francis},
  title = {On the impact of activation and normalization in obtaining isometric embeddings at initialization},
  booktitle = {Advances in Neural Information Processing Systems},
  year = {2023},
  eprint = {2305.18399},
  archiveprefix = {arXiv}
}""",
    restated=True,
)
FIXED_POINTS = Paper(
    "A'",
    "Joudaki, Hofmann: Emergence of globally attracting fixed points in deep neural networks with nonlinear "
    "activations. AISTATS 2025, arXiv 2410.20107",
    """@inproceedings{joudaki2025emergence,
  author = {Joudaki, Amir and Hofmann, Thomas},
  title = {Emergence of globally attracting fixed points in deep neural networks with nonlinear activations},
  booktitle = {International Conference on Artificial Intelligence and Statistics (AISTATS)},
  year = {2025},
  eprint = {2410.20107},
  archiveprefix = {arXiv}
}""",
)
WEINGARTEN = Paper(
    "W",
    "Collins, Sniady: Integration with respect to the Haar measure on unitary, orthogonal and symplectic group. "
    "Comm. Math. Phys. 264 (2006) 773-795; Collins, Matsumoto: On some properties of orthogonal Weingarten functions. "
    "J. Math. Phys. 50 (2009) 113516",
    """@article{collins2006integration,
  author = {Collins, Beno{\\^\\i}t and {\\'S}niady, Piotr},
  title = {Integration with respect to the {Haar} measure on unitary, orthogonal and symplectic group},
  journal = {Communications in Mathematical Physics},
  volume = {264},
  pages = {773--795},
  year = {2006}
}

@article{collins2009some,
  author = {Collins, Beno{\\^\\i}t and Matsumoto, Sho},
  title = {On some properties of orthogonal {Weingarten} functions},
  journal = {Journal of Mathematical Physics},
  volume = {50},
  pages = {113516},
  year = {2009}
}""",
)
BATCH_NORM = Paper(
    "B",
    "Meterez, Joudaki, Orabona, Immer, Raetsch, Daneshmand: Towards training without depth limits: batch normalization "
    "without gradient explosion. ICLR 2024, arXiv 2310.02012",
    """@inproceedings{meterez2024towards,
  author = {Meterez, Alexandru and Joudaki, Amir and Orabona, Francesco and Immer, Alexander and R{\\"a}tsch, Gunnar and Daneshmand, Hadi},
  title = {Towards training without depth limits: batch normalization without gradient explosion},
  booktitle = {International Conference on Learning Representations},
  year = {2024},
  eprint = {2310.02012},
  archiveprefix = {arXiv}
}""",
    restated=True,
)
COVARIANCE_SDE = Paper(
    "D",
    "Li, Nica, Roy: The neural covariance SDE: shaped infinite depth-and-width networks at initialization. "
    "NeurIPS 2022, arXiv 2206.02768; Li, Nica: Differential equation scaling limits of shaped and unshaped neural "
    "networks. TMLR, arXiv 2310.12079",
    """@inproceedings{li2022neural,
  author = {Li, Mufan and Nica, Mihai and Roy, Daniel M.},
  title = {The neural covariance {SDE}: shaped infinite depth-and-width networks at initialization},
  booktitle = {Advances in Neural Information Processing Systems},
  year = {2022},
  eprint = {2206.02768},
  archiveprefix = {arXiv}
}

@article{li2023differential,
  author = {Li, Mufan and Nica, Mihai},
  title = {Differential equation scaling limits of shaped and unshaped neural networks},
  journal = {Transactions on Machine Learning Research},
  eprint = {2310.12079},
  archiveprefix = {arXiv}
}""",
    restated=True,
)
RECENTERING = Paper(
    "C",
    "Nachum, Bondaschi, Gastpar, Khina: Batch normalization decomposed. arXiv 2412.02843",
    """@misc{nachum2024batch,
  author = {Nachum, Ido and Bondaschi, Marco and Gastpar, Michael and Khina, Anatoly},
  title = {Batch normalization decomposed},
  year = {2024},
  eprint = {2412.02843},
  archiveprefix = {arXiv}
}""",
    restated=True,
)
ORTHOGONALIZATION = Paper(
    "P",
    "Daneshmand, Joudaki, Bach: Batch normalization orthogonalizes representations in deep random networks. "
    "NeurIPS 2021, arXiv 2106.03970; Joudaki, Daneshmand, Bach: On bridging the gap between mean field and finite width in deep "
    "random neural networks with batch normalization. ICML 2023",
    """@inproceedings{daneshmand2021batch,
  author = {Daneshmand, Hadi and Joudaki, Amir and Bach, Francis},
  title = {Batch normalization orthogonalizes representations in deep random networks},
  booktitle = {Advances in Neural Information Processing Systems},
  year = {2021},
  eprint = {2106.03970},
  archiveprefix = {arXiv}
}

@inproceedings{joudaki2023bridging,
  author = {Joudaki, Amir and Daneshmand, Hadi and Bach, Francis},
  title = {On bridging the gap between mean field and finite width in deep random neural networks with batch normalization},
  booktitle = {International Conference on Machine Learning},
  year = {2023}
}""",
    restated=True,
)
NETWORKS = Paper(
    "N",
    "Networks as words: Pennington, Schoenholz, Ganguli, NeurIPS 2017 (Jacobians); Jacot, Gabriel, Hongler, NeurIPS 2018, and "
    "Hayou, Doucet, Rousseau, arXiv 1905.13654 (tangent kernels); Hanin, Nica, CMP 376 (2020) (finite width); Kedia et al., "
    "arXiv 2403.09635 (DeepScaleLM); statements as derived in each claim",
)
GAINS = Paper(
    "G",
    "Gains in use: Brock, De, Smith, ICLR 2021, and pytorch-image-models (gammas); torch.nn.init.calculate_gain; unit scaling "
    "(graphcore-research); DKS (google-deepmind); Keras, TensorFlow and jax initialisers; figures as printed in their sources",
    bibtex="""@inproceedings{brock2021characterizing,
  author = {Brock, Andrew and De, Soham and Smith, Samuel L.},
  title = {Characterizing signal propagation to close the performance gap in unnormalized {ResNets}},
  booktitle = {International Conference on Learning Representations},
  year = {2021}
}""",
)
KEYS = frozenset(value.key for value in tuple(globals().values()) if isinstance(value, Paper))
"""The short names of the papers, as the command line takes them."""
