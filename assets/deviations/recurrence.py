"""Where deviations come back: by equipment, lot, shift and season, against everywhere else.

Counts are compared per batch that met the level. Deviations of one campaign come together, so
counts are divided by their dispersion between campaigns (McCullagh & Nelder 1989, section 6.2);
where that is 1, intervals are exact (Garwood 1936 for a rate; conditional binomial for a ratio,
Przyborowski & Wilenski 1940). p-values are corrected by Holm (1979) over every comparison made,
those too rare to be shown included.
"""

import numpy as np
import polars as pl

from assets.deviations.dimensions import ALL, Dimension, dimensions
from assets.statistics.intervals import garwood
from assets.statistics.rate_ratio import rate_ratio
from assets.statistics.resampling.multiplicity import holm
from data_contracts.tables import columns, table

TABLE = "finding.deviation_recurrence"
FEWEST_SHOWN = 2
FAMILY_LEVEL = 0.05


def deviation_recurrence(
    deviations: pl.DataFrame,
    batches: pl.DataFrame,
    phases: pl.DataFrame,
    material_usage: pl.DataFrame,
) -> pl.DataFrame:
    """Compare how often deviations fall to each level with how often they fall elsewhere.

    Args:
        deviations: ``core.deviations``.
        batches: ``core.batches``.
        phases: ``core.phases``, for equipment and shift.
        material_usage: ``core.material_usage``.

    Returns:
        ``finding.deviation_recurrence``: levels with at least ``FEWEST_SHOWN`` deviations of a
        category; empty where the source has no deviations.
    """
    filed = deviations.with_columns(category=pl.col("category").fill_null("uncategorised"))
    campaign = batches.select(
        "batch_id", campaign=pl.col("cluster_id").fill_null(pl.col("batch_id"))
    )
    found_on = filed.select("deviation_id", "batch_id").join(campaign, on="batch_id")
    counts = [
        _counts(each).join(_dispersion(each, campaign, found_on), on="category", how="left")
        for each in dimensions(filed, batches, phases, material_usage)
    ]
    compared = _rates(pl.concat(counts))
    shown = compared.filter(pl.col("deviations") >= FEWEST_SHOWN)
    corrected = holm(shown["p_value"].to_numpy(), compared.height)
    found = shown.with_columns(
        p_value_family=corrected,
        comparisons=pl.lit(compared.height),
        is_recurrent=pl.Series(corrected <= FAMILY_LEVEL) & (pl.col("ratio").fill_nan(np.inf) > 1),
    )
    return table(TABLE, found.select(columns(TABLE)))


def _located(dimension: Dimension) -> pl.DataFrame:
    """Return each deviation with its level, under its category and under all."""
    located = dimension.located.select("deviation_id", "level", "category")
    return pl.concat([located, located.with_columns(category=pl.lit(ALL))]).unique()


def _dispersion(
    dimension: Dimension, campaign: pl.DataFrame, found_on: pl.DataFrame
) -> pl.DataFrame:
    """Pearson dispersion of a category between campaigns, given the rate of each level.

    Returns:
        category and overdispersion, at least 1.
    """
    cells = dimension.met.join(campaign, on="batch_id").group_by("level", "campaign").len("made")
    hits = (
        _located(dimension)
        .join(found_on.select("deviation_id", "campaign"), on="deviation_id")
        .group_by("category", "level", "campaign")
        .len("seen")
    )
    each = ["category", "level"]
    return (
        hits.select(each)
        .unique()
        .join(cells, on="level")
        .join(hits, on=[*each, "campaign"], how="left")
        .with_columns(pl.col("seen", "made").fill_null(0).cast(pl.Float64))
        .with_columns(
            expected=pl.col("made")
            * pl.col("seen").sum().over(each)
            / pl.col("made").sum().over(each)
        )
        .sort([*each, "campaign"])
        .group_by("category")
        .agg(
            pearson=((pl.col("seen") - pl.col("expected")) ** 2 / pl.col("expected")).sum(),
            free=pl.len() - pl.col("level").n_unique(),
        )
        .select(
            "category",
            overdispersion=pl.when(pl.col("free") > 0)
            .then((pl.col("pearson") / pl.col("free")).clip(lower_bound=1.0))
            .otherwise(1.0),
        )
    )


def _counts(dimension: Dimension) -> pl.DataFrame:
    """Count deviations and batches of each level, and of its peers, per category."""
    both = _located(dimension)
    levels = (
        dimension.met.group_by("level")
        .agg(exposure=pl.len())
        .with_columns(peers=pl.col("level").replace_strict(dimension.peers, return_dtype=pl.String))
        .filter(pl.len().over("peers") > 1)
    )
    counts = both.group_by("level", "category").agg(deviations=pl.len())
    categories = (
        levels.select("level", "peers").join(counts, on="level").select("peers", "category")
    ).unique()
    within = ["peers", "category"]
    return (
        levels.join(categories, on="peers")
        .join(counts, on=["level", "category"], how="left")
        .with_columns(pl.col("deviations", "exposure").fill_null(0).cast(pl.Int64))
        .with_columns(
            dimension=pl.lit(dimension.name),
            elsewhere=pl.col("deviations").sum().over(within) - pl.col("deviations"),
            batches_elsewhere=pl.col("exposure").sum().over(within) - pl.col("exposure"),
        )
        .sort("level", "category")
        .select("dimension", "level", "category", "deviations", "exposure", "elsewhere",
                "batches_elsewhere")
    )  # fmt: skip


def _rates(compared: pl.DataFrame) -> pl.DataFrame:
    """Add rates, ratios, intervals and p-values to counts, exposures and dispersions."""
    compared = compared.with_columns(pl.col("overdispersion").fill_null(1.0))
    # Everything as in as many fewer deviations on as many fewer batches: rates stay.
    here, elsewhere, exposure, batches_elsewhere = (
        (compared[name] / compared["overdispersion"]).to_numpy()
        for name in ("deviations", "elsewhere", "exposure", "batches_elsewhere")
    )
    low, high = garwood(here, exposure)
    found = rate_ratio(here, exposure, elsewhere, batches_elsewhere)
    return compared.with_columns(
        rate=here / exposure,
        rate_low=low,
        rate_high=high,
        rate_elsewhere=elsewhere / batches_elsewhere,
        ratio=found.ratio,
        ratio_low=found.low,
        ratio_high=found.high,
        p_value=found.p_value,
    )
