"""Levels of categories: which of them count, and the names of the columns that stand for them."""

from collections.abc import Iterable

import polars as pl

LEVEL_SEPARATOR = "="
MOST_LEVELS = 20

Levels = dict[str, list[str]]


def latest_levels(cells: pl.DataFrame) -> pl.DataFrame:
    """Return ``row``, ``feature`` and ``level`` of every batch that has one.

    Args:
        cells: From ``gate_cells``; numeric features take no part.
    """
    return (
        cells.filter(pl.col("data_type") == "categorical")
        .unique(["row", "feature"], keep="last", maintain_order=True)
        .drop_nulls("level")
        .select("row", "feature", "level")
    )


def common_levels(latest: pl.DataFrame, rarest: int) -> pl.DataFrame:
    """Return ``feature``, ``level`` and ``batches`` of the levels that enough batches have.

    Args:
        latest: From ``latest_levels``.
        rarest: Fewest batches a level must have to count.
    """
    counted = latest.group_by("feature", "level").agg(batches=pl.len())
    return counted.filter(pl.col("batches") >= rarest).sort("feature", "level")


def level_cells(latest: pl.DataFrame, levels: Levels | None, rarest: int) -> pl.DataFrame:
    """Write categories as one 0/1 cell per batch and level that has a column.

    Args:
        latest: From ``latest_levels``.
        levels: Per feature the levels that get a column, where they were chosen before; None to
            choose the 20 commonest of each feature, and of two the rarer alone, which says both.
        rarest: Fewest batches a chosen level must have.

    Returns:
        ``row``, ``feature``, ``column`` and ``number``; no cell where a batch has no level at all.
    """
    chosen = _chosen(common_levels(latest, rarest)) if levels is None else _given(levels)
    own = latest.rename({"level": "own"})
    return own.join(chosen, on="feature", maintain_order="left").select(
        "row",
        "feature",
        column=pl.concat_str("feature", "level", separator=LEVEL_SEPARATOR),
        number=(pl.col("own") == pl.col("level")).cast(pl.Float64),
    )


def levels_of(columns: Iterable[str]) -> Levels:
    """Return the levels that some columns of a matrix stand for, by feature."""
    found: Levels = {}
    for column in columns:
        feature, separator, level = column.partition(LEVEL_SEPARATOR)
        if separator:
            own = found.setdefault(feature, [])
            own += [] if level in own else [level]
    return found


def column_title(title: str, feature: str, column: str) -> str:
    """Return the title of a column: its feature's, and the level where it stands for one."""
    return title + column.removeprefix(feature).replace(LEVEL_SEPARATOR, ": ")


def _given(levels: Levels) -> pl.DataFrame:
    pairs = [(feature, level) for feature, own in sorted(levels.items()) for level in own]
    return pl.DataFrame(pairs, schema={"feature": pl.String, "level": pl.String}, orient="row")


def _chosen(common: pl.DataFrame) -> pl.DataFrame:
    return (
        common.sort(["feature", "batches", "level"], descending=[False, True, False])
        .group_by("feature", maintain_order=True)
        .head(MOST_LEVELS)
        .with_columns(place=pl.int_range(pl.len()).over("feature"), count=pl.len().over("feature"))
        .filter(~((pl.col("count") == 2) & (pl.col("place") == 0)))
        .select("feature", "level")
    )
