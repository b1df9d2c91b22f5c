"""Certificates of Haar answers name the limit that they refuse."""

import pytest

from proofs_check.interval.haar_certificate import moment_certificate, weingarten_certificate


@pytest.mark.parametrize(
    ("make", "arguments", "reason"),
    [
        (weingarten_certificate, ("orthogonal", (2, 1), 2), "needs d >= 3"),
        (weingarten_certificate, ("symplectic", (2, 1), 4), "needs d >= 6"),
        (weingarten_certificate, ("unitary", (13,)), "order of at most 12, got order=13"),
        (moment_certificate, ("SO[1,1]**2", None), "entries of O or U, got the ensemble special orthogonal"),
        (moment_certificate, ("a*O[1,1]**2", None), "rational coefficients"),
        (moment_certificate, ("O[1,1]**4", 1), "needs d >= 2"),
    ],
    ids=["below_order", "below_symplectic", "order", "ensemble", "names", "moment_below_order"],
)
def test_what_has_no_certificate_is_refused(make, arguments, reason):
    with pytest.raises(ValueError, match=reason):
        make(*arguments)
