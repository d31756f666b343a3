"""Columns in units of their own spread: centred, divided by the standard deviation, gaps left."""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray

# A column that varies less than this beside its own size holds rounding, not a process.
SMALLEST_SPREAD = 1e-9


@dataclass(frozen=True)
class Autoscaling:
    """What a table was centred and scaled by.

    Attributes:
        centre: Per column, the mean of what is there; 0 where nothing is.
        scale: Per column, the standard deviation with n - 1; 0 for a column that says nothing.
    """

    centre: FloatArray
    scale: FloatArray

    @classmethod
    def of(cls, rows: FloatArray) -> "Autoscaling":
        """Measure the columns of a table.

        Args:
            rows: (rows, columns), NaN where missing.

        Examples:
            >>> found = Autoscaling.of(np.array([[1.0, 7.0], [3.0, 7.0], [np.nan, 7.0]]))
            >>> found.centre.tolist(), found.scale.round(6).tolist()
            ([2.0, 7.0], [1.414214, 0.0])
        """
        known = np.isfinite(rows)
        count = known.sum(axis=0)
        centre = np.where(known, rows, 0.0).sum(axis=0) / np.maximum(count, 1)
        away = np.where(known, rows - centre, 0.0)
        scale = np.sqrt((away**2).sum(axis=0) / np.maximum(count - 1, 1))
        is_spread = scale > SMALLEST_SPREAD * np.maximum(np.abs(centre), 1e-12)
        return cls(centre, np.where(is_spread, scale, 0.0))

    def scaled(self, rows: FloatArray) -> FloatArray:
        """Return rows in standard deviations from the mean; a column that says nothing is 0.

        Args:
            rows: (rows, columns), NaN where missing, and there it stays.
        """
        away = np.asarray(rows, dtype=float) - self.centre
        none = np.where(np.isfinite(away), 0.0, np.nan)
        return np.divide(away, self.scale, out=none, where=(self.scale > 0) & np.isfinite(away))

    def unscaled(self, rows: FloatArray) -> FloatArray:
        """Return scaled rows in the units they came in."""
        return np.asarray(rows * self.scale + self.centre)
