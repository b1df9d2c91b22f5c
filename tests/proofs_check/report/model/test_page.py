"""The page of a model check: by itself, escaped, the same each time, with curves where inputs were given."""

import pytest

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402

from proofs_check.model.model_check import check  # noqa: E402
from proofs_check.report.model.page import curves, model_page  # noqa: E402


@pytest.fixture(scope="module")
def found():
    torch.manual_seed(0)
    return check(nn.Sequential(nn.Linear(20, 30), nn.ReLU(), nn.Linear(30, 4)), torch.randn(4, 20), name="<b>model</b>")


def test_page(found):
    page = model_page(found)
    assert page == model_page(found)
    assert "&lt;b&gt;model&lt;/b&gt;" in page
    assert "<b>model" not in page
    assert "<script" not in page
    assert "http" not in page.replace("http://www.w3.org", "")
    assert page.count("<svg") == len(curves(found.layers)) >= 3


def test_page_without_layers(found):
    torch.manual_seed(0)
    model = nn.Linear(30, 20)
    nn.init.zeros_(model.weight)
    page = model_page(check(model))
    assert "<svg" not in page
    assert "zero-initialised" in page
    assert 'class="badge fault"' in page


def test_frames(found):
    pandas = pytest.importorskip("pandas")
    assert isinstance(found.frame(), pandas.DataFrame)
    assert list(found.layer_frame()["function"]) == ["linear", "relu", "linear"]
