"""Family-wise error of a run's searches for rules.

The family is every target of the run at every depth. Each statistic is measured in standard
deviations of its own null, so that a long rule pays for the many there are of its length; the
largest over the family, draw by draw, is what an observed one is held against.

Source: Westfall & Young (1993), ch. 2 (single-step maximum statistic).
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray
from assets.statistics.resampling.permutation import p_value

CLAIMED_BELOW = 0.05


@dataclass(frozen=True)
class Family:
    """The null of all searches of a run.

    Attributes:
        centre: (searches, depths) mean of each null.
        scale: (searches, depths) its standard deviation; infinite where it never varied.
        largest: (draws,) largest standardised statistic of each draw.
    """

    centre: FloatArray
    scale: FloatArray
    largest: FloatArray

    def p_value(self, search: int, depth: int, statistic: float) -> float:
        """Family-wise p-value of a rule of some depth of one search."""
        place = depth - 1
        standing = (statistic - self.centre[search, place]) / self.scale[search, place]
        return p_value(float(standing), self.largest)

    def threshold(self, search: int, depth: int) -> float:
        """Statistic that a rule must exceed."""
        limit = float(np.quantile(self.largest, 1 - CLAIMED_BELOW))
        return float(self.centre[search, depth - 1] + limit * self.scale[search, depth - 1])


def family(nulls: list[FloatArray]) -> Family:
    """Put the nulls of a run's searches together.

    Args:
        nulls: Per search (draws, depths) best statistics; all searches saw the same draws.

    Returns:
        The family.
    """
    draws = np.stack(nulls, axis=1)
    spread = draws.std(axis=0)
    scale = np.where(spread > 0, spread, np.inf)
    centre = draws.mean(axis=0)
    return Family(centre, scale, ((draws - centre) / scale).max(axis=(1, 2)))
