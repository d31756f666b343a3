"""The batches a search looks at: order, product, result, and the last gate it may look at."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from assets.statistics.array_types import IntArray

LAST_GATE = 7


@dataclass(frozen=True)
class BatchRows:
    """Batches in production order.

    Attributes:
        batch_ids: Per batch.
        product: Per batch, product and strength in words; None where nobody said.
        result: Per batch, ``failed``, ``good``, ``pending`` or ``not_measured``.
        started_at: Per batch, UTC; None where not known.
        gate: Per batch, the last gate before any result by which it failed; for a batch that did
            not fail, the last gate before the latest result.
    """

    batch_ids: list[str]
    product: list[str | None]
    result: list[str]
    started_at: list[datetime | None]
    gate: IntArray


def batch_rows(batches: pl.DataFrame, outcome_definitions: pl.DataFrame) -> BatchRows:
    """Put the batches of a run in order.

    Args:
        batches: ``mart.batches``.
        outcome_definitions: ``core.outcome_definitions``.
    """
    ordered = batches.sort("production_order", "batch_id")
    last = dict(outcome_definitions.select("outcome", "last_gate_before").iter_rows())
    latest = max(last.values(), default=LAST_GATE)
    gates = [
        min((last.get(name, latest) for name in (failed or "").split(", ")), default=latest)
        for failed in ordered["failed_outcomes"]
    ]
    words = pl.concat_str("product", "strength", separator=" ", ignore_nulls=True)
    named = ordered.select(pl.when(words != "").then(words)).to_series()
    return BatchRows(
        batch_ids=ordered["batch_id"].to_list(),
        product=named.to_list(),
        result=ordered["result"].to_list(),
        started_at=ordered["started_at"].to_list(),
        gate=np.array(gates, dtype=np.int64),
    )
