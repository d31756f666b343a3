"""Which batches may stand in for one another: same product, same expected risk, same time.

Busy periods bring more events and more failures alike. So batches are matched exactly on product,
on the risk expected from line, load, event activity and calendar alone (a prognostic score), and
then in time. What remains between an event and a failure inside a block is not the busy period.

Sources: Hansen (2008), the prognostic analogue of the propensity score; Rosenbaum (1984),
conditional permutation within matched sets.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.statistics.array_types import FloatArray, IntArray

FEWEST_IN_BLOCK = 24
RISK_LEVELS = 3
# Below this many failures a score fitted to them would be noise; product and time then match alone.
FEWEST_FAILURES_FOR_SCORE = 10
LOAD_DAYS = 7
KNOTS_PER_FAILURE = 5
MOST_KNOTS = 8
DAY_S = 86400.0


@dataclass(frozen=True)
class Subjects:
    """Batches with a known outcome, in order of manufacture.

    Attributes:
        batch_id: Per batch its identifier.
        label: 1 for a failure, else 0.
        product: Code of the product.
        line: Code of the line.
        cluster: Code of the lot or campaign the batch depends on, from 0.
        time_d: Days since the first start; the order of production where there are no dates.
        activity: Events in the plant in the week around the start, per day.
    """

    batch_id: pl.Series
    label: FloatArray
    product: IntArray
    line: IntArray
    cluster: IntArray
    time_d: FloatArray
    activity: FloatArray


def subjects_of(batches: pl.DataFrame, outcomes: pl.DataFrame, events: pl.DataFrame) -> Subjects:
    """Gather the batches of one outcome that are known to have failed or not.

    Args:
        batches: ``core.batches``.
        outcomes: Rows of ``core.outcomes`` of one outcome; pending batches are left out.
        events: ``event_history``.
    """
    # Codes of lots and campaigns are those of all batches, so that every outcome moves them alike.
    known = (
        batches.with_columns(cluster=pl.col("cluster_id").rank("dense") - 1)
        .join(outcomes.drop_nulls("is_failure"), on="batch_id")
        .sort("production_order", "batch_id")
        .select("batch_id", "product", "line", "cluster", "started_at", "is_failure")
    )
    started = known["started_at"].dt.epoch("us").to_numpy().astype(float) / 1e6
    has_dates = known.height > 0 and known["started_at"].null_count() == 0
    time_d = (
        (started - started.min()) / DAY_S if has_dates else np.arange(known.height, dtype=float)
    )
    at = events["known_at"].drop_nulls().dt.epoch("us").sort().to_numpy() / 1e6
    around = LOAD_DAYS * DAY_S
    active = np.searchsorted(at, started + around) - np.searchsorted(at, started - around)
    return Subjects(
        batch_id=known["batch_id"],
        label=known["is_failure"].cast(pl.Float64).to_numpy().copy(),
        product=_codes(known["product"]),
        line=_codes(known["line"]),
        cluster=known["cluster"].cast(pl.Int64).to_numpy().copy(),
        time_d=time_d,
        activity=active / (2.0 * LOAD_DAYS) if has_dates else np.zeros(known.height),
    )


def _codes(values: pl.Series) -> IntArray:
    filled = values.cast(pl.String).fill_null("")
    return np.unique(filled.to_numpy().astype(str), return_inverse=True)[1].astype(np.int64)


def matched_blocks(subjects: Subjects) -> IntArray:
    """Divide batches into blocks within which outcomes may be exchanged.

    Returns:
        Per batch the code of its block, from 0. A lot or campaign of one product is never cut.
    """
    if not subjects.label.size:
        return np.empty(0, dtype=np.int64)
    score = _mean_by(expected_risk(subjects), subjects.cluster)
    start = _mean_by(subjects.time_d, subjects.cluster)
    block = np.empty(subjects.label.size, dtype=np.int64)
    count = 0
    for product in np.unique(subjects.product):
        inside = np.flatnonzero(subjects.product == product)
        levels = max(1, min(RISK_LEVELS, inside.size // FEWEST_IN_BLOCK))
        for rows in _chunks(inside, score, subjects.cluster, levels):
            pieces = max(1, rows.size // FEWEST_IN_BLOCK)
            for piece in _chunks(rows, start, subjects.cluster, pieces):
                block[piece] = count
                count += 1
    return block


def expected_risk(subjects: Subjects) -> FloatArray:
    """Risk expected from line, load, event activity and calendar alone, product apart.

    Returns:
        Per batch a logistic score, 0 to 1; constant where failures are too few to fit one.
    """
    failures = int(subjects.label.sum())
    if failures < FEWEST_FAILURES_FOR_SCORE or failures == subjects.label.size:
        return np.full(subjects.label.size, 0.5)
    from sklearn.linear_model import LogisticRegression

    design = _design(subjects, min(MOST_KNOTS, failures // KNOTS_PER_FAILURE))
    fit = LogisticRegression(C=1.0, max_iter=500).fit(design, subjects.label)
    return np.asarray(fit.predict_proba(design)[:, 1], dtype=np.float64)


def _design(subjects: Subjects, knots: int) -> FloatArray:
    time = subjects.time_d
    order = np.sort(time)
    load = np.searchsorted(order, time + LOAD_DAYS) - np.searchsorted(order, time - LOAD_DAYS)
    columns = [np.log1p(load), np.log1p(subjects.activity * 2 * LOAD_DAYS)]
    columns += [(subjects.line == code).astype(float) for code in np.unique(subjects.line)[1:]]
    columns += [(subjects.product == c).astype(float) for c in np.unique(subjects.product)[1:]]
    # Linear splines: the calendar may rise and fall between knots set at equal shares of batches.
    columns.append(time)
    columns += [
        np.maximum(time - k, 0) for k in np.quantile(time, np.linspace(0, 1, knots + 2)[1:-1])
    ]
    design = np.column_stack(columns)
    spread = design.std(axis=0)
    return np.asarray((design - design.mean(axis=0)) / np.where(spread > 0, spread, 1.0))


def _mean_by(value: FloatArray, group: IntArray) -> FloatArray:
    codes, place = np.unique(group, return_inverse=True)
    total = np.bincount(place, weights=value, minlength=codes.size)
    return np.asarray((total / np.bincount(place, minlength=codes.size))[place])


def _chunks(rows: IntArray, key: FloatArray, cluster: IntArray, pieces: int) -> list[IntArray]:
    """Cut rows into pieces of about equal size along a key, lots and campaigns kept whole."""
    ordered = rows[np.lexsort((cluster[rows], key[rows]))]
    _, first, place = np.unique(cluster[ordered], return_index=True, return_inverse=True)
    piece = first[place] * pieces // max(1, ordered.size)
    return [ordered[piece == code] for code in np.unique(piece)]
