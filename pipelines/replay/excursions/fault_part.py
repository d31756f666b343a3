"""Sensor faults: what the marks of a run say of a changed series, beside what was usual before."""

import numpy as np
import polars as pl

from assets.sensor_features.fault_marks import faults_beside, usual_levels
from pipelines.replay.excursions.changed_series import ChangedSeries
from pipelines.replay.excursions.seen import Seen


class FaultPart:
    """Marks of sensor faults.

    Args:
        sensor_phase_features: Of the batches the detector was frozen on.
    """

    def __init__(self, sensor_phase_features: pl.DataFrame) -> None:
        self._usual = usual_levels(sensor_phase_features)

    def asked(self, changed: ChangedSeries) -> Seen:
        """Say which ways of changing a series are marked as a fault."""
        rows = changed.rows.with_columns(batch_id=pl.int_range(pl.len()).cast(pl.String))
        marked = faults_beside(rows, self._usual)["batch_id"].unique().cast(pl.Int64).to_numpy()
        is_flagged = np.zeros(changed.size, dtype=bool)
        is_flagged[marked] = True
        return Seen.at_phase_end(changed.rows, np.ones(changed.size, dtype=bool), is_flagged)
