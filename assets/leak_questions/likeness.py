"""How well one column alone foretells a later result: fitted on earlier batches, held to later.

A copy of the result may be straight, bent or a category; what it cannot be is vague. Only batches
made after those a curve was fitted on count, so that no chance of many columns looks like a copy.
"""

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.prediction_quality.discrimination import auc
from assets.statistics.regression.detrending import group_means
from assets.statistics.regression.natural_splines import knots_of, natural_spline

FEWEST_BATCHES = 30
FEWEST_FAILURES = 5
KNOT_SHARES = (0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99)


def forward_fits(
    columns: FloatArray, results: FloatArray, product: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Share of each result's later variation that one feature foretells, and the foretold results.

    Args:
        columns: (batches, columns) of one feature in production order: its values, or one column
            per level of a category; NaN where missing.
        results: (batches, results) as they came out, NaN where missing.
        product: Per batch, code of product and strength; its means are taken away from all.

    Returns:
        Per result, R squared on the later half of the batches that have both sides (NaN with fewer
        than 30 in either half); and (batches, results) fitted values, NaN outside later halves.
    """
    share = np.full(results.shape[1], np.nan)
    fitted = np.full(results.shape, np.nan)
    has_columns, has_result = np.isfinite(columns).all(axis=1), np.isfinite(results)
    # Results known of the same batches share a curve's basis.
    alike: dict[bytes, list[int]] = {}
    for number, known in enumerate(np.packbits(has_result, axis=0).T):
        alike.setdefault(known.tobytes(), []).append(number)
    for own in map(np.array, alike.values()):
        rows = np.flatnonzero(has_columns & has_result[:, own[0]])
        early, late = rows[: rows.size // 2], rows[rows.size // 2 :]
        if min(early.size, late.size) < FEWEST_BATCHES:
            continue
        level = group_means(results[:, own], product, early)
        basis = _basis(columns - group_means(columns, product, early), early)
        design = np.column_stack([np.ones(results.shape[0]), basis])
        within = results[:, own] - level
        slopes = np.linalg.lstsq(design[early], within[early], rcond=None)[0]
        found = design[late] @ slopes
        total = within[late].var(axis=0)
        left = ((within[late] - found) ** 2).mean(axis=0)
        share[own] = np.where(total > 0, 1 - left / np.maximum(total, 1e-300), np.nan)
        fitted[np.ix_(late, own)] = level[late] + found
    return share, fitted


def _basis(columns: FloatArray, early: IntArray) -> FloatArray:
    """A curve through one numeric column, or the columns of the levels as they are."""
    if columns.shape[1] != 1:
        return columns
    value = columns[:, 0]
    knots = knots_of(value[early], KNOT_SHARES)
    low, high = value[early].min(), value[early].max()
    inside = np.nan_to_num(np.clip(value, low, high))
    return columns if knots is None else natural_spline(inside, knots)


def forward_auc(score: FloatArray, label: FloatArray) -> float:
    """How well a score ranks later failures, its direction taken from earlier ones.

    Args:
        score: Per batch in production order, NaN where missing.
        label: Per batch 1 failed, 0 good, NaN where not known.

    Returns:
        0 to 1 on the later half; NaN with fewer than 5 failures there or none before.
    """
    rows = np.flatnonzero(np.isfinite(score) & np.isfinite(label))
    early, late = rows[: rows.size // 2], rows[rows.size // 2 :]
    failed: BoolArray = label == 1
    if failed[late].sum() < FEWEST_FAILURES or not failed[early].any():
        return float("nan")
    later = auc(score[late], failed[late])
    return later if auc(score[early], failed[early]) >= 0.5 else 1 - later
