"""The answer to a window somebody named, as lines for a person and as values for a program."""

from collections.abc import Iterator
from math import isfinite
from typing import Any

from assets.savings.what_if.answer import WhatIfAnswer
from assets.savings.what_if.parameters import AskedParameter
from assets.savings.what_if.worth import Worth
from assets.savings.windows.effect import WindowEffect, spoken
from data_contracts.titles import within_sentence
from pipelines.replay.asked_renewal import RenewalAnswer
from reports.formats import money, number, share

RENEWAL_FIGURES = ("events_avoided_per_batch", "saving_per_batch_usd")
LEVEL_95_MISSES = 20  # of so many 95% intervals one is expected to miss


def answer_lines(found: WhatIfAnswer | RenewalAnswer, asked_so_far: int | None) -> Iterator[str]:
    """Say what the records answer, a line each.

    Args:
        found: The answer.
        asked_so_far: Questions asked since the last run, this one included; None if not counted.
    """
    if isinstance(found, RenewalAnswer):
        yield from _renewal_lines(found)
    else:
        yield from _window_lines(found)
    if asked_so_far is not None:
        yield _asked_line(asked_so_far)


def _window_lines(found: WhatIfAnswer) -> Iterator[str]:
    yield f"What if {_held(found.parameters)}, to prevent '{found.outcome_title}'?"
    held = found.held
    if held.refusal is not None:
        yield f"Not answered: {held.refusal.reason}"
    if held.inside_share is not None:
        yield (
            f"Inside already: {share(held.inside_share).value} of batches; "
            f"{share(1 - held.inside_share).value} would have to move."
        )
    if held.refusal is None and held.effect is not None:
        yield from _effect_lines(found, held.effect)
    if found.worth is not None:
        yield from _worth_lines(found.worth, is_proxy=found.is_proxy)
    yield f"Verdict of the last run on '{found.outcome_title}': {found.verdict or 'none reached'}."


def _renewal_lines(found: RenewalAnswer) -> Iterator[str]:
    yield f"What if {found.part} were renewed by {found.interval:,.0f} {found.time_scale}?"
    if found.refusal is not None:
        yield f"Not answered: {found.refusal.reason}"
    if found.row is not None:
        ends = [float(found.row[f"events_avoided_per_batch{end}"]) for end in ("", "_low", "_high")]
        avoided = number(*(end * found.batches_per_year for end in ends)).full
        yield f"Breakdowns avoided: {avoided} a year, 90% interval by the fitted law of lives."
        saved = [float(found.row[f"saving_per_batch_usd{end}"]) for end in ("", "_low", "_high")]
        yield f"Saved a batch, renewals paid: {money(*saved).full}, 90% interval."
    if found.worth is not None:
        yield from _worth_lines(found.worth, is_proxy=False)


def answer_json(found: WhatIfAnswer | RenewalAnswer, asked_so_far: int | None) -> dict[str, Any]:
    """Return the answer as JSON values; arguments as in ``answer_lines``."""
    values = _renewal_json(found) if isinstance(found, RenewalAnswer) else _window_json(found)
    return values | {"asked_since_last_run": asked_so_far}


def _renewal_json(found: RenewalAnswer) -> dict[str, Any]:
    refusal, row = found.refusal, found.row
    names = [f"{stem}{end}" for stem in RENEWAL_FIGURES for end in ("", "_low", "_high")]
    return {
        "lever": "maintenance",
        "part": found.part,
        "interval": found.interval,
        "time_scale": found.time_scale,
        "is_answered": refusal is None,
        "refusal": None if refusal is None else {"code": refusal.code, "reason": refusal.reason},
        "effect": None if row is None else {name: row[name] for name in names},
        "worth": None if found.worth is None else _worth_json(found.worth),
    }


def _window_json(found: WhatIfAnswer) -> dict[str, Any]:
    held, effect = found.held, found.held.effect
    refusal = held.refusal
    return {
        "outcome": found.outcome,
        "lever": found.lever.name,
        "held": [_parameter_json(each) for each in found.parameters],
        "is_answered": refusal is None,
        "refusal": None if refusal is None else {"code": refusal.code, "reason": refusal.reason},
        "inside_share": held.inside_share,
        "effect": None if effect is None or refusal else _effect_json(effect, found),
        "worth": None if found.worth is None else _worth_json(found.worth),
        "verdict": found.verdict,
        "is_proxy": found.is_proxy,
    }


def _held(parameters: Any) -> str:
    return " and ".join(
        f"{within_sentence(each.title)} were held {spoken(each.window)}{_unit(each)}"
        for each in parameters
    )


def _unit(each: AskedParameter) -> str:
    """The unit, where the title does not end with it."""
    return f" {each.unit}" if each.unit and f"({each.unit})" not in each.title else ""


def _effect_lines(found: WhatIfAnswer, effect: WindowEffect) -> Iterator[str]:
    wide, pace = effect.expected.at_95, found.batches_per_year
    prevented = number(wide.value * pace, wide.low * pace, wide.high * pace).full
    yield f"Prevented if always held: {prevented} failures a year, 95% interval."
    if wide.low <= 0 <= wide.high:
        yield "That is not told from none: the interval holds zero."
    yield (
        f"It rests on {effect.batches:,} batches, {effect.failures} of them failed. Both stand-ins "
        f"that cannot prevent anything claim nothing; margins and label lie "
        f"{effect.estimator_gap_spreads:.1f} standard errors apart; {effect.overlap_share:.0%} of "
        "batches could have been made inside."
    )


def _worth_lines(worth: Worth, *, is_proxy: bool) -> Iterator[str]:
    if worth.adherence is not None:
        low, base, high = worth.adherence
        yield f"Adherence assumed: {base:.0%} of batches can be held ({low:.0%} to {high:.0%})."
    prevented = _figure(worth, "prevented_failures_per_year", number)
    yield f"With it, and with what nobody records in doubt: {prevented} fewer failures a year."
    saved = _figure(worth, "annual_savings_usd", money)
    cost = _figure(worth, "annual_programme_cost_usd", money)
    net = _figure(worth, "annual_net_savings_usd", money)
    yield f"Money a year (P10 to P90): avoidable cash {saved}, less {cost} to run, net {net}."
    once = _figure(worth, "implementation_cost_usd", money)
    yield (
        f"Once: {once}. Net present value: {_figure(worth, 'npv_usd', money)}, above zero with "
        f"probability {share(worth.npv_positive_prob).value}."
    )
    if is_proxy:
        yield "That is arithmetic: no batch was lost with this outcome."
    if worth.is_own:
        yield "Those prices are the plant's own, so they may stand in a request."
    else:
        named = f" First put in: {', '.join(worth.asked_prices)}." if worth.asked_prices else ""
        yield (
            f"No request for money yet: prices that came with lotwise carry "
            f"{share(worth.placeholder_share).value} of its variance.{named}"
        )


def _figure(worth: Worth, name: str, write: Any) -> str:
    low, middle, high = worth.figures[name]
    return str(write(middle, low, high).full)


def _asked_line(asked_so_far: int) -> str:
    if asked_so_far == 1:
        return "Asked of this home since its last run: this question alone."
    return (
        f"Asked of this home since its last run: {asked_so_far} different questions. Of "
        f"{LEVEL_95_MISSES} such intervals one misses; the best of several looks better than it is."
    )


def _parameter_json(each: AskedParameter) -> dict[str, Any]:
    ends = {"low": each.window.low, "high": each.window.high}
    return {
        "feature": each.feature,
        "title": each.title,
        "unit": each.unit,
        "gate": each.gate,
        **{name: end if isfinite(end) else None for name, end in ends.items()},
    }


def _effect_json(effect: WindowEffect, found: WhatIfAnswer) -> dict[str, Any]:
    wide, pace = effect.expected.at_95, found.batches_per_year
    return {
        "prevented_failures_per_year": wide.value * pace,
        "prevented_low_95": wide.low * pace,
        "prevented_high_95": wide.high * pace,
        "prevented_low_90": effect.expected.low * pace,
        "prevented_high_90": effect.expected.high * pace,
        "batches": effect.batches,
        "failures": effect.failures,
        "overlap_share": effect.overlap_share,
        "estimator_gap_spreads": effect.estimator_gap_spreads,
        "e_value": effect.evidence_values[0],
    }


def _worth_json(worth: Worth) -> dict[str, Any]:
    figures = {
        name: {"p10": low, "p50": middle, "p90": high}
        for name, (low, middle, high) in worth.figures.items()
    }
    return {
        **figures,
        "npv_positive_prob": worth.npv_positive_prob,
        "adherence": worth.adherence,
        "placeholder_share": worth.placeholder_share,
        "may_be_asked_for": worth.is_own,
        "asked_prices": list(worth.asked_prices),
    }
