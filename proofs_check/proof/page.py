"""The page on rules, oracles and assumed theorems (docs/proof.md), written from the code."""

from __future__ import annotations

import inspect

from proofs_check.proof.assumptions import TEXTBOOK
from proofs_check.proof.kernel import COQ, RULES
from proofs_check.proof.oracles import ORACLES

_HEAD = """# Proof

*Written from the code by `python -m proofs_check.proof.page > docs/proof.md`.*

"Proved" is said only of a theorem whose conclusion is the sentence that is shown. Theorems are made by the rules below and by nothing else: the file
`proofs_check/proof/kernel.py` is the one to be trusted (with the exact algebra, domains and language it calls). A theorem carries what it assumes and which
engines it rests on, and both are printed beside the verdict.
"""


def page() -> str:
    """Return the page in Markdown.

    Examples
    --------
    >>> page().splitlines()[0]
    '# Proof'
    """
    blocks = [_HEAD, "## Rules\n"]
    for name, rule in RULES.items():
        text = inspect.cleandoc(rule.__doc__ or "").replace("``", "`")
        blocks.append(f"**{name}** (Coq: {COQ[name]}). {text}\n")
    blocks.append(
        "## Oracles\n\nEngines whose yes is taken for a sentence. Each derives the sentence itself; hints are not believed.\n"
    )
    blocks += [f"**{o.name}** decides {o.decides}. It rests on {o.rests_on}.\n" for o in ORACLES.values()]
    blocks.append("## Theorems that may be assumed\n\nThe list is reviewed; each is a sentence with a reference.\n")
    blocks += [f"**{t.name}.** `{t.line}`. {t.reference}.\n" for t in TEXTBOOK.values()]
    return "\n".join(blocks)


if __name__ == "__main__":
    print(page(), end="")
