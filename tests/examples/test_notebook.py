"""The notebook runs from top to bottom, and every object it ends a cell with can show itself; no Jupyter needed."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

NOTEBOOK = Path(__file__).parents[2] / "examples" / "notebook.ipynb"


def run_cell(source: str, names: dict[str, Any]) -> Any:
    """Execute a cell as Jupyter does, and return the value of its last expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    return None if last is None else eval(compile(ast.Expression(last.value), "cell", "eval"), names)


def test_every_cell_runs_and_shows_something() -> None:
    cells = [c for c in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == "code"]
    names: dict[str, Any] = {}
    shown = [run_cell("".join(cell["source"]), names) for cell in cells]
    assert len(shown) >= 8
    for value in shown:
        rich = [getattr(value, name)() for name in ("_repr_html_", "_repr_latex_") if hasattr(value, name)]
        assert rich or isinstance(value, str)
        assert all(text.startswith(("$", "<table>")) for text in rich)
    assert names["rate"].case == 4  # gelu has an interior fixed point
    assert names["report"].exit_code == 0
