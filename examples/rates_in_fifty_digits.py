"""A table of rates with fifty proved digits, ready for a paper: CSV on standard output, LaTeX with an argument.

python examples/rates_in_fifty_digits.py [latex]
"""

from __future__ import annotations

import sys

from haarmite import RateTable, table

NAMES = ("relu", "abs", "erf", "sin", "tanh", "gelu")


def rates(digits: int = 50) -> RateTable:
    """Return nonlinearity strength, slopes, attracting correlation and proved rate of well-known activations."""
    return table("rates", *NAMES, digits=digits)


def main() -> None:
    """Print the table."""
    table = rates()
    print(table.to_latex() if sys.argv[1:] == ["latex"] else table.to_csv(), end="")


if __name__ == "__main__":
    main()
