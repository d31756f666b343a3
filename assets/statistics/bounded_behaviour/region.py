"""The operating region: spread states, corners, and a local search for the worst."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.optimize import minimize
from scipy.stats import qmc

from assets.statistics.array_types import BoolArray, FloatArray

MOST_CORNERS = 12  # dimensions of which every corner is looked at; 4,096 corners
STARTS = 5
Measure = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True)
class OperatingRegion:
    """A box of states: present set-point first, then the readings a recommendation looks at.

    Attributes:
        low: (dimensions,) lower ends, in the units of the states.
        high: (dimensions,) upper ends, above the lower.
    """

    low: FloatArray
    high: FloatArray

    def states(self, fewest: int = 10_000, seed: int = 0) -> FloatArray:
        """Scrambled Sobol states (Owen 1998), the next power of two, and the corners.

        Args:
            fewest: Sobol states at least.
            seed: Of the scrambling.

        Examples:
            >>> square = OperatingRegion(np.zeros(2), np.ones(2))
            >>> square.states(fewest=100).shape  # 128, and four corners
            (132, 2)

        Raises:
            ValueError: More than twelve dimensions, of which the corners cannot all be looked at.
        """
        if self.low.size > MOST_CORNERS:
            raise ValueError(f"at most {MOST_CORNERS} dimensions: leave out what is not looked at")
        sobol = qmc.Sobol(self.low.size, scramble=True, rng=np.random.default_rng(seed))
        spread = sobol.random_base2(int(np.ceil(np.log2(fewest))))
        corners = np.array(list(product((0.0, 1.0), repeat=self.low.size)))
        return self.low + np.vstack([spread, corners]) * (self.high - self.low)

    def worst(self, measure: Measure, states: FloatArray) -> tuple[FloatArray, float]:
        """The state with the largest measure: of the given ones, then by Nelder and Mead.

        Args:
            measure: Of states, larger is worse; minus infinity where it says nothing.
            states: (states, dimensions) to begin with.

        Returns:
            The state and its measure.

        Examples:
            >>> square = OperatingRegion(np.zeros(2), np.ones(2))
            >>> square.worst(lambda states: states.sum(axis=1), square.states(16))[1]
            2.0
        """
        found = measure(states)
        order = np.argsort(-found, kind="stable")[:STARTS]
        best, value = states[order[0]], float(found[order[0]])
        span = self.high - self.low
        for row in order[np.isfinite(found[order])]:

            def opposite(place: FloatArray) -> float:
                inside = self.low + np.clip(place, 0.0, 1.0) * span
                return -float(np.maximum(measure(inside[None, :]), -1e9)[0])

            start = (states[row] - self.low) / span
            local = minimize(opposite, start, method="Nelder-Mead", options={"maxiter": 200})
            if -float(local.fun) > value:
                best, value = self.low + np.clip(local.x, 0.0, 1.0) * span, -float(local.fun)
        return best, value


@dataclass(frozen=True)
class RecordsHull:
    """The convex hull of recorded readings, as half-spaces: normals and offsets."""

    normals: FloatArray
    offsets: FloatArray

    @classmethod
    def of(cls, readings: FloatArray) -> "RecordsHull":
        """The hull of (batches, readings), of one to six readings that vary.

        Examples:
            >>> RecordsHull.of(np.array([[1.0], [3.0]])).offsets.tolist()
            [1.0, -3.0]

        Raises:
            ValueError: Too many readings, or too few batches to span them.
        """
        from scipy.spatial import ConvexHull, QhullError

        if readings.shape[1] == 1:
            ends = np.array([float(readings.min()), -float(readings.max())])
            return cls(np.array([[-1.0], [1.0]]), ends)
        if readings.shape[1] > 6:
            raise ValueError("a hull of more than six readings holds next to nothing: choose fewer")
        try:
            planes = ConvexHull(readings).equations
        except QhullError:
            lacking = "the records do not span these readings: leave out one of them"
            raise ValueError(lacking) from None
        return cls(planes[:, :-1], planes[:, -1])

    def holds(self, readings: FloatArray) -> BoolArray:
        """Whether each row lies inside; one that is missing does not.

        Examples:
            >>> hull = RecordsHull.of(np.array([[1.0], [3.0]]))
            >>> hull.holds(np.array([[2.0], [4.0], [np.nan]])).tolist()
            [True, False, False]
        """
        return self.beyond(readings) <= 1e-9

    def beyond(self, readings: FloatArray) -> FloatArray:
        """How far each row lies outside its farthest half-space; infinite if missing.

        Examples:
            >>> hull = RecordsHull.of(np.array([[1.0], [3.0]]))
            >>> hull.beyond(np.array([[2.0], [4.0], [np.nan]])).tolist()
            [-1.0, 1.0, inf]
        """
        known = np.isfinite(readings)
        gap = (np.where(known, readings, 0.0) @ self.normals.T + self.offsets).max(axis=1)
        return np.where(known.all(axis=1), gap, np.inf)
