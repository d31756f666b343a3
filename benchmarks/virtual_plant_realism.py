"""Fifteen statistics of the simulated compression and release steps beside the real ones.

A statistic is computed per product. The plant's value is the median over the products of five
plants; it should lie between the 10th and the 90th percentile of the real products' values, for at
least 12 of the 15. A mean and a coefficient of variation count as one statistic, and both must lie
inside. The real records are read through the product's own importer. ``--pictures`` also draws the
distributions and correlations of docs/virtual_plant_realism.md into docs/images/.

    python benchmarks/virtual_plant_realism.py [--data ../shared/data/tabletting] [--pictures]
"""

import argparse
from pathlib import Path

import numpy as np
import polars as pl

from assets.virtual_plant.declaration.plant_file import load_plant
from assets.virtual_plant.production.batches import Settings, make_batches
from benchmarks.studies.product_records import (
    INTERVAL_S,
    ProductRecords,
    plant_records,
    real_records,
)
from benchmarks.studies.record import ROOT

FEWEST_BATCHES = 15
FEWEST_INSIDE = 12
SEEDS = range(1, 6)
# statistic of the list -> its columns in the tables below
STATISTICS = {
    "press speed": ("speed_kh mean", "speed_kh cv"),
    "main compression force": ("force_kn mean", "force_kn cv"),
    "fill depth": ("fill_mm mean", "fill_mm cv"),
    "tablet weight RSD": ("weight_rsd_pct mean", "weight_rsd_pct cv"),
    "hardness": ("hardness_n mean", "hardness_n cv"),
    "SREL": ("srel_pct median",),
    "ejection": ("ejection_n mean",),
    "force autocorrelation at 10 s": ("force_kn lag1",),
    "fill depth autocorrelation at 10 s": ("fill_mm lag1",),
    "correlation force, hardness": ("force_kn~hardness_n",),
    "correlation fill depth, weight": ("fill_mm~weight_mg",),
    "correlation speed, force": ("speed_kh~force_kn",),
    "dissolution_min": ("dissolution_min_pct mean", "dissolution_min_pct sd"),
    "batches per API lot": ("batches per lot",),
    "yield, batch to batch": ("yield_pct lag1",),
}


def statistics(records: ProductRecords) -> pl.DataFrame:
    """One row per product with enough batches, one column per statistic; null where not defined."""
    pairs = (("force_kn", "hardness_n"), ("fill_mm", "weight_mg"), ("speed_kh", "force_kn"))
    summary = [
        pl.len().alias("batches"),
        (pl.len() / pl.col("lot").n_unique()).alias("batches per lot"),
        pl.col("srel_pct").median().alias("srel_pct median"),
        pl.col("ejection_n").mean().alias("ejection_n mean"),
        pl.col("dissolution_min_pct").mean().alias("dissolution_min_pct mean"),
        pl.col("dissolution_min_pct").std().alias("dissolution_min_pct sd"),
        pl.corr("yield_pct", pl.col("yield_pct").shift()).alias("yield_pct lag1"),
        *(pl.corr(one, other).alias(f"{one}~{other}") for one, other in pairs),
    ]
    for name in ("speed_kh", "force_kn", "fill_mm", "weight_rsd_pct", "hardness_n"):
        column = pl.col(name)
        summary += [
            column.mean().alias(f"{name} mean"),
            (column.std() / column.mean()).alias(f"{name} cv"),
        ]
    by_product = records.batches.group_by("product", maintain_order=True).agg(summary)
    return (
        by_product.filter(pl.col("batches") >= FEWEST_BATCHES)
        .join(autocorrelations(records.series), on="product", how="full", coalesce=True)
        .with_columns(pl.selectors.float().fill_nan(None))
    )


def autocorrelations(series: pl.DataFrame) -> pl.DataFrame:
    """Mean over a product's batches of the correlation of readings 10 s apart."""
    names = ("force_kn", "fill_mm")
    before = series.with_columns(pl.col("recorded_at").dt.offset_by(f"{INTERVAL_S}s"))
    pairs = series.join(before, on=["product", "batch", "recorded_at"], suffix="_before")
    return (
        pairs.group_by("product", "batch")
        .agg(pl.corr(name, f"{name}_before").alias(f"{name} lag1") for name in names)
        .group_by("product")
        .agg(pl.col(f"{name} lag1").fill_nan(None).mean() for name in names)
        .sort("product")
    )


def comparison(real: pl.DataFrame, plant: pl.DataFrame) -> pl.DataFrame:
    """The plant's median beside the real products' percentiles, and whether it is inside."""
    rows = []
    for title, names in STATISTICS.items():
        for name in names:
            found = real[name].drop_nulls().to_numpy()
            low, middle, high = np.quantile(found, [0.1, 0.5, 0.9])
            mine = float(plant[name].median())  # type: ignore[arg-type]
            rows.append((title, name, mine, low, middle, high, len(found)))
    titles = ["statistic", "column", "plant", "real_p10", "real_p50", "real_p90", "products"]
    return pl.DataFrame(rows, schema=titles, orient="row").with_columns(
        is_inside=pl.col("plant").is_between("real_p10", "real_p90")
    )


def missed(compared: pl.DataFrame) -> list[str]:
    """Statistics of which any column lies outside."""
    return compared.filter(~pl.col("is_inside"))["statistic"].unique(maintain_order=True).to_list()


def compare(data: Path) -> tuple[ProductRecords, list[ProductRecords], pl.DataFrame]:
    """Real records, the plants' records, and the comparison of their statistics."""
    real = real_records(data)
    plants = [plant_records(make_batches(load_plant(), Settings(seed=seed))) for seed in SEEDS]
    table = pl.concat([statistics(plant) for plant in plants])
    return real, plants, comparison(statistics(real), table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data/tabletting")
    parser.add_argument("--pictures", action="store_true", help="draw docs/images/realism_*.png")
    asked = parser.parse_args()
    if not asked.data.exists():
        raise SystemExit(f"{asked.data}: the real records are not here; name their folder: --data")
    real, plants, compared = compare(asked.data)
    wide = {"tbl_width_chars": 140, "fmt_str_lengths": 40, "tbl_hide_column_data_types": True}
    with pl.Config(tbl_rows=-1, tbl_hide_dataframe_shape=True, **wide):  # type: ignore[arg-type]
        print(compared.with_columns(pl.selectors.float().round(3)))
    outside = missed(compared)
    print(f"{len(STATISTICS) - len(outside)} of {len(STATISTICS)} inside, wanted {FEWEST_INSIDE}")
    print(f"outside: {', '.join(outside) or 'none'}")
    if asked.pictures:
        from benchmarks.studies.realism_pictures import draw

        for path in draw(real, plants[0], compared, ROOT / "docs" / "images"):
            print(path)


if __name__ == "__main__":
    main()
