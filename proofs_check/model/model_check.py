"""The verdict on a model's initialisation, and its printed forms: frame, JSON, HTML page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numerics.initialisation.entry_test import FALSE_ALARM
from numerics.statistics.error_budget import check_probability
from proofs_check.model.declaration import read_laws
from proofs_check.model.finding import Finding
from proofs_check.model.parameter_check import judge_weights
from proofs_check.model.propagation import LayerFinding, judge_layers, layer_readings
from proofs_check.model.source import import_torch
from proofs_check.model.weight import kind_of, read_weights
from theory.tables.data_frame import data_frame

if TYPE_CHECKING:
    import pandas
    import torch

COLUMNS = ("name", "layer", "role", "shape", "family", "std", "rule", "status", "mistake", "reading", "log_p")


@dataclass(frozen=True, slots=True)
class ModelCheck:
    """What was found of a model.

    Parameters
    ----------
    model : str
        Class of the module, or how it was named.
    alpha : float
        Bound on the probability that a right model is reported with a fault.
    parameters : tuple of Finding
    layers : tuple of LayerFinding
        Empty when no inputs were given.
    """

    model: str
    alpha: float
    parameters: tuple[Finding, ...]
    layers: tuple[LayerFinding, ...] = ()

    @property
    def faults(self) -> list[Finding]:
        """The parameters that are wrong."""
        return [finding for finding in self.parameters if finding.status == "fault"]

    @property
    def is_right(self) -> bool:
        """Whether no fault was found, in no parameter and no layer."""
        return not self.faults and not self.outside

    @property
    def outside(self) -> list[LayerFinding]:
        """The layers whose mean square is outside its band."""
        return [layer for layer in self.layers if layer.status == "outside"]

    @property
    def readings(self) -> list[tuple[str, str]]:
        """What there is to say: (status, line), parameters that differ by block numbers only together, then layers."""
        said: list[tuple[str, str]] = [
            (alike[0].status, f"{name}: {alike[0].reading}") for name, alike in self.groups() if alike[0].reading
        ]
        outside = len(self.outside)
        return said + [("fault" if k < outside else "note", line) for k, line in enumerate(layer_readings(self.layers))]

    @property
    def summary(self) -> str:
        """One line."""
        number = len(self.parameters)
        unnamed = sum(finding.status == "unnamed" for finding in self.parameters)
        left = f", {unnamed} not judged" if unnamed else ""
        if self.is_right:
            return f"no fault in {number} parameters{left}; a right model is reported wrong with probability at most {self.alpha:g}"
        if not self.faults:
            return f"{len(self.outside)} of {len(self.layers)} layers outside their bands; probability of a false alarm at most {self.alpha:g}"
        kinds = ", ".join(sorted({finding.mistake for finding in self.faults}))
        return f"{len(self.faults)} of {number} parameters wrong ({kinds}){left}; probability of a false alarm at most {self.alpha:g}"

    def groups(self) -> list[tuple[str, list[Finding]]]:
        """Return findings that differ by block numbers only, together: (name with ``*``, findings)."""
        together: dict[tuple[Any, ...], list[Finding]] = defaultdict(list)
        for one in self.parameters:
            together[(kind_of(one.name), one.shape, one.family, one.rule, one.status, one.mistake)].append(one)
        return [(key[0] if len(found) > 1 else found[0].name, found) for key, found in together.items()]

    def to_json(self) -> dict[str, Any]:
        """Return plain data; see ``docs/check_a_model.md`` for the entries."""
        return {
            "schema": 1,
            "model": self.model,
            "verdict": "right" if self.is_right else "fault",
            "summary": self.summary,
            "alpha": self.alpha,
            "faults": len(self.faults),
            "parameters": [finding.to_json() for finding in self.parameters],
            "layers": [layer.to_json() for layer in self.layers],
            "readings": [{"status": status, "text": text} for status, text in self.readings],
        }

    def frame(self) -> pandas.DataFrame:
        """Return the parameters as a pandas data frame, a row each.

        Raises
        ------
        ImportError
            When pandas is not installed.
        """
        rows = [[getattr(finding, column) for column in COLUMNS] for finding in self.parameters]
        return data_frame(COLUMNS, rows, "ModelCheck.frame")

    def layer_frame(self) -> pandas.DataFrame:
        """Return the layers as a pandas data frame, a row each.

        Raises
        ------
        ImportError
            When pandas is not installed.
        """
        names = [field.name for field in fields(LayerFinding)]
        return data_frame(
            names, [[getattr(one, name) for name in names] for one in self.layers], "ModelCheck.layer_frame"
        )


def check(
    module: torch.nn.Module,
    inputs: Any = None,
    *,
    laws: str | Path | Mapping[str, str] | Sequence[str] | None = None,
    alpha: float = FALSE_ALARM,
    name: str | None = None,
) -> ModelCheck:
    """Check a model's initialisation: every parameter against its law and, given inputs, every layer against theory.

    Parameters
    ----------
    module : torch.nn.Module
        Freshly initialised, not trained. It is not changed.
    inputs : torch.Tensor, array, tuple or dict, optional
        What the model is called on, a batch of at least two samples; half of alpha then goes to the layers.
    laws : str, Path, mapping or sequence, optional
        Declared laws, see `proofs_check.model.declaration`; default: the rules that each class of weights follows are recognised.
    alpha : float, optional
        Probability with which a right model may be reported with a fault, all tests together.
    name : str, optional
        How the model is called in what is printed.

    Returns
    -------
    ModelCheck

    Raises
    ------
    ImportError
        When torch is not installed.
    TypeError
        When `module` is no torch module.
    ValueError
        When a parameter is lazy, quantised, on device meta or not finite, there is none, a law cannot be read, alpha is no probability, or
        the model does not take the inputs.
    """
    import_torch("check")
    check_probability("check", "alpha", alpha)
    declared = read_laws(laws)
    weights = read_weights(module)
    if inputs is None:
        return ModelCheck(name or type(module).__name__, alpha, tuple(judge_weights(weights, alpha, declared)))
    from proofs_check.model.recorder import record

    operations = record(module, inputs)
    if not operations:
        raise ValueError(
            "check needs inputs with an axis of samples and one of units, got none that an operation has; add a batch axis."
        )
    found = tuple(judge_weights(weights, alpha / 2, declared))
    return ModelCheck(name or type(module).__name__, alpha, found, tuple(judge_layers(operations, found, alpha / 2)))
