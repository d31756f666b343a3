"""How unusual a batch is beside good ones: Hotelling's T2, SPE, and what each column adds to them.

T2 is the distance along the directions in which good batches vary together, SPE what lies outside
them. Limits are quantiles of the reference batches judged without themselves, because no
distribution is promised.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray

EXPLAINED_SHARE = 0.8
MOST_COMPONENTS = 15


@dataclass(frozen=True)
class Reference:
    """Good batches, ready to be compared with.

    Attributes:
        scale: Per column, the standard deviation; 0 for a column that says nothing.
        centre: Per column, the mean.
        loadings: (columns, components), orthonormal.
        variance: Per component, of the scores.
        scores: (batches, components) of the reference batches.
        t2_limit: 95th percentile of their T2.
        spe_limit: 95th percentile of their SPE.
    """

    scale: FloatArray
    centre: FloatArray
    loadings: FloatArray
    variance: FloatArray
    scores: FloatArray
    t2_limit: float
    spe_limit: float

    def standardised(self, rows: FloatArray) -> FloatArray:
        """Columns in standard deviations from the mean; missing values count as the mean."""
        away = np.nan_to_num(rows - self.centre)
        return np.divide(away, self.scale, out=np.zeros_like(away), where=self.scale > 0)


@dataclass(frozen=True)
class Unusualness:
    """One batch beside a reference.

    Attributes:
        t2: Its T2.
        spe: Its SPE.
        contribution: Per column, its share of T2 and SPE, each over its limit, added; 0 or more.
        score: Per component.
    """

    t2: float
    spe: float
    contribution: FloatArray
    score: FloatArray


def reference_of(rows: FloatArray) -> Reference:
    """Fit the directions in which good batches vary.

    Args:
        rows: (batches, columns), NaN where missing, at least 10 batches.

    Source: Jackson & Mudholkar (1979); as many components as explain 80% of the variance, 15 at
    most.
    """
    defined = np.isfinite(rows)
    counts = np.maximum(defined.sum(axis=0), 1)
    centre = np.where(defined, rows, 0.0).sum(axis=0) / counts
    away = np.where(defined, rows - centre, 0.0)
    scale = np.sqrt((away**2).sum(axis=0) / counts)
    scale = np.where(scale > 1e-9 * np.maximum(1.0, np.abs(centre)), scale, 0.0)
    unit = np.divide(away, scale, out=np.zeros_like(away), where=scale > 0)
    _, singular, right = np.linalg.svd(unit, full_matrices=False)
    share = np.cumsum(singular**2) / max(float((singular**2).sum()), 1e-300)
    kept = min(int(np.searchsorted(share, EXPLAINED_SHARE)) + 1, MOST_COMPONENTS, singular.size)
    loadings = right[:kept].T
    scores = unit @ loadings
    variance = np.maximum(scores.var(axis=0), 1e-12)
    t2 = (scores**2 / variance).sum(axis=1)
    spe = ((unit - scores @ loadings.T) ** 2).sum(axis=1)
    return Reference(
        scale,
        centre,
        loadings,
        variance,
        scores,
        max(float(np.quantile(t2, 0.95)), 1e-12),
        max(float(np.quantile(spe, 0.95)), 1e-12),
    )


def unusualness(reference: Reference, row: FloatArray) -> Unusualness:
    """Compare one batch with the reference.

    Args:
        reference: Good batches.
        row: Per column, NaN where missing.

    Source: contributions after Kourti & MacGregor (1996), negative parts of T2 left out.
    """
    unit = reference.standardised(row[None, :])[0]
    score = unit @ reference.loadings
    along = unit * ((score / reference.variance) @ reference.loadings.T)
    outside = (unit - reference.loadings @ score) ** 2
    t2, spe = float((score**2 / reference.variance).sum()), float(outside.sum())
    parts = np.maximum(along, 0.0) / reference.t2_limit + outside / reference.spe_limit
    return Unusualness(t2, spe, parts, score)


def nearest(reference: Reference, score: FloatArray, count: int) -> np.ndarray:
    """Positions of the reference batches nearest in T2's own distance, the nearest first."""
    distance = ((reference.scores - score) ** 2 / reference.variance).sum(axis=1)
    return np.argsort(distance, kind="stable")[:count]
