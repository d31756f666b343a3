"""Phase I: which batches may tell what is normal, and why each other one may not.

A batch that failed may not. Of the rest, those are left out one round after the other that lie far
beyond the limit which most of the others suggest, each judged by a fit it took no part in.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.multivariate.autoscaling import Autoscaling
from assets.statistics.multivariate.distance_limits import outlying
from assets.statistics.multivariate.imputation import filled
from assets.statistics.multivariate.latent_model import LatentModel
from assets.statistics.multivariate.principal_components import (
    parallel_analysis,
    principal_components,
)

FEWEST = 12
ROUNDS = 3
# Of all in-control batches of a reference together, one reference in twenty loses one of them.
CLEANING_RISK = 0.05
# Times the limit that most suggest: less far out lie the ends of laws with long ends, and a limit
# fixed without them is broken more often than promised.
CERTAINLY = 2.0
LARGEST_PART = 0.2
FEW = 30
BLOCKS = 5
MOST_COMPONENTS = 8
ROWS_A_COMPONENT = 6
SHUFFLES = 5
# A column counts that half of the batches have.
KNOWN_SHARE = 0.5


@dataclass(frozen=True)
class PhaseOne:
    """A cleaned reference.

    Attributes:
        rows: Places of the batches that tell what is normal.
        excluded: Place -> why it does not.
        columns: Places of the columns that count.
        components: Of the model.
        t2: Of the reference, each batch judged by a fit on the others.
        spe: Likewise.
    """

    rows: IntArray
    excluded: dict[int, str]
    columns: IntArray
    components: int
    t2: FloatArray
    spe: FloatArray


def phase_one(values: FloatArray, failed: BoolArray) -> PhaseOne | None:
    """Clean a reference.

    Args:
        values: (batches in production order, columns), NaN where missing.
        failed: Per batch.

    Returns:
        The reference; None where fewer than twelve batches or two columns are left.
    """
    has_any = np.isfinite(values).mean(axis=1) >= KNOWN_SHARE if values.size else np.zeros(0, bool)
    excluded = {int(row): "failed" for row in np.flatnonzero(failed & has_any)}
    rows = np.flatnonzero(has_any & ~failed)
    candidates = rows.size
    for is_last in (False,) * ROUNDS + (True,):
        if rows.size < FEWEST:
            return None
        columns = _counting(values[rows])
        if columns.size < 2:
            return None
        own = values[np.ix_(rows, columns)]
        components = _components(own)
        t2, spe = held_out(own, components)
        found = PhaseOne(rows, excluded, columns, components, t2, spe)
        level = 1 - CLEANING_RISK / (2 * rows.size)
        beyond = np.column_stack([outlying(t2, level), outlying(spe, level)])
        out = np.flatnonzero(beyond.max(axis=1) > CERTAINLY)
        spare = int(LARGEST_PART * candidates) - (candidates - rows.size)
        out = out[np.argsort(-beyond[out].max(axis=1))][: max(spare, 0)]
        if is_last or not out.size:
            return found
        for place in out:
            name = ("T2", "SPE")[int(beyond[place].argmax())]
            times = beyond[place].max()
            excluded[int(rows[place])] = f"{name} {times:.1f} times the limit of the others"
        rows = np.delete(rows, out)
    return None


def _counting(values: FloatArray) -> IntArray:
    """Columns that vary and that half of the batches have."""
    known = np.isfinite(values).mean(axis=0) >= KNOWN_SHARE
    return np.flatnonzero(known & (Autoscaling.of(values).scale > 0))


def _components(values: FloatArray) -> int:
    most = max(1, min(MOST_COMPONENTS, len(values) // ROWS_A_COMPONENT, values.shape[1] - 1))
    return parallel_analysis(Autoscaling.of(values).scaled(values), most, shuffles=SHUFFLES)


def held_out(values: FloatArray, components: int) -> tuple[FloatArray, FloatArray]:
    """Judge each batch of a reference by a fit on the others: T2 and SPE.

    Args:
        values: (batches in production order, columns).
        components: Of each fit.

    Returns:
        Per batch; left out one by one where they are fewer than thirty, else by five blocks of
        time, because neighbours share lots and would speak for each other.
    """
    count = len(values)
    blocks = np.array_split(np.arange(count), count if count < FEW else BLOCKS)
    t2, spe = np.empty(count), np.empty(count)
    for block in blocks:
        scaling, model = fitted(np.delete(values, block, axis=0), components)
        rows = scaling.scaled(values[block])
        scores = model.projected(rows)
        t2[block], spe[block] = model.t2(scores), whole_spe(model, rows, scores)
    return t2, spe


def fitted(values: FloatArray, components: int) -> tuple[Autoscaling, LatentModel]:
    """Fit scale and directions."""
    scaling = Autoscaling.of(values)
    table = filled(scaling.scaled(values), components)
    return scaling, principal_components(table, components)


def whole_spe(model: LatentModel, rows: FloatArray, scores: FloatArray) -> FloatArray:
    """SPE as if no cell were missing: over the known cells, times all over known."""
    known = np.maximum(np.isfinite(rows).sum(axis=1), 1)
    return np.asarray(model.spe(rows, scores) * rows.shape[1] / known)
