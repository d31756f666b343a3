"""Principal components of a table, gaps allowed, and how many of them are more than chance."""

import numpy as np
from scipy import linalg

from assets.statistics.array_types import FloatArray
from assets.statistics.multivariate.latent_model import LatentModel, positive_signs
from assets.statistics.multivariate.nipals import GappedTable, principal_component

SHUFFLES = 20
# Sides up to this are decomposed whole.
SMALL = 60
CHANCE_QUANTILE = 0.95


def principal_components(table: FloatArray, components: int) -> LatentModel:
    """Fit principal components.

    Args:
        table: (rows, columns), centred, scaled as wanted, NaN where missing.
        components: How many, at most as many as the smaller side of the table has.

    Returns:
        The model, each loading's largest element positive. Complete tables are decomposed by
        singular values, others by NIPALS.

    Raises:
        ValueError: For more components than the table can have.

    Source: Jackson (1991); Wold (1966) for gaps.

    Examples:
        >>> found = principal_components(np.array([[3.0, 4.0], [-3.0, -4.0]]), 1)
        >>> found.loadings.round(6).tolist(), found.scores.round(6).tolist()
        ([[0.6], [0.8]], [[5.0], [-5.0]])
    """
    if not 0 < components <= min(table.shape):
        rows, columns = table.shape
        raise ValueError(f"{components} components of a table of {rows} rows, {columns} columns")
    is_complete = bool(np.isfinite(table).all())
    scores, loadings = (directions if is_complete else _by_nipals)(table, components)
    signs = positive_signs(loadings)
    return LatentModel.of(table, scores * signs, loadings * signs, loadings * signs)


def directions(table: FloatArray, components: int) -> tuple[FloatArray, FloatArray]:
    """Return scores and loadings of a complete table by singular values, signs as they come.

    Examples:
        >>> scores, loadings = directions(np.array([[3.0, 4.0], [-3.0, -4.0]]), 1)
        >>> (scores @ loadings.T).round(6).tolist()
        [[3.0, 4.0], [-3.0, -4.0]]
    """
    small = min(table.shape)
    if small <= SMALL or components > small // 4:
        left, singular, right = np.linalg.svd(table, full_matrices=False)
        return (left * singular)[:, :components], right[:components].T
    # Few of many directions: those of the smaller side's cross-product, in a tenth of the time.
    is_tall = len(table) >= table.shape[1]
    square = table.T @ table if is_tall else table @ table.T
    vectors = linalg.eigh(square, subset_by_index=(small - components, small - 1))[1][:, ::-1]
    if is_tall:
        return table @ vectors, vectors
    along = table.T @ vectors
    lengths = np.maximum(np.linalg.norm(along, axis=0), 1e-300)
    return vectors * lengths, along / lengths


def _by_nipals(table: FloatArray, components: int) -> tuple[FloatArray, FloatArray]:
    remaining = GappedTable.of(table)
    found = []
    for _ in range(components):
        found.append(principal_component(remaining))
        remaining = remaining.without(found[-1].score, found[-1].loading)
    return (
        np.column_stack([one.score for one in found]),
        np.column_stack([one.loading for one in found]),
    )


def parallel_analysis(table: FloatArray, most: int, seed: int = 0, shuffles: int = SHUFFLES) -> int:
    """Count the components that hold more than those of columns shuffled among the rows.

    Args:
        table: (rows, columns), centred and scaled, NaN where missing (taken as the mean).
        most: At most so many are counted.
        seed: Of the shuffles.
        shuffles: How many.

    Returns:
        How many leading singular values lie above the 95th percentile of those in their place; 1
        at least, for a table has a direction even where it is chance.

    Source: Horn (1965); Buja & Eyuboglu (1992) on shuffling.

    Examples:
        >>> rng = np.random.default_rng(1)
        >>> base = rng.normal(size=(200, 2)) @ rng.normal(size=(2, 12))
        >>> parallel_analysis(base + 0.3 * rng.normal(size=base.shape), 8)
        2
    """
    filled = np.nan_to_num(table)
    own = _squares(filled, most)
    rng = np.random.default_rng(seed)
    shuffled = [_squares(rng.permuted(filled, axis=0), most) for _ in range(shuffles)]
    above = own > np.quantile(shuffled, CHANCE_QUANTILE, axis=0)
    return max(1, int(above.size if above.all() else np.argmin(above)))


def _squares(table: FloatArray, most: int) -> FloatArray:
    """The largest squared singular values, in order."""
    square = table.T @ table if len(table) >= table.shape[1] else table @ table.T
    first = max(len(square) - most, 0)
    found = linalg.eigvalsh(square, subset_by_index=(first, len(square) - 1))
    return np.asarray(found[::-1])
