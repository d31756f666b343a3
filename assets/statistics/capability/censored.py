"""Performance beside a specification where some results lie beyond a reporting limit."""

from math import nan, sqrt

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.capability.bounds import CONFIDENCE, exact_one_sided_bound
from assets.statistics.capability.indices import (
    IndexEstimate,
    SpecificationLimits,
    one_sided,
    share_outside,
)
from assets.statistics.capability.non_normal import NonNormalCapability
from assets.statistics.charts.censored import FEWEST_EXACT, censored_level


def censored_capability(
    values: FloatArray,
    side: IntArray,
    limits: SpecificationLimits,
    *,
    confidence: float = CONFIDENCE,
) -> NonNormalCapability:
    """Ppk of a normal law of which some values are known only to lie beyond a reporting limit.

    Args:
        values: The result, or the limit it lies beyond, NaN skipped.
        side: Per value -1 below the limit, 0 exact, 1 above.
        limits: The specification; the bound is that of the nearer limit.
        confidence: Of the lower bound, one-sided.

    Returns:
        The index at the highest likelihood, freed of its bias, and the bound that as many exact
        results alone would have: what the others add is left out. Not applicable where fewer than 3
        results are exact.

    Source: likelihood by Cohen (1959); bound by Chou, Owen & Borrego (1990). Profile likelihood
    covers less than it says at such sizes (93% of 900 at 95%, 60 results of which 36 are exact).

    Examples:
        >>> values, side = np.array([0.05, 0.05, 0.07, 0.09, 0.06]), np.array([-1, -1, 0, 0, 0])
        >>> found = censored_capability(values, side, SpecificationLimits(high=0.2))
        >>> round(found.ppk.value, 2), round(found.ppk.lower, 2)
        (1.7, 0.34)
    """
    known = np.isfinite(values)
    x, s = values[known], side[known]
    exact = x[s == 0]
    if exact.size < FEWEST_EXACT or np.ptp(exact) == 0:
        why = f"{exact.size} exact results: {FEWEST_EXACT} that differ are needed"
        return NonNormalCapability(IndexEstimate(nan, nan), "likelihood", nan, x.size, why)
    level = censored_level(x, s)
    # The likelihood divides by n: its sigma is small, as that of n exact values would be.
    index = min(one_sided(limits, level.centre, level.sigma)) * sqrt(1 - 1 / exact.size)
    bound = exact_one_sided_bound(index, exact.size, confidence=confidence)
    method = f"likelihood, {x.size - exact.size} of {x.size} beyond a reporting limit"
    outside = share_outside(limits, level.centre, level.sigma)
    return NonNormalCapability(
        IndexEstimate(index, bound), method, nan, x.size, share_outside=outside
    )
