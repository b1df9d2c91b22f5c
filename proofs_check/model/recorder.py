"""A forward and a backward pass of a real model, written down operation by operation as it runs.

Functions of torch are intercepted while the model computes, so functional calls, residual sums and control flow need no tracing. Of every tensor at most
`ROWS` rows are kept: a row is what one sample has at one position, its entries are the units (last axis of a linear layer, channels of a convolution), and
the Gram matrix of the rows divided by the number of units is the kernel. Statistics are taken when a tensor is made, so operations in place do no harm.
Batch norm uses the batch, as in training; dropout is off.
"""

from __future__ import annotations

import copy
import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from proofs_check.model.source import first_line

try:
    import torch
    from torch.nn import functional
    from torch.overrides import TorchFunctionMode
except ImportError:  # the documentation is built without torch: the module can be read then, and not used
    TorchFunctionMode = object

Array = NDArray[np.float64]

ROWS = 8
"""Rows of a tensor that are looked at."""

ELEMENTWISE = frozenset(
    [
        "celu",
        "elu",
        "elu_",
        "erf",
        "gelu",
        "hardshrink",
        "hardsigmoid",
        "hardswish",
        "hardtanh",
        "leaky_relu",
        "leaky_relu_",
        "logsigmoid",
        "mish",
        "relu",
        "relu6",
        "relu_",
        "selu",
        "sigmoid",
        "sigmoid_",
        "silu",
        "sin",
        "softplus",
        "softshrink",
        "softsign",
        "tanh",
        "tanh_",
        "tanhshrink",
        "cos",
        "abs",
        "square",
    ]
)
NORMS = frozenset({"batch_norm", "layer_norm", "rms_norm", "group_norm", "instance_norm"})
_SHAPES = frozenset(
    [
        "view",
        "reshape",
        "flatten",
        "transpose",
        "permute",
        "contiguous",
        "unsqueeze",
        "squeeze",
        "split",
        "chunk",
        "unbind",
        "__getitem__",
        "expand",
        "to",
        "float",
        "type_as",
        "movedim",
        "size",
        "dim",
        "__get__",
        "unflatten",
        "detach",
        "clone",
        "t",
        "swapaxes",
        "narrow",
        "select",
        "getitem",
        "arange",
        "zeros",
        "ones",
        "ndimension",
        "__len__",
        "stride",
        "is_floating_point",
    ]
)
_SAME = frozenset({"contiguous", "detach", "clone", "to", "float", "type_as"})
_ALWAYS = frozenset(
    {"lstm", "gru", "rnn_tanh", "rnn_relu", "multi_head_attention_forward", "scaled_dot_product_attention", "embedding"}
)


@dataclass(slots=True, eq=False)
class Operation:
    """One operation and what was measured of its output.

    Parameters
    ----------
    name : str
        Path of the module it happened in.
    function : str
        Of torch.
    kind : str
        ``linear``, ``conv``, ``elementwise``, ``norm``, ``add`` or ``other``.
    axis : int
        Axis of the units.
    units : int
    kernel : ndarray, shape (rows, rows)
        Of the output, measured.
    mean_square : float
        Of the whole output.
    sources : list of Operation or None
        Which operations made its inputs; None: something that was not recognised.
    source_kernels : list of ndarray
        Kernels of the inputs, measured, over the same rows (of a convolution: of the patches, times their size, group by group).
    weight : str
        Name of the parameter of a linear layer or convolution; "" if it is none.
    entry_square, bias_square : float
        Mean square of the entries of weight and bias.
    fan : float
        Inputs that one unit sums over.
    entries : int
        Of the weight.
    back : float
        Factor of mean squared gradients from output to input.
    apply : callable or None
        An elementwise function of one tensor.
    gradient : float or None
        Mean square of the gradient at the output.
    consumers : list of Operation
    """

    name: str
    function: str
    kind: str
    axis: int
    units: int
    kernel: Array
    mean_square: float
    sources: list[Operation | None]
    source_kernels: list[Array]
    weight: str = ""
    entry_square: float = 0.0
    bias_square: float = 0.0
    fan: float = 0.0
    entries: int = 0
    back: float = 0.0
    apply: Any = None
    gradient: float | None = None
    consumers: list[Operation] = field(default_factory=list)
    keeps_rows: bool = True


def kernel_of(tensor: Any, axis: int) -> Array:
    """Return the Gram matrix of the kept rows over the units."""
    rows = tensor.detach().movedim(axis, -1)
    rows = rows.reshape(-1, rows.shape[-1])
    kept = rows[np.unique(np.linspace(0, len(rows) - 1, ROWS).astype(int))].double()
    return np.asarray((kept @ kept.T / kept.shape[1]).cpu().numpy())


class Recorder(TorchFunctionMode):
    """Writes down the operations of one forward pass."""

    def __init__(self, names: dict[int, str]) -> None:
        super().__init__()
        self.names, self.path = names, [""]
        self.operations: list[Operation] = []
        self._made: dict[int, tuple[Any, Operation]] = {}
        self._derived: dict[int, Any] = {}

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        if "dropout" in name and args and isinstance(args[0], torch.Tensor):
            return args[0]
        before = self._before(name, args, kwargs)
        out = func(*args, **kwargs)
        first = out[0] if isinstance(out, tuple) and out else out
        if name in _SHAPES:
            self._pass(name, args, out)
        elif isinstance(first, torch.Tensor) and first.is_floating_point() and first.ndim >= 2 and first.numel():
            self._write(name, func, args, kwargs, first, before)
        return out

    def _pass(self, name: str, args: Any, out: Any) -> None:
        """Follow a tensor through a change of shape, after which its rows are others, or through none."""
        if not args or not isinstance(args[0], torch.Tensor):
            return
        made = self._source(args[0])
        for one in out if isinstance(out, (tuple, list)) else (out,):
            if isinstance(one, torch.Tensor) and one.is_floating_point():
                if made is not None and name in _SAME:
                    self._made[id(one)] = (one, made)
                elif made is not None or id(args[0]) in self._derived:
                    self._derived[id(one)] = one

    def _follows(self, tensor: Any) -> bool:
        """Whether a tensor comes from an operation that was written down."""
        return isinstance(tensor, torch.Tensor) and (self._source(tensor) is not None or id(tensor) in self._derived)

    def leave(self, *_: Any) -> None:
        """Forget the module that has been passed; a hook, which must return nothing."""
        self.path.pop()

    def _source(self, tensor: Any) -> Operation | None:
        found = self._made.get(id(tensor))
        return None if found is None or found[0] is not tensor else found[1]

    def _before(self, name: str, args: Any, kwargs: Any) -> list[Array]:
        """Return what must be read of the inputs before an operation in place changes them."""
        if name in ELEMENTWISE or name in NORMS:
            source = args[0] if args else kwargs.get("input")
            axis = self._axis(source, name)
            return [kernel_of(source, axis)] if isinstance(source, torch.Tensor) and source.ndim >= 2 else []
        return []

    def _axis(self, tensor: Any, name: str = "") -> int:
        made = self._source(tensor)
        if made is not None:
            return made.axis
        return 1 if name in ("batch_norm", "group_norm", "instance_norm") else -1

    def _write(self, name: str, func: Any, args: Any, kwargs: Any, out: Any, before: list[Array]) -> None:
        found: Operation | None = None
        if name == "linear":
            found = self._linear(args, kwargs, out)
        elif name == "addmm" and isinstance(args[2], torch.Tensor) and id(args[2]) in self.names:
            found = self._linear((args[1], args[2].T, args[0]), {}, out, self.names[id(args[2])])
        elif name in ("conv1d", "conv2d"):
            found = self._conv(name, args, kwargs, out)
        elif name in ELEMENTWISE and before:
            found = self._operation("elementwise", name, [args[0]], before, out)
            rest, options = args[1:], {key: value for key, value in kwargs.items() if key != "inplace"}
            plain = getattr(torch, name[:-1], func) if name.endswith("_") else func
            if name == "relu":
                rest = ()
            found.apply = lambda x: plain(x, *rest, **options)
        elif name in NORMS and before:
            found = self._operation("norm", name, [args[0]], before, out)
        elif name in ("add", "add_", "__add__", "__radd__", "__iadd__") and self._is_sum(args, out):
            axis = self._axis(args[0]) if self._source(args[0]) is not None else self._axis(args[1])
            found = self._operation("add", "add", list(args[:2]), [kernel_of(one, axis) for one in args[:2]], out, axis)
        elif name in _ALWAYS or any(self._follows(one) for one in args):
            found = self._operation("other", name, [one for one in args if isinstance(one, torch.Tensor)], [], out)
        if found is None:
            return
        self.operations.append(found)
        self._made[id(out)] = (out, found)
        for source in found.sources:
            if source is not None:
                source.consumers.append(found)
        if out.requires_grad:
            out.register_hook(lambda gradient: setattr(found, "gradient", float(gradient.double().square().mean())))

    def _is_sum(self, args: Any, out: Any) -> bool:
        tensors = [one for one in args[:2] if isinstance(one, torch.Tensor)]
        known = any(self._source(one) is not None for one in tensors)
        return known and len(tensors) == 2 and all(one.shape == out.shape for one in tensors)

    def _operation(
        self, kind: str, name: str, inputs: list[Any], kernels: list[Array], out: Any, axis: int | None = None
    ) -> Operation:
        own = axis if axis is not None else self._axis(inputs[0], name)
        sources = [self._source(one) for one in inputs]
        square = float(out.detach().double().square().mean())
        return Operation(self.path[-1], name, kind, own, out.shape[own], kernel_of(out, own), square, sources, kernels)

    def _linear(self, args: Any, kwargs: Any, out: Any, weight_name: str = "") -> Operation:
        given = dict(zip(("input", "weight", "bias"), args, strict=False)) | kwargs
        source, weight, bias = given["input"], given["weight"], given.get("bias")
        found = self._operation("linear", "linear", [source], [kernel_of(source, -1)], out, -1)
        self._weigh(found, weight, bias, float(weight.shape[1]), float(weight.shape[0]), weight_name)
        # units of the source along another axis are other rows
        found.keeps_rows = found.sources[0] is None or found.sources[0].axis == -1
        return found

    def _conv(self, name: str, args: Any, kwargs: Any, out: Any) -> Operation | None:
        names = ("input", "weight", "bias", "stride", "padding", "dilation", "groups")
        given = (
            {"bias": None, "stride": 1, "padding": 0, "dilation": 1, "groups": 1}
            | dict(zip(names, args, strict=False))
            | kwargs
        )
        source, weight, groups = given["input"].detach(), given["weight"], given["groups"]
        given["padding"] = _padding(given, weight)
        if given["padding"] is None or source.ndim != weight.ndim:
            return self._operation("other", name, [given["input"]], [], out, 1)
        if name == "conv1d":
            source = source.unsqueeze(2)
        window = (1,) * (2 - (weight.ndim - 2)) + tuple(weight.shape[2:])
        options = {key: _pair(given[key], name == "conv1d", key) for key in ("stride", "padding", "dilation")}
        kept = np.unique(np.linspace(0, out.shape[0] * out[0, 0].numel() - 1, ROWS).astype(int))
        samples, places = np.divmod(kept, out[0, 0].numel())
        patches = functional.unfold(
            source[samples].double(), window, options["dilation"], options["padding"], options["stride"]
        )
        rows = patches[torch.arange(len(kept)), :, torch.from_numpy(places)].reshape(len(kept), groups, -1)
        kernels = torch.einsum("agk,bgk->gab", rows, rows).cpu().numpy()
        found = self._operation("conv", name, [given["input"]], [np.asarray(one) for one in kernels], out, 1)
        ones = torch.ones_like(source[:1, :1])
        taps = functional.conv2d(
            ones, torch.ones((1, 1, *window), dtype=ones.dtype, device=ones.device), **options
        ).mean()
        count = float(taps) * weight.shape[1]
        self._weigh(found, weight, given["bias"], 1.0, count * out[0].numel() / source[0].numel(), "")
        return found

    def _weigh(self, found: Operation, weight: Any, bias: Any, fan: float, back: float, name: str) -> None:
        found.weight = name or self.names.get(id(weight), "")
        found.entry_square = float(weight.detach().double().square().mean())
        found.bias_square = 0.0 if bias is None else float(bias.detach().double().square().mean())
        found.entries = weight.numel()
        found.fan, found.back = fan, back * found.entry_square


def _padding(given: Any, weight: Any) -> Any:
    """Return the padding in numbers; None where it is not the same on both sides."""
    if not isinstance(given["padding"], str):
        return given["padding"]
    if given["padding"] == "valid":
        return 0
    steps = (
        given["dilation"] if isinstance(given["dilation"], (tuple, list)) else (given["dilation"],) * (weight.ndim - 2)
    )
    reach = [step * (size - 1) for step, size in zip(steps, weight.shape[2:], strict=True)]
    return tuple(size // 2 for size in reach) if not any(size % 2 for size in reach) else None


def _pair(value: Any, is_line: bool, key: str) -> tuple[int, int]:
    numbers = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    if is_line:
        return (0 if key == "padding" else 1, numbers[-1])
    return (numbers[0], numbers[-1])


def record(module: torch.nn.Module, inputs: Any, seed: int = 0) -> list[Operation]:
    """Return the operations of a forward and backward pass of a copy of the model.

    Parameters
    ----------
    module : torch.nn.Module
        Is not changed.
    inputs : torch.Tensor, tuple or dict
        What the model is called on.
    seed : int, optional
        Of the direction in output space whose gradient is taken.

    Raises
    ------
    ValueError
        When the model cannot be copied or does not take these inputs; one line says why.
    """
    try:
        model = copy.deepcopy(module).cpu().float().train()
    except Exception as error:
        raise ValueError(f"check could not copy the model: {type(error).__name__}: {first_line(error)}") from None
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    recorder = Recorder(names)
    for name, part in model.named_modules():
        if isinstance(part, torch.nn.modules.dropout._DropoutNd):
            part.eval()
        if isinstance(getattr(part, "dropout", None), float) and not isinstance(
            part, torch.nn.modules.dropout._DropoutNd
        ):
            part.dropout = 0.0
        part.register_forward_pre_hook(lambda _part, _args, name=name: recorder.path.append(name))
        part.register_forward_hook(recorder.leave)
    inputs = torch.from_numpy(inputs) if isinstance(inputs, np.ndarray) else inputs
    if isinstance(inputs, torch.Tensor):
        inputs = inputs.float() if inputs.is_floating_point() else inputs
    arguments = inputs if isinstance(inputs, tuple) else () if isinstance(inputs, dict) else (inputs,)
    options = inputs if isinstance(inputs, dict) else {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with recorder:
                out = model(*arguments, **options)
            _backward(out, seed)
    except Exception as error:
        shapes = ", ".join(str(tuple(getattr(one, "shape", ()))) for one in (*arguments, *options.values()))
        raise ValueError(
            f"check could not run {type(module).__name__} on inputs of shape {shapes}: {type(error).__name__}: {first_line(error)}"
        ) from None
    for one in recorder.operations:
        if not np.isfinite(one.kernel).all():
            raise ValueError(
                f"check needs finite activations, got NaN or infinity in {one.name or 'the model'} ({one.function})."
            )
    return recorder.operations


def _backward(out: Any, seed: int) -> None:
    """Take the gradient along a normal direction of the first floating-point tensor among the outputs."""
    while isinstance(out, (tuple, list, dict)) or hasattr(out, "to_tuple"):
        parts = out.to_tuple() if hasattr(out, "to_tuple") else list(out.values()) if isinstance(out, dict) else out
        out = next(part for part in parts if part is not None)
    if out.requires_grad:
        direction = torch.randn(out.shape, generator=torch.Generator().manual_seed(seed), dtype=out.dtype)
        out.backward(direction)
