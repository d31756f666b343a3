"""The records of all parameters that are asked about, over the same batches, and their parts.

A part of the records is a product, a machine, a third of the period or a quarter of the year: where
hardly a batch of a part was made inside the windows, nothing is on record of what it does there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.batch_matrix.gate_rows import aligned, gate_rows
from assets.batch_matrix.outcome_panel import aligned_margins, outcome_labels
from assets.savings.what_if.parameters import AskedParameter
from assets.savings.windows.records import WindowRecords, window_records
from assets.statistics.array_types import BoolArray, IntArray

ERAS = 3


@dataclass(frozen=True)
class JointRecords:
    """Records of several parameters over the same batches, in production order.

    Attributes:
        records: Of each parameter, the one known last first.
        parts: What tells the batches apart (product, a machine, period, season) -> per batch, which
            part it belongs to; -1 where nobody noted it.
    """

    records: Sequence[WindowRecords]
    parts: Mapping[str, IntArray]

    def inside(self, parameters: Sequence[AskedParameter]) -> BoolArray:
        """Tell which batches were recorded inside every window."""
        held = [
            (own.value >= one.window.low) & (own.value <= one.window.high)
            for own, one in zip(self.records, parameters, strict=True)
        ]
        return np.asarray(np.all(held, axis=0))


def joint_records(
    tables: Mapping[str, pl.DataFrame], outcome: str, parameters: Sequence[AskedParameter]
) -> JointRecords | None:
    """Gather the records of parameters that are held at once.

    Args:
        tables: As for ``window_records``.
        outcome: The outcome.
        parameters: The one known last first.

    Returns:
        The records of the batches of which the result, every margin and every parameter are known;
        None where there are none, or the outcome has no continuous margin.
    """
    batches = _known(tables, outcome, parameters)
    if batches.is_empty():
        return None
    own = dict(tables) | {"batches": batches}
    found = []
    for one in parameters:
        same = tables["dictionary"].filter(quantity=one.quantity)["feature"].to_list()
        records = window_records(own, outcome, one.feature, same)
        if records is None or records.batches != batches.height:
            return None
        found.append(records)
    return JointRecords(found, _parts(tables, batches, found[0], parameters[0].gate))


def _known(
    tables: Mapping[str, pl.DataFrame], outcome: str, parameters: Sequence[AskedParameter]
) -> pl.DataFrame:
    """Return the batches of which everything asked about is known, in production order."""
    at_gate = tables["batches"].with_columns(gate=pl.lit(1), gate_at=pl.lit(None))
    ids = gate_rows(at_gate, 1).batch_ids
    labels = outcome_labels(tables["outcomes"], outcome, ids)
    every = aligned_margins(tables["outcome_margins"], outcome, ids, labels.label)
    measured = [one.bounded for one in every if np.isfinite(one.measured).any()]
    if not measured:
        return tables["batches"].clear()
    is_known = labels.is_labelled & np.isfinite(np.column_stack(measured)).all(axis=1)
    values = tables["gate_values"].filter(pl.col("value").is_finite())
    for one in parameters:
        with_value = values.filter(feature=one.feature)["batch_id"].unique()
        is_known &= pl.Series(ids).is_in(with_value.implode()).to_numpy()
    kept = [each for each, known in zip(ids, is_known, strict=True) if known]
    return aligned(tables["batches"], kept)


def _parts(
    tables: Mapping[str, pl.DataFrame], batches: pl.DataFrame, records: WindowRecords, gate: int
) -> dict[str, IntArray]:
    started = batches["started_at"]
    found = {
        "product": records.product,
        "period": np.arange(batches.height) * ERAS // max(batches.height, 1),
        "season": (started.dt.quarter().fill_null(0).to_numpy().astype(np.int64) - 1),
    }
    machines = tables["dictionary"].filter(
        (pl.col("kind") == "equipment")
        & (pl.col("data_type") == "categorical")
        & (pl.col("available_at_gate") <= gate)
    )
    levels = tables["gate_values"].filter(pl.col("level").is_not_null())
    for feature, title in machines.select("feature", "title").sort("feature").iter_rows():
        own = levels.filter(feature=feature).unique("batch_id", keep="last", maintain_order=True)
        level = aligned(own.select("batch_id", "level"), batches["batch_id"].to_list())["level"]
        codes = level.rank("dense").fill_null(0).cast(pl.Int64).to_numpy() - 1
        found[title or feature] = np.asarray(codes, dtype=np.int64)
    return found
