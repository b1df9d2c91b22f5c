"""What the covariance SDE says of one activation, as JSON-able data for `haarmite derive`."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Expr

from theory.activation import Activation
from theory.activation.evaluation import to_sympy
from theory.activation.shaping import ShapedRelu, SmoothShape, exact_number
from theory.covariance_sde.correlation import noise_drift, smooth_drift
from theory.covariance_sde.norm_diffusion import NormDiffusion
from theory.covariance_sde.shaped_relu import limit_drift as shaped_relu_drift
from theory.covariance_sde.smooth import limit_drift
from theory.number import Number


def sde_card(activation: Activation, scale: Any = 1, *, digits: int = 20) -> dict[str, Any]:
    """Return phi''(0), phi'''(0), b(a), the verdict on explosion, the stationary law and the shaped limits.

    Parameters
    ----------
    activation : Activation
    scale : int, Fraction or exact SymPy number
        a of s = a sqrt(n).
    digits : int

    Returns
    -------
    dict
        ``applies`` tells whether a shaped limit exists; if not, ``reason`` says why and how to normalise. For a
        piecewise linear activation with its one kink at 0, ``limit`` is that of the shaped relu.

    Raises
    ------
    ValueError
        If scale <= 0.

    Examples
    --------
    >>> from theory.activation import catalogue
    >>> card = sde_card(catalogue("tanh")[0])
    >>> card["explosion"]["possible"], card["stationary"]["shape"]["value"], card["limit"]["correlation_drift"]
    (False, '1', '-rho*(1 - rho**2)/2')
    >>> sde_card(catalogue("sigmoid")[0])["applies"]
    False
    """
    if not exact_number("sde_card", "scale", scale) > 0:
        raise ValueError(f"sde_card needs scale > 0 (it divides the argument), got scale={scale!s}.")
    slopes = kink_slopes(activation)
    if slopes is not None:
        return _relu_card(*slopes)
    try:
        shape = SmoothShape.of(activation, scale)
    except ValueError as reason:
        return {"applies": False, "family": None, "reason": str(reason)}
    return _smooth_card(shape, digits)


def kink_slopes(activation: Activation) -> tuple[Expr, Expr] | None:
    """Return (s_+, s_-) of x -> s_+ max(x, 0) + s_- min(x, 0) with s_+ != s_-, or None for any other activation.

    Examples
    --------
    >>> from theory.activation import catalogue
    >>> kink_slopes(catalogue("leaky_relu")[0])
    (1, 1/100)
    """
    pieces = activation.pieces
    if pieces is None or len(pieces) != 2 or pieces[0].upper != 0:
        return None
    x = sp.Symbol("x", real=True)
    down, up = (sp.expand(to_sympy(piece.expression, x)) for piece in pieces)
    slopes = sp.diff(up, x), sp.diff(down, x)
    if slopes[0].has(x) or slopes[1].has(x) or up.subs(x, 0) != 0 or down.subs(x, 0) != 0:
        return None
    return slopes


def _relu_card(up: Expr, down: Expr) -> dict[str, Any]:
    """The limit of s_pm = 1 + c_pm/sqrt(n) in terms of c_+ and c_-, and the unshaped kernel's delta and kappa."""
    unshaped = ShapedRelu(up - 1, down - 1, 1)
    rho, plus, minus, v11, v22 = sp.symbols("rho c_plus c_minus V11 V22")
    shaped = shaped_relu_drift(rho, (plus - minus) ** 2)
    return {
        "applies": True,
        "family": "shaped relu",
        "unshaped": {"delta": str(unshaped.delta), "kappa": str(unshaped.kappa)},
        "explosion": {"possible": False, "probability_from_one": Number.of(0).to_json(1)},
        "stationary": None,
        "limit": {
            "covariance_drift": str(shaped * sp.sqrt(v11 * v22)),
            "norm": "dV = sqrt(2)*V dB",
            "norm_long_time": NormDiffusion(0).long_time,
            "correlation_drift": str(shaped + noise_drift(rho)),
            "correlation_noise": "1 - rho**2",
        },
    }


def _smooth_card(shape: SmoothShape, digits: int) -> dict[str, Any]:
    v11, v22, v12, rho = sp.symbols("V11 V22 V12 rho")
    diffusion = NormDiffusion(shape.blow_up_rate)
    law = diffusion.stationary
    return {
        "applies": True,
        "family": "smooth",
        "scale": str(shape.scale),
        "second_derivative": Number.of(shape.second).to_json(digits),
        "third_derivative": Number.of(shape.third).to_json(digits),
        "b": Number.of(shape.blow_up_rate).to_json(digits),
        "b_formula": f"({sp.simplify(3 * shape.second**2 / 4 + shape.third)})/a**2",
        "explosion": {
            "possible": shape.explodes,
            "probability_from_one": diffusion.explosion_probability(1).to_json(digits),
        },
        "stationary": None
        if law is None
        else {
            "law": "Gamma",
            "shape": Number.of(law.shape).to_json(digits),
            "rate": Number.of(law.rate).to_json(digits),
            "mean": Number.of(law.mean).to_json(digits),
            "mean_log": law.mean_log.to_json(digits),
        },
        "limit": {
            "covariance_drift": str(sp.factor(limit_drift(v11, v22, v12, shape))),
            "norm": f"dV = ({shape.blow_up_rate})*V*(V - 1) dt + sqrt(2)*V dB",
            "norm_long_time": diffusion.long_time,
            "correlation_drift": str(smooth_drift(rho, v11, v22, shape.second, shape.scale)),
            "correlation_noise": "1 - rho**2",
        },
    }
