"""What one rung of the ladder said of batches it had not seen."""

from dataclasses import dataclass, field

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray
from data_contracts.codes import Validation


@dataclass(frozen=True)
class Prediction:
    """Out-of-sample predictions of one model, over all batches of a task.

    Attributes:
        model: Name of the rung.
        probability: Per batch, probability of failure; NaN where the batch was not tested.
        expected_margin: Per batch, the smallest expected margin over the quantities; NaN for
            models of the label.
        fold: Per batch, the fold it was tested in; 0 where it was not.
        validation: ``rolling_origin``, or ``random_cross_validation`` for the labelled contrast.
        note: What a reader must know before reading its figures.
    """

    model: str
    probability: FloatArray
    fold: IntArray
    expected_margin: FloatArray = field(default_factory=lambda: np.empty(0))
    validation: str = Validation.ROLLING_ORIGIN
    note: str = ""
