"""Statistics of a tag over a whole unit procedure, from the statistics of its phases.

What composes exactly is composed (means, spreads, extremes, times and areas outside a range). What
does not (quantiles, slopes, autocorrelation) is that of the phase with most readings, which also
keeps a few stray readings of a neighbouring phase from deciding a figure.
"""

import polars as pl

UNIT_PROCEDURE = ["batch_id", "unit_procedure", "tag"]
SUMS = ("time_outside_nor_h", "area_outside_nor", "excursions_outside_nor")
MINIMA, MAXIMA = ("minimum",), ("maximum", "longest_excursion_h", "rate_of_change_max_per_h")
SHARES_OF_TIME = ("gap_fraction", "flatline_fraction")


def over_unit_procedures(phase_features: pl.DataFrame, statistics: list[str]) -> pl.DataFrame:
    """Unite the phases of each unit procedure.

    Args:
        phase_features: ``feature.sensor_phase_features``.
        statistics: Its columns to keep.

    Returns:
        One row per batch, unit procedure and tag: the key, ``stage`` and ``known_at`` of the last
        phase, and the statistics as numbers.
    """
    several = pl.len().over(UNIT_PROCEDURE) > 1
    kept = [*UNIT_PROCEDURE, "stage", "known_at", *statistics]
    single = phase_features.filter(~several).select(kept)
    parted = phase_features.filter(several).sort([*UNIT_PROCEDURE, "known_at", "phase"])
    united = parted.group_by(UNIT_PROCEDURE, maintain_order=True).agg(
        pl.col("stage").max(), pl.col("known_at").max(), *map(_united, statistics)
    )
    return pl.concat([single, united.select(kept)], how="vertical_relaxed").with_columns(
        pl.col(statistics).cast(pl.Float64)
    )


def _united(statistic: str) -> pl.Expr:
    """Return a statistic over the phases of a group, which are in order of time."""
    value, readings = pl.col(statistic), pl.col("readings")
    if statistic == "mean":
        united = _weighted_mean(value, readings)
    elif statistic == "sd":
        united = _pooled_sd()
    elif statistic in SHARES_OF_TIME:
        united = _weighted_mean(value, pl.col("duration_h"))
    elif statistic in SUMS:
        united = pl.when(value.is_not_null().any()).then(value.sum())
    elif statistic in MINIMA:
        united = value.min()
    elif statistic in MAXIMA:
        united = value.max()
    elif statistic == "first":
        united = value.drop_nulls().first()
    elif statistic == "last":
        united = value.drop_nulls().last()
    else:
        united = value.sort_by(readings, descending=True, maintain_order=True).first()
    return united.alias(statistic)


def _weighted_mean(value: pl.Expr, weight: pl.Expr) -> pl.Expr:
    used = value.is_not_null() & (weight > 0)
    return (value * weight).filter(used).sum() / weight.filter(used).sum()


def _pooled_sd() -> pl.Expr:
    """Spread of all readings: within phases, and between their means."""
    n, mean, sd = pl.col("readings"), pl.col("mean"), pl.col("sd").fill_null(0.0)
    centre = (mean * n).sum() / n.sum()
    squares = ((n - 1) * sd**2 + n * (mean - centre) ** 2).sum()
    return pl.when(n.sum() > 1).then((squares / (n.sum() - 1)).sqrt())
