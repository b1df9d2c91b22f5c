"""Proved enclosures: numbers with their error, Gaussian integrals, Hermite coefficients and kernel values as balls.

Every routine returns a ball (`flint.arb`) that provably holds the value: truncation, tails and rounding included.
"""

from theory.enclosure.ball import Number
from theory.enclosure.quadrature import Integrand, expectation

__all__ = ["Integrand", "Number", "expectation"]
