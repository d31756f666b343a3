"""What goes wrong in exported records: some missing, some twice, a few that break a rule."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.sources.virtual_plant.batches import Batches
from assets.sources.virtual_plant.plant import Dirt
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
    """Whether a variable of each batch was recorded: its stage was reached and no entry was lost.

    Args:
        made: The simulated batches.
        variable: The variable; laboratory results of a stage that was reached are never lost.

    Returns:
        One value per batch.
    """
    if variable.role != "parameter":
        return made.reached(variable.stage)
    lost = uniforms(made.settings.seed, f"{variable.name}.missing", made.schedule.batches)
    return (lost >= made.plant.dirt.missing_parameter) & made.reached(variable.stage)


def spoil_records(frame: pl.DataFrame, file: str, seed: int, dirt: Dirt) -> pl.DataFrame:
    """Write some rows twice and add spoilt copies of others, each right after its original.

    Where an export job ran twice, the latest rows stand once more at the end.

    Args:
        frame: Records of one file.
        file: Name of the file.
        seed: Seed of the simulation.
        dirt: How much of it, in the files where it happens.

    Returns:
        All records as text.
    """
    text = frame.with_columns(
        pl.col(pl.Datetime).dt.strftime("%Y-%m-%d %H:%M:%S"), pl.col(pl.Boolean).cast(pl.String)
    ).with_columns(pl.all().cast(pl.String))
    draws = stream(seed, f"faults.{file}")
    parts = [text.with_columns(place=pl.int_range(pl.len()).cast(pl.Float64))]
    if file in TWICE and dirt.duplicate_rows:
        rows = np.flatnonzero(draws.random(frame.height) < dirt.duplicate_rows)
        parts.append(text[rows].with_columns(place=pl.Series(rows + 0.25)))
    faults = BAD_VALUES.get(file, [])
    for k in range(min(dirt.bad_records, frame.height) if faults else 0):
        column, value = faults[k % len(faults)]
        row = int(draws.integers(frame.height))
        spoilt = text[row].with_columns(
            (pl.lit("2000-01-01 00:00:00") if value is None else pl.lit(value)).alias(column),
            place=pl.lit(row + 0.5 + 0.001 * k),
        )
        parts.append(spoilt)
    if file in TWICE and dirt.repeated_export:
        again = text.tail(int(dirt.repeated_export * frame.height))
        parts.append(again.with_columns(place=pl.int_range(pl.len()) + float(frame.height + 1)))
    return pl.concat(parts).sort("place").drop("place")
