"""Probability of detection from signals over size (a-hat against a) and a decision limit.

Signals rise along a straight line with normal scatter; one at or below a noise floor, or at or
above saturation, is only known to lie there. The likelihood is taken in the line and the scatter
divided by the scatter (Olsen 1978), where it has one summit, also when the curve is held to a size.
Source: MIL-HDBK-1823A (2009), appendix G; Berens (1989).
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, inf, log1p, nan, sqrt
from typing import Literal

import numpy as np
from scipy.optimize import brentq
from scipy.special import log_ndtr, nctdtrit, ndtr, ndtri, stdtrit

from assets.statistics.array_types import FloatArray

SignalVerdict = Literal["estimated", "no_trend", "no_scatter", "too_few_signals"]
FEWEST_MEASURED = 3
MOST_STEPS, FARTHEST = 200, 1e6
ROUNDING = 1e-9  # share of the spread of signals that is no scatter


@dataclass(frozen=True)
class SignalFit:
    """A line of signals over size; where there is none, its numbers are NaN.

    Attributes:
        verdict: ``estimated``; ``no_trend``, the slope's lower 95% bound is not above 0;
            ``no_scatter``, signals between floor and saturation lie on a line to every digit, so
            that no limit of their scatter can be told; ``too_few_signals``, fewer than three lie
            between.
        intercept: Expected signal at size (or its logarithm) 0.
        slope: Signal per unit of size, or of its logarithm.
        sigma: Standard deviation of signals about the line, at the maximum of likelihood.
        covariance: (3, 3), of intercept / sigma, slope / sigma and 1 / sigma, observed information.
        decision: Signal above which something counts as found.
        log_size: Whether the line is in the logarithm of size.
    """

    verdict: SignalVerdict
    intercept: float
    slope: float
    sigma: float
    covariance: FloatArray
    decision: float
    log_size: bool
    rows: "_Rows"

    def detection_prob(self, size: FloatArray) -> FloatArray:
        """Probability that a signal lies above the decision limit, at sizes.

        Examples:
            >>> size = np.array([1.0, 2, 3, 4, 5, 6])
            >>> fit = fit_signal_response(size, np.array([1.1, 1.9, 3.1, 3.9, 5.1, 5.9]), 3.5)
            >>> round(float(fit.detection_prob(np.array([3.5]))[0]), 2)
            0.5
        """
        at = np.log(size) if self.log_size else size
        return np.asarray(ndtr((self.intercept + self.slope * at - self.decision) / self.sigma))

    def size_at(self, prob: float = 0.9) -> float:
        """Size found with a probability (a90); NaN without a line.

        Examples:
            >>> size = np.array([1.0, 2, 3, 4, 5, 6])
            >>> fit = fit_signal_response(size, np.array([1.1, 1.9, 3.1, 3.9, 5.1, 5.9]), 3.0)
            >>> round(fit.size_at(0.9), 2)
            3.12
        """
        if self.verdict != "estimated":
            return nan
        return self._size(self._place(prob))

    def size_bound(
        self, prob: float = 0.9, confidence: float = 0.95, *, wald: bool = False
    ) -> float:
        """Upper one-sided bound of the size found with a probability (a90/95).

        Args:
            prob: Probability of detection.
            confidence: That the size is at most the bound.
            wald: The size plus its standard error by the delta method, as in the handbook, which
                covers too little with few signals. Otherwise exact where every signal is measured
                (lower tolerance limit of the line, by the non-central t: Owen 1968), else by
                likelihood ratio with Student's t.

        Examples:
            >>> size = np.array([1.0, 2, 3, 4, 5, 6])
            >>> fit = fit_signal_response(size, np.array([1.1, 1.9, 3.1, 3.9, 5.1, 5.9]), 3.0)
            >>> round(fit.size_bound(wald=True), 2), round(fit.size_bound(), 2)
            (3.21, 3.39)
        """
        if self.verdict != "estimated":
            return nan
        at, rise = self._place(prob), self.slope / self.sigma
        lever = np.array([-1.0, -at, self.decision]) / rise
        error = sqrt(float(lever @ self.covariance @ lever))
        if wald:
            return self._size(at + float(ndtri(confidence)) * error)
        measured = bool((self.rows.side == 0).all())
        short = self._exact_shortfall if measured else self._likelihood_shortfall
        below = short(float(ndtri(prob)), confidence)
        step = error
        while below(at + step) > 0:
            step *= 2
            if step > FARTHEST * error:
                return inf
        return self._size(float(brentq(below, at, at + step, xtol=1e-9 * error)))

    def _exact_shortfall(self, height: float, confidence: float) -> Callable[[float], float]:
        """What the tolerance limit of the line lacks to the decision limit at a place."""
        at = -self.rows.terms[:, 1]
        free, square = at.size - 2, float(((at - at.mean()) ** 2).sum())
        s = self.sigma * sqrt(at.size / free)

        def below(place: float) -> float:
            reach = sqrt(1 / at.size + (place - float(at.mean())) ** 2 / square)
            factor = float(nctdtrit(free, height / reach, confidence)) * reach
            return self.decision - self.intercept - self.slope * place + factor * s

        return below

    def _likelihood_shortfall(self, height: float, confidence: float) -> Callable[[float], float]:
        """What the likelihood of the best line through a place lacks to exclude it."""
        free = max(1, int((self.rows.side == 0).sum()) - 2)
        t = float(stdtrit(free, confidence))
        threshold = (free + 2) * log1p(t * t / free)
        best = self.rows.highest()[1]

        def below(place: float) -> float:
            held = self.rows.through(place, self.decision, height)
            return threshold - 2 * (best - held.highest()[1])

        return below

    def _place(self, prob: float) -> float:
        return (self.decision + float(ndtri(prob)) * self.sigma - self.intercept) / self.slope

    def _size(self, at: float) -> float:
        if not self.log_size:
            return at
        return exp(at) if at < np.log(np.finfo(float).max) else inf


@dataclass(frozen=True)
class _Rows:
    """Rows whose product with the parameters (the scale last), plus a shift, is a residual.

    Attributes:
        terms: (rows, parameters).
        side: Per row 0 measured, -1 at most its value, 1 at least that.
        shift: Added to every residual.
    """

    terms: FloatArray
    side: FloatArray
    shift: float = 0.0

    def through(self, place: float, decision: float, height: float) -> "_Rows":
        """The same rows, the line held to a height above the decision limit at a place."""
        at, signal = -self.terms[:, 1], self.terms[:, 2]
        return _Rows(np.stack([place - at, signal - decision], axis=1), self.side, -height)

    def highest(self) -> tuple[FloatArray, float]:
        """Parameters at the one maximum of likelihood, and its logarithm (Newton's steps)."""
        spread = float(np.abs(self.terms[:, -1]).max()) or 1.0
        here = np.zeros(self.terms.shape[1])
        here[-1] = 1.0 / spread
        value = self._log_likelihood(here)
        for _ in range(MOST_STEPS):
            slope, bend = self._derivatives(here)
            step = np.linalg.solve(bend, slope)
            gain = float(step @ slope)
            while here[-1] + step[-1] <= 0 or self._log_likelihood(here + step) < value - 1e-10:
                step = step / 2
            here = here + step
            value = self._log_likelihood(here)
            if gain < 1e-14:
                break
        return here, value

    def curvature(self, here: FloatArray) -> FloatArray:
        """Observed information at parameters."""
        return self._derivatives(here)[1]

    def _log_likelihood(self, here: FloatArray) -> float:
        residual, measured = self.terms @ here + self.shift, self.side == 0
        density = np.log(here[-1]) - residual[measured] ** 2 / 2 - np.log(2 * np.pi) / 2
        beyond = log_ndtr(-self.side[~measured] * residual[~measured])
        return float(density.sum() + beyond.sum())

    def _derivatives(self, here: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Slope of the log likelihood, and its bend downwards."""
        residual, measured = self.terms @ here + self.shift, self.side == 0
        z = -self.side * residual
        hazard = np.exp(-(z**2) / 2 - log_ndtr(z)) / np.sqrt(2 * np.pi)
        pull = np.where(measured, -residual, -self.side * hazard)
        weight = np.where(measured, 1.0, hazard * (z + hazard))
        slope = self.terms.T @ pull
        bend = (self.terms * weight[:, None]).T @ self.terms
        slope[-1] += measured.sum() / here[-1]
        bend[-1, -1] += measured.sum() / here[-1] ** 2
        return slope, bend


def fit_signal_response(
    size: FloatArray,
    signal: FloatArray,
    decision: float,
    *,
    log_size: bool = False,
    floor: float = -inf,
    saturation: float = inf,
) -> SignalFit:
    """Fit signals over size, and what a decision limit then finds.

    Args:
        size: Per trial, above 0 where its logarithm is taken.
        signal: Per trial, on the scale on which it rises along a line (its logarithm, say).
        decision: Signal above which something counts as found, on that scale.
        log_size: Whether the line is in the logarithm of size.
        floor: A signal at or below it is only known to be no larger.
        saturation: A signal at or above it is only known to be no smaller.

    Examples:
        >>> size = np.array([1.0, 2, 3, 4, 5, 6])
        >>> fit_signal_response(size, np.array([9.0, 1, 8, 2, 7, 3]), 5.0).verdict
        'no_trend'
        >>> fit_signal_response(size, np.array([0.0, 0, 0, 0, 5, 6]), 5.0, floor=0.0).verdict
        'too_few_signals'
    """
    at = np.log(size) if log_size else np.asarray(size, dtype=np.float64)
    low, high = signal <= floor, signal >= saturation
    held = np.where(low, floor, np.where(high, saturation, signal))
    side = np.where(low, -1.0, np.where(high, 1.0, 0.0))
    measured = side == 0
    if measured.sum() < FEWEST_MEASURED or np.ptp(at[measured]) == 0:
        return _no_line("too_few_signals", decision, log_size=log_size)
    if np.ptp(held[measured]) == 0 and measured.all():
        return _no_line("no_trend", decision, log_size=log_size)
    if _lie_on_a_line(at[measured], held[measured]):
        return _no_line("no_scatter", decision, log_size=log_size)
    # The residual is (signal - line) / sigma: terms of intercept, slope and 1 / sigma.
    rows = _Rows(np.stack([-np.ones_like(at), -at, held], axis=1), side)
    here, _ = rows.highest()
    covariance: FloatArray = np.asarray(np.linalg.inv(rows.curvature(here)), dtype=np.float64)
    if here[1] <= float(ndtri(0.95)) * sqrt(float(covariance[1, 1])):
        return _no_line("no_trend", decision, log_size=log_size)
    sigma = 1 / float(here[2])
    return SignalFit(
        "estimated",
        float(here[0]) * sigma,
        float(here[1]) * sigma,
        sigma,
        covariance,
        decision,
        log_size,
        rows,
    )


def _lie_on_a_line(at: FloatArray, signal: FloatArray) -> bool:
    """Whether nothing but rounding is left of signals beside their own line."""
    place, height = at - at.mean(), signal - signal.mean()
    left = height - place * float(place @ height) / float(place @ place)
    return bool(np.abs(left).max() <= ROUNDING * np.abs(height).max())


def _no_line(verdict: SignalVerdict, decision: float, *, log_size: bool) -> SignalFit:
    empty, none = np.full((3, 3), nan), np.empty((0, 3))
    rows = _Rows(none, np.empty(0))
    return SignalFit(verdict, nan, nan, nan, empty, decision, log_size, rows)
