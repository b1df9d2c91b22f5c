"""Results as pandas data frames, where pandas is installed; it is no dependency."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas


def data_frame(columns: Sequence[str], rows: Sequence[Sequence[Any]], caller: str) -> pandas.DataFrame:
    """Return rows as a data frame.

    Parameters
    ----------
    columns : sequence of str
    rows : sequence of sequences, each as long as `columns`
    caller : str
        Named in the message.

    Raises
    ------
    ImportError
        If pandas is not installed.
    """
    try:
        import pandas
    except ImportError:
        raise ImportError(f"{caller} needs pandas (it makes data frames), got none; pip install pandas.") from None
    return pandas.DataFrame([list(row) for row in rows], columns=list(columns))
