"""The set-point that a window recommends, guarded: towards the window, by a step, or not at all."""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray
from assets.statistics.bounded_behaviour.region import RecordsHull


@dataclass(frozen=True)
class GuardedSetPoint:
    """A recommendation that looks at readings only to refuse.

    The window was found once and is frozen, so no reading moves it: a sensor that fails can take
    the recommendation away, and cannot change it.

    Attributes:
        window_low: Lower end of the window to be held; minus infinity where open.
        window_high: Upper end.
        par_low: Lower end of the proven acceptable range.
        par_high: Upper end.
        step: Largest move of the set-point at once, above 0.
        hull: Of the recorded readings.
    """

    window_low: float
    window_high: float
    par_low: float
    par_high: float
    step: float
    hull: RecordsHull

    def recommended(self, now: FloatArray, readings: FloatArray) -> FloatArray:
        """Recommended set-points; NaN where refused.

        Args:
            now: (states,) present set-points. One from which no step leads into the proven
                acceptable range is refused: leaving it is for people.
            readings: (states, readings); NaN where missing.

        Examples:
            >>> hull = RecordsHull.of(np.array([[1.0], [3.0]]))
            >>> policy = GuardedSetPoint(45.0, 52.0, 40.0, 60.0, 1.5, hull)
            >>> now, readings = np.array([41.0, 50.0, 50.0]), np.array([[2.0], [2.0], [9.0]])
            >>> policy.recommended(now, readings).tolist()
            [42.5, 50.0, nan]
        """
        aim = np.clip(now, self.window_low, self.window_high)
        aim = np.clip(aim, self.par_low, self.par_high)
        moved = now + np.clip(aim - now, -self.step, self.step)
        inside = (moved >= self.par_low) & (moved <= self.par_high)
        return np.where(inside & self.hull.holds(readings), moved, np.nan)
