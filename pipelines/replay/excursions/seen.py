"""What one part of the detector says of every way a series was changed."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from pipelines.replay.excursions.changed_series import NEVER


@dataclass(frozen=True)
class Seen:
    """One part's answers, one a row of a changed series.

    Attributes:
        is_watched: Whether the part has anything to say of it.
        is_flagged: Whether it flags it.
        at_us: When it could tell, microseconds since 1970; ``NEVER`` where unflagged or undated.
        promised: Share of untouched batches it may flag as it was fitted; None where that is not
            a matter of the fit.
    """

    is_watched: BoolArray
    is_flagged: BoolArray
    at_us: IntArray
    promised: FloatArray | None = None

    @classmethod
    def nothing(cls, rows: int) -> "Seen":
        """The answer of a part that does not watch the series."""
        none = np.zeros(rows, dtype=bool)
        return cls(none, none.copy(), np.full(rows, NEVER))

    @classmethod
    def at_phase_end(
        cls, rows: pl.DataFrame, is_watched: BoolArray, is_flagged: BoolArray
    ) -> "Seen":
        """What is told from the features of a phase is known when the phase has ended."""
        flagged = is_watched & is_flagged
        return cls(is_watched, flagged, np.where(flagged, instants(rows["known_at"]), NEVER))


def instants(series: pl.Series) -> IntArray:
    """Return instants as microseconds since 1970; ``NEVER`` where null."""
    return series.cast(pl.Datetime("us")).dt.epoch("us").fill_null(NEVER).to_numpy()
