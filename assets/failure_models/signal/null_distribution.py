"""Which outcomes may change places under the null, and what each statistic is worth then.

Outcomes move in whole lots or campaigns (clusters), those that follow one another joined to blocks
longer than what is left of their memory: within product and test block for the process, within test
block for the product. Where that leaves too few arrangements, test blocks are merged; and where
nothing is left of a memory, lots and campaigns may move one by one.
"""

from dataclasses import dataclass

import numpy as np

from assets.failure_models.dataset.task import Task
from assets.failure_models.signal.evidence import PRODUCT_GAIN, Statistic
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.resampling.permutation import SharedDraws, log10_arrangements
from assets.statistics.resampling.serial_blocks import (
    autocorrelation,
    block_lengths,
    consecutive_blocks,
)

LARGEST_EXPONENT = 300.0


@dataclass(frozen=True)
class Null:
    """A statistic and its null.

    Attributes:
        statistic: The gain.
        draws: Its values under permuted outcomes; None where too few arrangements exist.
        arrangements: Number of distinct arrangements (at most 1e300).
        is_merged: Whether test blocks had to be merged.
        autocorrelation: Of what moves, between a batch and the next: the largest of its parts.
        block_batches: Fewest batches that moved together; 1 where single ones did.
    """

    statistic: Statistic
    draws: FloatArray | None
    arrangements: float
    is_merged: bool
    autocorrelation: float
    block_batches: int


def null_of(task: Task, statistic: Statistic, shared: SharedDraws, fewest: float) -> Null:
    """Permute the outcomes of a statistic.

    Args:
        task: Gives products, test blocks and clusters.
        statistic: What is tested.
        shared: The draws of the run.
        fewest: Number of distinct arrangements below which blocks are merged, and below which,
            merged, there is no null.

    Returns:
        The null.
    """
    rows = task.tested
    lots, fold = task.matrix.cluster[rows], task.fold_number[rows]
    within = task.matrix.product[rows]
    if statistic.name == PRODUCT_GAIN:
        within = np.zeros_like(within)
    pattern = _pattern(statistic)
    lasting = max((autocorrelation(part, 1) for part in statistic.outcome.T), key=abs, default=0.0)
    exponent, batches = 0.0, 1
    for batches in block_lengths(statistic.outcome):
        for is_merged, block in enumerate((within * (fold.max() + 1) + fold, within)):
            cluster = consecutive_blocks(block, lots, batches)
            exponent = log10_arrangements(block, cluster, pattern)
            if exponent >= np.log10(fewest):
                draws = shared.over(block, cluster, statistic.null)
                number = _number(exponent)
                return Null(statistic, draws, number, bool(is_merged), lasting, batches)
    return Null(statistic, None, _number(exponent), True, lasting, batches)


def _number(exponent: float) -> float:
    return float(10 ** min(exponent, LARGEST_EXPONENT))


def _pattern(statistic: Statistic) -> FloatArray:
    """One number per batch that tells different outcomes apart."""
    if statistic.label is not None:
        return statistic.label
    weights = np.sqrt(np.arange(2, statistic.outcome.shape[1] + 2))
    return np.asarray(np.round(statistic.outcome @ weights, 9))


def number_of_clusters(tasks: list[Task]) -> int:
    """Number of clusters a run's shared draws must cover, joined ones included."""
    highest: IntArray = np.array(
        [max(int(t.matrix.cluster.max(initial=0)), len(t.matrix.batch_ids)) for t in tasks]
    )
    return int(highest.max(initial=0)) + 1
