"""Widths of distribution-free charts, looked up: a night has no time to simulate them."""

from functools import lru_cache

import numpy as np
from scipy.optimize import brentq

from assets.statistics.charts.distribution_free import Watch

# Three remembered scores: the one order that keeps a promise also where lots that are on no record
# share a level.
ORDER = 3
RATES = (2e-5, 2e-2)
DOMAIN = (2.4, 6.0)
# Of (what is watched, points of the baseline), the logarithm of the rate of alarms a point as a
# cubic in the width, mapped from the domain to -1..1: ``benchmarks/chart_widths.py`` makes them.
CURVES: dict[tuple[Watch, int], tuple[float, ...]] = {
    ("level", 20): (-6.66133, -1.95714, 0.11750, -0.01486),
    ("level", 25): (-7.06641, -2.19112, 0.11183, -0.01486),
    ("level", 30): (-7.39303, -2.44673, 0.07222, -0.00692),
    ("level", 40): (-7.87587, -2.81105, 0.03698, 0.01261),
    ("level", 50): (-8.27515, -3.16628, 0.00429, 0.05305),
    ("level", 75): (-8.91509, -3.72127, -0.03528, 0.10292),
    ("level", 100): (-9.36646, -4.37417, -0.40439, 0.02561),
    ("spread", 20): (-9.24694, -4.17024, -0.00585, 0.24663),
    ("spread", 25): (-9.63611, -4.54026, -0.02154, 0.31584),
    ("spread", 30): (-9.94214, -4.80249, 0.02773, 0.40178),
    ("spread", 40): (-10.40241, -5.46632, -0.50473, 0.16962),
    ("spread", 50): (-10.78103, -5.91374, -0.52608, 0.28663),
    ("spread", 75): (-11.20247, -6.43236, -0.74965, 0.25046),
    ("spread", 100): (-11.54933, -6.82743, -0.74522, 0.35357),
}
BASELINES = tuple(sorted({baseline for _, baseline in CURVES}))


@lru_cache(maxsize=4096)
def tabled_width(baseline: int, rate: float, watch: Watch = "level") -> float:
    """Width at which charts of ``ORDER`` alarm at a rate while nothing happens.

    Args:
        baseline: Points of the baseline, at least 20; more than the longest tabled count as that.
        rate: False alarms a point, within ``RATES`` or beyond by a factor of 4.
        watch: The level or the spread.

    Returns:
        In steady standard deviations, as ``distribution_free_width`` simulates it; between tabled
        baselines by their reciprocals.

    Examples:
        >>> 4.0 < tabled_width(50, 2e-4) < 4.8
        True
    """
    held = min(max(baseline, BASELINES[0]), BASELINES[-1])
    above = next(each for each in BASELINES if each >= held)
    below = max(each for each in BASELINES if each <= held)
    ends = [_width(watch, each, rate) for each in (below, above)]
    if above == below:
        return ends[0]
    share = (1 / below - 1 / held) / (1 / below - 1 / above)
    return ends[0] + share * (ends[1] - ends[0])


def _width(watch: Watch, baseline: int, rate: float) -> float:
    curve = np.polynomial.Polynomial(CURVES[watch, baseline], domain=DOMAIN)
    low, high = DOMAIN[0] - 0.6, DOMAIN[1] + 0.6
    wanted = min(max(float(np.log(rate)), float(curve(high)) + 1e-9), float(curve(low)) - 1e-9)
    return float(brentq(lambda width: float(curve(width)) - wanted, low, high, xtol=1e-6))
