"""D1. One layer of shaped relu moves V^12 by kappa g(rho) sqrt(V^11 V^22), so n times it tends to nu(rho) sqrt(V^11 V^22).

nu(rho) = ((c_+ - c_-)^2/(2 pi)) (sqrt(1-rho^2) - rho arccos rho). Proof: half-Gaussian moments by Price's theorem give the
kernel exactly at every n; kappa/strength = n^-1/(s_+^2 + s_-^2), whose expansion in n^-1/2 begins with -(c_+ + c_-).
So the rate is O(n^-1/2), and O(1/n) exactly if c_+ + c_- = 0. Source: [D], drift of the shaped relu SDE; constant derived.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import flint
import numpy as np
import sympy as sp

from numerics.covariance_sde.neuron_draws import neuron_products
from numerics.covariance_sde.shaped_activation import shaped_relu_map
from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import CERTIFIED, SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function, implies, mean
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.sampled import judge_mean
from proofs_check.evidence.symbolic import Derivation, exact_evidence
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.covariance_sde.cases import LINEAR, ONE_SIDED, SYMMETRIC, Slopes, agree, slopes
from proofs_check.ledger.papers import COVARIANCE_SDE
from theory.covariance_sde.shaped_relu import angular_form, kernel_excess, price_steps, product_moments
from theory.enclosure.ball import ball_of, working_bits


def rate_order(c_plus: Fraction, c_minus: Fraction) -> int:
    """Return the power of n^-1/2 at which the drift departs from its limit: 2 if c_+ + c_- = 0, else 1."""
    return 2 if c_plus + c_minus == 0 else 1


@dataclass(frozen=True)
class OneStepDrift:
    """E V'^12 = rho + kappa excess(rho), nu = (strength/2) excess, and the order of the approach."""

    excess: Callable[[sp.Expr], sp.Expr] = kernel_excess
    order: Callable[[Fraction, Fraction], int] = rate_order

    def formula(self) -> Formula:
        """Return the exact mean of V_1^12 after a layer from unit variances, nu, and how fast n kappa tends to its limit."""
        rho, n, kappa, plus, minus, up, down = sp.symbols("rho n kappa c_+ c_- s_+ s_-")
        strength, order = (plus - minus) ** 2, function("O")
        orders = {False: self.order(Fraction(0), Fraction(-1)), True: self.order(Fraction(1), Fraction(-1))}
        departure = 2 * n * kappa / strength - 1
        return (
            equal(mean(sp.Symbol("V_1^12")), rho + kappa * self.excess(rho)),
            equal(function("nu")(rho), strength / 2 * self.excess(rho)),
            equal(kappa, (up - down) ** 2 / (up**2 + down**2)),
            equal(up, 1 + plus / sp.sqrt(n)),
            equal(down, 1 + minus / sp.sqrt(n)),
            implies(sp.Ne(plus + minus, 0), sp.Eq(departure, order(n ** sp.Rational(-orders[False], 2)))),
            implies(sp.Eq(plus + minus, 0), sp.Eq(departure, order(n ** sp.Rational(-orders[True], 2)))),
        )


KERNEL, ORDER = PARTS = (
    "the drift at every width, and its limit",
    "the order of the approach",
)
claim = Claim(
    id="D1",
    title="The drift of V^12 under shaped relu is exact at every width, and nu has the constant (c_+ - c_-)^2/(2 pi)",
    paper=COVARIANCE_SDE,
    statement=OneStepDrift(),
    parts=PARTS,
    pinned=(SYMMETRIC, ONE_SIDED, LINEAR, Slopes(Fraction(2), Fraction(-1), Fraction(-4, 5), 25)),
    cases=slopes,
    mutants=[
        Mutant("1/pi for 1/(2 pi)", OneStepDrift(lambda r: 2 * kernel_excess(r)), on="", by=SYMBOLIC, part=KERNEL),
        Mutant(
            "1/pi, quadrature",
            OneStepDrift(lambda r: 2 * kernel_excess(r)),
            on=str(SYMMETRIC),
            by=CERTIFIED,
            part=KERNEL,
        ),
        Mutant(
            "1/pi, neurons", OneStepDrift(lambda r: 2 * kernel_excess(r)), on=str(SYMMETRIC), by=SAMPLED, part=KERNEL
        ),
        Mutant(
            "1/(4 pi), neurons",
            OneStepDrift(lambda r: kernel_excess(r) / 2),
            on=str(ONE_SIDED),
            by=SAMPLED,
            part=KERNEL,
        ),
        Mutant("rate O(1/n) always", OneStepDrift(order=lambda *_: 2), on=str(ONE_SIDED), by=SYMBOLIC, part=ORDER),
    ],
)


@claim.for_all(SYMBOLIC, part=KERNEL)
def by_price_and_taylor(statement: OneStepDrift, _: None, __: Trial) -> Evidence:
    """Price's theorem, the kernel for all slopes, and the expansion of n kappa."""
    moments, (rho, up, down) = product_moments()
    proof = Derivation().uses("Price's theorem").uses("Sheppard's formula P(X>0, Y>0) = (pi - arccos rho)/(2 pi)")
    for name, left, right in price_steps(rho):
        proof.equal(name, angular_form(left - right, rho), 0)
    kappa = (up - down) ** 2 / (up**2 + down**2)
    exact = moments["11"] / moments["20"]
    proof.equal(
        "kernel = rho + kappa excess(rho)",
        angular_form(exact - rho - kappa * statement.excess(rho), rho),
        0,
        is_statement=True,
    )
    c, k, e = sp.symbols("c_+ c_- eps")
    ratio = 2 * kappa.subs({up: 1 + c * e, down: 1 + k * e}) / (e * (c - k)) ** 2
    ratio = sp.cancel(ratio)
    proof.equal("2 n kappa/(c_+ - c_-)^2 -> 1", ratio.subs(e, 0), 1)
    proof.equal("its first correction is -(c_+ + c_-) n^-1/2", sp.diff(ratio, e).subs(e, 0), -(c + k))
    return proof.evidence(
        "exact kernel at every width, limit and rate", sharpness=Figure("holds at finite n", "exactly")
    )


@claim.on_cases(SYMBOLIC, part=ORDER)
def order_of_the_approach(statement: OneStepDrift, case: Slopes, _: Trial) -> Evidence:
    """Compare the first order at which 2/(s_+^2 + s_-^2) departs from 1 with the stated one."""
    e = sp.Symbol("eps")
    c, k = (sp.Rational(x.numerator, x.denominator) for x in (case.c_plus, case.c_minus))
    energy = sp.Poly((1 + c * e) ** 2 + (1 + k * e) ** 2 - 2, e)
    order = min((m[0] for m, _ in energy.terms()), default=None) if energy else None
    stated = statement.order(case.c_plus, case.c_minus)
    return exact_evidence(
        order is None or order == stated,
        f"departs at order n^-{order}/2" if order else "equal to its limit at every width",
        f"the ratio departs from 1 at order n^-{order}/2, stated n^-{stated}/2",
        sharpness=Figure("order in n^-1/2", str(order)),
    )


@claim.on_cases(CERTIFIED, part=KERNEL)
def against_a_quadrature(statement: OneStepDrift, case: Slopes, _: Trial) -> Evidence:
    """Integrate c phi phi' over the angle in balls: (1/pi) int h(cos t) h(cos(t - theta)) dt, h = phi_s."""
    shape = case.shape
    with working_bits(140):
        theta = ball_of(case.rho).acos()
        pi, up, down = flint.arb.pi(), ball_of(shape.slope_plus), ball_of(shape.slope_minus)
        total = flint.arb(0)
        # signs of cos t and cos(t - theta) on the four arcs between their zeros
        ends = [-pi / 2, theta - pi / 2, pi / 2, theta + pi / 2, 3 * pi / 2]
        for (low, high), (p, q) in zip(
            itertools.pairwise(ends), ((up, down), (up, up), (down, up), (down, down)), strict=True
        ):
            total += (
                p
                * q
                * flint.acb.integral(lambda t, _: t.cos() * (t - theta).cos(), flint.acb(low), flint.acb(high)).real
            )
        mean = ball_of(shape.normaliser) * total / pi
        excess = statement.excess(sp.Rational(case.rho.numerator, case.rho.denominator))
        # arccos x = pi/2 - arcsin x: the ball evaluator knows arcsin
        excess = excess.replace(sp.acos, lambda x: sp.pi / 2 - sp.asin(x))
        stated = ball_of(case.rho) + ball_of(shape.kappa) * ball_of(excess)
        return agree(mean, stated, "E V'^12 by quadrature", str(case), 25)


@claim.on_cases(SAMPLED, part=KERNEL)
def antithetic_neurons_with_control(statement: OneStepDrift, case: Slopes, trial: Trial) -> Evidence:
    """Test E [C(x, y) + C(-x, -y)]/2 - x y = kappa excess(rho); the second moment is known to leading order."""
    shape = case.shape
    kappa = float(shape.kappa)
    mean = kappa * float(statement.excess(sp.Rational(case.rho.numerator, case.rho.denominator)))
    # antithetic: (kappa/2)(|x y| - x y) exactly (c phi = x cos + |x| sin), and E (|xy| - xy)^2 <= 4 E x^2 y^2 <= 12
    variance = max(3 * kappa**2, 1e-30)
    test = MeanTest.equal(mean, variance=variance, delta=max(0.05 * kappa, 1e-12))
    config = {"c_plus": float(case.c_plus), "c_minus": float(case.c_minus), "rho": float(case.rho), "width": case.width}
    return judge_mean(trial, test, neurons, config, shards=8, what="antithetic neuron products minus x y")


def neurons(rng: np.random.Generator, c_plus: float, c_minus: float, rho: float, width: int) -> np.ndarray:
    """Return 20 000 antithetic neuron products minus their control variate."""
    return neuron_products(shaped_relu_map(c_plus, c_minus, width), rho, rng, 20_000)
