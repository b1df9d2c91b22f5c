"""Certificates are exact, reproducible text."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
import sympy

from proofs_check.interval.certificate import Certificate, digest, halves
from proofs_check.interval.prover import prove_nonnegative

x, y = sympy.symbols("x y")


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    return prove_nonnegative(x**2 + y**2 - x * y + sympy.Rational(1, 9), {x: ("-1/3", 1), y: (-1, 1)}).certificate


def _numbers(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [number for part in value for number in _numbers(part)]
    return [value]


def test_no_float_is_written(certificate):
    assert not any(isinstance(number, float) for number in _numbers(json.loads(certificate.text)))


def test_written_and_read_it_is_the_same(certificate, tmp_path):
    certificate.write(tmp_path / "c.json")
    assert Certificate.read(tmp_path / "c.json") == certificate
    assert certificate.digest == digest(certificate.document)


def test_the_digest_does_not_depend_on_the_order_of_keys(certificate):
    document = certificate.document
    assert digest(dict(reversed(document.items()))) == certificate.digest
    assert digest(document | {"claim": document["claim"] + " "}) != certificate.digest


def test_halves_share_the_middle():
    cell = ((Fraction(0), Fraction(1, 3)), (Fraction(1), Fraction(2)))
    lower, upper = halves(cell, 0)
    assert lower[0] == (0, Fraction(1, 6))
    assert upper[0] == (Fraction(1, 6), Fraction(1, 3))
    assert lower[1] == upper[1] == cell[1]
