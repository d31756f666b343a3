"""Facts of a batch that a rule may read though no test records them: release time, repeats, trend.

What each means stands in ``data_contracts.profile_schema.rule_names.batch_facts``.
"""

from collections.abc import Collection

import numpy as np
import polars as pl
from scipy.stats import t as student_t

from assets.core.defining_events import counted_events
from assets.core.measurements import NOT_CENSORED, SCHEMA
from assets.statistics.array_types import FloatArray
from data_contracts.profile_schema.rule_names.batch_facts import (
    OUT_OF_TREND,
    RELEASE_H,
    REPEATS,
    underlying_quantity,
)

FEWEST_EARLIER, WINDOW = 20, 60  # batches a trend is known from; older ones say nothing of it
TREND_COVERAGE = 0.9973  # of a three-sigma limit


def fact_measurements(
    names: Collection[str],
    batches: pl.DataFrame,
    phases: pl.DataFrame,
    measured: pl.DataFrame,
) -> pl.DataFrame:
    """Return the facts rules read, per batch.

    Args:
        names: ``release_h``, ``repeats.<unit procedure>`` or ``out_of_trend.<test>``.
        batches: ``core.batches``.
        phases: ``core.phases``.
        measured: ``measurements`` of the tests of trends.

    Returns:
        Measurements (``measurements.SCHEMA``): at most one row per batch and fact. A batch of
        which it cannot be said (not released yet, no phases, fewer than 20 results of its product
        and strength known before its own) has no row.
    """
    frames = [pl.DataFrame(schema=SCHEMA)]
    for name in sorted(names):
        family, _, of = name.partition(".")
        if name == RELEASE_H:
            frames.append(_release_hours(batches))
        elif family == REPEATS:
            frames.append(_repeats(name, of, batches, phases))
        elif family == OUT_OF_TREND:
            frames.append(_out_of_trend(name, batches, measured))
    return pl.concat(frames)


def _release_hours(batches: pl.DataFrame) -> pl.DataFrame:
    took = (pl.col("dispositioned_at") - pl.col("ended_at")).dt.total_seconds() / 3600
    decided = batches.filter(pl.col("disposition").fill_null("pending") != "pending")
    return _facts(
        decided.select("batch_id", value=took, known_at="dispositioned_at").drop_nulls("value"),
        RELEASE_H,
    )


def _repeats(
    name: str, unit_procedure: str, batches: pl.DataFrame, phases: pl.DataFrame
) -> pl.DataFrame:
    own = phases.filter(pl.col("unit_procedure") == unit_procedure)
    others = phases.filter(pl.col("unit_procedure") != unit_procedure)
    again = (
        _runs(own, others)
        .filter(pl.col("run") > 0)
        .group_by("batch_id", "run")
        .agg(at=pl.col("started_at").min())
        .select("batch_id", "at")
    )
    went_through = batches.join(own.select("batch_id").unique(), on="batch_id", how="semi")
    return counted_events(name, went_through, again)


def _runs(own: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Number the runs of each phase from 0; what a batch does on several units is one run.

    A row begins another run where the phase has ended everywhere and its unit has run it before,
    or the batch has meanwhile been elsewhere. Halves of a batch go through sibling units at once or
    in turn.
    """
    phase = ["batch_id", "phase"]
    meanwhile = others.drop_nulls("started_at").select(
        "batch_id", "started_at", elsewhere_at="started_at"
    )
    rows = (
        own.sort(*phase, "started_at", nulls_last=True)
        .with_columns(
            ended_before=pl.col("ended_at").cum_max().forward_fill().shift(1).over(phase),
            is_first=pl.int_range(pl.len()).over(phase) == 0,
            is_own_unit=pl.int_range(pl.len()).over(*phase, "equipment_id") > 0,
        )
        .sort("started_at", nulls_last=True, maintain_order=True)
        .join_asof(
            meanwhile.sort("started_at"),
            on="started_at",
            by="batch_id",
            strategy="backward",
            check_sortedness=False,
        )
    )
    has_ended = (pl.col("started_at") >= pl.col("ended_before")).fill_null(value=True)
    was_elsewhere = (pl.col("elsewhere_at") >= pl.col("ended_before")).fill_null(value=False)
    begins = ~pl.col("is_first") & has_ended & (pl.col("is_own_unit") | was_elsewhere)
    return rows.sort(*phase, "started_at", nulls_last=True).with_columns(
        run=begins.cum_sum().over(phase)
    )


def _out_of_trend(name: str, batches: pl.DataFrame, measured: pl.DataFrame) -> pl.DataFrame:
    results = (
        measured.filter(
            (pl.col("quantity") == underlying_quantity(name))
            & (pl.col("censoring") == NOT_CENSORED)
        )
        .group_by("batch_id")
        .agg(pl.col("value").mean(), pl.col("known_at").max())
        .join(batches.select("batch_id", "production_order", "product", "strength"), on="batch_id")
        .drop_nulls("value")
    )
    judged = [
        own.with_columns(value=pl.Series(is_out_of_trend(own["value"].to_numpy())))
        for _, own in _as_reported(results).group_by("product", "strength", maintain_order=True)
    ]
    if not judged:
        return pl.DataFrame(schema=SCHEMA)
    stacked = pl.concat(judged).with_columns(pl.col("value").fill_nan(None)).drop_nulls("value")
    return _facts(stacked.sort("batch_id"), name)


def _as_reported(results: pl.DataFrame) -> pl.DataFrame:
    """Put results in the order in which they were known; production decides between equals.

    A result nobody dated stands behind all of batches made before it.
    """
    made = results.sort("production_order", "batch_id")
    reported_at = pl.col("known_at").cum_max().forward_fill().over("product", "strength")
    return (
        made.with_columns(reported_at=pl.coalesce("known_at", reported_at))
        .sort("reported_at", "production_order", "batch_id", nulls_last=False)
        .drop("reported_at")
    )


def is_out_of_trend(values: FloatArray) -> FloatArray:
    """Judge each value by the normal prediction interval of those before it.

    Args:
        values: Results of one product and strength in the order in which they were known.

    Returns:
        1 outside the interval that covers 99.73% of next values (mean +- t s sqrt(1 + 1/n) over
        the previous 20 to 60), 0 inside, NaN where fewer than 20 came before.
    """
    sums = np.concatenate([[0.0], np.cumsum(values - values[:1].sum())])
    squares = np.concatenate([[0.0], np.cumsum((values - values[:1].sum()) ** 2)])
    at = np.arange(values.size)
    first = np.maximum(0, at - WINDOW)
    earlier = np.maximum(at - first, 2)
    mean = (sums[at] - sums[first]) / earlier
    variance = (squares[at] - squares[first] - earlier * mean**2) / (earlier - 1)
    reach = student_t.ppf((1 + TREND_COVERAGE) / 2, earlier - 1) * np.sqrt(
        np.maximum(variance, 0.0) * (1 + 1 / earlier)
    )
    is_out = np.abs(values - values[:1].sum() - mean) > reach
    return np.where(at < FEWEST_EARLIER, np.nan, is_out)


def _facts(values: pl.DataFrame, name: str) -> pl.DataFrame:
    return values.select(
        "batch_id", "value", "known_at", quantity=pl.lit(name), censoring=pl.lit(NOT_CENSORED)
    ).match_to_schema(pl.Schema(SCHEMA), missing_columns="insert", extra_columns="ignore")
