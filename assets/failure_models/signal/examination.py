"""One task examined: models fitted and gains taken. No judgement yet.

Judgement waits until every task of the run is examined, because chance is counted over all of
them.
"""

from dataclasses import dataclass

import numpy as np

from assets.failure_models.dataset.study_inputs import StudySettings
from assets.failure_models.dataset.task import Task
from assets.failure_models.estimators.ladder import Ladder, climb
from assets.failure_models.signal.acceptance_criteria import AcceptanceCriteria
from assets.failure_models.signal.evidence import product_statistic, signal_statistics
from assets.failure_models.signal.null_distribution import Null, null_of
from assets.failure_models.signal.validation import resamples
from assets.failure_models.signal.verdict import Gain
from assets.statistics.dependence import design_effect
from assets.statistics.resampling.cluster_bootstrap import (
    Weights,
    percentile_interval,
    weighted_ratio,
)
from assets.statistics.resampling.permutation import SharedDraws


@dataclass(frozen=True)
class Examination:
    """What was seen in one task.

    Attributes:
        task: The outcome at the gate.
        ladder: Fitted rungs.
        weights: (resamples, out-of-time batches) cluster resamples.
        signal: Nulls of the process gains.
        product: Null of the product gain; None with one product.
        design_effect: Variance inflation of the out-of-time failure rate.
    """

    task: Task
    ladder: Ladder
    weights: Weights
    signal: list[Null]
    product: Null | None
    design_effect: float

    def gain(self, null: Null, p_value_family: float) -> Gain:
        """Attach an interval and a p-value to a gain."""
        statistic = null.statistic
        drawn = weighted_ratio(statistic.gain, statistic.reference, self.weights)
        low, high = percentile_interval(drawn)
        return Gain(statistic.name, statistic.observed, low, high, p_value_family)


def examine(
    task: Task, criteria: AcceptanceCriteria, shared: SharedDraws, settings: StudySettings
) -> Examination:
    """Fit and measure one task.

    Args:
        task: An outcome at a gate without an obstacle.
        criteria: Thresholds frozen before.
        shared: Permutation draws of the run.
        settings: Gives the number of cluster resamples, and whether to show the contrast.

    Returns:
        The examination.
    """
    ladder = climb(task, with_contrast=settings.with_contrast)
    fewest = criteria.fewest_arrangements
    has_products = np.unique(task.matrix.product[task.tested]).size > 1
    product = product_statistic(task, ladder) if has_products else None
    return Examination(
        task,
        ladder,
        resamples(task, settings.resamples),
        [null_of(task, one, shared, fewest) for one in signal_statistics(task, ladder)],
        null_of(task, product, shared, fewest) if product else None,
        design_effect(task.tested_label, task.matrix.cluster[task.tested]),
    )
