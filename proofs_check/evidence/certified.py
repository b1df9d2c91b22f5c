"""The certified rung: what the interval prover found, and what a ball of a slack says, as evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import flint

from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.plot import Plot
from proofs_check.evidence.slack_plot import kernel_slack_plot, slack_plot
from proofs_check.evidence.step import Refutation, Step
from proofs_check.evidence.verdict import Rung, Verdict
from proofs_check.interval.certificate import Certificate
from proofs_check.interval.contraction import MonotoneProof
from proofs_check.interval.number import is_writable, number_ball, number_certificate
from proofs_check.interval.search import Proof, Witness


def from_proof(proof: Proof, what: str) -> Evidence:
    """Return the evidence of a branch-and-bound proof: certified with its certificate, refuted with its point, or open."""
    if proof.verdict == "refuted" and proof.witness is not None:
        point = ", ".join(f"{name} = {value}" for name, value in proof.witness.point)
        witness = f"{point}: slack {proof.witness.value}"
        return Evidence(
            Verdict.REFUTED,
            Rung.CERTIFIED,
            f"{what}: a ball is negative",
            witness=witness,
            cells=proof.evaluations,
            plots=_plots(slack_plot(proof.witness.claim)),
            steps=(Step(what, False, witness, Refutation(proof.witness.claim, _point(proof.witness))),),
        )
    if proof.verdict == "certified":
        sharpness = None
        if proof.slack is not None:
            at = ", ".join(f"{float(x):.4g}" for x in proof.slack.at)
            sharpness = Figure(f"least slack away from the zeros, near {at}", f"{float(proof.slack.upper):.4g}")
        return Evidence(
            Verdict.CERTIFIED,
            Rung.CERTIFIED,
            f"{what}: {proof.cells} cells",
            sharpness=sharpness,
            certificates=_certificates(proof),
            cells=proof.cells,
            plots=_plots(slack_plot(_stated(proof))),
        )
    return Evidence(Verdict.INCONCLUSIVE, Rung.CERTIFIED, f"{what}: {proof.reason}", cells=proof.evaluations)


def _point(witness: Witness) -> tuple[str, ...]:
    return tuple(str(value) for _, value in witness.point)


def _stated(proof: Proof) -> str:
    """Return the claim of a certified proof in the variables it was stated in, before any substitution."""
    original = None if proof.certificate is None else proof.certificate.document["original"]
    return proof.claim if original is None else str(original["claim"])


def _plots(plot: Plot | None) -> tuple[Plot, ...]:
    return () if plot is None else (plot,)


def _certificates(proof: Proof | MonotoneProof) -> tuple[Certificate, ...]:
    return () if proof.certificate is None else (proof.certificate,)


def together(parts: Sequence[Evidence]) -> Evidence:
    """Return one evidence for several positive parts of a proof, with the certificates of all and the first one's figures."""
    return replace(
        parts[0],
        summary="; ".join(part.summary for part in parts),
        cells=sum(part.cells for part in parts),
        certificates=tuple(certificate for part in parts for certificate in part.certificates),
    )


def from_monotone(proof: MonotoneProof, what: str) -> Evidence:
    """Return the evidence of a proof by two increasing functions."""
    if proof.verdict == "refuted" and proof.witness is not None:
        witness = f"r = {proof.witness[0]}: slack {proof.witness[1]}"
        return Evidence(Verdict.REFUTED, Rung.CERTIFIED, f"{what}: a ball is negative", witness=witness)
    if proof.verdict == "certified":
        return Evidence(
            Verdict.CERTIFIED,
            Rung.CERTIFIED,
            f"{what}: {len(proof.cells)} cells, by monotonicity",
            certificates=_certificates(proof),
            cells=len(proof.cells),
            plots=() if proof.certificate is None else _plots(kernel_slack_plot(proof.certificate)),
        )
    where = "" if proof.resisting is None else f" on [{proof.resisting[0]}, {proof.resisting[1]}]"
    return Evidence(Verdict.INCONCLUSIVE, Rung.CERTIFIED, f"{what}: undecided{where}")


def from_slack(
    slack: flint.arb,
    what: str,
    where: str,
    *figures: Figure,
    sharpness: Figure | None = None,
    number: str | None = None,
) -> Evidence:
    """Return what a ball of a slack says of slack >= 0: certainly true, certainly false, or cannot tell.

    With `number`, the slack in closed form as text, a certified slack comes with the certificate of ``number >= 0``; without it
    (or where the text is too long for one) the word rests on the check's own code and Arb.

    Raises
    ------
    TypeError
        If the slack is no ball: a double or a SymPy number has no error, and certifies nothing.
    ArithmeticError
        If the closed form is another number than the slack.
    """
    if not isinstance(slack, flint.arb):
        raise TypeError(f"from_slack needs a ball (flint.arb), got {type(slack).__name__} {slack!r}.")
    if slack >= 0:
        certificates = () if number is None or not is_writable(number) else _of_number(number, slack)
        summary = f"{what}: the ball is nonnegative"
        return Evidence(Verdict.CERTIFIED, Rung.CERTIFIED, summary, figures, sharpness, certificates=certificates)
    if slack < 0:
        witness = f"{where}: slack {slack.str(10)}"
        return Evidence(Verdict.REFUTED, Rung.CERTIFIED, f"{what}: the ball is negative", figures, sharpness, witness)
    reason = f"{what}: the ball holds 0; more digits, or an exact comparison, would decide"
    return Evidence(Verdict.INCONCLUSIVE, Rung.CERTIFIED, reason, figures, sharpness)


def _of_number(number: str, slack: flint.arb) -> tuple[Certificate, ...]:
    """Return the certificate of a slack's closed form, which has to be the same number."""
    if not number_ball(number, 192).overlaps(slack):
        raise ArithmeticError(
            f"from_slack needs the closed form of its slack, got {slack.str(10)} and {number[:80]!r}."
        )
    certificate = number_certificate(number)
    return () if certificate is None else (certificate,)
