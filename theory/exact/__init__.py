"""Exact constants: a field of them, their balls, their sign and order, and the bivariate normal distribution function."""
