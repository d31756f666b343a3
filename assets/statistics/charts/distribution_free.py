"""A chart that keeps its false alarms from a short baseline on, for values of any shape and memory.

Fifty batches do not tell where one in five thousand lies. So values are not held against limits:
each is ranked among all before it, its rank turned into a normal score, the score's memory of its
neighbours taken out, and what is left followed by an EWMA. Its law in control depends neither on
the shape of the values nor much on their autocorrelation: one width, from
``run_length.distribution_free_limits``, keeps the promised rate over charts.

It watches the level, or the spread: then the distances of what is new from nothing new are ranked
once more. One value far out moves either no further than the largest seen so far would: that it is
far out, other charts show.
"""

from dataclasses import replace
from typing import Literal

import numpy as np
from scipy.special import ndtri

from assets.statistics.array_types import BoolArray, FloatArray
from assets.statistics.charts.control_chart import ControlChart, Level, drawn, lag_one, silent
from assets.statistics.charts.sequential.ewma_kernel import restarted_path
from assets.statistics.charts.sequential.rank_kernel import sequential_shares

Watch = Literal["level", "spread"]
# Of weights from 0.03 to 0.2 the one that finds steps of 1 to 3 sigma soonest over memories from 0
# to 0.7, as what is new after a step is small where values remember. One width keeps the rate over
# charts; with memory 0.7 one alarms a third more often than promised, without memory a tenth less.
WEIGHT = 0.05
FEWEST_VALUES = 20
MOST_MEMORY = 0.95


def sequential_scores(values: FloatArray, baseline: int) -> FloatArray:
    """Normal scores of ranks: of the baseline among itself, of each later value among all before.

    Args:
        values: (..., points in order), no NaN.
        baseline: Points of the baseline, the first ones.

    Returns:
        (..., points); equal values take the middle of their ranks. In control, without memory,
        later scores are independent and nearly standard normal whatever the law of the values.

    Source: Conover, Tercero-Gomez & Cordero-Franco, Sequential Analysis 36:397-414 (2017), after
    McDonald (1990).

    Examples:
        >>> scores = sequential_scores(np.array([3.0, 1.0, 2.0, 9.0]), 3)
        >>> np.round(scores, 2).tolist()
        [0.97, -0.97, 0.0, 1.15]
    """
    if values.ndim == 1:
        # One chart at a time is what a night asks for: ten years of it cost a millisecond.
        return np.asarray(ndtri(sequential_shares(values, baseline)))
    share = np.empty(values.shape)
    for at in range(values.shape[-1]):
        # A baseline value is ranked among the whole baseline, itself with it; a later one among all
        # before it and itself.
        among = values[..., :baseline] if at < baseline else values[..., : at + 1]
        own = values[..., at : at + 1]
        below = np.count_nonzero(among < own, axis=-1)
        equal = np.count_nonzero(among == own, axis=-1)
        share[..., at] = (below + 0.5 * equal) / among.shape[-1]
    return np.asarray(ndtri(share))


def innovation_scores(scores: FloatArray, baseline: int, order: int = 1) -> FloatArray:
    """What is new in each later score beside the ones before, in units of its spread.

    Args:
        scores: (..., points in order), as ``sequential_scores`` makes them.
        baseline: Points whose memory is taken for that of all.
        order: Scores that a score remembers, 0 to 3. One is enough for a memory that fades evenly;
            three also take in lots of a few batches that share a level.

    Returns:
        (..., points from the one at ``order`` on): the first ones have no past.

    Source: Yule-Walker; of order 1 freed of its bias (Marriott & Pope 1954).

    Examples:
        >>> innovation_scores(np.array([0.5, -0.5, 0.5, -0.5, 2.0]), 4, order=0).tolist()
        [0.5, -0.5, 0.5, -0.5, 2.0]
    """
    if order == 0:
        return scores
    away = scores[..., :baseline] - scores[..., :baseline].mean(axis=-1, keepdims=True)
    cov = np.stack(
        [
            (away[..., lag:] * away[..., : baseline - lag]).sum(axis=-1) / baseline
            for lag in range(order + 1)
        ],
        axis=-1,
    )
    cov[..., 0] = np.maximum(cov[..., 0], 1e-12)
    if order == 1:
        raw = cov[..., 1:] / cov[..., :1]
        phi = np.clip((baseline * raw + 1) / (baseline - 3), -MOST_MEMORY, MOST_MEMORY)
        spread = np.sqrt(1 - phi[..., 0] ** 2)
    else:
        at = np.abs(np.subtract.outer(np.arange(order), np.arange(order)))
        phi = np.linalg.solve(cov[..., at], cov[..., 1:, None])[..., 0]
        left = cov[..., 0] - (phi * cov[..., 1:]).sum(axis=-1)
        spread = np.sqrt(np.maximum(left, 1e-6) * baseline / (baseline - order - 1))
    new = scores[..., order:].copy()
    points = scores.shape[-1]
    for lag in range(1, order + 1):
        new -= phi[..., lag - 1 : lag] * scores[..., order - lag : points - lag]
    return np.asarray(new / spread[..., None])


def watched_scores(
    values: FloatArray, baseline: int, *, order: int = 1, watch: Watch = "level"
) -> FloatArray:
    """What the EWMA follows after the baseline: nearly standard normal scores in control.

    Args:
        values: (..., points in order), no NaN.
        baseline: Points of the baseline, the first ones.
        order: Scores that a score remembers.
        watch: ``level``, or ``spread``: scores of how far off each new score is.

    Returns:
        (..., points after the baseline).

    Examples:
        >>> values = np.random.default_rng(1).normal(size=(3, 60))
        >>> watched_scores(values, 50).shape, watched_scores(values, 50, watch="spread").shape
        ((3, 10), (3, 10))
    """
    level, new = _level_scores(values, baseline, order)
    return level if watch == "level" else _spread_scores(new, baseline - order)


def both_watched_scores(
    values: FloatArray, baseline: int, *, order: int = 1
) -> tuple[FloatArray, FloatArray]:
    """``watched_scores`` of the level and of the spread, at the cost of what they share.

    Examples:
        >>> values = np.random.default_rng(1).normal(size=60)
        >>> level, spread = both_watched_scores(values, 50)
        >>> bool((spread == watched_scores(values, 50, watch="spread")).all())
        True
    """
    level, new = _level_scores(values, baseline, order)
    return level, _spread_scores(new, baseline - order)


def _level_scores(values: FloatArray, baseline: int, order: int) -> tuple[FloatArray, FloatArray]:
    """What is new after the baseline, and in all points that have a past."""
    new = innovation_scores(sequential_scores(values, baseline), baseline, order)
    return np.asarray(new[..., baseline - order :]), new


def _spread_scores(new: FloatArray, known: int) -> FloatArray:
    return np.asarray(sequential_scores(np.abs(new), known)[..., known:])


def restarted_ewma(z: FloatArray, weight: float, width: float) -> tuple[FloatArray, BoolArray]:
    """An EWMA that starts anew from 0 after each alarm, of many charts at once.

    Args:
        z: (..., points in order).
        weight: Of the newest point.
        width: In steady standard deviations of the weighted mean.

    Returns:
        The weighted mean before it starts anew, and where it alarmed.

    Examples:
        >>> path, alarm = restarted_ewma(np.array([1.0, 4.0, 1.0]), 0.5, 3.0)
        >>> path.tolist(), alarm.tolist()
        ([0.5, 2.25, 0.5], [False, True, False])
    """
    limit = width * np.sqrt(weight / (2 - weight))
    if z.ndim == 1:
        means, out = restarted_path(z, weight, limit)
        return np.asarray(means), np.asarray(out)
    path, alarm = np.empty(z.shape), np.zeros(z.shape, dtype=bool)
    mean = np.zeros(z.shape[:-1])
    for at in range(z.shape[-1]):
        mean = (1 - weight) * mean + weight * z[..., at]
        path[..., at] = mean
        alarm[..., at] = np.abs(mean) > limit
        mean = np.where(alarm[..., at], 0.0, mean)
    return path, alarm


def distribution_free_chart(
    values: FloatArray,
    baseline: int,
    width: float,
    *,
    weight: float = WEIGHT,
    order: int = 1,
    watch: Watch = "level",
) -> ControlChart:
    """EWMA of innovation scores, which starts anew after each alarm.

    Args:
        values: In production order, NaN where nothing was recorded.
        baseline: Recorded values that are the baseline, the first ones; at least 20.
        width: In steady standard deviations, as ``distribution_free_width`` gives it.
        weight: Of the newest point.
        order: Scores that a score remembers.
        watch: The level or the spread.

    Returns:
        The chart in units of scores, NaN over the baseline; rule ``ewma`` holds its alarms.
        ``autocorrelation`` is that of the baseline's scores.

    Source: Conover, Tercero-Gomez & Cordero-Franco (2017); residuals by Alwan & Roberts (1988).

    Examples:
        >>> rng = np.random.default_rng(1)
        >>> values = np.exp(np.concatenate([rng.normal(size=80), rng.normal(2.0, 1.0, 20)]))
        >>> chart = distribution_free_chart(values, 50, width=3.8)
        >>> bool(chart.signals["ewma"].min() >= 80)
        True
    """
    kind = f"distribution-free EWMA of the {watch}"
    known = np.flatnonzero(np.isfinite(values))
    if baseline < FEWEST_VALUES or known.size < baseline:
        few = min(known.size, baseline)
        why = f"{few} recorded values of the baseline: {max(baseline, FEWEST_VALUES)} are needed"
        return silent(kind, values, why)
    if np.ptp(values[known[:baseline]]) == 0:
        return silent(kind, values, "all values of the baseline are equal")
    followed = watched_scores(values[known], baseline, order=order, watch=watch)
    path, alarm = restarted_ewma(followed, weight, width)
    plotted = np.full(values.shape, np.nan)
    plotted[known[baseline:]] = path
    method = f"ranks among all before, memory of order {order}"
    level = Level(0.0, 1.0, method, baseline)
    scale = np.sqrt(weight / (2 - weight))
    chart = drawn(kind, plotted, level, scale=scale, rules=(), width=width)
    return replace(
        chart,
        signals={"ewma": known[baseline:][alarm]},
        autocorrelation=lag_one(sequential_scores(values[known[:baseline]], baseline)),
    )
