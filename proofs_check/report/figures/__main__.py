"""`python -m proofs_check.report.figures FOLDER`: draw every figure of the papers' pages again, the same bytes each time."""

from __future__ import annotations

import sys
from pathlib import Path

from proofs_check.report.drawing import standalone_svg
from proofs_check.report.figures import batch_norm, covariance_sde, gains, recentering

FIGURES = batch_norm.FIGURES | recentering.FIGURES | covariance_sde.FIGURES | gains.FIGURES


def write_figures(folder: Path) -> list[Path]:
    """Draw all figures into a folder, made when it is not there, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, figure in FIGURES.items():
        path = folder / f"{name}.svg"
        path.write_text(standalone_svg(figure()), encoding="utf-8")
        paths.append(path)
        print(path, file=sys.stderr)
    return paths


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m proofs_check.report.figures FOLDER")
    write_figures(Path(sys.argv[1]))
