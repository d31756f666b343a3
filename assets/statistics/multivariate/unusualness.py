"""How unusual a batch is beside good ones: Hotelling's T2, SPE, and what each column adds to them.

T2 is the distance along the directions in which good batches vary together, SPE what lies outside
them. Limits are quantiles of the reference batches, each judged by a fit it took no part in: no
distribution is promised, and a fit flatters the batches it was made from.
"""

from dataclasses import dataclass, replace

import numpy as np

from assets.statistics.array_types import FloatArray

EXPLAINED_SHARE = 0.8
MOST_COMPONENTS = 15
PARTS = 5
LIMIT_QUANTILE = 0.95


@dataclass(frozen=True)
class Reference:
    """Good batches, ready to be compared with.

    Attributes:
        scale: Per column, the standard deviation; 0 for a column that says nothing.
        centre: Per column, the mean.
        loadings: (columns, components), orthonormal.
        variance: Per component, of the scores.
        scores: (batches, components) of the reference batches.
        t2_limit: 95th percentile of their T2, each batch judged by a fit on the other parts.
        spe_limit: 95th percentile of their SPE, likewise.

    Examples:
        >>> good = np.column_stack([np.arange(10.0), np.full(10, 7.0)])
        >>> reference_of(good).standardised(np.array([[4.5, 7.0], [np.nan, 9.0]])).tolist()
        [[0.0, 0.0], [0.0, 0.0]]
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
    """Fit the directions in which good batches vary, and the limits a new batch is held against.

    Args:
        rows: (batches in production order, columns), NaN where missing, at least 10 batches.

    Source: Jackson & Mudholkar (1979); as many components as explain 80% of the variance, 15 at
    most. Limits from five blocks of time, each judged by a fit on the other four (Camacho & Ferrer
    2012 on how far in-sample residuals lie below those of new observations).

    Examples:
        >>> level = np.arange(10.0)
        >>> reference = reference_of(np.column_stack([level, -level]))  # two columns, one direction
        >>> reference.loadings.shape, reference.centre.tolist()
        ((2, 1), [4.5, -4.5])
    """
    reference = _fit(rows)
    # Blocks of time, not batches dealt out: a lot made in one week must not judge itself.
    blocks = np.array_split(np.arange(rows.shape[0]), PARTS)
    components = reference.variance.size
    judged = [
        _distances(_fit(np.delete(rows, block, axis=0), components), rows[block])
        for block in blocks
    ]
    t2, spe = (np.concatenate(parts) for parts in zip(*judged, strict=True))
    return replace(
        reference,
        t2_limit=_limit(t2),
        spe_limit=_limit(spe),
    )


def _fit(rows: FloatArray, components: int | None = None) -> Reference:
    """The directions alone, so many or as many as the share asks for; limits are still open."""
    defined = np.isfinite(rows)
    counts = np.maximum(defined.sum(axis=0), 1)
    centre = np.where(defined, rows, 0.0).sum(axis=0) / counts
    away = np.where(defined, rows - centre, 0.0)
    scale = np.sqrt((away**2).sum(axis=0) / counts)
    scale = np.where(scale > 1e-9 * np.maximum(1.0, np.abs(centre)), scale, 0.0)
    unit = np.divide(away, scale, out=np.zeros_like(away), where=scale > 0)
    _, singular, right = np.linalg.svd(unit, full_matrices=False)
    share = np.cumsum(singular**2) / max(float((singular**2).sum()), 1e-300)
    enough = components or min(int(np.searchsorted(share, EXPLAINED_SHARE)) + 1, MOST_COMPONENTS)
    kept = min(enough, singular.size)
    loadings = right[:kept].T
    scores = unit @ loadings
    variance = np.maximum(scores.var(axis=0), 1e-12)
    return Reference(scale, centre, loadings, variance, scores, np.inf, np.inf)


def _limit(distances: FloatArray) -> float:
    """Of few batches the next larger distance: between two of them nothing is known."""
    return max(float(np.quantile(distances, LIMIT_QUANTILE, method="higher")), 1e-12)


def _distances(reference: Reference, rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """T2 and SPE of every row."""
    unit = reference.standardised(rows)
    scores = unit @ reference.loadings
    outside = ((unit - scores @ reference.loadings.T) ** 2).sum(axis=1)
    return (scores**2 / reference.variance).sum(axis=1), outside


def unusualness(reference: Reference, row: FloatArray) -> Unusualness:
    """Compare one batch with the reference.

    Args:
        reference: Good batches.
        row: Per column, NaN where missing.

    Source: contributions after Kourti & MacGregor (1996), negative parts of T2 left out.

    Examples:
        >>> level = np.arange(10.0)
        >>> reference = reference_of(np.column_stack([level, -level]))
        >>> inside = unusualness(reference, np.array([4.5, -4.5]))  # the mean of the good batches
        >>> against = unusualness(reference, np.array([9.0, 0.0]))  # both high: not how they vary
        >>> round(inside.t2, 6), inside.spe < 1e-12, against.spe > reference.spe_limit
        (0.0, True, True)
    """
    unit = reference.standardised(row[None, :])[0]
    score = unit @ reference.loadings
    along = unit * ((score / reference.variance) @ reference.loadings.T)
    outside = (unit - reference.loadings @ score) ** 2
    t2, spe = float((score**2 / reference.variance).sum()), float(outside.sum())
    parts = np.maximum(along, 0.0) / reference.t2_limit + outside / reference.spe_limit
    return Unusualness(t2, spe, parts, score)


def nearest(reference: Reference, score: FloatArray, count: int) -> np.ndarray:
    """Positions of the reference batches nearest in T2's own distance, the nearest first.

    Examples:
        >>> level = np.arange(10.0)
        >>> reference = reference_of(np.column_stack([level, -level]))
        >>> nearest(reference, reference.scores[0], 3).tolist()
        [0, 1, 2]
    """
    distance = ((reference.scores - score) ** 2 / reference.variance).sum(axis=1)
    return np.argsort(distance, kind="stable")[:count]
