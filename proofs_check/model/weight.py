"""A torch module's parameters as plain data: array, role, fans, groups, peers.

The role says what a rule of initialisation may be about: ``linear``, ``conv``, ``attention`` (packed projections), ``recurrent_in``,
``recurrent_hidden``, ``embedding``, ``norm_gain``, ``bias``, ``other``. Peers are parameters whose names differ by numbers only
(``blocks.0.mlp.c_proj.weight``, ``blocks.1.mlp.c_proj.weight``). Nothing is copied unless it lies on another device.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from numerics.initialisation.fan import Fans, fans

if TYPE_CHECKING:
    import torch

ENDS = frozenset(
    {
        "c_proj",
        "out_proj",
        "o_proj",
        "wo",
        "proj",
        "proj_out",
        "fc2",
        "fc_out",
        "w2",
        "down_proj",
        "dense_4h_to_h",
        "linear2",
    }
    | {"attn_out", "mlp_out", "conv2", "conv3"}
)
"""Names of layers that end a residual branch, as GPT-2, Llama, ViT, BERT, ResNet and torch name them."""

_DIGITS = re.compile(r"(?<![A-Za-z_])\d+(?![A-Za-z_])")
_UNIT = {"float16": 2.0**-11, "bfloat16": 2.0**-8}
_MARKS = ("SCALE_INIT", "NANOGPT_SCALE_INIT", "LLMC_RESIDUAL_SCALE_FLAG")


@dataclass(frozen=True, slots=True, eq=False)
class Weight:
    """One parameter of a model.

    Parameters
    ----------
    name : str
        As `named_parameters` has it.
    shared : tuple of str
        Its other names, if it is tied.
    layer : str
        Class of the module that owns it.
    role : str
        See the module.
    array : ndarray
        Output features first.
    fans : Fans or None
        Of one group; of a bias those of the weight beside it.
    groups : int
    hidden : int
        Hidden size of a recurrent layer, else 0.
    kind : str
        The name with numbers replaced by ``*``.
    ends_branch : bool
        Whether its layer is named, or marked, as the end of a residual branch.
    marked : bool
        Whether its layer is `c_proj`, or carries a mark of GPT-2 code that it is to be scaled by 1/sqrt(2L).
    unit : float
        Unit roundoff of the format it is stored in.
    """

    name: str
    shared: tuple[str, ...]
    layer: str
    role: str
    array: NDArray[Any]
    fans: Fans | None
    groups: int
    hidden: int
    kind: str
    ends_branch: bool
    marked: bool
    unit: float


def read_weights(module: torch.nn.Module, caller: str = "check") -> list[Weight]:
    """Return the parameters of a module, each once, in the order of registration.

    Parameters
    ----------
    module : torch.nn.Module
    caller : str, optional
        Named in messages.

    Raises
    ------
    TypeError
        When `module` is no torch module.
    ValueError
        When there is no parameter, or one is lazy, quantised, without values (device meta), empty, complex or not finite.
    """
    import torch

    if not isinstance(module, torch.nn.Module):
        raise TypeError(f"{caller} needs a torch.nn.Module, got {type(module).__name__}.")
    names: dict[int, list[str]] = {}
    owners: dict[int, tuple[str, torch.nn.Module, str, torch.Tensor]] = {}
    for path, owner in module.named_modules(remove_duplicate=False):
        for local, parameter in owner.named_parameters(recurse=False):
            full = f"{path}.{local}" if path else local
            names.setdefault(id(parameter), []).append(full)
            owners.setdefault(id(parameter), (full, owner, local, parameter))
    if not owners:
        quantised = any("quantized" in type(one).__module__ for one in module.modules())
        why = "a quantised one; check it before quantising" if quantised else "one without any"
        raise ValueError(f"{caller} needs a module with parameters, got {type(module).__name__}, {why}.")
    found = []
    for key, (full, owner, local, parameter) in owners.items():
        _check_readable(full, parameter, caller)
        found.append(_read(full, tuple(dict.fromkeys(names[key][1:])), owner, local, parameter))
    repeated = Counter(weight.kind for weight in found)
    # an end of a branch is one of several: the output layer of a small network may well be called fc2
    return [replace(w, ends_branch=w.marked or (w.ends_branch and repeated[w.kind] > 1)) for w in found]


def _check_readable(name: str, parameter: Any, caller: str) -> None:
    import torch

    if isinstance(parameter, torch.nn.parameter.UninitializedParameter):
        raise ValueError(
            f"{caller} needs initialised parameters, got the lazy {name}; call the model once on an input first."
        )
    if parameter.device.type == "meta":
        raise ValueError(
            f"{caller} needs parameters with values, got {name} on device meta; build the model on the CPU."
        )
    if parameter.is_quantized or not (parameter.is_floating_point() or parameter.is_complex()):
        raise ValueError(
            f"{caller} needs floating-point parameters, got {name} of {parameter.dtype}; check it before quantising."
        )
    if parameter.is_complex():
        raise ValueError(f"{caller} needs real parameters, got {name} of {parameter.dtype}; register its real parts.")
    if parameter.numel() == 0:
        raise ValueError(f"{caller} needs parameters with entries, got {name} of shape {tuple(parameter.shape)}.")
    bad = parameter.numel() - int(torch.isfinite(parameter.detach()).sum())
    if bad:
        raise ValueError(
            f"{caller} needs finite parameters, got {bad} NaN or infinite of {parameter.numel()} in {name}."
        )


def _read(name: str, shared: tuple[str, ...], owner: Any, local: str, parameter: Any) -> Weight:
    import torch

    dtype = str(parameter.dtype).removeprefix("torch.")
    tensor = parameter.detach().cpu()
    array = (tensor if dtype in ("float32", "float64", "float16") else tensor.float()).numpy()
    role, own, groups, hidden = _role(owner, local, parameter)
    if role == "linear" and type(owner).__name__ == "Conv1D":  # Hugging Face's: a linear layer, stored (in, out)
        array = array.T
    if role == "embedding" and getattr(owner, "padding_idx", None) is not None:
        array = np.delete(array, owner.padding_idx, axis=0)
    layer_name = name.rpartition(".")[0].rpartition(".")[2]
    marked = local == "weight" and (layer_name == "c_proj" or any(hasattr(owner, mark) for mark in _MARKS))
    return Weight(
        name=name,
        shared=shared,
        layer=type(owner).__name__,
        role=role,
        array=array,
        fans=own,
        groups=groups,
        hidden=hidden,
        kind=kind_of(name),
        ends_branch=local == "weight" and layer_name in ENDS and role in ("linear", "conv"),
        marked=marked and role in ("linear", "conv"),
        unit=_UNIT.get(dtype, float(torch.finfo(parameter.dtype).eps) / 2),
    )


def _role(owner: Any, local: str, parameter: Any) -> tuple[str, Fans | None, int, int]:
    """Return role, fans, groups and hidden size."""
    import torch

    nn, shape = torch.nn, tuple(parameter.shape)
    if isinstance(owner, (nn.RNNBase, nn.RNNCellBase)):
        hidden = owner.hidden_size
        role = {"weight_ih": "recurrent_in", "weight_hh": "recurrent_hidden"}.get(local[:9], "other")
        role = "bias" if local.startswith("bias") else role
        return role, Fans(shape[-1], hidden) if len(shape) == 2 else Fans(hidden, hidden), 1, hidden
    if isinstance(owner, nn.MultiheadAttention) and local.endswith("proj_weight"):
        return "attention", fans(shape), 1, 0
    if isinstance(owner, nn.Embedding | nn.EmbeddingBag):
        return "embedding", Fans(shape[-1], shape[0]), 1, 0
    if len(shape) == 1 and ("Norm" in type(owner).__name__):
        return ("bias" if local == "bias" else "norm_gain"), None, 1, 0
    weight = getattr(owner, "weight", None)
    if isinstance(owner, nn.modules.conv._ConvNd):
        own = fans(tuple(owner.weight.shape), groups=owner.groups, transposed=owner.transposed)
        return ("conv" if local == "weight" else "bias"), own, owner.groups, 0
    if isinstance(weight, torch.Tensor) and weight.ndim == 2 and local in ("weight", "bias"):
        turned = type(owner).__name__ == "Conv1D"
        own = fans(tuple(weight.shape), layout="jax" if turned else "torch")
        return ("linear" if local == "weight" else "bias"), own, 1, 0
    if local.endswith("bias"):
        return "bias", None, 1, 0
    return "other", None, 1, 0


def kind_of(name: str) -> str:
    """Return a parameter's name with its numbers replaced by ``*``.

    Examples
    --------
    >>> kind_of("h.11.mlp.c_proj.weight"), kind_of("conv1.weight")
    ('h.*.mlp.c_proj.weight', 'conv1.weight')
    """
    return _DIGITS.sub("*", name)


def branches(weights: list[Weight]) -> int:
    """Return the number 2L of residual branches, counted by the layers that end one; 0 when none is named so."""
    return sum(weight.ends_branch for weight in weights)


def matrices(weight: Weight) -> Iterator[NDArray[Any]]:
    """Yield what may be orthogonal: the array as a matrix, and of a recurrent layer each gate's own."""
    matrix = weight.array.reshape(len(weight.array), -1)
    yield matrix
    if weight.hidden and matrix.shape[0] > weight.hidden:
        yield from np.split(matrix, math.ceil(matrix.shape[0] / weight.hidden))
