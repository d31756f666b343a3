"""Rolling-origin folds: train on what was known before, test on what came next.

A fold never trains on a label that was unknown when its first test batch was predicted, and never
trains on a cluster (lot, campaign) that has batches in its test block. Random splits live here too,
for the one table that shows how much they flatter.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray, IntArray

FIRST_TRAINING_SHARE = 0.4
TIME_BLOCKS = 5


@dataclass(frozen=True)
class Fold:
    """One split of the batches, as positions in production order.

    Attributes:
        number: 1 for the earliest test block.
        train: Positions to fit on, increasing.
        test: Positions to score, increasing.
        purged: Earlier labelled batches left out of ``train``, because their label was not yet
            known or because their cluster reaches into the test block.
    """

    number: int
    train: IntArray
    test: IntArray
    purged: int


def rolling_origin(
    is_labelled: BoolArray,
    cluster: IntArray,
    *,
    known_at: FloatArray | None = None,
    predicted_at: FloatArray | None = None,
    folds: int = 6,
    first_share: float = FIRST_TRAINING_SHARE,
    smallest_training: int = 30,
) -> list[Fold]:
    """Split batches in production order into an expanding training window and the block after it.

    Args:
        is_labelled: Per batch in production order, whether its outcome is known at all.
        cluster: Per batch, the code of its cluster of dependence.
        known_at: Per batch, when its label became known, in any unit; NaN where nobody noted it,
            which counts as known once a later batch is made.
        predicted_at: Per batch, when it would have been scored, same unit; NaN where unknown.
        folds: Number of test blocks, at least 1.
        first_share: Share of the labelled batches before the first test block, 0 to 1.
        smallest_training: A fold that keeps fewer training batches is left out.

    Returns:
        Folds in time order; empty where no fold has enough training batches.

    Source: Tashman (2000), rolling-origin evaluation; purging after Lopez de Prado (2018), ch. 7.

    Examples:
        >>> known, lots = np.ones(10, bool), np.arange(10) // 2  # batches in pairs of one lot
        >>> found = rolling_origin(known, lots, folds=2, first_share=0.5, smallest_training=1)
        >>> [(fold.train.tolist(), fold.test.tolist(), fold.purged) for fold in found]
        [([0, 1, 2, 3], [5, 6, 7], 1), ([0, 1, 2, 3, 4, 5, 6, 7], [8, 9], 0)]
    """
    labelled = np.flatnonzero(is_labelled)
    edges = np.linspace(first_share * labelled.size, labelled.size, folds + 1).round().astype(int)
    found: list[Fold] = []
    for first, last in pairwise(edges):
        test, earlier = labelled[first:last], labelled[:first]
        if not test.size:
            continue
        keep = ~np.isin(cluster[earlier], cluster[test])
        keep &= was_known(earlier, test, known_at, predicted_at)
        train = earlier[keep]
        if train.size >= smallest_training:
            found.append(Fold(len(found) + 1, train, test, int(earlier.size - train.size)))
    return found


def was_known(
    earlier: IntArray,
    test: IntArray,
    known_at: FloatArray | None,
    predicted_at: FloatArray | None,
) -> BoolArray:
    """Per earlier batch, whether its result was known when the first of a test block was predicted.

    Args:
        earlier: Positions of the earlier batches.
        test: Positions of the test block.
        known_at: As in :func:`rolling_origin`.
        predicted_at: Likewise.

    Returns:
        True as well where nobody noted when a result was known, or when the block was predicted.

    Examples:
        >>> known_at, predicted_at = np.array([1.0, 9.0, 9.0]), np.array([0.0, 2.0, 4.0])
        >>> was_known(np.array([0, 1]), np.array([2]), known_at, predicted_at).tolist()
        [True, False]
    """
    if known_at is None or predicted_at is None or np.isnan(predicted_at[test]).all():
        return np.ones(earlier.size, dtype=bool)
    start = np.nanmin(predicted_at[test])
    return np.asarray(~(known_at[earlier] > start))


def random_folds(
    label: FloatArray, rng: np.random.Generator, *, folds: int = 5
) -> list[tuple[IntArray, IntArray]]:
    """Split labelled batches at random, stratified by label: the practice that flatters.

    Args:
        label: Per batch 0 or 1; NaN where unknown, which is left out.
        rng: Source of the shuffle.
        folds: Number of parts.

    Returns:
        (train, test) positions per part, increasing.

    Examples:
        >>> label = np.array([1.0, 1.0, 0.0, 0.0, np.nan])
        >>> parts = random_folds(label, np.random.default_rng(1), folds=2)
        >>> [float(label[test].sum()) for _, test in parts]  # a failure in each part
        [1.0, 1.0]
    """
    part = np.full(label.size, -1)
    for value in (0.0, 1.0):
        rows = rng.permutation(np.flatnonzero(label == value))
        part[rows] = np.arange(rows.size) % folds
    return [
        (np.flatnonzero((part >= 0) & (part != k)), np.flatnonzero(part == k)) for k in range(folds)
    ]


def time_blocks(rows: int) -> list[IntArray]:
    """Cut rows in time order into five blocks to be left out one after another.

    Examples:
        >>> [block.tolist() for block in time_blocks(6)]
        [[0, 1], [2], [3], [4], [5]]
    """
    return np.array_split(np.arange(rows), TIME_BLOCKS)
