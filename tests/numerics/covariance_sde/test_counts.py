"""The count check: wrong kinds and values, in the words of the function that asks."""

from __future__ import annotations

import numpy as np
import pytest

from numerics.covariance_sde.counts import check_count


def test_integers_of_both_kinds_pass() -> None:
    check_count("f", "width", 3)
    check_count("f", "width", np.int64(3), least=3)


@pytest.mark.parametrize(
    ("value", "least", "error", "match"),
    [
        (0, 1, ValueError, "f needs width >= 1, got width=0"),
        (39, 40, ValueError, "width >= 40"),
        (2.0, 1, TypeError, "integer width"),
        (True, 1, TypeError, "integer width"),
    ],
)
def test_bad_counts(value: object, least: int, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        check_count("f", "width", value, least)  # type: ignore[arg-type]
