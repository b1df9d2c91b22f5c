"""A workshop with the lemmas compiled once for all tests that ask coqc; they are skipped where there is none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from proofs_check.coq.run import CoqUnavailableError, Workshop


@pytest.fixture(scope="session")
def workshop() -> Iterator[Workshop]:
    """A folder in which coqc checks files."""
    try:
        entered = Workshop().__enter__()
    except CoqUnavailableError as error:
        pytest.skip(str(error))
    yield entered
    entered.__exit__(None, None, None)
