"""The comparison table: known values, sorting, what does not apply, refusals."""

from __future__ import annotations

import mpmath
import pytest

from theory.activation import Activation, catalogue
from theory.tables.comparison import COLUMNS, MEANING, comparison_table


def column(table: object, key: str) -> list[object]:
    return [row[key] for row in table.to_json()["rows"]]  # type: ignore[attr-defined]


def test_known_values() -> None:
    table = comparison_table(catalogue("relu", "square", "exp"), 15)
    strength = [cell["value"] for cell in column(table, "nonlinearity_strength")]  # type: ignore[index]
    with mpmath.workdps(30):
        expected = [2 - mpmath.pi / (2 * (mpmath.pi - 1)), mpmath.mpf(2), 2 - 1 / (mpmath.e - 1)]
        assert all(abs(mpmath.mpf(a) - b) < mpmath.mpf("1e-14") for a, b in zip(strength, expected, strict=True))
    assert column(table, "case") == [3, 4, 3]
    # the edge of chaos of relu is (2, 0) (He initialisation); of x^2 at q = 1 (1/4, 1/4)
    assert [cell["value"] for cell in column(table, "critical_weight_variance")][:2] == ["2", "0.25"]  # type: ignore[index]
    assert [cell["value"] for cell in column(table, "critical_bias_variance")][:2] == ["0", "0.25"]  # type: ignore[index]


def test_the_explosion_verdict_follows_the_sign_of_b() -> None:
    # phi'''(0) = -2 for tanh, -1 for sin; b = 3 phi''^2/4 + phi''' = 3/4 - ... for silu: phi'' = 1, phi''' = 0
    table = comparison_table(catalogue("tanh", "sin", "silu", "relu", "square"))
    assert column(table, "norm") == ["positive recurrent", "null recurrent", "explodes or vanishes", "vanishes", "no shaped limit"]  # fmt: skip
    assert [cell and cell["value"] for cell in column(table, "b")] == ["-2", "-1", "0.75", "0", None]  # type: ignore[index]


def test_what_does_not_apply_is_blank() -> None:
    table = comparison_table([Activation.from_text("step"), Activation.from_text("x")])
    jump, line = table.text_rows()
    assert jump[3] == "oo"
    assert jump[9:12] == ["", "", ""]
    assert line[4] == "identity"
    assert line[5:9] == ["", "", "", ""]


def test_sorting_puts_what_is_missing_last_and_keeps_equals_in_order() -> None:
    names = catalogue("step", "relu", "abs", "erf")
    by_slope = comparison_table(names, sort="slope_at_one")
    assert [row[0] for row in by_slope.rows] == ["relu", "abs", "erf", "step"]
    falling = comparison_table(names, sort="-sigma_w^2")
    assert [row[0] for row in falling.rows] == ["relu", "erf", "abs", "step"]


def test_every_column_is_explained() -> None:
    assert [column.key for column in COLUMNS] == list(MEANING)


def test_bad_input() -> None:
    with pytest.raises(ValueError, match="at least one"):
        comparison_table([])
    with pytest.raises(ValueError, match="digits"):
        comparison_table(catalogue("relu"), 0)
    with pytest.raises(ValueError, match="column of activation"):
        comparison_table(catalogue("relu"), sort="beauty")
