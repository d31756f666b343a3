"""The records a window's effect is estimated from: one parameter, what came before it, the margins.

Only variables of the same or an earlier gate are kept, so that nothing the parameter changes is
adjusted for; features that are the parameter itself by another name are left out. Categories count
by their levels, and past results are variables of an earlier time.
"""

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.batch_matrix.gate_matrix import GateMatrix, gate_matrix
from assets.batch_matrix.gate_rows import renumbered
from assets.batch_matrix.missing_values import median_filled
from assets.batch_matrix.outcome_panel import (
    AlignedMargin,
    OutcomeLabels,
    aligned_margins,
    outcome_labels,
)
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
Results = tuple[OutcomeLabels, list[AlignedMargin], FloatArray | None]
MOST_SHARED = 4  # sets of batches; most parameters of a gate are recorded for the same ones


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
        # Held by name of the gate and not by a cache around the methods, which would hold this
        # object in turn: matrices of one outcome would lie beside those of the next.
        self._matrices: dict[int, GateMatrix] = {}
        self._known: dict[int, Results] = {}
        self._shared: OrderedDict[tuple[int, bytes], SharedColumns] = OrderedDict()

    def at(self, gate: int) -> GateMatrix:
        """What was known at a gate, 1 to 7, without what is withheld."""
        if gate not in self._matrices:
            self._matrices[gate] = self._matrix(gate)
        return self._matrices[gate]

    def _matrix(self, gate: int) -> GateMatrix:
        kept = self.tables["dictionary"].filter(
            (pl.col("available_at_gate") <= gate) & ~pl.col("feature").is_in(sorted(self.withheld))
        )
        # Whoever has a value of a parameter of the gate has reached it.
        at_gate = self.tables["batches"].with_columns(gate=pl.lit(gate), gate_at=pl.lit(None))
        return gate_matrix(self.tables["gate_values"], kept, at_gate, gate)

    def beside(self, feature: str) -> GateMatrix | None:
        """What was known at the gate of a parameter; None where it has no numbers to be held."""
        if feature not in self.numeric or feature in self.withheld:
            return None
        matrix = self.at(self.gates[feature])
        return matrix if feature in matrix.columns else None

    def results(self, gate: int) -> Results:
        """Results of the batches of a gate: labels, margins measured, and the same completed."""
        if gate not in self._known:
            self._known[gate] = self._gathered(gate)
        return self._known[gate]

    def _gathered(self, gate: int) -> Results:
        matrix = self.at(gate)
        labels = outcome_labels(self.tables["outcomes"], self.outcome, matrix.batch_ids)
        margins = self.tables["outcome_margins"]
        every = aligned_margins(margins, self.outcome, matrix.batch_ids, labels.label)
        measured = [one for one in every if np.isfinite(one.measured).any()]
        completed = [one.completed(matrix.product) for one in measured]
        return labels, measured, np.column_stack(completed) if completed else None

    def shared(self, gate: int, rows: IntArray) -> "SharedColumns":
        """What parameters recorded for the same batches have in common, made once for all."""
        key = (gate, rows.tobytes())
        found = self._shared.pop(key, None) or self._made(gate, rows)
        self._shared[key] = found  # the latest asked for comes last
        while len(self._shared) > MOST_SHARED:
            self._shared.popitem(last=False)
        return found

    def _made(self, gate: int, taken: IntArray) -> "SharedColumns":
        matrix, (labels, _, margins) = self.at(gate), self.results(gate)
        product = renumbered(_by_whole_name(matrix)[taken])
        own = np.empty((taken.size, 0)) if margins is None else margins[taken]
        return SharedColumns(
            *_standardised(matrix.values[taken]),
            product,
            _past_results(own, labels.label[taken], product),
        )


@dataclass(frozen=True)
class SharedColumns:
    """What parameters of one gate have in common where they are recorded for the same batches.

    Attributes:
        places: Columns of the gate's matrix that vary and are hardly ever missing.
        standard: (batches, places) their values, standardised.
        product: (batches,) code of product and strength.
        past: (batches, p) what past results were, standardised.
    """

    places: IntArray
    standard: FloatArray
    product: IntArray
    past: FloatArray

    def unlike(self, value: FloatArray, is_asked: BoolArray) -> FloatArray:
        """Return asked columns that are not a parameter by another name: (batches, q).

        Args:
            value: (batches,) the parameter.
            is_asked: Per column of the gate's matrix, whether it is asked for.
        """
        away = value - value.mean()
        with np.errstate(invalid="ignore", divide="ignore"):  # a constant goes with nothing
            likeness = np.nan_to_num(away @ self.standard / (value.size * value.std()))
        is_kept = is_asked[self.places] & (np.abs(likeness) < SAME_QUANTITY)
        return np.take(self.standard, np.flatnonzero(is_kept), axis=1)


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
    matrix = known.beside(feature)
    if matrix is None:
        return None
    labels, measured, completed = known.results(matrix.gate)
    if completed is None:
        return None
    value = matrix.values[:, matrix.columns.index(feature)]
    is_known = np.isfinite(value) & np.isfinite(completed).all(axis=1)
    rows = np.flatnonzero(labels.is_labelled & is_known)
    if not rows.size:
        return None
    others = set(aliases) - {feature}
    is_earlier = np.array([known.gates[name] < matrix.gate for name in matrix.features], dtype=bool)
    is_other = np.array([name != feature for name in matrix.columns], dtype=bool)
    is_beside = np.array([name not in others for name in matrix.features], dtype=bool)
    value, margins, shared = value[rows], completed[rows], known.shared(matrix.gate, rows)
    earlier = shared.unlike(value, is_beside & is_earlier)
    neighbours = shared.unlike(value, is_beside & ~is_earlier & is_other)
    earlier = np.column_stack([_selected(earlier, value, margins, MOST_EARLIER), shared.past])
    neighbours = _selected(neighbours, value, margins, MOST_NEIGHBOURS)
    levels = np.eye(int(shared.product.max()) + 1)[shared.product]
    if any(one.side[rows].any() for one in measured):
        beside = np.column_stack([value, earlier, neighbours, levels])
        margins = _completed(measured, rows, margins, beside, matrix.half[rows])
    return WindowRecords(
        value=value,
        earlier=earlier,
        neighbours=neighbours,
        # Folds are cut by code, so these are numbered over the batches that are left.
        product=shared.product,
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


def _standardised(values: FloatArray) -> tuple[IntArray, FloatArray]:
    """Standardise columns, and say which: those mostly missing or constant are left out."""
    is_there = np.isfinite(values).mean(axis=0) >= 1 - LARGEST_MISSING_SHARE
    by_column = np.ascontiguousarray(median_filled(values[:, is_there]).T)
    mean, spread = by_column.mean(axis=1, keepdims=True), by_column.std(axis=1, keepdims=True)
    varies = (spread > 1e-12 * np.maximum(np.abs(mean), 1.0)).ravel()
    standard = (by_column[varies] - mean[varies]) / spread[varies]
    return np.flatnonzero(is_there)[varies], np.ascontiguousarray(standard.T)


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
