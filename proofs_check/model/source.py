"""A model and its inputs as the command line names them: ``train.py:make_model``, ``--inputs 8,3,32,32``."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch


def import_torch(caller: str) -> Any:
    """Return torch.

    Raises
    ------
    ImportError
        When it is not installed; the message says how to.
    """
    try:
        import torch
    except ImportError:
        raise ImportError(
            f"{caller} needs torch (it reads the model), got none; pip install 'haarmite[torch]'."
        ) from None
    return torch


def build_model(target: str, seed: int = 0) -> torch.nn.Module:
    """Return the model that ``FILE.py:NAME`` or ``package.module:NAME`` makes.

    Parameters
    ----------
    target : str
        NAME is a module, or anything that makes one when called without arguments.
    seed : int, optional
        Of torch's random numbers while the model is built.

    Raises
    ------
    ImportError
        When torch is not installed.
    ValueError
        When there is no such file or name, building fails, or what comes out is no module; one line says which.
    """
    torch = import_torch("check")
    place, colon, name = target.rpartition(":")
    if not colon or not name.isidentifier():
        raise ValueError(f"check needs FILE.py:NAME or MODULE:NAME (what makes the model), got {target!r}.")
    torch.manual_seed(seed)
    try:
        with warnings.catch_warnings():  # what is wrong is said in one line
            warnings.simplefilter("ignore")
            made = getattr(_import(place), name)
            if not isinstance(made, torch.nn.Module):
                made = made()
    except FileNotFoundError as error:
        raise ValueError(f"check needs a file that exists, got {str(error.filename or place)!r}.") from None
    except (Exception, SystemExit) as error:
        raise ValueError(f"check could not build {target!r}: {type(error).__name__}: {first_line(error)}") from None
    if not isinstance(made, torch.nn.Module):
        raise ValueError(f"check needs a torch.nn.Module from {target!r}, got {type(made).__name__}.")
    return made


def _import(place: str) -> Any:
    """Import a file by its path, modules beside it by their plain name; or a module by its dotted name."""
    if not place.endswith(".py"):
        sys.path.insert(0, "")
        return importlib.import_module(place)
    path = Path(place).resolve()
    if not path.is_file():
        raise FileNotFoundError(2, "no such file", place)
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(path.stem, module)
    spec.loader.exec_module(module)
    return module


def read_inputs(text: str, module: torch.nn.Module, seed: int = 0) -> torch.Tensor:
    """Return the inputs that a text names.

    Parameters
    ----------
    text : str
        A file (.npy, .pt), or a shape such as ``8,3,32,32``: standard normal numbers, or whole numbers below the vocabulary where the
        model begins with an embedding (``tokens:8,32`` says so in any case).
    module : torch.nn.Module
    seed : int, optional

    Raises
    ------
    ValueError
        When it is neither, or a file cannot be read.
    """
    import torch

    if text.endswith((".npy", ".pt", ".pth")):
        try:
            if text.endswith(".npy"):
                return torch.from_numpy(np.load(text, allow_pickle=False))
            found = torch.load(text, weights_only=True)
        except Exception as error:
            raise ValueError(f"check could not read the inputs {text!r}: {first_line(error)}") from None
        if not isinstance(found, torch.Tensor):
            raise ValueError(f"check needs a tensor in {text!r}, got {type(found).__name__}.")
        return found
    match = re.fullmatch(r"(tokens:)?(\d{1,9}(?:[,x]\d{1,9})*)", text.replace(" ", ""), re.ASCII)
    shape = tuple(map(int, re.split("[,x]", match[2]))) if match else ()
    if match is None or 0 in shape or np.prod(shape, dtype=float) > 1e9:
        raise ValueError(
            f"check needs inputs as FILE.npy, FILE.pt, a shape such as 8,3,32,32 or tokens:8,32, got {text!r}."
        )
    generator = torch.Generator().manual_seed(seed)
    embeddings = [one for one in module.modules() if isinstance(one, torch.nn.Embedding)]
    first = next((one for one in module.modules() if next(one.parameters(recurse=False), None) is not None), None)
    if match[1] or (embeddings and first is embeddings[0]):
        if not embeddings:
            raise ValueError(
                f"check needs an embedding in the model for tokens, got {text!r} for {type(module).__name__}."
            )
        return torch.randint(0, embeddings[0].num_embeddings, shape, generator=generator)
    return torch.randn(shape, generator=generator)


def first_line(error: BaseException) -> str:
    """Return an exception's message as one line."""
    return " ".join(str(error).split())[:300] or type(error).__name__
