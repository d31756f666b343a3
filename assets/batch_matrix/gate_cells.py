"""The cells of a gate: of each feature of a batch what had become known by then, long."""

import polars as pl

from assets.batch_matrix.gate_rows import GateRows

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
    place = pl.LazyFrame(
        {"batch_id": rows.batch_ids}, schema={"batch_id": pl.String}
    ).with_row_index("row")
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
