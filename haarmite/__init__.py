"""haarmite derives, evaluates, samples and judges theory about deep networks at initialisation.

>>> import haarmite
>>> haarmite.derive("gelu").layer_norm.points.case
1
>>> haarmite.KernelMap.normalised(haarmite.Activation.from_text("relu"))(0.0).__round__(12)
0.318309886184

Each name is imported from where it is defined when first used, so `import haarmite` itself costs nothing. The packages behind it
(`theory`, `numerics`, `proofs_check`) are looked up once, beside this one, whatever lies in the working folder.
"""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any


def _settle(package: str) -> None:
    """Import a package from beside this one, so that a user's own `theory.py` next to her script does not hide it."""
    home = Path(__file__).resolve().parents[1] / package
    there = sys.modules.get(package)
    if there is not None and home in map(Path, getattr(there, "__path__", ())):
        return
    own = next((Path(where) / f"{package}.py" for where in sys.path if (Path(where) / f"{package}.py").is_file()), None)
    if own is not None and there is None:
        warnings.warn(f"haarmite has a package {package!r}: import {own} before haarmite, or rename it", stacklevel=3)
    spec = spec_from_file_location(package, home / "__init__.py", submodule_search_locations=[str(home)])
    assert spec is not None  # the packages lie side by side: in a checkout, and in a wheel
    assert spec.loader is not None
    sys.modules[package] = module_from_spec(spec)
    spec.loader.exec_module(sys.modules[package])


for _package in ("theory", "numerics", "proofs_check"):
    _settle(_package)

from theory.face import lazy_face  # noqa: E402

_HOMES = {
    # an activation and what is known of it
    "Activation": "theory.activation.activation",
    "GramMatrix": "theory.isometry.gram_matrix",
    "HermiteExpansion": "theory.kernel_map.hermite",
    "KernelMap": "theory.kernel_map.kernel_map",
    "MeanField": "theory.signal_propagation.mean_field",
    "NormDiffusion": "theory.covariance_sde.norm_diffusion",
    "NormFluctuation": "theory.signal_propagation.norm_fluctuation",
    "Number": "theory.number",
    "Profile": "theory.profile",
    "RateTable": "theory.tables.table",
    "ball_of": "theory.enclosure.ball",
    "catalogue": "theory.activation.activation",
    "compare": "theory.tables.comparison",
    "convergence": "theory.signal_propagation.rate",
    "depth_law": "theory.signal_propagation.depth_law",
    "depth_to_reach": "theory.signal_propagation.depth_to_reach",
    "derive": "theory.profile",
    "edge_of_chaos": "theory.signal_propagation.mean_field",
    "fixed_points": "theory.signal_propagation.fixed_point",
    "norm_fluctuation": "theory.signal_propagation.norm_fluctuation",
    "table": "theory.tables.kinds",
    # batch normalisation taken apart
    "family_fixed_points": "theory.recentering.family_fixed_point",
    "spectrum_at": "theory.recentering.linearisation",
    # Haar matrices
    "RationalFunction": "theory.haar.rational_function",
    "expected_log": "theory.haar.sphere_integral",
    "gains": "theory.signal_propagation.gain",
    "critical_curve": "theory.signal_propagation.critical_line",
    "critical_points": "theory.signal_propagation.critical_line",
    "pair_expectation": "theory.kernel_map.pair",
    "tailor": "theory.signal_propagation.tailor",
    "variance_fixed_points": "theory.signal_propagation.variance_map",
    "haar_moment": "theory.haar.monomial",
    "trace_moment": "theory.haar.trace",
    "weingarten": "theory.haar.weingarten",
    # random networks and tests of them
    "MeanTest": "numerics.statistics.e_value",
    "Network": "numerics.network.network",
    "CorrelationBand": "numerics.correlation_band",
    "correlation_band": "numerics.correlation_band",
    "correlation_size": "numerics.covariance_sde.finite_size",
    "gram_chain": "numerics.network.gram_chain",
    "haar_orthogonal": "numerics.network.haar_matrix",
    "haar_symplectic": "numerics.network.haar_matrix",
    "haar_unitary": "numerics.network.haar_matrix",
    "law_test": "numerics.statistics.distribution_test",
    "layer_normalised_mlp": "numerics.network.network",
    "network_in_order": "numerics.network.network",
    "propose_gains": "numerics.batch_norm.gain_schedule",
    "read_batch": "numerics.batch_file",
    # claims
    "CERTIFIED": "proofs_check.claim.claim",
    "Claim": "proofs_check.claim.claim",
    "Derivation": "proofs_check.evidence.symbolic",
    "Evidence": "proofs_check.evidence.evidence",
    "Figure": "proofs_check.evidence.evidence",
    "Mutant": "proofs_check.claim.claim",
    "Paper": "proofs_check.claim.claim",
    "RunReport": "proofs_check.run.run_report",
    "SAMPLED": "proofs_check.claim.claim",
    "SYMBOLIC": "proofs_check.claim.claim",
    "Trial": "proofs_check.evidence.trial",
    "Rung": "proofs_check.evidence.verdict",
    "Verdict": "proofs_check.evidence.verdict",
    "all_of": "proofs_check.evidence.sampled",
    "correlated_products": "proofs_check.ledger.activation_cases",
    "fourth_moment": "proofs_check.ledger.activation_cases",
    "ModelCheck": "proofs_check.model.model_check",
    "check": "proofs_check.model.model_check",
    "cannot_say": "proofs_check.evidence.symbolic",
    "exact_evidence": "proofs_check.evidence.symbolic",
    "from_proof": "proofs_check.evidence.certified",
    "from_slack": "proofs_check.evidence.certified",
    "hunt": "proofs_check.run.verification",
    "judge": "proofs_check.judge.judge",
    "judge_law": "proofs_check.evidence.sampled",
    "judge_mean": "proofs_check.evidence.sampled",
    "prove_nonnegative": "proofs_check.interval.prover",
    "recheck": "proofs_check.interval.recheck",
    "strategies": "proofs_check",
    "verify": "proofs_check.run.verification",
}

__all__ = [*_HOMES, "testing"]

_find, __dir__ = lazy_face(__name__, dict.fromkeys(("testing",), __name__) | _HOMES)


def __getattr__(name: str) -> Any:
    """Import a public name, or the module `haarmite.testing`, when it is first asked for."""
    return import_module("haarmite.testing") if name == "testing" else _find(name)
