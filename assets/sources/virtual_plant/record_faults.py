"""What goes wrong in exported records: some missing, some twice, a few that break a rule."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.sources.virtual_plant.batches import Batches
from assets.sources.virtual_plant.randomness import stream, uniforms
from assets.sources.virtual_plant.variable import Variable

# file -> column and what stands in it instead (None: the row's end is put before its start)
BAD_VALUES: dict[str, list[tuple[str, str | None]]] = {
    "mes_parameters.csv": [("value", "see logbook"), ("stage", "9"), ("recorded_at", "31.02.2021")],
    "mes_phases.csv": [("ended_at", None), ("stage", "0"), ("started_at", "yesterday")],
    "lims_results.csv": [("value", "pass"), ("stage", "8"), ("value", "12,5 ?")],
    "weighings.csv": [("actual", "-5.0"), ("actual", "err"), ("target", "n.a.")],
}
TWICE = ("mes_parameters.csv", "lims_results.csv", "erp_material_usage.csv")


def is_recorded(made: Batches, variable: Variable) -> NDArray[np.bool_]:
    """Whether a parameter of each batch was recorded; laboratory results always are.

    Args:
        made: The simulated batches.
        variable: The variable.

    Returns:
        One value per batch.
    """
    if variable.role != "parameter":
        return np.ones(made.schedule.batches, dtype=bool)
    lost = uniforms(made.settings.seed, f"{variable.name}.missing", made.schedule.batches)
    return lost >= made.plant.dirt.missing_parameter


def spoil_records(
    frame: pl.DataFrame, file: str, seed: int, duplicate_share: float, bad_records: int
) -> pl.DataFrame:
    """Write some rows twice and add spoilt copies of others, each right after its original.

    Args:
        frame: Records of one file.
        file: Name of the file.
        seed: Seed of the simulation.
        duplicate_share: Share of rows written twice, in the files where that happens.
        bad_records: Number of spoilt copies, in the files where that happens.

    Returns:
        All records as text.
    """
    text = frame.with_columns(
        pl.col(pl.Datetime).dt.strftime("%Y-%m-%d %H:%M:%S"), pl.col(pl.Boolean).cast(pl.String)
    ).with_columns(pl.all().cast(pl.String))
    draws = stream(seed, f"faults.{file}")
    parts = [text.with_columns(place=pl.int_range(pl.len()).cast(pl.Float64))]
    if file in TWICE and duplicate_share:
        rows = np.flatnonzero(draws.random(frame.height) < duplicate_share)
        parts.append(text[rows].with_columns(place=pl.Series(rows + 0.25)))
    faults = BAD_VALUES.get(file, [])
    for k in range(min(bad_records, frame.height) if faults else 0):
        column, value = faults[k % len(faults)]
        row = int(draws.integers(frame.height))
        spoilt = text[row].with_columns(
            (pl.lit("2000-01-01 00:00:00") if value is None else pl.lit(value)).alias(column),
            place=pl.lit(row + 0.5 + 0.001 * k),
        )
        parts.append(spoilt)
    return pl.concat(parts).sort("place").drop("place")
