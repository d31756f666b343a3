"""Where deviations come back: by equipment, lot, shift and season, against everywhere else.

Counts are compared per batch that met the level. Deviations of one campaign come together, so
counts are divided by their dispersion between campaigns (McCullagh & Nelder 1989, section 6.2);
where that is 1, intervals are exact (Garwood 1936 for a rate; conditional binomial for a ratio,
Przyborowski & Wilenski 1940). p-values are corrected by Holm (1979) over every comparison made,
those too rare to be shown included.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.statistics.array_types import FloatArray

ALL = "all"
FEWEST_SHOWN = 2
FAMILY_LEVEL = 0.05
TAIL = 0.025
TINY = 1e-9
SEASONS = {1: "Q1", 2: "Q2", 3: "Q3", 4: "Q4"}
SCHEMA: dict[str, pl.DataType] = {
    "dimension": pl.String(),
    "level": pl.String(),
    "category": pl.String(),
    "deviations": pl.Int64(),
    "exposure": pl.Int64(),
    "rate": pl.Float64(),
    "rate_low": pl.Float64(),
    "rate_high": pl.Float64(),
    "rate_elsewhere": pl.Float64(),
    "ratio": pl.Float64(),
    "ratio_low": pl.Float64(),
    "ratio_high": pl.Float64(),
    "p_value": pl.Float64(),
    "p_value_family": pl.Float64(),
    "comparisons": pl.Int64(),
    "overdispersion": pl.Float64(),
    "is_recurrent": pl.Boolean(),
}


@dataclass(frozen=True)
class Dimension:
    """One way of comparing deviations.

    Attributes:
        name: equipment, lot, shift or season.
        met: One row per batch and level it met: batch_id, level.
        located: Deviations with the level they fall to: deviation_id, level, category.
        peers: Level to the group within which levels are compared; equipment is compared with
            equipment of the same unit procedure, lots with lots of the same material.
    """

    name: str
    met: pl.DataFrame
    located: pl.DataFrame
    peers: dict[str, str]


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
        category, in order of p-value; empty where the source has no deviations.
    """
    filed = deviations.with_columns(category=pl.col("category").fill_null("uncategorised"))
    campaign = batches.select(
        "batch_id", campaign=pl.col("cluster_id").fill_null(pl.col("batch_id"))
    )
    found_on = filed.select("deviation_id", "batch_id").join(campaign, on="batch_id")
    counts = [
        _counts(each).join(_dispersion(each, campaign, found_on), on="category", how="left")
        for each in _dimensions(filed, batches, phases, material_usage)
    ]
    compared = _rates(pl.concat(counts))
    comparisons = compared.height
    shown = compared.filter(pl.col("deviations") >= FEWEST_SHOWN)
    corrected = holm(shown["p_value"].to_numpy(), comparisons)
    is_more = pl.col("ratio").fill_null(np.inf) > 1
    return (
        shown.with_columns(
            p_value_family=corrected, comparisons=pl.lit(comparisons, dtype=pl.Int64)
        )
        .with_columns(is_recurrent=(pl.col("p_value_family") <= FAMILY_LEVEL) & is_more)
        .select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
        .sort("p_value", "dimension", "level", "category")
    )


def holm(p_values: FloatArray, comparisons: int) -> FloatArray:
    """Correct p-values for every comparison made (Holm 1979).

    Args:
        p_values: Those of the comparisons shown; the others count as larger than any of them.
        comparisons: All comparisons, at least as many.
    """
    order = np.argsort(p_values, kind="stable")
    scaled = p_values[order] * (comparisons - np.arange(p_values.size))
    corrected = np.empty(p_values.size)
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(scaled))
    return corrected


def _dimensions(
    filed: pl.DataFrame, batches: pl.DataFrame, phases: pl.DataFrame, usage: pl.DataFrame
) -> Iterator[Dimension]:
    on_equipment = phases.drop_nulls("equipment_id").select(
        "batch_id", "unit_procedure", level="equipment_id"
    )
    yield Dimension(
        "equipment",
        on_equipment.select("batch_id", "level").unique(),
        filed.drop_nulls("equipment_id").select("deviation_id", "category", level="equipment_id"),
        dict(on_equipment.sort("level", "unit_procedure").select("level", "unit_procedure").rows()),
    )
    lots = usage.select(
        "batch_id", "material", level=pl.concat_str("material", "supplier", "lot", separator=" ")
    )
    yield Dimension(
        "lot",
        lots.select("batch_id", "level").unique(),
        filed.join(lots.unique(["batch_id", "level"]), on="batch_id").select(
            "deviation_id", "level", category=pl.lit(ALL)
        ),
        dict(lots.select("level", "material").rows()),
    )
    shifts = phases.drop_nulls("shift").select(
        "batch_id", "stage", "started_at", level=pl.concat_str(pl.lit("stage "), "stage",
        pl.lit(" "), "shift"),
    )  # fmt: skip
    yield Dimension(
        "shift",
        shifts.select("batch_id", "level").unique(),
        _in_shift(filed, shifts),
        dict(shifts.select("level", pl.col("stage").cast(pl.String)).rows()),
    )
    quarter = pl.col("started_at").dt.quarter().replace_strict(SEASONS, return_dtype=pl.String)
    dated = batches.filter(pl.col("started_at_precision").fill_null("instant") != "order")
    yield Dimension(
        "season",
        dated.drop_nulls("started_at").select("batch_id", level=quarter),
        filed.join(dated.drop_nulls("started_at"), on="batch_id").select(
            "deviation_id", "category", level=quarter
        ),
        dict.fromkeys(SEASONS.values(), "season"),
    )


def _in_shift(filed: pl.DataFrame, shifts: pl.DataFrame) -> pl.DataFrame:
    """Return the shift of the last phase of the deviation's stage begun before it was opened."""
    return (
        filed.select("deviation_id", "category", "batch_id", "stage", "opened_at")
        .join(shifts, on=["batch_id", "stage"])
        .filter(pl.col("started_at") <= pl.col("opened_at"))
        .sort("deviation_id", "started_at")
        .unique("deviation_id", keep="last", maintain_order=True)
        .select("deviation_id", "category", "level")
    )


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
    """Add rates, ratios, intervals and central p-values to counts, exposures and dispersions."""
    from scipy.special import betainc, betaincinv, gammaincinv

    compared = compared.with_columns(pl.col("overdispersion").fill_null(1.0))
    # Everything as in as many fewer deviations on as many fewer batches: rates stay.
    here, rest, exposure, batches = (
        (compared[name] / compared["overdispersion"]).to_numpy()
        for name in ("deviations", "elsewhere", "exposure", "batches_elsewhere")
    )
    share = exposure / (exposure + batches)
    odds = batches / exposure
    low = np.where(here > 0, gammaincinv(np.maximum(here, TINY), TAIL), 0.0)
    low_share = np.where(here > 0, betaincinv(np.maximum(here, TINY), rest + 1, TAIL), 0.0)
    high_share = np.where(rest > 0, betaincinv(here + 1, np.maximum(rest, TINY), 1 - TAIL), 1.0)
    # Tails of the conditional binomial; twice the smaller one agrees with the interval's ends.
    at_least = np.where(here > 0, betainc(np.maximum(here, TINY), rest + 1, share), 1.0)
    at_most = np.where(rest > 0, 1 - betainc(here + 1, np.maximum(rest, TINY), share), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(rest > 0, (here / exposure) / (rest / batches), np.nan)
        ratio_high = np.where(rest > 0, high_share / (1 - high_share) * odds, np.nan)
        ratio_low = np.where(low_share < 1, low_share / (1 - low_share) * odds, np.nan)
    return compared.with_columns(
        rate=here / exposure,
        rate_low=low / exposure,
        rate_high=gammaincinv(here + 1, 1 - TAIL) / exposure,
        rate_elsewhere=rest / batches,
        ratio=ratio,
        ratio_low=ratio_low,
        ratio_high=ratio_high,
        p_value=np.minimum(1.0, 2 * np.minimum(at_least, at_most)),
    ).with_columns(pl.col("ratio", "ratio_low", "ratio_high").fill_nan(None))
