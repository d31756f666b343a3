"""The tables of replacement intervals and of cost along the interval.

Rows are laid out here; what is decided and why is in ``intervals`` and ``verdict``.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from assets.statistics.reliability.age_replacement import AGE_REPLACEMENT
from assets.time_to_failure.replacement.intervals import (
    Decision,
    WeighedIntervals,
    bounds,
    policy_of,
)
from assets.time_to_failure.replacement.verdict import verdict
from data_contracts.tables import key, table

INTERVALS = "finding.replacement_intervals"
POINTS = 60


def replacement_intervals(found: Sequence[Decision], weibull_fits: pl.DataFrame) -> pl.DataFrame:
    """Return what is known of every replacement interval.

    Args:
        found: ``intervals.decisions``.
        weibull_fits: ``finding.weibull_fits``, for the reason where a fit is missing.

    Returns:
        ``finding.replacement_intervals``: one row per class, part and event, on the scale of time
        its evidence is on. A null optimum under a fit means that running to failure is best.
        Intervals are 95% for shape and scale and 90% for what is drawn from them; breakdowns
        avoided on the recorded batches are the mean over draws.
    """
    said = weibull_fits.select(*key(INTERVALS), "note", "p_adjusted").iter_rows()
    notes = {row[:-2]: row[-2:] for row in said}
    rows = [interval_row(each, *notes.get(each.stratum.key, (None, None))) for each in found]
    return table(INTERVALS, rows)


def replacement_curves(found: Sequence[Decision]) -> pl.DataFrame:
    """Return cost and events per batch along the replacement interval.

    Args:
        found: ``intervals.decisions``.

    Returns:
        ``finding.replacement_curves``: for every priced fit ``POINTS`` intervals from an eighth of
        to twice the longest age on record (age replacement), or up to that age (minimal repair),
        with 90% intervals.
    """
    rows = []
    for each in found:
        weighed = each.weighed
        if weighed is None:
            continue
        longest = each.reach * (2 if weighed.policy == AGE_REPLACEMENT else 1)
        for point, interval in enumerate(np.linspace(each.reach / 8, longest, POINTS)):
            cost, (low, high) = weighed.cost(float(interval))
            events, (least, most) = weighed.events(float(interval))
            numbers = (float(interval), cost, low, high, events, least, most)
            rows.append((*each.stratum.key, point, *numbers))
    return table("finding.replacement_curves", rows)


def interval_row(
    decision: Decision, note: str | None, p_adjusted: float | None
) -> dict[str, object]:
    """Return one row of ``finding.replacement_intervals``.

    Args:
        decision: The question with its fit, costs and draws.
        note: Why there is no fit, where there is none.
        p_adjusted: Test against a constant hazard, adjusted over all questions.
    """
    stratum, fit, today, costs = decision.stratum, decision.fit, decision.today, decision.costs
    code, reason = verdict(decision, note, p_adjusted)
    row: dict[str, object] = {
        **stratum.named_key,
        "policy": policy_of(stratum),
        "units": stratum.units,
        "lives": stratum.lives,
        "lives_truncated": stratum.lives_truncated,
        "lives_unknown": stratum.lives_unknown,
        "scales_compared": decision.scale.compared,
        "scale_reason": decision.scale.reason,
        "time_per_batch": decision.scale.time_per_batch,
        "events": stratum.risk.events,
        "todays_interval": today.interval,
        "todays_interval_p10": today.quantile(0.1),
        "todays_interval_p90": today.quantile(0.9),
        "planned_renewals": today.renewals,
        "longest_age": decision.reach or None,
        "verdict": code,
        "reason": reason,
    }
    if fit is not None:
        row |= {
            name: _finite(getattr(fit, name))
            for name in ("shape", "shape_low", "shape_high", "scale", "scale_low", "scale_high")
        }
    if costs is not None:
        row["planned_cost_usd"], row["event_cost_usd"] = costs.pair
        row["cost_basis"] = costs.basis
    if decision.weighed is not None:
        row |= _weighed_columns(decision.weighed)
    return row


def _weighed_columns(weighed: WeighedIntervals) -> dict[str, object]:
    costs, draws, best = weighed.costs, weighed.draws, weighed.best
    low, high = bounds(draws.optimum)
    row: dict[str, object] = {
        "is_planned_today": weighed.today.interval is not None,
        "optimal_interval": _finite(best),
        "optimal_interval_low": _finite(low),
        "optimal_interval_high": _finite(high),
        "optimal_if_events_cheap": _finite(weighed.optimum(costs.pair_low)),
        "optimal_if_events_dear": _finite(weighed.optimum(costs.pair_high)),
        "run_to_failure_share": float(np.isinf(draws.optimum).mean()),
        "draws": draws.shape.size,
        **_with_interval("events_per_batch_today", weighed.events(None)),
        **_with_interval("events_per_batch_optimal", weighed.events(best)),
        **_with_interval("events_avoided_per_batch", weighed.avoided(best)),
        **_with_interval("cost_per_batch_today_usd", weighed.cost(None)),
        **_with_interval("cost_per_batch_optimal_usd", weighed.cost(best)),
        **_with_interval("saving_per_batch_usd", weighed.saving(best)),
    }
    if weighed.replay is None:
        return row
    avoided = weighed.replay.avoided
    estimate = (float(avoided.mean()), bounds(avoided))
    row["breakdowns_recorded"] = weighed.replay.recorded
    return row | _with_interval("breakdowns_avoided_recorded", estimate)


def asked_row(decision: Decision, interval: float) -> dict[str, object]:
    """Return what an interval somebody asks for avoids and saves, in columns of the intervals.

    Args:
        decision: The question; it has been weighed.
        interval: On the scale of the question, above 0.

    Returns:
        Columns of ``finding.replacement_intervals``, those of the optimum told of the interval.
    """
    weighed = decision.weighed
    assert weighed is not None
    return interval_row(decision, None, None) | {
        "optimal_interval": interval,
        **_with_interval("events_avoided_per_batch", weighed.avoided(interval)),
        **_with_interval("saving_per_batch_usd", weighed.saving(interval)),
        "breakdowns_avoided_recorded": None,
    }


def _with_interval(name: str, estimate: tuple[float, tuple[float, float]]) -> dict[str, object]:
    value, (low, high) = estimate
    return {name: _finite(value), f"{name}_low": _finite(low), f"{name}_high": _finite(high)}


def _finite(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else float(value)
