"""The activation card: everything known about one activation, on one page that stands by itself."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from proofs_check.report.card.card import ActivationCard, card_of
    from proofs_check.report.card.page import card_page
    from proofs_check.report.card.subject import Subject

_HOMES = {"ActivationCard": "card", "Subject": "subject", "card_of": "card", "card_page": "page"}

__all__ = ["ActivationCard", "Subject", "card_of", "card_page"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
