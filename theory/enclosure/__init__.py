"""Proved enclosures: numbers with their error, Gaussian integrals, Hermite coefficients and kernel values as balls."""
