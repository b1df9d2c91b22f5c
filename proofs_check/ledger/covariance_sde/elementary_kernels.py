"""D13. For x + kx^2/2, sin x + k(1 - cos x), e^x - 1 and erf x the drift at width n is elementary, and b/(1+b/n)-like exact.

x + kx^2/2: n E[V'^11 - V^11] = b V (V-1)/(1 + b/n), b = 3k^2/4a^2, at every n. Proof: the kernels are Gaussian integrals of
exponentials and polynomials; each has the Hermite coefficients of its activation (second route: balls). Source: this project.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import flint
import sympy as sp

from proofs_check.claim.claim import CERTIFIED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import Formula, equal, function, implies, mean
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.symbolic import Derivation
from proofs_check.evidence.trial import Trial
from proofs_check.ledger.covariance_sde.cases import FORMS, Form, agree, forms
from proofs_check.ledger.papers import COVARIANCE_SDE
from theory.activation import Activation
from theory.activation.expression import X, number
from theory.activation.parser import parse_expression
from theory.covariance_sde import smooth
from theory.covariance_sde.smooth import gaussian_moment
from theory.enclosure.ball import ball_of, working_bits
from theory.kernel_map.hermite import HermiteExpansion


@dataclass(frozen=True)
class ElementaryKernels:
    """b of the quadratic activation, exact drift b V (V-1)/(1 + b/n), and a factor on the stated kernels."""

    rate: Callable[[sp.Expr, sp.Expr], sp.Expr] = lambda k, a: 3 * k**2 / (4 * a**2)
    denominator: Callable[[sp.Expr, sp.Expr], sp.Expr] = lambda b, n: 1 + b / n
    argument: int = 1

    def formula(self) -> Formula:
        """Return the exact drift of phi = x + k x^2/2, and K(V^11, V^22, V^12) = E phi_s(x) phi_s(y) of the four families, q = s^2."""
        n, a, k, b, q, z = sp.symbols("n a k b q z")
        v11, v22, v12 = sp.symbols("V_0^11 V_0^22 V_0^12")
        families = (
            smooth.quadratic_form(Fraction(1)),
            smooth.sine_form(Fraction(1)),
            smooth.exponential_form(),
            smooth.error_function_form(),
        )
        shapes = (z + z**2 / 2, sp.sin(z) + 1 - sp.cos(z), sp.exp(z) - 1, sp.sqrt(sp.pi) / 2 * sp.erf(z))
        drift = n * mean(sp.Symbol("V_1^11") - v11)
        stated = b * v11 * (v11 - 1) / self.denominator(b, n)
        product = mean(function("phi_s")(sp.Symbol("x")) * function("phi_s")(sp.Symbol("y")))
        phi = function("phi")(z)
        return (
            implies(sp.Eq(phi, z + k * z**2 / 2), sp.Eq(drift, stated)),
            equal(b, self.rate(k, a)),
            *(
                implies(sp.Eq(phi, shape), sp.Eq(product, family.kernel(v11, v22, self.argument * v12, q)))
                for shape, family in zip(shapes, families, strict=True)
            ),
            equal(function("phi_s")(z), sp.sqrt(q) * function("phi")(z / sp.sqrt(q))),
            equal(q, a**2 * n),
        )


QUADRATIC, FAMILIES = PARTS = (
    "the drift of x + kx^2/2",
    "the kernels of four families",
)
claim = Claim(
    id="D13",
    title="Four families of activations have an elementary drift at every width; for x + kx^2/2 it is b V(V-1)/(1+b/n)",
    paper=COVARIANCE_SDE,
    statement=ElementaryKernels(),
    parts=PARTS,
    pinned=FORMS,
    cases=forms,
    mutants=[
        Mutant("3/4 -> 1/2", ElementaryKernels(lambda k, a: k**2 / (2 * a**2)), on="", by=SYMBOLIC, part=QUADRATIC),
        Mutant(
            "limit at every n",
            ElementaryKernels(denominator=lambda _, __: sp.Integer(1)),
            on="",
            by=SYMBOLIC,
            part=QUADRATIC,
        ),
        Mutant(
            "covariance doubled in the kernel, sine",
            ElementaryKernels(argument=2),
            on=str(FORMS[1]),
            by=CERTIFIED,
            part=FAMILIES,
        ),
        Mutant(
            "covariance doubled in the kernel, erf",
            ElementaryKernels(argument=2),
            on=str(FORMS[3]),
            by=CERTIFIED,
            part=FAMILIES,
        ),
    ],
)


@claim.for_all(SYMBOLIC, part=QUADRATIC)
def quadratic_at_every_width(statement: ElementaryKernels, _: None, __: Trial) -> Evidence:
    """Isserlis for the polynomial, and the normalised diagonal drift."""
    k, a, n, v, w, c = sp.symbols("k a n V W C", positive=True)
    s = a * sp.sqrt(n)
    x = {1: sp.Integer(1), 2: k / (2 * s)}

    def kernel(p: sp.Expr, q: sp.Expr, r: sp.Expr) -> sp.Expr:
        return sum(x[i] * x[j] * gaussian_moment(i, j, p, q, r) for i in x for j in x)

    proof = Derivation().uses("Isserlis' theorem")
    proof.equal("E phi phi'", kernel(v, w, c), c + k**2 / (4 * a**2 * n) * (v * w + 2 * c**2))
    one = sp.Integer(1)
    drift = n * (kernel(v, v, v) / kernel(one, one, one) - v)
    b = statement.rate(k, a)
    proof.equal("drift of V^11", drift, b * v * (v - 1) / statement.denominator(b, n), is_statement=True)
    return proof.evidence("quadratic activation, every n, k, a", sharpness=Figure("holds at finite n", "exactly"))


@claim.on_cases(CERTIFIED, part=FAMILIES)
def by_gaussian_quadrature(statement: ElementaryKernels, case: Form, _: Trial) -> Evidence:
    """Compare E phi_s(x) phi_s(y) at s = 4 with sum c_k^2 rho^k (Mehler), Hermite coefficients integrated in balls.

    At V^11 = V^22 = 1 and rho = 1/3; the tail after 24 terms is at most 3^-24 E phi_s^2.
    """
    text, q, root, rho = case.closed.text, sp.Integer(16), Fraction(4), Fraction(1, 3)
    with working_bits(200):
        scaled = root * parse_expression(text).replace(X, X / number(root))
        # erf x is taken without the factor sqrt(pi)/2 that makes its slope 1
        normaliser = flint.arb.pi() / 4 if case.kind == "erf" else flint.arb(1)
        balls = HermiteExpansion(Activation("scaled", scaled)).balls(24, 25)
        total, place = flint.arb(0), ball_of(rho)
        for index, ball in enumerate(balls):
            total += ball**2 * place**index
        # the tail is at most rho^24 E phi_s^2, and E phi_s(Z)^2 is the kernel at 1
        size = abs(ball_of(sp.sympify(case.closed.kernel(1, 1, 1, q))))
        total = total * normaliser + flint.arb(0, 1) * (place**24 * size * 2).upper()
        value = sp.sympify(case.closed.kernel(1, 1, statement.argument * sp.Rational(1, 3), q))
        return agree(total, ball_of(value), f"kernel of {case.closed} at s = 4", str(case), 9)
