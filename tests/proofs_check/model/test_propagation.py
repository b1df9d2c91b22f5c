"""Layers of real models: what is expected against closed forms, bands that hold and that find dependence, gradients, what is not recognised."""

import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

from proofs_check.model.model_check import check  # noqa: E402
from proofs_check.model.propagation import correlation, gap  # noqa: E402
from theory.activation.activation import Activation  # noqa: E402
from theory.kernel_map.kernel_map import KernelMap  # noqa: E402

SPEC = importlib.util.spec_from_file_location("models_written_out", Path(__file__).with_name("models.py"))
models = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(models)


def inputs(name):
    torch.manual_seed(50)
    return {
        "mlp": lambda: torch.randn(6, 64),
        "default": lambda: torch.randn(6, 64),
        "conv": lambda: torch.randn(4, 3, 8, 8),
        "gpt": lambda: torch.randint(0, 120, (2, 16)),
        "lstm": lambda: torch.randn(5, 3, 24),
    }[name]()


def layers(model, batch, **options):
    return {(one.name, one.function): one for one in check(model, batch, **options).layers}


@pytest.mark.parametrize("name", models.RIGHT)
@pytest.mark.parametrize("seed", range(3))
def test_right_models_stay_in_their_bands(name, seed):
    torch.manual_seed(seed)
    found = check(models.RIGHT[name](), inputs(name))
    assert found.is_right
    assert any(one.status == "right" for one in found.layers) == (name not in ("default", "lstm"))
    assert all(one.low < one.mean_square < one.high for one in found.layers if one.low is not None)


def test_a_wide_relu_network_follows_the_kernel_map():
    """He's gain keeps the mean square, and rho goes to kappa(rho), layer by layer."""
    torch.manual_seed(0)
    width = 2000
    model = nn.Sequential(nn.Linear(64, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 4))
    for layer in model[::2]:
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)
    batch = torch.randn(2, 64)
    batch[1] = 0.6 * batch[0] + 0.8 * batch[1]
    batch = batch / batch.norm(dim=1, keepdim=True) * 8
    found = layers(model, batch)
    rho = float(batch[0] @ batch[1]) / 64
    kappa = KernelMap.normalised(Activation.from_text("relu"))
    first, second = found["0", "linear"], found["2", "linear"]
    assert first.expected == pytest.approx(2, rel=0.02)
    assert first.expected_correlation == pytest.approx(rho, abs=1e-5)
    assert found["1", "relu"].theory == pytest.approx(first.expected / 2, rel=1e-5)
    assert second.theory == pytest.approx(2, rel=0.02)
    assert second.correlation == pytest.approx(kappa(rho), abs=6 / math.sqrt(width))
    # the gradient through relu is halved, and doubled by the layer behind it
    assert found["0", "linear"].gradient == pytest.approx(found["0", "linear"].expected_gradient, rel=0.1)
    assert found["0", "linear"].gradient == pytest.approx(second.gradient, rel=0.2)


@pytest.mark.parametrize(
    "activation",
    [nn.ReLU(), nn.GELU(), nn.Tanh(), nn.LeakyReLU(0.2), nn.Hardtanh(), nn.SiLU(inplace=True)],
    ids=lambda a: type(a).__name__,
)
def test_expected_mean_square_and_slope_are_integrals(activation):
    """A second route: Gauss-Hermite at many nodes, of the kernel that is expected of a linear layer."""
    torch.manual_seed(1)
    batch = torch.randn(2, 30)
    model = nn.Sequential(nn.Linear(30, 400, bias=False), activation, nn.Linear(400, 3))
    found = layers(model, batch)
    (_, middle), (_, after) = list(found.items())[:2]
    x, weight = np.polynomial.hermite_e.hermegauss(180)
    with torch.no_grad():
        hidden = model[0](batch).double()
        roots = hidden.square().mean(1).sqrt()[:, None]
        values = type(activation).forward(activation, roots * torch.from_numpy(x)).numpy()
    assert after.expected == pytest.approx((values**2 @ weight / weight.sum()).mean(), rel=5e-3)
    assert after.mean_square == pytest.approx(after.expected, rel=0.2)
    assert middle.gradient == pytest.approx(middle.expected_gradient, rel=0.2)


def test_convolutions_expect_what_their_patches_say():
    torch.manual_seed(2)
    model = nn.Conv2d(8, 4000, 3, stride=2, padding=1, groups=4)
    nn.init.normal_(model.weight, std=0.1)
    nn.init.zeros_(model.bias)
    found = next(iter(layers(model, torch.randn(3, 8, 7, 7)).values()))
    assert found.mean_square == pytest.approx(found.expected, rel=0.1)
    assert found.correlation == pytest.approx(found.expected_correlation, abs=0.05)
    same = next(iter(layers(nn.Conv2d(3, 64, 3, padding="same"), torch.randn(3, 3, 5, 5)).values()))
    assert same.low < same.mean_square < same.high
    uneven = next(iter(layers(nn.Conv2d(3, 64, 2, padding="same"), torch.randn(3, 3, 5, 5)).values()))
    assert uneven.kind == "other"
    line = nn.Conv1d(6, 4000, 5, dilation=2, padding=4)
    nn.init.normal_(line.weight, std=0.1)
    found = next(iter(layers(line, torch.randn(3, 6, 20)).values()))
    assert found.mean_square == pytest.approx(found.expected, rel=0.1)


class Dependent(nn.Module):
    """The second layer's weights point where its inputs are: right laws, but not independent of the data."""

    def __init__(self, batch):
        super().__init__()
        self.first = nn.Linear(40, 60, bias=False)
        nn.init.normal_(self.first.weight, std=40**-0.5)
        with torch.no_grad():
            self.first.weight += 0.3 * torch.randn(60, 1) @ batch[:1] / batch[0].norm()
            self.first.weight *= 40**-0.5 / self.first.weight.square().mean().sqrt()

    def forward(self, x):
        return self.first(x)


def test_weights_that_know_the_data_are_found():
    torch.manual_seed(3)
    batch = torch.randn(1, 40).repeat(2, 1) + 0.1 * torch.randn(2, 40)
    found = check(Dependent(batch), batch)
    assert found.faults == []
    assert [one.name for one in found.outside] == ["first"]
    assert not found.is_right
    assert "1 of 1 layers outside" in found.summary


class Branches(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm, self.layer, self.drop = nn.LayerNorm(50), nn.Linear(50, 50), nn.Dropout(0.5)

    def forward(self, x):
        for _ in range(2):
            x = x + functional.dropout(self.drop(functional.softmax(self.layer(self.norm(x)), -1)), 0.5)
        return x


def test_what_is_not_recognised_is_said_and_dropout_is_off():
    torch.manual_seed(4)
    found = check(Branches(), torch.randn(4, 50))
    assert any("not recognised" in line and "softmax (2)" in line for _, line in found.readings)
    softmax = next(one for one in found.layers if one.function == "softmax")
    assert softmax.kind == "other"
    assert softmax.expected is None
    # used twice: no band
    assert {one.status for one in found.layers} == {"measured"}
    assert check(Branches(), torch.randn(4, 50)).layers[0].function == "layer_norm"


def test_vanishing_gradients_and_collapse_are_read():
    torch.manual_seed(5)
    parts = [part for _ in range(16) for part in (nn.Linear(60, 60), nn.ReLU())]
    text = " ".join(line for _, line in check(nn.Sequential(*parts, nn.Linear(60, 3)), torch.randn(4, 60)).readings)
    assert "mean squared gradient vanishes" in text
    assert "inputs are hardly told apart" in text


def test_the_model_is_left_as_it_was():
    torch.manual_seed(6)
    model = models.conv_net()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    check(model, torch.randn(4, 3, 8, 8))
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_arrays_tuples_and_dicts_are_inputs():
    torch.manual_seed(7)
    batch = torch.randn(3, 64)
    model = models.mlp()
    expected = check(model, batch).layers
    for one in (batch.numpy(), batch.double(), (batch,), {"input": batch}):
        assert [layer.mean_square for layer in check(model, one).layers] == pytest.approx(
            [e.mean_square for e in expected]
        )


def test_correlation_and_gap():
    kernel = np.array([[2.0, 1.0], [1.0, 2.0]])
    assert correlation(kernel) == pytest.approx(0.5)
    assert gap(kernel) == pytest.approx(math.log(2) - math.log(3) / 2)
    assert gap(np.ones((2, 2))) is None
    assert correlation(np.eye(1)) is None


@pytest.mark.parametrize(
    ("make", "batch", "match"),
    [
        (models.mlp, lambda: torch.randn(3, 5), r"could not run Sequential on inputs of shape \(3, 5\): RuntimeError"),
        (models.mlp, lambda: "text", "could not run Sequential"),
        (models.mlp, lambda: torch.full((3, 64), math.inf), "finite activations"),
        (lambda: nn.Linear(5, 5), lambda: torch.randn(5), "add a batch axis"),
        (lambda: nn.Bilinear(3, 4, 5), lambda: torch.randn(3, 3), "could not run Bilinear"),
    ],
    ids=["shape", "text", "infinite", "no batch", "arguments"],
)
def test_bad_inputs(make, batch, match):
    with pytest.raises(ValueError, match=match):
        check(make(), batch())
