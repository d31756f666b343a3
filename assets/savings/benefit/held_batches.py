"""Batches in production order, with the value a promised lever keeps and whether it lay inside.

What was recorded is taken as it stands, at the last gate that has it; whether a lever was carried
out is read off the value, not off anybody's word.
"""

from difflib import get_close_matches

import polars as pl

from data_contracts.assumptions import HeldLever, Promise


def dated_batches(batches: pl.DataFrame) -> pl.DataFrame:
    """Return the batches whose start is known at least to the month, in production order.

    Args:
        batches: ``core.batches``, one row per batch.

    Returns:
        One row per batch: batch_id, product (as text, "" where none is recorded), day, month (its
        first day).
    """
    known = pl.col("started_at").is_not_null()
    if "started_at_precision" in batches.columns:
        known &= pl.col("started_at_precision").fill_null("instant") != "order"
    product = pl.col("product") if "product" in batches.columns else pl.lit(None, pl.String)
    day = pl.col("started_at").dt.date()
    return (
        batches.filter(known)
        .sort("started_at", "batch_id")
        .select(
            "batch_id",
            product=product.cast(pl.String).fill_null(""),
            day=day,
            month=day.dt.truncate("1mo"),
        )
    )


def since_start(dated: pl.DataFrame, promise: Promise) -> pl.DataFrame:
    """Return the batches of a programme under way.

    Args:
        dated: ``dated_batches``.
        promise: The promise; its first day counts.
    """
    return dated.filter(pl.col("day") >= promise.started_on)


def with_inside(dated: pl.DataFrame, gate_values: pl.DataFrame, held: HeldLever) -> pl.DataFrame:
    """Add whether each batch lay within what a lever keeps.

    Args:
        dated: ``dated_batches``, or some of them.
        gate_values: ``feature.gate_values``.
        held: The lever's feature and limits; a value at a limit lies inside.

    Returns:
        The same rows with ``is_inside``; null where no value is recorded.
    """
    recorded = (
        gate_values.filter(
            (pl.col("feature") == held.feature)
            & pl.col("value").is_not_null()
            & pl.col("value").is_not_nan()
        )
        .sort("batch_id", "gate")
        .unique("batch_id", keep="last", maintain_order=True)
        .select("batch_id", "value")
    )
    is_inside = pl.lit(value=True)
    if held.low is not None:
        is_inside &= pl.col("value") >= held.low
    if held.high is not None:
        is_inside &= pl.col("value") <= held.high
    found = dated.join(recorded, on="batch_id", how="left", maintain_order="left")
    inside = pl.when(pl.col("value").is_not_null()).then(is_inside)
    return found.with_columns(is_inside=inside).drop("value")


def unrecorded(promise: Promise | None, gate_values: pl.DataFrame) -> list[str]:
    """Return a sentence for each promised feature of which no batch has a value.

    Args:
        promise: The promise; None before one has started.
        gate_values: ``feature.gate_values``.
    """
    known = set(gate_values.filter(pl.col("value").is_not_null())["feature"].unique())
    said = []
    for held in promise.held if promise else ():
        if held.feature not in known:
            close = get_close_matches(held.feature, sorted(known), n=3, cutoff=0.4)
            hint = (
                f"did you mean {' or '.join(close)}?" if close else "nothing like it is recorded."
            )
            said.append(
                f"promise: held: {held.lever}: no batch has a number for '{held.feature}', so "
                f"whether it is held cannot be told; {hint}"
            )
    return said
