"""Dagster assets of the tier evidence: curves of detection from the runs of the replay."""

import polars as pl

from assets.defs import table_asset
from assets.tier_evidence.detection_curves import TABLE, detection_curves

GROUP = "tier_evidence"


@table_asset(TABLE, "evidence.excursion_runs", group=GROUP)
def curves(excursion_runs: pl.DataFrame) -> pl.DataFrame:
    """Count what was seen by size."""
    return detection_curves(excursion_runs)
