"""Probability of detection from hits and misses, and the size found in 90% with its bound.

A straight line in size (or its logarithm) behind a link, by maximum likelihood, after
MIL-HDBK-1823A (2009), appendix G. Where hits and misses do not overlap there is no such maximum;
the curve is then Firth's, and says so. Where the records name no curve the verdict says why, and
what the counts alone show stands in ``demonstration``.
"""

from dataclasses import dataclass
from math import inf, nan, sqrt
from typing import Literal

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import chdtrc, chdtri, ndtri

from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.detection.hit_counts import HitCounts, hit_counts
from assets.statistics.detection.links import LINKS

Bound = Literal["profile", "wald", "region"]
Verdict = Literal["estimated", "separated", "no_trend", "all_detected", "none_detected"]
CURVES: tuple[Verdict, ...] = ("estimated", "separated")
MOST_STEPS, CLOSE_ENOUGH = 200, 1e-11
FARTHEST = 1e5  # spreads of size beyond which nothing is looked for
STEEPEST, FLATTEST = 12.0, -14.0  # logarithms of a slope per standard deviation of size


@dataclass(frozen=True)
class HitMissFit:
    """A curve of detection over size; where there is none, its numbers are NaN.

    Attributes:
        verdict: ``estimated`` by maximum likelihood; ``separated``, Firth's curve because every
            miss lies below every hit; ``no_trend``, larger sizes are not found more often beyond
            chance; ``all_detected`` and ``none_detected``, where counts alone speak.
        link: Of ``links.LINKS``.
        log_size: Whether the line is in the logarithm of size.
        intercept: Height of the line at 0.
        slope: Per unit of size, or of its logarithm.
        covariance: (2, 2) of intercept and slope, from the expected information.
        deviance: Twice what the likelihood lacks to that of each size's own share.
        lack_of_fit_prob: Of so large a deviance if the line were right; NaN without a degree left.
    """

    verdict: Verdict
    link: str
    log_size: bool
    intercept: float
    slope: float
    covariance: FloatArray
    deviance: float
    lack_of_fit_prob: float
    counts: HitCounts

    def detection_prob(self, size: FloatArray) -> FloatArray:
        """Probability of detection at sizes.

        Examples:
            >>> fit = fit_hit_miss(np.array([1., 2, 3]), np.array([1, 5, 9]), np.array([10] * 3))
            >>> round(float(fit.detection_prob(np.array([2.0]))[0]), 3)
            0.5
        """
        at = np.log(size) if self.log_size else size
        return LINKS[self.link].share(self.intercept + self.slope * at)

    def size_at(self, prob: float = 0.9) -> float:
        """Size found with a probability (a90); NaN without a curve.

        Examples:
            >>> fit = fit_hit_miss(np.array([1., 2, 3]), np.array([1, 5, 9]), np.array([10] * 3))
            >>> round(fit.size_at(0.9), 3)
            3.0
        """
        if self.verdict not in CURVES:
            return nan
        return self._size((LINKS[self.link].height(prob) - self.intercept) / self.slope)

    def size_bound(
        self, prob: float = 0.9, confidence: float = 0.95, bound: Bound = "wald"
    ) -> float:
        """Upper one-sided bound of the size found with a probability (a90/95).

        Args:
            prob: Probability of detection.
            confidence: That the size is at most the bound.
            bound: ``wald``, where the lower pointwise band of the line reaches the probability
                (of the three, the one that kept its confidence on planted curves of 60 to 174
                trials: decision 91); ``profile``, likelihood ratio on one degree of freedom;
                ``region``, on two, as of a band about the whole curve (Cheng & Iles 1983), wider.

        Returns:
            The bound; infinite where the records exclude no size, NaN without a curve.

        Source: MIL-HDBK-1823A, appendix G; Annis & Knopp (2007).

        Examples:
            >>> fit = fit_hit_miss(np.array([1., 2, 3]), np.array([1, 5, 9]), np.array([10] * 3))
            >>> round(fit.size_bound(), 2), round(fit.size_bound(bound="profile"), 2)
            (4.37, 4.04)
        """
        if self.verdict not in CURVES:
            return nan
        height = LINKS[self.link].height(prob)
        at = (height - self.intercept) / self.slope
        if bound == "wald":
            return self._size(self._wald_bound(height, float(ndtri(confidence))))
        degrees = 1 if bound == "profile" else 2
        threshold = float(chdtri(degrees, 2 * (1 - confidence)))
        return self._size(self._profile_bound(height, at, threshold))

    def size_interval(
        self, prob: float = 0.9, level: float = 0.95, bound: Bound = "profile"
    ) -> tuple[float, float]:
        """Two-sided interval of the size found with a probability.

        Args:
            prob: Probability of detection.
            level: Of the interval.
            bound: ``profile``, by profile likelihood; ``wald``, where the pointwise band of the
                line reaches the probability, which costs nothing.

        Examples:
            >>> fit = fit_hit_miss(np.array([1., 2, 3]), np.array([1, 5, 9]), np.array([10] * 3))
            >>> low, high = fit.size_interval()
            >>> round(low, 2), round(high, 2)
            (2.41, 4.42)
            >>> low, high = fit.size_interval(bound="wald")
            >>> round(low, 2), round(high, 2)
            (2.47, 5.12)
        """
        if self.verdict not in CURVES:
            return nan, nan
        height = LINKS[self.link].height(prob)
        if bound == "wald":
            z = float(ndtri((1 + level) / 2))
            low, high = self._wald_bound(height, -z), self._wald_bound(height, z)
            return self._size(low), self._size(high)
        at = (height - self.intercept) / self.slope
        threshold = float(chdtri(1, 1 - level))
        low = self._profile_bound(height, at, threshold, downwards=True)
        return self._size(low), self._size(self._profile_bound(height, at, threshold))

    def _size(self, at: float) -> float:
        if not self.log_size:
            return at
        return float(np.exp(at)) if at < np.log(np.finfo(float).max) else inf

    def _wald_bound(self, height: float, z: float) -> float:
        """Where a pointwise band of the line reaches a height: Fieller's quadratic.

        The lower band, and a bound upwards, for z above 0; else the upper band, and downwards.
        """
        rise, below = self.slope, self.intercept - height
        square = rise**2 - z**2 * self.covariance[1, 1]
        if square <= 0:
            return inf if z > 0 else -inf
        half = rise * below - z**2 * self.covariance[0, 1]
        rest = below**2 - z**2 * self.covariance[0, 0]
        root = sqrt(max(half**2 - square * rest, 0.0))
        return float((-half + (root if z > 0 else -root)) / square)

    def _profile_bound(
        self, height: float, at: float, threshold: float, *, downwards: bool = False
    ) -> float:
        """Where the best curve through that height has lost so much likelihood.

        A separated table has two answers: Firth's penalised likelihood, and the plain one, which a
        step between misses and hits keeps whole. Each alone covers too little on one side where
        curves are steep beside the distance of sizes, so the wider of them is the bound.
        """
        link, counts = self.link, self.counts
        if self.verdict != "separated":
            best = counts.log_likelihood(link, self.intercept, self.slope)
            return self._lost(height, at, best, threshold, downwards=downwards)
        step = counts.step_place(float(LINKS[link].share(np.array(height))))
        plain = self._lost(
            height, step, counts.best_log_likelihood(), threshold, downwards=downwards
        )
        best = counts.log_likelihood(link, self.intercept, self.slope, penalised=True)
        firth = self._lost(height, at, best, threshold, downwards=downwards, penalised=True)
        return min(plain, firth) if downwards else max(plain, firth)

    def _lost(
        self,
        height: float,
        start: float,
        best: float,
        threshold: float,
        *,
        downwards: bool,
        penalised: bool = False,
    ) -> float:
        """The place, away from where it is best, at which likelihood falls short by half that."""
        link, counts = self.link, self.counts

        def excess(place: float) -> float:
            def lost(log_slope: float) -> float:
                slope = float(np.exp(log_slope)) / counts.spread
                line = height - slope * place
                return -counts.log_likelihood(link, line, slope, penalised=penalised)

            found = minimize_scalar(
                lost, bounds=(FLATTEST, STEEPEST), method="bounded", options={"xatol": 1e-8}
            )
            return 2 * (best + float(found.fun)) - threshold

        step = counts.spread * (-0.5 if downwards else 0.5)
        while excess(start + step) < 0:
            step *= 2
            if abs(step) > FARTHEST * counts.spread:
                return -inf if downwards else inf
        return float(brentq(excess, start, start + step, xtol=1e-7 * counts.spread))


def fit_hit_miss(
    size: FloatArray,
    detected: IntArray,
    trials: IntArray,
    *,
    link: str = "logit",
    log_size: bool = False,
    trend_prob: float = 0.1,
) -> HitMissFit:
    """Fit a curve of detection over size.

    Args:
        size: Per size, above 0 where its logarithm is taken; a row per trial will do too.
        detected: Per size, number found.
        trials: Per size, number tried, at least 1.
        link: ``logit``, ``probit``, ``cloglog`` or ``loglog``.
        log_size: Whether the line is in the logarithm of size.
        trend_prob: The largest two-sided probability of the likelihood ratio of the slope that
            counts as a trend: 0.1 is one-sided 0.05, where a90/95 becomes finite.

    Raises:
        ValueError: Fewer than two sizes.

    Source: MIL-HDBK-1823A, appendix G; Firth (1993) where separated, which is always of the logit.

    Examples:
        >>> size, tried = np.arange(1.0, 5.0), np.array([20] * 4)
        >>> fit_hit_miss(size, np.array([0, 0, 20, 20]), tried).verdict
        'separated'
        >>> fit_hit_miss(size, np.array([10, 10, 10, 10]), tried).verdict
        'no_trend'
    """
    counts = hit_counts(size, detected, trials, log_size=log_size)
    early = _without_curve(counts)
    if early is not None:
        return _no_fit(early, link, counts, log_size=log_size)
    if counts.is_reversed:  # the curve that falls steepest fits best: there is no end to it
        return _no_fit("no_trend", link, counts, log_size=log_size)
    separated = counts.is_separated
    link = "logit" if separated else link
    intercept, slope = _climb(counts, link, penalised=separated)
    null_share = float(counts.detected.sum() / counts.trials.sum())
    level = counts.log_likelihood(link, LINKS[link].height(null_share), 0.0)
    trend = 2 * (counts.log_likelihood(link, intercept, slope) - level)
    if slope <= 0 or float(chdtrc(1, max(trend, 0.0))) > trend_prob:
        return _no_fit("no_trend", link, counts, log_size=log_size)
    deviance = 2 * (counts.best_log_likelihood() - counts.log_likelihood(link, intercept, slope))
    free = counts.at.size - 2
    return HitMissFit(
        "separated" if separated else "estimated",
        link,
        log_size,
        intercept,
        slope,
        np.asarray(np.linalg.inv(counts.information(link, intercept, slope)), dtype=np.float64),
        deviance,
        float(chdtrc(free, max(deviance, 0.0))) if free > 0 else nan,
        counts,
    )


def _without_curve(counts: HitCounts) -> Verdict | None:
    if (counts.detected == counts.trials).all():
        return "all_detected"
    return "none_detected" if (counts.detected == 0).all() else None


def _climb(counts: HitCounts, link: str, *, penalised: bool) -> tuple[float, float]:
    """Intercept and slope at the maximum, by Fisher scoring with halved steps, centred."""
    centre, scale = float(counts.at.mean()), counts.spread
    moved = HitCounts((counts.at - centre) / scale, counts.detected, counts.trials)
    share = (counts.detected.sum() + 0.5) / (counts.trials.sum() + 1.0)
    here = np.array([LINKS[link].height(float(share)), 0.0])
    value = moved.log_likelihood(link, here[0], here[1], penalised=penalised)
    for _ in range(MOST_STEPS):
        score = moved.score(link, here[0], here[1], penalised=penalised)
        step = np.linalg.solve(moved.information(link, here[0], here[1]), score)
        while True:
            there = here + step
            new = moved.log_likelihood(link, there[0], there[1], penalised=penalised)
            if new >= value - 1e-12 or np.abs(step).max() < CLOSE_ENOUGH:
                break
            step = step / 2
        here, value = there, new
        if np.abs(step).max() < CLOSE_ENOUGH:
            break
    slope = float(here[1]) / scale
    return float(here[0]) - slope * centre, slope


def _no_fit(verdict: Verdict, link: str, counts: HitCounts, *, log_size: bool) -> HitMissFit:
    empty = np.full((2, 2), nan)
    return HitMissFit(verdict, link, log_size, nan, nan, empty, nan, nan, counts)
