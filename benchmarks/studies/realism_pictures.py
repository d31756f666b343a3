"""Pictures of a virtual plant beside the real tabletting records, for the realism page."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.studies.product_records import ProductRecords

REAL, PLANT = "#4d4d4d", "#d95f02"
LABELS = {
    "speed_kh": "press speed, 1000 tablets/h",
    "force_kn": "main compression force, kN",
    "fill_mm": "fill depth, mm",
    "srel_pct": "SREL, %",
    "ejection_n": "ejection force, N",
    "weight": "tablet weight, % of the product's median",
    "weight_rsd_pct": "tablet weight RSD, %",
    "hardness_n": "hardness, N",
    "dissolution_min_pct": "lowest dissolution, %",
    "yield_pct": "batch yield, %",
    "per_lot": "batches of a product per API lot",
}
PAIRS = (
    ("force_kn", "hardness_n"),
    ("fill_mm", "weight_mg"),
    ("speed_kh", "force_kn"),
)
SHORT = {
    "speed_kh": "speed",
    "force_kn": "force",
    "fill_mm": "fill",
    "srel_pct": "SREL",
    "ejection_n": "ejection",
    "weight_mg": "weight",
    "weight_rsd_pct": "weight RSD",
    "hardness_n": "hardness",
    "dissolution_min_pct": "dissolution",
    "yield_pct": "yield",
}


def draw(
    real: ProductRecords, plant: ProductRecords, compared: pl.DataFrame, folder: Path
) -> list[Path]:
    """Draw every picture into a folder.

    Args:
        real: The real records.
        plant: One virtual plant's.
        compared: The statistics of both, from ``virtual_plant_realism.comparison``.
        folder: Where the PNG files go; made where it is missing.

    Returns:
        The files.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams.update({"font.size": 8, "axes.spines.top": False, "axes.spines.right": False})
    folder.mkdir(parents=True, exist_ok=True)
    figures = {
        "statistics": _statistics(compared),
        "distributions": _distributions(real, plant),
        "correlations": _correlations(real, plant),
        "series": _series(real, plant),
    }
    paths = []
    for name, figure in figures.items():
        paths.append(folder / f"realism_{name}.png")
        # no date and no version in the file: the same picture is the same bytes
        figure.savefig(paths[-1], dpi=120, metadata={"Software": None})
    return paths


def _statistics(compared: pl.DataFrame) -> Any:
    """Where the plant lies between the real percentiles, each statistic on its own scale."""
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(figsize=(7.2, 5.4), layout="constrained")
    rows = compared.to_dicts()[::-1]
    for y, row in enumerate(rows):
        width = row["real_p90"] - row["real_p10"]
        middle, mine = ((row[k] - row["real_p10"]) / width for k in ("real_p50", "plant"))
        axis.plot([0, 1], [y, y], color=REAL, lw=5, alpha=0.35, solid_capstyle="butt")
        axis.plot(middle, y, "|", color=REAL, ms=9)
        axis.plot(mine, y, "o", color=PLANT, ms=5)
    parts = {"mean": ", mean", "cv": ", CV", "sd": ", SD"}
    names = [row["statistic"] + parts.get(row["column"].split(" ")[-1], "") for row in rows]
    axis.set_yticks(range(len(rows)), names)
    axis.set_xticks([0, 0.5, 1], ["10th percentile", "", "90th percentile"])
    axis.set_xlabel("among real products (bar; tick: median); dot: the virtual plant")
    return figure


def _distributions(real: ProductRecords, plant: ProductRecords) -> Any:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(3, 4, figsize=(10.5, 7), layout="constrained")
    columns = [_columns(records) for records in (real, plant)]
    for axis, (name, label) in zip(axes.flat, LABELS.items(), strict=False):
        values = [found[name] for found in columns]
        both = np.concatenate(values)
        low, high = np.quantile(both, [0.002, 0.998])
        edges = np.linspace(low, high, 26)
        if name == "per_lot":
            edges = np.arange(0.5, 15.5)
        for found, colour, title in zip(values, (REAL, PLANT), ("real", "plant"), strict=True):
            share = np.full(len(found), 1 / len(found))
            inside = np.clip(found, edges[0], edges[-1])
            filled = title == "real"
            axis.hist(
                inside,
                edges,
                weights=share,
                color=colour,
                histtype="stepfilled" if filled else "step",
                alpha=0.35 if filled else 1,
                lw=1.4,
                label=title,
            )
        axis.set_xlabel(label)
        axis.set_yticks([])
    handles, titles = axes.flat[0].get_legend_handles_labels()
    axes.flat[-1].axis("off")
    axes.flat[-1].legend(handles, titles, loc="center", frameon=False, fontsize=10)
    return figure


def _columns(records: ProductRecords) -> dict[str, NDArray[np.float64]]:
    """Values per batch; for lots, one per product and lot."""
    batches = records.batches.with_columns(
        weight=100 * pl.col("weight_mg") / pl.col("weight_mg").median().over("product")
    )
    found = {
        name: batches[name].drop_nulls().to_numpy() for name in LABELS if name in batches.columns
    }
    per_lot = batches.group_by("product", "lot").len()["len"]
    return found | {"per_lot": per_lot.cast(pl.Float64).to_numpy()}


def _correlations(real: ProductRecords, plant: ProductRecords) -> Any:
    """Pairs as scatter, all quantities as rank correlation, both within product."""
    import matplotlib.pyplot as plt

    figure = plt.figure(figsize=(10.5, 7.4), layout="constrained")
    grid = figure.add_gridspec(2, 6, height_ratios=[1, 1.5])
    within = [_within_product(records) for records in (real, plant)]
    for k, (one, other) in enumerate(PAIRS):
        axis = figure.add_subplot(grid[0, 2 * k : 2 * k + 2])
        for frame, colour, title in zip(within, (REAL, PLANT), ("real", "plant"), strict=True):
            pair = frame.select(one, other).drop_nulls()
            found = np.corrcoef(pair[one], pair[other])[0, 1]
            axis.plot(
                pair[one], pair[other], ".", ms=2.5, alpha=0.4, color=colour,
                label=f"{title}, r = {found:.2f}",
            )  # fmt: skip
        axis.set(xlim=(-4, 4), ylim=(-4, 4), xlabel=SHORT[one], ylabel=SHORT[other])
        axis.legend(loc="lower right", markerscale=3, frameon=False)
    image = None
    for k, (frame, title) in enumerate(zip(within, ("real", "plant"), strict=True)):
        axis = figure.add_subplot(grid[1, 3 * k : 3 * k + 3])
        found = _rank_correlation(frame)
        image = axis.imshow(found, vmin=-1, vmax=1, cmap="RdBu_r")
        axis.set_xticks(range(len(SHORT)), SHORT.values(), rotation=45, ha="right")
        axis.set_yticks(range(len(SHORT)), SHORT.values())
        for i, j in np.ndindex(found.shape):
            axis.text(j, i, f"{found[i, j]:.1f}", ha="center", va="center", fontsize=6)
        axis.set_title(f"{title}: rank correlation within product")
    figure.colorbar(image, ax=figure.axes[-2:], shrink=0.7)
    return figure


def _within_product(records: ProductRecords) -> pl.DataFrame:
    """Every quantity as distance from its product's mean, in its product's standard deviations."""
    return records.batches.select(
        ((pl.col(name) - pl.col(name).mean()) / pl.col(name).std()).over("product").alias(name)
        for name in SHORT
    ).with_columns(pl.selectors.float().fill_nan(None))


def _rank_correlation(frame: pl.DataFrame) -> NDArray[np.float64]:
    names = list(SHORT)
    found = [[frame.select(pl.corr(a, b, method="spearman")).item() for b in names] for a in names]
    return np.array(found, dtype=float)


def _series(real: ProductRecords, plant: ProductRecords) -> Any:
    """Two batches of each side, as the historian holds them."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(2, 4, figsize=(10.5, 4.2), layout="constrained", sharey="row")
    sides = (("real", REAL, real.series), ("plant", PLANT, plant.series))
    for side, (title, colour, series) in enumerate(sides):
        # of the first and the last product, the first batch
        first = series.group_by("product", maintain_order=True).agg(pl.col("batch").first())
        for k, (product, batch) in enumerate(first.gather([0, -1]).iter_rows()):
            one = series.filter(pl.col("batch") == batch)
            elapsed = (one["recorded_at"] - one["recorded_at"][0]).dt.total_seconds().to_numpy()
            # no line is drawn across time in which the press stood
            stops = np.flatnonzero(np.diff(elapsed) > 60) + 1
            hours = np.insert(elapsed / 3600, stops, np.nan)
            for row, name in enumerate(("force_kn", "fill_mm")):
                axis = axes[row, 2 * side + k]
                axis.plot(
                    hours, np.insert(one[name].to_numpy(), stops, np.nan), color=colour, lw=0.4
                )
                axis.set_xlabel("h since the press started" if row else "")
                if not row:
                    axis.set_title(f"{title}, product {product}")
    axes[0, 0].set_ylabel("main force, kN")
    axes[1, 0].set_ylabel("fill depth, mm")
    return figure
