"""Parameters of real models: right ones raise no alarm, planted faults are found and named, whatever the seed."""

import importlib.util
import math
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402

from proofs_check.model.model_check import check  # noqa: E402

SPEC = importlib.util.spec_from_file_location("models_written_out", Path(__file__).with_name("models.py"))
models = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(models)
GPT, RIGHT, conv_net, default_mlp, mlp = models.GPT, models.RIGHT, models.conv_net, models.default_mlp, models.mlp
SEEDS = range(3)


def by_name(found):
    return {finding.name: finding for finding in found.parameters}


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("seed", SEEDS)
def test_right_models_have_no_fault(name, seed):
    torch.manual_seed(seed)
    found = check(RIGHT[name]())
    assert found.is_right, found.faults
    assert not [finding for finding in found.parameters if finding.status == "unnamed"]


def grouped():
    model = conv_net(groups=4)
    weight = model[3].conv1.weight
    nn.init.normal_(weight, std=math.sqrt(2 / (32 * 9)))
    return model, {"3.conv1.weight"}


def grouped_everywhere():
    model, wrong = conv_net(groups=8), set()
    for name, module in model.named_modules():
        if isinstance(module, nn.Conv2d) and module.groups > 1:
            nn.init.normal_(module.weight, std=math.sqrt(2 / (32 * 9)))
            wrong.add(f"{name}.weight")
    return model, wrong


def grouped_default():
    """The framework's own uniform bound, of the ungrouped fan-in."""
    model = nn.Sequential(
        nn.Conv2d(16, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3, groups=4), nn.ReLU(), nn.Conv2d(64, 64, 3)
    )
    nn.init.uniform_(model[2].weight, -1 / math.sqrt(32 * 9), 1 / math.sqrt(32 * 9))
    return model, {"2.weight"}


def variance_for_std():
    model = mlp()
    nn.init.normal_(model[2].weight, std=2 / 128)
    return model, {"2.weight"}


def variance_for_std_everywhere():
    model = mlp()
    for layer in model[::2]:
        nn.init.normal_(layer.weight, std=2 / layer.in_features)
    return model, {"0.weight", "2.weight", "4.weight", "6.weight"}


def std_for_variance():
    model = GPT()
    nn.init.normal_(model.h[1].mlp.c_fc.weight, std=math.sqrt(0.02))
    return model, {"h.1.mlp.c_fc.weight"}


def unscaled():
    return GPT(scaled=False), {f"h.{k}.{part}.c_proj.weight" for k in range(3) for part in ("attn", "mlp")}


def unscaled_once():
    model = GPT()
    nn.init.normal_(model.h[2].attn.c_proj.weight, std=0.02)
    return model, {"h.2.attn.c_proj.weight"}


def unscaled_half():
    """One factor 1/sqrt(L) in place of 1/sqrt(2L)."""
    model = GPT()
    for block in model.h:
        nn.init.normal_(block.mlp.c_proj.weight, std=0.02 / math.sqrt(3))
    return model, {f"h.{k}.mlp.c_proj.weight" for k in range(3)}


def swapped():
    model = mlp()
    nn.init.normal_(model[2].weight, std=math.sqrt(2 / 256))
    return model, {"2.weight"}


def swapped_everywhere():
    model = mlp()
    for layer in model[::2]:
        nn.init.normal_(layer.weight, std=math.sqrt(2 / layer.out_features))
    return model, {"0.weight", "2.weight", "4.weight", "6.weight"}


def truncated():
    model = mlp()
    for layer in model[::2]:
        std = math.sqrt(2 / layer.in_features)
        nn.init.trunc_normal_(layer.weight, std=std, a=-2 * std, b=2 * std)
    return model, {"0.weight", "2.weight", "4.weight", "6.weight"}


def zeros():
    model = mlp()
    nn.init.zeros_(model[2].weight)
    return model, {"2.weight"}


def zeros_in_one_block():
    model = GPT()
    nn.init.zeros_(model.h[1].mlp.c_proj.weight)
    return model, {"h.1.mlp.c_proj.weight"}


def copied():
    model = nn.TransformerEncoder(nn.TransformerEncoderLayer(32, 4, 64, batch_first=True), 2)
    ends = ("self_attn.in_proj_weight", "self_attn.out_proj.weight", "linear1.weight", "linear2.weight")
    return model, {f"layers.1.{end}" for end in ends}


def constant():
    model = mlp()
    nn.init.constant_(model[4].weight, 0.01)
    return model, {"4.weight"}


def odd_one_out():
    model = mlp()
    model[4].weight.data *= 3
    return model, {"4.weight"}


PLANTED = {
    "grouped fan": (grouped, "grouped_fan", "the ungrouped fan-in"),
    "grouped fan everywhere": (grouped_everywhere, "grouped_fan", "the ungrouped fan-in"),
    "grouped fan, default law": (grouped_default, "grouped_fan", "the ungrouped fan-in"),
    "variance for std": (variance_for_std, "variance_as_std", "variance passed where std was meant"),
    "variance for std everywhere": (
        variance_for_std_everywhere,
        "variance_as_std",
        "variance passed where std was meant",
    ),
    "std for variance": (std_for_variance, "std_as_variance", "std passed where variance was meant"),
    "no residual scale": (unscaled, "residual_scale", r"1/sqrt(6) (1/sqrt(2L)) not applied"),
    "no residual scale once": (unscaled_once, "residual_scale", "not applied"),
    "half a residual scale": (unscaled_half, "residual_scale", "one branch a block counted"),
    "swapped fans": (swapped, "swapped_fans", "fan-in and fan-out swapped"),
    "swapped fans everywhere": (swapped_everywhere, "swapped_fans", "fan-in and fan-out swapped"),
    "cut without correction": (truncated, "uncorrected_cut", "without the correction"),
    "zeros": (zeros, "zeros", "zero-initialised"),
    "zeros in one block": (zeros_in_one_block, "zeros", "zero-initialised"),
    "copied layers": (copied, "copied", "not drawn anew"),
    "constant": (constant, "constant", "units never come to differ"),
    "odd one out": (odd_one_out, "peers", "of He, which its peers follow"),
}


@pytest.mark.parametrize("name", PLANTED)
@pytest.mark.parametrize("seed", SEEDS)
def test_planted_faults_are_found_and_named_and_nothing_else(name, seed):
    torch.manual_seed(100 + seed)
    plant, mistake, reading = PLANTED[name]
    model, wrong = plant()
    faults = check(model).faults
    assert {finding.name for finding in faults} == wrong
    assert {finding.mistake for finding in faults} == {mistake}
    assert all(reading in finding.reading for finding in faults)


MEANT = {
    "zero gains": lambda: conv_net(zero_gains=True),
    "fan_out": lambda: each(conv_net(), nn.Conv2d, lambda w: nn.init.kaiming_normal_(w, mode="fan_out", nonlinearity="relu")),
    "xavier": lambda: each(default_mlp(), nn.Linear, nn.init.xavier_uniform_),
    "xavier tanh": lambda: each(default_mlp(), nn.Linear, lambda w: nn.init.xavier_normal_(w, gain=5 / 3)),
    "orthogonal": lambda: each(mlp(), nn.Linear, lambda w: nn.init.orthogonal_(w, gain=2**0.5)),
    "vit": lambda: each(GPT(), nn.Linear, lambda w: nn.init.trunc_normal_(w, std=0.02, a=-0.04, b=0.04)),
    "odd size": lambda: each(mlp(), nn.Linear, lambda w: nn.init.normal_(w, std=0.0371)),
    "identity": lambda: each(nn.Sequential(nn.Linear(9, 9)), nn.Linear, nn.init.eye_),
    "packed attention": lambda: nn.MultiheadAttention(48, 4),
    "transposed": lambda: nn.ConvTranspose2d(16, 16, 4, groups=2),
    "transposed default": lambda: nn.Sequential(nn.Conv2d(3, 16, 4), nn.ReLU(), nn.ConvTranspose2d(16, 3, 4), nn.ConvTranspose2d(3, 24, 3)),
    "transposed He": lambda: each(
        each(nn.Sequential(nn.Conv2d(8, 32, 3), nn.Conv2d(32, 32, 3), nn.ConvTranspose2d(32, 8, 4)), nn.Conv2d, he), nn.ConvTranspose2d, he
    ),
    "embedding with padding": lambda: nn.Sequential(nn.Embedding(50, 16, padding_idx=0), nn.Linear(16, 4)),
    "float16": lambda: mlp().half(),
    "bfloat16": lambda: mlp().bfloat16(),
    "orthogonal bfloat16": lambda: each(mlp(), nn.Linear, nn.init.orthogonal_).bfloat16(),
}  # fmt: skip


def he(weight):
    nn.init.kaiming_normal_(weight, nonlinearity="relu")


def each(model, kind, init):
    for module in model.modules():
        if isinstance(module, kind):
            init(module.weight)
    return model


@pytest.mark.parametrize("name", MEANT)
def test_what_is_done_on_purpose_is_no_fault(name):
    torch.manual_seed(7)
    found = check(MEANT[name]())
    assert found.is_right, found.faults


def test_what_is_read():
    torch.manual_seed(0)
    found = by_name(check(GPT()))
    assert found["wte.weight"].shared == ("lm_head.weight",)
    assert found["h.0.attn.c_proj.weight"].rule == "std 0.02 / sqrt(6)"
    assert found["h.0.ln_1.weight"].rule == "constant 1"
    torch.manual_seed(0)
    orthogonal = by_name(check(RIGHT["lstm"]()))["recurrent.weight_hh_l0"]
    assert (orthogonal.rule, orthogonal.std) == ("orthogonal gates, gain 1", pytest.approx(1, rel=1e-6))


def test_qr_without_signs_is_noted():
    model = nn.Linear(128, 128)
    generator = torch.Generator().manual_seed(0)
    model.weight.data = torch.linalg.qr(torch.randn(128, 128, generator=generator))[0]
    finding = by_name(check(model))["weight"]
    assert (finding.status, finding.mistake) == ("note", "not_haar")
    assert "QR without the sign" in finding.reading


def test_trained_weights_are_not_judged():
    model = mlp()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(
                torch.outer(*(torch.linspace(0, 1, n) for n in parameter.shape)) if parameter.ndim == 2 else 0.01
            )
    assert {finding.status for finding in check(model).parameters} <= {"unnamed", "right"}


@pytest.mark.slow
def test_other_seeds_of_right_models():
    """Seeds of five right models: none may alarm (probability below 1e-4 that a right program fails here)."""
    for seed in range(3, 8):
        for name, make in RIGHT.items():
            torch.manual_seed(seed)
            assert check(make()).is_right, (name, seed)


LAWS = {
    "he": ("he_normal", lambda: mlp(), set()),
    "gpt2": ({"*": "gpt2"}, lambda: GPT(), set()),
    "gpt2 unscaled": ({"*": "gpt2"}, lambda: GPT(scaled=False), {"residual_scale"}),
    "lecun": ("lecun_normal", lambda: mlp((64, 64, 64)), {"gain"}),
    "uniform": ("he_uniform", lambda: mlp(), {"law"}),
    "scaled": (["normal(0.02)", "*.c_proj.weight=normal(0.02/sqrt(2L))"], lambda: GPT(), set()),
    "zeros": (["he_normal", "2.weight=zeros"], lambda: zeros()[0], set()),
    "not zeros": (["he_normal", "2.weight=zeros"], lambda: mlp(), {"law"}),
    "orthogonal": ("orthogonal(sqrt(2))", MEANT["orthogonal"], set()),
    "other gain": ("orthogonal", MEANT["orthogonal"], {"law"}),
    "cut": ("truncated(0.02)", MEANT["vit"], set()),
    "any": ("any", lambda: odd_one_out()[0], set()),
    "declared zero": ("he_normal", lambda: zeros()[0], {"zeros"}),
}  # fmt: skip


@pytest.mark.parametrize("name", LAWS)
def test_declared_laws(name):
    torch.manual_seed(3)
    laws, make, mistakes = LAWS[name]
    found = check(make(), laws=laws)
    assert {finding.mistake for finding in found.faults} == mistakes


def test_laws_from_a_file(tmp_path):
    file = tmp_path / "laws.toml"
    file.write_text('[laws]\n"*.weight" = "he_normal"\n"2.weight" = "lecun_normal"\n')
    torch.manual_seed(3)
    faults = check(mlp((64, 64, 64, 64)), laws=str(file)).faults
    assert {finding.name for finding in faults} == {"2.weight"}
    assert faults[0].mistake == "gain"
