"""Evidence: what one check found on one case, with its figures, witness, certificate and cost."""

from __future__ import annotations

from dataclasses import dataclass

from proofs_check.evidence.coq_outcome import KernelCheck
from proofs_check.evidence.plot import Plot
from proofs_check.evidence.step import Step
from proofs_check.evidence.verdict import MAY_SAY, Rung, Verdict
from proofs_check.interval.certificate import Certificate


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its error, as text that loses nothing: ``value +- error``.

    Parameters
    ----------
    name : str
        What the number is, in the words of the claim.
    value : str
        Decimal text, or an exact expression.
    error : str
        Radius of the enclosure, standard error, or ``"0"`` for an exact number.
    """

    name: str
    value: str
    error: str = "0"

    def __str__(self) -> str:
        return f"{self.name} {self.value}" + (f" +- {self.error}" if self.error != "0" else "")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one check says of one statement on one case.

    Parameters
    ----------
    verdict, rung
        The rung must be allowed to give the verdict (`proofs_check.evidence.verdict.MAY_SAY`).
    summary : str
        One line: how the verdict was reached, or why it was not and what would decide.
    figures : tuple of Figure
    sharpness : Figure or None
        The slack of an inequality and where, the agreeing digits of an equality, or the best constant.
    witness : str or None
        What contradicts the statement; given exactly when the verdict is refuted.
    certificates : tuple of Certificate
        Documents that the independent checker accepts, one for each part of the proof that it can check.
    error_probability : float
        Bound on the chance that samples refute a true statement; 0 for the other rungs.
    samples, cells : int
        The cost: random draws used, boxes visited.
    plots : tuple of Plot
        What the check saw, as data for the report: a trajectory against its prediction, the slack along the domain, a law
        against samples.
    steps : tuple of Step
        The steps of a derivation, each with what it says, so that a proof assistant can be asked.
    kernel : tuple of KernelCheck
        What a proof assistant said of them and of the certificate, if it was asked.
    silent : bool
        Whether the statement (or the part of it that the check is about) does not speak of the case; only of inconclusive
        evidence. Such a case does not weaken a claim.

    Raises
    ------
    ValueError
        If the rung may not give the verdict, a refutation comes without a witness, or a verdict is given in silence.
    """

    verdict: Verdict
    rung: Rung
    summary: str
    figures: tuple[Figure, ...] = ()
    sharpness: Figure | None = None
    witness: str | None = None
    certificates: tuple[Certificate, ...] = ()
    error_probability: float = 0.0
    samples: int = 0
    cells: int = 0
    plots: tuple[Plot, ...] = ()
    steps: tuple[Step, ...] = ()
    kernel: tuple[KernelCheck, ...] = ()
    silent: bool = False

    def __post_init__(self) -> None:
        if self.verdict not in MAY_SAY[self.rung]:
            raise ValueError(f"Evidence needs a verdict its rung may give, got {self.verdict} from {self.rung}.")
        if (self.verdict is Verdict.REFUTED) != bool(self.witness and self.witness.strip()):
            raise ValueError(
                f"Evidence needs a witness exactly when it refutes, got {self.verdict} and {self.witness!r}."
            )

        if self.silent and self.verdict is not Verdict.INCONCLUSIVE:
            raise ValueError(f"Evidence needs to be inconclusive where the statement is silent, got {self.verdict}.")

    @property
    def refutes(self) -> bool:
        """Whether the statement was contradicted."""
        return self.verdict is Verdict.REFUTED
