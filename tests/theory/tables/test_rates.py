from __future__ import annotations

import csv
import io
import json
from decimal import Decimal

import mpmath
import pytest

from theory.activation import Activation, catalogue
from theory.tables.rates import rate_table
from theory.tables.table import RateTable

NAMES = ("relu", "step", "tanh", "square", "leaky_relu")


@pytest.fixture(scope="module")
def rates() -> RateTable:
    return rate_table("rates", catalogue(*NAMES), 40)


def test_rates_against_closed_forms_at_40_digits(rates: RateTable) -> None:
    rows = {row["activation"]: row for row in csv.DictReader(io.StringIO(rates.to_csv()))}
    with mpmath.workdps(50):
        relu = 2 - mpmath.pi / (2 * (mpmath.pi - 1))
        assert abs(mpmath.mpf(rows["relu"]["nonlinearity_strength"]) - relu) <= mpmath.mpf("5e-40")
        assert abs(mpmath.mpf(rows["step"]["alpha"]) - 2 / mpmath.pi) <= mpmath.mpf("5e-41")
    assert rows["step"]["slope_at_one_normalised"] == "oo"
    assert [rows[name]["case"] for name in NAMES] == ["3", "4", "1", "4", "3"]
    assert [rows[name]["attractor"] for name in ("relu", "tanh", "square")] == ["1", "0", "0.5"]
    assert rows["square"]["constant"] == "0.75"
    assert rows["tanh"]["method"] == "certified"


def test_no_digit_passes_through_a_float(rates: RateTable) -> None:
    """Forty digits agree with sixty, rounded; a float would have lost all but sixteen."""
    longer = rate_table("rates", catalogue("tanh"), 60).to_json()["rows"][0]["slope_at_one_centred"]["value"]
    shorter = next(row for row in rates.to_json()["rows"] if row["activation"] == "tanh")["slope_at_one_centred"]
    assert shorter["method"] == "certified"
    assert abs(Decimal(longer) - Decimal(shorter["value"])) <= Decimal(shorter["radius"])
    assert len(shorter["value"]) >= 41


def test_hermite_table() -> None:
    table = rate_table("hermite", [Activation.from_text("cube")], 20, terms=5)
    values = [row["coefficient"] for row in table.to_json()["rows"]]
    assert [value.get("closed_form") for value in values] == [
        "0",
        "3",
        "0",
        "sqrt(6)",
        "0",
    ]  # x^3 = 3 he_1 + sqrt(6) he_3
    assert [row["k"] for row in table.to_json()["rows"]] == list(range(5))


def test_fixed_point_table_and_formats_agree() -> None:
    table = rate_table("fixed-points", catalogue("leaky_relu", "step"), 15)
    rows = table.text_rows()
    assert [row[:3] for row in rows[:2]] == [["leaky_relu", "normalised", "1"], ["leaky_relu", "centred", "0"]]
    lines = table.to_markdown().splitlines()
    assert len(lines) == len(rows) + 2
    assert [cell.strip() for cell in lines[2].strip("|").split("|")] == rows[0]
    parsed = list(csv.reader(io.StringIO(table.to_csv())))
    assert parsed[1:] == rows
    assert json.loads(json.dumps(table.to_json()))["schema"] == 1


def test_latex_is_escaped_and_balanced() -> None:
    text = rate_table(
        "rates", [*catalogue("leaky_relu", "step"), Activation.from_text("max(x,0)**2 + 1")], 8
    ).to_latex()
    assert r"leaky\_relu" in text
    assert r"$\infty$" in text
    assert text.count(r"\begin{tabular}") == text.count(r"\end{tabular}") == 1
    assert [text.count(rule) for rule in (r"\toprule", r"\midrule", r"\bottomrule")] == [1, 1, 1]
    body = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert len({line.count("&") for line in body}) == 1
    assert len(body) == 4


def test_names_with_bars_and_commas_survive() -> None:
    odd = Activation("a|b,c", Activation.from_text("square").expression)
    table = rate_table("hermite", [odd], 5, terms=1)
    assert r"a\|b,c" in table.to_markdown()
    assert next(csv.reader(io.StringIO(table.to_csv().splitlines()[1])))[0] == "a|b,c"


def test_identity_has_a_row() -> None:
    row = rate_table("rates", catalogue("identity"), 10).to_json()["rows"][0]
    assert row["case"] == "identity"
    assert row["attractor"] is None


@pytest.mark.slow
def test_whole_catalogue_at_50_digits() -> None:
    table = rate_table("rates", catalogue(), 50)
    rows = table.text_rows()
    assert len(rows) == len(catalogue())
    assert {row[-1] for row in rows} <= {"exact", "certified"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("speeds", catalogue("relu")), "needs a kind of rates, gains, hermite, fixed-points, got kind='speeds'"),
        (("rates", ()), "needs at least one activation"),
        (("rates", catalogue("relu"), 0), "needs digits in 1..10000, got digits=0"),
        (("hermite", catalogue("relu"), 10, 0), "needs at least one term"),
    ],
)
def test_bad_input(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        rate_table(*arguments)  # type: ignore[arg-type]
