"""Plants of charts on which nothing happens, with memory and skewed values; and what alarms there.

A plant is a table (charts, batches) of values in control. Its kinds differ in where the skew comes
from: ``shape`` is a monotone change of normal values with memory, ``innovations`` a memory driven
by skewed news, ``skewed`` half of each. What the charts were not made for stands beside: ``heavy``
is driven by news with four degrees of freedom, in ``lots`` five batches in a row share a level.
"""

import numpy as np
from scipy.signal import lfilter

from assets.statistics.charts.control_chart import Level
from assets.statistics.charts.distribution_free import Watch, restarted_ewma, watched_scores
from assets.statistics.charts.levels import moving_range_level
from assets.statistics.charts.run_length.estimated_limits import shewhart_width
from assets.statistics.charts.run_rules import NELSON, fires

CHARTS, BASELINE, BATCHES, MONTHS = 300, 50, 200, 12
RATE = MONTHS / (CHARTS * BATCHES)  # one false alarm a month over all charts
MOST_MEMORY = 0.7
BURN_IN, LOT = 60, 5
Chart = tuple[Watch, int, float]  # what is watched, the order of its memory, the weight
KINDS = ("skewed", "shape", "innovations", "heavy", "lots")


def in_control(kind: str, rng: np.random.Generator, charts: int = CHARTS) -> np.ndarray:
    """(charts, baseline and a year of batches) of a plant on which nothing happens.

    Args:
        kind: One of ``KINDS``.
        rng: Source of chance; each chart has a memory between 0 and 0.7 of its own.
        charts: Charts of the plant.
    """
    points = BASELINE + BATCHES
    if kind == "lots":
        return _lots(rng, charts, points)
    if kind == "skewed":
        half = charts // 2
        return np.vstack(
            [in_control("shape", rng, half), in_control("innovations", rng, charts - half)]
        )
    memory = rng.uniform(0, MOST_MEMORY, charts)
    size = (charts, points + BURN_IN)
    if kind == "shape":
        return _bent(remembered(rng.normal(size=size), memory), rng)
    if kind == "innovations":
        return remembered(rng.gamma(rng.choice([1.0, 2.0, 4.0], (charts, 1)), size=size), memory)
    return remembered(rng.standard_t(4, size=size), memory)


def remembered(news: np.ndarray, memory: np.ndarray) -> np.ndarray:
    """Series as spread as their news, each with a memory of its own; the burn-in is cut off."""
    rows = [
        lfilter([np.sqrt(1 - one**2)], [1.0, -one], row)
        for one, row in zip(memory, news, strict=True)
    ]
    return np.array(rows)[:, BURN_IN:]


def _bent(normal: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A third normal, a third log-normal (skewness 1.75), a third squared, skewed to the left."""
    law = rng.integers(0, 3, (normal.shape[0], 1))
    left = -((np.maximum(4.0 - normal, 0.0)) ** 2)
    return np.where(law == 0, normal, np.where(law == 1, np.exp(0.5 * normal), left))


def _lots(rng: np.random.Generator, charts: int, points: int) -> np.ndarray:
    share = rng.uniform(0, MOST_MEMORY, (charts, 1))
    lot = np.repeat(rng.normal(size=(charts, points // LOT + 2)), LOT, axis=1)
    begin = int(rng.integers(0, LOT))
    return np.sqrt(share) * lot[:, begin : begin + points] + np.sqrt(1 - share) * rng.normal(
        size=(charts, points)
    )


def alarms(values: np.ndarray, widths: dict[Chart, float]) -> dict[str, int]:
    """Alarms of a year by chart: the promised one, and the textbook's beside it.

    Args:
        values: (charts, baseline and batches).
        widths: Of the distribution-free charts, each with the whole promise.
    """
    found = {}
    for (watch, order, weight), width in widths.items():
        followed = watched_scores(values, BASELINE, order=order, watch=watch)
        out = restarted_ewma(followed, weight, width)[1]
        found[f"alarms_{watch}_{order}_{weight}"] = int(out.sum())
    levels = [moving_range_level(row[:BASELINE]) for row in values]
    by_range = _beside(values, levels)
    any_rule = np.zeros(by_range.shape, dtype=bool)
    for rule in NELSON:
        any_rule |= fires(rule, by_range)
    base = values[:, :BASELINE]
    by_sd = (values[:, BASELINE:] - base.mean(1)[:, None]) / base.std(1, ddof=1)[:, None]
    return found | {
        "alarms_nelson": int(any_rule.sum()),
        "alarms_three_sigma": int(fires("nelson1", by_range).sum()),
        "alarms_normal_theory": int((np.abs(by_sd) > shewhart_width(BASELINE, RATE)).sum()),
    }


def _beside(values: np.ndarray, levels: list[Level]) -> np.ndarray:
    centre = np.array([level.centre for level in levels])[:, None]
    sigma = np.array([level.sigma for level in levels])[:, None]
    return (values[:, BASELINE:] - centre) / sigma
