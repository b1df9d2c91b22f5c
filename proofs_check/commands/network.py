"""`haarmite network`: what a word over blocks does to a batch, with proved digits, and whether networks agree."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from proofs_check.commands.console import Json, console, fail, print_json

if TYPE_CHECKING:
    import numpy as np

    from theory.network.word import Word

Text = Annotated[str, typer.Argument(metavar="WORD", help='The network, for example "layernorm(gauss | gelu)".')]
Depth = Annotated[int, typer.Option(help="L: how often the word, or its `* L` part, is repeated.")]
Width = Annotated[int, typer.Option(help="Width of the networks that --check draws.")]
Inputs = Annotated[
    Path | None, typer.Option(help="A batch, .npy, .npz or .csv; by default two inputs of norm 1, correlation 1/2.")
]
Positions = Annotated[int, typer.Option(help="Positions of a sample (conv, attention): consecutive rows of the batch.")]
Digits = Annotated[int, typer.Option(help="Proved digits of every number, 1 to 10000.")]
Check = Annotated[bool, typer.Option("--check", help="Draw networks of this width and judge every prediction.")]
Standard = Annotated[
    bool, typer.Option("--standard", help="Standard parameterisation of the tangent kernel, per width.")
]
Seed = Annotated[int, typer.Option(help="Seed of the drawn networks.")]

_SHOWN = 3


def network(
    word: Text,
    depth: Depth = 10,
    width: Width = 512,
    inputs: Inputs = None,
    positions: Positions = 1,
    digits: Digits = 12,
    check: Check = False,
    standard: Standard = False,
    seed: Seed = 1,
    json: Json = False,
) -> None:
    """Kernel, correlation, tangent kernel and gradients of a network given as a word, and fixed points where proved.

    Examples: haarmite network "layernorm(gauss | gelu)" --depth 50 --check; haarmite network "residual(1/sqrt(L): rmsnorm | gauss | relu | gauss) * L"
    """
    try:
        document = _document(word, depth, width, (inputs, positions), digits, standard, seed if check else None)
    except (ValueError, TypeError) as error:
        fail(str(error))
    if json:
        print_json(document)
    else:
        _print(document)
    if any(found["verdict"] == "refuted" for found in document.get("check", [])):
        raise typer.Exit(1)


def _document(
    text: str, depth: int, width: int, source: tuple[Path | None, int], digits: int, standard: bool, seed: int | None
) -> dict[str, Any]:
    import numpy as np

    from numerics.batch_file import read_batch
    from numerics.network.float_arithmetic import batch_gram, network_field
    from numerics.network.word_check import check_word
    from theory.network.grammar import parse_word
    from theory.network.word import check_depth

    word = parse_word(text)
    check_depth(depth)
    if width < 1:
        raise ValueError(f"network needs width >= 1 (a layer has features), got width={width}.")
    inputs, positions = source
    if positions < 1:
        raise ValueError(f"network needs positions >= 1, got positions={positions}.")
    batch = _default_batch(width, positions) if inputs is None else read_batch(inputs)
    gram, means = batch_gram(batch), batch.mean(axis=1)
    parameterisation: Any = "standard" if standard else "ntk"
    document: dict[str, Any] = {
        "schema": 1,
        "word": str(word),
        "depth": depth,
        "linear_layers": word.linear_layers(depth),
    }
    document["inputs"] = len(batch) // positions
    document["parameterisation"] = parameterisation
    document |= _kernels(word, (gram, means, positions), depth, digits, parameterisation)
    document["correlation_map"] = _correlation_map(word, digits)
    if seed is not None:
        field = network_field(word, gram, depth, means=means, positions=positions)
        document["width"] = width
        rng = np.random.default_rng(seed)
        judged = check_word(word, field, batch, depth, width, rng, positions=positions)
        document["check"] = [found.to_json() for found in judged]
    return document


def _default_batch(width: int, positions: int) -> np.ndarray:
    """Return two rows with unit norms, correlation exactly 1/2 and mean 0; with positions, two samples of Gaussian rows."""
    import numpy as np

    if positions > 1:
        return np.random.default_rng(0).standard_normal((2 * positions, width))
    signs = np.where(np.arange(4 * max(1, width // 4)) % 2 == 0, 1.0, -1.0)
    other = signs.copy()
    other[: len(other) // 4] *= -1
    return np.stack([signs, other])


def _kernels(
    word: Word, inputs: tuple[np.ndarray, np.ndarray, int], depth: int, digits: int, parameterisation: Any
) -> dict[str, Any]:
    """Return the entries of the first rows: certified where the recursion has an enclosure, else in double precision."""
    import numpy as np

    from numerics.network.float_arithmetic import network_field
    from theory.enclosure.ball import to_mpf
    from theory.network.propagation import NoLawError
    from theory.network.tangent_kernel import network_kernels

    gram, means, positions = inputs
    rows = min(len(gram), max(1, _SHOWN // positions) * positions)
    few, centres = gram[:rows, :rows], [float(mean) for mean in means[:rows]]
    options: dict[str, Any] = {"positions": positions, "parameterisation": parameterisation}
    try:
        found = network_kernels(word, few.tolist(), depth, digits, means=centres, **options)
    except NoLawError as reason:
        field = network_field(word, gram, depth, means=means, **options)
        parts = {n: field.pairs.matrix(getattr(field, n))[:rows, :rows] for n in ("kernel", "tangent", "jacobian")}
        named = {
            name: [["no law" if np.isnan(x) else repr(float(x)) for x in row] for row in part]
            for name, part in parts.items()
        }
        return {"method": "numerical", "reason": str(reason), **named}
    import mpmath

    with mpmath.workdps(digits + 5):
        named = {
            name: [[mpmath.nstr(to_mpf(x), digits) for x in row] for row in getattr(found, name)]
            for name in ("kernel", "tangent", "jacobian")
        }
    return {"method": "certified", "digits": digits, **named}


def _correlation_map(word: Word, digits: int) -> dict[str, Any] | None:
    from theory.network.correlation_map import repeated_map
    from theory.signal_propagation.fixed_point import fixed_points
    from theory.signal_propagation.rate import convergence

    kernel = repeated_map(word)
    if kernel is None:
        return None
    points = fixed_points(kernel)
    rate = convergence(kernel, points)
    return {
        "case": points.case,
        "fixed_points": points.to_json(digits),
        "rate": None if rate is None else rate.to_json(digits),
    }


def _print(document: dict[str, Any]) -> None:
    from rich.markup import escape

    terminal = console()
    terminal.print(
        f"[bold]{escape(document['word'])}[/]  depth {document['depth']}, {document['linear_layers']} layers with weights"
    )
    how = (
        f"every digit proved ({document['digits']})"
        if document["method"] == "certified"
        else f"double precision, nothing proved: {document['reason']}"
    )
    terminal.print(escape(f"infinite width, {document['parameterisation']} parameterisation; {how}"))
    meaning = {
        "kernel": "K_ab = E x_a x_b per feature",
        "tangent": "tangent kernel per feature",
        "jacobian": "E <D x_a, D x_b> per feature, along one perturbation of all rows: the factor of squared gradients",
    }
    for name, text in meaning.items():
        terminal.print(f"\n[bold]{name}[/]  {escape(text)}")
        for row in document[name]:
            terminal.print("  " + "  ".join(escape(x) for x in row))
    if document["correlation_map"] is not None:
        points = document["correlation_map"]
        terminal.print(f"\n[bold]correlation map[/]  case {points['case']}")
        for point in points["fixed_points"]:
            shown = {key: value["value"] if isinstance(value, dict) else value for key, value in point.items()}
            terminal.print("  " + escape("  ".join(f"{key} {value}" for key, value in shown.items())))
    for found in document.get("check", []):
        terminal.print(
            escape(
                f"\n{found['verdict']}: {found['quantity']} predicted {found['predicted']:.6g}, sampled "
                f"{found['sampled']:.6g} +- {found['standard_error']:.2g} over {found['networks']} networks of width "
                f"{document['width']} (bias granted {found['granted']:.2g}, false alarm {found['alpha']:.2g})"
            )
        )
