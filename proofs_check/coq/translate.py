"""A certificate as a Coq file: the claim as a theorem, its domain as hypotheses, its zeros by signs of derivatives.

The theorem's statement is written from the claim's text alone (`tape_text.py`); the certificate's cells and zeros, and
SymPy's derivatives, are only hints for the script. With ``original`` in the certificate (a cosine substitution), both
the claim in the new variable and the claim in the old one are theorems.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import sympy

from proofs_check.coq.cell_proof import SlackProof
from proofs_check.coq.expression import UnsupportedError, coq_name
from proofs_check.coq.series import kernel_theorem
from proofs_check.coq.source import Source, Theorem
from proofs_check.coq.tape_text import coq_of_tape, rational
from proofs_check.coq.zero_value import vanishes
from proofs_check.evidence.step import Refutation
from proofs_check.interval.statement import Statement, parse_statement
from proofs_check.interval.tape import Tape, TapeBuilder

EXPORTED = ("cells", "tree", "derivative_sign", "kernel")
"""The kinds of certificates that have a Coq theorem; numbers and arguments (`checker/arguments.py`) have none."""


def source_of_certificate(document: Mapping[str, Any], name: str, words: str) -> Source:
    """Return the Coq file of a certificate.

    Parameters
    ----------
    document : mapping
        A certificate's document, as `certificate.py` describes it.
    name : str
        A Coq identifier, the name of the file and of its theorem.
    words : str
        What is stated, in the words of the ledger.

    Raises
    ------
    UnsupportedError
        If the claim cannot be written or the tactics cannot do it; the message names what.

    Examples
    --------
    >>> from proofs_check.interval.prover import prove
    >>> certificate = prove("exp(x) >= 1 + x/2 for x in [0, 1]").certificate
    >>> print(source_of_certificate(certificate.document, "E1", "").theorems[0].statement)
      forall x : R, 0 <= x <= 1 ->
      0 <= exp x - (1 + x / 2)
    """
    kind = document.get("kind")
    if kind == "kernel":
        theorem = kernel_theorem(document, name, words)
        return Source(name, words, "lemmas", (theorem,))
    if kind not in EXPORTED:
        raise UnsupportedError(f"a certificate of kind {kind!r}")
    statement = parse_statement(str(document["claim"]))
    if kind == "cells":
        theorem = _cells(document, statement, name, words)
    elif kind == "derivative_sign":
        theorem = _derivative_sign(document, statement, name, words)
    else:
        theorem = _tree(document, statement, name, words)
    theorems: tuple[Theorem, ...] = (theorem,)
    if document.get("original"):
        theorems = (theorem, _in_the_old_variable(document, statement, name, words))
    return Source(name, words, "lemmas", theorems)


def statement_text(statement: Statement) -> str:
    """Return the theorem's statement: for all variables in the box, the smaller side is at most the larger."""
    names = [coq_name(variable) for variable in statement.variables]
    ranges = [_range(name, low, high) for name, (low, high) in zip(names, statement.box, strict=True)]
    hypotheses = "".join(f" {r} ->" for r in ranges if r)
    small, large = _sides(statement, names)
    relation = "<" if statement.strict else "<="
    return f"  forall {' '.join(names)} : R,{hypotheses}\n  {small} {relation} {large}"


def _sides(statement: Statement, names: list[str]) -> tuple[str, str]:
    left, right = (coq_of_tape(_tape_of_side(side, statement), names) for side in (statement.left, statement.right))
    return (right, left) if statement.relation.startswith(">") else (left, right)


def _tape_of_side(text: str, statement: Statement) -> Tape:
    builder = TapeBuilder(statement.variables)
    position = builder.read(text)
    tape = builder.tape()
    return Tape(tape.instructions[: position + 1], tape.variables)


def _range(name: str, low: Fraction | None, high: Fraction | None) -> str:
    if low is None:
        return "" if high is None else f"{name} <= {rational(high)}"
    return f"{rational(low)} <= {name}" + ("" if high is None else f" <= {rational(high)}")


def _to_slack(statement: Statement) -> str:
    return f"apply {'slack_positive' if statement.strict else 'slack_nonneg'}"


def _cells(document: Mapping[str, Any], statement: Statement, name: str, words: str) -> Theorem:
    low, high = statement.box[0]
    if low is None or high is None:
        raise UnsupportedError("cells of an unbounded interval")
    x = coq_name(statement.variables[0])
    if statement.strict:
        script = f"  intros {x} H{x}. {_to_slack(statement)}. bounded {x}."
        return Theorem(name, words, statement_text(statement), script)
    zeros = [(Fraction(zero["at"]), int(zero["order"])) for zero in document.get("zeros", [])]
    proof = SlackProof(name, statement.tape(), x, low, high)
    script = (
        f"  intros {x} H{x}. pose proof ({name}_holds {x} H{x}) as holds. unfold {name}_slack in holds.\n"
        "  first [exact holds | apply slack_nonneg; first [exact holds | apply (Rle_trans _ _ _ holds); right; ring] | lra]."
    )
    return Theorem(name, words, statement_text(statement), script, proof.preamble(zeros))


def _derivative_sign(document: Mapping[str, Any], statement: Statement, name: str, words: str) -> Theorem:
    x = coq_name(statement.variables[0])
    low, high = statement.box[0]
    from_low = document["end"] == "low"
    end = low if from_low else high
    if end is None:
        raise UnsupportedError("a derivative argument from an infinite end")
    derivative = _tape_of_side(str(document["derivative"]), statement)
    distance = f"({x} - ({rational(end)}))" if from_low else f"(({rational(end)}) - {x})"
    rules = {
        (True, True): ("on_right_ray", "rises"),
        (True, False): ("from_left_end", "rises"),
        (False, True): ("on_left_ray", "falls"),
        (False, False): ("from_right_end", "falls"),
    }
    rule, change = rules[from_low, (high if from_low else low) is None]
    # The derivative's sign is evident in y, the distance from the end.
    place = f"({rational(end)}) + y" if from_low else f"({rational(end)}) - y"
    preamble = "\n\n".join(
        [
            f"Definition {name}_slack ({x} : R) : R :=\n  {coq_of_tape(statement.tape(), [x])}.",
            f"Definition {name}_derivative ({x} : R) : R :=\n  {coq_of_tape(derivative, [x])}.",
        ]
    )
    conclusion = f"0 <= {name}_derivative {x}" if from_low else f"{name}_derivative {x} <= 0"
    sign = (
        f"assert (0 <= {distance}) by lra; set (y := {distance}) in *; "
        f"assert (E : {x} = {place}) by (unfold y; lra); clearbody y; subst {x}; "
        f"unfold {name}_derivative; {_sign_script(from_low)}"
    )
    script = "\n".join(
        [
            f"  cut ({_box_prefix(x, low, high)} 0 <= {name}_slack {x}).",
            f"  {{ intros all {x} H{x}. pose proof (all {x} H{x}) as holds. unfold {name}_slack in holds. lra. }}",
            f"  apply {rule}.",
            f"  - {vanishes(f'{name}_slack', statement.tape(), end)}",
            f"  - intros {x} H{x}. unfold {change}. exists ({name}_derivative {x}). split.",
            f"    + unfold {name}_slack, {name}_derivative. auto_derive; [defined_here | unfold Rdiv; field; defined_here].",
            f"    + assert ({conclusion}) by ({sign}). assumption.",
        ]
    )
    return Theorem(name, words, statement_text(statement), script, preamble)


def _sign_script(from_low: bool) -> str:
    if from_low:
        return "ring_simplify_denominators; evident_sign"
    return "match goal with |- ?e <= 0 => assert (0 <= - e); [| lra] end; ring_simplify_denominators; evident_sign"


def _box_prefix(x: str, low: Fraction | None, high: Fraction | None) -> str:
    return f"forall {x} : R, {_range(x, low, high)} ->"


def _tree(document: Mapping[str, Any], statement: Statement, name: str, words: str) -> Theorem:
    if document.get("zeros") or document.get("corners"):
        raise UnsupportedError("zeros of a claim in several variables")
    names = [coq_name(variable) for variable in statement.variables]
    bisected = ", ".join(f"i_bisect {x}" for x in names)
    script = (
        f"  intros {' '.join(names)} {' '.join(f'H{x}' for x in names)}. {_to_slack(statement)}. elementary.\n"
        f"  first [interval with ({bisected}, i_depth 12) | interval with ({bisected}, i_autodiff {names[0]}, i_depth 16)]."
    )
    return Theorem(name, words, statement_text(statement), script)


def _in_the_old_variable(document: Mapping[str, Any], statement: Statement, name: str, words: str) -> Theorem:
    """Return the claim before the substitution rho = cos(pi t), from the one after it."""
    original = document["original"]
    old = parse_statement(str(original["claim"]))
    by = str(original["by"]).replace(" ", "")
    t, rho = statement.variables[0], str(original["variable"])
    if by != f"cos(pi*{t})" or old.variables != (rho,) or len(statement.variables) != 1:
        raise UnsupportedError(f"a substitution other than {rho} = cos(pi*t): {original['by']}")
    (low, high), (t_low, t_high) = old.box[0], statement.box[0]
    if low is None or high is None or t_low is None or t_high is None:
        raise UnsupportedError("a substitution on an unbounded interval")
    x, u = coq_name(rho), coq_name(t)
    ends = []
    for fact, turn in (("at_low", t_low), ("at_high", t_high)):
        value = sympy.cos(sympy.pi * sympy.Rational(turn.numerator, turn.denominator))
        if not value.is_Rational:
            raise UnsupportedError(f"an end of the interval whose cosine is not rational: {turn}")
        term = rational(Fraction(int(value.p), int(value.q)))
        ends.append(f"  assert ({fact} : cos (PI * ({rational(turn)})) = {term}) by special.")
    script = "\n".join(
        [
            f"  apply (by_cosine (fun {x} : R => _)); [lra | lra |].",
            f"  intros {u} H{u} Hcos. cbv beta. pose proof PI_RGT_0.",
            *ends,
            f"  assert (left_of : {rational(t_low)} <= {u}) by (apply turns_between; lra).",
            f"  assert (right_of : {u} <= {rational(t_high)}) by (apply turns_between; lra).",
            f"  rewrite ?asin_of_turn, ?acos_of_turn, ?sqrt_of_turn by exact H{u}.",
            f"  pose proof ({name} {u} (conj left_of right_of)) as holds.",
            f"  {_to_slack(old)}.",
            "  match type of holds with ?zero <= ?slack =>",
            "    match goal with |- 0 <= ?e => replace e with (slack - zero) by (field; defined_here); lra end",
            "  end.",
        ]
    )
    return Theorem(f"{name}_in_{x}", f"{words} [before the substitution]", statement_text(old), script)


def source_of_refutation(refutation: Refutation, name: str, words: str) -> Source:
    """Return the file that states a counterexample: a point of the box where the claimed inequality fails.

    Raises
    ------
    UnsupportedError
        If the claim cannot be written.
    """
    statement = parse_statement(refutation.claim)
    names = [coq_name(variable) for variable in statement.variables]
    small, large = _sides(statement, names)
    ranges = [_range(x, low, high) for x, (low, high) in zip(names, statement.box, strict=True)]
    relation = "<=" if statement.strict else "<"
    conclusion = f"{large} {relation} {small}"
    parts = " /\\ ".join([*(r for r in ranges if r), conclusion])
    points = ", ".join(f"({rational(Fraction(x))})" for x in refutation.point)
    strictly = "Rminus_le" if statement.strict else "Rminus_lt"
    theorem = Theorem(
        f"{name}_fails",
        f"{words}\nCounterexample to: {refutation.claim}",
        f"  exists {' '.join(names)} : R, {parts}",
        f"  exists {points}. repeat split; first [lra | apply {strictly}; elementary; interval with (i_prec 100)].",
    )
    return Source(name, words, "lemmas", (theorem,))
