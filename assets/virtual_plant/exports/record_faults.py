"""What goes wrong in exported records: some missing, some twice, a few that break a rule."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.virtual_plant.base.randomness import Floats, stream, uniforms
from assets.virtual_plant.declaration.plant import Dirt
from assets.virtual_plant.declaration.variable import Variable
from assets.virtual_plant.production.batches import Batches

# file -> column and what stands in it instead (None: the row's end is put before its start)
BAD_VALUES: dict[str, list[tuple[str, str | None]]] = {
    "mes_parameters.csv": [("value", "see logbook"), ("stage", "9"), ("recorded_at", "31.02.2021")],
    "mes_phases.csv": [("ended_at", None), ("stage", "0"), ("started_at", "yesterday")],
    "lims_results.csv": [("value", "pass"), ("stage", "8"), ("value", "12,5 ?")],
    "weighings.csv": [("actual", "-5.0"), ("actual", "err"), ("target", "n.a.")],
}
ROWS_AT_ONCE = 50_000
# some records of a file; made anew at every call, so that they need not be held
Part = Callable[[], pl.DataFrame]
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


def spoilt_slices(
    parts: Sequence[Part], file: str, seed: int, dirt: Dirt
) -> Iterator[pl.DataFrame]:
    """Write some rows twice and add spoilt copies of others, each right after its original.

    Where an export job ran twice, the latest rows stand once more at the end. What happens to a row
    depends on its place in the whole file, never on how the file is cut into parts.

    Args:
        parts: Records of one file in order, each made when called and dropped when written.
        file: Name of the file.
        seed: Seed of the simulation.
        dirt: How much of it, in the files where it happens.

    Yields:
        All records as text, so many rows at a time that memory does not grow with the plant.
    """
    # the draws need the height of the file, so a file with faults is made twice
    heights = [part().height for part in parts] if file in {*TWICE, *BAD_VALUES} else []
    height = sum(heights)
    copies, first = _copies(file, height, seed, dirt), 0
    for part in parts:
        frame = part()
        yield from _with_copies(frame, first, copies)
        first += frame.height
    repeated = int(dirt.repeated_export * height) if file in TWICE else 0
    for part, end in zip(parts, accumulate(heights), strict=bool(heights)):
        if end > height - repeated:
            latest = part().tail(end - (height - repeated))
            yield from map(_text, latest.iter_slices(ROWS_AT_ONCE))


@dataclass(frozen=True)
class _Copies:
    """Rows that stand in the file once more, one entry per copy.

    Attributes:
        row: The original.
        place: Where the copy stands; originals stand at 0, 1, 2 and so on.
        bad: Place to what is wrong with the copy: column and value.
    """

    row: NDArray[np.int64]
    place: Floats
    bad: dict[float, tuple[str, str | None]]


def _copies(file: str, height: int, seed: int, dirt: Dirt) -> _Copies:
    draws, twice = stream(seed, f"faults.{file}"), [np.empty(0, dtype=np.int64)]
    if file in TWICE and dirt.duplicate_rows:
        for first in range(0, height, ROWS_AT_ONCE):
            is_twice = draws.random(min(ROWS_AT_ONCE, height - first)) < dirt.duplicate_rows
            twice.append(first + np.flatnonzero(is_twice))
    faults = BAD_VALUES.get(file, [])
    count = min(dirt.bad_records, height) if faults else 0
    spoilt = np.array([int(draws.integers(height)) for _ in range(count)], dtype=np.int64)
    place = spoilt + 0.5 + 0.001 * np.arange(count)
    bad = {at: faults[k % len(faults)] for k, at in enumerate(place.tolist())}
    again = np.concatenate(twice)
    return _Copies(np.concatenate([again, spoilt]), np.concatenate([again + 0.25, place]), bad)


def _with_copies(frame: pl.DataFrame, first: int, copies: _Copies) -> Iterator[pl.DataFrame]:
    """Records that begin at row ``first`` of the file, and the copies of them, as text."""
    is_here = (copies.row >= first) & (copies.row < first + frame.height)
    originals = np.arange(first, first + frame.height)
    row = np.concatenate([originals, copies.row[is_here]]) - first
    place = np.concatenate([originals.astype(np.float64), copies.place[is_here]])
    order = np.argsort(place, kind="stable")
    for begin in range(0, max(1, len(order)), ROWS_AT_ONCE):
        some = order[begin : begin + ROWS_AT_ONCE]
        yield _with_bad_values(_text(frame[row[some]]), place[some], copies.bad)


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
