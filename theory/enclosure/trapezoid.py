"""All Hermite coefficients of an activation analytic in a strip, by the trapezoid rule with a proved error.

For f = s he_k phi, phi the normal density, analytic on the rectangle |Re z| <= R = (N + 1/2) h, |Im z| <= a, the
residue theorem with 1/(exp(2 pi i z/h) - 1) gives

    |h sum_{|j| <= N} f(jh) - int_{-R}^{R} f| <= 2 M / (exp(2 pi a/h) - 1) + 2 a V,

M the integral of |f| over one horizontal side, V its maximum on the vertical sides (there the kernel has
exp(2 pi i z/h) = -exp(-2 pi y/h): its size, or that of 1 + it, is at most 1/2 on each of four segments of length a).
By Cauchy-Schwarz M <= exp(a^2/2) sqrt(E |s(X + ia)|^2 1{|X| <= R}) sqrt(L_k(-a^2)). Only a finite rectangle is
needed, so its analyticity and its bounds are found by ball evaluation for any expression.

References
----------
1. L. N. Trefethen, J. A. C. Weideman, "The exponentially convergent trapezoidal rule", SIAM Rev. 56 (2014), thm 5.1
   (the infinite strip; the finite rectangle above is derived here).
"""

from __future__ import annotations

from dataclasses import dataclass

import flint

from theory.activation.activation import Parity
from theory.enclosure.ball import bits_of, working_bits
from theory.enclosure.complex_bound import StripBound, strip_bound
from theory.enclosure.hermite_sum import check_memory, guard_bits, hermite_bound, hermite_sums, laguerre
from theory.enclosure.quadrature import CRAMER, Integrand, cut, density, tail_bound


def trapezoid_coefficients(
    integrand: Integrand, count: int, digits: int, parity: Parity = None
) -> list[flint.arb] | None:
    """Return balls of c_k = E s(Z) he_k(Z), k < count, or None if no strip of analyticity was found.

    Parameters
    ----------
    integrand : Integrand
        One part on the whole line.
    count, digits : int
        How many, and the radius asked: about ``10**-digits``.
    parity : {"even", "odd", None}
        Coefficients of the other parity are then exactly 0.

    Examples
    --------
    >>> from theory.activation.activation import Activation
    >>> tanh = Activation.from_text("tanh")
    >>> c = trapezoid_coefficients(Integrand.of(tanh), 4, 30, tanh.parity)
    >>> c[0].is_zero(), c[1].str(10, radius=False)  # c_1 = 1 - E tanh(Z)^2
    (True, '0.6057055096')
    """
    if len(integrand.parts) != 1:
        return None
    plan = _cheapest_plan(integrand, count, digits)
    if plan is None:
        return None
    half_count = int((flint.arb(plan.length) / flint.arb(plan.step)).upper().ceil().unique_fmpz())
    with working_bits(bits_of(digits + 3) + guard_bits(count, plan.length + 1)):
        check_memory(2 * half_count, flint.ctx.prec, digits)
        error = _error(integrand, plan, half_count, count)
        sums = _sums(integrand, plan.step, half_count, count, parity)
        ball = flint.arb(0, 1) * error
        wanted = {"even": (0,), "odd": (1,)}.get(parity or "", (0, 1))
        return [c + ball if k % 2 in wanted else flint.arb(0) for k, c in enumerate(sums)]


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where to cut the line, how high the rectangle reaches, and the step between nodes."""

    length: int
    strip: StripBound
    step: flint.fmpq

    @property
    def nodes(self) -> float:
        return self.length / (int(self.step.p) / int(self.step.q))


def _cheapest_plan(integrand: Integrand, count: int, digits: int) -> _Plan | None:
    """Return the plan with the fewest nodes over heights 16, 16/sqrt(2), ..., then nearer the first obstacle."""
    length = cut(integrand.growth * CRAMER, digits + 2)
    best: _Plan | None = None
    blocked: flint.arb | None = None
    with working_bits(64):
        for sixteenths in (256, 181, 128, 91, 64, 45, 32, 23, 16, 11, 8, 6, 4, 3, 2):
            height = flint.arb(sixteenths) / 16
            plan = _plan(integrand, count, digits, length, height)
            if plan is None:
                blocked = height
            elif best is None or plan.nodes < best.nodes:
                best = plan
            else:
                break  # past the best height of a function that grows off the axis
        for _ in range(4 if best is not None and blocked is not None else 0):
            middle = (best.strip.height + blocked) / 2  # type: ignore[union-attr]
            plan = _plan(integrand, count, digits, length, middle)
            if plan is None:
                blocked = middle
            elif plan.nodes < best.nodes:  # type: ignore[union-attr]
                best = plan
            else:
                break
    return best


def _plan(integrand: Integrand, count: int, digits: int, length: int, height: flint.arb) -> _Plan | None:
    """Return a plan for one height, its length grown until the vertical sides are negligible; None if blocked."""
    for _ in range(5):
        strip = strip_bound(integrand.parts[0].function, length + 2, height)
        if strip is None:
            return None
        reach = _reach(strip, count, digits)
        if reach <= length:
            return _Plan(length, strip, _step_for(strip, count, digits))
        length = reach
    return None


def _reach(strip: StripBound, count: int, digits: int) -> int:
    """Return L with 2 a V <= 10**-(digits + 2), were V's bound of |s| the same there."""
    a = strip.height
    size = 2 * a * strip.side * hermite_bound(count - 1, a) * flint.arb(10) ** (digits + 2) + 1
    return int((2 * (a**2 / 2 + size.log()).sqrt()).upper().ceil().unique_fmpz())


def _step_for(strip: StripBound, count: int, digits: int) -> flint.fmpq:
    """Return p/1024 with 2 M/(exp(2 pi a/h) - 1) at most 10**-(digits + 2)."""
    ratio = 2 * _horizontal(strip, count) * flint.arb(10) ** (digits + 2) + 1
    step = 2 * flint.arb.pi() * strip.height / ratio.log()
    return flint.fmpq(max(1, min(1024, int((step * 1024).lower().floor().unique_fmpz()))), 1024)


def _horizontal(strip: StripBound, count: int) -> flint.arb:
    a = strip.height
    return (a**2 / 2).exp() * (strip.mean_square * laguerre(count - 1, a)).sqrt()


def _error(integrand: Integrand, plan: _Plan, half_count: int, count: int) -> flint.arb:
    """Return the bound of the module's docstring plus the tail beyond R, for every k < count."""
    strip, h = plan.strip, flint.arb(plan.step)
    a = strip.height
    end = (2 * half_count + 1) * h / 2
    horizontal = 2 * _horizontal(strip, count) / ((2 * flint.arb.pi() * a / h).exp() - 1)
    side = strip.side * hermite_bound(count - 1, a) * (a**2 / 2 - end**2 / 4).exp() / (2 * flint.arb.pi()).sqrt()
    return (horizontal + 2 * a * side + tail_bound(integrand.growth * CRAMER, end)).upper()


def _sums(integrand: Integrand, step: flint.fmpq, half_count: int, count: int, parity: Parity) -> list[flint.arb]:
    function, h = integrand.parts[0].function, flint.arb(step)
    nodes = [flint.arb(step * j) for j in range(half_count + 1)]
    weights = [h * density(flint.acb(x)).real for x in nodes]
    weights[0] /= 2  # x = 0 is met from both sides
    right = [function(flint.acb(x), False).real for x in nodes]
    if parity is not None:
        doubled = [2 * w * r for w, r in zip(weights, right, strict=True)]
        return hermite_sums(nodes, doubled if parity == "even" else None, doubled if parity == "odd" else None, count)
    left = [function(flint.acb(-x), False).real for x in nodes]
    even = [w * (r + m) for w, r, m in zip(weights, right, left, strict=True)]
    odd = [w * (r - m) for w, r, m in zip(weights, right, left, strict=True)]
    return hermite_sums(nodes, even, odd, count)
