"""How far is a Haar orthogonal matrix from a Gaussian one? Moments by Weingarten calculus, for symbolic dimension d.

Entries of sqrt(d) O are N(0, 1) in the limit, and independent. This derives the first corrections exactly: the fourth
moment of an entry, and the correlation of the squares of two entries of one row.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from haarmite import haar_moment, weingarten


def corrections() -> dict[str, Any]:
    """Return exact functions of the dimension d."""
    second, fourth = haar_moment("O[1,1]**2"), haar_moment("O[1,1]**4")
    same_row, apart = haar_moment("O[1,1]**2*O[1,2]**2"), haar_moment("O[1,1]**2*O[2,2]**2")
    return {
        "E O11^2": second,
        "E O11^4": fourth,
        "Cov(O11^2, O12^2)": same_row - second * second,
        "Cov(O11^2, O22^2)": apart - second * second,
        "Wg(2)": weingarten("orthogonal", (2,)),
    }


def row_is_a_unit_vector(d: int) -> bool:
    """Whether E (sum_j O1j^2)^2 = d E O11^4 + d (d-1) E O11^2 O12^2 is 1: every row has length 1."""
    fourth, mixed = haar_moment("O[1,1]**4", d), haar_moment("O[1,1]**2*O[1,2]**2", d)
    return bool(Fraction(d * fourth + d * (d - 1) * mixed) == 1)


def main() -> None:
    """Print the corrections and check the law in dimensions 2 to 6."""
    for name, value in corrections().items():
        print(f"{name:20} {value}")
    print("rows have length 1 in dimensions 2..6:", all(row_is_a_unit_vector(d) for d in range(2, 7)))


if __name__ == "__main__":
    main()
