"""Oracles: engines whose yes the kernel takes for a sentence. Their names stay in every theorem that rests on them.

An oracle is a function of the sentence (and of hints that shorten its work but are not believed). It answers True only if
the engine derives the sentence exactly as it stands; anything else, an exception included, is no theorem.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import Any

from theory.statement.sentence import Sentence


@dataclass(frozen=True, slots=True)
class Oracle:
    """An engine: what it decides, where it stands in the code, and what its answer rests on."""

    name: str
    decides: str
    home: str
    rests_on: str
    lemma: str | None = None

    def affirms(self, sentence: Sentence, hints: Mapping[str, Any]) -> bool:
        """Whether the engine derives the sentence."""
        module, _, function = self.home.partition(":")
        decide: Callable[..., bool] = getattr(import_module(module), function)
        return decide(sentence, **hints) is True


ORACLES: Mapping[str, Oracle] = MappingProxyType(
    {
        oracle.name: oracle
        for oracle in (
            Oracle(
                "Haar moments",
                "an equality or inequality between rational functions of the dimension and Haar means of entries or traces",
                "proofs_check.proof.haar_oracle:affirms",
                "Weingarten calculus of theory.haar in exact rational functions",
            ),
            Oracle(
                "interval certificate",
                "an inequality of elementary functions in one to three real variables on a box",
                "proofs_check.proof.certificate_oracle:affirms",
                "the independent checker of certificates (mpmath intervals), which reads goal and box from the sentence",
            ),
            Oracle(
                "balls",
                "a relation between closed terms whose activations are named",
                "proofs_check.proof.ball_oracle:affirms",
                "Arb balls; Hermite coefficients by quadrature with a proved remainder",
            ),
            Oracle(
                "Gaussian moments",
                "an equality between closed forms of a named activation's coefficients, moments and kernel maps",
                "proofs_check.proof.gaussian_oracle:affirms",
                "closed forms of theory.gaussian, each derived exactly and checked against a ball",
            ),
            Oracle(
                "Gram matrices",
                "an inequality between numbers of a Gram matrix of any size and of its image under a kernel map",
                "proofs_check.proof.gram_oracle:affirms",
                "theorems of Hadamard, Fischer, Gershgorin, Schur, Oppenheim and Minkowski; signs of polynomials on boxes",
            ),
            # --- extreme laws -----------------------------------------------------------------------------------------
            Oracle(
                "extreme laws",
                "a sentence that meets every activation through polynomials in its kernel maps, their derivatives and shares",
                "proofs_check.proof.extreme_laws:affirms",
                "the reduction of kernel maps to laws on the naturals; signs of polynomials on boxes, and of exponential sums in the degree",
            ),
            Oracle(
                "induction on depth",
                "a bound of an iterate kappa^l(r) or rms^l(r), or of a Moebius function of it, for every depth, that is a semigroup in l",
                "proofs_check.proof.depth_induction:affirms",
                "extreme laws for one layer, and the semigroup law in exact algebra",
            ),
        )
    }
)
"""The engines there are; a name outside this table makes no theorem."""
