"""What a chart's share in the promised false alarms means for its limits."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from assets.statistics.charts.distribution_free import Watch
from assets.statistics.charts.run_length.integral_equations import ewma_width
from assets.statistics.charts.run_length.tabled_widths import RATES, tabled_width

# Of a chart's alarms these watch the level. On fifty development plants spread was found 12% sooner
# than with 0.75 (geometric mean), steps 6% later, drifts as soon.
LEVEL_SHARE = 0.6
EVENT_WEIGHT = 0.1
USUAL_POINTS_A_MONTH = 200 / 12  # where nobody noted when: a plant of 200 batches a year
SHORTEST_MONTHS = 0.5
MONTH = np.timedelta64(2_629_746, "s")
MOST_EVENT_RATE = 0.05


@dataclass(frozen=True)
class KeptPromise:
    """Widths that keep a chart's share.

    Attributes:
        points_a_month: In the baseline.
        run_length: Points until a false alarm, on average.
        level_width: Of the average of scores of the level.
        spread_width: Of that of the spread; None where none is watched.
    """

    points_a_month: float
    run_length: float
    level_width: float
    spread_width: float | None


def points_a_month(known_at: np.ndarray) -> float:
    """Points a month over a baseline, by when its points were known.

    Examples:
        >>> days = np.datetime64("2024-01-01") + np.arange(31).astype("timedelta64[D]")
        >>> round(points_a_month(days.astype("datetime64[us]")))
        30
    """
    known = known_at[~np.isnat(known_at)]
    if known.size < 2:
        return USUAL_POINTS_A_MONTH
    months = float((known.max() - known.min()) / MONTH)
    return float((known.size - 1) / max(months, SHORTEST_MONTHS))


def promise(
    alarms_a_month: float,
    a_month: float,
    baseline: int,
    *,
    is_event: bool,
    has_samples: bool = False,
) -> KeptPromise:
    """Turn a share in the promised alarms into widths.

    Args:
        alarms_a_month: False alarms a month of the chart.
        a_month: Points a month.
        baseline: Points of the baseline.
        is_event: Whether points are gaps between events, which have a level alone.
        has_samples: Whether the spread is that of samples, which is watched as a level is.

    Examples:
        >>> found = promise(1 / 300, 200 / 12, 50, is_event=False)
        >>> round(found.run_length), 4.0 < found.level_width < 5.0
        (5000, True)
    """
    rate = alarms_a_month / a_month
    if is_event:
        rate = _rounded(min(rate, MOST_EVENT_RATE))
        return KeptPromise(a_month, 1 / rate, _event_width(rate), None)
    rate = min(max(rate, RATES[0]), RATES[1])
    level, spread = LEVEL_SHARE * rate, (1 - LEVEL_SHARE) * rate
    watch: Watch = "level" if has_samples else "spread"
    widths = tabled_width(baseline, level), tabled_width(baseline, spread, watch)
    return KeptPromise(a_month, 1 / rate, *widths)


@lru_cache
def _event_width(rate: float) -> float:
    return ewma_width(EVENT_WEIGHT, 1 / rate)


def _rounded(rate: float) -> float:
    """Two digits, downwards: the promise is kept, and one width serves many charts."""
    scale = 10.0 ** (np.floor(np.log10(rate)) - 1)
    return float(max(np.floor(rate / scale + 1e-9) * scale, 1e-5))
