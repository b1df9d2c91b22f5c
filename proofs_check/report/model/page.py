"""A model check as one HTML page that stands by itself: verdict, what is wrong, curves over the layers, both tables; light, dark, print."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from markupsafe import Markup

from proofs_check.evidence.plot import Mark, Plot, Series
from proofs_check.model.model_check import ModelCheck
from proofs_check.model.propagation import LayerFinding
from proofs_check.report.drawing import svg

_WIDTH, _HEIGHT = 560.0, 320.0


def model_page(found: ModelCheck) -> str:
    """Return the page as HTML text; the same check gives the same bytes.

    Parameters
    ----------
    found : ModelCheck
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("proofs_check.report.model", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"short": _short}
    style = (files("proofs_check.report.run") / "templates" / "page.css").read_text(encoding="utf-8")
    plots = [
        (plot.title, Markup(svg(plot, width=_WIDTH, height=_HEIGHT)), plot.caption) for plot in curves(found.layers)
    ]
    return environment.get_template("page.html.j2").render(found=found, style=Markup(style), plots=plots)


def curves(layers: Sequence[LayerFinding]) -> list[Plot]:
    """Return the curves of a check over the layers in the order of the forward pass: mean square, correlation, gap, gradient."""
    given = "Dots: the model. Line: expected of each layer given its measured input."
    plots = [
        _curve(layers, "Mean square", "mean_square", "expected", True, f"{given} Band: what linear layers and convolutions leave by chance with the stated probability; dashed: theory at infinite width from the first input on."),
        _curve(layers, "Correlation of two rows", "correlation", "expected_correlation", False, given),
        _curve(layers, "Isometry gap", "gap", "expected_gap", False, f"{given} In nats; singular layers are left out."),
        _curve(layers, "Mean squared gradient", "gradient", "expected_gradient", True, "Dots: the model. Line: expected, given the gradients of the operations that use the output."),
    ]  # fmt: skip
    return [plot for plot in plots if plot is not None]


def _curve(
    layers: Sequence[LayerFinding], title: str, measured: str, expected: str, log: bool, caption: str
) -> Plot | None:
    series = []
    points = _points(layers, measured, log)
    if len(points) < 2:
        return None
    series.append(Series("model", [x for x, _ in points], [y for _, y in points], mark=Mark.POINTS))
    beside = _points(layers, expected, log)
    if beside:
        series.append(Series("expected", [x for x, _ in beside], [y for _, y in beside]))
    if measured == "mean_square":
        banded = [(k, one) for k, one in enumerate(layers, 1) if one.low and one.high and one.expected]
        if banded:
            low, high = [one.low or 0 for _, one in banded], [one.high or 0 for _, one in banded]
            series.append(
                Series(
                    "band",
                    [k for k, _ in banded],
                    [one.expected or 0 for _, one in banded],
                    low=low,
                    high=high,
                    mark=Mark.POINTS,
                )
            )
        theory = _points(layers, "theory", log)
        if theory:
            series.append(Series("theory", [x for x, _ in theory], [y for _, y in theory], is_reference=True))
    return Plot(title, "operation", title.lower(), series, caption, log_y=log)


def _points(layers: Sequence[LayerFinding], name: str, log: bool) -> list[tuple[float, float]]:
    values = [(float(k), getattr(one, name)) for k, one in enumerate(layers, 1)]
    return [(k, value) for k, value in values if value is not None and (value > 0 or not log)]


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"
