"""Which outcomes may change places under the null, and what each statistic is worth then.

Outcomes move in whole lots or campaigns (clusters): within product and test block for the process,
within test block for the product. Where that leaves too few arrangements, test blocks are merged.
"""

from dataclasses import dataclass

import numpy as np

from assets.failure_models.dataset.task import Task
from assets.failure_models.signal.evidence import PRODUCT_GAIN, Statistic
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.resampling.permutation import SharedDraws, log10_arrangements

LARGEST_EXPONENT = 300.0


@dataclass(frozen=True)
class Null:
    """A statistic and its null.

    Attributes:
        statistic: The gain.
        draws: Its values under permuted outcomes; None where too few arrangements exist.
        arrangements: Number of distinct arrangements (at most 1e300).
        is_merged: Whether test blocks had to be merged.
    """

    statistic: Statistic
    draws: FloatArray | None
    arrangements: float
    is_merged: bool


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
    cluster, fold = task.matrix.cluster[rows], task.fold_number[rows]
    within = task.matrix.product[rows]
    if statistic.name == PRODUCT_GAIN:
        within = np.zeros_like(within)
    pattern = _pattern(statistic)
    for is_merged, block in enumerate((within * (fold.max() + 1) + fold, within)):
        exponent = log10_arrangements(block, cluster, pattern)
        if exponent >= np.log10(fewest):
            draws = statistic.null(shared.positions(block, cluster))
            return Null(statistic, draws, _number(exponent), bool(is_merged))
    return Null(statistic, None, _number(exponent), is_merged=True)


def _number(exponent: float) -> float:
    return float(10 ** min(exponent, LARGEST_EXPONENT))


def _pattern(statistic: Statistic) -> FloatArray:
    """One number per batch that tells different outcomes apart."""
    weights = np.sqrt(np.arange(2, statistic.outcome.shape[1] + 2))
    return np.asarray(np.round(statistic.outcome @ weights, 9))


def number_of_clusters(tasks: list[Task]) -> int:
    """Number of clusters a run's shared draws must cover."""
    highest: IntArray = np.array([task.matrix.cluster.max(initial=0) for task in tasks])
    return int(highest.max(initial=0)) + 1
