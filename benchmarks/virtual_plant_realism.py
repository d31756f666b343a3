"""Fifteen statistics of the simulated compression and release steps beside the real ones.

Run: ``python benchmarks/virtual_plant_realism.py [--data ../shared/data/tabletting]``. A statistic
is computed per product; the plant's median over its products should lie between the 10th and the
90th percentile of the real products' values, for at least 12 of the 15. A mean and a coefficient of
variation count as one statistic and must both lie inside.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl

from assets.sources.virtual_plant.batches import Batches, Settings, make_batches, record
from assets.sources.virtual_plant.phase_statistics import phase_statistics
from assets.sources.virtual_plant.plant_file import load_plant
from assets.sources.virtual_plant.randomness import Floats
from assets.sources.virtual_plant.trajectories import readings, tag_runs

FEWEST_BATCHES = 15
SEEDS = range(1, 6)
PRESS_FILES = (3, 5, 6, 7)
TAGS = {
    "speed": "press_speed_kh",
    "force": "main_compression_force_kn",
    "fill": "fill_depth_mm",
    "srel": "force_variation_pct",
    "ejection": "ejection_force_n",
}
# statistic of the list -> its columns in the tables below
STATISTICS = {
    "press speed": ("speed mean", "speed cv"),
    "main compression force": ("force mean", "force cv"),
    "fill depth": ("fill mean", "fill cv"),
    "tablet weight RSD": ("weight_rsd mean", "weight_rsd cv"),
    "hardness": ("hardness mean", "hardness cv"),
    "SREL": ("srel median",),
    "ejection": ("ejection mean",),
    "force autocorrelation at 10 s": ("force lag1",),
    "fill depth autocorrelation at 10 s": ("fill lag1",),
    "correlation force, hardness": ("force~hardness",),
    "correlation fill depth, weight": ("fill~weight",),
    "correlation speed, force": ("speed~force",),
    "dissolution_min": ("dissolution mean", "dissolution sd"),
    "batches per API lot": ("batches per lot",),
    "yield, batch to batch": ("yield lag1",),
}


def summarise(columns: Mapping[str, Floats]) -> dict[str, float]:
    """The statistics of one product's batches, in order of manufacture."""
    found: dict[str, float] = {}
    for name in ("speed", "force", "fill", "weight_rsd", "hardness"):
        values = columns[name]
        found[f"{name} mean"] = float(np.nanmean(values))
        found[f"{name} cv"] = float(np.nanstd(values, ddof=1) / np.nanmean(values))
    found["srel median"] = float(np.nanmedian(columns["srel"]))
    found["ejection mean"] = float(np.nanmean(columns["ejection"]))
    for one, other in (("force", "hardness"), ("fill", "weight"), ("speed", "force")):
        found[f"{one}~{other}"] = _correlation(columns[one], columns[other])
    found["dissolution mean"] = float(np.nanmean(columns["dissolution"]))
    found["dissolution sd"] = float(np.nanstd(columns["dissolution"], ddof=1))
    return found


def _correlation(one: Floats, other: Floats) -> float:
    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < 3 or one[both].std() == 0 or other[both].std() == 0:
        return float("nan")
    return float(np.corrcoef(one[both], other[both])[0, 1])


def _lag1(values: Floats) -> float:
    return _correlation(values[1:], values[:-1])


def real_products(data: Path) -> list[dict[str, float]]:
    """One table of statistics per real product with enough batches, and of all batches together."""
    read = {"separator": ";", "infer_schema_length": None, "null_values": ["#N/A", "", " "]}
    process = pl.read_csv(data / "Process.csv", **read)  # type: ignore[arg-type]
    laboratory = pl.read_csv(data / "Laboratory.csv", **read)  # type: ignore[arg-type]
    joined = laboratory.join(process.drop("code"), on="batch").sort("batch")
    names = {
        "speed": "tbl_speed_mean",
        "force": "main_CompForce mean",
        "fill": "tbl_fill_mean",
        "srel": "SREL_production_mean",
        "ejection": "ejection_mean",
        "weight_rsd": "tbl_rsd_weight",
        "hardness": "tbl_av_hardness",
        "weight": "tbl_max_weight",
        "dissolution": "dissolution_min",
    }
    products = []
    for _, batches in joined.group_by("code", maintain_order=True):
        if batches.height < FEWEST_BATCHES:
            continue
        columns = {
            name: batches[column].cast(pl.Float64, strict=False).to_numpy()
            for name, column in names.items()
        }
        products.append(summarise(columns))
        yields = batches["batch_yield"].cast(pl.Float64, strict=False).to_numpy()
        products[-1]["yield lag1"] = _lag1(yields)
        lots = batches.group_by("api_code", "api_batch").len()["len"]
        products[-1]["batches per lot"] = float(lots.mean() or 0)  # type: ignore[arg-type]
    products += _real_series(data)
    return products


def _real_series(data: Path) -> list[dict[str, float]]:
    """Autocorrelation at 10 s of the batches whose press series are published."""
    found = []
    for file in PRESS_FILES:
        series = pl.read_csv(
            data / "Process" / f"{file}.csv", separator=";", infer_schema_length=None
        )
        for _, batch in series.group_by("batch", maintain_order=True):
            running = batch.filter(pl.col("tbl_speed") > 50)
            force, fill = (
                running[c].cast(pl.Float64).to_numpy() for c in ("main_comp", "tbl_fill")
            )
            found.append({"force lag1": _lag1(force), "fill lag1": _lag1(fill)})
    return found


def plant_products(made: Batches) -> list[dict[str, float]]:
    """The same table per product of a simulated plant."""
    values, plant = made.outcome.values, made.plant
    runs = {
        name: tag_runs(made, next(t for t in plant.trajectories if t.tag == tag))
        for name, tag in TAGS.items()
    }
    columns = {
        name: phase_statistics(run, made.settings.seed, plant.sampling_interval_s)["mean"]
        for name, run in runs.items()
    }
    for name, variable in (
        ("weight_rsd", "tablet_weight_rsd_pct"),
        ("hardness", "tablet_hardness_n"),
        ("weight", "tablet_weight_mg"),
        ("dissolution", "dissolution_min_pct"),
        ("yield", "batch_yield_pct"),
    ):
        columns[name] = record(plant.variable(variable), values[variable])
    lots = made.lots["api"]
    main_lot = np.full(made.schedule.batches, -1)
    main_lot[lots.use_batch] = lots.use_lot
    products = []
    for code in np.unique(values["product"]):
        mine = np.flatnonzero(values["product"] == code)
        products.append(summarise({name: column[mine] for name, column in columns.items()}))
        products[-1]["yield lag1"] = _lag1(columns["yield"][mine])
        products[-1]["batches per lot"] = len(mine) / len(np.unique(main_lot[mine]))
        few = mine[:6]
        for name in ("force", "fill"):
            rows = readings(runs[name], few, made.settings.seed, plant.sampling_interval_s)
            correlations = [
                _lag1(row[:count].astype(np.float64))
                for row, count in zip(rows, runs[name].counts[few], strict=True)
            ]
            products[-1][f"{name} lag1"] = float(np.mean(correlations))
    return products


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, default=Path("../shared/data/tabletting"))
    data = parser.parse_args().data
    if not data.exists():
        raise SystemExit(f"{data}: the real records are not here; give their folder with --data")
    real = real_products(data)
    plant = [
        product
        for seed in SEEDS
        for product in plant_products(make_batches(load_plant(), Settings(seed=seed)))
    ]
    inside = 0
    print(f"{'statistic':36s}{'plant':>9s}{'real p10':>10s}{'p50':>9s}{'p90':>9s}")
    for title, names in STATISTICS.items():
        is_inside = True
        for name in names:
            mine = np.median([p[name] for p in plant])
            low, middle, high = np.nanquantile(
                [p[name] for p in real if name in p], [0.1, 0.5, 0.9]
            )
            is_inside &= bool(low <= mine <= high)
            mark = "" if low <= mine <= high else "  outside"
            label = title if name == names[0] else ""
            print(f"{label:36s}{mine:9.3f}{low:10.3f}{middle:9.3f}{high:9.3f}{mark}  ({name})")
        inside += is_inside
    print(f"{inside} of {len(STATISTICS)} inside")


if __name__ == "__main__":
    main()
