"""Fans of one group, in every layout."""

import pytest

from numerics.initialisation.fan import Fans, fans


@pytest.mark.parametrize(
    ("shape", "options", "expected"),
    [
        ((10, 7), {}, (7, 10)),
        ((7, 10), {"layout": "jax"}, (7, 10)),
        ((8, 4, 3, 5), {}, (60, 120)),
        ((8, 2, 3, 5), {"groups": 2}, (30, 60)),
        ((3, 5, 2, 8), {"layout": "jax", "groups": 2}, (30, 60)),
        ((6, 1, 3, 3), {"groups": 6}, (9, 9)),
        ((4, 8, 3), {"transposed": True}, (12, 24)),
        ((4, 8, 3), {"transposed": True, "groups": 2}, (6, 24)),
    ],
    ids=["linear", "jax", "conv", "grouped", "grouped jax", "depthwise", "transposed", "grouped transposed"],
)
def test_fans(shape, options, expected):
    assert fans(shape, **options) == Fans(*expected)


def test_modes():
    assert [Fans(2, 6).of(mode) for mode in ("fan_in", "fan_out", "fan_avg")] == [2, 6, 4]
    with pytest.raises(ValueError, match="mode='fan'"):
        Fans(2, 6).of("fan")


@pytest.mark.parametrize(
    ("shape", "options", "error", "match"),
    [
        ((5,), {}, ValueError, r"shape=\(5,\)"),
        ((5, 0), {}, ValueError, r"shape=\(5, 0\)"),
        ((5, 4), {"layout": "caffe"}, ValueError, "layout='caffe'"),
        ((5, 4), {"groups": 0}, ValueError, "groups=0"),
        ((5, 4), {"groups": 2}, ValueError, "groups=2"),
        ((6, 4), {"groups": 1.5}, TypeError, "float"),
    ],
    ids=["vector", "empty", "layout", "no group", "indivisible", "fraction"],
)
def test_bad_input(shape, options, error, match):
    with pytest.raises(error, match=match):
        fans(shape, **options)
