"""Many digits are announced or refused before they are begun; parameters get their values in every command."""

import time

import pytest

from proofs_check.commands import estimate
from proofs_check.commands.estimate import PILOT, announce
from proofs_check.commands.parameters import with_parameters


def test_few_digits_are_not_measured():
    asked = []
    announce(asked.append, 2 * PILOT - 1)
    assert asked == []


def test_what_takes_long_is_said_on_standard_error(capsys, monkeypatch):
    clock = iter([0.0, 0.5])
    monkeypatch.setattr(time, "process_time", lambda: next(clock))
    announce(lambda _: None, 5 * PILOT)  # half a second at 200 digits is 125 times that at 1000
    assert "1000 digits take up to 62 s" in capsys.readouterr().err


def test_what_is_short_is_not_mentioned(capsys):
    announce(lambda _: None, 2 * PILOT)
    assert capsys.readouterr().err == ""


def test_more_than_the_memory_is_refused_with_what_fits(monkeypatch):
    sizes = iter([2**28, 2**28 + 2**24])
    monkeypatch.setattr(estimate, "_peak", lambda: next(sizes))
    monkeypatch.setattr("theory.haar.memory.memory_limit", lambda: 2**30)
    with pytest.raises(ValueError, match=r"got 2000 digits that take about 2 GB; at most about \d+ fit") as refused:
        announce(lambda _: None, 10 * PILOT)
    most = int(str(refused.value).split("at most about ")[1].split()[0])
    assert 2**28 + 2**24 * (most / PILOT) ** 2 == pytest.approx(2**30, rel=0.01)


def test_values_are_put_where_the_names_occur():
    assert with_parameters(["tanh(a*x)", "relu", "a*x + b"], ["a=2", "b = 1/3"], "gain") == [
        "tanh((2)*x)",
        "relu",
        "(2)*x + (1/3)",
    ]


@pytest.mark.parametrize(
    ("let", "message"),
    [(["c=1"], "parameters that it has"), (["a"], "NAME=NUMBER"), (["a=1", "a=2"], "once for each name")],
)
def test_names_that_occur_nowhere_or_twice_are_refused(let, message):
    with pytest.raises(ValueError, match=message):
        with_parameters(["tanh(a*x)", "relu"], let, "gain")
