from __future__ import annotations

import copy

from benchmarks.compare_reports import differences

REPORT = {
    "claims": [
        {"id": "A1", "verdict": "proved", "evidence": [{"check": "c", "case": "relu", "cells": 3, "seconds": 1.0}]}
    ]
}


def test_times_are_no_difference() -> None:
    later = copy.deepcopy(REPORT)
    later["claims"][0]["evidence"][0]["seconds"] = 2.0
    assert list(differences(REPORT, later)) == []


def test_a_verdict_that_changed_is_named_by_its_claim() -> None:
    later = copy.deepcopy(REPORT)
    later["claims"][0]["verdict"] = "certified"
    later["claims"].insert(0, {"id": "A0"})
    found = list(differences(REPORT, later))
    assert ("/claims/A1/verdict", "proved", "certified") in found
    assert ("/claims/A0", None, {"id": "A0"}) in found
