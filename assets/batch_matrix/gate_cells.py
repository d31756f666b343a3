"""The cells of a gate: of each feature of a batch what had become known by then, long."""

from collections.abc import Iterator

import polars as pl

from assets.batch_matrix.gate_rows import GateRows

ROWS_AT_A_TIME = 1_000_000
DESCRIBED = ("feature", "data_type", "is_product_identity")


def gate_cells(gate_values: pl.DataFrame, dictionary: pl.DataFrame, rows: GateRows) -> pl.DataFrame:
    """Gather what was known of every batch at a gate.

    Args:
        gate_values: ``feature.gate_values``.
        dictionary: ``feature.dictionary``, or the part of it that is wanted.
        rows: The batches of the gate.

    Returns:
        ``row`` (place of the batch), ``feature``, ``code`` (its place in the dictionary), ``gate``,
        ``value``, ``level``, ``data_type`` and ``is_product_identity``. Values of earlier gates
        come first: of several values of a batch and feature the last one is the one that counts.
    """
    place = _places(rows).lazy()
    return (
        gate_values.lazy()
        .filter(pl.col("gate") <= rows.gate)
        .select("batch_id", "feature", "gate", "value", "level")
        .join(place, on="batch_id")
        .join(dictionary.lazy().select(DESCRIBED).with_row_index("code"), on="feature")
        .drop("batch_id")
        .collect()
        .sort("gate", maintain_order=True)
    )


def numeric_cells(
    gate_values: pl.DataFrame, column: pl.DataFrame, rows: GateRows
) -> Iterator[pl.DataFrame]:
    """The numbers of :func:`gate_cells`, some at a time: all together are batches times features.

    Args:
        gate_values: ``feature.gate_values``.
        column: ``feature`` and ``column``, the place of each feature that is wanted.
        rows: The batches of the gate.

    Yields:
        ``row``, ``column`` and ``value``; those of earlier gates first.
    """
    place = _places(rows)
    for gate in range(1, rows.gate + 1):
        for part in gate_values.filter(pl.col("gate") == gate).iter_slices(ROWS_AT_A_TIME):
            yield (
                part.select("batch_id", "feature", "value")
                .join(column, on="feature", maintain_order="left")
                .join(place, on="batch_id", maintain_order="left")
                .select("row", "column", "value")
            )


def features_seen(gate_values: pl.DataFrame, rows: GateRows) -> pl.Series:
    """The features of which some batch of the gate has a value, sorted."""
    seen = (
        gate_values.lazy()
        .filter(pl.col("gate") <= rows.gate)
        .join(_places(rows).lazy(), on="batch_id", how="semi")
        .select("feature")
        .unique()
    )
    return seen.collect()["feature"].sort()


def _places(rows: GateRows) -> pl.DataFrame:
    return pl.DataFrame(
        {"batch_id": rows.batch_ids}, schema={"batch_id": pl.String}
    ).with_row_index("row")
