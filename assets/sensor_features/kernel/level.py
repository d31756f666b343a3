"""Level, spread, shape and trend: sums over all usable readings of a series."""

import math

from assets.sensor_features.kernel.compiled import Array, exactly, in_lanes
from assets.sensor_features.registry import COLUMN

MEAN, RMS, FIRST, LAST = (COLUMN[name] for name in ("mean", "root_mean_square", "first", "last"))
MINIMUM, MAXIMUM = COLUMN["minimum"], COLUMN["maximum"]
MINIMUM_AT, MAXIMUM_AT = COLUMN["time_of_minimum_h"], COLUMN["time_of_maximum_h"]
WEIGHTED, CHANGE, RANGE = COLUMN["time_weighted_mean"], COLUMN["change"], COLUMN["range"]
SD, RSD, SKEW, KURTOSIS = (
    COLUMN[name] for name in ("sd", "rsd_pct", "skewness", "excess_kurtosis")
)
SLOPE, RESIDUAL, CURVATURE = (
    COLUMN[name] for name in ("slope_per_h", "residual_sd", "curvature_per_h2")
)


@exactly
def level(hours: Array, x: Array, held: Array, row: Array) -> float:
    """Fill in means, extremes, moments and trend of at least one reading.

    Returns:
        The hours its readings stand for.
    """
    # Sums are taken about the first reading: a constant then has exactly its mean and no spread.
    total, lowest, highest, weighted, time, total_h = _sums(hours, x, held)
    mean = x[0] + total / x.size
    row[MEAN], row[MINIMUM], row[MAXIMUM] = mean, lowest, highest
    row[RANGE] = highest - lowest
    row[FIRST], row[LAST], row[CHANGE] = x[0], x[-1], x[-1] - x[0]
    if time > 0.0:
        row[WEIGHTED] = x[0] + weighted / time
    row[MINIMUM_AT] = hours[_place(x, lowest)]
    row[MAXIMUM_AT] = hours[_place(x, highest)]
    m2, m3, m4, tt, ttt, tttt, tx, ttx = _moments(hours, x, total_h / x.size, mean)
    row[RMS] = math.sqrt(mean * mean + m2 / x.size)
    if x.size > 1:
        row[SD] = math.sqrt(m2 / (x.size - 1))
        if mean != 0.0:
            row[RSD] = 100.0 * row[SD] / abs(mean)
    if highest > lowest and 0.0 < m2 < math.inf:
        _shape(float(x.size), m2, m3, m4, row)
    if tt > 0.0:
        _trend(float(x.size), m2, tt, ttt, tttt, tx, ttx, row)
    return float(time)


@in_lanes
def _sums(hours: Array, x: Array, held: Array) -> tuple[float, float, float, float, float, float]:
    total = weighted = time = total_h = 0.0
    first, lowest, highest = x[0], x[0], x[0]
    for k in range(x.size):
        v = x[k] - first
        total += v
        weighted += v * held[k]
        time += held[k]
        total_h += hours[k]
        lowest, highest = min(lowest, x[k]), max(highest, x[k])
    return total, lowest, highest, weighted, time, total_h


@in_lanes
def _moments(
    hours: Array, x: Array, mean_h: float, mean: float
) -> tuple[float, float, float, float, float, float, float, float]:
    """Sums of powers and products of readings and hours, each about its mean."""
    m2 = m3 = m4 = tt = ttt = tttt = tx = ttx = 0.0
    for k in range(x.size):
        v, t = x[k] - mean, hours[k] - mean_h
        vv, squared = v * v, t * t
        m2 += vv
        m3 += vv * v
        m4 += vv * vv
        tt += squared
        ttt += squared * t
        tttt += squared * squared
        tx += t * v
        ttx += squared * v
    return m2, m3, m4, tt, ttt, tttt, tx, ttx


@exactly
def _shape(n: float, m2: float, m3: float, m4: float, row: Array) -> None:
    """Skewness and excess kurtosis corrected for n (Joanes & Gill 1998, G1 and G2)."""
    if n > 2.0:
        g1 = math.sqrt(n) * m3 / (m2 * math.sqrt(m2))
        row[SKEW] = g1 * math.sqrt(n * (n - 1.0)) / (n - 2.0)
    if n > 3.0:
        g2 = n * (m4 / m2) / m2 - 3.0
        row[KURTOSIS] = (n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * g2 + 6.0)


@exactly
def _trend(
    n: float, m2: float, tt: float, ttt: float, tttt: float, tx: float, ttx: float, row: Array
) -> None:
    """Least-squares line, spread about it, and curvature by orthogonal polynomials."""
    row[SLOPE] = tx / tt
    if n > 2.0:
        row[RESIDUAL] = math.sqrt(max(m2 - tx * tx / tt, 0.0) / (n - 2.0))
    # The second orthogonal polynomial is t^2 - skew t - tt / n; it vanishes where there are only
    # two instants, in which case what is left of tttt is rounding.
    skew = ttt / tt
    norm = tttt - skew * ttt - tt * tt / n
    if norm > 1e-10 * tttt:
        row[CURVATURE] = 2.0 * (ttx - skew * tx) / norm


@exactly
def _place(x: Array, wanted: float) -> int:
    for k in range(x.size):
        if x[k] == wanted:
            return k
    return 0
