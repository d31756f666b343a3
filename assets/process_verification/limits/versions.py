"""The versions of a chart's limits: fixed from a baseline, frozen, fixed anew after a change.

A version is known when the last point of its baseline is; what follows changes nothing of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from assets.process_verification.kept import NOTHING_KEPT, kept_onset
from assets.process_verification.limits.promise import KeptPromise, points_a_month, promise
from assets.process_verification.limits.watching import Watched, watched
from assets.process_verification.plan.series import EVENTS, GROUPED, Series
from warehouse.kept_results import KeptResults

STAYING_SIGNALS = 3  # in one direction, after which a step is taken to stay
FIRST = "the first limits of the chart"


@dataclass(frozen=True)
class LimitRule:
    """What the plan says of a chart's limits.

    Attributes:
        baseline: Points from which limits are fixed.
        alarms_a_month: Its share in the promised false alarms.
        fixed_by: Who fixes limits.
        rebaselines_itself: Whether a step that stays is followed by new limits.
        changes: First batch on the chart that was made after a recorded change -> why and by whom.
        first_reason: Why there is the first version.
    """

    baseline: int
    alarms_a_month: float
    fixed_by: str
    rebaselines_itself: bool
    changes: Mapping[str, str]
    first_reason: str = FIRST


@dataclass(frozen=True)
class Version:
    """One version; places are positions on the chart, from 0.

    Attributes:
        first: First point it holds for.
        last: Last point it holds for so far.
        baseline_first: First point of its baseline.
        fixed: Last point of its baseline; None while that is being made.
        reason: Why there is it.
        promise: Widths; None in phase I.
        watched: Averages and alarms of the points after ``fixed`` up to ``last``; None in phase I
            or where nothing can be watched.
        not_applicable: Why nothing is watched.
    """

    first: int
    last: int
    baseline_first: int
    fixed: int | None
    reason: str
    promise: KeptPromise | None
    watched: Watched | None
    not_applicable: str | None


def versions(series: Series, rule: LimitRule, kept: KeptResults = NOTHING_KEPT) -> list[Version]:
    """Return the versions of a chart's limits in order.

    Args:
        series: The chart.
        rule: What the plan says of it.
        kept: Onsets that were told before.
    """
    points = series.points
    changed = _recorded(series, rule.changes)
    found: list[Version] = []
    first = baseline_first = 0
    fixed = rule.baseline - 1
    reason = rule.first_reason
    while first < points:
        ahead = [at for at in changed if at > max(first, baseline_first)]
        end = ahead[0] - 1 if ahead else points - 1
        version = _version(series, rule, (first, end, baseline_first, fixed), reason)
        step = _stays(series, version, rule, kept)
        if step is None:
            found.append(version)
            first = baseline_first = end + 1
            fixed = first + rule.baseline - 1
            reason = f"recorded change: {changed[first]}" if first in changed else ""
            continue
        at, fixes, low, high = step
        found.append(_until(version, fixes))
        words = f"between {series.batch[low]} and {series.batch[high]}"
        reason = (
            f"a step began {words} (90%) and stayed: {STAYING_SIGNALS} signals in its direction"
        )
        first, baseline_first, fixed = fixes + 1, at, fixes
    return found


def _recorded(series: Series, changes: Mapping[str, str]) -> dict[int, str]:
    """Places at which recorded changes begin on this chart."""
    if not changes:
        return {}
    place = {batch: at for at, batch in reversed(list(enumerate(series.batch)))}
    return {place[batch]: why for batch, why in changes.items() if place.get(batch, 0) > 0}


def _version(
    series: Series, rule: LimitRule, at: tuple[int, int, int, int], reason: str
) -> Version:
    first, last, baseline_first, fixed = at
    if fixed > last:
        needed = fixed - baseline_first + 1
        why = f"{last - baseline_first + 1} of {needed} points of the baseline are known"
        return Version(first, last, baseline_first, None, reason, None, None, why)
    baseline = slice(baseline_first, fixed + 1)
    size = fixed + 1 - baseline_first
    kept = promise(
        rule.alarms_a_month,
        points_a_month(series.known_at[baseline]),
        size,
        is_event=series.chart in EVENTS,
        has_samples=series.chart in GROUPED,
    )
    seen = watched(series, slice(baseline_first, last + 1), size, kept)
    if isinstance(seen, str):
        return Version(first, last, baseline_first, fixed, reason, kept, None, seen)
    return Version(first, last, baseline_first, fixed, reason, kept, seen, None)


def _until(version: Version, last: int) -> Version:
    """A version that ends sooner: what was watched up to there is a beginning of it."""
    seen, fixed = version.watched, version.fixed
    if seen is None or fixed is None:
        return replace(version, last=last)
    cut = slice(last - fixed)
    watched_so_far = Watched(
        seen.level[cut], seen.level_alarm[cut], seen.spread[cut], seen.spread_alarm[cut]
    )
    return replace(version, last=last, watched=watched_so_far)


def _stays(
    series: Series, version: Version, rule: LimitRule, kept: KeptResults
) -> tuple[int, int, int, int] | None:
    """Where a new baseline begins and ends after a step that stays, and when it began."""
    if not rule.rebaselines_itself or version.watched is None or version.fixed is None:
        return None
    begin = version.fixed + 1
    level = np.flatnonzero(version.watched.level_alarm)
    third = _third_in_a_row(np.sign(version.watched.level[level]).tolist())
    if third is None:
        return None
    signal = begin + int(level[third])
    cut = slice(version.baseline_first, signal + 1)
    began = kept_onset(kept, series.value[cut], version.fixed + 1 - version.baseline_first)
    if began is None:
        return None
    low, high = (version.baseline_first + place for place in (began.low, began.high))
    new = high + 1
    fixes = max(new + rule.baseline - 1, signal)
    return (new, fixes, low, high) if fixes < version.last else None


def _third_in_a_row(signs: Sequence[float]) -> int | None:
    """Position of the third signal of one direction in a row.

    Examples:
        >>> _third_in_a_row([1, 1, -1, 1, 1, 1])
        5
    """
    run = 0
    for at, sign in enumerate(signs):
        run = run + 1 if at and sign == signs[at - 1] else 1
        if run == STAYING_SIGNALS:
            return at
    return None
