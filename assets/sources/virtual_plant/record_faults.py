"""What goes wrong in exported records: some missing, some twice, a few that break a rule."""

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.sources.virtual_plant.batches import Batches
from assets.sources.virtual_plant.plant import Dirt
from assets.sources.virtual_plant.randomness import Floats, stream, uniforms
from assets.sources.virtual_plant.variable import Variable

# file -> column and what stands in it instead (None: the row's end is put before its start)
BAD_VALUES: dict[str, list[tuple[str, str | None]]] = {
    "mes_parameters.csv": [("value", "see logbook"), ("stage", "9"), ("recorded_at", "31.02.2021")],
    "mes_phases.csv": [("ended_at", None), ("stage", "0"), ("started_at", "yesterday")],
    "lims_results.csv": [("value", "pass"), ("stage", "8"), ("value", "12,5 ?")],
    "weighings.csv": [("actual", "-5.0"), ("actual", "err"), ("target", "n.a.")],
}
ROWS_AT_ONCE = 50_000
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


def spoilt_slices(frame: pl.DataFrame, file: str, seed: int, dirt: Dirt) -> Iterator[pl.DataFrame]:
    """Write some rows twice and add spoilt copies of others, each right after its original.

    Where an export job ran twice, the latest rows stand once more at the end.

    Args:
        frame: Records of one file.
        file: Name of the file.
        seed: Seed of the simulation.
        dirt: How much of it, in the files where it happens.

    Yields:
        All records as text, so many rows at a time that memory does not grow with the plant.
    """
    draws, height = stream(seed, f"faults.{file}"), frame.height
    places: list[Floats] = [np.arange(height, dtype=np.float64)]
    rows: list[NDArray[np.int64]] = [np.arange(height)]
    if file in TWICE and dirt.duplicate_rows:
        twice = np.flatnonzero(draws.random(height) < dirt.duplicate_rows)
        places, rows = [*places, (twice + 0.25).astype(np.float64)], [*rows, twice]
    faults, spoilt = BAD_VALUES.get(file, []), {}
    for k in range(min(dirt.bad_records, height) if faults else 0):
        row = int(draws.integers(height))
        spoilt[row + 0.5 + 0.001 * k] = faults[k % len(faults)]
        places, rows = [*places, np.array([row + 0.5 + 0.001 * k])], [*rows, np.array([row])]
    if file in TWICE and dirt.repeated_export:
        again = np.arange(height)[height - int(dirt.repeated_export * height) :]
        places, rows = [*places, (again + float(height)).astype(np.float64)], [*rows, again]
    place, row_at = np.concatenate(places), np.concatenate(rows)
    order = np.argsort(place, kind="stable")
    for first in range(0, max(1, len(order)), ROWS_AT_ONCE):
        some = order[first : first + ROWS_AT_ONCE]
        yield _with_bad_values(_text(frame[row_at[some]]), place[some], spoilt)


def _text(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(
        pl.col(pl.Datetime).dt.strftime("%Y-%m-%d %H:%M:%S"), pl.col(pl.Boolean).cast(pl.String)
    ).with_columns(pl.all().cast(pl.String))


def _with_bad_values(
    text: pl.DataFrame, place: Floats, spoilt: dict[float, tuple[str, str | None]]
) -> pl.DataFrame:
    for at, (column, value) in spoilt.items():
        found = np.flatnonzero(place == at)
        if len(found):
            bad = "2000-01-01 00:00:00" if value is None else value
            text = text.with_columns(
                pl.when(pl.int_range(pl.len()) == int(found[0]))
                .then(pl.lit(bad))
                .otherwise(column)
                .alias(column)
            )
    return text
