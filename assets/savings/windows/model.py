"""Models behind a window's effect: the margins given a parameter, the parameter given its past.

Ridge regression with splines lives here: the parameter enters as an unpenalised natural spline, and
so does what goes with both it and a margin; its lot means as well, so that what a whole lot shares
is not taken for its doing; its other neighbours and time as penalised splines, other earlier
variables linearly and penalised.
"""

from dataclasses import dataclass, replace

import numpy as np

from assets.savings.windows.records import WindowRecords
from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.regression.cluster_means import cluster_means, has_within
from assets.statistics.regression.natural_splines import knots_of, natural_spline

PENALTIES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
TIME_KNOTS = 5
# Beyond its outer knots a natural spline is a line; a window cuts off a twentieth at an end, and
# what bends there must still be seen.
OWN_KNOT_SHARES = (0.02, 0.35, 0.65, 0.98)
CLEAR_SPREADS = 3  # a correlation is clear of zero beyond three of its standard errors


@dataclass(frozen=True)
class Ridge:
    """A fitted ridge regression with some columns unpenalised."""

    weights: FloatArray

    def predict(self, design: FloatArray) -> FloatArray:
        """Return predictions for rows of the design."""
        return design @ self.weights


def fit_ridge(
    design: FloatArray, target: FloatArray, is_penalised: FloatArray, penalty: float
) -> Ridge:
    """Fit a ridge regression.

    Args:
        design: (n, p), with its own intercept columns.
        target: (n,) or (n, k).
        is_penalised: (p,) 1 where a column is shrunk, 0 where it is not.
        penalty: Ridge penalty, above 0.
    """
    gram = design.T @ design + np.diag(penalty * is_penalised + 1e-8)
    return Ridge(np.asarray(np.linalg.solve(gram, design.T @ target), dtype=np.float64))


@dataclass(frozen=True)
class Design:
    """The columns of the margin model, with the parameter's own columns first.

    Attributes:
        knots: Knots of the parameter; None for a straight line.
        fixed: (batches, p) all other columns.
        is_penalised: Per column of the whole design, 1 where shrunk.
        lot_columns: How many of the fixed columns, after the product levels, are lot means of the
            parameter; 0 where it hardly varies within lots, or lots and batches agree.
        levels: How many of the fixed columns, the first, are product levels.
    """

    knots: FloatArray | None
    fixed: FloatArray
    is_penalised: FloatArray
    lot_columns: int
    levels: int

    @classmethod
    def from_records(cls, records: WindowRecords) -> "Design":
        """Build the design of the recorded batches."""
        knots = knots_of(records.value, OWN_KNOT_SHARES)
        own = 1 if knots is None else knots.size - 1
        lot_means = np.empty((records.batches, 0))
        if has_within(records.value, records.cluster):
            lot_means = cluster_means(_curve(records.value, knots), records.cluster)
        parts = [natural_spline(records.time, np.linspace(0, 1, TIME_KNOTS))]
        is_shrunk = [True]
        for place, table in (("same", records.neighbours), ("earlier", records.earlier)):
            for column, is_confounder in zip(table.T, _go_with_both(table, records), strict=True):
                is_curved = is_confounder or place == "same"
                parts.append(_curve(column, knots_of(column) if is_curved else None))
                is_shrunk.append(not is_confounder)
        other = np.column_stack(parts)
        spread = other.std(axis=0)
        other = (other - other.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
        widths = [part.shape[1] for part in parts]
        free = own + records.levels.shape[1] + lot_means.shape[1]
        penalised = np.concatenate([np.zeros(free), np.repeat(np.array(is_shrunk, float), widths)])
        fixed = np.column_stack([records.levels, lot_means, other])
        return cls(knots, fixed, penalised, lot_means.shape[1], records.levels.shape[1])

    @property
    def has_lot_means(self) -> bool:
        """Whether lot means of the parameter are held."""
        return self.lot_columns > 0

    def without_lot_means(self) -> "Design":
        """Return the design in which lots and batches within them tell of one effect."""
        own = self.is_penalised.size - self.fixed.shape[1]
        means = np.arange(self.levels, self.levels + self.lot_columns)
        return replace(
            self,
            fixed=np.delete(self.fixed, means, axis=1),
            is_penalised=np.delete(self.is_penalised, own + means),
            lot_columns=0,
        )

    def taken(self, rows: IntArray) -> "Design":
        """Return the same columns of some batches, repeats allowed."""
        return replace(self, fixed=self.fixed[rows])

    def at(self, value: FloatArray) -> FloatArray:
        """Return the design with the parameter at other values."""
        return np.column_stack([_curve(value, self.knots), self.fixed])


def _curve(column: FloatArray, knots: FloatArray | None) -> FloatArray:
    """Return a column as a natural spline, or as it is where its values are too few for one."""
    return column[:, None] if knots is None else natural_spline(column, knots)


def _go_with_both(table: FloatArray, records: WindowRecords) -> BoolArray:
    """Tell which columns go with the parameter and with a margin, both beyond chance.

    Such a column is a likely confounder: shrinking it would leave part of what it does to the
    parameter, so it enters unpenalised (double selection, Belloni, Chernozhukov & Hansen 2014).
    """
    targets = np.column_stack([records.value, records.margins])
    spread = table.std(axis=0)[:, None] * targets.std(axis=0)
    together = (table - table.mean(axis=0)).T @ (targets - targets.mean(axis=0)) / records.batches
    with np.errstate(invalid="ignore", divide="ignore"):  # of a constant margin nothing is known
        strength = np.nan_to_num(np.abs(together / spread), posinf=0.0)
    clear = CLEAR_SPREADS / np.sqrt(records.batches)
    return np.asarray((strength[:, 0] > clear) & (strength[:, 1:].max(axis=1) > clear))


def chosen_penalty(
    design: FloatArray, target: FloatArray, is_penalised: FloatArray, cluster: IntArray
) -> float:
    """Choose the ridge penalty by five-fold cross-validation over clusters.

    Args:
        design: (n, p).
        target: (n, k); errors are summed over columns in units of their variance.
        is_penalised: (p,).
        cluster: (n,) cluster codes; a cluster is never split.
    """
    part = cluster % 5
    scale = target.var(axis=0)
    error = np.zeros(len(PENALTIES))
    for k in range(5):
        train, test = part != k, part == k
        if not test.any() or not train.any():
            continue
        gram = design[train].T @ design[train]
        moment = design[train].T @ target[train]
        for i, penalty in enumerate(PENALTIES):
            weights = np.linalg.solve(gram + np.diag(penalty * is_penalised + 1e-8), moment)
            missed = (target[test] - design[test] @ weights) ** 2 / scale
            error[i] += float(missed.sum())
    return PENALTIES[int(error.argmin())]
