"""A kernel certificate as a theorem on power series: nonnegative coefficients of sum 1, the first ones in balls.

    forall p, p_j >= 0, p_0 = 0, sum p_j = 1, |p_j - m_j| <= rad_j:  rate k(r)/r <= (1 - k(r))/(1 - r),  k(r) = sum p_j r^j.

The proof needs few of the coefficients: with p_j <= h_j for j <= J,

    k(r) <= U(r) = sum_{j<=J} h_j (r^j - r^(J+1)) + r^(J+1),    r (1 - U) - rate (1 - r) U = r (1 - r) Q(r),

where Q(r) = sum_{i<=J} t_i r^i - rate (sum_{j<=J} h_j r^(j-1) + t_J r^J), t_i = 1 - h_1 - ... - h_i, is a polynomial with
rational coefficients that is positive on the interval. J and the decimals of h_j are chosen by a look at values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from proofs_check.coq.expression import UnsupportedError
from proofs_check.coq.source import Theorem
from proofs_check.coq.tape_text import rational

_DECIMALS = (4, 6, 9, 12, 18, 30)
_POINTS = 1000
_MOST_TERMS = 40


@dataclass(frozen=True, slots=True)
class _Bound:
    """h_1..h_J and a rational at least the rate, with which Q is positive at all sampled points."""

    highs: tuple[Fraction, ...]
    factor: Fraction

    @property
    def tails(self) -> list[Fraction]:
        """t_0, ..., t_J."""
        tails = [Fraction(1)]
        for high in self.highs:
            tails.append(tails[-1] - high)
        return tails

    def quotient(self) -> list[Fraction]:
        """Return the coefficients of Q, lowest first."""
        tails = self.tails
        ratio = [*self.highs, tails[-1]]
        return [t - self.factor * a for t, a in zip(tails, ratio, strict=True)]


def kernel_theorem(document: Mapping[str, Any], name: str, words: str) -> Theorem:
    """Return the theorem of a certificate of kind "kernel".

    Raises
    ------
    UnsupportedError
        If no bound by few coefficients is positive at the points looked at.
    """
    balls = [(Fraction(mid), Fraction(rad)) for mid, rad in document["coefficients"]]
    rate = (Fraction(document["rate"][0]), Fraction(document["rate"][1]))
    low, high = Fraction(document["box"][0]), Fraction(document["box"][1])
    bound = _bound(balls, rate, low, high)
    terms = len(bound.highs)
    statement = "\n".join(
        [
            "  forall (p : nat -> R) (rate : R),",
            "  (forall j, 0 <= p j) -> p 0%nat = 0 -> is_series p 1 ->",
            *(
                f"  Rabs (p {j}%nat - {_term(mid)}) <= {_term(rad)} ->"
                for j, (mid, rad) in enumerate(balls[:terms], start=1)
            ),
            f"  Rabs (rate - {_term(rate[0])}) <= {_term(rate[1])} ->",
            f"  forall r : R, {rational(low)} <= r <= {rational(high)} -> 0 < r < 1 ->",
            "  rate * PSeries p r / r <= (1 - PSeries p r) / (1 - r)",
        ]
    )
    used = f"{words}\n{document['claim']}\nOnly the first {terms} of {len(balls)} coefficients are needed."
    return Theorem(name, used, statement, _script(bound, balls, rate))


def _script(bound: _Bound, balls: Sequence[tuple[Fraction, Fraction]], rate: tuple[Fraction, Fraction]) -> str:
    count = len(bound.highs)
    numbers = range(1, count + 1)
    upper = " + ".join(
        [*(f"{_term(h)} * (r ^ {j} - r ^ {count + 1})" for j, h in enumerate(bound.highs, 1)), f"r ^ {count + 1}"]
    )
    quotient = bound.quotient()
    horner = _term(quotient[-1])
    for coefficient in reversed(quotient[:-1]):
        horner = f"{_term(coefficient)} + r * ({horner})"
    lines = [f"  intros p rate Hp Hzero Hsum {' '.join(f'H{j}' for j in numbers)} Hrate r Hbox Hr."]
    lines.append(f"  destruct (kernel_map_below p r {count} Hp Hsum) as [Hlow Hhigh]; [clear - Hr; lra |].")
    for j, high in zip(numbers, bound.highs, strict=True):
        mid, rad = balls[j - 1]
        lines += [
            f"  assert (B{j} : p {j}%nat * (r ^ {j} - r ^ {count + 1}) <= {_term(high)} * (r ^ {j} - r ^ {count + 1})).",
            f"  {{ apply term_below; [apply (ball_below _ {_term(mid)} {_term(rad)}); [exact H{j} | clear; lra] |].",
            "    apply powers_fall; [clear - Hr; lra | lia]. }",
        ]
    lines += [
        f"  assert (Hk : PSeries p r <= {upper}).",
        "  { apply (Rle_trans _ _ _ Hhigh). rewrite ?sum_Sn, sum_O. unfold plus. cbn -[pow]. rewrite Hzero.",
        f"    rewrite ?Rmult_0_l. clear - {' '.join(f'B{j}' for j in numbers)}. lra. }}",
        f"  apply (contraction_from_bound _ ({upper}) rate {_term(bound.factor)} r Hr (conj Hlow Hk)).",
        f"  - apply (ball_below _ {_term(rate[0])} {_term(rate[1])}); [exact Hrate | clear; lra].",
        "  - clear; lra.",
        f"  - assert (Hq : 0 <= {horner}) by (clear - Hbox; bounded r).",
        f"    match goal with |- 0 <= ?e => replace e with (r * (1 - r) * ({horner})) by field end.",
        "    apply Rmult_le_pos; [apply Rmult_le_pos; clear - Hr; lra | exact Hq].",
    ]
    return "\n".join(lines)


def _bound(
    balls: Sequence[tuple[Fraction, Fraction]], rate: tuple[Fraction, Fraction], low: Fraction, high: Fraction
) -> _Bound:
    points = np.linspace(float(low), float(high), _POINTS)
    best = -np.inf
    for count in range(1, min(len(balls), _MOST_TERMS) + 1):
        for decimals in _DECIMALS:
            unit = Fraction(1, 10**decimals)
            highs = tuple(-(-(mid + rad) // unit) * unit for mid, rad in balls[:count])
            bound = _Bound(highs, -(-(rate[0] + rate[1]) // unit) * unit)
            least = np.polynomial.polynomial.polyval(points, [float(q) for q in bound.quotient()]).min()
            best = max(best, least)
            if least > 1e-10:
                return bound
    raise UnsupportedError(
        f"no polynomial bound by {_MOST_TERMS} coefficients or fewer is positive (least value {best:.2g})"
    )


def _term(value: Fraction) -> str:
    return f"({rational(value)})"
