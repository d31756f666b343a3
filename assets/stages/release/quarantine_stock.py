"""``finding.quarantine_stock``: batches made and not decided yet, month by month."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import polars as pl

from assets.stages.release.waits import with_known_wait
from data_contracts.tables import table

NAME = "finding.quarantine_stock"


def quarantine_stock(batches: pl.DataFrame) -> pl.DataFrame:
    """Average over every month how many batches were waiting.

    Args:
        batches: ``core.batches``; the last month ends with the latest instant on it, which counts.
            Batches decided at an instant nobody recorded are left out.

    Returns:
        ``finding.quarantine_stock``; empty where ends or dispositions have no instants.
    """
    made = with_known_wait(batches).select(
        "ended_at", "dispositioned_at", pl.col("batch_size").cast(pl.Float64)
    )
    if made["dispositioned_at"].null_count() == made.height:
        return table(NAME)
    last: list[Any] = [made[name].max() for name in ("ended_at", "dispositioned_at")]
    now = max(last)
    first = made["ended_at"].min()
    months = pl.datetime_range(
        pl.lit(first).dt.truncate("1mo"), pl.lit(now).dt.truncate("1mo"), "1mo", eager=True
    )
    has_sizes = made["batch_size"].null_count() == 0
    edges = [*months, now + timedelta(seconds=1)]
    return table(NAME, [_row(made, start, end, has_sizes) for start, end in pairwise(edges)])


def _row(made: pl.DataFrame, start: datetime, end: Any, has_sizes: bool) -> dict[str, Any]:
    left = pl.coalesce("dispositioned_at", pl.lit(end))
    inside = pl.min_horizontal(left, pl.lit(end)) - pl.max_horizontal("ended_at", pl.lit(start))
    spent = made.select("batch_size", share=inside.dt.total_seconds().clip(0))
    seconds = (end - start).total_seconds()

    def happened(name: str) -> int:
        return int(((made[name] >= start) & (made[name] < end)).sum())

    units = float((spent["share"] * spent["batch_size"]).sum()) / seconds if has_sizes else None
    return {
        "month_start": start,
        "waiting_batches": float(spent["share"].sum()) / seconds,
        "waiting_units": units,
        "entered": happened("ended_at"),
        "decided": happened("dispositioned_at"),
    }
