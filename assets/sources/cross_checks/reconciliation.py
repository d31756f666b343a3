"""Amounts that should add up: weighed against asked for, weighed against used, out against in."""

from collections.abc import Iterator

import polars as pl

from assets.sources.cross_checks.cross_check import CrossCheck

LARGEST_USE_GAP = 0.02
LARGEST_SIZE_GAP = 0.1
FEWEST_BATCHES = 8
HIGHEST_YIELD_PCT = 102.0  # a percent or two more than went in is moisture and scales


def weighed_as_asked(weighings: pl.DataFrame) -> Iterator[CrossCheck]:
    """Look for weighings outside the tolerance they state themselves."""
    held = weighings.drop_nulls(("target", "actual", "tolerance_pct")).filter(pl.col("target") > 0)
    if held.is_empty():
        return
    off = 100 * (pl.col("actual") / pl.col("target") - 1)
    wrong = held.with_columns(off=off).filter(pl.col("off").abs() > pl.col("tolerance_pct") + 1e-9)
    yield CrossCheck.of_rows(
        "weighing_tolerance",
        "weighings",
        wrong,
        held,
        f"{wrong.height} of {held.height} weighings lie outside their tolerance.",
        "Check scale and entry, or whether a deviation was raised.",
        pl.format(
            "{} of batch {}: {} against {} asked for",
            "material", "batch_id", "actual", "target",
        ),
    )  # fmt: skip


def weighed_as_used(weighings: pl.DataFrame, usage: pl.DataFrame) -> Iterator[CrossCheck]:
    """Look for batches of which another amount of a material was weighed than used."""
    key = ("batch_id", "material", "unit")
    weighed = weighings.drop_nulls(("actual", *key)).group_by(key).agg(pl.col("actual").sum())
    used = (
        usage.drop_nulls(("quantity", *key))
        .sort("source_file", "source_row")
        .group_by(key, maintain_order=True)
        .agg(pl.col("quantity").sum(), pl.col("source_file", "source_row").first())
    )
    both = used.join(weighed, on=key).filter(pl.col("quantity") > 0)
    if both.is_empty():
        return
    gap = (pl.col("actual") / pl.col("quantity") - 1).abs()
    wrong = both.filter(gap > LARGEST_USE_GAP)
    yield CrossCheck.of_rows(
        "weighed_against_used",
        "material_usage",
        wrong,
        both,
        f"Of {wrong.height} of {both.height} materials of batches another amount was weighed than "
        f"used, by more than {LARGEST_USE_GAP:.0%}.",
        "Check whether a lot or a weighing is missing.",
        pl.format(
            "{} of batch {}: {} weighed, {} used", "material", "batch_id",
            pl.col("actual").round(4), pl.col("quantity").round(4),
        ),
    )  # fmt: skip


def weighed_as_sized(weighings: pl.DataFrame, batches: pl.DataFrame) -> Iterator[CrossCheck]:
    """Look for batches whose weighings do not fit their size, by the rule of their own product."""
    total = weighings.drop_nulls(("actual", "unit")).group_by("batch_id", "unit")
    kind = pl.concat_str(
        pl.col("product").fill_null(""), pl.col("strength").cast(pl.String).fill_null(""),
        separator=" ",
    )  # fmt: skip
    sized = (
        total.agg(pl.col("actual").sum())
        .join(batches.filter(pl.col("batch_size") > 0), on="batch_id")
        .with_columns(kind=kind, each=pl.col("actual") / pl.col("batch_size"))
        .with_columns(
            usual=pl.col("each").median().over("kind", "unit"), count=pl.len().over("kind", "unit")
        )
        .filter((pl.col("count") >= FEWEST_BATCHES) & (pl.col("usual") > 0))
    )
    if sized.is_empty():
        return
    wrong = sized.filter((pl.col("each") / pl.col("usual") - 1).abs() > LARGEST_SIZE_GAP)
    yield CrossCheck.of_rows(
        "weighed_against_size",
        "weighings",
        wrong,
        sized,
        f"In {wrong.height} of {sized.height} batches the sum of weighings is more than "
        f"{LARGEST_SIZE_GAP:.0%} off what their product has for their size.",
        "Check batch size, units and missing weighings.",
        pl.format(
            "batch {}: {} {} weighed, {} usual for its size", "batch_id",
            pl.col("actual").round(2), "unit",
            (pl.col("usual") * pl.col("batch_size")).round(2),
        ),
    )  # fmt: skip


def yields(parameters: pl.DataFrame) -> Iterator[CrossCheck]:
    """Look for yields that say that more came out than went in, or nothing did."""
    is_yield = pl.col("parameter").str.contains("(?i)yield") & (pl.col("unit") == "%")
    told = parameters.filter(is_yield).drop_nulls("value")
    if told.is_empty():
        return
    wrong = told.filter((pl.col("value") > HIGHEST_YIELD_PCT) | (pl.col("value") <= 0))
    yield CrossCheck.of_rows(
        "yield",
        "parameters",
        wrong,
        told,
        f"{wrong.height} of {told.height} yields are above {HIGHEST_YIELD_PCT:.0f}% or none.",
        "Check weights in and out, and the unit.",
        pl.format("{} of batch {}: {}%", "parameter", "batch_id", "value"),
    )
