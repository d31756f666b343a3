"""What a planner is told: keep, renew earlier or later, run to failure, or not enough is known.

Only verdicts and their sentences live here; the arithmetic is in ``intervals``.
"""

import numpy as np

from assets.statistics.reliability.age_replacement import MINIMAL_REPAIR
from assets.statistics.reliability.weibull import WeibullFit
from assets.time_to_failure.lives.lives import BREAKDOWN
from assets.time_to_failure.replacement.intervals import Decision, WeighedIntervals, bounds
from data_contracts.codes.records import ReplacementVerdict

ALPHA = 0.05
WEAR_LEVEL = 0.95  # of the intervals of a fit


def verdict(decision: Decision, note: str | None, p_adjusted: float | None) -> tuple[str, str]:
    """Return the verdict on a replacement interval and its reason, a sentence or two.

    Wear counts as shown where the 95% interval of the shape lies above 1. Failed batches are one
    of many questions and come in lots and campaigns, so for them the test against a constant hazard
    must also hold over all questions asked, and resampled whole lives must agree. A saving counts
    where its 90% interval lies above zero, as every claim of money.

    Args:
        decision: The question with its fit, costs and draws.
        note: Why there is no fit, where there is none.
        p_adjusted: Test against a constant hazard, adjusted over all questions.

    Returns:
        ``too_few_events``, ``not_priced``, ``run_to_failure`` (breakdowns), ``no_wear`` (failed
        batches), ``wear_not_shown``, ``keep_interval``, ``renew_earlier`` or ``renew_later``; and
        the reason.
    """
    fit = decision.fit
    if fit is None:
        return (
            ReplacementVerdict.TOO_FEW_EVENTS,
            f"{note or 'No life is on record.'} {_stays(decision)}{_before_records(decision)}",
        )
    weighed = decision.weighed
    if weighed is None:
        reason = (
            "The assumptions state no cost of planned maintenance or of a breakdown."
            if decision.loses_batches
            else "No batch is lost by this outcome, so preventing one has no price."
        )
        return ReplacementVerdict.NOT_PRICED, f"{reason} Wear is shown without a price."
    is_breakdown = decision.stratum.event == BREAKDOWN
    if fit.shape <= 1 and not is_breakdown:
        return ReplacementVerdict.NO_WEAR, f"{_no_wear(fit)}{_before_records(decision)}"
    if fit.shape <= 1 or np.isinf(weighed.best):
        said = f"{_run_to_failure(weighed)}{_before_records(decision)}"
        return ReplacementVerdict.RUN_TO_FAILURE, said
    is_worn = fit.shape_low > 1
    if not is_breakdown:
        least_shape = bounds(weighed.draws.shape, WEAR_LEVEL)[0]
        is_worn = is_worn and (p_adjusted or 0.0) <= ALPHA and least_shape > 1
    if not is_worn:
        return ReplacementVerdict.WEAR_NOT_SHOWN, (
            f"The shape is {fit.shape:.1f} ({fit.shape_low:.1f} to {fit.shape_high:.1f}): a "
            f"hazard that does not rise with age is not excluded"
            f"{'' if is_breakdown else ' once all questions asked are counted'}. "
            f"{_stays(decision)}{_before_records(decision)}"
        )
    code, reason = _worn(weighed, decision.stratum.time_scale)
    return code, f"{reason}{_before_records(decision)}"


def _worn(weighed: WeighedIntervals, unit: str) -> tuple[str, str]:
    best, today = weighed.best, weighed.today.interval
    saved, (low, high) = weighed.saving(best)
    now = "running to failure" if today is None else f"renewing every {today:,.0f} {unit}"
    span = f"{saved:,.0f} USD a batch ({low:,.0f} to {high:,.0f}, 90% interval)"
    beyond = (
        f" No life lasted longer than {weighed.reach:,.0f} {unit}: lengthen in steps."
        if best > weighed.reach
        else ""
    )
    # At its own optimum a draw never loses, so a saving is judged at the interval proposed.
    if low <= 0:
        return ReplacementVerdict.KEEP_INTERVAL, (
            f"Least cost at {best:,.0f} {unit}, but against {now} that saves {span}, which does "
            f"not exclude zero.{beyond}"
        )
    way = (
        ReplacementVerdict.RENEW_EARLIER
        if best < weighed.today.age
        else ReplacementVerdict.RENEW_LATER
    )
    return way, (
        f"Least cost at {best:,.0f} {unit}; against {now} that saves {span}."
        f"{_on_record(weighed)}{beyond}"
    )


def _on_record(weighed: WeighedIntervals) -> str:
    if weighed.policy == MINIMAL_REPAIR:
        return ""
    if weighed.replay is None:
        return (
            " What it would have been on the recorded batches is not told, because a breakdown "
            "left the equipment as worn as it was."
        )
    counted = weighed.replay.breakdowns
    low, high = bounds(counted)
    return (
        f" On the recorded batches it would have left {counted.mean():.0f} breakdowns "
        f"({low:.0f} to {high:.0f}, 90% interval) of {weighed.replay.recorded}."
    )


def _no_wear(fit: WeibullFit) -> str:
    return (
        "These failures speak for no planned renewal: their hazard does not rise with age (shape "
        f"{fit.shape:.1f}, {fit.shape_low:.1f} to {fit.shape_high:.1f})."
    )


def _run_to_failure(weighed: WeighedIntervals) -> str:
    fit, costs = weighed.fit, weighed.costs
    if fit.shape <= 1:
        return (
            f"Run to failure is best: the hazard does not rise with age (shape {fit.shape:.1f}, "
            f"{fit.shape_low:.1f} to {fit.shape_high:.1f}), so a planned renewal prevents nothing."
        )
    return (
        f"Run to failure is best: an event costs {costs.event:,.0f} USD and a planned renewal "
        f"{costs.planned:,.0f} USD, too much for the wear shown (shape {fit.shape:.1f})."
    )


def _stays(decision: Decision) -> str:
    if decision.today.interval is None:
        return "Nothing speaks for a planned interval."
    interval, unit = decision.today.interval, decision.stratum.time_scale
    return f"Nothing speaks against today's interval of {interval:,.0f} {unit}."


def _before_records(decision: Decision) -> str:
    """Say how lives begun before the records were taken; nothing where there are none."""
    stratum, said = decision.stratum, ""
    if stratum.lives_truncated:
        entered = _lives(stratum.lives_truncated)
        said += f" Begun before the records and entered at the age known, not as new: {entered}."
    if stratum.lives_unknown:
        left = _lives(stratum.lives_unknown)
        said += f" Left out because their age in {stratum.time_scale} is not on record: {left}."
    return said


def _lives(count: int) -> str:
    return "1 life" if count == 1 else f"{count:,} lives"
