"""What the shell offers when Tab is pressed: claim ids, papers, claim files, catalogue activations."""

from __future__ import annotations

from pathlib import Path


def claim_names(incomplete: str) -> list[tuple[str, str]]:
    """Return the claims of the ledger, its papers, and claim files, that a word on the command line may become."""
    from proofs_check.ledger import headers
    from proofs_check.ledger.papers import KEYS

    found = [(identifier, title) for identifier, (_, title) in headers().items()]
    found += [(key, "every claim of the paper") for key in KEYS]
    own = [entry for entry in found if entry[0].lower().startswith(incomplete.lower())]
    return own + claim_files(incomplete)


def claim_files(incomplete: str) -> list[tuple[str, str]]:
    """Return the claim files and folders that a word may become."""
    folder = Path(incomplete) if incomplete.endswith("/") else Path(incomplete).parent
    if not folder.is_dir():
        return []
    names = [f"{path}/" if path.is_dir() else str(path) for path in sorted(folder.iterdir())]
    return [(name, "") for name in names if name.startswith(incomplete) and name.endswith((".py", ".toml", "/"))]


def activation_names(incomplete: str) -> list[str]:
    """Return the named activations that a word may become."""
    from theory.activation import CATALOGUE
    from theory.activation.frameworks import NAMED

    return [name for name in (*CATALOGUE, *NAMED) if name.lower().startswith(incomplete.lower())]
