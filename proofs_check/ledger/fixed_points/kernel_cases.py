"""What the claims about kernel maps share: which case an activation is in, kernels with given coefficients, depth bounds.

A kernel sum_k p_k r^k is the RMS-normalised map of the activation sum_k sqrt(p_k) he_k, so claims about kernels are
claims about activations, and a user's activation is judged by all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

import flint
import sympy as sp

from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.slack_plot import decay_plot
from proofs_check.evidence.symbolic import Derivation, cannot_say
from proofs_check.evidence.verdict import Rung, Verdict
from proofs_check.strategies import activations
from theory.activation import Activation
from theory.activation.catalogue import hermite_polynomial
from theory.activation.expression import Expression, number
from theory.activation.expression import sqrt as root
from theory.enclosure.ball import ball_of, working_bits
from theory.kernel_map.kernel_map import KernelMap
from theory.signal_propagation.fixed_point import Case, fixed_points

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

STARTS = (Fraction(-9, 10), Fraction(-1, 3), Fraction(1, 5), Fraction(9, 10), 1 - Fraction(1, 10**6))


def kernel_activation(*coefficients: Fraction | int | str) -> Activation:
    """Return sum_k sqrt(p_k) he_k, whose normalised kernel map is sum_k p_k r^k for p_k >= 0 of sum 1.

    Examples
    --------
    >>> kernel = KernelMap.normalised(kernel_activation("2/5", 0, "3/5"))
    >>> [str(kernel.coefficient(k)) for k in range(4)]
    ['2/5', '0', '3/5', '0']
    """
    powers = [Fraction(p) for p in coefficients]
    if any(p < 0 for p in powers) or sum(powers) != 1:
        raise ValueError(f"kernel_activation needs coefficients p_k >= 0 of sum 1, got {[str(p) for p in powers]}.")
    total: Expression | None = None
    for degree, p in enumerate(powers):
        if p:
            basis = hermite_polynomial(degree) if degree else number(1)
            term = basis if p == 1 else root(number(p)) * basis
            total = term if total is None else total + term
    assert total is not None  # the coefficients add to 1
    shown = " + ".join(f"{p} r^{k}" if k else str(p) for k, p in enumerate(powers) if p)
    return Activation(f"kernel {shown}", total)


QUADRATIC = kernel_activation("2/5", 0, "3/5")
"""kappa = 2/5 + 3/5 r^2: rho* = 2/3, slope 4/5 there and 6/5 at 1."""
MINIMAL_CRITICAL = kernel_activation("1/4", "1/2", "1/4")
"""kappa = (1 + r)^2/4: slope 1 at 1, the least curvature its p_0 + p_1 allow."""


@cache
def case_of(activation: Activation) -> Case | None:
    """Return the case of the RMS-normalised map."""
    return fixed_points(KernelMap.normalised(activation)).case


def in_case(case: Case) -> Callable[[Activation], str | None]:
    """Return the predicate that says why an activation is not in a case, or None."""

    def covers(activation: Activation) -> str | None:
        if activation.is_affine:
            return "it is affine"
        found = case_of(activation)
        return None if found == case else f"its RMS-normalised map is in case {found}, not {case}"

    return covers


def kernels(case: Case) -> SearchStrategy[Activation]:
    """Return a strategy for polynomial kernels of one case, up to degree 5.

    The weights of the powers from 1 on are drawn; p_0 is what the case asks of it: 0, more than, equal to or less than
    sum_k (k-1) p_k, at which the slope at 1 is 1.
    """
    from hypothesis import strategies as st

    def build(weights: list[int], share: int) -> Activation:
        balance = Fraction(sum((k - 1) * w for k, w in enumerate(weights, start=1)))
        constant = {1: Fraction(0), 2: balance * (1 + Fraction(share, 8)), 3: balance, 4: balance * Fraction(share, 8)}
        powers = [constant[case], *map(Fraction, weights)]
        return kernel_activation(*(p / sum(powers) for p in powers))

    weights = st.lists(st.integers(0, 6), min_size=2, max_size=5).filter(lambda w: any(w[1:]))
    return st.builds(build, weights, st.integers(1, 7))


def cases_of(case: Case) -> Callable[[], SearchStrategy[Activation]]:
    """Return what a claim about one case draws: kernels of that case, and now and then any activation."""

    def draw() -> SearchStrategy[Activation]:
        from hypothesis import strategies as st

        return st.one_of(kernels(case), kernels(case), activations())

    return draw


def trajectory(kernel: KernelMap, start: Fraction, depth: int, digits: int) -> Iterator[tuple[int, flint.arb]]:
    """Yield (l, ball of rho_l) for l = 1, ..., depth, from rho_0 = start exactly."""
    with working_bits(4 * digits):
        rho = ball_of(start)
    for layer in range(1, depth + 1):
        rho = kernel.ball(rho, digits)
        yield layer, rho


def judge_depth_bound(
    kernel: KernelMap,
    starts: Sequence[Fraction],
    depth: int,
    distance: Callable[[flint.arb], flint.arb],
    bound: Callable[[int, Fraction], flint.arb],
    *,
    what: str,
    digits: int = 60,
) -> Evidence:
    """Return whether distance(rho_l) <= bound(l, rho_0) for every start and every layer up to `depth`, by balls.

    Distances are computed from 60-digit balls: at 1 - rho = 1e-16 double precision would see violations that are none.
    """
    least: tuple[flint.arb, str] | None = None
    paths: dict[str, list[tuple[int, float, float]]] = {}
    for start in starts:
        try:
            for layer, rho in trajectory(kernel, start, depth, digits):
                with working_bits(4 * digits):
                    allowed = bound(layer, start)
                    away = distance(rho)
                    slack = 1 - away / allowed
                if not slack.is_finite() or slack.rad() > 1e-3:
                    break  # the distance is below the balls' accuracy
                paths.setdefault(f"rho_0 = {text_of(start)}", []).append(
                    (layer, float(away.mid()), float(allowed.mid()))
                )
                if least is None or slack.lower() < least[0].lower():
                    least = slack, f"rho_0 = {text_of(start)}, layer {layer}"
                if slack < 0:
                    plot = decay_plot(paths, "distance through the layers")
                    return replace(from_slack(slack, what, least[1]), plots=() if plot is None else (plot,))
        except ValueError as error:
            return cannot_say(Rung.CERTIFIED, f"{what}: {error}")
    if least is None:
        return cannot_say(Rung.CERTIFIED, f"{what}: no layer was resolved")
    sharpness = Figure(f"least 1 - distance/bound, at {least[1]}", least[0].str(4, radius=False))
    found = from_slack(least[0], f"{what}, {depth} layers from {len(starts)} starts", least[1], sharpness=sharpness)
    plot = decay_plot(paths, "distance through the layers")
    return found if plot is None else replace(found, plots=(plot,))


def is_quick(kernel: KernelMap) -> bool:
    """Whether a map is evaluated in about a millisecond, close to 1 too: closed forms without a bivariate integral."""
    if kernel.expression is None:
        return False
    return all(type(part).__name__ != "BivariateNormalCDF" for part in kernel.expression.atoms(sp.Function))


def text_of(start: Fraction) -> str:
    """Return a start as text, those close to 1 as 1 - gap."""
    return f"1 - {1 - start}" if 0 < 1 - start < Fraction(1, 1000) else str(start)


def combined(parts: Sequence[Evidence]) -> Evidence:
    """Return the evidence of several parts of one statement: refuted by any, positive only if all are."""
    refuting = next((part for part in parts if part.refutes), None)
    return refuting or next((part for part in parts if part.verdict is Verdict.INCONCLUSIVE), parts[0])


def induction_over_powers(proof: Derivation) -> Derivation:
    """Add the two inequalities for integer powers that the rates at 1 rest on, by induction with R = r^k, |r| <= 1.

    1 - r^k <= k (1 - r), k >= 1; and, d = 1 - r, (1-d)^k - 1 + k d >= d^2 for k >= 2.
    """
    k, r, power = sp.symbols("k r R")
    d = 1 - r
    proof.equal("k = 1 is an equality", (1 - r) - 1 * d, 0)
    proof.equal(
        "k -> k+1 adds (1-r)(1-R) >= 0 to k(1-r) - (1-r^k)",
        ((k + 1) * d - (1 - r * power)) - (k * d - (1 - power)),
        d * (1 - power),
    )
    proof.equal("k = 2 of the second is d^2", r**2 - 1 + 2 * d, d**2)
    proof.equal(
        "k -> k+1 adds d(1-R) >= 0 to r^k - 1 + k d",
        (r * power - 1 + (k + 1) * d) - (power - 1 + k * d),
        d * (1 - power),
    )
    return proof
