"""The records a window's effect is estimated from: one parameter, what came before it, the margins.

Only variables of the same or an earlier gate are kept, so that nothing the parameter changes is
adjusted for; features that are the parameter itself by another name are left out. Categories count
by their levels, and past results are variables of an earlier time.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import polars as pl

from assets.batch_matrix.gate_matrix import GateMatrix, gate_matrix
from assets.batch_matrix.gate_rows import renumbered
from assets.batch_matrix.missing_values import median_filled
from assets.batch_matrix.outcome_panel import AlignedMargin, aligned_margins, outcome_labels
from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.lines.ridge import RidgeBasis
from assets.statistics.regression.censored_ridge import completed_by_line
from assets.statistics.regression.detrending import PAST_BATCHES, group_means, past_mean
from assets.statistics.regression.result_history import history_columns

FEWEST_COMPLETED = 30  # batches of a half by which margins beyond a bound are completed
SAME_QUANTITY = 0.9  # correlation from which a neighbour is the parameter by another name
LARGEST_MISSING_SHARE = 0.2
# Adjusted for are the variables that go most with the parameter and those that go most with a
# margin (double selection, Belloni, Chernozhukov & Hansen 2014): more columns than that cost
# precision and confound nothing that could be told.
MOST_EARLIER, MOST_NEIGHBOURS = 30, 10


@dataclass(frozen=True)
class WindowRecords:
    """Batches in production order, each with a known outcome and a recorded value.

    Attributes:
        value: (batches,) the parameter.
        earlier: (batches, p) features of earlier gates, standardised, and what past results were.
        neighbours: (batches, q) other features of the same gate, standardised.
        product: (batches,) code of product and strength.
        levels: (batches, products) 1 in the column of its product.
        cluster: (batches,) code of the lot or campaign group.
        half: (batches,) 0 or 1: what is named on one half of the lots is measured on the other.
        time: (batches,) place in production order, 0 to 1.
        margins: (batches, quantities), below 0 outside the limit.
        is_failed: (batches,) whether the batch failed.
    """

    value: FloatArray
    earlier: FloatArray
    neighbours: FloatArray
    product: IntArray
    levels: FloatArray
    cluster: IntArray
    half: IntArray
    time: FloatArray
    margins: FloatArray
    is_failed: BoolArray

    @property
    def batches(self) -> int:
        """Number of batches."""
        return int(self.value.size)

    def taken(self, rows: IntArray) -> "WindowRecords":
        """Return the records of some batches, repeats allowed."""
        return WindowRecords(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


class KnownAtGates:
    """What was known at each gate of one outcome, gathered once for many parameters.

    Args:
        tables: ``batches``, ``outcomes``, ``outcome_margins``, ``gate_values``, ``dictionary`` and
            ``withheld_features``, named as in the warehouse without their schema.
        outcome: The outcome; what is withheld from it is left out.
    """

    def __init__(self, tables: Mapping[str, pl.DataFrame], outcome: str) -> None:
        self.tables, self.outcome = tables, outcome
        withheld = tables["withheld_features"].filter(pl.col("outcome") == outcome)["feature"]
        self.withheld = frozenset(withheld)
        gated = tables["dictionary"].select("feature", "available_at_gate")
        self.gates: dict[str, int] = dict(gated.iter_rows())
        is_numeric = tables["dictionary"].filter(pl.col("data_type") == "numeric")
        self.numeric = frozenset(is_numeric["feature"])
        self.at = cache(self._at)

    def _at(self, gate: int) -> GateMatrix:
        """What was known at a gate, 1 to 7, without what is withheld."""
        kept = self.tables["dictionary"].filter(
            (pl.col("available_at_gate") <= gate) & ~pl.col("feature").is_in(sorted(self.withheld))
        )
        # Whoever has a value of a parameter of the gate has reached it.
        at_gate = self.tables["batches"].with_columns(gate=pl.lit(gate), gate_at=pl.lit(None))
        return gate_matrix(self.tables["gate_values"], kept, at_gate, gate)

    def beside(self, feature: str, aliases: Collection[str]) -> GateMatrix | None:
        """What was known at the gate of a parameter, its aliases left out; None if no number."""
        if feature not in self.numeric or feature in self.withheld:
            return None
        matrix = self.at(self.gates[feature])
        others = set(aliases) - {feature}
        places = np.flatnonzero([name not in others for name in matrix.features])
        return replace(
            matrix,
            columns=[matrix.columns[i] for i in places],
            features=[matrix.features[i] for i in places],
            values=matrix.values[:, places],
        )


def window_records(
    tables: Mapping[str, pl.DataFrame],
    outcome: str,
    feature: str,
    aliases: Collection[str],
    known: KnownAtGates | None = None,
) -> WindowRecords | None:
    """Gather the records of one parameter and one outcome.

    Args:
        tables: As for ``KnownAtGates``.
        outcome: The outcome.
        feature: The parameter, a numeric feature.
        aliases: Other names of the same thing (members of its cluster).
        known: What was known at its gates, where many parameters are gathered.

    Returns:
        The records of the batches of which the result, the parameter and every margin are known, a
        margin beyond a reporting limit by what is to be expected of the batch beyond it;
        None where there are none, or the feature has no numeric values.
    """
    known = known or KnownAtGates(tables, outcome)
    matrix = known.beside(feature, aliases)
    if matrix is None or feature not in matrix.columns:
        return None
    labels = outcome_labels(tables["outcomes"], outcome, matrix.batch_ids)
    every = aligned_margins(tables["outcome_margins"], outcome, matrix.batch_ids, labels.label)
    measured = [one for one in every if np.isfinite(one.measured).any()]
    if not measured:
        return None
    value = matrix.values[:, matrix.columns.index(feature)]
    margins = np.column_stack([one.completed(matrix.product) for one in measured])
    is_known = np.isfinite(value) & np.isfinite(margins).all(axis=1)
    rows = np.flatnonzero(labels.is_labelled & is_known)
    if not rows.size:
        return None
    is_earlier = np.array([known.gates[name] < matrix.gate for name in matrix.features], dtype=bool)
    is_other = np.array([name != feature for name in matrix.columns], dtype=bool)
    value, margins, values = value[rows], margins[rows], matrix.values[rows]
    earlier = _standardised(values[:, is_earlier], value)
    neighbours = _standardised(values[:, ~is_earlier & is_other], value)
    product = renumbered(_by_whole_name(matrix)[rows])
    past = _past_results(margins, labels.label[rows], product)
    earlier = np.column_stack([_selected(earlier, value, margins, MOST_EARLIER), past])
    neighbours = _selected(neighbours, value, margins, MOST_NEIGHBOURS)
    levels = np.eye(int(product.max()) + 1)[product]
    if any(one.side[rows].any() for one in measured):
        beside = np.column_stack([value, earlier, neighbours, levels])
        margins = _completed(measured, rows, margins, beside, matrix.half[rows])
    return WindowRecords(
        value=value,
        earlier=earlier,
        neighbours=neighbours,
        # Folds are cut by code, so these are numbered over the batches that are left.
        product=product,
        levels=levels,
        cluster=renumbered(matrix.cluster[rows]),
        half=matrix.half[rows],
        time=np.linspace(0, 1, rows.size),
        margins=margins,
        is_failed=labels.is_failed[rows],
    )


def _completed(
    every: Sequence[AlignedMargin],
    rows: IntArray,
    start: FloatArray,
    beside: FloatArray,
    half: IntArray,
) -> FloatArray:
    """Margins of which only a bound is known, as the parameter and all beside it let one expect.

    Each half of the lots by itself: what is named on one is measured on the other.
    """
    spread = beside.std(axis=0)
    design = (beside - beside.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    found = start.copy()
    for j, one in enumerate(every):
        for own in (np.flatnonzero(half == part) for part in np.unique(half)):
            bound, side = one.bounded[rows[own]], one.side[rows[own]]
            if side.any() and own.size >= FEWEST_COMPLETED:
                basis = RidgeBasis(design[own])
                found[own, j] = completed_by_line(basis, bound, side, start[own, j])
    return found


def _past_results(margins: FloatArray, label: FloatArray, product: IntArray) -> FloatArray:
    """What the results before each batch were, standardised: operators answer to them.

    The mean of many results stands beside the recent ones: parameters are held as they were set,
    not beside their own past, so where results wander slowly they go with that mean as well.
    """
    results = np.column_stack([margins, label])
    every = np.arange(product.size)
    within = results - group_means(results, product, every)
    long = np.nan_to_num(past_mean(within, PAST_BATCHES))
    columns = np.column_stack([history_columns(within), long])
    spread = columns.std(axis=0)
    return np.asarray(
        (columns[:, spread > 0] - columns[:, spread > 0].mean(axis=0)) / spread[spread > 0]
    )


def _by_whole_name(matrix: GateMatrix) -> IntArray:
    """Codes of product and strength by both read as one name: the first is the model's baseline."""
    places = {pair: i for i, pair in enumerate(sorted({*matrix.product_and_strength}, key="".join))}
    return np.array([places[pair] for pair in matrix.product_and_strength], dtype=np.int64)


def _standardised(values: FloatArray, value: FloatArray) -> FloatArray:
    """Standardise columns; those mostly missing, constant, or the parameter itself are left out."""
    is_there = np.isfinite(values).mean(axis=0) >= 1 - LARGEST_MISSING_SHARE
    found: list[FloatArray] = []
    for column in median_filled(values[:, is_there]).T:
        spread = column.std()
        if spread <= 1e-12 * max(abs(column.mean()), 1.0):
            continue
        standard = (column - column.mean()) / spread
        with np.errstate(invalid="ignore", divide="ignore"):  # a constant goes with nothing
            likeness = np.nan_to_num(np.corrcoef(standard, value)[0, 1])
        if abs(likeness) < SAME_QUANTITY:
            found.append(standard)
    return np.column_stack(found) if found else np.empty((value.size, 0))


def _selected(table: FloatArray, value: FloatArray, margins: FloatArray, most: int) -> FloatArray:
    """Keep the columns that go most with the parameter, and those that go most with a margin."""
    if table.shape[1] <= most:
        return table
    scaled = np.column_stack([value, margins])
    scaled = (scaled - scaled.mean(axis=0)) / np.maximum(scaled.std(axis=0), 1e-12)
    strength = np.abs(table.T @ scaled)
    by_value = np.argsort(-strength[:, 0], kind="stable")[:most]
    by_margin = np.argsort(-strength[:, 1:].max(axis=1), kind="stable")[:most]
    return table[:, np.union1d(by_value, by_margin)]
