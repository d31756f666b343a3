"""Knapp's test: does a new inspection reject what people reject?

The same containers are inspected several times by people and several times by the new inspection.
Those that people reject in at least 70% of their inspections are the reject zone; there the new
inspection is to reject no less. Judging the zone and the people by the same inspections flatters
the people (what was rejected by luck lies in the zone), so the zone may come from others.
"""

from dataclasses import dataclass
from math import nan, sqrt
from typing import Literal

import numpy as np
from scipy.special import stdtrit

from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.detection.demonstration import detection_bound
from assets.statistics.intervals import Interval

REJECT_FROM, ACCEPT_TO = 0.7, 0.3
KnappVerdict = Literal["at_least_as_good", "worse", "inconclusive", "no_reject_zone"]


@dataclass(frozen=True)
class KnappTest:
    """A new inspection beside people on the same containers.

    Attributes:
        reject_zone: Containers that people reject in at least 70%.
        grey_zone: Containers in between.
        accept_zone: Containers that people reject in at most 30%.
        efficiency_people: Mean share of rejections over the reject zone (reject zone efficiency).
        efficiency_new: The same of the new inspection.
        ratio: Of the new to the people's; Knapp's criterion is at least 1.
        interval: Of the ratio, over containers; where the ratio is the same of each, the exact
            bound of as many containers found of as many, and its inverse.
        false_rejects_people: Mean share of rejections over the accept zone.
        false_rejects_new: The same of the new inspection.
        passes_criterion: Whether the ratio is at least 1, which is all that Knapp asks.
        verdict: ``at_least_as_good`` and ``worse`` where the interval lies on one side of 1 less
            the margin.
    """

    reject_zone: int
    grey_zone: int
    accept_zone: int
    efficiency_people: float
    efficiency_new: float
    ratio: float
    interval: Interval
    false_rejects_people: float
    false_rejects_new: float
    passes_criterion: bool
    verdict: KnappVerdict


def quality_value(rejected: IntArray, inspections: IntArray) -> FloatArray:
    """Knapp's factor of quality of each container, 0 (never rejected) to 10 (always).

    Examples:
        >>> quality_value(np.array([41]), np.array([50])).tolist()
        [8.2]
    """
    return np.asarray(10.0 * rejected / inspections)


def knapp_test(
    people: FloatArray,
    new: FloatArray,
    zone: FloatArray | None = None,
    margin: float = 0.0,
    level: float = 0.9,
) -> KnappTest:
    """Compare a new inspection with people.

    Args:
        people: Per container, share of people's inspections that rejected it, 0 to 1.
        new: Per container, share of the new inspections that rejected it.
        zone: Per container, the share that decides its zone; people's own if not given.
        margin: Loss of the ratio that is accepted.
        level: Of the two-sided interval of the ratio; the verdict's one-sided error is half of
            what it leaves.

    Source: Knapp & Kushner, J Parenter Sci Technol 34:14-21 (1980); Knapp & Abramson (1990). The
        interval is that of a ratio of means of pairs (Cochran 1977, section 6.3), by Student's t.

    Examples:
        >>> people, new = np.array([0.9, 0.8, 1.0, 0.1, 0.5]), np.array([1.0, 0.8, 1.0, 0.2, 0.9])
        >>> test = knapp_test(people, new)
        >>> test.reject_zone, round(test.ratio, 4), test.passes_criterion
        (3, 1.037, True)
    """
    deciding = people if zone is None else zone
    rejected = deciding >= REJECT_FROM - 1e-12
    accepted = deciding <= ACCEPT_TO + 1e-12
    counts = (int(rejected.sum()), int((~rejected & ~accepted).sum()), int(accepted.sum()))
    false = (_mean(people[accepted]), _mean(new[accepted]))
    efficiency = (_mean(people[rejected]), _mean(new[rejected]))
    if counts[0] == 0 or efficiency[0] == 0:
        return KnappTest(*counts, *efficiency, nan, (0.0, np.inf), *false, False, "no_reject_zone")
    ratio = efficiency[1] / efficiency[0]
    interval = _ratio_interval(new[rejected], people[rejected], ratio, level)
    verdict: KnappVerdict = "inconclusive"
    if interval[0] >= 1 - margin:
        verdict = "at_least_as_good"
    elif interval[1] < 1 - margin:
        verdict = "worse"
    return KnappTest(*counts, *efficiency, ratio, interval, *false, ratio >= 1 - 1e-12, verdict)


def _mean(values: FloatArray) -> float:
    return float(values.mean()) if values.size else nan


def _ratio_interval(new: FloatArray, people: FloatArray, ratio: float, level: float) -> Interval:
    """Of the ratio of two means over the same containers; everything where there is but one."""
    if new.size < 2:
        return 0.0, np.inf
    left = new - ratio * people
    if np.abs(left).max() <= 1e-12:  # no spread to judge by: each container counts once
        low = detection_bound(new.size, new.size, (1 + level) / 2)
        return ratio * low, ratio / low
    spread = sqrt(float((left**2).sum()) / (new.size - 1) / new.size) / float(people.mean())
    half = float(stdtrit(new.size - 1, (1 + level) / 2)) * spread
    return max(0.0, ratio - half), ratio + half
