"""Formulas as MathML and text."""
