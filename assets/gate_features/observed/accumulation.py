"""Summaries of several measurements as they came to be known, one after the other.

A batch made from two lots, or tested in several samples, has at every moment the summary of what
had been reported by then. So the summary is a running one: a result that arrives late changes the
later values and leaves the earlier ones as they were.
"""

from collections.abc import Callable, Iterable

import polars as pl

from assets.gate_features.observed.observations import Observations, shaped, together

GROUP = ["batch_id", "feature"]
OF_VALUES = ("mean", "minimum", "maximum", "sd")
AT_LIMIT = ".at_limit_share"


def accumulate(measurements: pl.DataFrame) -> pl.DataFrame:
    """Summarise measurements cumulatively in the order in which they were known.

    Args:
        measurements: Columns ``batch_id``, ``feature``, ``stage``, ``known_at``, ``value``,
            ``weight`` (null where unknown: from the first of a batch and feature that is null or
            not positive, all of them count equally). Rows without value are left out.
            ``censoring``, where there is one, says which values are limits that the true ones lie
            beyond; ``of``, whose measurement it is: those of one count as their mean, and its
            weight once.

    Returns:
        One row per measurement, in order of known time (null first) within batch and feature:
        the group's keys; ``stage`` and ``known_at`` as the latest so far; ``mean`` (weighted),
        ``minimum``, ``maximum``, ``sd`` (unweighted, null for one) and ``count`` of all
        measurements so far; ``at_limit_share``, of the measurements so far. Where any of them lies
        beyond its limit the summaries of values are null: a limit is not a value.
    """
    if "censoring" not in measurements.columns:
        measurements = measurements.with_columns(censoring=pl.lit("none"))
    if "of" not in measurements.columns:
        measurements = measurements.with_row_index("of")
    is_beyond = (pl.col("censoring") != "none").fill_null(value=False)
    is_weighted = (pl.col("weight") > 0).fill_null(value=False)
    ordered = (
        measurements.filter(pl.col("value").is_finite())
        .with_columns(is_beyond=is_beyond)
        .sort([*GROUP, "known_at", "stage", "value"], nulls_last=False)
        .with_columns(
            is_weighted=is_weighted.cum_min().over(GROUP),
            base=pl.col("value").first().over(GROUP),
        )
        # Deviations from the first value keep the running sums free of cancellation.
        .with_columns(d=pl.col("value") - pl.col("base"))
    )
    count = pl.int_range(1, pl.len() + 1).over(GROUP).cast(pl.Float64)
    running = ordered.with_columns(
        stage=pl.col("stage").cum_max().over(GROUP),
        known_at=pl.col("known_at").cum_max().over(GROUP),
        mean=pl.col("base")
        + pl.when("is_weighted")
        .then(_running_mean(pl.col("weight")))
        .otherwise(_running_mean(pl.lit(1.0))),
        minimum=pl.col("value").cum_min().over(GROUP),
        maximum=pl.col("value").cum_max().over(GROUP),
        count=count,
        at_limit_share=pl.col("is_beyond").cum_sum().over(GROUP) / count,
        d_sum=pl.col("d").cum_sum().over(GROUP),
        d_squares=(pl.col("d") ** 2).cum_sum().over(GROUP),
    )
    variance = (pl.col("d_squares") - pl.col("d_sum") ** 2 / pl.col("count")) / (
        pl.col("count") - 1
    )
    is_measured = pl.col("at_limit_share") == 0
    return running.with_columns(
        sd=pl.when(pl.col("count") > 1).then(variance.clip(lower_bound=0.0).sqrt())
    ).select(
        *GROUP,
        "stage",
        "known_at",
        *(pl.when(is_measured).then(name).alias(name) for name in OF_VALUES),
        "count",
        "at_limit_share",
    )


def _running_mean(weight: pl.Expr) -> pl.Expr:
    """Weighted mean so far of the means so far of everything measured."""
    one = [*GROUP, "of"]
    place = pl.int_range(1, pl.len() + 1).over(one)
    counted = weight * pl.col("d").cum_sum().over(one) / place
    added = counted - counted.shift(1).over(one).fill_null(0.0)
    return added.cum_sum().over(GROUP) / (weight * (place == 1)).cum_sum().over(GROUP)


def summaries(
    measurements: pl.DataFrame,
    features: pl.DataFrame,
    statistics: Iterable[tuple[str, str, str]],
    described: Callable[[pl.DataFrame, str, str], pl.DataFrame],
) -> Observations:
    """Make a feature of every running summary; those of spread only where there is any.

    Args:
        measurements: As for ``accumulate``.
        features: One row per feature of the measurements.
        statistics: Suffix of the feature, column of the running summary, words. The one without
            suffix is made of every feature, the share at a limit of those with a measurement at
            one, others of those with several measurements in a batch.
        described: Given ``features`` with ``has_several``, suffix and words, what they are.
    """
    several = measurements.group_by(GROUP).len().filter(pl.col("len") > 1)["feature"].unique()
    has_several = pl.col("feature").is_in(several.implode())
    running, features = accumulate(measurements), features.with_columns(has_several=has_several)
    at_limit = running.filter(pl.col("at_limit_share") > 0)["feature"].unique()
    made_of = {"": pl.lit(value=True), AT_LIMIT: pl.col("feature").is_in(at_limit.implode())}
    return together(
        [
            shaped(
                running.filter(made_of.get(suffix, has_several)).with_columns(
                    feature=pl.col("feature") + suffix, value=pl.col(column)
                ),
                described(features.filter(made_of.get(suffix, has_several)), suffix, words),
            )
            for suffix, column, words in statistics
        ]
    )
