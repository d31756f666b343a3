"""``finding.lead_times_by_test``: what each release test holds a batch for."""

from typing import Any

import polars as pl

from assets.stages.release.waits import FIRST_AFTER_MANUFACTURE, hours
from assets.statistics.intervals import student_mean
from data_contracts.tables import table

NAME = "finding.lead_times_by_test"


def lead_times_by_test(batches: pl.DataFrame, lab_results: pl.DataFrame) -> pl.DataFrame:
    """Measure every release test from the plant's own dates.

    Args:
        batches: ``core.batches``.
        lab_results: ``core.lab_results``; of several samples the last counts.

    Returns:
        ``finding.lead_times_by_test``; empty where results have no instants.
    """
    made = batches.drop_nulls("ended_at").select("batch_id", "ended_at")
    results = (
        lab_results.filter(pl.col("stage") >= FIRST_AFTER_MANUFACTURE)
        .drop_nulls("resulted_at")
        .join(made, on="batch_id")
        .with_columns(begun_at=pl.max_horizontal("sampled_at", "ended_at"))
        .group_by("batch_id", "test", maintain_order=True)
        .agg(pl.col("resulted_at").max(), pl.col("begun_at").min())
        .with_columns(
            lead_h=hours("resulted_at", "begun_at").clip(0),
            last_at=pl.col("resulted_at").max().over("batch_id"),
        )
    )
    # when the batch would have had its last result without this test
    rest = pl.col("resulted_at").sort(descending=True).get(1, null_on_oob=True)
    second = results.group_by("batch_id", maintain_order=True).agg(
        second_at=rest, begun_first_at=pl.col("begun_at").min()
    )
    batches_tested = second.height
    results = results.join(second, on="batch_id").with_columns(
        is_last=pl.col("resulted_at") == pl.col("last_at"),
        floor_at=pl.max_horizontal("second_at", "begun_first_at"),
    )
    results = results.with_columns(
        gain_h=pl.when("is_last").then(hours("last_at", "floor_at").clip(0)).otherwise(0.0)
    )
    rows = [
        _row(test, part, batches_tested)
        for (test,), part in results.group_by("test", maintain_order=True)
    ]
    return table(NAME, rows)


def _row(test: Any, part: pl.DataFrame, batches: int) -> dict[str, Any]:
    gains = pl.concat([part["gain_h"], pl.zeros(batches - part.height, eager=True)]).sort()
    has_interval = gains.len() > 1
    low, high = student_mean(gains.to_numpy(), 0.9) if has_interval else (None, None)
    return {
        "test": test,
        "results": part.height,
        "median_h": part["lead_h"].median(),
        "p90_h": part["lead_h"].quantile(0.9, "linear"),
        "batches_last": int(part["is_last"].sum()),
        "gain_h": gains.mean(),
        "gain_low": low,
        "gain_high": high,
    }
