"""What one rung of the ladder said of batches it had not seen."""

from dataclasses import dataclass, field

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray
from data_contracts.codes.records import Validation


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
        left_out: Per batch of the first training window, probability by a fit without its block of
            time; NaN elsewhere, empty for models that leave no block out.
    """

    model: str
    probability: FloatArray
    fold: IntArray
    expected_margin: FloatArray = field(default_factory=lambda: np.empty(0))
    validation: str = Validation.ROLLING_ORIGIN
    note: str = ""
    left_out: FloatArray = field(default_factory=lambda: np.empty(0))

    def tried(self, tested: IntArray) -> tuple[IntArray, FloatArray]:
        """Batches scored without having been fitted on, in production order, and their scores.

        Args:
            tested: Positions of the out-of-time batches, in production order.

        Returns:
            Positions of those left out of the first training window and then of the tested, and
            the probability of each.
        """
        earlier = np.flatnonzero(np.isfinite(self.left_out))
        return (
            np.concatenate([earlier, tested]),
            np.concatenate([self.left_out[earlier], self.probability[tested]]),
        )
