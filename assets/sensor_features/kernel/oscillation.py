"""The dominant period: a peak of the autocorrelation of averages over equal spans of time."""

import math

from assets.sensor_features.kernel.compiled import Array, exactly, in_lanes
from assets.sensor_features.registry import COLUMN, SPANS

# Of the range: a residual is left over from two variances, so rounding alone leaves the square root
# of the machine's epsilon, a few times that by how the sums are ordered on a processor.
SMALLEST_RESIDUAL = 1e-7
SLOPE, RESIDUAL, RANGE = COLUMN["slope_per_h"], COLUMN["residual_sd"], COLUMN["range"]
PERIOD, STRENGTH = COLUMN["dominant_period_h"], COLUMN["oscillation_strength"]


@exactly
def oscillation(hours: Array, x: Array, work: Array, row: Array) -> None:
    """Fill in the dominant period; mean and slope are filled in already.

    Args:
        hours: Hours of usable readings since the first.
        x: Their values.
        work: Room for (3, ``SPANS``) numbers.
        row: The series' features.
    """
    first, last = hours[0], hours[-1]
    # What rounding leaves of a straight line is no oscillation.
    if x.size < 16 or not last > first or not row[RESIDUAL] > SMALLEST_RESIDUAL * row[RANGE]:
        return
    spans = min(SPANS, x.size)
    y, correlation = work[0, :spans], work[2]
    averages(hours, x, spans / (last - first), y, work[1])
    middle, total = 0.5 * (spans - 1), 0.0
    tilt = row[SLOPE] * (last - first) / spans
    for s in range(spans):
        y[s] -= tilt * (s - middle)
        total += y[s]
    for s in range(spans):
        y[s] -= total / spans
    energy = _product(y, 0)
    if not 0.0 < energy < math.inf:
        return
    lags = spans // 2
    for lag in range(lags + 1):
        correlation[lag] = _product(y, lag) / energy
    peak = _peak(correlation, lags)
    if peak > 0 and correlation[peak] > 1.96 / math.sqrt(spans):
        before, at, after = correlation[peak - 1], correlation[peak], correlation[peak + 1]
        bend = before - 2.0 * at + after
        shift = 0.5 * (before - after) / bend if bend < 0.0 else 0.0
        row[PERIOD] = (peak + shift) * (last - first) / spans
        row[STRENGTH] = min(at, 1.0)


@exactly
def averages(hours: Array, x: Array, scale: float, sums: Array, counts: Array) -> None:
    """Mean reading of every span about the first reading, linear across empty spans."""
    spans = sums.size
    for span in range(spans):
        sums[span] = counts[span] = 0.0
    for k in range(x.size):
        # Regular readings fall on the spans' very edges: rounding must not decide on which side.
        span = min(max(int((hours[k] - hours[0]) * scale + 1e-6), 0), spans - 1)
        sums[span] += x[k] - x[0]
        counts[span] += 1.0
    filled = 0  # first and last reading fill the first and the last span
    for span in range(spans):
        if counts[span] > 0.0:
            sums[span] /= counts[span]
            for between in range(filled + 1, span):
                share = (between - filled) / (span - filled)
                sums[between] = sums[filled] + share * (sums[span] - sums[filled])
            filled = span


@in_lanes
def _product(y: Array, lag: int) -> float:
    total = 0.0
    for s in range(y.size - lag):
        total += y[s] * y[s + lag]
    return total


@exactly
def _peak(correlation: Array, lags: int) -> int:
    """The highest local maximum after the correlation has first fallen to zero; 0 for none."""
    lag, best = 1, 0
    while lag <= lags and correlation[lag] > 0.0:
        lag += 1
    for k in range(lag + 1, lags):
        is_peak = correlation[k] >= correlation[k - 1] and correlation[k] >= correlation[k + 1]
        if is_peak and (best == 0 or correlation[k] > correlation[best]):
            best = k
    return best
