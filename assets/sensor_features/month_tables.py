"""The tables over all months, brought up to date by the months that changed.

A month is a part of each table, under a version made of all its rows depend on: the features kept
for it and the good batches it is compared with. Parts whose version stands are neither read nor
written, so a new month costs one month and a late correction its month and those compared with it;
the tables are what writing them whole would give.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from assets.sensor_features import golden
from assets.sensor_features.golden import KEY, Envelope, GoldenSet, golden_distances, golden_sets
from assets.sensor_features.phase_features import NAMED, Executor, keep_features, kept_features
from assets.sensor_features.registry import GOLDEN, NAMES, STEPS
from data_contracts.tables import table
from warehouse.content_hash import Written, digest
from warehouse.sensor_readings.kept_months import KeptMonths
from warehouse.sensor_readings.stored_readings import stored_months
from warehouse.store import Warehouse

Array = np.ndarray[Any, np.dtype[Any]]

TABLE = "feature.sensor_phase_features"
ENVELOPES = "feature.golden_trajectories"
COMPARED = (*KEY, "month", "known_at", "gap_fraction", "repeated_instants")
HAS_TRAJECTORY = "duration_h > 0"
ROWS_AT_ONCE = 20_000
MOST_HELD = 100_000  # trajectories of 256 bytes; beyond, only those that are asked for


@dataclass(frozen=True)
class MonthTables:
    """What became of the tables.

    Attributes:
        names: The name under which the features of each month are kept.
        written: What each table holds now.
        replaced: The months whose rows were written anew.
    """

    names: dict[date, str]
    written: dict[str, Written]
    replaced: tuple[date, ...]


def update_months(
    warehouse: Warehouse, executor: Executor, month: date | None = None
) -> MonthTables:
    """Bring ``feature.sensor_phase_features`` and ``feature.golden_trajectories`` up to date.

    Args:
        warehouse: Has placed readings, ``core.sensor_tags`` and ``core.batches``.
        executor: Runs the kernel over months.
        month: First day of the only month whose readings may have changed; by default any may.
    """
    kept = kept_features(warehouse)
    with warehouse.parts("month") as parts:
        versions = {table: parts.versions(table) for table in (TABLE, ENVELOPES)}
        known = {at: version.partition("/")[0] for at, version in versions[TABLE].items()}
        names = keep_features(
            stored_months(warehouse),
            warehouse.read("core.sensor_tags"),
            executor,
            kept,
            {at: name for at, name in known.items() if month not in (None, at)},
        )
        compared = _compared(warehouse, kept, names, known)
        sets = golden_sets(compared, warehouse.read("core.batches"))
        wanted = _versions(names, sets, compared)
        stale = [at for at in names if any(v.get(at) != wanted[at] for v in versions.values())]
        courses = _Courses(kept, names, compared)
        for months in _some_months(stale, compared):
            frames, envelopes = [], []
            for at in months:
                courses.keep_months_of(sets.get(at, ()))
                distances, used = golden_distances(compared, sets.get(at, ()), courses)
                rows = kept.read(names[at], [*NAMED[:6], "month", *NAMES, "known_at"])
                frames.append(rows.join(distances, on=KEY, how="left", maintain_order="left"))
                envelopes += used
            columns = [*NAMED[:6], "month", *NAMES, *(f.name for f in GOLDEN), "known_at"]
            of_months = {at: wanted[at] for at in months}
            parts.replace(TABLE, of_months, pl.concat(frames).select(columns))
            parts.replace(ENVELOPES, of_months, golden_trajectories(envelopes))
        for table, of_table in versions.items():
            for at in of_table.keys() - names.keys():
                parts.remove(table, at)
    return MonthTables(names, {table: parts.written(table) for table in versions}, tuple(stale))


def _compared(
    warehouse: Warehouse, kept: KeptMonths, names: Mapping[date, str], known: Mapping[date, str]
) -> pl.DataFrame:
    """Every series with a trajectory, sorted by month and key: what chooses the good batches.

    Months that did not change are read from the table, the others from what is kept. Names repeat
    in every batch and month, so they are held as categories.
    """
    asked, names_held = ", ".join(COMPARED), pl.col(KEY).cast(pl.Categorical)
    found = warehouse.query(f"SELECT {asked} FROM {TABLE} WHERE {HAS_TRAJECTORY}")
    is_current = [at for at, name in names.items() if known.get(at) == name]
    frames = [found.filter(pl.col("month").is_in(is_current)).with_columns(names_held)]
    for at in names.keys() - set(is_current):
        rows = kept.read(names[at], [*COMPARED, "duration_h"])
        with_trajectory = rows.filter(pl.sql_expr(HAS_TRAJECTORY))
        frames.append(with_trajectory.select(COMPARED).with_columns(names_held))
    return pl.concat(frames).sort("month", *KEY)


def _some_months(stale: Sequence[date], compared: pl.DataFrame) -> Iterator[list[date]]:
    """Yield the months some at a time: a write costs the same for one as for several."""
    rows = dict(compared.group_by("month").len().iter_rows())
    some: list[date] = []
    for at in stale:
        some.append(at)
        if sum(rows.get(each, 0) for each in some) >= ROWS_AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def _versions(
    names: Mapping[date, str], sets: Mapping[date, Sequence[GoldenSet]], compared: pl.DataFrame
) -> dict[date, str]:
    """Version of every month's rows: its features, what they are compared with, and how."""
    how = digest(tuple(Path(file).read_text("utf-8") for file in (__file__, golden.__file__)))
    batches = compared["batch_id"].cast(pl.String).to_list()
    of_row = np.hstack([_digests(batches), _digests([names[at] for at in compared["month"]])])

    def of_month(month: date) -> str:
        found = hashlib.sha256(how.encode())
        for one in sets.get(month, ()):
            sizes = len(one.good), len(one.compared)
            found.update(repr((one.names, one.product, sizes)).encode())
            found.update(of_row[one.good].tobytes())
            found.update(of_row[one.compared].tobytes())
        return f"{names[month]}/{found.hexdigest()[:32]}"

    return {month: of_month(month) for month in names}


def _digests(texts: Sequence[str]) -> Array:
    """Hash every text once, and give each row the sixteen bytes of its own: (rows, 2) integers."""
    found = {text: hashlib.sha256(text.encode()).digest()[:16] for text in set(texts)}
    return np.frombuffer(b"".join(found[text] for text in texts), np.int64).reshape(-1, 2)


class _Courses:
    """Trajectories by position, read from the months that hold them and from no other.

    Args:
        kept: The kept features.
        names: The name of each month.
        compared: One row per trajectory, sorted by month.
    """

    def __init__(self, kept: KeptMonths, names: Mapping[date, str], compared: pl.DataFrame) -> None:
        self._kept, self._names, self._compared = kept, names, compared
        sizes = compared.group_by("month", maintain_order=True).len()
        self._months = sizes["month"].to_list()
        self._starts = np.concatenate([[0], np.cumsum(sizes["len"].to_numpy())]).astype(np.int64)
        self._read: dict[int, Array] = {}

    def __call__(self, positions: Array) -> Array:
        """Return the trajectories: (positions, ``STEPS``), NaN where there is none."""
        of_position = self._month_numbers(positions)
        by_month = np.argsort(of_position, kind="stable")
        ends = np.cumsum(np.bincount(of_position, minlength=len(self._months)))
        found = np.empty((len(positions), STEPS))
        for number in np.unique(of_position):
            here = by_month[ends[number - 1] if number else 0 : ends[number]]
            found[here] = self._of_month(number)[positions[here] - self._starts[number]]
        return found

    def keep_months_of(self, sets: Sequence[GoldenSet]) -> None:
        """Let go of the months these sets do not ask for, where many trajectories are held."""
        if sum(map(len, self._read.values())) <= MOST_HELD:
            return
        asked = [positions for one in sets for positions in (one.good, one.compared)]
        needed = set(self._month_numbers(np.concatenate(asked)).tolist()) if asked else set()
        self._read = {number: rows for number, rows in self._read.items() if number in needed}

    def _month_numbers(self, positions: Array) -> Array:
        return np.asarray(np.searchsorted(self._starts, positions, "right") - 1)

    def _of_month(self, number: int) -> Array:
        if number not in self._read:
            month = self._months[number]
            rows = self._compared[self._starts[number] : self._starts[number + 1]]
            rows = rows.select(pl.col(KEY).cast(pl.String))
            read = self._kept.read(self._names[month], [*KEY, "trajectory"])
            courses = rows.join(read, on=KEY, how="left", maintain_order="left")["trajectory"]
            nothing = [float("nan")] * STEPS
            self._read[number] = (
                courses.fill_null(pl.Series([nothing])).list.to_array(STEPS).to_numpy()
            )
        return self._read[number]


def golden_trajectories(envelopes: Sequence[Envelope]) -> pl.DataFrame:
    """Lay out golden trajectories in the columns of ``feature.golden_trajectories``.

    Several products may be compared with the good batches of any product: they stand once.
    """
    if not envelopes:
        return table(ENVELOPES)
    once = {(one.month, one.names, one.product): one for one in envelopes}.values()
    names = pl.DataFrame(
        [(one.month, *one.names, one.product or "any product", one.batches) for one in once],
        schema=["month", "unit_procedure", "phase", "tag", "product", "batches"],
        orient="row",
    )
    steps = names[np.repeat(np.arange(len(once)), STEPS)].with_columns(
        step=pl.Series(np.tile(np.arange(1, STEPS + 1), len(once))),
        centre=pl.Series(np.concatenate([one.centre for one in once])),
        spread=pl.Series(np.concatenate([one.spread for one in once])),
    )
    return table(ENVELOPES, steps)
