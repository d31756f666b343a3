"""Hits and misses by size: their likelihood behind a link, and what they say without a curve."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.special import logit

from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.detection.links import LINKS
from assets.statistics.intervals import newcombe_difference

STEEP = float(
    np.exp(11.0)
)  # a slope per standard deviation of size that is a step for all purposes
FARTHEST_TAIL = -600.0  # logarithm of a share times its rest


@dataclass(frozen=True)
class HitCounts:
    """Hits and trials by size.

    Attributes:
        at: Size, or its logarithm; at least two, rising.
        detected: Number found.
        trials: Number tried.
    """

    at: FloatArray
    detected: FloatArray
    trials: FloatArray

    @property
    def spread(self) -> float:
        """Standard deviation of the places, 1 where they are one.

        Examples:
            >>> size, four = np.array([1.0, 2.0]), np.array([4, 4])
            >>> counts = hit_counts(size, np.array([1, 3]), four, log_size=False)
            >>> counts.spread
            0.5
        """
        return float(self.at.std()) or 1.0

    def step_place(self, prob: float) -> float:
        """Where a step between misses and hits passes a probability; of separated counts.

        Examples:
            >>> size, four = np.array([1.0, 2.0]), np.array([4, 4])
            >>> hit_counts(size, np.array([0, 4]), four, log_size=False).step_place(0.9)
            1.5
        """
        share = self.detected / self.trials
        mixed = np.flatnonzero((share > 0) & (share < 1))
        if mixed.size:
            # The steeper the curve, the nearer it passes any probability to the one size that
            # holds both; there alone it keeps that size's own share.
            apart = float(logit(prob) - logit(share[mixed[0]]))
            return float(self.at[mixed[0]]) + self.spread * apart / STEEP
        below, above = self.at[share < prob], self.at[share >= prob]
        if below.size == 0 or above.size == 0:
            edge = self.at[-1] if above.size == 0 else self.at[0]
            return float(edge) + self.spread / 2 * (1 if above.size == 0 else -1)
        return float(below[-1] + above[0]) / 2

    def log_likelihood(
        self, link: str, intercept: float, slope: float, *, penalised: bool = False
    ) -> float:
        """Without binomial coefficients; with Jeffreys' term where penalised.

        Examples:
            >>> size, four = np.array([1.0, 2.0]), np.array([4, 4])
            >>> counts = hit_counts(size, np.array([1, 3]), four, log_size=False)
            >>> round(counts.log_likelihood("logit", 0.0, 0.0), 3)  # eight times log one half
            -5.545
        """
        height = intercept + slope * self.at
        hits = self.detected * LINKS[link].log_share(height)
        missed = self.trials - self.detected
        total = float(hits.sum() + (missed * LINKS[link].log_rest(height)).sum())
        if not penalised:
            return total
        sign, half = np.linalg.slogdet(self.information(link, intercept, slope))
        return total + 0.5 * float(half) if sign > 0 else -1e12

    def information(self, link: str, intercept: float, slope: float) -> FloatArray:
        """Expected information of intercept and slope.

        Examples:
            >>> size, four = np.array([1.0, 2.0]), np.array([4, 4])
            >>> counts = hit_counts(size, np.array([1, 3]), four, log_size=False)
            >>> counts.information("logit", 0.0, 0.0).tolist()
            [[2.0, 3.0], [3.0, 5.0]]
        """
        weight = self._weight(link, intercept + slope * self.at)
        cross = float((weight * self.at).sum())
        square = float((weight * self.at**2).sum())
        return np.array([[float(weight.sum()), cross], [cross, square]])

    def _weight(self, link: str, height: FloatArray) -> FloatArray:
        """Information about the line's height at each size, worked out in logarithms."""
        slope = np.log(np.maximum(LINKS[link].slope(height), 1e-300))
        log_both = LINKS[link].log_share(height) + LINKS[link].log_rest(height)
        # So far out in a tail nothing is told of the height, and the floor of the slope is none.
        told = log_both > FARTHEST_TAIL
        return np.where(told, self.trials * np.exp(np.where(told, 2 * slope - log_both, 0.0)), 0.0)

    def score(self, link: str, intercept: float, slope: float, *, penalised: bool) -> FloatArray:
        """Derivative of the log likelihood; Firth's where penalised (of the logit).

        Examples:
            >>> size, four = np.array([1.0, 2.0]), np.array([4, 4])
            >>> counts = hit_counts(size, np.array([1, 3]), four, log_size=False)
            >>> counts.score("logit", 0.0, 0.0, penalised=False).tolist()
            [0.0, 1.0]
        """
        height = intercept + slope * self.at
        share = LINKS[link].share(height)
        weight = self._weight(link, height)
        pull = (self.detected - self.trials * share) * weight / self.trials
        pull = pull / np.maximum(LINKS[link].slope(height), 1e-300)
        if penalised:
            inverse = np.linalg.inv(self.information(link, intercept, slope))
            place = np.stack([np.ones_like(self.at), self.at])
            leverage = weight * np.einsum("ir,ij,jr->r", place, inverse, place)
            pull = pull + leverage * (0.5 - share)
        return np.array([float(pull.sum()), float((pull * self.at).sum())])

    def best_log_likelihood(self) -> float:
        """Of each size's own share, which no curve exceeds.

        Examples:
            >>> size, four = np.array([1.0, 2.0]), np.array([4, 4])
            >>> counts = hit_counts(size, np.array([1, 3]), four, log_size=False)
            >>> round(counts.best_log_likelihood(), 3)
            -4.499
        """
        share = self.detected / self.trials
        with np.errstate(divide="ignore", invalid="ignore"):
            hits = np.where(share > 0, self.detected * np.log(share), 0.0)
            rest = np.where(share < 1, (self.trials - self.detected) * np.log1p(-share), 0.0)
        return float(hits.sum() + rest.sum())

    @property
    def is_reversed(self) -> bool:
        """Whether no hit lies above a miss: what is larger is never found more often.

        Examples:
            >>> size, four = np.array([1.0, 2.0]), np.array([4, 4])
            >>> hit_counts(size, np.array([3, 0]), four, log_size=False).is_reversed
            True
        """
        smallest_miss = self.at[self.detected < self.trials].min()
        largest_hit = self.at[self.detected > 0].max()
        return bool(smallest_miss >= largest_hit)

    @property
    def is_separated(self) -> bool:
        """Whether no miss lies above a hit; one size may hold both (Albert & Anderson 1984).

        Examples:
            >>> size, four = np.array([1.0, 2.0]), np.array([4, 4])
            >>> counts = hit_counts(size, np.array([1, 3]), four, log_size=False)
            >>> counts.is_separated
            False
        """
        largest_miss = self.at[self.detected < self.trials].max()
        smallest_hit = self.at[self.detected > 0].min()
        return bool(largest_miss <= smallest_hit)


def hit_counts(
    size: FloatArray, detected: IntArray, trials: IntArray, *, log_size: bool
) -> HitCounts:
    """Hits and trials summed by size.

    Args:
        size: Per row, above 0 where its logarithm is taken.
        detected: Per row, number found.
        trials: Per row, number tried.
        log_size: Whether places are logarithms of sizes.

    Raises:
        ValueError: Fewer than two sizes.

    Examples:
        >>> one = np.ones(3, dtype=np.int64)
        >>> hit_counts(np.array([1.0, 2, 2]), one, one, log_size=False).detected.tolist()
        [1.0, 2.0]
    """
    sizes, where = np.unique(np.asarray(size, dtype=np.float64), return_inverse=True)
    if sizes.size < 2:
        raise ValueError("a curve of detection needs at least two sizes; see demonstration")
    hits, tried = np.zeros(sizes.size), np.zeros(sizes.size)
    np.add.at(hits, where, detected)
    np.add.at(tried, where, trials)
    return HitCounts(np.log(sizes) if log_size else sizes, hits, tried)


def reversals(
    size: FloatArray, detected: IntArray, trials: IntArray, level: float = 0.95
) -> list[tuple[float, float]]:
    """Pairs of neighbouring sizes of which the larger is found less often, beyond chance.

    Each pair has Newcombe's interval at a level shared among all pairs (Bonferroni).

    Rows of the same size are one size.

    Returns:
        (smaller, larger) size, by size; none where the counts rise within their error.

    Raises:
        ValueError: Fewer than two sizes.

    Examples:
        >>> size, tried = np.array([1.0, 2.0, 3.0]), np.array([29, 29, 29])
        >>> reversals(size, np.array([10, 9, 29]), tried)
        []
        >>> reversals(size, np.array([27, 5, 29]), tried)
        [(1.0, 2.0)]
    """
    counts = hit_counts(size, detected, trials, log_size=False)
    pairs = list(pairwise(range(counts.at.size)))
    shared = 1 - (1 - level) / len(pairs)
    found = []
    for small, large in pairs:
        low, _ = newcombe_difference(
            int(counts.detected[small]),
            int(counts.trials[small]),
            int(counts.detected[large]),
            int(counts.trials[large]),
            shared,
        )
        if low > 0:
            found.append((float(counts.at[small]), float(counts.at[large])))
    return found
