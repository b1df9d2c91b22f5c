"""Weingarten calculus: exact moments of Haar orthogonal, unitary and symplectic matrices."""

from theory.haar.entry_expression import EntryPolynomial, parse_entry_polynomial
from theory.haar.monomial import haar_moment, moment_as_json, monomial_moment
from theory.haar.rational_function import RationalFunction
from theory.haar.sphere import (
    evaluate_power_sums,
    gaussian_row_moment,
    quadratic_form_moment,
    row_moment,
    sphere_gaussian_ratio,
)
from theory.haar.sphere_integral import expected_inverse_power, expected_log
from theory.haar.trace import TracePolynomial, trace_moment
from theory.haar.weingarten import weingarten, weingarten_leading_term, weingarten_table

__all__ = [
    "EntryPolynomial",
    "RationalFunction",
    "TracePolynomial",
    "evaluate_power_sums",
    "expected_inverse_power",
    "expected_log",
    "gaussian_row_moment",
    "haar_moment",
    "moment_as_json",
    "monomial_moment",
    "parse_entry_polynomial",
    "quadratic_form_moment",
    "row_moment",
    "sphere_gaussian_ratio",
    "trace_moment",
    "weingarten",
    "weingarten_leading_term",
    "weingarten_table",
]
