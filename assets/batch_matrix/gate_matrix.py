"""The matrix of one gate: a row per batch, a column per feature that was available by then.

Features arrive long (``feature.gate_values``), so that a source with tags nobody foresaw still has
a contract; they are pivoted here, in memory. A feature withheld from an outcome never enters that
outcome's matrix: this is the only door.
"""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from assets.batch_matrix.gate_cells import features_seen, gate_cells, numeric_cells
from assets.batch_matrix.gate_rows import GateRows, gate_rows
from assets.batch_matrix.levels import Levels, latest_levels, level_cells
from assets.statistics.array_types import FloatArray, IntArray

# A coefficient fitted on fewer batches of a level would be that of a handful of them.
RAREST_MODELLED_LEVEL = 10


@dataclass(frozen=True)
class GateMatrix(GateRows):
    """What was known of each batch at one gate, in production order.

    Attributes:
        columns: Per column, its name: the feature, or ``feature=level`` for a level of one.
        features: Per column, the feature it stands for.
        values: (rows, columns), NaN where missing; product identity is not among them.
        identity_columns: Names of the columns of ``identity``.
        identity: (rows, columns) product code, strength, size: all that is known of a batch
            before it is made.
    """

    columns: list[str]
    features: list[str]
    values: FloatArray
    identity_columns: list[str]
    identity: FloatArray

    def is_level(self, column: int) -> bool:
        """Return whether a column stands for a level of a category."""
        return self.columns[column] != self.features[column]

    def allowed(self, withheld_features: pl.DataFrame, outcome: str) -> "GateMatrix":
        """The same gate as an outcome may see it.

        Args:
            withheld_features: ``evidence.withheld_features``.
            outcome: Its withheld features leave, and so do columns that are empty or constant.
        """
        withheld = set(withheld_features.filter(pl.col("outcome") == outcome)["feature"])
        is_kept = np.array([feature not in withheld for feature in self.features], dtype=bool)
        places = np.flatnonzero(is_kept & (_spread(self.values) > 0))
        return replace(
            self,
            columns=[self.columns[i] for i in places],
            features=[self.features[i] for i in places],
            values=self.values[:, places],
        )


class OutcomeMatrices:
    """The matrix of a gate as each outcome may see it; outcomes that see the same share it.

    Args:
        matrix: Of the gate.
        withheld_features: ``evidence.withheld_features``.
    """

    def __init__(self, matrix: GateMatrix, withheld_features: pl.DataFrame) -> None:
        self.batch_ids, self.product = matrix.batch_ids, matrix.product
        self._everything, self._withheld = matrix, withheld_features
        self._seen: dict[frozenset[str], GateMatrix] = {}

    def of(self, outcome: str) -> GateMatrix:
        """What :meth:`GateMatrix.allowed` gives for an outcome."""
        own = self._withheld.filter(pl.col("outcome") == outcome)["feature"]
        key = frozenset(own).intersection(self._everything.features)
        if key not in self._seen:
            self._seen[key] = self._everything.allowed(self._withheld, outcome)
        return self._seen[key]


def gate_matrix(
    gate_values: pl.DataFrame,
    dictionary: pl.DataFrame,
    batch_gates: pl.DataFrame,
    gate: int,
    levels: Levels | None = None,
) -> GateMatrix:
    """Pivot what was available at a gate.

    Args:
        gate_values: ``feature.gate_values``.
        dictionary: ``feature.dictionary``, or the part of it that is wanted.
        batch_gates: ``feature.batch_gates``.
        gate: 1 to 7.
        levels: Per categorical feature the levels that get a column, where a model is kept that
            was fitted on them; None to choose them from these very batches.

    Returns:
        One row per batch that reached the gate, in production order; categorical features as one
        column per level that at least 10 batches have, or per level given.
    """
    rows = gate_rows(batch_gates, gate)
    is_identity = pl.col("is_product_identity")
    values, columns, features = _wide(gate_values, dictionary.filter(~is_identity), rows, levels)
    identity, identity_columns, _ = _wide(gate_values, dictionary.filter(is_identity), rows, levels)
    return GateMatrix(
        **vars(rows),
        columns=columns,
        features=features,
        values=values,
        identity_columns=identity_columns,
        identity=identity,
    )


def _wide(
    gate_values: pl.DataFrame, dictionary: pl.DataFrame, rows: GateRows, levels: Levels | None
) -> tuple[FloatArray, list[str], list[str]]:
    """The matrix, its columns in the order of their names, and the feature of each."""
    is_number = pl.col("data_type") == "numeric"
    categories = gate_cells(gate_values, dictionary.filter(~is_number), rows)
    of_levels = level_cells(latest_levels(categories), levels, RAREST_MODELLED_LEVEL)
    seen = features_seen(gate_values, rows)
    numbers = dictionary.filter(is_number & pl.col("feature").is_in(seen.implode()))
    order = pl.concat(
        [
            numbers.select("feature", column="feature"),
            of_levels.select("feature", "column").unique(),
        ]
    ).sort("column")
    place = {name: i for i, name in enumerate(order["column"])}
    values = np.full((len(rows.batch_ids), order.height), np.nan)
    own = numbers.select(
        "feature", pl.Series("column", [place[name] for name in numbers["feature"]], pl.Int64)
    )
    # Where a cell is written twice the last writing stays, and the last is of the latest gate.
    for part in numeric_cells(gate_values, own, rows):
        values[part["row"].to_numpy(), part["column"].to_numpy()] = _finite(part["value"])
    of_level: IntArray = np.array([place[name] for name in of_levels["column"]], dtype=np.int64)
    values[of_levels["row"].to_numpy(), of_level] = _finite(of_levels["number"])
    return values, order["column"].to_list(), order["feature"].to_list()


def _finite(series: pl.Series) -> FloatArray:
    numbers = series.cast(pl.Float64).to_numpy()
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _spread(values: FloatArray) -> FloatArray:
    defined = np.isfinite(values)
    low = np.where(defined, values, np.inf).min(axis=0, initial=np.inf)
    high = np.where(defined, values, -np.inf).max(axis=0, initial=-np.inf)
    return np.where(high > low, high - low, 0.0)
