"""What a faulty twentieth of the readings does to the features, with and without leaving it out.

Batches of the virtual plant are archived without a fault, reading by reading. Of every series 5% of
the readings are then made faulty, one kind at a time and all with good quality: frozen, single
readings far away, absent (0), at the end of the transmitter's range, rattling, drifting. Of every
tag, batch and statistic that models see, the feature may differ from the clean one by a tenth of
the feature's standard deviation over batches. Wanted: in 95% of them, and in fewer where the same
statistics are taken of all readings. What was lost with the true readings limits any rule: beside
it stand the features where exactly the faulty readings are marked bad.

    python benchmarks/sensor_fault_study.py --batches 60
"""

import argparse
from collections.abc import Callable

import numpy as np
import polars as pl

from assets.sensor_features.kernel.faulty import FAULT, without_faulty
from assets.sensor_features.kernel.series import series_features
from assets.sensor_features.registry import KERNEL_COLUMNS
from assets.statistics.array_types import BoolArray, FloatArray
from assets.virtual_plant.declaration.plant_file import load_plant
from assets.virtual_plant.production.batches import Settings, make_batches
from assets.virtual_plant.sensors.archived_readings import archived_readings
from assets.virtual_plant.sensors.sensor_faults import TagFaults
from assets.virtual_plant.sensors.trajectories import tag_runs
from benchmarks.studies.record import RESULTS, StudyRecord

SHARE, MOST_SPREADS, WANTED = 0.05, 0.1, 0.95
NAME = "sensor_fault_study"
# Of those that models see, the ones that plain numpy states in a line.
PLAIN: dict[str, Callable[[FloatArray], float]] = {
    "mean": lambda x: float(x.mean()),
    "sd": lambda x: float(x.std(ddof=1)),
    "minimum": lambda x: float(x.min()),
    "maximum": lambda x: float(x.max()),
    "p05": lambda x: float(np.quantile(x, 0.05)),
    "median": lambda x: float(np.median(x)),
    "p95": lambda x: float(np.quantile(x, 0.95)),
    "slope_per_h": lambda x: float(np.polyfit(np.arange(x.size) / x.size, x, 1)[0]),
    "first": lambda x: float(x[0]),
    "last": lambda x: float(x[-1]),
    "rate_of_change_max_per_h": lambda x: float(np.abs(np.diff(x)).max()),
}
KINDS = ("stuck", "spikes", "dropout", "full scale", "rattling", "drift")


def spoiled(
    x: FloatArray, kind: str, proven: tuple[float, float], rng: np.random.Generator
) -> tuple[FloatArray, BoolArray]:
    """A series with a twentieth of its readings made faulty, and which they are."""
    is_faulty, found, count = np.zeros(x.size, dtype=bool), x.copy(), max(int(SHARE * x.size), 1)
    first = int(rng.integers(0, x.size - count))
    stretch, width = slice(first, first + count), proven[1] - proven[0]
    is_faulty[stretch] = kind != "spikes"
    if kind == "stuck":
        found[stretch] = x[first]
    elif kind == "spikes":
        places = rng.choice(x.size, count, replace=False)
        is_faulty[places] = True
        found[places] = proven[1] + width * rng.random(count)
    elif kind == "dropout":
        found[stretch] = 0.0
    elif kind == "full scale":
        found[stretch] = proven[1] + width
    elif kind == "rattling":
        found[stretch] += rng.normal(0, 10 * np.abs(np.diff(x)).std() + 1e-9, count)
    elif kind == "drift":
        found[stretch] += width * np.linspace(0, 1, count)
    return found, is_faulty


def left_out(x: FloatArray, ends: FloatArray) -> BoolArray:
    """Which readings the kernel leaves out of a series."""
    marks, room = np.zeros(x.size, dtype=np.uint8), np.empty(max(x.size, 64))
    hours, held = np.arange(x.size) / 360, np.full(x.size, 1 / 360)
    without_faulty(hours, x.copy(), held, room, marks, ends, np.zeros(len(KERNEL_COLUMNS)))
    return np.asarray(marks == FAULT)


def features(series: list[FloatArray], ranges: FloatArray) -> FloatArray:
    """(series, statistics) of the kernel; a reading every 10 s."""
    sizes = np.array([x.size for x in series])
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    times = np.concatenate([np.arange(n) * 10_000_000 for n in sizes]).astype(np.int64)
    nothing = np.full((len(series), 2), np.nan)
    found = series_features(times, np.concatenate(series), offsets, ranges, nothing)
    wanted = [*PLAIN, "faulty_share"]
    return found[:, [KERNEL_COLUMNS.index(name) for name in wanted]]


def by_hand(series: list[FloatArray]) -> FloatArray:
    """(series, statistics) of all readings, none left out."""
    return np.array([[of(x) for of in PLAIN.values()] for x in series])


def series_of_tags(seed: int, batches: int) -> dict[str, tuple[list[FloatArray], list[float]]]:
    """Per tag its archived series without a fault, and its normal and proven ranges."""
    plant = load_plant()
    made = make_batches(plant, Settings(batches=batches, years=batches / 200, seed=seed))
    rows, found = np.arange(batches), {}
    none = np.zeros(batches, dtype=bool)
    for law in plant.trajectories:
        runs, nothing = tag_runs(made, law), np.zeros(batches, dtype=np.int64)
        clean = TagFaults(~none, nothing, none, none, none, nothing)
        read = archived_readings(made, runs, clean, rows)
        series = [v[k] for v, k in zip(read.value, read.is_kept, strict=True) if k.sum() > 40]
        found[law.tag] = series, [*law.normal_range, *law.proven_range]
    return found


def study_rows(seed: int, batches: int) -> list[dict[str, float | int | str]]:
    """Per tag and kind: how many features stay within a tenth of a spread, both ways."""
    rows: list[dict[str, float | int | str]] = []
    for tag, (series, ends) in series_of_tags(seed, batches).items():
        ranges = np.tile(np.array(ends, dtype=float), (len(series), 1))
        clean, spread = features(series, ranges), by_hand(series).std(axis=0)
        kernel_spread = clean[:, :-1].std(axis=0)
        for number, kind in enumerate(KINDS):
            rng = np.random.default_rng([seed, number, len(rows)])
            made = [spoiled(x, kind, (ends[2], ends[3]), rng) for x in series]
            dirty = [found for found, _ in made]
            marked = [np.where(d == x, x, np.nan) for d, x in zip(dirty, series, strict=True)]
            sound = sum(int((left_out(x, ranges[0]) & ~faulty).sum()) for x, faulty in made)
            found, plain = features(dirty, ranges), by_hand(dirty) - by_hand(series)
            known = features(marked, ranges)
            moved = np.abs(found[:, :-1] - clean[:, :-1])
            lost = np.abs(known[:, :-1] - clean[:, :-1])
            rows.append(
                {
                    "seed": seed,
                    "tag": tag,
                    "kind": kind,
                    "features": moved.size,
                    "close": int((moved <= MOST_SPREADS * kernel_spread).sum()),
                    "close_marked_bad": int((lost <= MOST_SPREADS * kernel_spread).sum()),
                    "close_without": int((np.abs(plain) <= MOST_SPREADS * spread).sum()),
                    "faulty_share": round(float(np.nanmean(found[:, -1])), 5),
                    "sound_left_out": sound,
                    "readings": sum(x.size for x in dirty),
                    "clean_share": round(float(np.nanmean(clean[:, -1])), 6),
                }
            )
    return rows


def main() -> None:
    """Make the plant, spoil it six times, and say how far the features moved."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--batches", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--name", default=NAME)
    asked = parser.parse_args()
    record = StudyRecord(asked.name, ("seed", "tag", "kind"), RESULTS)
    if not record.file.exists() or asked.seed not in set(record.rows()["seed"]):
        for row in study_rows(asked.seed, asked.batches):
            record.append(row)
    own = record.rows().filter(pl.col("seed") == asked.seed)
    sums = own.group_by("kind", maintain_order=True).agg(
        pl.col("features", "close", "close_marked_bad", "close_without").sum(),
        pl.col("faulty_share").mean(),
        sound=pl.col("sound_left_out").sum() / pl.col("readings").sum(),
    )
    for kind, count, close, known, without, share, sound in sums.iter_rows():
        print(
            f"{kind:10s} within a tenth of the spread: {close / count:.1%} left out by the rule, "
            f"{known / count:.1%} marked bad, {without / count:.1%} not; "
            f"{share:.2%} of readings left out of {SHARE:.0%} faulty, {sound:.3%} that are sound"
        )
    print(f"of clean readings {own['clean_share'].mean():.4%} are left out; wanted {WANTED:.0%}")


if __name__ == "__main__":
    main()
